"""What a message mentions of days, hours and lengths: one pass from left to right, the longest phrase at each place.

Nothing is decided here: a mention is what was said and where. Each place looks at a bounded number of tokens, so the
pass is linear in the message.
"""

from collections.abc import Sequence
from typing import Any

from bot.understanding.clock_forms import ClockForms
from bot.understanding.clocks import ClockGrammar
from bot.understanding.lengths import length_at
from bot.understanding.line import Line
from bot.understanding.mentions import Kind, Mention
from bot.understanding.numbers import year
from bot.understanding.numeric_days import NumericDays
from bot.understanding.phrase_grammar import PhraseGrammar
from bot.understanding.times import NOON, VISIT
from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Vocabulary

_TIME_RULES = frozenset(
    {"half_bare", "half_past", "minutes_past", "minutes_to", "minutes_of", "hour_minutes", "noon", "midnight"}
)
_KINDS: dict[str, Kind] = {"now": "now", "same_time": "same_time", "bare_past": "bare", "bare_to": "bare"}
_SHIFTS = frozenset({15, 20, 30, 40, 45, 60, 90})
"""Minutes by which people move a visit without saying "minutes"; 5 and 10 may be hours."""
_WITH_MONTH = frozenset({"month_day", "month_day_year", "day_del_month", "dom_month"})


