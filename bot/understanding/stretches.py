"""What a week, a weekend or a month without a day can mean: its open days, to choose from."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from bot.understanding.almanac import Almanac
from bot.understanding.dates import WEEK, DaySaid, Rule, make, month_end, open_days, said_of, shifted
from bot.understanding.months import dom_said, month_day_said


def _vague(first: date, last: date, almanac: Almanac) -> DaySaid:
    said = said_of(*open_days(first, last, almanac), why="no_day", vague=(max(first, almanac.today), last))
    return said if said.dates else said_of(last, why="past", vague=(first, last))


def _vague_week(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    first = almanac.week_of(almanac.today) + int(given) * WEEK
    if almanac.about is not None and int(given) == 1:
        said = _vague(first, first + timedelta(days=6), almanac)
        beside = almanac.about + WEEK
        said.dates = [beside, *[each for each in said.dates if each != beside]][:4]
        return said
    return _vague(first, first + timedelta(days=6), almanac)


def _vague_week_of(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    base = month_day_said(value, almanac, "") if "month" in value else dom_said(value, almanac, "")
    first = almanac.week_of(base.dates[0])
    return _vague(first, first + timedelta(days=6), almanac)


def _vague_weekend(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    saturday = almanac.week_of(almanac.today) + timedelta(days=5)
    return _vague(saturday, saturday + timedelta(days=1), almanac)


def _vague_month(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    first = shifted(almanac.today.replace(day=1), {"months": int(given or 0)}) or almanac.today
    return _vague(first, month_end(first), almanac)


def _vague_month_end(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    last = month_end(almanac.today)
    said = _vague(last - timedelta(days=6), last, almanac)
    said.dates = said.dates[-4:]
    return said


def _vague_month_named(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    year = value.get("year") or almanac.today.year + (value["month"] < almanac.today.month)
    first = make(year, value["month"], 1) or almanac.today
    return _vague(first, month_end(first), almanac)


def _vague_days(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    return _vague(almanac.today + timedelta(days=1), almanac.today + timedelta(days=7), almanac)


RULES: Mapping[str, Rule] = {
    "vague_week": _vague_week,
    "vague_week_of": _vague_week_of,
    "vague_weekend": _vague_weekend,
    "vague_month": _vague_month,
    "vague_month_end": _vague_month_end,
    "vague_month_named": _vague_month_named,
    "vague_days": _vague_days,
}
