"""Phrases with room in between: "put * down for", "what does <staff> have", "give * visits|patients to <staff>".

A pattern is a row of words; ``*`` leaves up to eight tokens out, ``a|b`` is a choice, ``(a)`` may be missing and
``<staff>`` stands for a name or title of the staff. Every place tries only the patterns that begin with its word, and
each looks at a bounded number of tokens, so a message is read in linear time.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.tokens import Token, tokenized

_GAP = 8
_STAFF = "<staff>"


@dataclass(slots=True, frozen=True)
class Step:
    """One word of a pattern: any of these, ``others`` being those of several tokens."""

    words: frozenset[str]
    others: tuple[tuple[str, ...], ...]
    optional: bool
    staff: bool

    def firsts(self) -> Iterable[str]:
        """The words this step may begin with."""
        yield from self.words
        yield from (each[0] for each in self.others)
        if self.staff:
            yield _STAFF

    def past(self, tokens: Sequence[Token], at: int, staff: Collection[str]) -> int:
        """Where the step ends that begins at a token, 0 where it does not."""
        if at >= len(tokens):
            return 0
        norm = tokens[at].norm
        for each in self.others:
            if tuple(one.norm for one in tokens[at : at + len(each)]) == each:
                return at + len(each)
        return at + 1 if norm in self.words or (self.staff and norm in staff) else 0


Pieces = tuple[tuple[Step, ...], ...]


class Patterns:
    """A set of patterns with a value each, sorted by the words they begin with."""

    def __init__(self, given: Mapping[str, Iterable[str]]) -> None:
        self._by_first: dict[str, list[tuple[Pieces, str]]] = {}
        for value, patterns in given.items():
            for pattern in patterns:
                pieces = tuple(_piece(each) for each in pattern.split(" * "))
                for first in pieces[0][0].firsts():
                    self._by_first.setdefault(first, []).append((pieces, value))

    def at(self, tokens: Sequence[Token], start: int, staff: Collection[str]) -> Iterable[tuple[str, int, int]]:
        """Every pattern that begins at a token: its value, where its first piece ends and how many words were said."""
        firsts: Sequence[tuple[Pieces, str]] = self._by_first.get(tokens[start].norm, ())
        if tokens[start].norm in staff:
            firsts = [*firsts, *self._by_first.get(_STAFF, ())]
        for pieces, value in firsts:
            said = _said(tokens, start, pieces, staff)
            if said:
                yield value, _past(tokens, start, pieces[0], staff)[0], said


def _said(tokens: Sequence[Token], start: int, pieces: Pieces, staff: Collection[str]) -> int:
    """How many words of a pattern were said, 0 where it does not stand here."""
    place, said = _past(tokens, start, pieces[0], staff)
    for piece in pieces[1:]:
        if not place:
            return 0
        reach = range(place, min(len(tokens), place + _GAP + 1))
        found = next((each for at in reach if (each := _past(tokens, at, piece, staff))[0]), (0, 0))
        place, said = found[0], said + found[1]
    return said if place else 0


def _past(tokens: Sequence[Token], at: int, piece: Sequence[Step], staff: Collection[str]) -> tuple[int, int]:
    said = 0
    for step in piece:
        after = step.past(tokens, at, staff)
        if after:
            at, said = after, said + 1
        elif not step.optional:
            return 0, 0
    return at, said


def _piece(pattern: str) -> tuple[Step, ...]:
    steps = []
    for each in pattern.split():
        optional = each.startswith("(") and each.endswith(")")
        choices = each.strip("()").split("|") if optional else each.split("|")
        spelled = [tuple(token.norm for token in tokenized(one)) for one in choices if one != _STAFF]
        single = frozenset(one[0] for one in spelled if len(one) == 1)
        steps.append(Step(single, tuple(one for one in spelled if len(one) > 1), optional, _STAFF in choices))
    return tuple(steps)
