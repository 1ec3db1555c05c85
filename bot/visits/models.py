"""The domain's nouns: clinic, staff, client, draft, visit, and where a visit's effects stand.

Instants are aware datetimes in UTC; *where* is an IANA name beside them. Everything here is frozen data.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cache
from hashlib import sha256
from typing import Annotated, Literal, NewType, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

VisitId = NewType("VisitId", str)
"""Made once, when the draft is made; the idempotency key all the way to Graph."""

StaffId = NewType("StaffId", str)
"""A staff member's Entra object id."""


@cache
def known_zones() -> frozenset[str]:
    """Read once: the standard library walks the whole zone folder at every call."""
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in known_zones():
        raise ValueError(f"{name!r} is not an IANA time zone name such as America/Los_Angeles")
    return name


EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
"""No visit is before or after: so the next day, and the same moment in another zone, is always a date, too."""


def _in_utc(moment: datetime) -> datetime:
    if not EARLIEST <= moment.date() <= LATEST:
        raise ValueError("no instant of a visit")
    return moment.astimezone(UTC)


def _on_the_wall(at: time) -> time:
    if at.tzinfo is not None:
        raise ValueError("a time of the wall clock has no zone")
    return at


IanaZone = Annotated[str, AfterValidator(_known_zone)]
Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Day = Annotated[date, Field(ge=EARLIEST, le=LATEST)]
WallTime = Annotated[time, AfterValidator(_on_the_wall)]
PhoneNumber = Annotated[str, Field(pattern=r"^\+[1-9]\d{5,14}$")]
"""E.164, as ``+12065550142``."""


class Frozen(BaseModel):
    """Data that never changes; ``model_copy(update=...)`` makes the next one."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# --- the clinic -----------------------------------------------------------------------------------


class StaffMember(Frozen):
    """Someone who works here and holds visits in their own calendar."""

    id: StaffId
    name: str
    title: str = ""
    mailbox: str
    time_zone: IanaZone

    @property
    def display_name(self) -> str:
        """Name with title, as people say it: ``Dr Min Kim``, ``Maria Lopez RN``."""
        if not self.title:
            return self.name
        return f"{self.title} {self.name}" if self.title.rstrip(".") in _TITLES_BEFORE else f"{self.name} {self.title}"


_TITLES_BEFORE = {"Dr", "Mr", "Mrs", "Ms", "Miss", "Mx", "Prof", "Dra", "Sr", "Sra"}


class AppointmentType(Frozen):
    """What a visit is for, and what it needs of the calendar."""

    name: str
    duration: timedelta
    buffer_before: timedelta = timedelta(0)
    buffer_after: timedelta = timedelta(0)
    names: Mapping[str, str] = Field(default_factory=dict)
    """The name in other languages, by language tag: ``{"es": "Seguimiento"}``."""
    client_text: Mapping[str, str] = Field(default_factory=dict)
    """What the invitation tells the client about this type, by language tag."""
    reminders: tuple[timedelta, ...] | None = None
    """How long before the visit its organizer is reminded; None means the clinic's own."""

    def name_in(self, language: str) -> str:
        """The name in a language, falling back on the plain name."""
        return self.names.get(language, self.name)


class OpenSpan(Frozen):
    """From a wall time to a later one on the same day, in the clinic's zone."""

    opens: time
    closes: time

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError(f"closes ({self.closes}) must be later than opens ({self.opens})")
        return self


class OfficeHours(Frozen):
    """When visits may normally be held: spans by weekday (0 is Monday), and days that are closed."""

    days: Mapping[int, tuple[OpenSpan, ...]]
    holidays: frozenset[date] = frozenset()

    def on(self, day: date) -> tuple[OpenSpan, ...]:
        """The open spans of a day; none when it is closed."""
        return () if day in self.holidays else self.days.get(day.weekday(), ())


