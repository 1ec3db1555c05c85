"""Which words may be part of a client's name, and which are what they usually mean."""

from collections.abc import Sequence

from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Vocabulary

HYPHENS = frozenset("-‐‑’'")

_SHORTEST_PLAIN = 3
ABBREVIATION = 4
"""Letters that an abbreviation has at most."""


def may_begin(tokens: Sequence[Token], at: int, words: Vocabulary, taken: Sequence[bool]) -> bool:
    """Whether a name may begin here: with a word of one, or with particles before it."""
    if is_name(tokens, at, words, taken):
        return True
    token = tokens[at]
    particle = token.norm in words.particles and not taken[at] and token.kind == "word"
    if not particle or at + 1 >= len(tokens):
        return False
    ahead = at + 1
    while (
        ahead < len(tokens)
        and tokens[ahead].norm in words.particles
        and tokens[ahead].kind == "word"
        and ahead - at < 3
    ):
        ahead += 1
    strong = token.capital or token.norm not in words.stopwords or ahead - at > 1
    return strong and ahead < len(tokens) and is_name(tokens, ahead, words, taken) and tokens[ahead].capital


def is_name(tokens: Sequence[Token], at: int, words: Vocabulary, taken: Sequence[bool]) -> bool:
    """Whether this word may be part of a name, particles aside."""
    token = tokens[at]
    if token.kind != "word" or taken[at] or token.norm in words.titles or token.norm in words.doctors:
        return False
    if token.norm in words.numbers and _counts_as_name(tokens, at, words, taken):
        return True
    if token.norm in words.stopwords or token.norm in words.months or token.norm in words.weekdays:
        if not token.capital:
            return _ends_small_name(tokens, at, words, taken)
        dotted = at + 1 < len(tokens) and tokens[at + 1].norm == "." and tokens[at + 1].glued
        if dotted and at and len(token.text) == 1 and tokens[at - 1].capital:
            return True
        if _hyphened_to_name(tokens, at) or _last_letter(tokens, at, words):
            return True
        also = words.phrases("names_too").single_words()
        if _ends_sentence_case_name(tokens, at, words, taken):
            return True
        return token.norm in also and (_beside_name(tokens, at, words, taken) or _both_plain(tokens, at, words, taken))
    if not token.capital or (token.text.isupper() and len(token.text) <= ABBREVIATION):
        plain = words.phrases("number_nouns_before").single_words() | words.phrases("number_nouns_after").single_words()
        if token.norm in plain or token.norm in words.phrases("not_phone_words").single_words():
            return token.capital and len(token.text) == 1 and at + 1 < len(tokens) and tokens[at + 1].capital
    if token.norm in words.numbers or token.norm in words.units or token.norm in words.time_units:
        return False
    return any(each.isalpha() for each in token.text)


def is_stray(tokens: Sequence[Token], start: int, at: int, words: Vocabulary) -> bool:
    """Whether a small letter behind a capital name begins an abbreviation: "Dee Ross r/s", "Vic Mature n/s"."""
    return (
        tokens[start].capital
        and len(tokens[at].text) == 1
        and tokens[at].text.islower()
        and tokens[at].norm not in words.particles
    )


def is_saint(tokens: Sequence[Token], at: int, words: Vocabulary) -> bool:
    """An abbreviated particle: St. John."""
    return tokens[at].capital and tokens[at].norm in words.particles and len(tokens[at].norm) == 2


def is_initial(tokens: Sequence[Token], at: int) -> bool:
    """A single capital letter."""
    return len(tokens[at].text) == 1 and tokens[at].capital


def _counts_as_name(tokens: Sequence[Token], at: int, words: Vocabulary, taken: Sequence[bool]) -> bool:
    """Whether a number's word is part of a name: "book Two Feathers", "for Mary Two Feathers"."""
    if not tokens[at].capital or at == 0 or at + 1 >= len(tokens) or taken[at + 1]:
        return False
    after, before = tokens[at + 1], tokens[at - 1]
    counted = words.phrases("number_nouns_after").single_words()
    times = (words.units, words.time_units, words.numbers, words.months, words.weekdays, words.stopwords)
    if after.kind != "word" or not after.capital or after.norm in counted or any(after.norm in each for each in times):
        return False
    behind_name = before.capital and before.norm not in words.stopwords and before.norm not in words.verbs
    return behind_name or words.phrases("client_cues").before(tokens, at) is not None


