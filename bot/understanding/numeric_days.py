"""Dates in digits: 2026-11-26, 26/11, 5/3/18, 23.04.2022. Which number is the month is decided later."""

from collections.abc import Sequence

from bot.understanding.clock_forms import ClockForms
from bot.understanding.line import Line
from bot.understanding.mentions import Mention


class NumericDays:
    """The dates in digits of one message."""

    def __init__(self, line: Line, forms: ClockForms) -> None:
        self._line = line
        self._tokens = line.tokens
        self._words = line.words
        self._forms = forms

    def day_at(self, at: int) -> Mention | None:
        """``2026-11-26``, ``26/11``, ``5/3/18``, ``23.04.2022``, ``20200701``. Which is the month is decided later."""
        tokens = self._tokens
        if tokens[at].kind != "number":
            return None
        if at and tokens[at].glued and tokens[at - 1].norm == ":":
            return None
        digits = tokens[at].norm
        if len(digits) == 8 and digits[:2] in ("19", "20"):
            numbers = (int(digits[:4]), int(digits[4:6]), int(digits[6:]))
            record = self._words.phrases("not_phone_words").single_words()
            if at and self._tokens[at - 1].norm in record:
                return None
            if 1 <= numbers[1] <= 12 and 1 <= numbers[2] <= 31:
                return Mention("day", "numeric", at, at + 1, {"numbers": numbers, "sign": "-", "digits": (4, 2, 2)})
            return None
        parts, sign, end = self._separated(at)
        if len(parts) < 2 or not _may_be_day(parts):
            return None
        if len(parts) == 2 and not self._short_date(at, end, parts, sign):
            return None
        return Mention(
            "day",
            "numeric",
            at,
            end,
            {
                "numbers": tuple(int(each) for each in parts),
                "sign": sign,
                "digits": tuple(len(each) for each in parts),
                "cued": sign != "-" or self._date_cue(at),
            },
        )

    def _date_cue(self, at: int) -> bool:
        if at == 0:
            return False
        before = self._tokens[at - 1]
        cues = self._words.phrases("date_cues").single_words()
        return before.norm in cues or before.norm in self._words.weekdays or before.norm in ("(", ",")

    def _separated(self, at: int) -> tuple[list[str], str, int]:
        tokens = self._tokens
        parts, sign, end = [tokens[at].norm], "", at + 1
        while (
            len(parts) < 3
            and end + 1 < len(tokens)
            and tokens[end].norm in ("/", "-", ".")
            and (not sign or tokens[end].norm == sign)
            and tokens[end + 1].kind == "number"
            and tokens[end].glued == tokens[end + 1].glued
            and (tokens[end].glued or tokens[end].norm == "/")
            and (not sign or tokens[end].glued == tokens[at + 1].glued)
            and not self._line.blocked[end + 1]
        ):
            sign = tokens[end].norm
            parts.append(tokens[end + 1].norm)
            end += 2
        return parts, sign, end

    def _short_date(self, at: int, end: int, parts: Sequence[str], sign: str) -> bool:
        """Whether two numbers are a date rather than a time, a range or a fraction."""
        if any(len(each) > 2 for each in parts):
            return False
        if self._line.is_unit(end) or self._line.counts(end):
            return False
        if self._forms.half_follows(end):
            return False
        cue = self._words.phrases("at").before(self._tokens, at) or self._words.phrases("range_between").before(
            self._tokens, at
        )
        if sign == ".":
            on = at > 0 and self._tokens[at - 1].norm in self._words.phrases("date_cues").single_words()
            weekday = at > 0 and self._tokens[at - 1].norm in self._words.weekdays
            return cue is None and (on or (weekday and len(parts[1]) == 1))
        if at and self._tokens[at - 1].norm in self._words.phrases("number_nouns_before").single_words() - {"no"}:
            return False
        return cue is None or self._tokens[cue[0]].norm not in ("at", "@")


def _may_be_day(parts: Sequence[str]) -> bool:
    numbers = [int(each) for each in parts]
    if any(len(each) > 4 for each in parts):
        return False
    if len(parts) == 3:
        if len(parts[0]) == 4:
            return (
                1900 <= numbers[0] < 2200
                and max(numbers[1:]) <= 31
                and min(numbers[1:]) >= 1
                and min(numbers[1:]) <= 12
            )
        if len(parts[2]) not in (2, 4) or (len(parts[2]) == 4 and not 1900 <= numbers[2] < 2200):
            return False
    first, second = numbers[0], numbers[1]
    return 1 <= first <= 31 and 1 <= second <= 31 and min(first, second) <= 12
