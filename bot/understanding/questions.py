"""What must be asked of a message: the part in doubt, why, and the answers that would settle it.

An :class:`Ask` is frozen data that survives JSON, so a dialog may keep it in its state.
"""

from datetime import date, time
from typing import Literal

from pydantic import Field

from bot.visits.models.values import Frozen

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
