"""Visits as Outlook events with a Teams meeting: the default backend."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from html import escape

from bot.graph import calls, wire
from bot.graph.online_backend import Footing, OnlineBackend
from bot.graph.refs import written
from bot.visits.errors import CalendarRefused
from bot.visits.models.slots import Slot
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.calendar import CalendarEntry

log = logging.getLogger(__name__)

InvitationText = Callable[[Visit], str]
"""What the invitation tells the client about the visit, as plain text."""

_EVENT_FIELDS = "id,start,end,isCancelled,onlineMeeting"
DAY = timedelta(days=1)
PAGE = 500
"""Events asked for at once: Graph's own pages hold ten, and a month of a full calendar would be dozens of requests."""
DUPLICATE = "ErrorDuplicateTransactionId"


def plain_invitation(visit: Visit) -> str:
    """The type and the name; never the notes, which are for staff only."""
    return f"{visit.type_name}: {visit.client.name}"


class OutlookCalendar(OnlineBackend):
    """Visits as Outlook events with a Teams join URL. Implements ``bot.visits.ports.calendar.Calendar``.

    App-only the event lies in the staff member's calendar; delegated in that of whoever booked it, with the staff
    member as attendee.
    """

    backend = "outlook"

    def __init__(self, on: Footing, *, invitation: InvitationText = plain_invitation) -> None:
        super().__init__(on)
        self._invitation = invitation

    async def add(self, visit: Visit, *, request_id: str) -> CalendarEntry:
        """Put the visit in its calendar, without the client.

        Safe to repeat byte for byte: the same transactionId with the same content makes no second event; with other
        content Graph refuses, and then the event that is there is the answer.
        Source: POST /users/{id}/events, learn.microsoft.com/graph/api/user-post-events
        """
        owner = self._new_owner(visit)
        seat = await self._seating.seat(calls.CREATE_EVENT, owner)
        try:
            answer = await self._graph.ask(calls.CREATE_EVENT, seat, body=self._new(visit, request_id).to_json())
        except CalendarRefused as refused:
            if refused.graph_code != DUPLICATE or (entry := await self.find(visit)) is None:
                raise
            return entry
        event = wire.Event.model_validate(answer)
        return CalendarEntry(event_id=written(owner, event.id, visit), join_url=event.join_url)

    async def find(self, visit: Visit) -> CalendarEntry | None:
        """Look the event up by our own property on it: the one look-up that needs no answer of an earlier call.

        Source: learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get
        """
        owner = self._ref(visit).owner if visit.event_id else self._new_owner(visit)
        seat = await self._seating.seat(calls.FIND_EVENT, owner)
        ours = f"ep/id eq '{wire.VISIT_PROPERTY}' and ep/value eq '{visit.id}'"
        query = {"$filter": f"singleValueExtendedProperties/Any(ep: {ours})", "$select": _EVENT_FIELDS}
        async for item in self._graph.pages(calls.FIND_EVENT, seat, query=query):
            event = wire.Event.model_validate(item)
            if not event.is_cancelled:
                return CalendarEntry(event_id=written(owner, event.id, visit), join_url=event.join_url)
        return None

    async def read(self, visit: Visit) -> CalendarEntry | None:
        """Read the event back; None when it is gone or called off."""
        if visit.event_id is None:
            return await self.find(visit)
        event = await self.event_of(visit, _EVENT_FIELDS)
        if event is None or event.is_cancelled:
            return None
        return CalendarEntry(event_id=visit.event_id, join_url=event.join_url)

    async def event_of(self, visit: Visit, fields: str) -> wire.Event | None:
        """The event as it is, or None where there is none any more."""
        ref = self._ref(visit)
        seat = await self._seating.seat(calls.READ_EVENT, ref.owner)
        try:
            answer = await self._graph.ask(calls.READ_EVENT, seat, query={"$select": fields}, event=ref.id)
        except CalendarRefused as refused:
            if refused.status == 404:
                return None
            raise
        return wire.Event.model_validate(answer)

    async def whereabouts(self, visits: Sequence[Visit]) -> Mapping[VisitId, Slot | None]:
        """When the calendars hold these visits: one view for each mailbox, then one read for each visit not in it.

        Source: GET /users/{id}/calendarView, learn.microsoft.com/graph/api/user-list-calendarview
        """
        found: dict[VisitId, Slot | None] = {}
        by_owner: dict[str, list[Visit]] = {}
        for visit in visits:
            by_owner.setdefault(self._owner(visit), []).append(visit)
        for owner, theirs in by_owner.items():
            seen = await self._view(owner, theirs)
            for visit in theirs:
                event_id = self._ref(visit).id
                found[visit.id] = seen[event_id] if event_id in seen else await self._slot(visit)
        return found

    async def _view(self, owner: str, visits: Sequence[Visit]) -> Mapping[str, Slot]:
        """Events by id over the days these visits lie on. Called-off ones are left out, so they are read and gone."""
        seat = await self._seating.seat(calls.CALENDAR_VIEW, owner)
        starts = [visit.calendar_starts_at or visit.starts_at for visit in visits]
        query = {
            "startDateTime": wire.zulu(min(starts) - DAY),
            "endDateTime": wire.zulu(max(starts) + DAY),
            "$select": "id,start,end,isCancelled",
            "$top": str(PAGE),
        }
        found: dict[str, Slot] = {}
        async for item in self._graph.pages(calls.CALENDAR_VIEW, seat, query=query):
            event = wire.Event.model_validate(item)
            slot = wire.slot_between(event.start, event.end)
            if slot is not None and not event.is_cancelled:
                found[event.id] = slot
        return found

    async def _slot(self, visit: Visit) -> Slot | None:
        event = await self.event_of(visit, "id,start,end,isCancelled")
        return None if event is None or event.is_cancelled else wire.slot_between(event.start, event.end)

    async def move(self, visit: Visit) -> CalendarEntry:
        """Bring the event to the visit's present start and length. Only the times are sent.

        Outlook mails the attendees at every change, so where the client is one it is read first whether there is any:
        repeating mails nobody twice.
        Source: PATCH /users/{id}/events/{id}, learn.microsoft.com/graph/api/event-update
        """
        if visit.client_invited and await self._slot(visit) == visit.slot:
            return CalendarEntry(event_id=visit.event_id or self._ref(visit).id, join_url=visit.join_url)
        ref = self._ref(visit)
        seat = await self._seating.seat(calls.CHANGE_EVENT, ref.owner)
        times = wire.EventTimes(
            start=wire.GraphDateTime.at(visit.starts_at, visit.time_zone),
            end=wire.GraphDateTime.at(visit.ends_at, visit.time_zone),
        )
        answer = await self._graph.ask(calls.CHANGE_EVENT, seat, body=times.to_json(), event=ref.id)
        join_url = wire.Event.model_validate(answer).join_url if answer else None
        return CalendarEntry(event_id=visit.event_id or ref.id, join_url=join_url or visit.join_url)

    async def invite_client(self, visit: Visit) -> None:
        """Make the client an attendee beside whoever is one already; Outlook then mails them.

        Nothing is sent where the client has no address or is an attendee, so repeating mails nobody twice.
        """
        if not visit.client.email:
            return
        event = await self.event_of(visit, "id,attendees")
        if event is None:
            raise CalendarRefused(404, "no_event", reason="not_found")
        known = {(each.email_address.address or "").casefold() for each in event.attendees}
        if visit.client.email.casefold() in known:
            return
        attendees = [*event.attendees, wire.Attendee.of(visit.client.email, visit.client.name)]
        ref = self._ref(visit)
        seat = await self._seating.seat(calls.CHANGE_EVENT, ref.owner)
        body = wire.EventAttendees(attendees=attendees).to_json()
        await self._graph.ask(calls.CHANGE_EVENT, seat, body=body, event=ref.id)

    async def cancel(self, visit: Visit, comment: str = "") -> None:
        """Call the event off: with a message where anybody was invited, else it is simply deleted.

        One that is gone already is fine.
        Source: learn.microsoft.com/graph/api/event-cancel, /event-delete
        """
        ref = self._ref(visit)
        attended = visit.client_invited or ref.owner != visit.organizer.id
        call = calls.CANCEL_EVENT if attended else calls.DELETE_EVENT
        seat = await self._seating.seat(call, ref.owner)
        try:
            await self._graph.ask(call, seat, body={"comment": comment} if attended else None, event=ref.id)
        except CalendarRefused as refused:
            if refused.status != 404:
                raise

    def _new(self, visit: Visit, request_id: str) -> wire.NewEvent:
        online = self.features.online_meetings
        staff = visit.organizer
        own = self._new_owner(visit) == staff.id
        return wire.NewEvent(
            subject=f"{visit.type_name}: {visit.client.name}",
            body=wire.ItemBody(content=f"<p>{escape(self._invitation(visit))}</p>"),
            start=wire.GraphDateTime.at(visit.starts_at, visit.time_zone),
            end=wire.GraphDateTime.at(visit.ends_at, visit.time_zone),
            is_online_meeting=True if online else None,
            online_meeting_provider="teamsForBusiness" if online else None,
            attendees=None if own else [wire.Attendee.of(staff.mailbox, staff.display_name)],
            single_value_extended_properties=[wire.ExtendedProperty(id=wire.VISIT_PROPERTY, value=visit.id)],
            transaction_id=request_id,
        )
