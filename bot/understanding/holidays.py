"""Holidays of a year, fixed ones and those that move."""

import calendar
from datetime import date, timedelta


def holiday(spec: str, year: int) -> date | None:
    """A holiday of a year: ``12-25``; ``easter-2``; ``4:3:11+1``, the day after November's fourth Thursday."""
    base, _, later = spec.partition("+")
    days = int(later or 0)
    if base.startswith("easter"):
        days += int(base.removeprefix("easter") or 0)
        return _easter(year) + timedelta(days=days)
    if ":" in base:
        nth, weekday, month = (int(each) for each in base.split(":"))
        first = date(year, month, 1)
        if nth < 0:
            last = first.replace(day=calendar.monthrange(year, month)[1])
            return last - timedelta(days=(last.weekday() - weekday) % 7)
        return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1) + days)
    month, number = (int(each) for each in base.split("-"))
    return date(year, month, number)


def _easter(year: int) -> date:
    """Western Easter. Source: Anonymous Gregorian algorithm (Meeus/Jones/Butcher)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = b // 4, b % 4
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = c // 4, c % 4
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
