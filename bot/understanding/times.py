"""What a mention of an hour can mean, and which reading the office hours decide."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from bot.understanding.context import Context
from bot.understanding.questions import Why

NOON = 12 * 60
_HALF_DAY = 12 * 60
_DAY = 24 * 60
_STEP = 30
_WITHIN_THE_HOUR = 60
VISIT = range(5, 2 * 60 + 1)
"""Minutes that a visit may last which is said by its start and its end."""
_OPTIONS = 4


@dataclass(slots=True)
class TimeSaid:
    """The minutes of the day a mention can mean. One and no ``why`` is settled."""

    minutes: list[int]
    start: int
    end: int
    why: Why | None = None
    settled_by_hours: bool = False
    """Whether morning or afternoon is open and the office hours may decide."""
    bound: Literal["", "after", "before"] = ""
    window: tuple[int, int] | None = None
    length: int | None = None
    """What "from 2 to 2:45" says of the length."""
    may_be_visit: bool = False
    """Whether the stretch would be a visit's start and end, if a visit is what is wished for."""
    weak: bool = False
    day_end: bool = False
    """ "End of the day": no hour, and without a day today is likely meant but not said."""
    midnight: bool = False
    spans: list[tuple[int, int]] = field(default_factory=list)


def as_time(minutes: int) -> time:
    """Minutes of the day as a wall time."""
    return time(minutes // 60 % 24, minutes % 60)


class Hours:
    """The office hours, asked in the zone in which a time was said."""

    def __init__(self, context: Context, zone: str) -> None:
        self._hours = context.office_hours
        self._zone = zone
        self._clinic = context.clinic_time_zone or context.time_zone

    def holds(self, minutes: int, days: Iterable[date]) -> bool:
        """Whether a time lies inside the hours of any of these days, or of a usual day where none is open."""
        known = list(days)
        return any(lo <= self._here(minutes, known) < hi for lo, hi in self.spans(known))

    def is_open(self, day: date) -> bool:
        """Whether the office opens at all on a day."""
        return bool(self._hours.on(day))

    def spans(self, days: Sequence[date]) -> list[tuple[int, int]]:
        """The open stretches of these days in minutes, or of the whole week where none of them is open."""
        spans = [span for day in days for span in self._hours.on(day)]
        if not spans:
            spans = [span for every in self._hours.days.values() for span in every]
        return sorted({(_minutes(span.opens), _minutes(span.closes)) for span in spans})

    def _here(self, minutes: int, days: Sequence[date]) -> int:
        if self._zone == self._clinic:
            return minutes
        day = days[0] if days else date(2026, 1, 15)
        there = datetime.combine(day, as_time(minutes), ZoneInfo(self._zone)).astimezone(ZoneInfo(self._clinic))
        return there.hour * 60 + there.minute

    def inside(self, window: tuple[int, int], days: Sequence[date], step: int = 60) -> list[int]:
        """Up to four times in a stretch of the day, those within the hours if there are any."""
        first, last = window
        every = list(range(-(-first // step) * step, last, step))
        found = [each for each in every if self.holds(each, days)]
        if not found and step > _STEP:
            return self.inside(window, days, _STEP)
        return (found or every)[:_OPTIONS] or [first]

    def until_close(self, window: tuple[int, int], days: Sequence[date]) -> list[int]:
        """What "end of the day" may mean: the last hours of the office, or the day's very end."""
        return [*self.inside(window, days)[: _OPTIONS - 1], _DAY - 1]


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def clock_minutes(said: Mapping[str, Any], part: str | None) -> tuple[list[int], bool]:
    """The minutes a clock phrase can mean, and whether the office hours may choose between them."""
    hour, minute = said["hour"], said["minute"]
    half = said["half"]
    if said.get("cue_part") and part is None:
        part = said["cue_part"]
    if half is not None and hour <= 12:
        return [hour % 12 * 60 + minute + (_HALF_DAY if half == "pm" else 0)], False
    if hour > 12 or said["style"] == "fixed":
        return [hour % 24 * 60 + minute], False
    early, late = hour % 12 * 60 + minute, hour % 12 * 60 + minute + _HALF_DAY
    if part is not None and (decided := _by_part(part, hour, early, late)) is not None:
        return decided, False
    if hour == 0 or said.get("zero"):
        return [hour * 60 + minute], False
    return [early, late], True


def _by_part(part: str, hour: int, early: int, late: int) -> list[int] | None:
    """3 in the afternoon is 15:00; 3 at night may be either, so it is asked."""
    if part == "morning":
        return [early] if hour < 12 else [early, late]
    if part == "dawn":
        return [early]
    if part in ("afternoon", "lunch", "day_end"):
        return [late]
    if part == "evening":
        return [late] if hour < 12 else [late, early]
    if part == "night":
        return [late] if 5 <= hour < 12 else [early, late]
    return None


def chosen(said: TimeSaid, days: Sequence[date], hours: Hours) -> list[int]:
    """The readings left once the office hours have spoken: one where only one lies inside them."""
    if not said.settled_by_hours or len(said.minutes) < 2:
        return said.minutes
    inside = [each for each in said.minutes if hours.holds(each, days)]
    return inside if len(inside) == 1 else said.minutes


def stretch(
    rule: str,
    value: Mapping[str, Any],
    part: str | None,
    hours: Hours,
    days: Sequence[date],
    *,
    as_visit: bool,
    lasting: int | None,
) -> TimeSaid:
    """What "between 2 and 3" or "from 2 to 2:45" can mean: starts to choose from, or a start with a length.

    ``as_visit``: a visit is being booked or moved, so that from one hour to another is its start and its end.
    ``lasting``: the minutes it is said to last; a stretch of another length is then one to choose a start in.
    """
    first, by_hours = clock_minutes(value["first"], value["first"]["part"] or part)
    second, _ = clock_minutes(value["second"], value["second"]["part"] or part)
    pairs = [(a, b) for a in first for b in second if 0 < b - a < _HALF_DAY] or [(a, a + 60) for a in first]
    shortest = min(b - a for a, b in pairs)
    pairs = [each for each in pairs if each[1] - each[0] == shortest]
    said = TimeSaid(sorted({a for a, _ in pairs}), 0, 0, settled_by_hours=by_hours)
    starts = chosen(said, days, hours)
    length = shortest
    whole = rule != "between" and not value.get("or_minutes") and lasting in (None, length)
    if whole and as_visit and length in VISIT:
        said.minutes, said.length = starts, length
        return said
    if whole and rule == "from" and length <= _WITHIN_THE_HOUR:
        said.minutes = starts
        said.length = length if length < _WITHIN_THE_HOUR else None  # an hour may be one to choose a start in
        return said
    start = starts[0]
    ends = start + length
    step = _STEP if length > _STEP else 15
    said.minutes = [each % _DAY for each in range(start, ends + 1, step)][:_OPTIONS]
    said.why, said.window, said.settled_by_hours = "two_readings", (start, min(ends, _DAY - 1)), False
    said.may_be_visit = whole and length in VISIT
    return said


def near_bound(bound: str, minutes: int, hours: Hours, days: Sequence[date]) -> list[int]:
    """Times to offer for "after 3" (from 3 on) or "before 3" (up to 3)."""
    if bound == "after":
        every = [minutes + n * _STEP for n in range(_OPTIONS)]
    else:
        every = [minutes - n * _STEP for n in range(_OPTIONS - 1, -1, -1)]
    fitting = [each for each in every if 0 <= each < _DAY and (each == minutes or hours.holds(each, days))]
    return fitting or [minutes]


def nonexistent(day: date, at: time, zone: str) -> bool:
    """Whether clocks skip this wall time on this day."""
    here = datetime.combine(day, at, ZoneInfo(zone))
    back = here.astimezone(ZoneInfo("UTC")).astimezone(ZoneInfo(zone))
    return back.replace(tzinfo=None) != here.replace(tzinfo=None)


def repeated(day: date, at: time, zone: str) -> bool:
    """Whether clocks show this wall time twice on this day."""
    here = datetime.combine(day, at, ZoneInfo(zone))
    return not nonexistent(day, at, zone) and here.utcoffset() != here.replace(fold=1).utcoffset()


def which_fold(day: date, at: time, zone: str, offset: int | None) -> Literal[0, 1] | None:
    """Which of two equal wall times lies so many minutes from UTC; None where nothing was said or fits."""
    if offset is None:
        return None
    here = datetime.combine(day, at, ZoneInfo(zone))
    if here.utcoffset() == timedelta(minutes=offset):
        return 0
    return 1 if here.replace(fold=1).utcoffset() == timedelta(minutes=offset) else None


def around_gap(day: date, at: time, zone: str) -> list[time]:
    """The wall times right before and after a skipped one: an hour earlier and an hour later, usually."""
    here = datetime.combine(day, at, ZoneInfo(zone))
    gap = (here.replace(fold=0).utcoffset() or timedelta()) - (here.replace(fold=1).utcoffset() or timedelta())
    width = abs(gap)
    naive = here.replace(tzinfo=None)
    return [(naive - width).time(), (naive + width).time()]
