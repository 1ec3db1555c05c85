"""Graph's online meetings, texts and attendance reports as pydantic models.

Source: the v1.0 service schema behind learn.microsoft.com/graph/api/resources/onlinemeeting and its neighbours.
"""

from datetime import datetime
from typing import Literal

from pydantic import Field

from bot.graph.wire import Sent, Wire


class LobbyBypass(Sent):
    """Who need not wait."""

    scope: str
    is_dial_in_bypass_enabled: bool = False


class MeetingLobby(Sent):
    """A waiting room for clients, and clients who cannot admit one another.

    Clients would be presenters by default, and presenters may admit.
    Source: learn.microsoft.com/graph/api/onlinemeeting-update
    """

    lobby_bypass_settings: LobbyBypass
    allowed_presenters: Literal["organization"] = "organization"


class NewMeeting(Sent):
    """Body of createOrGet."""

    external_id: str
    subject: str
    start_date_time: str
    end_date_time: str


class MeetingTimes(Sent):
    """Both times, as a change of either demands."""

    start_date_time: str
    end_date_time: str


class Meeting(Wire):
    """An online meeting as Graph tells it."""

    id: str
    join_web_url: str | None = None
    start_date_time: str | None = None
    end_date_time: str | None = None


class NotifiedAttendee(Sent):
    """Whom an SMS goes to; the zone must be a Windows name."""

    phone_number: str
    time_zone: str


class VisitSms(Sent):
    """Body of sendVirtualAppointmentSms, v1.0."""

    message_type: Literal["confirmation", "reschedule", "cancellation"]
    attendees: list[NotifiedAttendee]


class ReminderSms(Sent):
    """Body of sendVirtualAppointmentReminderSms: fifteen minutes is the one choice there is."""

    remind_before_time_in_minutes_type: Literal["mins15"] = "mins15"
    attendees: list[NotifiedAttendee]


class OldVisitSms(Sent):
    """Body of the beta's sendVirtualAppointmentSms in 2022 and 2023."""

    phone_numbers: list[str]
    sms_type: Literal["confirmation", "reschedule", "cancellation"]


# --- attendance -------------------------------------------------------------------------------------


class AttendanceReport(Wire):
    """One session of a meeting."""

    id: str
    meeting_start_date_time: datetime
    meeting_end_date_time: datetime


class AttendanceInterval(Wire):
    """From one admission to the next leaving."""

    join_date_time: datetime
    leave_date_time: datetime


class AttendedAs(Wire):
    """Who attended; clients have no account, or one of another tenant."""

    id: str | None = None
    tenant_id: str | None = None


class AttendanceRecord(Wire):
    """One person in one session."""

    role: str = "None"
    identity: AttendedAs | None = None
    attendance_intervals: list[AttendanceInterval] = Field(default_factory=list)

    def is_staff(self, tenant_id: str) -> bool:
        """Whether they came as organizer or presenter, which nobody from outside can, or with an account of ours."""
        own = self.identity is not None and (self.identity.tenant_id or "").casefold() == tenant_id.casefold()
        return self.role in ("Organizer", "Presenter") or own


# --- the virtualAppointment of 2022 -----------------------------------------------------------------


class VirtualAppointment(Wire):
    """The retired resource, as far as it is of use."""

    id: str | None = None
    appointment_client_join_web_url: str | None = None
