"""A language's words for the reader: one JSON file each, compiled once into tries that are walked token by token."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import product
from typing import Any

from bot.understanding.bilingual import both
from bot.understanding.patterns import Patterns
from bot.understanding.tokens import Token, plain, tokenized

_SLIP_FROM = 6
_VOWELS = "aeiou"


@dataclass(slots=True)
class Node:
    """One step of a trie: what may follow, as a word or a slot such as ``<weekday>``; ``ends`` names what ends here."""

    words: dict[str, "Node"] = field(default_factory=dict)
    slots: dict[str, "Node"] = field(default_factory=dict)
    ends: str | None = None


class Phrases:
    """A set of fixed phrases. ``at`` finds the longest one that starts at a token."""

    def __init__(self, phrases: Iterable[str] | Mapping[str, Any]) -> None:
        self._root: dict[str, Any] = {}
        values = phrases if isinstance(phrases, Mapping) else dict.fromkeys(phrases, True)
        self.first: set[str] = set()
        self.last: set[str] = set()
        self._longest = 1
        self._all: dict[tuple[str, ...], Any] = {}
        for phrase, value in values.items():
            words = tuple(each.norm for each in tokenized(phrase))
            if not words:
                continue
            self._all[words] = value
            self.first.add(words[0])
            self.last.add(words[-1])
            self._longest = max(self._longest, len(words))
        self._single = frozenset(words[0] for words in self._all if len(words) == 1)

    def at(self, tokens: Sequence[Token], start: int) -> tuple[int, Any] | None:
        """The end and value of the longest phrase that starts here."""
        if start >= len(tokens) or tokens[start].norm not in self.first:
            return None
        longest = min(self._longest, len(tokens) - start)
        words = tuple(each.norm for each in tokens[start : start + longest])
        for length in range(longest, 0, -1):
            value = self._all.get(words[:length])
            if value is not None:
                return start + length, value
        return None

    def before(self, tokens: Sequence[Token], end: int) -> tuple[int, Any] | None:
        """The start and value of the longest phrase that ends just before a token."""
        if end <= 0 or tokens[end - 1].norm not in self.last:
            return None
        longest = min(self._longest, end)
        words = tuple(each.norm for each in tokens[end - longest : end])
        for length in range(longest, 0, -1):
            value = self._all.get(words[-length:])
            if value is not None:
                return end - length, value
        return None

    def __contains__(self, words: object) -> bool:
        return words in self._all

    def whole(self, tokens: Sequence[Token]) -> Any:
        """The value of the phrase that all these tokens make, or None."""
        return self._all.get(tuple(each.norm for each in tokens))

    def single_words(self) -> frozenset[str]:
        """The phrases of one word."""
        return self._single


class Vocabulary:
    """One language, ready to be read with."""

    def __init__(self, language: str, data: Mapping[str, Any]) -> None:
        self.language = language
        self.data = data
        self.short: Mapping[str, str] = {plain(typed): plain(meant) for typed, meant in data["short"].items()}
        self.numbers: Mapping[str, int] = _plainly(data["numbers"])
        self.ordinals: Mapping[str, int] = _plainly(data["ordinals"])
        self.ordinal_suffixes = frozenset(plain(each) for each in data["ordinal_suffixes"])
        self.number_joiners = frozenset(data["number_joiners"])
        self.thousand = frozenset(data["thousand"])
        self.thousand_joiners = frozenset(data["thousand_joiners"])
        self.weekdays: Mapping[str, int] = _plainly(data["weekdays"])
        self.short_weekdays = frozenset(data["short_weekdays"])
        self.months: Mapping[str, int] = _plainly(data["months"])
        self.weekdays = {**_slips(self.weekdays), **self.weekdays}
        self.months = {**_slips(self.months), **self.months}
        self.units: Mapping[str, str] = _plainly(data["units"])
        self.time_units: Mapping[str, int] = _plainly(data["time_units"])
        self.detect = frozenset(
            (*(plain(each) for each in data["detect"].split()), *self.weekdays, *self.months, *self.units)
        )
        self.stopwords = frozenset(plain(each) for each in data["stopwords"].split())
        self.verbs = frozenset(
            plain(phrase) for each in data["intents"].values() for phrase in each["strong"] if " " not in phrase
        )
        self.titles = frozenset(plain(each) for each in data["person_titles"])
        self.doctors = frozenset(plain(each) for each in data["doctor_titles"])
        self.particles = frozenset(plain(each) for each in data["particles"])
        self.generic_types = frozenset(plain(each) for each in data["type_generic"])
        self.currency_signs = frozenset("$€£")
        self.patterns = Patterns(data["patterns"])
        self.mendable = _mendable(self, data)
        self._phrases: dict[str, Phrases] = {}
        self.parts_clock = Phrases({p: name for name, each in data["parts"].items() for p in each["clock"]})
        self.parts_bare = Phrases({p: name for name, each in data["parts"].items() for p in each["bare"]})
        self.hours_of_parts: Mapping[str, tuple[int, int]] = {
            name: (each["hours"][0], each["hours"][1]) if "hours" in each else _PARTS[name]
            for name, each in data["parts"].items()
        }
        self.grammar = _trie(data["phrases"])
        self.temporal = frozenset(_literals(data["phrases"])) | frozenset(self.units) | frozenset(self.time_units)

    def phrases(self, section: str) -> Phrases:
        """A section of the file as phrases, compiled at first use."""
        found = self._phrases.get(section)
        if found is None:
            node: Any = self.data
            for step in section.split("."):
                node = node[step]
            found = self._phrases[section] = Phrases(node)
        return found


_PARTS = {
    "morning": (6, 12),
    "afternoon": (12, 18),
    "evening": (17, 22),
    "night": (18, 24),
    "lunch": (12, 14),
    "day_end": (16, 18),
}


@cache
def vocabulary(language: str) -> Vocabulary:
    """The vocabulary of a language that has a file."""
    return Vocabulary(language, _file(language))


@cache
def mixed(language: str, other: str) -> Vocabulary:
    """The vocabulary of a language with another's words beside its own, which come first wherever both know a word."""
    return Vocabulary(language, both(_file(language), _file(other)))


