"""Two languages' words as one file, for messages in which both are spoken."""

from collections.abc import Mapping
from typing import Any

from bot.understanding.tokens import plain

_OWN = frozenset({"am", "pm", "warm_up", "short", "half_bare_regions", "ordinal_suffixes"})
"""Sections that are left as the message's own language has them: a lone "a" is no morning in Spanish."""
_VALUES = frozenset({"numbers", "ordinals", "weekdays", "months", "units", "time_units", "counts"})
"""Sections whose words would mean something else: "once" is no eleven in English."""


def both(own: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """``own`` with what it lacks of ``other``; its own meaning stands wherever both know a word."""
    plain_words = frozenset(plain(each) for each in own["stopwords"].split())
    known = {plain(word) for section in _VALUES for word in own[section]} | plain_words
    merged: dict[str, Any] = {}
    for section, value in own.items():
        if section in _OWN:
            merged[section] = value
        elif section in _VALUES:
            lent = {word: each for word, each in other[section].items() if plain(word) not in known}
            merged[section] = {**value, **lent}
        elif section == "parts":
            merged[section] = {**other[section], **{name: _part(each, other, name) for name, each in value.items()}}
        else:
            merged[section] = _merged(value, other[section])
    return merged


def _part(own: Mapping[str, Any], other: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A part of the day with both languages' words and its own hours."""
    theirs = other["parts"].get(name, {"clock": [], "bare": []})
    return {**own, "clock": [*own["clock"], *theirs["clock"]], "bare": [*own["bare"], *theirs["bare"]]}


def _merged(own: Any, other: Any) -> Any:
    if isinstance(own, Mapping):
        added = {key: value for key, value in other.items() if key not in own}
        return {**{key: _merged(value, other[key]) if key in other else value for key, value in own.items()}, **added}
    if isinstance(own, list):
        return [*own, *(each for each in other if each not in own)]
    return f"{own} {other}" if isinstance(own, str) and " " in own else own