class Clinic(Frozen):
    """The place the bot works for, as its TOML file tells."""

    name: str
    time_zone: IanaZone
    phone_region: str = "US"
    language: str = "en"
    office_hours: OfficeHours
    staff: tuple[StaffMember, ...]
    types: tuple[AppointmentType, ...]
    schedulers: Literal["everyone"] | tuple[str, ...] = ()
    """Entra object ids of those who may act on any visit beside the staff, or everyone in the tenant."""
    reminders: tuple[timedelta, ...] = (timedelta(minutes=15),)
    agenda_at: time | None = None
    """When the morning agenda comes to staff who chose nothing, on their own wall clock; None means not at all."""

    def staff_member(self, staff_id: str) -> StaffMember | None:
        """The staff member with this object id."""
        return next((each for each in self.staff if each.id == staff_id), None)

    def type_named(self, name: str) -> AppointmentType | None:
        """The appointment type with exactly this name."""
        return next((each for each in self.types if each.name == name), None)

    def may_act(self, object_id: str) -> bool:
        """Whether this person may book, move and cancel visits here."""
        if self.schedulers == "everyone":
            return bool(object_id)
        return object_id in self.schedulers or self.staff_member(object_id) is not None


# --- people and visits ----------------------------------------------------------------------------


class Person(Frozen):
    """Who is speaking to the bot in Teams. ``id`` is their Entra object id."""

    id: str
    tenant_id: str
    name: str = Field(repr=False)
    locale: str = "en-US"
    time_zone: IanaZone
    """The zone their typed times and cards are in: their own choice, or the clinic's."""
    teams_time_zone: IanaZone | None = None
    """What Teams says of their device; shown beside where it differs."""


class Preferences(Frozen):
    """What a person chose for themselves in the chat. None means nobody chose: the clinic's or Teams' own holds."""

    time_zone: IanaZone | None = None
    language: str | None = None
    """A locale tag, as ``es-MX``."""
    reminders: tuple[timedelta, ...] | None = None
    """How long before a visit they are reminded; an empty tuple means not at all."""
    agenda_at: time | None = None
    """When the morning agenda comes, on their own wall clock."""
    business: str | None = None
    """The Bookings business their visits are booked with; None means the one of the settings."""


class Client(Frozen):
    """Who is visited. Reached by SMS in their own zone and language."""

    name: str = Field(min_length=1, max_length=120, repr=False)
    phone: PhoneNumber | None = Field(default=None, repr=False)
    email: str | None = Field(default=None, repr=False)
    time_zone: IanaZone
    language: str = "en"


class Slot(Frozen):
    """A start and a length that may be offered."""

    starts_at: Instant
    duration: timedelta

    @property
    def ends_at(self) -> datetime:
        """When it is over, in UTC."""
        return self.starts_at + self.duration

    def overlaps(self, other: "Slot") -> bool:
        """Whether the two share any time at all."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


class Draft(Frozen):
    """A visit still being talked about. What was not said is None. ``version`` rises with every change."""

    id: VisitId
    requested_by: str
    """Entra object id of the person who is talking."""
    time_zone: IanaZone
    """What the wall time below means."""
    version: int = 1
    client_name: str | None = Field(default=None, max_length=120, repr=False)
    phone: PhoneNumber | None = Field(default=None, repr=False)
    email: str | None = Field(default=None, repr=False)
    client_time_zone: IanaZone | None = None
    client_language: str = "en"
    type_name: str | None = None
    staff_id: StaffId | None = None
    day: date | None = None
    at: time | None = None
    fold: Literal[0, 1] = 0
    """Which of two equal wall times is meant where the clock goes back: 1 is the later."""
    duration: timedelta | None = Field(default=None, gt=timedelta(0), le=timedelta(days=1))
    """None means the type's own."""
    notes: str = Field(default="", max_length=2000, repr=False)
    """For staff only; never sent to the client."""
    text_client: bool = True
    """Whether the client is sent SMS. Never sent without it."""

    def starts_at(self) -> datetime | None:
        """The instant meant, in UTC, once a day and a time are known."""
        if self.day is None or self.at is None:
            return None
        local = datetime.combine(self.day, self.at, ZoneInfo(self.time_zone)).replace(fold=self.fold)
        return local.astimezone(UTC)


class Told(Frozen):
    """What the client was last told, so that the next message to them is the right one, or none."""

    starts_at: Instant | None
    """None once they were told that it is cancelled."""
    at: Instant