def _file(language: str) -> dict[str, Any]:
    text = (files(__package__) / "vocabularies" / f"{language}.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@cache
def vocabularies() -> tuple[str, ...]:
    """The languages that have a vocabulary file."""
    folder = files(__package__) / "vocabularies"
    return tuple(sorted(each.name.removesuffix(".json") for each in folder.iterdir() if each.name.endswith(".json")))


def _plainly(words: Mapping[str, Any]) -> dict[str, Any]:
    return {plain(word): value for word, value in words.items()}


def _slips(names: Mapping[str, int]) -> dict[str, int]:
    """Long names with two letters swapped, one doubled, or a vowel inside left out: wendesday, frday, octobber."""
    found: dict[str, int] = {}
    for name, value in names.items():
        if len(name) < _SLIP_FROM:
            continue
        inside = range(1, len(name) - 1)
        swapped = [name[:at] + name[at + 1] + name[at] + name[at + 2 :] for at in inside]
        doubled = [name[:at] + name[at] + name[at:] for at in inside]
        dropped = [name[:at] + name[at + 1 :] for at in inside if name[at] in _VOWELS]
        for each in (*swapped, *doubled, *dropped):
            if each not in names:
                found[each] = value
    return found


def _literals(rules: Mapping[str, Sequence[str]]) -> Iterable[str]:
    """Every plain word of the grammar's phrases."""
    for patterns in rules.values():
        for pattern in patterns:
            for steps in _expanded(pattern):
                yield from (each for each in steps if not each.startswith("<"))


def _mendable(words: Vocabulary, data: Mapping[str, Any]) -> frozenset[str]:
    """The words whose slips are mended: days, months, parts of the day, and what tells an intent."""
    phrases = [
        *(phrase for each in data["intents"].values() for phrase in (*each["strong"], *each["weak"])),
        *(phrase for each in data["parts"].values() for phrase in (*each["clock"], *each["bare"])),
        *data["phrases"]["day_offset:0"],
        *data["phrases"]["day_offset:1"],
        *data["phrases"]["day_offset:2"],
        *data["free_words"],
        *data["weekdays"],
        *data["months"],
    ]
    return frozenset(token.norm for phrase in phrases for token in tokenized(phrase) if token.kind == "word")


def _trie(rules: Mapping[str, Sequence[str]]) -> Node:
    root = Node()
    for rule, patterns in rules.items():
        for pattern in patterns:
            for steps in _expanded(pattern):
                node = root
                for step in steps:
                    branch = node.slots if step.startswith("<") else node.words
                    node = branch.setdefault(step, Node())
                if node.ends is None:
                    node.ends = rule
    return root


def _expanded(pattern: str) -> Iterable[tuple[str, ...]]:
    """Every way to say a pattern: ``(the) <ord> of|in <month>`` is four."""
    choices: list[tuple[str, ...]] = []
    for piece in pattern.split():
        optional = piece.startswith("(") and piece.endswith(")")
        words = piece.strip("()") if optional else piece
        options = tuple(words.split("|")) if "|" in words else (words,)
        choices.append(("", *options) if optional else options)
    for chosen in product(*choices):
        steps: list[str] = []
        for each in chosen:
            if each.startswith("<"):
                steps.append(each)
            elif each:
                steps.extend(token.norm for token in tokenized(each))
        if steps:
            yield tuple(steps)
