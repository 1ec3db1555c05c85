"""What somebody changed in the calendar by themselves: ``bot.graph`` sees it, ``bot.work`` asks about it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal, Protocol

from bot.visits.models.values import Frozen, Instant, VisitId
from bot.visits.models.visit import Visit


class CalendarDrift(Frozen):
    """A visit that somebody moved or deleted in the calendar itself."""

    visit_id: VisitId
    kind: Literal["moved", "deleted"]
    starts_at: Instant | None = None
    """Where the calendar has it now; None when it is gone."""
    duration: timedelta | None = None


class Drifts(Protocol):
    """Compares visits with the calendar."""

    def keeps(self, visit: Visit) -> bool:
        """Whether the calendar this visit lies in can be asked at all, as things are set up."""
        ...

    async def drifts(self, visits: Sequence[Visit]) -> Sequence[CalendarDrift]:
        """Those the calendar tells differently from what it was told. Raises as ``Calendar`` does."""
        ...


DriftAnswer = Literal["adopted", "put_back", "ignored"]


class DriftReader(Protocol):
    """The calendar as it is now, for one visit that is asked about."""

    async def drift_now(self, visit: Visit) -> CalendarDrift | None:
        """How the calendar differs from the visit at this moment. Raises as ``Calendar`` does."""
        ...

    async def answered(self, visit: Visit, seen: str, answer: DriftAnswer) -> None:
        """A person decided about a difference: it is not asked about again."""
        ...


def seen_of(drift: CalendarDrift) -> str:
    """A key of what was seen in the calendar: ``moved:20261127T223000Z:30``, or ``deleted``."""
    if drift.starts_at is None:
        return drift.kind
    minutes = round(drift.duration.total_seconds() / 60) if drift.duration else 0
    return f"{drift.kind}:{drift.starts_at:%Y%m%dT%H%M%SZ}:{minutes}"
