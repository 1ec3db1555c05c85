"""Typing slips in the words that matter: "tomorrw", "mondy", "avialable" are read as what was meant.

Only words that nobody would read otherwise are mended: no plain word of the language, no name of staff or types,
nothing that stands like a name, and only where one word of the vocabulary (and its own misspellings) is one slip away.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache

from bot.understanding.tokens import Token, near
from bot.understanding.vocabulary import Vocabulary, vocabulary

_SHORTEST = 5
"""Letters of a word that may be mended."""
_SHORTEST_MEANT = 6


def mended(tokens: Sequence[Token], words: Vocabulary, known: Collection[str]) -> list[Token]:
    """The tokens with slips mended in their ``norm``; ``text`` stays as typed. ``known`` are names, never mended."""
    found = list(tokens)
    for at, token in enumerate(tokens):
        if token.kind != "word" or len(token.norm) < _SHORTEST or not token.norm.isalpha():
            continue
        if token.norm in known or token.norm in words.stopwords or _like_a_name(tokens, at, words):
            continue
        meant = _meant(token.norm, words.language)
        if meant and (meant not in words.months or _beside_number(tokens, at)):
            found[at] = replace(token, norm=meant)
    return found


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
