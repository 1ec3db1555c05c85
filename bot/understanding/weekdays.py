"""What a phrase with a weekday can mean: this, next, a week from, the Friday after next, Friday the 4th."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from bot.understanding.almanac import Almanac
from bot.understanding.dates import WEEK, DaySaid, Rule, make, said_of
from bot.understanding.months import dom_dates

_DECEMBER = 12


def _weekday(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    weekday = value["weekday"]
    nearest = almanac.upcoming(weekday)
    if almanac.stretch is not None:
        first, last = almanac.stretch
        inside = first + timedelta(days=(weekday - first.weekday()) % 7)
        if almanac.today <= inside <= last:
            return said_of(inside, weekday=weekday)
    if almanac.about is not None:
        beside = almanac.week_of(almanac.about) + timedelta(days=weekday)
        if beside == almanac.about:
            return said_of(beside, weekday=weekday)
        if beside >= almanac.today:
            return said_of(beside, almanac.upcoming(weekday, after_today=beside != almanac.today), weekday=weekday)
    dates = [nearest, nearest + WEEK] if nearest == almanac.today else [nearest]
    return said_of(*dates, weekday=weekday)


def _weekday_this(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    return said_of(almanac.upcoming(value["weekday"]))


def _weekday_next(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    nearest = almanac.upcoming(value["weekday"], after_today=True)
    this_week = almanac.week_of(nearest, almanac.week_starts) == almanac.week_of(almanac.today, almanac.week_starts)
    tomorrow = nearest == almanac.today + timedelta(days=1) and nearest.weekday() != 0
    if this_week or tomorrow or (almanac.today.weekday() == 6 and almanac.week_starts == 6):
        return said_of(nearest, nearest + WEEK)
    return said_of(nearest)


def _weekday_coming(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    return said_of(almanac.upcoming(value["weekday"], after_today=True))


def _weekday_last(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    return said_of(almanac.upcoming(value["weekday"], after_today=True) - WEEK, past=True)


def _weekday_week(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    weekday, weeks = value["weekday"], int(given)
    dates = set()
    for starts in {0, almanac.week_starts}:
        first = almanac.week_of(almanac.today, starts) + weeks * WEEK
        dates.add(first + timedelta(days=(weekday - starts) % 7))
    ahead = [each for each in dates if each >= almanac.today]
    return said_of(*(ahead or dates))


def _weekday_plus(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    nearest = almanac.upcoming(value["weekday"])
    days = timedelta(days=int(given))
    return said_of(nearest + days, nearest + WEEK + days) if nearest == almanac.today else said_of(nearest + days)


def _weekday_after_next(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    nearest = almanac.upcoming(value["weekday"], after_today=True)
    return said_of(nearest + WEEK, nearest + 2 * WEEK)


def _weekday_nth(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    """ "Two Fridays from now": the second that comes, or the one two weeks after the first."""
    first = almanac.upcoming(value["weekday"], after_today=True)
    return said_of(first + (value["n"] - 1) * WEEK, first + value["n"] * WEEK)


def _weekday_dom(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    weekday = value["weekday"]
    number = value.get("domd", value.get("dom", value.get("ord")))
    nearest = dom_dates(number, almanac)
    hour = number if "ord" not in value and number <= _DECEMBER else None
    fits = [each for each in nearest if each.weekday() == weekday]
    if fits:
        return said_of(fits[0], hour=hour, hour_days=_weekday(value, almanac, "").dates)
    both = _next_with(almanac.today, number, weekday)
    options = [each for each in (*nearest[:1], both) if each is not None]
    return said_of(
        *options,
        almanac.upcoming(weekday),
        why="contradiction",
        hour=hour,
        hour_days=_weekday(value, almanac, "").dates,
    )


def _next_with(today: date, number: int, weekday: int) -> date | None:
    for months in range(13):
        year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
        day = make(year, month + 1, number)
        if day is not None and day >= today and day.weekday() == weekday:
            return day
    return None


RULES: Mapping[str, Rule] = {
    "weekday": _weekday,
    "weekday_this": _weekday_this,
    "weekday_next": _weekday_next,
    "weekday_coming": _weekday_coming,
    "weekday_following": _weekday_next,
    "weekday_last": _weekday_last,
    "weekday_week": _weekday_week,
    "weekday_plus": _weekday_plus,
    "weekday_after_next": _weekday_after_next,
    "weekday_dom": _weekday_dom,
    "weekday_nth": _weekday_nth,
}
