"""What the domain needs of the outside world, in its own words. One contract test body runs on each implementation."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol, TypedDict, Unpack

from bot.visits.models.clinic import StaffMember
from bot.visits.models.draft import Draft
from bot.visits.models.effects import EffectStatus, LateTold
from bot.visits.models.objections import PlaceRules
from bot.visits.models.people import Client, Person, Preferences
from bot.visits.models.presence import Presence
from bot.visits.models.slots import BusySpan
from bot.visits.models.values import Frozen, Instant, StaffId, VisitId
from bot.visits.models.visit import Told, Visit

SmsKind = Literal["confirmation", "reschedule", "cancellation", "reminder"]
ChangeKind = Literal["booking", "reschedule", "cancellation"]


class VisitResults(TypedDict, total=False):
    """What effects learn about a visit. Written column by column, beside people's changes and never against them."""

    event_id: str | None
    join_url: str | None
    meeting_id: str | None
    client_join_url: str | None
    client_invited: bool
    told: Told | None
    calendar_starts_at: datetime | None
    calendar_duration: timedelta | None


NOT_IN_CALENDAR: VisitResults = {
    "event_id": None,
    "join_url": None,
    "meeting_id": None,
    "client_join_url": None,
    "client_invited": False,
    "calendar_starts_at": None,
    "calendar_duration": None,
}
"""What is known of a visit without an event. What its client was told is not part of it."""


class CalendarEntry(Frozen):
    """What the calendar answered to a new or changed event. ``join_url`` may come late: read it again."""

    event_id: str
    join_url: str | None = None


class FreeBusy(Protocol):
    """The part of ``Calendar`` that the slot rules need."""

    @property
    def backend(self) -> str:
        """What a new visit's row says of where it is kept."""
        ...

    async def busy(
        self, staff: Sequence[StaffMember], since: datetime, until: datetime
    ) -> Mapping[StaffId, Sequence[BusySpan]]:
        """What is not free in each calendar. Raises CalendarUnreadable for any that cannot be read."""
        ...

    async def place_rules(
        self, type_name: str, staff: StaffMember, time_zone: str, *, own: Visit | None = None
    ) -> PlaceRules:
        """What the place holds against slots for this type and staff member; for ``own``, the place that keeps it.

        ``time_zone``: whose wall clock its hours are on, where it does not say. Raises as ``Calendar`` does.
        """
        ...


class Calendar(FreeBusy, Protocol):
    """Staff calendars and the visits in them.

    Every method raises ``CalendarBusy`` (repeat after ``retry_after``), ``TenantProvisioning``, ``CalendarRefused``
    (repeating will not help) or ``OutcomeUnknown`` (a write whose answer was lost).
    """

    async def add(self, visit: Visit, *, request_id: str) -> CalendarEntry:
        """Put the visit in its organizer's calendar, without the client. Safe to repeat with the same request id."""
        ...

    async def find(self, visit: Visit) -> CalendarEntry | None:
        """Look the visit's event up by the visit's own id, as after a lost answer."""
        ...

    async def read(self, visit: Visit) -> CalendarEntry | None:
        """Read the event back by its id; None when it is gone."""
        ...

    async def meeting_of(self, visit: Visit) -> str:
        """The id of the online meeting behind ``visit.join_url``."""
        ...

    async def keep_clients_waiting(self, visit: Visit) -> None:
        """Set the lobby so that clients wait until staff admit them."""
        ...

    async def client_link(self, visit: Visit) -> str:
        """The link with which the client joins in a browser."""
        ...

    async def move(self, visit: Visit) -> CalendarEntry:
        """Bring the event to the visit's present start and length. Safe to repeat."""
        ...

    async def invite_client(self, visit: Visit) -> None:
        """Make the client an attendee; Outlook then mails them. Safe to repeat."""
        ...

    async def cancel(self, visit: Visit, comment: str = "") -> None:
        """Call the event off. Safe to repeat: one that is gone already is fine."""
        ...

    async def send_sms(self, visit: Visit, kind: SmsKind) -> None:
        """Have Microsoft text the client. Never repeated by itself: there is no receipt and no key."""
        ...


class Mailer(Protocol):
    """Writes to a client by e-mail, in the organizer's name."""

    async def email_client(self, visit: Visit, *, subject: str, text: str) -> None:
        """Send one plain e-mail. Never repeated by itself: there is no key and no look-up. Raises as ``Calendar``."""
        ...


