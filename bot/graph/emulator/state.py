"""What the emulator remembers: everything asked of it, and everything that came of it. Nothing is ever removed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from bot.graph.emulator.bookings_world import Business
from bot.graph.emulator.parts import User

SmsType = Literal["confirmation", "reschedule", "cancellation", "reminder"]
Presence = Literal["lobby", "in", "left"]
FIFTEEN_MINUTES = timedelta(minutes=15)


@dataclass
class Recorded:
    """A request and what became of it. ``status`` stays None where the connection was cut."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    status: int | None = None
    answer: Any = None
    at: datetime | None = None
    took_ms: float = 0
    headers: dict[str, str] = field(default_factory=dict)
    caller: Literal["app", "delegated"] | None = None
    """Who asked, where the token was read."""


@dataclass
class Sms:
    """A text the service sent. Its words are the service's own; callers cannot choose them."""

    meeting_id: str
    phone: str
    time_zone: str
    type: SmsType
    at: datetime
    starts_at: datetime
    ends_at: datetime
    link: str


@dataclass
class Participant:
    """Someone who came to a meeting."""

    id: str
    name: str
    role: Literal["Attendee", "Organizer"]
    presence: Presence
    arrived_at: datetime
    user_id: str | None = None
    admitted_at: datetime | None = None
    left_at: datetime | None = None


@dataclass
class Session:
    """One call in a meeting, from the first person in it to its end. Ended ones have an attendance report."""

    id: str
    started_at: datetime
    ended_at: datetime | None = None
    participants: list[Participant] = field(default_factory=list)


@dataclass
class Meeting:
    """An online meeting. ``event_id`` is set where a calendar event made it."""

    id: str
    thread_id: str
    organizer: User
    join_url: str
    visit_url: str
    subject: str
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    options: dict[str, Any] = field(default_factory=dict)
    attendees: list[dict[str, Any]] = field(default_factory=list)
    external_id: str | None = None
    event_id: str | None = None
    appointment_id: str | None = None
    join_number: str = ""
    passcode: str = ""
    passcode_required: bool = False
    deleted_at: datetime | None = None
    lobby: list[Participant] = field(default_factory=list)
    """Clients who wait, whether or not a call is on."""
    sessions: list[Session] = field(default_factory=list)
    retired: dict[str, Any] | None = None
    """The beta virtualAppointment of 2022, where one was put."""

    @property
    def scope(self) -> str:
        """Who passes the lobby by."""
        settings: dict[str, Any] = self.options.get("lobbyBypassSettings") or {}
        return str(settings.get("scope", "organization"))

    @property
    def call(self) -> Session | None:
        """The call that is on now."""
        return self.sessions[-1] if self.sessions and self.sessions[-1].ended_at is None else None


@dataclass
class Event:
    """A calendar event in its organizer's mailbox, with copies in the mailboxes of attendees who work here."""

    id: str
    organizer: User
    content: dict[str, Any]
    """Graph's properties as last written, times apart."""
    starts_at: datetime
    ends_at: datetime
    zone: str
    created_at: datetime
    changed_at: datetime
    transaction_id: str | None = None
    properties: dict[str, str] = field(default_factory=dict)
    """Single-value extended properties by id."""
    meeting: Meeting | None = None
    reads_until_join_url: int = 0
    cancelled: bool = False
    deleted_at: datetime | None = None
    revision: int = 1

    @property
    def attendees(self) -> list[dict[str, Any]]:
        """The attendees as Graph writes them."""
        found: list[dict[str, Any]] = self.content.get("attendees") or []
        return found


@dataclass
class Mail:
    """A mail: a person's own, or an invitation, update or cancellation that Exchange sent by itself."""

    sender: str
    to: str
    kind: Literal["invitation", "update", "cancellation", "message"]
    subject: str
    body: str
    at: datetime


@dataclass
class Reminder:
    """A reminder SMS that the service holds until shortly before its meeting."""

    meeting: Meeting
    phone: str
    time_zone: str
    due_at: datetime
    sent: bool = False


@dataclass
class State:
    """All of it."""

    requests: list[Recorded] = field(default_factory=list)
    sms: list[Sms] = field(default_factory=list)
    events: dict[str, Event] = field(default_factory=dict)
    meetings: dict[str, Meeting] = field(default_factory=dict)
    mails: list[Mail] = field(default_factory=list)
    reminders: list[Reminder] = field(default_factory=list)
    transactions: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By mailbox and transactionId, a space between: the content that was sent, and the event it made."""
    provisioning_since: datetime | None = None
    businesses: dict[str, Business] = field(default_factory=dict)

    def settle(self, now: datetime) -> None:
        """Let what was due by now have happened."""
        for reminder in self.reminders:
            if reminder.sent or reminder.meeting.deleted_at or reminder.due_at > now:
                continue
            reminder.sent = True
            self.text(reminder.meeting, reminder.phone, reminder.time_zone, "reminder", reminder.due_at)

    def text(self, meeting: Meeting, phone: str, time_zone: str, kind: SmsType, at: datetime) -> None:
        """Send an SMS."""
        self.sms.append(
            Sms(meeting.id, phone, time_zone, kind, at, meeting.starts_at, meeting.ends_at, meeting.visit_url)
        )

    def meeting_moved(self, meeting: Meeting, *, follows: bool) -> None:
        """Let held reminder SMS follow their meeting to its new start, where the world has it so."""
        for reminder in self.reminders:
            if follows and reminder.meeting is meeting:
                reminder.due_at = meeting.starts_at - FIFTEEN_MINUTES

    def meeting_by_thread(self, thread_id: str) -> Meeting | None:
        """The meeting that has this chat thread."""
        return next((each for each in self.meetings.values() if each.thread_id == thread_id), None)
