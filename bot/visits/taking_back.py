"""Calling a visit off, and taking the latest change back."""

import logging
from datetime import timedelta

from bot.visits import changes
from bot.visits.acting import Acting, is_repeat, overlapped, require_version, wanted_for
from bot.visits.errors import NothingToUndo, SlotTaken, UndoTellsClient, VisitChanged, VisitOver
from bot.visits.models.people import Person
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.rules import Wanted

log = logging.getLogger(__name__)


class TakingBack(Acting):
    """Cancel and Undo."""

    async def cancel(
        self,
        visit_id: VisitId,
        expected_version: int,
        by: Person,
        *,
        reason: str | None = None,
        tell_client: bool = True,
    ) -> Visit:
        """Call the visit off, and start the work. One that is cancelled already stays as it is.

        Raises: NotEntitled, VisitNotFound, VisitChanged, VisitOver.
        """
        visit = await self.visit(visit_id, by)
        if visit.is_cancelled and (visit.version == expected_version or is_repeat(visit, expected_version, by)):
            return visit
        require_version(visit, expected_version)
        now = self._clock.now()
        if visit.ends_at <= now:
            raise VisitOver(visit_id=visit.id)
        new = changes.cancelled(
            visit, by=by.id, now=now, quiet=self._quiet_window, reason=reason or None, tell_client=tell_client
        )
        stored = await self._store.update(new, expected_version=visit.version)
        log.info("visit.cancelled", extra={"visit_id": visit.id, "requested_by": by.id})
        await self._start(stored, visit)
        return stored

    async def undo(self, visit_id: VisitId, expected_version: int, by: Person, *, correcting: bool = False) -> Visit:
        """Take the person's own latest change back, and start the work; of a booking, call it off.

        Inside the quiet window the client notices nothing, and neither does one whom nothing can tell. Otherwise it
        takes ``correcting=True``, said by someone who was told that the client hears of it.

        Raises: NotEntitled, VisitNotFound, NothingToUndo (undone already, or somebody changed the visit),
        UndoTellsClient, SlotTaken (the old slot is no longer free), VisitOver, CalendarUnreadable.
        """
        visit = await self.visit(visit_id, by)
        if visit.version != expected_version:
            was_undone = visit.undoes == expected_version
            raise NothingToUndo(visit, reason="undone_already" if was_undone else "changed_since")
        now = self._clock.now()
        new = changes.undone(visit, await self._store.versions(visit_id), by=by.id, now=now)
        is_noticed = not visit.is_quiet(now) and self._calendar.tells(visit)
        if is_noticed and not correcting:
            raise UndoTellsClient(visit, new)
        if new.is_cancelled and visit.ends_at <= now:
            raise VisitOver(visit_id=visit.id)
        stored = await self._take_back(visit, new, keeps_rules=not visit.is_quiet(now))
        log.info("visit.undone", extra={"visit_id": visit.id, "requested_by": by.id, "client_notices": is_noticed})
        await self._start(stored, visit)
        return stored

    async def _take_back(self, visit: Visit, new: Visit, *, keeps_rules: bool) -> Visit:
        """Store the state gone back to. A slot given up is taken again only if nobody took it since.

        Inside the quiet window it was never given up in the calendar, so that is not asked.
        """
        try:
            if new.is_cancelled:
                return await self._store.update(new, expected_version=visit.version)
            wanted = wanted_for(visit, new.starts_at, new.duration)
            if keeps_rules:
                known = await self._availability.around(wanted)
                verdict = self._accepted(wanted, known, changes.override_of(new))
                return await self._store.update(
                    new, expected_version=visit.version, check_overlap=True, except_with=overlapped(verdict)
                )
            stood_there = await self._neighbours_since_before(visit, wanted)
            return await self._store.update(
                new, expected_version=visit.version, check_overlap=True, except_with=stood_there
            )
        except VisitChanged as changed:
            raise NothingToUndo(changed.visit, reason="changed_since") from changed
        except SlotTaken as taken:
            if taken.verdict.alternatives:
                raise
            raise await self._availability.explained(taken, wanted_for(visit, new.starts_at, new.duration)) from taken

    async def _neighbours_since_before(self, visit: Visit, wanted: Wanted) -> frozenset[VisitId]:
        """Visits near the old slot that already stood there when it was given up: they were accepted then."""
        guarded = wanted.guarded
        around = await self._store.between(
            guarded.starts_at - timedelta(days=2), guarded.ends_at + timedelta(days=1), staff_id=wanted.staff.id
        )
        given_up_at = visit.changed_at or visit.created_at
        return frozenset(each.id for each in around if (each.changed_at or each.created_at) < given_up_at)
