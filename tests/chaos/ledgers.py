"""The two ledgers a sequence runs on: one in memory, and production's own on a SQLite file. Both show their rows."""

import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Protocol

from bot.clock import Clock
from bot.store.effects import Decide, EffectRow, LedgerChanges, Revise, SqlLedger
from bot.store.engine import open_database
from bot.store.migrating import migrate
from bot.store.visits import SqlVisitStore
from bot.visits.models.effects import EffectState
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.work.settling import Ledger
from tests.unit.work.world import MemoryLedger


class ShownLedger(Protocol):
    """``SqlLedger``'s promises, with everything in it to be looked at."""

    visits: dict[str, Visit]
    rows: dict[str, EffectRow]

    async def transact(self, visit_id: VisitId, decide: Decide) -> Visit | None:
        """See ``bot.store.effects``."""
        ...

    async def revise(self, key: str, change: Revise) -> EffectRow | None:
        """See ``bot.store.effects``."""
        ...

    async def rows_of(self, visit_id: VisitId) -> Sequence[EffectRow]:
        """See ``bot.store.effects``."""
        ...

    async def close(self) -> None:
        """Close what was opened."""
        ...


class InMemory(MemoryLedger):
    """Over dictionaries."""

    async def revise(self, key: str, change: Revise) -> EffectRow | None:
        """See the port."""
        before = self.rows.get(key)
        after = change(before)
        if after is not None:
            self.rows[key] = after
        return after or before

    async def rows_of(self, visit_id: VisitId) -> Sequence[EffectRow]:
        """See the port."""
        return [each for each in self.rows.values() if each.visit_id == visit_id]

    async def close(self) -> None:
        """Nothing was opened."""


class InSql:
    """Production's ledger. What people decided is put into ``visits``, and stored before anything reads it."""

    def __init__(self, clock: Clock) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="visits-ledger-", ignore_cleanup_errors=True)
        file = Path(self._folder.name) / "app.db"
        shutil.copy(_migrated(), file)
        self._database = open_database(str(file))
        self._ledger = SqlLedger(self._database, clock)
        self._store = SqlVisitStore(self._database, clock)
        self._stored: dict[str, Visit] = {}
        self.visits: dict[str, Visit] = {}
        self.rows: dict[str, EffectRow] = {}

    async def transact(self, visit_id: VisitId, decide: Decide) -> Visit | None:
        """See the port."""
        await self._write()
        visit = await self._ledger.transact(visit_id, decide)
        await self._read()
        return visit

    async def revise(self, key: str, change: Revise) -> EffectRow | None:
        """See the port."""
        await self._write()
        row = await self._ledger.revise(key, change)
        await self._read()
        return row

    async def rows_of(self, visit_id: VisitId) -> Sequence[EffectRow]:
        """See the port."""
        return await self._ledger.rows_of(visit_id)

    async def close(self) -> None:
        """Close the database and remove its file."""
        await self._database.close()
        self._folder.cleanup()

    async def _write(self) -> None:
        for visit_id, visit in self.visits.items():
            before = self._stored.get(visit_id)
            if before is None:
                self._stored[visit_id] = await self._store.insert(visit, check_overlap=False)
            elif visit.version != before.version:
                self._stored[visit_id] = await self._store.update(visit, expected_version=before.version)

    async def _read(self) -> None:
        for visit_id in list(self.visits):
            visit = await self._store.visit(VisitId(visit_id))
            assert visit is not None
            self.visits[visit_id] = self._stored[visit_id] = visit
            self.rows |= {each.key: each for each in await self._ledger.rows_of(VisitId(visit_id))}


class Blinkers:
    """A ledger without its de-duplication: a process does not see what another has begun."""

    def __init__(self, ledger: Ledger, owner: str) -> None:
        self._ledger = ledger
        self._owner = owner

    async def transact(self, visit_id: VisitId, decide: Decide) -> Visit | None:
        """As if nobody else were ever in the middle of a call."""

        def blind(visit: Visit | None, rows: Sequence[EffectRow]) -> LedgerChanges:
            seen = [each for each in rows if each.state is not EffectState.working or each.owner == self._owner]
            return decide(visit, seen)

        return await self._ledger.transact(visit_id, blind)


@cache
def _migrated() -> Path:
    """An empty database with every table, made once for all sequences."""
    file = Path(tempfile.mkdtemp(prefix="visits-template-")) / "app.db"
    database = open_database(str(file))
    migrate(database.engine)
    database.close_here()
    return file
