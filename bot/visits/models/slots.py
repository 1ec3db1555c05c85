"""Stretches of time: what may be offered, and what is not free."""

from datetime import datetime, timedelta

from bot.visits.models.values import Frozen, Instant


class Slot(Frozen):
    """A start and a length that may be offered."""

    starts_at: Instant
    duration: timedelta

    @property
    def ends_at(self) -> datetime:
        """When it is over, in UTC."""
        return self.starts_at + self.duration

    def overlaps(self, other: "Slot") -> bool:
        """Whether the two share any time at all."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at


class BusySpan(Frozen):
    """A stretch of a staff member's calendar that is not free."""

    starts_at: Instant
    ends_at: Instant
    status: str = "busy"
    is_event: bool = True
    """One entry of the calendar. False where several may lie in it, with their buffers: a view of availability."""
    is_firm: bool = False
    """The calendar takes nothing over it, whatever the reason."""
