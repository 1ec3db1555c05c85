"""What a day of a month can mean: the 7th, 3 December, 12/3, the second Tuesday of May."""

import calendar
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from bot.understanding.almanac import Almanac
from bot.understanding.dates import (
    RECENT,
    YEAR,
    DaySaid,
    Rule,
    make,
    no_such,
    of_month,
    said_of,
    shifted,
)

_DECEMBER = 12
_BIRTH_YEARS = 25
"""A year of two digits lies in this century up to so many years ahead, else in the last."""


def dom_dates(number: int, almanac: Almanac) -> list[date]:
    """The nearest date with this day of the month; with an earlier, shorter month's last day where it lacks one."""
    today = almanac.today
    found: list[date] = []
    for months in range(3):
        year, month = divmod(today.year * 12 + today.month - 1 + months, 12)
        day = make(year, month + 1, number)
        if day is None:
            found.append(date(year, month + 1, calendar.monthrange(year, month + 1)[1]))
        elif day >= today:
            return [*found, day]
    return found


def dom_said(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    number = value.get("ord", value.get("dom"))
    dates = dom_dates(number, almanac)
    if almanac.about is not None:
        beside = make(almanac.about.year, almanac.about.month, number)
        if beside is not None and beside >= almanac.today and beside not in dates:
            dates.append(beside)
    return said_of(*dates)


def _dom_month(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    number = value.get("dom", value.get("ord"))
    first = shifted(almanac.today.replace(day=1), {"months": int(given)})
    if first is None:
        return said_of(almanac.today, why="no_such")
    day = make(first.year, first.month, number)
    if day is None:
        return no_such(first.year, first.month)
    return said_of(day, year_said=True)


def month_day_said(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    return month_day(value["month"], value["dom"], value.get("year"), almanac)


def _day_del_month(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    return month_day(value["mon_n"], value["dom"], None, almanac)


def month_day(month: int, number: int, year: int | None, almanac: Almanac) -> DaySaid:
    """A day and month, in the year said or the next time it comes round."""
    if year is not None:
        day = make(year, month, number)
        return said_of(day, year_said=True) if day else no_such(year, month)
    today = almanac.today
    for ahead in range(9):
        day = make(today.year + ahead, month, number)
        if day is None or day < today:
            continue
        before = make(day.year - 1, month, number)
        if day - today > YEAR:
            return said_of(day, why="far")
        if before is not None and timedelta(0) < today - before <= RECENT:
            return said_of(day, why="past")
        return said_of(day)
    return no_such(today.year + (month < today.month), month)


def _nth_weekday(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    def on(year: int, month: int) -> date | None:
        first = date(year, month, 1)
        day = first + timedelta(days=(value["weekday"] - first.weekday()) % 7 + 7 * (value["ord"] - 1))
        return day if day.month == month else None

    return of_month(on, value.get("month"), almanac, given)


def _last_weekday(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    def on(year: int, month: int) -> date | None:
        last = date(year, month, calendar.monthrange(year, month)[1])
        return last - timedelta(days=(last.weekday() - value["weekday"]) % 7)

    return of_month(on, value.get("month"), almanac, given)


def _last_dom(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    def on(year: int, month: int) -> date | None:
        return date(year, month, calendar.monthrange(year, month)[1])

    return of_month(on, value.get("month"), almanac, given)


def _first_dom(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    """The first of a month: the next one to come."""
    if almanac.today.day == 1:
        return said_of(almanac.today, shifted(almanac.today, {"months": 1}))
    return said_of(shifted(almanac.today.replace(day=1), {"months": 1}))


def _month_week_weekday(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    number, weekday = value["ord"], value["weekday"]

    def nth(year: int, month: int) -> date | None:
        first = date(year, month, 1)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))

    def in_week(year: int, month: int) -> date | None:
        first = almanac.week_of(date(year, month, 1))
        return first + timedelta(days=weekday + 7 * (number - 1))

    one = of_month(nth, value["month"], almanac, given)
    other = of_month(in_week, value["month"], almanac, given)
    return said_of(*one.dates, *other.dates)


def _numeric(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid | None:
    numbers, digits = value["numbers"], value["digits"]
    year: int | None = None
    if digits[0] == 4:
        year, pairs = numbers[0], [(numbers[1], numbers[2])]
        if numbers[1] > _DECEMBER:
            pairs = [(numbers[2], numbers[1])]
    else:
        first, second = numbers[0], numbers[1]
        pairs = [(first, second), (second, first)]
        if len(numbers) == 3:
            year = numbers[2] if digits[2] == 4 else _full_year(numbers[2], almanac.today)
        pairs = [each for each in pairs if each[0] <= _DECEMBER]
        if len(pairs) > 1 and almanac.order and (len(numbers) == 3 or value.get("cued", True)):
            pairs = pairs[:1] if almanac.order == "md" else pairs[1:]
    readings = [month_day(month, day, year, almanac) for month, day in pairs]
    if not readings:
        return None
    if len(readings) == 1:
        said = readings[0]
    else:
        said = said_of(*(day for each in readings for day in each.dates))
        said.year_said = year is not None
    said.notes.append("numeric")
    said.hour_days = [
        day
        for month, number in {(b, a) for a, b in pairs}
        if month <= _DECEMBER
        for day in month_day(month, number, year, almanac).dates
    ]
    return said


def _full_year(short: int, today: date) -> int:
    year = today.year // 100 * 100 + short
    return year - 100 if year > today.year + _BIRTH_YEARS else year


RULES: Mapping[str, Rule] = {
    "month_day": month_day_said,
    "month_day_year": month_day_said,
    "day_del_month": _day_del_month,
    "dom": dom_said,
    "dom_month": _dom_month,
    "nth_weekday": _nth_weekday,
    "nth_weekday_month": _nth_weekday,
    "last_weekday": _last_weekday,
    "last_weekday_month": _last_weekday,
    "last_dom": _last_dom,
    "first_dom": _first_dom,
    "month_week_weekday": _month_week_weekday,
    "numeric": _numeric,
}
