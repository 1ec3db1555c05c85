"""What a mention of a day can mean: one date when it is clear, several when it is not."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.understanding.almanac import Almanac
from bot.understanding.dates import DaySaid, Rule, said_of
from bot.understanding.holidays import holiday
from bot.understanding.mentions import Mention
from bot.understanding.months import RULES as MONTHS
from bot.understanding.stretches import RULES as STRETCHES
from bot.understanding.weekdays import RULES as WEEKDAYS


def day_said(mention: Mention, almanac: Almanac) -> DaySaid | None:
    """The dates a mention of a day can mean."""
    name, _, given = mention.rule.partition(":")
    rule = _RULES.get(name)
    if rule is None:
        return None
    said = rule(mention.value, almanac, given)
    if said is None:
        return None
    said.start, said.end, said.mention = mention.start, mention.end, mention
    said.spans = [(mention.start, mention.end)]
    return said


def _day_offset(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    days = int(given)
    return said_of(almanac.today + timedelta(days=days), past=days < 0)


def _offset_plus(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    offset, _, plus = given.partition(":")
    return said_of(almanac.today + timedelta(days=int(offset) + int(plus)))


def _business_days(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    """So many open days from today on."""
    day, left = almanac.today, value["n"]
    for _ in range(400):
        if left == 0:
            break
        day += timedelta(days=1)
        left -= almanac.is_open(day)
    return said_of(day, year_said=True)


def _next_day(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid:
    return said_of((almanac.about or almanac.today) + timedelta(days=1))


def _previous_day(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid | None:
    return None if almanac.about is None else said_of(almanac.about - timedelta(days=1))


def _same_day(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid | None:
    return None if almanac.about is None else said_of(almanac.about)


def _holiday(value: Mapping[str, Any], almanac: Almanac, given: str) -> DaySaid | None:
    year = value.get("year")
    if year is not None:
        day = holiday(value["spec"], year)
        return said_of(day, year_said=True) if day else None
    for ahead in range(2):
        day = holiday(value["spec"], almanac.today.year + ahead)
        if day is not None and day >= almanac.today:
            return said_of(day)
    return None


_RULES: Mapping[str, Rule] = {
    **WEEKDAYS,
    **MONTHS,
    **STRETCHES,
    "day_offset": _day_offset,
    "offset_plus": _offset_plus,
    "business_days": _business_days,
    "next_day": _next_day,
    "previous_day": _previous_day,
    "same_day": _same_day,
    "holiday": _holiday,
}


def day_rules() -> Sequence[str]:
    """The names a vocabulary may use for phrases of days."""
    return tuple(_RULES)
