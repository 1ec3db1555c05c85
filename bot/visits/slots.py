"""Free slots: those of a day, and those nearest to a wish. Pure, and right on the days the clock changes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.visits.models.clinic import Clinic
from bot.visits.models.objections import SlotVerdict
from bot.visits.models.slots import Slot
from bot.visits.rules import Surroundings, Wanted, objections_to, open_between

GRID = timedelta(minutes=15)
"""Offered starts lie on quarters of an hour of the clinic's wall clock."""
ALTERNATIVES = 3
LOOK_BACK = timedelta(days=7)
LOOK_AHEAD = timedelta(days=21)


def wall_clock_says(day: date, at: time, zone: str) -> Literal["once", "never", "twice"]:
    """How often a wall time comes on a day: never or twice where the clock changes, and then it is asked."""
    here = datetime.combine(day, at.replace(tzinfo=None), ZoneInfo(zone))
    earlier, later = here.replace(fold=0), here.replace(fold=1)
    if earlier.utcoffset() == later.utcoffset():
        return "once"
    back = earlier.astimezone(UTC).astimezone(here.tzinfo)
    return "twice" if back.replace(tzinfo=None) == earlier.replace(tzinfo=None) else "never"


def verdict_on(wanted: Wanted, around: Surroundings, clinic: Clinic, *, count: int = ALTERNATIVES) -> SlotVerdict:
    """What the rules say of the slot, with the nearest free ones where they object."""
    objections = objections_to(wanted, around, clinic)
    alternatives = nearest_free(wanted, around, clinic, count=count) if objections else ()
    return SlotVerdict(objections=objections, alternatives=alternatives)


def free_on(day: date, wanted: Wanted, around: Surroundings, clinic: Clinic) -> tuple[Slot, ...]:
    """The free slots of a day of the clinic's, for the wanted staff, client and length."""
    is_free = _Free(wanted, around)
    return tuple(each for each in _grid(day, wanted.slot.duration, clinic) if is_free(each.starts_at))


def nearest_free(
    wanted: Wanted,
    around: Surroundings,
    clinic: Clinic,
    *,
    count: int = ALTERNATIVES,
    after: datetime | None = None,
    before: datetime | None = None,
) -> tuple[Slot, ...]:
    """The free slots nearest to the wanted start, in the order of the day; never the wanted one itself.

    Of two equally near the later is taken.
    ``after`` and ``before`` leave out what does not start strictly after, or before, an instant.
    """
    wish = max(wanted.slot.starts_at, around.now)
    is_free = _Free(wanted, around)
    candidates = sorted(
        (
            each
            for day in _days_around(wish, clinic)
            for each in _grid(day, wanted.slot.duration, clinic)
            if each.starts_at != wanted.slot.starts_at
            and (after is None or each.starts_at > after)
            and (before is None or each.starts_at < before)
        ),
        key=lambda each: (abs(each.starts_at - wish), each.starts_at < wish),
    )
    found: list[Slot] = []
    for each in candidates:
        if is_free(each.starts_at):
            found.append(each)
            if len(found) == count:
                break
    return tuple(sorted(found, key=lambda each: each.starts_at))


def _days_around(moment: datetime, clinic: Clinic) -> Iterator[date]:
    first = (moment - LOOK_BACK).astimezone(ZoneInfo(clinic.time_zone)).date()
    yield from (first + timedelta(days=each) for each in range((LOOK_BACK + LOOK_AHEAD).days))


def _grid(day: date, duration: timedelta, clinic: Clinic) -> Iterator[Slot]:
    """Every start on the grid at which a visit of this length fits into the day's office hours."""
    for span in clinic.office_hours.on(day):
        opens, closes = open_between(span, day, clinic)
        past_quarter = timedelta(minutes=opens.minute % 15, seconds=opens.second)
        start = opens if not past_quarter else opens - past_quarter + GRID
        while start + duration <= closes:
            yield Slot(starts_at=start, duration=duration)
            start += GRID


class _Free:
    """Says quickly of many starts whether nothing is in the way; the rules' own answer without its reasons."""

    def __init__(self, wanted: Wanted, around: Surroundings) -> None:
        self._now = around.now
        self._place = around.place
        self._duration = wanted.slot.duration
        self._before, self._after = wanted.buffer_before, wanted.buffer_after
        visits = around.in_the_way(wanted)
        events = [(each.starts_at, each.ends_at) for each in around.foreign(wanted)]
        self._keeps_buffers = [*events, *((each.starts_at, each.ends_at) for each in visits)]
        self._keeps_slot = [
            *((each.guarded.starts_at, each.guarded.ends_at) for each in visits),
            *((each.starts_at, each.ends_at) for each in around.of_client(wanted)),
        ]

    def __call__(self, starts_at: datetime) -> bool:
        if starts_at < self._now:
            return False
        ends_at = starts_at + self._duration
        since, until = starts_at - self._before, ends_at + self._after
        if any(each < until and since < end for each, end in self._keeps_buffers):
            return False
        if any(each < ends_at and starts_at < end for each, end in self._keeps_slot):
            return False
        return not self._place(Slot(starts_at=starts_at, duration=self._duration), self._now)