class Visit(Frozen):
    """One agreed visit. ``version`` rises by one with every change people can see; ``schedule_version`` only
    when start, organizer or cancellation changes, so a join URL that arrives late silences no reminder.
    """

    id: VisitId
    client: Client
    organizer: StaffMember
    type_name: str
    starts_at: Instant
    duration: timedelta
    buffer_before: timedelta = timedelta(0)
    buffer_after: timedelta = timedelta(0)
    time_zone: IanaZone
    """Where the visit is held: what "half past nine" means."""
    notes: str = Field(default="", repr=False)
    text_client: bool
    requested_by: str
    """Entra object id of whoever asked for the latest change."""
    override_reason: str | None = Field(default=None, repr=False)
    """Why it stands against the slot rules; None where nothing objected."""
    override_seen: tuple[str, ...] = ()
    """The keys of the objections that the reason went over."""
    version: int = 1
    schedule_version: int = 1
    created_at: Instant
    cancelled_at: Instant | None = None
    cancel_reason: str | None = Field(default=None, repr=False)
    tell_client: bool = True
    """Whether the client is told of the latest change (the switch on the cancel card)."""

    backend: str = "outlook"
    event_id: str | None = None
    join_url: str | None = Field(default=None, repr=False)
    """Opens the meeting for staff; None until the calendar has answered."""
    meeting_id: str | None = None
    client_join_url: str | None = Field(default=None, repr=False)
    """The browser link for the client."""
    client_invited: bool = False
    """Whether the client is an attendee of the event, so that Outlook mails them at every change."""
    quiet_until: Instant | None = None
    """Until when what the client would be told waits, and Undo leaves no trace."""
    told: Told | None = None
    calendar_starts_at: Instant | None = None
    """The start the calendar holds now; None while it holds nothing."""
    calendar_duration: timedelta | None = None
    """The length the calendar holds now, beside ``calendar_starts_at``."""
    changed_at: Instant | None = None
    """When this version was made."""
    undoes: int | None = None
    """The version this change took back; None when it is no Undo. What was undone is not undone again."""

    @property
    def is_cancelled(self) -> bool:
        """Whether it was called off."""
        return self.cancelled_at is not None

    @property
    def is_to_be_texted(self) -> bool:
        """Whether text messages are wanted, and there is a number for them."""
        return self.text_client and self.client.phone is not None

    @property
    def client_can_be_told(self) -> bool:
        """Whether there is any way to tell the client of a change: by text or by the calendar's mail."""
        return self.is_to_be_texted or self.client.email is not None

    def is_quiet(self, now: datetime) -> bool:
        """Whether the quiet window of its latest change is still open."""
        return self.quiet_until is not None and now < self.quiet_until

    @property
    def slot(self) -> Slot:
        """Its start and length."""
        return Slot(starts_at=self.starts_at, duration=self.duration)

    @property
    def ends_at(self) -> datetime:
        """When it is over, in UTC."""
        return self.starts_at + self.duration

    @property
    def guarded(self) -> Slot:
        """Its slot together with the buffers around it: what must stay free of other visits."""
        return Slot(
            starts_at=self.starts_at - self.buffer_before,
            duration=self.buffer_before + self.duration + self.buffer_after,
        )


# --- slot rules -----------------------------------------------------------------------------------


class BusySpan(Frozen):
    """A stretch of a staff member's calendar that is not free."""

    starts_at: Instant
    ends_at: Instant
    status: str = "busy"
    is_event: bool = True
    """One entry of the calendar. False where several may lie in it, with their buffers: a view of availability."""
    is_firm: bool = False
    """The calendar takes nothing over it, whatever the reason."""


ObjectionCode = Literal[
    "past",
    "closed_day",
    "outside_hours",
    "busy",
    "overlaps_visit",
    "buffer",
    "client_busy",
    "bookings_no_service",
    "bookings_no_staff",
    "bookings_not_staff",
    "bookings_staff",
    "bookings_group",
    "bookings_length",
    "bookings_lead_time",
    "bookings_advance",
    "bookings_closed",
    "bookings_hours",
]


class LateTold(Frozen):
    """Who hears that the organizer is late."""

    desk: bool
    client: bool


class Objection(Frozen):
    """Why a slot should not be booked. ``code`` is its key in the strings files, under ``objection``."""

    code: ObjectionCode
    can_override: bool
    facts: Mapping[str, str] = Field(default_factory=dict, repr=False)

    @property
    def key(self) -> str:
        """What makes it this objection and no other, as twelve hexadecimal digits: its rule, its visit, its times."""
        told = sorted((name, fact) for name, fact in self.facts.items() if not _is_beside_the_point(name))
        return sha256(repr((self.code, told)).encode()).hexdigest()[:12]


