"""A visit that somebody changed in the calendar itself: taken over, or put back."""

import logging

from bot.visits import changes
from bot.visits.acting import Acting
from bot.visits.errors import VisitOver
from bot.visits.models.people import Person
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.drift import CalendarDrift
from bot.visits.ports.store import NOT_IN_CALENDAR, VisitResults

log = logging.getLogger(__name__)


class Drifting(Acting):
    """What people decide about such a visit. Whoever calls has just looked at the calendar."""

    async def adopt(self, visit_id: VisitId, expected_version: int, drift: CalendarDrift, by: Person) -> Visit:
        """Move the visit to where the calendar has it; nothing is written there, and the client is told as of a move.

        The calendar's slot rules are not asked: it stands there already. Another visit of ours there objects.
        Raises: NotEntitled, VisitNotFound, VisitChanged, SlotTaken, VisitOver.
        """
        self._require(by)
        visit = await self._current(visit_id, expected_version, by)
        starts_at, duration = drift.starts_at, drift.duration or visit.duration
        now = self._clock.now()
        if starts_at is None or starts_at + duration <= now:
            raise VisitOver(visit_id=visit.id)
        new = changes.moved(
            visit, starts_at, duration, by=by.id, now=now, quiet=self._quiet_window, override=changes.override_of(visit)
        )
        await self._store.update(new, expected_version=visit.version, check_overlap=True)
        stored = await self._store.record(visit.id, **as_in_calendar(drift))
        log.info("drift.adopted", extra={"visit_id": visit.id, "requested_by": by.id})
        await self._start(stored, visit)
        return stored

    async def put_back(self, visit_id: VisitId, expected_version: int, drift: CalendarDrift, by: Person) -> Visit:
        """Have the calendar written again as the visit stands. What was deleted there gets a new event and meeting,
        so the client is told anew.

        Raises: NotEntitled, VisitNotFound, VisitChanged, VisitOver.
        """
        self._require(by)
        visit = await self._current(visit_id, expected_version, by)
        now = self._clock.now()
        if visit.ends_at <= now:
            raise VisitOver(visit_id=visit.id)
        new = changes.put_back(visit, by=by.id, now=now, in_new_event=drift.kind == "deleted")
        await self._store.update(new, expected_version=visit.version)
        stored = await self._store.record(visit.id, **as_in_calendar(drift))
        log.info("drift.put_back", extra={"visit_id": visit.id, "requested_by": by.id})
        await self._start(stored, visit)
        return stored


def as_in_calendar(drift: CalendarDrift) -> VisitResults:
    """What is known of the calendar now."""
    if drift.starts_at is not None:
        return {"calendar_starts_at": drift.starts_at, "calendar_duration": drift.duration}
    return {**NOT_IN_CALENDAR, "told": None}
