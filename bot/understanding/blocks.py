"""What looks like a day, an hour or a phone and is none: addresses, prices, record numbers, greetings, notes."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Vocabulary

_REACH = 40
_REACH_BACK = 4
_JOINS = frozenset("/.,:-")
_PHONE = 9
"""From so many digits on it may be a phone, which is looked at elsewhere."""
_SPELLED = 5
_MAIL_SIGNS = frozenset("._+-%")
_HOST_SIGNS = frozenset(".-")


@dataclass(slots=True)
class Blocks:
    """Tokens that mean something of their own, with what was found in them."""

    taken: list[bool]
    email: tuple[int, int] | None = None
    notes: tuple[int, int] | None = None

    def block(self, start: int, end: int) -> None:
        """Take these tokens out of every later reading."""
        for at in range(start, end):
            self.taken[at] = True


def blocked(tokens: Sequence[Token], words: Vocabulary) -> Blocks:
    """Everything to be left alone, in one pass."""
    found = Blocks([False] * len(tokens))
    _notes(tokens, words, found)
    for at, token in enumerate(tokens):
        if found.taken[at]:
            continue
        if token.norm == "@" and token.glued:
            _email(tokens, at, words, found)
        elif token.norm in words.currency_signs:
            _price(tokens, at, found)
        elif token.kind == "number" and (after := words.phrases("currency_after").at(tokens, _number_end(tokens, at))):
            found.block(at, after[0])
        elif token.kind == "number" and _is_record(tokens, at, words):
            found.block(at, _joined_end(tokens, at))
        elif token.kind == "sign" and token.norm == ":" and at and tokens[at - 1].norm in ("http", "https"):
            _link(tokens, at, found)
        elif (spelled := _spelled_digits(tokens, at, words)) - at >= _SPELLED:
            found.block(at, spelled)
        else:
            _phrases(tokens, at, words, found)
    return found


def _phrases(tokens: Sequence[Token], at: int, words: Vocabulary, found: Blocks) -> None:
    for section in ("greetings", "masks"):
        phrase = words.phrases(section).at(tokens, at)
        if phrase is not None:
            if section == "masks" and words.phrases("unmask").at(tokens, at) is not None:
                return
            found.block(at, phrase[0])
            return


def _notes(tokens: Sequence[Token], words: Vocabulary, found: Blocks) -> None:
    """Everything after "note:" to the end of the message is for staff and read by nobody else."""
    for at, token in enumerate(tokens[:-1]):
        if token.norm in words.phrases("note_marks").single_words() and tokens[at + 1].norm in (":", "-"):
            if at + 2 < len(tokens):
                found.notes = (at + 2, len(tokens))
            found.block(at, len(tokens))
            return


def _email(tokens: Sequence[Token], at: int, words: Vocabulary, found: Blocks) -> None:
    start = at
    while start > max(0, at - _REACH) and (tokens[start - 1].kind != "sign" or tokens[start - 1].norm in _MAIL_SIGNS):
        start -= 1
        if not tokens[start].glued:
            break
    end = at + 1
    while end < min(len(tokens), at + _REACH) and tokens[end].glued:
        if tokens[end].kind == "sign" and tokens[end].norm not in _HOST_SIGNS:
            break
        end += 1
    while end > at + 1 and tokens[end - 1].kind == "sign":
        end -= 1
    dots = any(each.norm == "." for each in tokens[at + 1 : end])
    if start < at and dots:
        own = words.phrases("own_email").before(tokens, start) is not None
        if found.email is None or not own:
            found.email = (start, end)
        found.block(start, end)


def _link(tokens: Sequence[Token], at: int, found: Blocks) -> None:
    end = at + 1
    while end < len(tokens) and tokens[end].glued:
        end += 1
    found.block(at - 1, end)


def _price(tokens: Sequence[Token], at: int, found: Blocks) -> None:
    """``$12.50``, ``$ 12``, ``12 €``."""
    if at + 1 < len(tokens) and tokens[at + 1].kind == "number":
        found.block(at, _number_end(tokens, at + 1))
    elif at and tokens[at - 1].kind == "number":
        start = at - 1
        while (
            start > 1
            and tokens[start].glued
            and tokens[start - 1].norm in (".", ",")
            and tokens[start - 2].kind == "number"
        ):
            start -= 2
        found.block(start, at + 1)


def _spelled_digits(tokens: Sequence[Token], at: int, words: Vocabulary) -> int:
    """Where a row of digits in words ends: "two zero six five five five"."""
    while at < len(tokens) and tokens[at].kind == "word" and 0 <= words.numbers.get(tokens[at].norm, -1) < 10:
        at += 1
    return at


def _is_record(tokens: Sequence[Token], at: int, words: Vocabulary) -> bool:
    """Whether a number is what a price, a code or a case is: "the cost is 10.30", "invoice of 11/23", "folio: 2026"."""
    small = words.phrases("copulas").single_words()
    place = at - 1
    while place > max(0, at - _REACH_BACK) and tokens[place].norm in small:
        place -= 1
    if place == at - 1 or place < 0 or tokens[place].norm not in words.phrases("number_nouns_before").single_words():
        return False
    return sum(len(each.norm) for each in tokens[at : _joined_end(tokens, at)] if each.kind == "number") < _PHONE


def _joined_end(tokens: Sequence[Token], at: int) -> int:
    """Where a number ends with all that is joined to it: 11/23, 10.30, 2026-1203."""
    end = at + 1
    while end + 1 < len(tokens) and tokens[end].glued and tokens[end].norm in _JOINS and tokens[end + 1].glued:
        if tokens[end + 1].kind != "number":
            break
        end += 2
    return end


def _number_end(tokens: Sequence[Token], at: int) -> int:
    end = at + 1
    while (
        end + 1 < len(tokens)
        and tokens[end].norm in (".", ",")
        and tokens[end].glued
        and tokens[end + 1].glued
        and tokens[end + 1].kind == "number"
    ):
        end += 2
    return end