class VisitStore(Protocol):
    """Visits and drafts as rows. Each method is one transaction."""

    async def save_draft(self, draft: Draft) -> None:
        """Insert or replace a draft. Raises DraftChanged when a newer or different one is stored under its version."""
        ...

    async def draft(self, draft_id: VisitId) -> Draft | None:
        """The draft, unless it expired or was discarded."""
        ...

    async def discard_draft(self, draft_id: VisitId) -> None:
        """Forget a draft."""
        ...

    async def insert(self, visit: Visit, *, check_overlap: bool, except_with: Collection[VisitId] = ()) -> Visit:
        """Reserve the slot and forget the draft. The same visit again returns the stored one.

        Raises SlotTaken when another visit of this organizer overlaps and ``check_overlap``: a database fact, so of
        two confirms at one instant exactly one wins. ``except_with`` are visits a person chose to overlap.
        """
        ...

    async def update(
        self,
        visit: Visit,
        *,
        expected_version: int,
        check_overlap: bool = False,
        except_with: Collection[VisitId] = (),
    ) -> Visit:
        """Replace what people decide if the row still has ``expected_version``; ``VisitResults`` stay as stored.

        Raises VisitChanged with the present visit, SlotTaken as ``insert``.
        """
        ...

    async def record(self, visit_id: VisitId, **results: Unpack[VisitResults]) -> Visit:
        """Write these results and no other column; no version rises. Raises VisitNotFound."""
        ...

    async def visit(self, visit_id: VisitId) -> Visit | None:
        """The visit as it stands."""
        ...

    async def between(self, since: datetime, until: datetime, *, staff_id: StaffId | None = None) -> Sequence[Visit]:
        """Visits that start in the stretch, cancelled ones too, by start."""
        ...

    async def of_client(self, client: Client, since: datetime, until: datetime) -> Sequence[Visit]:
        """Visits that start in the stretch and share the client's phone, e-mail or name, by start."""
        ...

    async def matching(
        self, words: str, *, since: datetime, limit: int = 50, latest_first: bool = False
    ) -> Sequence[Visit]:
        """Visits from ``since`` on whose client's name contains the words, by start; case and accents aside.

        Words that are a phone number match its digits.
        """
        ...

    async def versions(self, visit_id: VisitId) -> Sequence[Visit]:
        """Every version of the visit, oldest first: what Undo goes back to, and the audit."""
        ...


class EffectReader(Protocol):
    """Where the effects of a visit stand."""

    async def effects_of(self, visit_id: VisitId) -> Sequence[EffectStatus]:
        """All effects of a visit, oldest first."""
        ...


class StartsWork(Protocol):
    """The part of ``Work`` that a change of a visit needs."""

    async def start(self, kind: ChangeKind, visit: Visit) -> None:
        """Begin or resume the effects of this visit's present version."""
        ...


class Work(Protocol):
    """Does the effects of a change, durably. Starting the same change twice is once."""

    async def start(self, kind: ChangeKind, visit: Visit) -> None:
        """Begin or resume the effects of this visit's present version."""
        ...

    async def resend(self, visit_id: VisitId, effect_key: str, *, by: Person) -> None:
        """Send an unknown effect again, because a person said so."""
        ...

    async def leave(self, visit_id: VisitId, effect_key: str, *, by: Person) -> None:
        """Leave an unknown effect as it is, because a person said so."""
        ...

    async def running_late(self, visit: Visit, *, by: Person) -> LateTold:
        """Tell the desk that the organizer is late, and by e-mail the client who has an address.

        Returns who hears it. Raises VisitOver.
        """
        ...

    async def send_reminder(self, visit: Visit, *, by: Person) -> None:
        """Have the client's reminder text sent now."""
        ...


class VisitCards(Protocol):
    """The cards that show a visit in chats, wherever they are."""

    async def remember(
        self,
        visit_id: VisitId,
        conversation_id: str,
        activity_id: str,
        *,
        viewer: str | None = None,
        language: str | None = None,
    ) -> None:
        """Note that this message shows the visit.

        ``viewer`` is the object id of its reader, for the zone; ``language`` is what it is written in now, and is kept.
        """
        ...

    async def forget(self, visit_id: VisitId, conversation_id: str, activity_id: str) -> None:
        """The message shows something else for now, such as a question about the visit: it is left alone."""
        ...

    async def refresh(self, visit: Visit) -> None:
        """Edit every card of the visit to its present state. Repeating is harmless."""
        ...


