"""What becomes of Bookings appointments: made, changed, ended, and the meeting that follows each."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from bot.graph.emulator.bookings_bodies import AppointmentBody
from bot.graph.emulator.bookings_clients import customers_of
from bot.graph.emulator.bookings_json import content_of
from bot.graph.emulator.bookings_world import Appointment, Business
from bot.graph.emulator.minting import new_meeting, outlook_id
from bot.graph.emulator.state import Meeting, State
from bot.graph.emulator.world import World


class AppointmentBook:
    """The appointments of all businesses. Nobody is told here."""

    def __init__(self, world: World, state: State, visit_base: Callable[[], str | None]) -> None:
        self._world = world
        self._state = state
        self._visit_base = visit_base

    def add(
        self,
        business: Business,
        service: dict[str, Any],
        wanted: AppointmentBody,
        staff_ids: list[str],
        starts_at: datetime,
        ends_at: datetime,
        now: datetime,
    ) -> Appointment:
        """A new appointment, with a meeting where its service is held online."""
        content = new_content(service, wanted)
        appointment = Appointment(
            id=outlook_id(business.id, str(len(business.appointments)), now.isoformat()),
            content=content,
            starts_at=starts_at,
            ends_at=ends_at,
            customers=customers_of(business, wanted),
            staff_ids=list(staff_ids),
            created_at=now,
            changed_at=now,
        )
        business.appointments[appointment.id] = appointment
        if content["isLocationOnline"]:
            self._attach_meeting(business, appointment, now)
        return appointment

    def change(
        self,
        business: Business,
        appointment: Appointment,
        wanted: AppointmentBody,
        staff_ids: list[str],
        starts_at: datetime,
        ends_at: datetime,
        now: datetime,
    ) -> None:
        """What was sent replaces what was there; the meeting moves along."""
        if wanted.customers is not None:
            appointment.customers = customers_of(business, wanted, before=appointment.customers)
        appointment.starts_at, appointment.ends_at, appointment.staff_ids = starts_at, ends_at, list(staff_ids)
        appointment.content |= content_of(wanted)
        appointment.changed_at = now
        if (meeting := self.meeting_of(appointment)) is not None:
            meeting.starts_at, meeting.ends_at = starts_at, ends_at

    def end(self, appointment: Appointment, now: datetime) -> None:
        """The appointment is gone, and its meeting with it."""
        appointment.gone_at = now
        if (meeting := self.meeting_of(appointment)) is not None:
            meeting.deleted_at = now

    def meeting_of(self, appointment: Appointment) -> Meeting | None:
        """The online meeting it is held in, if it has one."""
        return self._state.meetings.get(appointment.meeting_id or "")

    def _attach_meeting(self, business: Business, appointment: Appointment, now: datetime) -> None:
        organizer = business.mailbox
        if self._world.switches.bookings_organizer == "staff":
            member = business.staff_members[appointment.staff_ids[0]]
            organizer = self._world.user(member["emailAddress"]) or organizer
        meeting = new_meeting(
            organizer,
            self._world.tenant_id,
            subject=appointment.content["serviceName"],
            starts_at=appointment.starts_at,
            ends_at=appointment.ends_at,
            now=now,
            visit_base=self._visit_base(),
        )
        meeting.appointment_id = appointment.id
        appointment.meeting_id = meeting.id
        self._state.meetings[meeting.id] = meeting


def new_content(service: dict[str, Any], wanted: AppointmentBody) -> dict[str, Any]:
    """What a new appointment says: its service's words, unless others were sent."""
    return {
        "serviceId": service["id"],
        "serviceName": service["displayName"],
        "isLocationOnline": service.get("isLocationOnline", False),
        "smsNotificationsEnabled": service.get("smsNotificationsEnabled", False),
        "maximumAttendeesCount": service.get("maximumAttendeesCount", 1),
        "preBuffer": service.get("preBuffer", "PT0S"),
        "postBuffer": service.get("postBuffer", "PT0S"),
        "reminders": service.get("defaultReminders") or [],
        **content_of(wanted),
    }
