"""Whether the calendar still says what it was told."""

from bot.visits.models.slots import Slot
from bot.visits.models.visit import Visit
from bot.visits.ports.drift import CalendarDrift


def may_have_drifted(visit: Visit) -> bool:
    """Whether the visit should be in the calendar, so that its absence means something."""
    return visit.event_id is not None and visit.calendar_starts_at is not None and not visit.is_cancelled


def drift_of(visit: Visit, found: Slot | None) -> CalendarDrift | None:
    """What somebody changed in the calendar itself; ``found`` is where it is now, None when it is gone.

    A move of ours that the calendar was not told yet is no drift, so the start is compared with what was told. The
    length is compared only once that is the present start.
    """
    if found is None:
        return CalendarDrift(visit_id=visit.id, kind="deleted")
    settled = visit.calendar_starts_at == visit.starts_at
    moved = found.starts_at != visit.calendar_starts_at or (settled and found.duration != visit.duration)
    if not moved:
        return None
    return CalendarDrift(visit_id=visit.id, kind="moved", starts_at=found.starts_at, duration=found.duration)
