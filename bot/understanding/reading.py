"""What a message was understood to say: the reading, what it was read against, and what must be asked.

Everything is frozen data that survives JSON (``model_dump(mode="json")`` and ``model_validate``), so a dialog may keep
an :class:`Ask` in its state. Days and times are wall clock readings; ``time_zone`` says of which zone.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from pydantic import Field

from bot.visits.models.clinic import AppointmentType, Clinic, OfficeHours, StaffMember
from bot.visits.models.draft import Draft
from bot.visits.models.people import Person
from bot.visits.models.values import Frozen, StaffId
from bot.visits.models.visit import Visit

SURE = 0.6
"""From this confidence on an intent is acted on; below it is offered as a button."""


class Intent(StrEnum):
    """What the person wants. ``none`` also stands for a message that only states parts ("Friday at 3")."""

    book = "book"
    move = "move"
    cancel = "cancel"
    find = "find"  # type: ignore[assignment]  # hides str.find, which nobody asks of an intent
    agenda = "agenda"
    free = "free"
    handover = "handover"
    out = "out"
    undo = "undo"
    help = "help"
    settings = "settings"
    arrived = "arrived"  # the client is here
    none = "none"
    # Small words of a conversation.
    yes = "yes"
    no = "no"
    stop = "stop"  # leave what is being asked: "stop", "never mind", "forget it"
    change = "change"  # show the form: "change", "edit"
    book_anyway = "book_anyway"
    greet = "greet"  # "hi": the menu
    language = "language"  # answer me in ``speak`` from now on
    time_zone = "time_zone"  # my zone is ``time_zone`` from now on
    skip = "skip"  # leave this optional part empty: "no e-mail", "skip"


Part = Literal["date", "time", "client", "phone", "staff", "type"]
"""What a question can be about."""

Why = Literal[
    "two_readings",  # the words fit more than one value: 03/04, "next Wednesday", 7 o'clock, "between 2 and 3"
    "contradiction",  # weekday and date, or "tomorrow" and a date, disagree
    "clock_skips",  # the wall time does not exist on that day
    "clock_repeats",  # the wall time exists twice on that day; the options differ in ``fold``
    "past",  # it is over already
    "far",  # beyond a year without the year having been said
    "no_hour",  # a part of the day, or a stretch of it, without an hour
    "no_day",  # a week or a month without a day
    "no_such",  # no such day: 31 June; or not a possible number
    "which",  # several staff, types, clients or phones fit
    "unsure",  # read by a library outside the grammar: confirm
    "missing",  # never made by the reader: a dialog's own question for a part not said; ``options`` may be empty
]
"""Why a question is asked: its key in the strings files, under ``understanding.ask``."""


class Option(Frozen):
    """One answer to a question, complete enough to be a button that settles it.

    For a date or time ``day`` and ``at`` hold all that is known once it is chosen (the settled other part, too);
    for the rest ``value`` holds the value as ``Reading`` would: a full staff or type name, an E.164 phone, a name.
    """

    day: date | None = None
    at: time | None = None
    fold: Literal[0, 1] = 0
    time_zone: str | None = None
    """Only where a zone was said beside the time."""
    value: str | None = Field(default=None, repr=False)


class Ask(Frozen):
    """One thing that was said and fits several values, or none. Words: :func:`bot.understanding.words.question`."""

    about: tuple[Part, ...]
    """The part in doubt; ("date", "time") where one question settles both."""
    why: Why
    options: tuple[Option, ...] = ()
    """One to four, likeliest first (for times and dates: in order of time)."""
    said: str = Field(default="", repr=False)
    """The words in doubt, as typed."""
    since: time | None = None
    until: time | None = None
    """For ``no_hour``: the stretch of the day that was said; free times inside it make better options."""
    first_day: date | None = None
    last_day: date | None = None
    """For ``no_day``: the stretch of days that was said."""


class Span(Frozen):
    """Which characters of the message a part came from."""

    start: int
    end: int
    text: str = Field(repr=False)


class Slots(Frozen):
    """The parts of a visit, as far as they are known: a draft's, or a booked visit's. What was not said is None."""

    client_name: str | None = Field(default=None, repr=False)
    phone: str | None = Field(default=None, repr=False)
    email: str | None = Field(default=None, repr=False)
    type_name: str | None = None
    staff_id: StaffId | None = None
    day: date | None = None
    at: time | None = None
    fold: Literal[0, 1] = 0
    duration: timedelta | None = None
    time_zone: str | None = None
    """What ``day`` and ``at`` mean; None means the context's zone."""
    client_time_zone: str | None = None
    client_language: str | None = None
    notes: str | None = Field(default=None, repr=False)
    booked: bool = False
    """Whether these are a booked visit's, not a draft's: then a bare "today" asks for the list of visits."""

    @classmethod
    def of_draft(cls, draft: Draft) -> "Slots":
        """What a draft holds."""
        return cls(
            client_name=draft.client_name,
            phone=draft.phone,
            email=draft.email,
            type_name=draft.type_name,
            staff_id=draft.staff_id,
            day=draft.day,
            at=draft.at,
            fold=draft.fold,
            duration=draft.duration,
            time_zone=draft.time_zone,
            client_time_zone=draft.client_time_zone,
            client_language=draft.client_language,
            notes=draft.notes or None,
        )

    @classmethod
    def of_visit(cls, visit: Visit, zone: str | None = None) -> "Slots":
        """What a visit holds, its start as the wall clock of ``zone`` (its own by default)."""
        here = visit.starts_at.astimezone(ZoneInfo(zone or visit.time_zone))
        return cls(
            client_name=visit.client.name,
            phone=visit.client.phone,
            email=visit.client.email,
            type_name=visit.type_name,
            staff_id=visit.organizer.id,
            day=here.date(),
            at=here.time().replace(tzinfo=None, fold=0),
            fold=1 if here.fold else 0,
            duration=visit.duration,
            time_zone=zone or visit.time_zone,
            client_time_zone=visit.client.time_zone,
            client_language=visit.client.language,
            notes=visit.notes or None,
            booked=True,
        )


