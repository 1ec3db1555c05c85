"""Outlook events: create with replay, read, look up, change, cancel, delete, calendar view.

Source: learn.microsoft.com/graph/api/user-post-events, event-get, event-update, event-cancel, event-delete,
user-list-calendarview, outlook-calendar-online-meetings
"""

import json
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bot.graph.emulator import event_json
from bot.graph.emulator.bodies import parse
from bot.graph.emulator.event_bodies import CancelBody, EventBody
from bot.graph.emulator.event_book import EventBook
from bot.graph.emulator.exchange import Answer, Call, GraphError, bad_request, not_found
from bot.graph.emulator.moments import LONGEST_VIEW, answer_zone, read_text
from bot.graph.emulator.paging import page, selected
from bot.graph.emulator.parts import User
from bot.graph.emulator.routing import Needs, route
from bot.graph.emulator.state import Event, State
from bot.graph.emulator.world import World

READ = Needs(
    ("Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite", "Calendars.Read.Shared"),
    ("Calendars.ReadBasic.All", "Calendars.Read", "Calendars.ReadWrite"),
)
WRITE = Needs(("Calendars.ReadWrite",), ("Calendars.ReadWrite",))

_BY_PROPERTY = re.compile(
    r"singleValueExtendedProperties/any\(\s*(\w+)\s*:\s*\1/id eq '([^']*)' and \1/value eq '((?:[^']|'')*)'\s*\)",
    re.IGNORECASE,
)


