"""Appointment types in a message: by name in any language, everyday name, part of the name, or with a slip."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.understanding.questions import Ask, Option
from bot.understanding.tokens import Token, along, near, plain, tokenized
from bot.understanding.vocabulary import Vocabulary, vocabularies, vocabulary
from bot.visits.models.clinic import AppointmentType

_LONGEST = 6
_SLIP_FROM = 5
_PREFIX_FROM = 4


@dataclass(slots=True)
class TypeSaid:
    """Words that name types: which ones fit."""

    start: int
    end: int
    names: tuple[str, ...]
    exact: bool


Index = Mapping[tuple[str, ...], frozenset[str]]
Slips = Mapping[tuple[int, str, str], Sequence[tuple[tuple[str, ...], frozenset[str]]]]


def types_said(
    tokens: Sequence[Token], words: Vocabulary, types: Sequence[AppointmentType], taken: Sequence[bool]
) -> list[TypeSaid]:
    """Every type named, the longest phrase at each place."""
    key = tuple((each.name, tuple(sorted(each.names.items()))) for each in types)
    phrases, parts, slips = _index(key)
    return along(tokens, taken, lambda at: _one(tokens, at, words, phrases, parts, slips, taken))


def choose_type(said: Sequence[TypeSaid], tokens: Sequence[Token], words: Vocabulary) -> tuple[str | None, Ask | None]:
    """The type meant, or the question which."""
    standing = [each for each in said if words.phrases("negation").before(tokens, each.start) is None] or list(said)
    exact = [each for each in standing if each.exact] or standing
    if not exact:
        return None, None
    names: list[str] = []
    for each in exact:
        names += [name for name in each.names if name not in names]
    shared = [name for name in names if all(name in each.names for each in exact)]
    if len(shared) == 1:
        return shared[0], None
    if len(names) == 1:
        return names[0], None
    typed = " ".join(each.text for each in tokens[exact[0].start : exact[0].end])
    return None, Ask(about=("type",), why="which", options=tuple(Option(value=name) for name in names[:4]), said=typed)


def _one(
    tokens: Sequence[Token],
    at: int,
    words: Vocabulary,
    phrases: Index,
    parts: Mapping[str, frozenset[str]],
    slips: Slips,
    taken: Sequence[bool],
) -> TypeSaid | None:
    pieces, ends = _pieces(tokens, at, taken)
    for length in range(min(_LONGEST, len(pieces)), 0, -1):
        names = phrases.get(tuple(pieces[:length]))
        if names:
            return TypeSaid(at, ends[length - 1], tuple(sorted(names)), exact=True)
    for length in range(min(_LONGEST, len(pieces)), 0, -1):
        names = _with_slip(tuple(pieces[:length]), slips, words)
        if names:
            return TypeSaid(at, ends[length - 1], tuple(sorted(names)), exact=True)
    word = pieces[0] if pieces else ""
    if word in words.generic_types:
        return None
    names = parts.get(word)
    if names is None and word in words.stopwords:
        return None
    if names is None and len(word) >= _PREFIX_FROM:
        fitting = [each for part, each in parts.items() if _is_part(word, part)]
        names = frozenset(name for each in fitting for name in each)
    return TypeSaid(at, at + 1, tuple(sorted(names)), exact=False) if names else None


def _is_part(word: str, part: str) -> bool:
    return part.startswith(word) or (len(part) >= _SLIP_FROM and len(word) >= _SLIP_FROM and near(word, part))


def _with_slip(pieces: tuple[str, ...], slips: Slips, words: Vocabulary) -> frozenset[str]:
    """The types whose phrase these words are but for one typing slip in one of them."""
    if sum(len(each) for each in pieces) <= _SLIP_FROM or all(each in words.stopwords for each in pieces):
        return frozenset()
    found: set[str] = set()
    count = len(pieces)
    keys = [(1, pieces[0][:1], "")] if count == 1 else [(count, pieces[0], ""), (count, "", pieces[-1])]
    for key in keys:
        for phrase, names in slips.get(key, ()):
            wrong = [(one, other) for one, other in zip(pieces, phrase, strict=True) if one != other]
            if len(wrong) != 1:
                continue
            one, other = wrong[0]
            if len(other) >= _PREFIX_FROM and one not in words.stopwords and near(one, other):
                found |= names
    return frozenset(found)


def _slip_index(phrases: Index) -> Slips:
    """Phrases by their length and a word that is likely right: the first letter, the first word or the last."""
    found: dict[tuple[int, str, str], list[tuple[tuple[str, ...], frozenset[str]]]] = {}
    for phrase, names in phrases.items():
        count = len(phrase)
        keys = [(1, phrase[0][:1], "")] if count == 1 else [(count, phrase[0], ""), (count, "", phrase[-1])]
        for key in keys:
            found.setdefault(key, []).append((phrase, names))
    return found


def _pieces(tokens: Sequence[Token], at: int, taken: Sequence[bool]) -> tuple[list[str], list[int]]:
    """The next words without the signs inside them: follow-up is follow, up."""
    pieces: list[str] = []
    ends: list[int] = []
    place = at
    while place < len(tokens) and len(pieces) < _LONGEST and not taken[place]:
        token = tokens[place]
        if token.kind == "sign":
            if not (token.norm in "-/–‑" and place > at):
                break
        else:
            pieces.append(token.norm)
            ends.append(place + 1)
        place += 1
    return pieces, ends


@lru_cache(maxsize=32)
def _index(
    types: tuple[tuple[str, tuple[tuple[str, str], ...]], ...],
) -> tuple[Index, Mapping[str, frozenset[str]], Slips]:
    """Phrases and telling single words of these types, in every language we read."""
    phrases: dict[tuple[str, ...], set[str]] = {}
    parts: dict[str, set[str]] = {}
    generic = frozenset(word for each in vocabularies() for word in vocabulary(each).generic_types)
    for name, names in types:
        spoken = [name, *(each for _, each in names)]
        own = {_words(each) for each in spoken}
        for language in vocabularies():
            glossary: Mapping[str, Sequence[str]] = vocabulary(language).data["type_glossary"]
            for key, everyday in glossary.items():
                if _words(key) in own:
                    spoken += everyday
        for each in spoken:
            said = _words(each)
            if said:
                phrases.setdefault(said, set()).add(name)
                phrases.setdefault(("".join(said),), set()).add(name)
        for spelled in own:
            for word in spelled:
                if word not in generic and len(word) >= 3:
                    parts.setdefault(word, set()).add(name)
    known = {said: frozenset(names) for said, names in phrases.items()}
    return known, {word: frozenset(names) for word, names in parts.items()}, _slip_index(known)


def _words(typed: str) -> tuple[str, ...]:
    return tuple(each.norm for each in tokenized(plain(typed)) if each.kind != "sign")
