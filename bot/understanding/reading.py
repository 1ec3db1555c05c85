"""What a message was understood to say.

Everything is frozen data that survives JSON (``model_dump(mode="json")`` and ``model_validate``). Days and times are
wall clock readings; ``time_zone`` says of which zone.
"""

from collections.abc import Mapping
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Protocol

from pydantic import Field

from bot.understanding.context import Context
from bot.understanding.questions import Ask, Part
from bot.understanding.visit_parts import VisitParts
from bot.visits.models.values import Frozen, StaffId

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


class Span(Frozen):
    """Which characters of the message a part came from."""

    start: int
    end: int
    text: str = Field(repr=False)


class Reading(VisitParts):
    """What one message says. A part in doubt is None here and has its question; a part not said is None without one.

    ``time_zone`` is a zone said beside the time ("3 pm Eastern"), or the person's own with ``Intent.time_zone``.
    As a follow-up it holds only what the message changes: hand it to :func:`bot.understanding.merge.merged`.
    """

    intent: Intent = Intent.none
    confidence: float = 0.0
    """Of the intent, 0 to 1; below ``SURE`` the intent is ``none`` and this is the first guess's."""
    guesses: tuple[Intent, ...] = ()
    """Where the intent is not sure: what may be meant, likeliest first, for buttons."""
    language: str = "en"
    """The language the message is written in: answer in it."""

    no_phone: bool = False
    """Whether it was said that the client has no phone, or is not to be texted: "book Ana Ruiz, no phone"."""
    staff: str | None = None
    """The full name, with title, of the staff member with ``staff_id``."""
    to_staff_id: StaffId | None = None
    """Of a hand-over: who takes the visits on; ``staff_id`` is then whose they are."""
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
