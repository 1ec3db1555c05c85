"""Office hours in any shape a person might write them in a line of the protocol.

``{"monday": ["08:00-18:00"]}``, ``{"mon-fri": "8-18"}``, ``{"start": "08:00", "end": "18:00", "days": ["mon"]}``,
``[{"day": "friday", "opens": "12:00", "closes": "20:00"}]``, ``["08:00", "18:00"]``, ``"Mon-Fri 8am-6pm"``. What
cannot be read is left out; nothing readable at all is None, and the clinic's own hours stand.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time
from typing import Any

from bot.visits.models.clinic import OfficeHours, OpenSpan

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_GROUPS: Mapping[str, tuple[int, ...]] = {
    "weekday": tuple(range(5)),
    "workday": tuple(range(5)),
    "weekend": (5, 6),
    "daily": tuple(range(7)),
    "every": tuple(range(7)),
    "all": tuple(range(7)),
}
_WORKING = tuple(range(5))
_OPENS = ("opens", "open", "start", "starts", "from", "begin", "opening")
_CLOSES = ("closes", "close", "end", "ends", "to", "until", "closing")
_DAY_KEYS = ("days", "day", "weekday", "weekdays")
_SPAN_KEYS = ("hours", "spans", "open_hours", "times")
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2})?\s*([ap])?\.?m?\b", re.IGNORECASE)
_DAY_WORD = re.compile(r"[a-z]{3,}", re.IGNORECASE)

_Days = dict[int, tuple[OpenSpan, ...]]


def read_hours(given: Any) -> OfficeHours | None:
    """The office hours somebody wrote, or None where nothing of it can be read."""
    days = _any(given, _WORKING)
    if not days:
        return None
    holidays = given.get("holidays") if isinstance(given, Mapping) else None
    return OfficeHours(days=days, holidays=frozenset(_dates(holidays)))


def _any(given: Any, default: tuple[int, ...]) -> _Days:
    if isinstance(given, Mapping):
        return _of_mapping(given, default)
    if isinstance(given, str):
        return _of_text(given, default)
    if isinstance(given, Sequence):
        pair = _pair(given)
        if pair is not None:
            return dict.fromkeys(default, (pair,))
        return _together(_any(each, default) for each in given)
    return {}


def _of_mapping(given: Mapping[Any, Any], default: tuple[int, ...]) -> _Days:
    said = next((given[key] for key in _DAY_KEYS if key in given and not isinstance(given[key], Mapping)), None)
    ends = [next((given[key] for key in keys if key in given), None) for keys in (_OPENS, _CLOSES)]
    if all(each is not None for each in ends):
        span = _span(*ends)
        return dict.fromkeys(_numbers(said) or default, (span,)) if span else {}
    spans = next((given[key] for key in _SPAN_KEYS if key in given), None)
    if spans is not None:
        return _any(spans, _numbers(said) or default)
    found: list[_Days] = []
    for key, value in given.items():
        days = _numbers(key)
        if days and value:
            found.append({day: each for day, each in _any(value, days).items() if day in days})
    return _together(found)


def _of_text(given: str, default: tuple[int, ...]) -> _Days:
    """``08:00-18:00``, ``Mon-Fri 8am-6pm``, and several of them with commas or semicolons between."""
    found: list[_Days] = []
    days: tuple[int, ...] = ()
    for piece in re.split(r"[;,\n]", given):
        clocks = [match.groups() for match in _CLOCK.finditer(piece)]
        days = _numbers(piece) or days
        for opens, closes in zip(clocks[::2], clocks[1::2], strict=False):
            span = _between(opens, closes)
            if span is not None:
                found.append(dict.fromkeys(days or default, (span,)))
    return _together(found)


def _together(every: Iterable[_Days]) -> _Days:
    whole: _Days = {}
    for each in every:
        for day, spans in each.items():
            whole[day] = (*whole.get(day, ()), *spans)
    return whole


def _pair(given: Sequence[Any]) -> OpenSpan | None:
    """``["08:00", "18:00"]`` or ``[9, 17]``."""
    if len(given) != 2 or any(isinstance(each, (Mapping, list, tuple)) for each in given):
        return None
    clocks = [_CLOCK.findall(str(each)) for each in given]
    return _span(*given) if all(len(each) == 1 for each in clocks) else None


def _span(opens: Any, closes: Any) -> OpenSpan | None:
    found = [_CLOCK.search(str(each)) for each in (opens, closes)]
    first, second = found
    return _between(first.groups(), second.groups()) if first and second else None


def _between(opens: tuple[Any, ...], closes: tuple[Any, ...]) -> OpenSpan | None:
    start, end = _time(opens), _time(closes)
    if start is None or end is None:
        return None
    if end <= start and not closes[2] and int(closes[0]) < 12:
        end = time(end.hour + 12, end.minute)  # "9-5"
    return OpenSpan(opens=start, closes=end) if start < end else None


def _time(clock: tuple[Any, ...]) -> time | None:
    hour, minute, half = int(clock[0]), int(clock[1] or 0), (clock[2] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour == 24 and not minute:
        return time(23, 59)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def _numbers(given: Any) -> tuple[int, ...]:
    """The weekdays somebody named: a name, a number (0 is Monday), a list of them, or "mon-fri"."""
    if isinstance(given, bool) or given is None:
        return ()
    if isinstance(given, int) or (isinstance(given, str) and given.strip().isdecimal()):
        return (int(given),) if int(given) < len(_DAYS) else ()
    if isinstance(given, str):
        return _named(given.lower())
    if isinstance(given, Sequence):
        return tuple(sorted({day for each in given for day in _numbers(each)}))
    return ()


def _named(text: str) -> tuple[int, ...]:
    for name, days in _GROUPS.items():
        if name in text:
            return days
    words = [(match.start(), match.group()[:3]) for match in _DAY_WORD.finditer(text)]
    found = [(place, _DAYS.index(word)) for place, word in words if word in _DAYS]
    numbers = [day for _, day in found]
    if len(found) == 2 and re.search(r"-|–|\bto\b|through|until", text[found[0][0] : found[1][0]]):
        first, last = numbers
        return tuple((first + n) % 7 for n in range((last - first) % 7 + 1))
    return tuple(sorted(set(numbers)))


def _dates(given: Any) -> Iterable[date]:
    for each in given if isinstance(given, (list, tuple)) else ():
        try:
            yield date.fromisoformat(str(each)[:10])
        except ValueError:
            continue
