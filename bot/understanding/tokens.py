"""A message cut into words, numbers and signs, in one linear pass. Offsets are those of the text as typed."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, TypeVar

LONGEST = 10_000
"""Characters of a message that are read; what is longer is cut."""

_ASCII_SIGNS = r"\x00-\x2f:-@\[-`{-~"
_LATIN_SIGNS = r"\u00a0\u00a1\u00a8\u00ab\u00b4\u00b7\u00ba\u00aa\u00b0\u00bb\u00bf"
_OTHER_SIGNS = rf"{_LATIN_SIGNS}\u2000-\u200b\u200e-\u206f\u3000-\u303f\uff01-\uff0f"
_SEPARATORS = rf"\s\d{_ASCII_SIGNS}{_OTHER_SIGNS}"
_TOKEN = re.compile(
    rf"(?P<clock>o\s?[\"'’´`]\s?clock\b)|(?P<number>\d+)|(?P<own>['’]s(?![^{_SEPARATORS}]))"
    rf"|(?P<word>[^{_SEPARATORS}]+(?:['’´`](?!s(?![^{_SEPARATORS}]))[^{_SEPARATORS}]+)*)|(?P<sign>\S)",
    re.IGNORECASE,
)


@dataclass(slots=True, frozen=True)
class Token:
    """One word, number or sign. ``norm`` is lower case without accents; ``glued`` if nothing stands before it."""

    text: str
    norm: str
    start: int
    end: int
    glued: bool
    kind: Literal["word", "number", "sign"]

    @property
    def capital(self) -> bool:
        """Whether it is written like a name: an upper-case initial, or a script without cases."""
        first = self.text[0]
        return self.kind == "word" and (first.isupper() or (first.isalpha() and not first.islower()))


def plain(text: str) -> str:
    """Lower case, accents off, one kind of apostrophe."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", text.replace("’", "'").replace("´", "'").replace("`", "'")).casefold()
    return "".join(each for each in folded if unicodedata.category(each) != "Mn") or folded


def tokenized(text: str) -> list[Token]:
    """The tokens of a text, in order."""
    tokens: list[Token] = []
    end = 0
    for match in _TOKEN.finditer(text[:LONGEST]):
        group = match.lastgroup
        piece = match.group()
        if group == "clock":
            tokens.append(Token(piece, "o'clock", match.start(), match.end(), match.start() == end, "word"))
        elif group == "number":
            digits = "".join(str(unicodedata.digit(each, 0)) for each in piece) if not piece.isascii() else piece
            tokens.append(Token(piece, digits, match.start(), match.end(), match.start() == end, "number"))
        elif group in ("sign", "own"):
            tokens.append(Token(piece, plain(piece) or piece, match.start(), match.end(), match.start() == end, "sign"))
        else:
            tokens.append(Token(piece, plain(piece) or piece, match.start(), match.end(), match.start() == end, "word"))
        end = match.end()
    return tokens


def joined(tokens: Sequence[Token], start: int, end: int, text: str) -> str:
    """The words as typed from one token up to another."""
    return text[tokens[start].start : tokens[end - 1].end] if start < end else ""


def near(one: str, other: str) -> bool:
    """Whether two words differ by at most one typing slip: a letter more, less, wrong or swapped with its neighbour."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1 or min(len(one), len(other)) < 3:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    if len(one) == len(other):
        swapped = (
            one[at + 1 : at + 2] == other[at] and one[at] == other[at + 1 : at + 2] and one[at + 2 :] == other[at + 2 :]
        )
        return swapped or one[at + 1 :] == other[at + 1 :]
    return one[at + 1 :] == other[at:] if len(one) > len(other) else one[at:] == other[at + 1 :]


class _Found(Protocol):
    """Words that were read as something, up to the token ``end``."""

    end: int


_Read = TypeVar("_Read", bound=_Found)


def along(tokens: Sequence[Token], taken: Sequence[bool], read: Callable[[int], _Read | None]) -> list[_Read]:
    """What ``read`` finds at the words that are not taken, from left to right; each find is passed over whole."""
    found: list[_Read] = []
    at = 0
    while at < len(tokens):
        said = None if taken[at] or tokens[at].kind != "word" else read(at)
        if said is not None:
            found.append(said)
        at = at + 1 if said is None else said.end
    return found