def _last_letter(tokens: Sequence[Token], at: int, words: Vocabulary) -> bool:
    """Whether a single letter ends a name with particles: de la O."""
    return (
        len(tokens[at].text) == 1
        and at > 1
        and tokens[at - 1].norm in words.particles
        and tokens[at - 2].kind == "word"
    )


def _ends_sentence_case_name(tokens: Sequence[Token], at: int, words: Vocabulary, taken: Sequence[bool]) -> bool:
    """Whether a plain word with a capital is a last name: "cancel Olivia Mesa", where plain words are written small.

    Words a desk uses beside names (video, phone, please, new) and words of time stay what they are.
    """
    before = tokens[at - 1] if at > 1 and not taken[at - 1] else None
    if before is None or not before.capital or before.norm in words.stopwords or len(tokens[at].text) < _SHORTEST_PLAIN:
        return False
    if before.norm in words.titles or before.norm in words.doctors or tokens[at].text.isupper():
        return False
    if any(each in tokens[at].text for each in "'’"):
        return False
    if at + 1 < len(tokens) and tokens[at + 1].norm in (":", "-", "#"):
        return False
    token = tokens[at].norm
    used = words.generic_types | words.detect | words.verbs | words.temporal
    sections = ("phone_words", "not_phone_words", "polite", "note_marks", "number_nouns_before", "free_words")
    if token in used or any(token in words.phrases(each).single_words() for each in sections):
        return False
    plain = [
        each for each in tokens[1:] if each.kind == "word" and each.norm in words.stopwords and each is not tokens[at]
    ]
    return bool(plain) and not any(each.capital for each in plain)


def _hyphened_to_name(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word is one half of a hyphenated name: Per-Åke."""
    after = at + 2 < len(tokens) and tokens[at + 1].norm in HYPHENS and tokens[at + 1].glued and tokens[at + 2].capital
    before = at > 1 and tokens[at].glued and tokens[at - 1].norm in HYPHENS and tokens[at - 2].capital
    return after or before


def _ends_small_name(tokens: Sequence[Token], at: int, words: Vocabulary, taken: Sequence[bool]) -> bool:
    """Whether a plain word is a last name in small letters: "hyun-woo park, dr patel"."""
    if at == 0 or taken[at - 1] or tokens[at].norm not in words.phrases("names_too").single_words():
        return False
    before = tokens[at - 1]
    if before.kind != "word" or before.norm in words.stopwords or before.capital or before.norm in words.temporal:
        return False
    after = at + 1
    return after >= len(tokens) or taken[after] or tokens[after].norm in ",.;"


def _both_plain(tokens: Sequence[Token], at: int, words: Vocabulary, taken: Sequence[bool]) -> bool:
    """Whether two capitalised plain words follow a word that leads a client in: "book Will March"."""
    also = words.phrases("names_too").single_words()
    for first in (at - 1, at):
        pair = range(first, first + 2)
        if first < 1 or pair[-1] >= len(tokens) or any(taken[each] for each in pair):
            continue
        fits = all(tokens[each].capital and tokens[each].norm in also for each in pair)
        if fits and words.phrases("client_cues").before(tokens, first) is not None:
            return True
    return False


def _beside_name(tokens: Sequence[Token], at: int, words: Vocabulary, taken: Sequence[bool]) -> bool:
    for place in (at - 1, at + 1):
        if not 0 <= place < len(tokens) or taken[place]:
            continue
        token = tokens[place]
        if token.capital and token.norm not in words.stopwords and token.norm not in words.months:
            return token.norm not in words.weekdays and token.norm not in words.verbs
    return False
