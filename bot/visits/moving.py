"""A visit at another time: what would be free, and the move itself."""

import logging
from datetime import date, datetime, timedelta

from bot.visits import changes
from bot.visits.acting import Acting, is_repeat, marked, overlapped, require_version, wanted_for
from bot.visits.errors import SlotTaken
from bot.visits.models.objections import Override, SlotVerdict
from bot.visits.models.people import Person
from bot.visits.models.slots import Slot
from bot.visits.models.values import Frozen, VisitId
from bot.visits.models.visit import Visit
from bot.visits.slots import nearest_free, verdict_on

log = logging.getLogger(__name__)


class MoveProposal(Frozen):
    """A move not yet made: the visit, the slot asked for (None where none was), and what the rules say of it.

    ``verdict.alternatives`` holds the nearest free slots where something objects, and where no slot was asked for.
    """

    visit: Visit
    slot: Slot | None
    verdict: SlotVerdict


class Moving(Acting):
    """What people do to have a visit at another time."""

    async def propose_move(
        self,
        visit_id: VisitId,
        expected_version: int,
        by: Person,
        *,
        starts_at: datetime | None = None,
        duration: timedelta | None = None,
    ) -> MoveProposal:
        """What a move would meet; without ``starts_at``, the free slots nearest to where the visit is.

        Raises: VisitNotFound, VisitChanged (also when it is cancelled), CalendarUnreadable.
        """
        visit = await self._current(visit_id, expected_version, by)
        wanted = wanted_for(visit, starts_at or visit.starts_at, duration or visit.duration)
        known = await self._availability.around(wanted)
        if starts_at is None:
            free = nearest_free(wanted, known, self.clinic)
            return MoveProposal(visit=visit, slot=None, verdict=SlotVerdict(alternatives=free))
        verdict = verdict_on(wanted, known, self.clinic)
        return MoveProposal(visit=visit, slot=wanted.slot, verdict=verdict)

    async def free_for(
        self,
        visit_id: VisitId,
        by: Person,
        *,
        day: date | None = None,
        after: datetime | None = None,
        before: datetime | None = None,
    ) -> tuple[Slot, ...]:
        """Free slots a visit could move to: all of a day of ``by``'s zone, or those nearest to where it is, or just
        ``after`` or ``before`` an instant. Raises VisitNotFound and CalendarUnreadable.
        """
        visit = await self.visit(visit_id, by)
        if day is not None:
            wanted = wanted_for(visit, self._midday(day), visit.duration)
            return tuple(
                each for each in await self._availability.free_on(day, by.time_zone, wanted) if each != visit.slot
            )
        wish = after or before or visit.starts_at
        free = await self._availability.nearest(wanted_for(visit, wish, visit.duration), after=after, before=before)
        return tuple(each for each in free if each != visit.slot)

    async def reschedule(
        self,
        visit_id: VisitId,
        expected_version: int,
        starts_at: datetime,
        by: Person,
        *,
        override: Override | None = None,
        duration: timedelta | None = None,
    ) -> Visit:
        """Move the visit, and start the work. The same press again, or a move to where it is, changes nothing.

        An override goes over the objections its giver saw, and over no other.
        Raises: NotEntitled, VisitNotFound, VisitChanged, SlotTaken (with alternatives), CalendarUnreadable.
        """
        self._require(by)
        visit = await self.visit(visit_id, by)
        length = duration or visit.duration
        is_there = not visit.is_cancelled and (visit.starts_at, visit.duration) == (starts_at, length)
        if is_there and is_repeat(visit, expected_version, by):
            return visit
        require_version(visit, expected_version)
        if is_there:
            return visit
        wanted = wanted_for(visit, starts_at, length)
        known = await self._availability.around(wanted)
        try:
            verdict = self._accepted(wanted, known, override)
        except SlotTaken:
            await self._current(visit_id, visit.version, by)  # moved by a press that ran beside this one: say that
            raise
        new = changes.moved(
            visit,
            wanted.slot.starts_at,
            length,
            by=by.id,
            now=self._clock.now(),
            quiet=self._quiet_window,
            override=override if verdict.objections else None,
        )
        try:
            stored = await self._store.update(
                new, expected_version=visit.version, check_overlap=True, except_with=overlapped(verdict)
            )
        except SlotTaken as taken:
            raise await self._availability.explained(taken, wanted, known) from taken
        log.info("visit.moved", extra={"visit_id": visit.id, "requested_by": by.id, **marked(verdict)})
        await self._start(stored, visit)
        return stored
