"""Replicas on PostgreSQL take over the work of one that died. DBOS resumes only its own executor's work, at its start.

Each executor holds an advisory lock on a connection of its own. Whoever's lock has been free for a while is dead, and
its work is resumed by the first that sees it. A frozen process loses its lock too: the server ends an idle session.
"""

import asyncio
import contextlib
import logging
import time
import zlib
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

import psycopg
from sqlalchemy import URL

from bot.visits.errors import StoreUnavailable
from bot.work.engine import EngineError

log = logging.getLogger(__name__)

R = TypeVar("R")

NAMESPACE = 0x56697369
"""The first half of each lock's number, so that it meets no other lock in the database."""


@dataclass(frozen=True)
class Grace:
    """How sure to be, in seconds, before taking work over: a restart of PostgreSQL frees every lock at one instant."""

    look_every: float = 2.0
    own_age: float = 10.0
    """Our own lock must be at least this old,"""
    free_for: float = 5.0
    """and theirs free for so long."""
    idle_session: float = 10.0
    """A process that says nothing for so long is cut off by the server."""


class TakesOver(Protocol):
    """The part of the engine this needs."""

    is_running: bool

    async def pending_executors(self) -> Collection[str]:
        """Executors that have work under way."""
        ...

    async def take_over(self, executor_id: str) -> int:
        """Resume what another executor left behind; returns how many pieces of work."""
        ...


class Lease:
    """This executor's sign of life, and its eye on the others'. Begins before the engine, ends after it."""

    def __init__(
        self,
        url: URL,
        executor_id: str,
        engine: TakesOver,
        *,
        grace: Grace | None = None,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._executor_id = executor_id
        self._engine = engine
        self._grace = grace or Grace()
        self._seconds = seconds
        self._connection: psycopg.Connection[tuple[bool]] | None = None
        self._held_since = 0.0
        self._free_since: dict[str, float] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="lease")
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Hold the lock and look after the others, from now on.

        Raises: EngineError where the name is taken; StoreUnavailable, as the migration before it does. A start is not
        tried again here: nothing is under way yet, whoever started the process is told at once which setting to look
        at, and a supervisor starts it anew. Only what runs waits for its database.
        """
        try:
            is_held = await self.hold()
        except psycopg.OperationalError as reason:
            await self.lose()
            log.warning("store.unavailable", extra={"reason": type(reason).__name__})
            raise StoreUnavailable() from reason
        if not is_held:
            raise EngineError(f"another process is executor {self._executor_id}")
        self._watch = asyncio.create_task(self._watching(), name="takeover watcher")

    async def stop(self) -> None:
        """Let go of the lock: what is still under way is the others' to finish."""
        if self._watch is not None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
        await self._in_thread(self._let_go)
        self._thread.shutdown()

    async def hold(self) -> bool:
        """Whether the lock is ours: shown alive, or taken anew where the connection was lost."""
        return await self._in_thread(self._hold)

    async def lose(self) -> None:
        """Let go of a connection that is broken, and of all that was seen through it."""
        self._free_since.clear()
        await self._in_thread(self._let_go)

    async def look(self) -> None:
        """Take over from every executor that has work under way and has been gone for long enough."""
        others = set(await self._engine.pending_executors()) - {self._executor_id}
        self._free_since = {each: since for each, since in self._free_since.items() if each in others}
        for each in sorted(others):
            await self._look_at(each)

    async def _look_at(self, other: str) -> None:
        if not await self._in_thread(self._try_lock, other):
            self._free_since.pop(other, None)
            return
        try:
            now = self._seconds()
            gone_for = now - self._free_since.setdefault(other, now)
            if now - self._held_since >= self._grace.own_age and gone_for >= self._grace.free_for:
                count = await self._engine.take_over(other)
                log.warning("work.taken_over", extra={"executor": other, "count": count})
        finally:
            await self._in_thread(self._unlock, other)

    async def _watching(self) -> None:
        while True:
            await asyncio.sleep(self._grace.look_every)
            try:
                if await self.hold() and self._engine.is_running:
                    await self.look()
            except Exception as reason:  # the database is away: our lock may be gone, and so may everybody's
                log.warning("lease.lost", extra={"reason": type(reason).__name__})
                await self.lose()

    # --- in the lease's own thread ----------------------------------------------------------------

    async def _in_thread(self, work: Callable[..., R], *given: str) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *given)

    def _hold(self) -> bool:
        if self._connection is not None:
            self._connection.execute("SELECT 1")
            return True
        self._connection = self._connect()
        if not self._try_lock(self._executor_id):
            self._let_go()
            return False
        self._held_since = self._seconds()
        return True

    def _connect(self) -> "psycopg.Connection[tuple[bool]]":
        connection = psycopg.connect(
            self._url.set(drivername="postgresql").render_as_string(hide_password=False),
            autocommit=True,
            connect_timeout=5,
            application_name="visits lease",
            options="-c statement_timeout=5s",
            keepalives_idle=5,
            keepalives_interval=2,
            keepalives_count=3,
        )
        with contextlib.suppress(psycopg.errors.UndefinedObject):  # before PostgreSQL 14
            connection.execute(f"SET idle_session_timeout = {int(self._grace.idle_session * 1000)}")
        return connection

    def _try_lock(self, executor_id: str) -> bool:
        return self._ask("SELECT pg_try_advisory_lock(%s::int, %s::int)", executor_id)

    def _unlock(self, executor_id: str) -> None:
        with contextlib.suppress(psycopg.OperationalError):  # a lost connection has let go of everything
            self._ask("SELECT pg_advisory_unlock(%s::int, %s::int)", executor_id)

    def _ask(self, question: str, executor_id: str) -> bool:
        if self._connection is None:
            return False
        row = self._connection.execute(question, (NAMESPACE, _number(executor_id))).fetchone()
        return bool(row and row[0])

    def _let_go(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
            self._connection = None


def _number(executor_id: str) -> int:
    """The second half: a signed number of 32 bits, as PostgreSQL takes it."""
    number = zlib.crc32(executor_id.encode())
    return number - (1 << 32) if number >= 1 << 31 else number
