"""Lengths and counts of time: half an hour, 45 min, 1h30, two weeks, an hour and a half."""

from collections.abc import Mapping, Sequence

from bot.understanding.numbers import cardinal
from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Vocabulary


def length_at(tokens: Sequence[Token], at: int, words: Vocabulary) -> tuple[int, Mapping[str, int]] | None:
    """The length that starts at a token: its end, with ``minutes``, or ``days``, ``months`` and ``years``."""
    fixed = words.phrases("half_hours").at(tokens, at)
    counted = _counted(tokens, at, words)
    if counted is None or (fixed is not None and fixed[0] >= counted[0]):
        return (fixed[0], {"minutes": fixed[1]}) if fixed else None
    return counted


def _counted(tokens: Sequence[Token], at: int, words: Vocabulary) -> tuple[int, Mapping[str, int]] | None:
    amount = _amount(tokens, at, words)
    if amount is None:
        return None
    count, end = amount
    if end < len(tokens) and tokens[end].norm in ("-", "–") and end + 1 < len(tokens):
        end += 1
    if end >= len(tokens):
        return None
    unit = tokens[end].norm
    if unit in words.time_units:
        minutes = round(count * words.time_units[unit])
        return _with_more_minutes(tokens, end + 1, words, minutes, is_hours=words.time_units[unit] > 1)
    if unit in words.units and count == int(count):
        return _with_more_days(tokens, end + 1, words, _days(int(count), words.units[unit]))
    return None


def _amount(tokens: Sequence[Token], at: int, words: Vocabulary) -> tuple[float, int] | None:
    fixed = words.phrases("counts").at(tokens, at)
    if fixed is not None:
        return float(fixed[1]), fixed[0]
    number = cardinal(tokens, at, words)
    if number is None:
        return None
    value, end = number
    if end + 1 < len(tokens) and tokens[end].norm in (".", ",") and tokens[end].glued:
        after = tokens[end + 1]
        if after.kind == "number" and after.glued and len(after.norm) <= 2:
            return float(f"{value}.{after.norm}"), end + 2
    half = words.phrases("and_a_half").at(tokens, end)
    if half is not None:
        return value + 0.5, half[0]
    return float(value), end


def _with_more_minutes(
    tokens: Sequence[Token], end: int, words: Vocabulary, minutes: int, *, is_hours: bool
) -> tuple[int, Mapping[str, int]]:
    """``1h30``, ``1 hour 30 minutes``, ``2 hours and 15 minutes``, ``1 hour and a half``."""
    if is_hours:
        half = words.phrases("and_a_half").at(tokens, end)
        if half is not None:
            return half[0], {"minutes": minutes + 30}
        ahead = (
            end + 1 if end < len(tokens) and tokens[end].norm in words.phrases("length_joiners").single_words() else end
        )
        more = cardinal(tokens, ahead, words)
        if more is not None and 0 < more[0] < 60:
            unit = tokens[more[1]].norm if more[1] < len(tokens) else ""
            if words.time_units.get(unit) == 1:
                return more[1] + 1, {"minutes": minutes + more[0]}
            if ahead == end and tokens[end].glued and tokens[end].kind == "number":
                return more[1], {"minutes": minutes + more[0]}
    return end, {"minutes": minutes}


def _with_more_days(
    tokens: Sequence[Token], end: int, words: Vocabulary, counts: dict[str, int]
) -> tuple[int, Mapping[str, int]]:
    """``2 years 1 month 21 days``."""
    for _ in range(3):
        more = cardinal(tokens, end, words)
        if more is None or more[1] >= len(tokens) or tokens[more[1]].norm not in words.units:
            break
        for name, count in _days(more[0], words.units[tokens[more[1]].norm]).items():
            counts[name] = counts.get(name, 0) + count
        end = more[1] + 1
    return end, counts


def _days(count: int, unit: str) -> dict[str, int]:
    if unit == "month":
        return {"months": count}
    if unit == "year":
        return {"years": count}
    return {"days": count * {"day": 1, "week": 7, "fortnight": 14}[unit]}