class Scanner:
    """The grammar of one language over one message. ``blocked`` marks tokens that mean something else."""

    def __init__(
        self, tokens: Sequence[Token], words: Vocabulary, blocked: Sequence[bool], *, expects_hour: bool = False
    ) -> None:
        """``expects_hour``: an hour is being talked about, so that a bare number may be one."""
        self._line = Line(tokens, words, blocked, expects_hour)
        self._tokens = tokens
        self._words = words
        self._forms = ClockForms(self._line)
        self.phrases = PhraseGrammar(self._line, self._forms)
        self.numeric = NumericDays(self._line, self._forms)
        self._clocks = ClockGrammar(self._line, self._forms, self.phrases)

    def mentions(self) -> list[Mention]:
        """Everything mentioned, in order."""
        found: list[Mention] = []
        at = 0
        while at < len(self._tokens):
            if self._line.blocked[at]:
                at += 1
                continue
            best = self._best(at, found)
            if best is None:
                at += 1
            else:
                found.append(best)
                at = max(best.end, at + 1)
        return found

    def _best(self, at: int, found: Sequence[Mention]) -> Mention | None:
        options = [
            self._clocks.range_at(at, found),
            self._clocks.time_at(at, found),
            self._phrase(at),
            self._forms.part_at(at),
            self.numeric.day_at(at),
            self._holiday(at),
            self._length(at),
        ]
        best: Mention | None = None
        for each in options:
            if each is not None and (best is None or each.end > best.end):
                best = each
        return best

    def _phrase(self, at: int) -> Mention | None:
        matched = self.phrases.match(at)
        if matched is None:
            return None
        end, rule, slots = matched
        if self._is_noise(rule, at, end):
            return None
        name = rule.split(":")[0]
        if name in _TIME_RULES:
            return None
        if name in _WITH_MONTH and self._is_address(at, end):
            return None
        if name == "weekday_plus" and self._words.phrases("before_unit_in").before(self._tokens, at) is not None:
            return None
        if name == "weekday_dom" and (shorter := self._weekday_alone(at, end)) is not None:
            return shorter
        kind = _KINDS.get(name, "day")
        return Mention(kind, rule, at, end, {key.strip("<>"): value for key, value in slots.items()})

    def _is_address(self, at: int, end: int) -> bool:
        """ "12 March Street", "calle 5 de Mayo": a street's name, not a date."""
        streets = self._words.phrases("streets").single_words()
        after = self._tokens[end].norm if end < len(self._tokens) else ""
        before = {each.norm for each in self._tokens[max(0, at - 2) : at]}
        return after in streets or bool(before & streets)

    def _weekday_alone(self, at: int, end: int) -> Mention | None:
        """The weekday by itself where its number belongs to more: "Monday, 4 December", "viernes 10–10:30"."""
        for place in range(at + 1, end):
            longer = self.phrases.match(place)
            is_date = longer is not None and longer[0] > end and longer[1].split(":")[0] in _WITH_MONTH
            if is_date or self._begins_stretch(place, end):
                start = next(one for one in range(at, place) if self._tokens[one].norm in self._words.weekdays)
                return Mention(
                    "day", "weekday", at, start + 1, {"weekday": self._words.weekdays[self._tokens[start].norm]}
                )
        return None

    def _begins_stretch(self, at: int, end: int) -> bool:
        """Whether a number begins a stretch of hours written together: 10–10:30."""
        together = end + 1 < len(self._tokens) and self._tokens[end].glued and self._tokens[end + 1].glued
        said = self._clocks.range_at(at, ()) if together and at == end - 1 else None
        if said is None:
            return False
        first, second = (said.value[edge]["hour"] * 60 + said.value[edge]["minute"] for edge in ("first", "second"))
        return (second - first) % NOON in VISIT

    def _is_noise(self, rule: str, start: int, end: int) -> bool:
        """A bare ordinal counts only where nothing it could number follows: not "the 7th floor"."""
        if rule == "dom" and end < len(self._tokens) and not self._line.blocked[end]:
            if self._tokens[end].norm in self._words.phrases("ordinal_nouns").single_words():
                return True
            if self._line.counts(end):
                return True
        before = self._tokens[start - 1].norm if start else ""
        return rule in ("dom", "weekday_dom") and before in self._words.phrases("number_nouns_before").single_words()

    def _holiday(self, at: int) -> Mention | None:
        found = self._words.phrases("holidays").at(self._tokens, at)
        if found is None:
            return None
        end, spec = found
        value: dict[str, Any] = {"spec": spec}
        said = year(self._tokens, end, self._words) if end < len(self._tokens) else None
        if said is not None:
            value["year"], end = said
        return Mention("day", "holiday", at, end, value)

    def _length(self, at: int) -> Mention | None:
        found = length_at(self._tokens, at, self._words) or self._minutes_of_shift(at)
        if found is None:
            return None
        return Mention("length" if "minutes" in found[1] else "count", "length", at, found[0], dict(found[1]))

    def _minutes_of_shift(self, at: int) -> tuple[int, dict[str, int]] | None:
        """The 30 of "push it back 30", which nobody means as an hour."""
        token = self._tokens[at]
        if token.kind != "number" or len(token.norm) > 2 or int(token.norm) not in _SHIFTS:
            return None
        if self._words.phrases("shift_words").before(self._tokens, at) is None or self._forms.half_follows(at + 1):
            return None
        return at + 1, {"minutes": int(token.norm)}


def sure_dates(tokens: Sequence[Token], words: Vocabulary, taken: Sequence[bool]) -> list[tuple[int, int]]:
    """Token spans that are surely numeric dates (2026-11-26, 26/11/2026), so that no phone is read into them."""
    scanner = Scanner(tokens, words, taken)
    found: list[tuple[int, int]] = []
    for at, token in enumerate(tokens):
        if taken[at] or (found and at < found[-1][1]):
            continue
        matched = scanner.phrases.match(at)
        if matched is not None and matched[1] in ("month_day", "month_day_year"):
            found.append((at, matched[0]))
            continue
        if token.kind != "number":
            continue
        mention = scanner.numeric.day_at(at)
        if mention is None or (mention.end - at == 1 and not _stands_alone(tokens, at)):
            continue
        value = mention.value
        if len(value["numbers"]) == 3 or value["sign"] == "/":
            found.append((at, mention.end))
    return found


def _stands_alone(tokens: Sequence[Token], at: int) -> bool:
    """Whether eight digits are no piece of a longer number."""
    before = at > 0 and tokens[at].glued and tokens[at - 1].norm in ("+", "(")
    return not before
