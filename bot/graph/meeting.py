"""Visits as stand-alone Teams meetings, for tenants that keep their calendars elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.graph import calls, meeting_wire, wire
from bot.graph.clouds import Features
from bot.graph.online_backend import Footing, OnlineBackend
from bot.graph.refs import written
from bot.visits.errors import CalendarRefused
from bot.visits.models.clinic import StaffMember
from bot.visits.models.slots import BusySpan, Slot
from bot.visits.models.values import StaffId
from bot.visits.models.visit import Visit
from bot.visits.ports.calendar import CalendarEntry


class MeetingCalendar(OnlineBackend):
    """Visits as online meetings with the visit's id as external id. Implements ``bot.visits.ports.calendar.Calendar``.

    No calendar entry, no invitation, no mail: the meeting's id stands for the event's.
    """

    backend = "meeting"

    def __init__(self, on: Footing, *, calendars_elsewhere: bool = False) -> None:
        """``calendars_elsewhere``: a person said that Outlook knows nothing of the staff's time, so it is not asked."""
        super().__init__(on)
        self._elsewhere = calendars_elsewhere

    @property
    def features(self) -> Features:
        """No invitation goes out by itself."""
        return replace(self._graph.cloud.features, invitations=False)

    async def busy(
        self, staff: Sequence[StaffMember], since: datetime, until: datetime
    ) -> Mapping[StaffId, Sequence[BusySpan]]:
        """Outlook's free and busy, unless the clinic keeps its calendars elsewhere."""
        if self._elsewhere:
            return {each.id: () for each in staff}
        return await super().busy(staff, since, until)

    async def add(self, visit: Visit, *, request_id: str) -> CalendarEntry:
        """Make the meeting, or get the one that is there. The visit's id is its key, so repeating is safe.

        A meeting that is there keeps its times, so they are set after.
        """
        owner = self._new_owner(visit)
        meeting = await self._made_or_there(owner, visit)
        if not _is_at(meeting, visit):
            await self._set_times(owner, meeting.id, visit)
        return _entry(owner, meeting, visit)

    async def _made_or_there(self, owner: str, visit: Visit) -> meeting_wire.Meeting:
        """The meeting with the visit's id, which is made where there is none.

        Source: POST /users/{id}/onlineMeetings/createOrGet, learn.microsoft.com/graph/api/onlinemeeting-createorget
        """
        seat = await self._seating.seat(calls.CREATE_OR_GET_MEETING, owner)
        new = meeting_wire.NewMeeting(
            external_id=visit.id,
            subject=f"{visit.type_name}: {visit.client.name}",
            start_date_time=wire.zulu(visit.starts_at),
            end_date_time=wire.zulu(visit.ends_at),
        )
        answer = await self._graph.ask(calls.CREATE_OR_GET_MEETING, seat, body=new.to_json())
        return meeting_wire.Meeting.model_validate(answer)

    async def find(self, visit: Visit) -> CalendarEntry | None:
        """The meeting by its id or join URL.

        Neither is known where the answer to its making was lost, and Graph looks nothing up by external id: there is
        createOrGet, which makes the meeting where none is. Whoever goes on to add the visit makes that request anyway,
        so for them it is not found. A visit that is off would leave its meeting behind, so it is got, or made: whoever
        looks for one that is off deletes it then, and nobody is told of either.
        """
        if visit.event_id is not None:
            return await self.read(visit)
        owner = self._owner(visit)
        if visit.join_url is not None:
            meeting = await self._meetings.find(owner, visit.join_url)
        elif visit.is_cancelled:
            meeting = await self._made_or_there(owner, visit)
        else:
            meeting = None
        return None if meeting is None else _entry(owner, meeting, visit)

    async def read(self, visit: Visit) -> CalendarEntry | None:
        """Read the meeting back by its id; None when it is gone."""
        if visit.event_id is None:
            return await self.find(visit)
        meeting = await self.read_meeting(visit)
        return None if meeting is None else CalendarEntry(event_id=visit.event_id, join_url=meeting.join_web_url)

    async def read_meeting(self, visit: Visit) -> meeting_wire.Meeting | None:
        """The meeting as it is, or None where there is none any more."""
        ref = self._ref(visit)
        seat = await self._seating.seat(calls.READ_MEETING, ref.owner)
        try:
            return meeting_wire.Meeting.model_validate(await self._graph.ask(calls.READ_MEETING, seat, meeting=ref.id))
        except CalendarRefused as refused:
            if refused.status == 404:
                return None
            raise

    async def _slot(self, visit: Visit) -> Slot | None:
        meeting = await self.read_meeting(visit)
        if meeting is None or meeting.start_date_time is None or meeting.end_date_time is None:
            return None
        starts_at, ends_at = wire.read_instant(meeting.start_date_time), wire.read_instant(meeting.end_date_time)
        return Slot(starts_at=starts_at, duration=ends_at - starts_at)

    async def meeting_of(self, visit: Visit) -> str:
        """The meeting's own id."""
        return self._ref(visit).id

    async def move(self, visit: Visit) -> CalendarEntry:
        """Set both times, as Graph wants them. Safe to repeat."""
        ref = self._ref(visit)
        join_url = await self._set_times(ref.owner, ref.id, visit)
        return CalendarEntry(event_id=visit.event_id or ref.id, join_url=join_url or visit.join_url)

    async def invite_client(self, visit: Visit) -> None:
        """Nothing: a meeting without a calendar invites nobody. The client has the link and the SMS."""

    async def cancel(self, visit: Visit, comment: str = "") -> None:
        """Delete the meeting. Nobody is told by it; one that is gone already is fine."""
        ref = self._ref(visit)
        await self._meetings.delete(ref.owner, ref.id)

    async def _set_times(self, owner: str, meeting_id: str, visit: Visit) -> str | None:
        seat = await self._seating.seat(calls.CHANGE_MEETING, owner)
        times = meeting_wire.MeetingTimes(
            start_date_time=wire.zulu(visit.starts_at), end_date_time=wire.zulu(visit.ends_at)
        ).to_json()
        answer = await self._graph.ask(calls.CHANGE_MEETING, seat, body=times, meeting=meeting_id)
        return meeting_wire.Meeting.model_validate(answer).join_web_url if answer else None


def _entry(owner: str, meeting: meeting_wire.Meeting, visit: Visit) -> CalendarEntry:
    return CalendarEntry(event_id=written(owner, meeting.id, visit), join_url=meeting.join_web_url)


def _is_at(meeting: meeting_wire.Meeting, visit: Visit) -> bool:
    if meeting.start_date_time is None or meeting.end_date_time is None:
        return False
    try:
        return (wire.read_instant(meeting.start_date_time), wire.read_instant(meeting.end_date_time)) == (
            visit.starts_at,
            visit.ends_at,
        )
    except (ValueError, TypeError):
        return False
