"""What becomes of events: made, changed, ended, by a call or by hand; who is mailed, and the meeting that follows.

Source: learn.microsoft.com/graph/outlook-calendar-online-meetings, /graph/api/event-update
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from bot.graph.emulator import event_json
from bot.graph.emulator.event_bodies import EventBody
from bot.graph.emulator.exchange import bad_request
from bot.graph.emulator.minting import new_meeting, outlook_id
from bot.graph.emulator.moments import read
from bot.graph.emulator.parts import User
from bot.graph.emulator.state import Event, Mail, State
from bot.graph.emulator.world import World


class Notices(Protocol):
    """Whoever tells subscribers."""

    def event_changed(self, event: Event, change: str) -> None:
        """An event was ``created``, ``updated`` or ``deleted``."""
        ...


class EventBook:
    """The events of all mailboxes. Attendees are mailed at every change, as Outlook does."""

    def __init__(self, world: World, state: State, notices: Notices, visit_base: Callable[[], str | None]) -> None:
        self._world = world
        self._state = state
        self._notices = notices
        self._visit_base = visit_base

    def add(self, organizer: User, wanted: EventBody, now: datetime) -> Event:
        """A new event; attendees are invited. Raises GraphError."""
        event = self._make(organizer, wanted, now)
        self._mail(event, event.attendees, "invitation", now)
        self._notices.event_changed(event, "created")
        return event

    def change(self, event: Event, wanted: EventBody, now: datetime) -> None:
        """What was sent replaces what was there; attendees hear of it, new ones are invited. Raises GraphError."""
        before = [each["emailAddress"]["address"].casefold() for each in event.attendees]
        self._apply(event, wanted, now)
        known = [each for each in event.attendees if each["emailAddress"]["address"].casefold() in before]
        new = [each for each in event.attendees if each not in known]
        self._mail(event, known, "update", now)
        self._mail(event, new, "invitation", now)
        self._notices.event_changed(event, "updated")

    def end(self, event: Event, now: datetime, comment: str = "") -> None:
        """The event leaves the calendar with its meeting, and attendees are told."""
        event.cancelled = True
        event.deleted_at = now
        if event.meeting:
            event.meeting.deleted_at = now
        self._mail(event, event.attendees, "cancellation", now, comment)
        self._notices.event_changed(event, "deleted")

    def move_by_hand(self, event_id: str, starts_at: datetime, ends_at: datetime, now: datetime) -> None:
        """Someone drags the event elsewhere in Outlook. Raises KeyError."""
        event = self._state.events[event_id]
        event.starts_at, event.ends_at, event.changed_at = starts_at, ends_at, now
        event.revision += 1
        if event.meeting:
            event.meeting.starts_at, event.meeting.ends_at = starts_at, ends_at
        self._mail(event, event.attendees, "update", now)
        self._notices.event_changed(event, "updated")

    def delete_by_hand(self, event_id: str, now: datetime) -> None:
        """Someone deletes the event in Outlook. Raises KeyError."""
        self.end(self._state.events[event_id], now)

    def _make(self, organizer: User, wanted: EventBody, now: datetime) -> Event:
        if wanted.start is None or wanted.end is None:
            raise bad_request("Start and end are required.", "ErrorPropertyValidationFailure")
        starts_at, ends_at = read(wanted.start), read(wanted.end)
        event = Event(
            id=outlook_id(organizer.id, str(len(self._state.events)), now.isoformat()),
            organizer=organizer,
            content={},
            starts_at=starts_at,
            ends_at=ends_at,
            zone=wanted.start.time_zone,
            created_at=now,
            changed_at=now,
            transaction_id=wanted.transaction_id,
        )
        self._apply(event, wanted, now, new=True)
        self._state.events[event.id] = event
        return event

    def _apply(self, event: Event, wanted: EventBody, now: datetime, *, new: bool = False) -> None:
        sent = wanted.sent()
        starts_at = read(wanted.start) if "start" in sent and wanted.start else event.starts_at
        ends_at = read(wanted.end) if "end" in sent and wanted.end else event.ends_at
        if ends_at < starts_at:
            raise bad_request("The event end must not be before its start.", "ErrorPropertyValidationFailure")
        if len(wanted.attendees or []) > 500:
            raise bad_request("An event has at most 500 attendees.", "ErrorTooManyRecipients")
        changes = event_json.content_of(wanted)
        loses_meeting = (
            event.meeting is not None
            and "body" in sent
            and event.meeting.join_url not in (changes.get("body") or {}).get("content", "")
        )
        event.starts_at, event.ends_at = starts_at, ends_at
        if wanted.start and "start" in sent:
            event.zone = wanted.start.time_zone
        event.content.update(changes)
        for each in wanted.single_value_extended_properties or []:
            event.properties[each.id] = each.value
        event.changed_at = now
        event.revision += 0 if new else 1
        if loses_meeting and event.meeting:
            event.meeting.deleted_at, event.meeting = now, None
        if wanted.is_online_meeting and event.meeting is None:
            self._attach_meeting(event, now)
        if event.meeting:
            event.meeting.subject = event.content.get("subject") or ""
            event.meeting.starts_at, event.meeting.ends_at = starts_at, ends_at
            self._state.meeting_moved(event.meeting, follows=self._world.switches.moved_reminder == "follows")

    def _attach_meeting(self, event: Event, now: datetime) -> None:
        meeting = new_meeting(
            event.organizer,
            self._world.tenant_id,
            subject=event.content.get("subject") or "",
            starts_at=event.starts_at,
            ends_at=event.ends_at,
            now=now,
            visit_base=self._visit_base(),
        )
        meeting.event_id = event.id
        event.meeting = meeting
        event.reads_until_join_url = self._world.switches.late_join_url_reads
        self._state.meetings[meeting.id] = meeting
        event.content["body"] = event_json.with_join_block(event.content.get("body"), meeting)

    def _mail(self, event: Event, to: list[dict[str, Any]], kind: Any, now: datetime, comment: str = "") -> None:
        subject, sender = event.content.get("subject") or "", event.organizer.mailbox
        self._state.mails += [Mail(sender, each["emailAddress"]["address"], kind, subject, comment, now) for each in to]