class CalendarArea:
    """Everything under ``…/events`` and ``…/calendarView``."""

    def __init__(self, world: World, state: State, book: EventBook) -> None:
        self._world = world
        self._state = state
        self._book = book

    @route("POST", "{user}/events", WRITE)
    @route("POST", "{user}/calendar/events", WRITE)
    def create(self, call: Call) -> Answer:
        """201 with the event; attendees are invited at once.

        The same transactionId with the same content makes no second event; with other content it is refused.
        Observed: alcionai/corso issue 2490.
        """
        wanted = parse(
            EventBody, call.body, kind="event", code="ErrorPropertyValidationFailure", read_code="RequestBodyRead"
        )
        key = f"{call.user.id} {wanted.transaction_id}"
        content = json.dumps(call.body, sort_keys=True)
        if wanted.transaction_id and key in self._state.transactions:
            before, event_id = self._state.transactions[key]
            event = self._state.events[event_id]
            if before != content or event.deleted_at is not None:
                raise GraphError(
                    409,
                    "ErrorDuplicateTransactionId",
                    "Your request can't be completed. An item with the same transaction id already exists.",
                )
            return self._shown(call, event, 201)
        event = self._book.add(call.user, wanted, call.now)
        if wanted.transaction_id:
            self._state.transactions[key] = (content, event.id)
        return self._shown(call, event, 201)

    @route("GET", "{user}/events", READ)
    @route("GET", "{user}/calendar/events", READ)
    def find(self, call: Call) -> Answer:
        """Events of this mailbox; ``$filter`` knows single-value extended properties only.

        No filter by transactionId is documented, and none is offered here.
        Source: learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get
        """
        event_json.check_query(call)
        events = [each for each in self._state.events.values() if self._in_mailbox(each, call.user)]
        if "$filter" in call.query:
            match = _BY_PROPERTY.fullmatch(call.query["$filter"].strip())
            if match is None:
                raise bad_request("The query filter contains one or more invalid nodes.", "ErrorInvalidUrlQueryFilter")
            value = match[3].replace("''", "'")
            events = [each for each in events if each.properties.get(match[2]) == value]
        zone, headers = answer_zone(call)
        rows = [event_json.render(self._world, each, call, zone) for each in events]
        return page(self._world, call, rows, "events", headers)

    @route("GET", "{user}/calendarView", READ)
    @route("GET", "{user}/calendar/calendarView", READ)
    def view(self, call: Call) -> Answer:
        """What overlaps a stretch, other appointments too. The stretch is UTC unless it carries an offset; ``Prefer``
        does not change how it is read.
        """
        event_json.check_query(call)
        since, until = (self._boundary(call, name) for name in ("startDateTime", "endDateTime"))
        if until - since > LONGEST_VIEW:
            message = "Requested duration is too long. The maximum allowed duration is 1825 days."
            raise bad_request(message, "ErrorInvalidParameter")
        zone, headers = answer_zone(call)
        mine = [each for each in self._state.events.values() if self._in_mailbox(each, call.user)]
        rows = [
            (each.starts_at, event_json.render(self._world, each, call, zone))
            for each in mine
            if each.starts_at < until and each.ends_at > since
        ]
        rows += event_json.render_busy(call.user, since, until, zone)
        rows.sort(key=lambda row: row[0])
        return page(self._world, call, [row for _, row in rows], "calendarView", headers)

    @route("GET", "{user}/events/{event}", READ)
    @route("GET", "{user}/calendar/events/{event}", READ)
    def read(self, call: Call) -> Answer:
        """200 with the event, 404 once it is gone."""
        event_json.check_query(call)
        event = self._event(call)
        if event.reads_until_join_url:
            event.reads_until_join_url -= 1
        return self._shown(call, event, 200)

    @route("PATCH", "{user}/events/{event}", WRITE)
    @route("PATCH", "{user}/calendar/events/{event}", WRITE)
    def update(self, call: Call) -> Answer:
        """200 with the event. Only the fields sent change; attendees get an update.

        The join block is part of the body: a new body without it ends the online meeting.
        Source: learn.microsoft.com/graph/api/event-update
        """
        event = self._own(call)
        if (match := call.headers.get("if-match")) not in (None, "*", event_json.etag(event)):
            raise GraphError(
                412, "ErrorIrresolvableConflict", f"The send or update operation could not be performed: {match}."
            )
        wanted = parse(
            EventBody, call.body, kind="event", code="ErrorPropertyValidationFailure", read_code="RequestBodyRead"
        )
        sent = wanted.sent()
        if "transaction_id" in sent and wanted.transaction_id != event.transaction_id:
            raise bad_request("TransactionId is immutable once set.", "ErrorInvalidPropertyUpdate")
        switched_off = wanted.is_online_meeting is False or wanted.online_meeting_provider not in (
            None,
            "teamsForBusiness",
        )
        if event.meeting and switched_off:
            raise bad_request("An online meeting cannot be switched off or moved.", "ErrorInvalidPropertyUpdate")
        self._book.change(event, wanted, call.now)
        return self._shown(call, event, 200)

    @route("DELETE", "{user}/events/{event}", WRITE)
    @route("DELETE", "{user}/calendar/events/{event}", WRITE)
    def delete(self, call: Call) -> Answer:
        """204; the organizer's delete also sends cancellations."""
        event = self._event(call)
        if event.organizer.id == call.user.id:
            self._book.end(event, call.now)
        return Answer(204)

    @route("POST", "{user}/events/{event}/cancel", WRITE)
    @route("POST", "{user}/calendar/events/{event}/cancel", WRITE)
    def cancel(self, call: Call) -> Answer:
        """202, the organizer only; the event leaves the calendar and attendees are told, with the comment."""
        event = self._event(call)
        wanted = parse(CancelBody, call.body or {}, kind="cancel", action=True, read_code="RequestBodyRead")
        if event.organizer.id != call.user.id:
            raise bad_request(
                "Your request can't be completed. You need to be an organizer to cancel a meeting.",
                "ErrorInvalidRequest",
            )
        self._book.end(event, call.now, wanted.comment or "")
        return Answer(202)

    # --- how it is done ---------------------------------------------------------------------------

    def _in_mailbox(self, event: Event, user: User) -> bool:
        if event.deleted_at is not None:
            return False
        return event.organizer.id == user.id or any(
            user.answers_to(each["emailAddress"]["address"]) for each in event.attendees
        )

    def _event(self, call: Call) -> Event:
        wanted = call["event"]
        for each in self._state.events.values():
            if self._in_mailbox(each, call.user) and wanted == event_json.id_in(each, call.user):
                return each
        raise not_found(code="ErrorItemNotFound")

    def _own(self, call: Call) -> Event:
        event = self._event(call)
        if event.organizer.id != call.user.id:
            raise GraphError(403, "ErrorAccessDenied", "Only the organizer may change this event.")
        return event

    def _boundary(self, call: Call, name: str) -> datetime:
        if name not in call.query:
            raise bad_request(
                "This request requires a time window specified by StartDateTime and EndDateTime.",
                "ErrorInvalidParameter",
            )
        return read_text(call.query[name], ZoneInfo("UTC"), "ErrorInvalidParameter").astimezone(UTC)

    def _shown(self, call: Call, event: Event, status: int) -> Answer:
        zone, headers = answer_zone(call)
        body = event_json.render(self._world, event, call, zone)
        context = f"{self._world.cloud.graph}/{call.version}/$metadata#users('{call.user.id}')/events/$entity"
        return Answer(status, {"@odata.context": context, **selected(call, body)}, headers)
