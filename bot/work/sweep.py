"""Finds what was left lying: visits whose work was never begun or broke off, effects nobody goes on with.

A row is committed before its work begins, so a crash between the two leaves a visit without work; an engine that lost
its database long enough gives a piece of work up. Nothing here is needed while all goes well.
"""

import logging
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.store.effects import SqlLedger
from bot.store.retention import Retention
from bot.visits.models.values import VisitId
from bot.visits.ports.store import VisitStore
from bot.work.engine import DbosEngine
from bot.work.reminders import Reminders, key_of
from bot.work.service import CHANGES, VisitWork

log = logging.getLogger(__name__)

OVERDUE = timedelta(seconds=20)
LOOKS_BACK = timedelta(hours=1)
AT_START_LOOKS_BACK = timedelta(days=7)
REMINDS_AHEAD = timedelta(hours=26)
KEEPS_ENDED_WORK = timedelta(days=120)
BATCH = 200


class Sweep:
    """Looks at the start and every minute. Whatever it begins is harmless to begin twice."""

    def __init__(
        self,
        engine: DbosEngine,
        ledger: SqlLedger,
        visits: VisitStore,
        work: VisitWork,
        reminders: Reminders,
        retention: Retention,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._retention = retention
        self._ledger = ledger
        self._visits = visits
        self._work = work
        self._reminders = reminders
        self._clock = clock
        self._looked_at: datetime | None = None
        self._forgot_at: datetime | None = None
        self._planned: set[str] = set()

    async def look(self) -> None:
        """Everything that was left lying, once."""
        now = self._clock.now()
        first = self._looked_at is None
        await self._begin_missing_work(now - (AT_START_LOOKS_BACK if first else LOOKS_BACK), before=now - OVERDUE)
        await self.go_on(before=now - OVERDUE)
        await self._plan_reminders(now)
        await self._forget(now)
        self._looked_at = now

    async def go_on(self, *, before: datetime) -> int:
        """Go on with every effect that was due before an instant; returns how many visits and messages."""
        visits: set[VisitId] = set()
        singles = 0
        for row in await self._ledger.overdue(before):
            if row.payload and "kind" in row.payload:
                await self._reminders.begin_again(row)
                singles += 1
            elif row.visit_id is not None:
                visits.add(VisitId(row.visit_id))
        for visit_id in visits:
            await self._work.go_on(visit_id)
        if visits or singles:
            log.warning("sweep.overdue", extra={"visits": len(visits), "messages": singles})
        return len(visits) + singles

    async def _begin_missing_work(self, since: datetime, *, before: datetime) -> None:
        """Begin the work of changes that has none, and once more where it broke off."""
        changed = await self._ledger.changed_visits(since)
        for start in range(0, len(changed), BATCH):
            batch = changed[start : start + BATCH]
            ids = {f"{kind}:{visit_id}:{version}": visit_id for visit_id, version in batch for kind in CHANGES}
            statuses = await self._engine.statuses(list(ids))
            known = {ids[work_id]: status for work_id, status in statuses.items()}
            for visit_id, version in batch:
                status = known.get(visit_id)
                if status in (None, "ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"):
                    await self._begin(visit_id, version, is_missing=status is None, before=before)

    async def _begin(self, visit_id: VisitId, version: int, *, is_missing: bool, before: datetime) -> None:
        visit = await self._visits.visit(visit_id)
        if visit is None or visit.version != version or (visit.changed_at or visit.created_at) > before:
            return  # being changed or begun at this moment
        log.warning("sweep.work_missing", extra={"visit_id": visit_id, "version": version})
        if not is_missing:
            await self._work.go_on(visit_id)
        elif visit.is_cancelled:
            await self._work.start("cancellation", visit)
        else:
            await self._work.start("booking" if visit.version == 1 else "reschedule", visit)

    async def _plan_reminders(self, now: datetime) -> None:
        """Plan what somebody's changed wishes ask for, of the visits that begin within a day."""
        for visit in await self._visits.between(now, now + REMINDS_AHEAD):
            if visit.is_cancelled:
                continue
            for before in await self._reminders.wanted(visit):
                key = key_of(visit, before)
                if key not in self._planned:
                    await self._reminders.schedule(visit, before)
                    self._planned.add(key)

    async def _forget(self, now: datetime) -> None:
        """Once a day, the engine's memory of work that ended long ago, and what we kept of visits that did."""
        if self._forgot_at is None or now - self._forgot_at >= timedelta(days=1):
            self._forgot_at = now
            work = await self._engine.forget(now - KEEPS_ENDED_WORK)
            rows = await self._retention.forget(now)
            self._planned.clear()
            log.info("sweep.forgot", extra={"work": work, "rows": rows})
