"""Numbers as people write them: digits, words, ordinals, years."""

from collections.abc import Sequence

from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Vocabulary

_TENS = frozenset({20, 30, 40, 50})
_UNITS_BELOW = 10
_LONG_NUMBER = 4


def cardinal(tokens: Sequence[Token], at: int, words: Vocabulary) -> tuple[int, int] | None:
    """The number that starts at a token, and where it ends: ``24``, ``twenty-four``, ``two thousand and thirty``."""
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.kind == "number":
        return (int(token.norm), at + 1) if len(token.norm) <= _LONG_NUMBER else None
    small = _below_sixty(tokens, at, words)
    if small is None:
        return None
    value, end = small
    if end < len(tokens) and tokens[end].norm in words.thousand:
        value, end = value * 1000, end + 1
        rest = end + 1 if end < len(tokens) and tokens[end].norm in words.thousand_joiners else end
        more = _below_sixty(tokens, rest, words)
        if more is not None:
            value, end = value + more[0], more[1]
    return value, end


def _below_sixty(tokens: Sequence[Token], at: int, words: Vocabulary) -> tuple[int, int] | None:
    if at >= len(tokens) or tokens[at].kind != "word":
        return None
    value = words.numbers.get(tokens[at].norm)
    if value is None:
        return None
    end = at + 1
    if value in _TENS:
        ahead = end + 1 if end < len(tokens) and tokens[end].norm in words.number_joiners else end
        unit = words.numbers.get(tokens[ahead].norm) if ahead < len(tokens) else None
        if unit is not None and 0 < unit < _UNITS_BELOW:
            return value + unit, ahead + 1
    return value, end


def ordinal(tokens: Sequence[Token], at: int, words: Vocabulary) -> tuple[int, int] | None:
    """``7th``, ``seventh``, ``twenty-fourth``, ``1.º``: the number and where it ends."""
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.kind == "number":
        end = at + 1
        if end + 1 < len(tokens) and tokens[end].norm == "." and tokens[end].glued and tokens[end + 1].glued:
            end += 1
        if end < len(tokens) and tokens[end].glued and tokens[end].norm in words.ordinal_suffixes:
            return (int(token.norm), end + 1) if len(token.norm) < _LONG_NUMBER else None
        return None
    plainly = words.ordinals.get(token.norm)
    if plainly is not None:
        return plainly, at + 1
    tens = words.numbers.get(token.norm)
    if tens in _TENS:
        ahead = at + 2 if at + 1 < len(tokens) and tokens[at + 1].norm in words.number_joiners else at + 1
        unit = words.ordinals.get(tokens[ahead].norm) if ahead < len(tokens) else None
        if tens is not None and unit is not None and unit < _UNITS_BELOW:
            return tens + unit, ahead + 1
    return None


def year(tokens: Sequence[Token], at: int, words: Vocabulary) -> tuple[int, int] | None:
    """``2026``, ``two thousand and thirty two``, ``twenty twenty six``, and ``18`` right after a slash or hyphen."""
    if at >= len(tokens):
        return None
    token = tokens[at]
    if token.kind == "number":
        if len(token.norm) == 4 and token.norm[:2] in ("19", "20", "21"):
            return int(token.norm), at + 1
        if len(token.norm) == 2 and token.glued and at and tokens[at - 1].norm in ("/", "-", "'", "’"):
            return 2000 + int(token.norm), at + 1
        return None
    found = cardinal(tokens, at, words)
    if found is None:
        return None
    value, end = found
    if value == 20:
        later = cardinal(tokens, end, words)
        if later is not None and 20 <= later[0] < 60 and tokens[end].kind == "word":
            return 2000 + later[0], later[1]
    return (value, end) if 1900 <= value < 2200 else None
