"""One thing a message says of days, hours or lengths: what was said and where, before it is decided."""

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["day", "clock", "range", "part", "length", "count", "now", "same_time", "bare"]


@dataclass(slots=True)
class Mention:
    """One thing said, from one token up to another. ``rule`` names the phrase, ``value`` what its slots held."""

    kind: Kind
    rule: str
    start: int
    end: int
    value: dict[str, Any] = field(default_factory=dict)
    negated: bool = False
    background: bool = False
    correction: bool = False
    """A correction stands right before it, so an earlier mention of its kind is dropped."""
    alternative: bool = False
    """An "or" stands right before it."""
