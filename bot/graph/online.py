"""What every backend with a Teams meeting does with it: lobby, client link, SMS, attendance."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from bot.graph import calls, meeting_wire, wire
from bot.graph.client import GraphClient
from bot.graph.identity import Seat, Seating
from bot.graph.zones import ZoneUnknown, windows_name
from bot.visits.errors import CalendarBusy, CalendarRefused
from bot.visits.models.values import Frozen
from bot.visits.models.visit import Visit
from bot.visits.ports.calendar import SmsKind

LobbyScope = Literal["organizer", "organization", "organizationAndFederated", "invited", "organizationExcludingGuests"]
SmsShape = Literal["v1.0", "2022"]


LINKS = ("https://", "http://127.0.0.1:", "http://[::1]:", "http://localhost:")
"""How a link for a client may begin: the loopback ones are an emulator's waiting room."""


class Attendance(Frozen):
    """How long a visit lasted, over all its sessions."""

    began_at: datetime
    ended_at: datetime
    lasted: timedelta
    """From when staff and client were both there to the last one leaving; nothing if one side never came."""
    clients_came: bool


class OnlineMeetings:
    """The Teams meetings of visits, found and set by whoever may do so."""

    def __init__(
        self,
        graph: GraphClient,
        seating: Seating,
        *,
        lobby: LobbyScope = "organization",
        sms_shape: SmsShape = "v1.0",
        reminder_sms: bool = False,
    ) -> None:
        self._graph = graph
        self._seating = seating
        self._lobby = lobby
        self._sms_shape = sms_shape
        self._reminder_sms = reminder_sms

    async def find(self, owner: str, join_url: str) -> meeting_wire.Meeting | None:
        """The meeting behind a join URL; its id is needed for everything below.

        The URL is percent-encoded already and is encoded once more as a query value.
        Source: GET /users/{id}/onlineMeetings?$filter=, learn.microsoft.com/graph/api/onlinemeeting-get
        """
        seat = await self._seating.seat(calls.FIND_MEETING, owner)
        quoted = join_url.replace("'", "''")
        answer = await self._graph.ask(calls.FIND_MEETING, seat, query={"$filter": f"JoinWebUrl eq '{quoted}'"})
        found = [meeting_wire.Meeting.model_validate(each) for each in wire.values(answer)]
        return found[0] if found else None

    async def keep_clients_waiting(self, owner: str, meeting_id: str) -> None:
        """Set the lobby so that people from outside wait. Safe to repeat; works in a running meeting too.

        Source: PATCH /users/{id}/onlineMeetings/{id}, learn.microsoft.com/graph/api/onlinemeeting-update
        """
        seat = await self._seating.seat(calls.CHANGE_MEETING, owner)
        body = meeting_wire.MeetingLobby(lobby_bypass_settings=meeting_wire.LobbyBypass(scope=self._lobby)).to_json()
        await self._graph.ask(calls.CHANGE_MEETING, seat, body=body, meeting=meeting_id)

    async def client_link(self, owner: str, meeting_id: str, join_url: str | None, language: str) -> str:
        """The browser link for the client; the ordinary join URL in clouds that have none.

        Raises: TenantProvisioning while the tenant's first visit is set up.
        Source: learn.microsoft.com/graph/api/virtualappointment-getvirtualappointmentjoinweburl
        """
        if not self._graph.cloud.features.client_link:
            if not join_url:
                raise CalendarRefused(400, "not_in_cloud", reason="not_in_cloud")
            return join_url
        seat = await self._seating.seat(calls.CLIENT_LINK, owner)
        answer = await self._graph.ask(calls.CLIENT_LINK, seat, language=language, meeting=meeting_id)
        link = answer.get("value") if isinstance(answer, dict) else None
        if not isinstance(link, str) or not link.startswith(LINKS):
            raise CalendarRefused(200, "no_link", reason="not_understood")
        return link

    async def send_sms(self, visit: Visit, kind: SmsKind, owner: str, meeting_id: str) -> None:
        """Have Microsoft text the client. Its own words, the client's zone; no receipt and no key.

        Raises: OutcomeUnknown when the answer was lost: only a person may send it again.
        Source: learn.microsoft.com/graph/api/virtualappointment-sendvirtualappointmentsms
        """
        call, body = self._sms(visit, kind)
        seat = await self._seating.seat(call, owner)
        await self._graph.ask(call, seat, body=body, meeting=meeting_id)

    def _sms(self, visit: Visit, kind: SmsKind) -> tuple[calls.Call, dict[str, object]]:
        phone = visit.client.phone
        if phone is None:
            raise CalendarRefused(400, "no_phone", reason="no_phone")
        if kind == "reminder":
            if not self._reminder_sms:
                raise CalendarRefused(400, "not_enabled", reason="not_enabled")
            reminder = meeting_wire.ReminderSms(attendees=[_notified(phone, visit.client.time_zone)])
            return calls.SEND_REMINDER_SMS, reminder.to_json()
        if self._sms_shape == "2022":
            return calls.SEND_OLD_SMS, meeting_wire.OldVisitSms(phone_numbers=[phone], sms_type=kind).to_json()
        message = meeting_wire.VisitSms(message_type=kind, attendees=[_notified(phone, visit.client.time_zone)])
        return calls.SEND_SMS, message.to_json()

    async def attendance(self, owner: str, meeting_id: str) -> Attendance | None:
        """When a finished visit began and ended; None while Teams has written no report.

        One report a session; it says nothing of waiting in the lobby.
        Source: learn.microsoft.com/graph/api/meetingattendancereport-list
        """
        seat = await self._seating.seat(calls.ATTENDANCE_REPORTS, owner)
        reports = [
            meeting_wire.AttendanceReport.model_validate(each)
            async for each in self._graph.pages(calls.ATTENDANCE_REPORTS, seat, meeting=meeting_id)
        ]
        records: list[meeting_wire.AttendanceRecord] = []
        for report in reports:
            records += await self._records(seat, meeting_id, report.id)
        return attendance_of(reports, records, self._graph.tenant_id)

    async def _records(self, seat: Seat, meeting_id: str, report_id: str) -> list[meeting_wire.AttendanceRecord]:
        pages = self._graph.pages(calls.ATTENDANCE_RECORDS, seat, meeting=meeting_id, report=report_id)
        return [meeting_wire.AttendanceRecord.model_validate(each) async for each in pages]

    async def delete(self, owner: str, meeting_id: str) -> None:
        """Remove a meeting that belongs to no event. Nobody is told; one that is gone already is fine."""
        seat = await self._seating.seat(calls.DELETE_MEETING, owner)
        try:
            await self._graph.ask(calls.DELETE_MEETING, seat, meeting=meeting_id)
        except CalendarRefused as refused:
            if refused.status != 404:
                raise