class MessageRef(Frozen):
    """A message the bot posted, so that it can be edited."""

    conversation_id: str
    activity_id: str


class Notifier(Protocol):
    """Writes to people in Teams outside a turn. Cards are plain Adaptive Card JSON."""

    async def post(self, object_id: str, card: Mapping[str, object], *, summary: str) -> MessageRef:
        """Post a card in the person's 1:1 chat.

        Raises: RecipientUnreachable, ChatBusy (certainly not delivered), OutcomeUnknown (may have been delivered).
        """
        ...

    async def post_to_chat(self, conversation_id: str, card: Mapping[str, object], *, summary: str) -> MessageRef:
        """Post a card in a known conversation, such as the desk's. Raises as ``post``."""
        ...

    async def edit(self, message: MessageRef, card: Mapping[str, object], *, summary: str) -> None:
        """Replace a message. Repeating is harmless. Raises MessageGone, RecipientUnreachable, ChatBusy."""
        ...

    async def person(self, object_id: str) -> Person | None:
        """What is known of this person: name, locale, zone; None if the bot never met them."""
        ...


class People(Protocol):
    """What people chose for themselves. Kept apart from what Teams says of them."""

    async def preferences(self, object_id: str) -> Preferences:
        """What this person chose; all None for someone who chose nothing."""
        ...

    async def prefer(self, object_id: str, preferences: Preferences) -> None:
        """Replace what this person chose. Works for someone the bot has not met yet."""
        ...


# --- what the outside world does to visits by itself ------------------------------------------------


class CalendarDrift(Frozen):
    """A visit that somebody moved or deleted in the calendar itself."""

    visit_id: VisitId
    kind: Literal["moved", "deleted"]
    starts_at: Instant | None = None
    """Where the calendar has it now; None when it is gone."""
    duration: timedelta | None = None


class Drifts(Protocol):
    """Compares visits with the calendar."""

    def keeps(self, visit: Visit) -> bool:
        """Whether the calendar this visit lies in can be asked at all, as things are set up."""
        ...

    async def drifts(self, visits: Sequence[Visit]) -> Sequence[CalendarDrift]:
        """Those the calendar tells differently from what it was told. Raises as ``Calendar`` does."""
        ...


BY_HAND = "by_hand"
"""Begins the key of what staff noted themselves, and stands for whoever they saw."""


class Arrival(Frozen):
    """Someone came to a visit, or left. Order is not promised."""

    visit_id: VisitId
    kind: Literal["client_waiting", "client_admitted", "client_left", "staff_joined", "staff_left", "ended"]
    at: Instant
    key: str
    """The same for the same news told twice: what happened, a colon, and the number of who it happened to."""

    @property
    def who(self) -> str:
        """The number of who it happened to."""
        return BY_HAND if self.key.startswith(f"{BY_HAND}:") else self.key.rpartition(":")[2]


class Arrivals(Protocol):
    """Takes news of who came."""

    async def arrived(self, arrival: Arrival) -> None:
        """Note it on the visit. Hearing it twice is once."""
        ...


class Presences(Protocol):
    """Who came to a visit."""

    async def presence_of(self, visit: Visit) -> Presence:
        """What is known of it; nothing for a visit nobody came to yet."""
        ...

    async def mark_arrived(self, visit: Visit, *, by: Person) -> None:
        """Note by hand that the client is there. Twice is once."""
        ...


DriftAnswer = Literal["adopted", "put_back", "ignored"]


class Businesses(Protocol):
    """Where visits may be booked, beside the usual place."""

    async def businesses(self) -> Sequence[tuple[str, str]]:
        """Name and id of each; none where there is nothing to choose. Raises as ``Calendar`` does."""
        ...


class DriftReader(Protocol):
    """The calendar as it is now, for one visit that is asked about."""

    async def drift_now(self, visit: Visit) -> CalendarDrift | None:
        """How the calendar differs from the visit at this moment. Raises as ``Calendar`` does."""
        ...

    async def answered(self, visit: Visit, seen: str, answer: DriftAnswer) -> None:
        """A person decided about a difference: it is not asked about again."""
        ...


def seen_of(drift: CalendarDrift) -> str:
    """A key of what was seen in the calendar: ``moved:20261127T223000Z:30``, or ``deleted``."""
    if drift.starts_at is None:
        return drift.kind
    minutes = round(drift.duration.total_seconds() / 60) if drift.duration else 0
    return f"{drift.kind}:{drift.starts_at:%Y%m%dT%H%M%SZ}:{minutes}"
