"""The dates a mention can mean, and the arithmetic all rules of days share."""

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from bot.understanding.almanac import Almanac
from bot.understanding.mentions import Mention
from bot.understanding.questions import Why

WEEK = timedelta(days=7)
RECENT = timedelta(days=31)
"""A date without a year that passed this recently is more likely a slip than meant for next year: asked."""
YEAR = timedelta(days=366)


@dataclass(slots=True)
class DaySaid:
    """The dates one or several mentions can mean. One date and no ``why`` is settled."""

    dates: list[date]
    start: int
    end: int
    why: Why | None = None
    weekday: int | None = None
    """Only a weekday was said: it narrows any other date it fits."""
    year_said: bool = False
    vague: tuple[date, date] | None = None
    """A week or month without a day."""
    hour: int | None = None
    """For "Friday 4": the 4 may be an hour instead, on ``hour_days``."""
    hour_days: list[date] = field(default_factory=list)
    until: bool = False
    """Said as an end: "until Monday"."""
    past: bool = False
    """Said of something that is over: "last Tuesday", "yesterday"."""
    mention: Mention | None = None
    spans: list[tuple[int, int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


Rule = Callable[[Mapping[str, Any], Almanac, str], DaySaid | None]
"""From what a phrase's slots held, and what its rule's name adds behind the colon, to dates."""


def shifted(day: date, counts: Mapping[str, int], sign: int = 1) -> date | None:
    """A date so many days, months and years later (or earlier); None beyond the calendar."""
    try:
        months = day.year * 12 + day.month - 1 + sign * (counts.get("months", 0) + 12 * counts.get("years", 0))
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        moved = date(year, month + 1, min(day.day, last))
        return moved + timedelta(days=sign * counts.get("days", 0))
    except (ValueError, OverflowError):
        return None


def said_of(*dates: date | None, why: Why | None = None, **more: Any) -> DaySaid:
    fitting = sorted({each for each in dates if each is not None})
    if why is None and len(fitting) > 1:
        why = "two_readings"
    return DaySaid(fitting, 0, 0, why, **more)


def make(year: int, month: int, day: int) -> date | None:
    """A date, or None where the calendar has none."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def open_days(first: date, last: date, almanac: Almanac, limit: int = 4) -> list[date]:
    """The first days of a stretch on which the office is open and that are not over."""
    start = max(first, almanac.today)
    days = [start + timedelta(days=n) for n in range(max(0, min((last - start).days + 1, 31)))]
    found = [each for each in days if almanac.is_open(each)] or days
    return found[:limit]


def month_end(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def no_such(year: int, month: int) -> DaySaid:
    last = date(year, month, calendar.monthrange(year, month)[1])
    return said_of(last, last + timedelta(days=1), why="no_such")


def of_month(on: Callable[[int, int], date | None], month: int | None, almanac: Almanac, given: str) -> DaySaid:
    today = almanac.today
    if month is None:
        first = shifted(today.replace(day=1), {"months": int(given)})
        day = on(first.year, first.month) if first else None
        return said_of(day, year_said=True) if day else said_of(today, why="no_such")
    for year in (today.year, today.year + 1):
        day = on(year, month)
        if day is not None and day >= today:
            return said_of(day)
    return no_such(today.year, month)
