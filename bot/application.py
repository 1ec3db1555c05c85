"""The running bot: its parts, its start and its stop."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp.web
from sqlalchemy import URL

from bot.clinic import DemoVisit
from bot.clock import Clock
from bot.demo import call_off, seed
from bot.graph.backend import GraphEdge
from bot.graph.emulator.core import GraphEmulator
from bot.settings import Settings
from bot.store.effects import SqlLedger
from bot.store.engine import Database
from bot.store.visits import SqlVisitStore
from bot.teams.edge import TeamsEdge
from bot.understanding.reader import Understanding
from bot.visits.models.clinic import Clinic
from bot.visits.service import Visits
from bot.watching import Watching
from bot.work.durable import DurableWork
from bot.work.engine import DbosEngine
from bot.work.lock import FolderLock
from bot.work.service import VisitWork

CALLING_OFF_SECONDS = 5


@dataclass
class Application:
    """The running bot's parts, as the command line, tests and tools use them."""

    settings: Settings
    clinic: Clinic
    clock: Clock
    database: Database
    database_url: URL
    store: SqlVisitStore
    ledger: SqlLedger
    visits: Visits
    durable: DurableWork
    edge: TeamsEdge
    graph: GraphEdge
    understanding: Understanding
    emulator: GraphEmulator | None
    watching: Watching
    demo_visits: Sequence[DemoVisit] = ()
    web: aiohttp.web.Application = field(default_factory=aiohttp.web.Application)
    lock: FolderLock | None = None
    """On the data folder, where it is SQLite's: one process works in it."""
    _is_warm: bool = False

    @property
    def work(self) -> VisitWork:
        """The work that follows a change of a visit."""
        return self.durable.work

    @property
    def engine(self) -> DbosEngine:
        """What carries work through crashes."""
        return self.durable.engine

    async def start(self) -> None:
        """Begin to do what is due, and get ready for turns. Serve before: readiness tells when it is done."""
        await self.edge.start()
        await self.durable.start()
        await self.graph.calendar.begin()
        await asyncio.to_thread(self.understanding.warm_up)
        if self.demo_visits:
            await seed(self.demo_visits, self.clinic, self.store, self.work, self.clock)
        self.watching.start()
        self._is_warm = True

    async def stop(self) -> None:
        """Let what runs end, turns before the work behind them; then close what that work spoke to."""
        self._is_warm = False
        await self.edge.drain()
        await self.watching.stop()
        await self.durable.stop()
        await self.edge.stop()
        await self.graph.close()
        if self.emulator is not None:
            await self.emulator.close()
        await self.database.close()
        if self.lock is not None:
            self.lock.release()

    async def idle(self) -> None:
        """Wait until no turn and no work is under way. What waits for its time does not count."""
        await self.edge.settled()
        await self.watching.settled()
        await self.engine.idle()

    async def start_over(self) -> None:
        """Call every coming visit off without a word, before the world they lie in is forgotten: for the demo."""
        await call_off(self.store, self.work, self.clock)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CALLING_OFF_SECONDS):
                await self.idle()

    async def is_warm(self) -> bool:
        """Whether the start has come to its end."""
        return self._is_warm and self.engine.is_running

    async def has_database(self) -> bool:
        """Whether the database answers."""
        with contextlib.suppress(Exception):
            await self.database.read(lambda connection: connection.exec_driver_sql("select 1").close())
            return True
        return False
