"""What speaks against a slot, and going over it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bot.visits.models.slots import Slot
from bot.visits.models.values import Frozen

LONGEST_REASON = 300
"""Characters that are kept of why something is done."""

ObjectionCode = Literal[
    "past",
    "closed_day",
    "outside_hours",
    "busy",
    "overlaps_visit",
    "buffer",
    "client_busy",
    "bookings_no_service",
    "bookings_no_staff",
    "bookings_not_staff",
    "bookings_staff",
    "bookings_group",
    "bookings_length",
    "bookings_lead_time",
    "bookings_advance",
    "bookings_closed",
    "bookings_hours",
]


class Objection(Frozen):
    """Why a slot should not be booked. ``code`` is its key in the strings files, under ``objection``."""

    code: ObjectionCode
    can_override: bool
    facts: Mapping[str, str] = Field(default_factory=dict, repr=False)

    @property
    def key(self) -> str:
        """What makes it this objection and no other, as twelve hexadecimal digits: its rule, its visit, its times."""
        told = sorted((name, fact) for name, fact in self.facts.items() if not _is_beside_the_point(name))
        return sha256(repr((self.code, told)).encode()).hexdigest()[:12]


def _is_beside_the_point(fact: str) -> bool:
    """Names only put an objection into words; what ends in ``_when``, as ``now_at``, moves on with the clock."""
    return fact in ("client", "staff", "now_at") or fact.endswith("_when")


class Override(Frozen):
    """Why somebody goes over slot rules, and over which objections: those that were shown to them."""

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_REASON)] = Field(
        repr=False
    )
    seen: frozenset[str]
    """The objections' keys. What comes up later is none of them, and objects."""

    def covers(self, objection: Objection) -> bool:
        """Whether it goes over this objection."""
        return objection.can_override and objection.key in self.seen


PlaceRules = Callable[[Slot, datetime], tuple[Objection, ...]]
"""What the place that keeps a visit holds against a slot, at this instant: its own rules, beside the clinic's."""


def no_place_rules(slot: Slot, now: datetime) -> tuple[Objection, ...]:
    """A place that takes what it is given."""
    return ()


class SlotVerdict(Frozen):
    """What the rules say of one slot, and the nearest free ones where they object."""

    objections: tuple[Objection, ...] = ()
    alternatives: tuple[Slot, ...] = ()

    @property
    def is_free(self) -> bool:
        """Whether nothing objects."""
        return not self.objections

    @property
    def can_override(self) -> bool:
        """Whether "Book anyway" with a reason may go over every objection."""
        return all(each.can_override for each in self.objections)

    @property
    def keys(self) -> frozenset[str]:
        """The keys of what objects."""
        return frozenset(each.key for each in self.objections)
