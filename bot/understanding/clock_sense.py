"""Whether a number is meant as an hour: by what leads it in, what it stands beside and what follows."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.understanding.clock_forms import Clock, ClockForms
from bot.understanding.line import Line
from bot.understanding.mentions import Mention

_SHORT_ANSWER = 7
_DAYS_BEFORE_HOURS = frozenset(
    {
        "day_offset",
        "weekday_this",
        "weekday_next",
        "weekday_coming",
        "weekday_week",
        "weekday",
        "month_day",
        "dom",
        "weekday_plus",
    }
)


class ClockSense:
    """Tells hours from other numbers in one message."""

    def __init__(self, line: Line, forms: ClockForms) -> None:
        self._line = line
        self._tokens = line.tokens
        self._words = line.words
        self._forms = forms

    def is_time(
        self,
        place: int,
        clock: Clock,
        cue: str,
        suffixed: bool,
        said: Mapping[str, Any],
        found: Sequence[Mention],
    ) -> bool:
        tokens, words = self._tokens, self._words
        before = tokens[place - 1] if place else None
        if before is not None and before.kind == "word" and tokens[place].glued and before.norm != "t":
            return False
        if clock.style in ("colon", "phrase", "fixed", "half"):
            return True
        if suffixed:
            return not said.get("unit") or self._is_hour_unit(clock, cue, said)
        if self._line.counts(clock.end):
            return False
        if self._counts_something(clock.end) or self._is_address(clock.end) or self._is_of_month(clock):
            return False
        if clock.end < len(tokens) and tokens[clock.end].glued and tokens[clock.end].kind == "word":
            return False
        if before is not None and before.norm in words.phrases("number_nouns_before").single_words():
            return False
        if (
            before is not None
            and before.kind == "sign"
            and place
            and tokens[place].glued
            and before.norm in "$€£#/.-:+"
        ):
            return False
        if clock.style == "words":
            return True
        if cue == "at":
            return not self._line.is_unit(clock.end)
        if self._is_another(place, found) and 1 <= clock.hour <= 24:
            return not self._line.is_unit(clock.end)
        if 1 <= clock.hour <= 12 and self._another_follows(clock.end):
            return True
        if self._line.expects_hour and self._stands_bare(place, clock):
            return True
        close = bool(found) and place - found[-1].end <= (
            1 if place and tokens[place - 1].norm in (",", "-", "–", "(") else 0
        )
        if clock.style in ("dot", "military", "h"):
            if clock.style == "military" and len(tokens[place].norm) == 3:
                return close and found[-1].kind == "day" and clock.minute % 5 == 0 and clock.hour >= 1
            if clock.style == "military" and self._day_follows(clock.end):
                return clock.hour < 24 and clock.minute < 60
            alone = len(tokens) <= 3 and clock.style != "military"
            alone = alone or (clock.style == "dot" and clock.minute % 5 == 0 and 6 <= clock.hour <= 20)
            return (
                (close and found[-1].kind in ("day", "part"))
                or alone
                or (cue == "at_weak" and clock.style != "military")
            )
        if self._line.is_unit(clock.end):
            return False
        if close and found[-1].kind == "part":
            return 1 <= clock.hour <= 12 or clock.style == "spaced"
        if (
            close
            and found[-1].kind == "day"
            and 1 <= clock.hour <= 12
            and found[-1].rule.split(":")[0] in _DAYS_BEFORE_HOURS
        ):
            return True
        if 1 <= clock.hour <= 12 and self._part_follows(clock.end):
            return True
        digits = tokens[place].kind == "number" and not (place > 1 and tokens[place - 2].kind == "number")
        return cue == "at_weak" and digits and 1 <= clock.hour <= 24 and self._ends_plainly(clock.end)

    def _part_follows(self, end: int) -> bool:
        """Whether a part of the day stands next, maybe after a comma: "10, tonight"."""
        if end < len(self._tokens) and self._tokens[end].norm == ",":
            end += 1
        return self._forms.part_at(end) is not None if end < len(self._tokens) else False

    def _is_another(self, place: int, found: Sequence[Mention]) -> bool:
        """Whether the number goes on a list of hours: "at 2, 3 or 4"."""
        if not found or found[-1].kind != "clock":
            return False
        between = self._tokens[found[-1].end : place]
        joiners = self._words.phrases("alternative").single_words() | {","}
        return 0 < len(between) <= 2 and all(each.norm in joiners for each in between) and between[-1].norm != ","

    def _another_follows(self, end: int) -> bool:
        """Whether "or" and a time stand next: "9 or 9:30", "2 or 3 pm"."""
        joiner = self._words.phrases("alternative").at(self._tokens, end)
        if joiner is None:
            return False
        clock = self._forms.lexical(joiner[0])
        if clock is None or clock.hour > 24:
            return False
        said: dict[str, Any] = {"half": None, "part": None, "approximate": False}
        if clock.style != "bare" or (self._forms.suffixes(clock, said) and not said.get("unit")):
            return True
        return not self._line.is_unit(clock.end) and not self._line.counts(clock.end)

    def _day_follows(self, end: int) -> bool:
        if end >= len(self._tokens):
            return False
        after = self._tokens[end].norm
        return after in self._words.weekdays or self._words.phrases("days_plain").at(self._tokens, end) is not None

    def _stands_bare(self, place: int, clock: Clock) -> bool:
        """Whether a number in a short answer can only be the hour: "9", "10 would be better", "no not 2, 3"."""
        tokens = self._tokens
        if len(tokens) > _SHORT_ANSWER or not 1 <= clock.hour <= 12 or self._line.is_unit(clock.end):
            return False
        before = tokens[place - 1] if place else None
        after = tokens[clock.end] if clock.end < len(tokens) else None
        plain_before = before is None or before.kind == "sign" or before.norm in self._words.stopwords
        plain_after = after is None or after.kind == "sign" or after.norm in self._words.stopwords
        glued = (before is not None and tokens[place].glued) or (
            after is not None and after.glued and after.kind != "sign"
        )
        return plain_before and plain_after and not glued

    def _is_hour_unit(self, clock: Clock, cue: str, said: Mapping[str, Any]) -> bool:
        """Whether "15 h" is an hour of the day and not a length: led in, too long for one, or with a date behind."""
        if cue == "at" or said["half"] or said["part"] or clock.style not in ("bare", "h") or clock.hour > 12:
            return True
        return self._words.phrases("after_hour_unit").at(self._tokens, clock.end) is not None

    def _counts_something(self, end: int) -> bool:
        """Whether a plain plural follows, so that the number counts it: "at 2 locations"."""
        if end >= len(self._tokens) or self._line.blocked[end]:
            return False
        after = self._tokens[end]
        known = after.norm in self._words.stopwords or after.norm in self._words.weekdays
        return (
            after.kind == "word"
            and after.text.islower()
            and not known
            and after.norm.endswith("s")
            and len(after.norm) > 3
        )

    def _is_address(self, end: int) -> bool:
        streets = self._words.phrases("streets").single_words()
        return any(
            each.norm in streets and not each.glued for each in self._tokens[end : end + 4] if each.kind == "word"
        )

    def _is_of_month(self, clock: Clock) -> bool:
        """Whether a month follows, so that the number is its day: "from 4 January"."""
        after = self._tokens[clock.end] if clock.end < len(self._tokens) else None
        if after is None or clock.style != "bare" or after.norm not in self._words.months:
            return False
        return after.norm not in self._words.stopwords or after.capital

    def _ends_plainly(self, end: int) -> bool:
        """After "for 3" only an end, a sign or a date may follow: not "for 3 colleagues"."""
        if end >= len(self._tokens):
            return True
        after = self._tokens[end]
        if after.kind == "sign":
            return after.norm in (",", ".", "!", "?", ";", ")")
        words = self._words
        return (
            after.norm in words.weekdays
            or after.norm in words.phrases("after_hour").single_words()
            or words.phrases("at").at(self._tokens, end) is not None
        )