def _is_beside_the_point(fact: str) -> bool:
    """Names only put an objection into words; what ends in ``_when``, as ``now_at``, moves on with the clock."""
    return fact in ("client", "staff", "now_at") or fact.endswith("_when")


class Override(Frozen):
    """Why somebody goes over slot rules, and over which objections: those that were shown to them."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)] = Field(repr=False)
    seen: frozenset[str]
    """The objections' keys. What comes up later is none of them, and objects."""

    def covers(self, objection: Objection) -> bool:
        """Whether it goes over this objection."""
        return objection.can_override and objection.key in self.seen


PlaceRules = Callable[[Slot, datetime], tuple[Objection, ...]]
"""What the place that keeps a visit holds against a slot, at this instant: its own rules, beside the clinic's."""


def no_place_rules(slot: Slot, now: datetime) -> tuple[Objection, ...]:
    """A place that takes what it is given."""
    return ()


class SlotVerdict(Frozen):
    """What the rules say of one slot, and the nearest free ones where they object."""

    objections: tuple[Objection, ...] = ()
    alternatives: tuple[Slot, ...] = ()

    @property
    def is_free(self) -> bool:
        """Whether nothing objects."""
        return not self.objections

    @property
    def can_override(self) -> bool:
        """Whether "Book anyway" with a reason may go over every objection."""
        return all(each.can_override for each in self.objections)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of what objects."""
        return frozenset(each.key for each in self.objections)


# --- who came -------------------------------------------------------------------------------------


class Attended(Frozen):
    """What Teams says of a visit that is over."""

    began_at: Instant
    ended_at: Instant
    lasted: timedelta
    """While staff and client were both there."""
    clients_came: bool


class Presence(Frozen):
    """Who came to a visit, as far as anybody told: its subscription, staff by hand, and the report afterwards."""

    waiting_since: Instant | None = None
    """The client is in the lobby now, and has been since."""
    admitted_at: Instant | None = None
    left_at: Instant | None = None
    """The client is no longer there, and the visit may go on."""
    waited: timedelta | None = None
    """How long the client was in the lobby before somebody let them in."""
    staff_is_in: bool = False
    ended_at: Instant | None = None
    lasted: timedelta | None = None
    nobody_came: bool = False

    @property
    def is_known(self) -> bool:
        """Whether anything is known of the client, or of the end."""
        return any((self.waiting_since, self.admitted_at, self.left_at, self.ended_at, self.nobody_came))


# --- effects --------------------------------------------------------------------------------------


class EffectKind(StrEnum):
    """Each thing the outside world is told about a visit."""

    calendar = "calendar"
    lobby = "lobby"
    client_link = "client_link"
    invitation = "invitation"
    sms_confirmation = "sms_confirmation"
    sms_reschedule = "sms_reschedule"
    sms_cancellation = "sms_cancellation"
    sms_reminder = "sms_reminder"
    card = "card"
    reminder = "reminder"
    agenda = "agenda"
    desk_notice = "desk_notice"
    client_waits = "client_waits"
    late_email = "late_email"


class EffectState(StrEnum):
    """Where one effect stands."""

    waiting = "waiting"  # for the quiet window or its due time
    working = "working"
    provisioning = "provisioning"  # the tenant is being set up for virtual visits; takes minutes
    retrying = "retrying"
    done = "done"  # accepted by Microsoft; never "delivered"
    skipped = "skipped"  # superseded, or not wanted
    refused = "refused"
    unknown = "unknown"  # sent without an answer; needs a person: Resend or Leave
    left = "left"  # unknown, and a person chose to leave it
    failed = "failed"  # given up; needs a person


class EffectStatus(Frozen):
    """One effect as the visit's card shows it."""

    key: str
    kind: EffectKind
    state: EffectState
    code: str | None = None
    """Why it was refused or failed: a key in the strings files, under ``effect_reason``."""
    until: Instant | None = None
    """When it is tried again, or goes out."""
    at: Instant


def latest_of(effects: Sequence[EffectStatus], *kinds: EffectKind) -> EffectStatus | None:
    """The most recent effect of these kinds."""
    return max((each for each in effects if each.kind in kinds), key=lambda each: each.at, default=None)