def attendance_of(
    reports: Sequence[meeting_wire.AttendanceReport],
    records: Sequence[meeting_wire.AttendanceRecord],
    tenant_id: str,
) -> Attendance | None:
    """Start, end and length as the Virtual Appointments usage report defines them. ``tenant_id``: whose staff it is.

    Length runs from when both sides were there to the last leaving; nothing if one side never came.
    Source: learn.microsoft.com/microsoft-365/frontline/virtual-appointments-usage-report
    """
    if not reports:
        return None
    spans = [(record, interval) for record in records for interval in record.attendance_intervals]
    staff = [interval.join_date_time for record, interval in spans if record.is_staff(tenant_id)]
    clients = [interval.join_date_time for record, interval in spans if not record.is_staff(tenant_id)]
    leaves = [interval.leave_date_time for _, interval in spans]
    both = max(min(staff), min(clients)) if staff and clients else None
    return Attendance(
        began_at=min(each.meeting_start_date_time for each in reports),
        ended_at=max(each.meeting_end_date_time for each in reports),
        lasted=max(max(leaves) - both, timedelta(0)) if both and leaves else timedelta(0),
        clients_came=bool(clients),
    )


def _notified(phone: str, zone: str) -> meeting_wire.NotifiedAttendee:
    try:
        return meeting_wire.NotifiedAttendee(phone_number=phone, time_zone=windows_name(zone))
    except ZoneUnknown:
        raise CalendarRefused(400, "zone_unknown", reason="zone_unknown") from None


def late_join_url() -> CalendarBusy:
    """The join URL has not arrived yet: read the event again in a moment."""
    return CalendarBusy(5.0, reason="join_url_late")
