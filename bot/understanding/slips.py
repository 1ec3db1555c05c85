"""Typing slips and abbreviations in the words that matter: "tomorrw", "avialable", "nxt wk" are read as meant.

Only words that nobody would read otherwise are mended: no plain word of the language, no name of staff or types,
nothing that stands like a name, and only where one word of the vocabulary (and its own misspellings) is one slip away.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Literal

from bot.understanding.context import Context
from bot.understanding.tokens import Token, near, tokenized
from bot.understanding.vocabulary import Vocabulary, vocabulary

_SHORTEST = 5
"""Letters of a word that may be mended."""
_SHORTEST_MEANT = 6


def staff_words(context: Context) -> frozenset[str]:
    """The words of the staff's names."""
    return _words_of(tuple(each.name for each in context.staff))


def known_words(context: Context) -> frozenset[str]:
    """The words of names and types, which are never taken for slips."""
    types = tuple(name for each in context.types for name in (each.name, *each.names.values()))
    return staff_words(context) | _words_of(types)


@lru_cache(maxsize=64)
def _words_of(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(each.norm for name in names for each in tokenized(name) if each.kind == "word")


def mended(
    tokens: Sequence[Token], words: Vocabulary, known: Collection[str], staff: Collection[str] = ()
) -> list[Token]:
    """The tokens with slips mended in their ``norm``; ``text`` stays as typed.

    ``known`` are names, never mended; ``staff`` those of the staff, from which "kims" is cut.
    """
    found = [_spelled_out(each, words, known) for token in tokens for each in _apart(token, words, staff)]
    for at, token in enumerate(found):
        if token.kind != "word" or len(token.norm) < _SHORTEST or not token.norm.isalpha():
            continue
        if token.norm in known or token.norm in words.stopwords or _like_a_name(found, at, words):
            continue
        meant = _meant(token.norm, words.language)
        if meant and (meant not in words.months or _beside_number(found, at)):
            found[at] = replace(token, norm=meant)
    return found


def _apart(token: Token, words: Vocabulary, staff: Collection[str]) -> tuple[Token, ...]:
    """The two words of one written together: DrKim, DrP, and "kims schedule" without its apostrophe."""
    capital = next((at for at, each in enumerate(token.text) if at and each.isupper()), 0)
    if capital and token.norm[:capital] in words.doctors and not token.text.isupper():
        return _cut(token, capital, token.norm[capital:], "word")
    own = words.phrases("possessive").single_words()
    named = token.norm[:-1] in staff and token.norm not in staff and token.norm[-1] == "s"
    if own and token.kind == "word" and (named or token.norm in words.phrases("written_with_s").single_words()):
        return _cut(token, len(token.text) - 1, "'s", "sign")
    return (token,)


def _cut(token: Token, at: int, norm: str, kind: Literal["word", "sign"]) -> tuple[Token, ...]:
    place = token.start + at
    head = replace(token, text=token.text[:at], norm=token.norm[:at], end=place)
    return head, Token(token.text[at:], norm, place, token.end, True, kind)


def _spelled_out(token: Token, words: Vocabulary, known: Collection[str]) -> Token:
    """An abbreviation of desks as the word it stands for: nxt, wk, mos."""
    meant = words.short.get(token.norm)
    return token if meant is None or token.norm in known else replace(token, norm=meant)


def _like_a_name(tokens: Sequence[Token], at: int, words: Vocabulary) -> bool:
    """Whether a word stands where a name does: a capital beside another one, or behind a title."""
    before = tokens[at - 1] if at else None
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if before is not None and (before.norm in words.titles or before.norm in words.doctors):
        return True
    if not tokens[at].capital:
        return False
    return any(each is not None and each.capital and each.norm not in words.stopwords for each in (before, after))


def _beside_number(tokens: Sequence[Token], at: int) -> bool:
    beside = [tokens[place] for place in (at - 1, at + 1) if 0 <= place < len(tokens)]
    return any(each.kind == "number" for each in beside)


@lru_cache(maxsize=2048)
def _meant(typed: str, language: str) -> str:
    """The one word that is a slip away, or nothing; "tomorrow" and its listed misspellings count as one."""
    words = vocabulary(language)
    deletions = _deletions(language)
    if typed in words.mendable:
        return ""
    keys = {typed, *(typed[:at] + typed[at + 1 :] for at in range(len(typed)))}
    fitting = {each for key in keys for each in deletions.get(key, ()) if near(typed, each)}
    longest = max(fitting, key=lambda each: (len(each), each), default="")
    return longest if all(near(longest, each) for each in fitting) else ""


@lru_cache(maxsize=8)
def _deletions(language: str) -> dict[str, tuple[str, ...]]:
    """Every word worth mending by itself and by what is left of it without one letter."""
    found: dict[str, set[str]] = {}
    for word in vocabulary(language).mendable:
        if len(word) < _SHORTEST_MEANT:
            continue
        for key in {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}:
            found.setdefault(key, set()).add(word)
    return {key: tuple(sorted(each)) for key, each in found.items()}
