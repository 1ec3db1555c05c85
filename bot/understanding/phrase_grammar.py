"""The phrases of a language's vocabulary over one message: the longest at a place, and what its slots hold."""

from typing import Any

from bot.understanding.clock_forms import ClockForms
from bot.understanding.line import Line
from bot.understanding.numbers import cardinal, ordinal, year
from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Node

_MAX_STEPS = 14
_MOST_DAYS = 60
_DAY_SLOTS = frozenset({"<dom>", "<ord>", "<domd>"})


class PhraseGrammar:
    """Walks the vocabulary's trie along the tokens of one message."""

    def __init__(self, line: Line, forms: ClockForms) -> None:
        self._line = line
        self._tokens = line.tokens
        self._words = line.words
        self._forms = forms

    def match(self, at: int) -> tuple[int, str, dict[str, Any]] | None:
        """The longest phrase of the vocabulary at a token: its end, its rule and its slots."""
        if at >= len(self._tokens):
            return None
        root = self._words.grammar
        token = self._tokens[at]
        if token.norm not in root.words and not self._may_open(token):
            return None
        best: tuple[int, str, dict[str, Any]] | None = None
        stack: list[tuple[int, Node, dict[str, Any], str]] = [(at, root, {}, "")]
        steps = 0
        while stack and steps < 400:
            steps += 1
            place, node, slots, last = stack.pop()
            if node.ends is not None and (best is None or place > best[0]):
                best = (place, node.ends, slots)
            if place >= len(self._tokens) or place - at > _MAX_STEPS or self._line.blocked[place]:
                continue
            here = self._tokens[place]
            after = node.words.get(here.norm)
            if after is not None:
                stack.append((place + 1, after, slots, here.norm))
            for name, after in node.slots.items():
                for value, end in self._slot(name, place):
                    stack.append((end, after, {**slots, name: value}, name))
            if here.norm == "," and node is not root and last not in ("<hour>", "<min>", "<n>"):
                ahead = {name: each for name, each in node.slots.items() if last not in _DAY_SLOTS or name == "<year>"}
                if ahead or last not in _DAY_SLOTS:
                    stack.append(
                        (place + 1, Node(words={} if last in _DAY_SLOTS else node.words, slots=ahead), slots, ",")
                    )
        return best

    def _may_open(self, token: Token) -> bool:
        words = self._words
        return (
            token.kind == "number"
            or token.norm in words.weekdays
            or token.norm in words.months
            or token.norm in words.numbers
            or token.norm in words.ordinals
        )

    def _slot(self, name: str, at: int) -> list[tuple[Any, int]]:
        """The values a slot can take at a token, each with where it ends."""
        tokens, words = self._tokens, self._words
        token = tokens[at]
        if name == "<weekday>":
            value = words.weekdays.get(token.norm)
            if value is None or (token.norm in words.short_weekdays and not self._weekday_likely(at)):
                return []
            if words.data["lower_weekdays"] and self._is_in_a_name(at):
                return []
            return self._with_dot(value, at)
        if name == "<month>":
            value = words.months.get(token.norm)
            return [] if value is None or not self._month_likely(at) else self._with_dot(value, at)
        if name == "<year>":
            found = year(tokens, at, words)
            return [found] if found and not self._forms.hours_follow(found[1]) else []
        if name == "<ord>":
            found = ordinal(tokens, at, words)
            if found is not None and words.parts_bare.at(tokens, at) is not None:
                return []
            return [found] if found and 1 <= found[0] <= 31 else []
        if name in ("<dom>", "<domd>"):
            return self._day_of_month(at, digits_only=name == "<domd>")
        found = cardinal(tokens, at, words)
        if found is None:
            return []
        if name == "<n>":
            return [found] if 1 <= found[0] <= _MOST_DAYS else []
        if name == "<mon_n>":
            return [found] if 1 <= found[0] <= 12 and token.kind == "number" else []
        if name == "<hour>":
            return [found] if 0 <= found[0] <= 24 and (token.kind == "word" or len(token.norm) < 3) else []
        if name == "<min>":
            return [found] if 0 <= found[0] < 60 else []
        return [found]

    def _with_dot(self, value: int, at: int) -> list[tuple[Any, int]]:
        """A name of a day or month, with the dot of an abbreviation or without."""
        ends = [(value, at + 1)]
        if at + 1 < len(self._tokens) and self._tokens[at + 1].norm == "." and self._tokens[at + 1].glued:
            ends.append((value, at + 2))
        return ends

    def _weekday_likely(self, at: int) -> bool:
        before = self._tokens[at - 1].norm if at else ""
        return before not in ("the", "i", "he", "she", "we", "they", "a", "have", "has", "down")

    def _is_in_a_name(self, at: int) -> bool:
        """Whether a capitalised weekday stands beside another name, where weekdays are written small: Domingo Reyes."""
        if not self._tokens[at].capital:
            return False
        for place in (at - 1, at + 1):
            if 0 < place < len(self._tokens):
                beside = self._tokens[place]
                if (
                    beside.capital
                    and beside.norm not in self._words.stopwords
                    and beside.norm not in self._words.weekdays
                ):
                    return True
        return False

    def _month_likely(self, at: int) -> bool:
        """A word that may be a weekday, too (mar in Spanish), is a month only behind its day."""
        if self._tokens[at].norm not in self._words.weekdays:
            return True
        before = self._tokens[at - 1] if at else None
        return before is not None and (
            before.kind == "number" or before.norm in self._words.phrases("month_cues").single_words()
        )

    def _day_of_month(self, at: int, *, digits_only: bool) -> list[tuple[Any, int]]:
        found = None if digits_only else ordinal(self._tokens, at, self._words)
        if found is None:
            found = cardinal(self._tokens, at, self._words)
            if found is None or (self._tokens[at].kind == "number" and len(self._tokens[at].norm) > 2):
                return []
            if digits_only and self._tokens[at].kind != "number":
                return []
            if self._forms.strong_at(at) or self._line.is_unit(found[1]):
                return []
            if (digits_only and self._is_list_of_hours(found[1])) or self._is_piece(at, found[1]):
                return []
            if digits_only and self._tokens[at].kind == "number" and ordinal(self._tokens, at, self._words) is not None:
                return []
        return [found] if 1 <= found[0] <= 31 else []

    def _is_piece(self, start: int, at: int) -> bool:
        """Whether a sign and another number follow at once, as in 7/6: the number before is only a piece."""
        tokens = self._tokens
        if start and tokens[start].glued and tokens[start - 1].norm in ("/", "-"):
            return False
        if at + 1 >= len(tokens) or not tokens[at].glued or tokens[at].norm not in ("/", "-", "."):
            return False
        return tokens[at + 1].kind == "number" and tokens[at + 1].glued and len(tokens[at + 1].norm) != 4

    def _is_list_of_hours(self, at: int) -> bool:
        """Whether "to 11", "-11" or "or 3" follows, so that the number before is an hour."""
        joiner = self._words.phrases("range_to").at(self._tokens, at) or self._words.phrases("alternative").at(
            self._tokens, at
        )
        return joiner is not None and cardinal(self._tokens, joiner[0], self._words) is not None