class Context(Frozen):
    """What a message is read against. ``now`` is aware; its wall clock in ``time_zone`` is "today"."""

    now: datetime
    time_zone: str
    locale: str = "en-US"
    office_hours: OfficeHours
    clinic_time_zone: str | None = None
    """The zone of the office hours, where it is not ``time_zone``."""
    staff: tuple[StaffMember, ...] = ()
    types: tuple[AppointmentType, ...] = ()
    phone_region: str = "US"
    about: Slots | None = None
    """The draft or visit being talked about: makes the message a follow-up ("half an hour later")."""
    asked: Ask | None = None
    """The question last put to the person: "the second", "pm", or a bare name after "Who is it for?" answer it."""
    speaker_id: str | None = None
    """The speaker's object id: where they are staff, "my" and "me" mean them."""

    @classmethod
    def of(
        cls,
        clinic: Clinic,
        person: Person,
        now: datetime,
        *,
        about: Slots | None = None,
        asked: Ask | None = None,
    ) -> "Context":
        """The context of a person's message at a clinic."""
        return cls(
            now=now,
            time_zone=person.time_zone,
            locale=person.locale,
            office_hours=clinic.office_hours,
            clinic_time_zone=clinic.time_zone,
            staff=clinic.staff,
            types=clinic.types,
            phone_region=clinic.phone_region,
            about=about,
            asked=asked,
            speaker_id=person.id,
        )


class Reading(Frozen):
    """What one message says. A part in doubt is None here and has its question; a part not said is None without one.

    As a follow-up it holds only what the message changes: hand it to :func:`bot.understanding.merge.merged`.
    """

    intent: Intent = Intent.none
    confidence: float = 0.0
    """Of the intent, 0 to 1; below ``SURE`` the intent is ``none`` and this is the first guess's."""
    guesses: tuple[Intent, ...] = ()
    """Where the intent is not sure: what may be meant, likeliest first, for buttons."""
    language: str = "en"
    """The language the message is written in: answer in it."""

    client_name: str | None = Field(default=None, repr=False)
    phone: str | None = Field(default=None, repr=False)
    no_phone: bool = False
    """Whether it was said that the client has no phone, or is not to be texted: "book Ana Ruiz, no phone"."""
    email: str | None = Field(default=None, repr=False)
    type_name: str | None = None
    staff_id: StaffId | None = None
    staff: str | None = None
    """The same staff member's full name with title."""
    to_staff_id: StaffId | None = None
    """Of a hand-over: who takes the visits on; ``staff_id`` is then whose they are."""
    day: date | None = None
    at: time | None = None
    fold: Literal[0, 1] = 0
    duration: timedelta | None = None
    time_zone: str | None = None
    """A zone said beside the time ("3 pm Eastern"), or the person's own with ``Intent.time_zone``."""
    client_time_zone: str | None = None
    client_language: str | None = None
    notes: str | None = Field(default=None, repr=False)
    speak: str | None = None
    """With ``Intent.language``: the language asked for."""

    shift: timedelta | None = None
    """ "An hour later", "a day earlier" with no visit to count from: look it up and read the message again with it as
    ``Context.about``."""
    was_day: date | None = None
    was_at: time | None = None
    """Of a move: when the visit meant is now ("move the 2 pm to 3 pm", "from Thursday to Friday")."""
    until_day: date | None = None
    until_at: time | None = None
    """The end of a stretch, where the intent (``free``, ``agenda``, ``find``, ``out``) means one: inclusive day."""
    since_at: time | None = None
    """The start of such a stretch within the day: "free Thursday afternoon" is since 12:00 until 17:00."""

    questions: tuple[Ask, ...] = ()
    used: Mapping[str, tuple[Span, ...]] = Field(default_factory=dict, repr=False)
    """Which words each part came from, by the field's name (``day``, ``client_name`` …)."""
    repeats: bool = False
    """Whether the visit was wished for again and again ("every Tuesday"): ``day`` is the first of them."""
    left: str = Field(default="", repr=False)
    """What was said of further visits, as typed: the reading is of the first one alone."""
    notes_on_reading: tuple[str, ...] = Field(default=(), repr=False)
    """How it came about, a short sentence each; for support only."""

    @property
    def is_sure(self) -> bool:
        """Whether the intent may be acted on."""
        return self.intent is not Intent.none and self.confidence >= SURE

    @property
    def says_parts(self) -> bool:
        """Whether any part of a visit was said or is in doubt."""
        return bool(self.questions) or any(
            each is not None
            for each in (
                self.client_name,
                self.phone,
                self.email,
                self.type_name,
                self.staff_id,
                self.day,
                self.at,
                self.duration,
                self.client_time_zone,
                self.client_language,
                self.notes,
            )
        )

    def question_about(self, *parts: Part) -> Ask | None:
        """The first question about any of these parts."""
        return next((each for each in self.questions if set(parts) & set(each.about)), None)


class Reader(Protocol):
    """Turns a message into a reading. Pure: no I/O, never raises, whatever the text."""

    def read(self, text: str, context: Context) -> Reading:
        """Read a message of at most 10,000 characters (what is longer is cut)."""
        ...

    def warm_up(self) -> None:
        """Load and compile everything, so that the first message is as fast as the next. Call before readiness."""
        ...
