"""Durable work: DBOS Transact behind the port of ``bot.work.pieces``. The only module that knows it."""

import asyncio
import contextvars
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSConfig, SetWorkflowID
from sqlalchemy import URL, Engine
from sqlalchemy.exc import DBAPIError

from bot.clock import Clock
from bot.store.engine import is_outage
from bot.visits.errors import StoreUnavailable
from bot.work.engine_sqlite import sqlite_engine
from bot.work.pieces import PATIENT, TIMED, Handler, Json, next_id, times_begun

log = logging.getLogger(__name__)

APP_NAME = "visits"
APP_VERSION = "1"
"""Pinned: by default it is a hash of the code, and every deployment would strand the reminders of the one before.
So a handler may be changed only in ways that a run begun by the old code can finish."""
WORKER_CONCURRENCY = 100
POLL_SECONDS = 0.25
MOST_THREADS = 16
ENDS_WITHIN = 5
"""Seconds for work under way at a stop. What takes longer goes on at the next start, or at another replica."""
STEP_TRIES = 15
"""With the waits between them about twenty minutes: a database may be away that long."""

HANDS_ON = (*[timedelta(minutes=1)] * 60, *[timedelta(hours=1)] * 24 * 7)
"""Work of a kind that this build does not know waits so long, time after time, for a replica that does: a deployment
lasts minutes, and one that was taken back is made again within the week."""

AroundStep = Callable[[str, str], Awaitable[None]]
"""Told ``(step name, "before" or "after")``. For crash tests."""


class EngineError(Exception):
    """The engine cannot be started; the message says why."""


@dataclass(frozen=True)
class EngineSettings:
    """Where the engine keeps its own tables, and who this process is."""

    database: URL
    executor_id: str
    app_version: str = APP_VERSION

    @property
    def is_postgres(self) -> bool:
        """Whether replicas may share the work."""
        return self.database.get_backend_name() == "postgresql"


class DbosEngine:
    """Implements ``Durable``. One at a time in a process, since DBOS is one per process."""

    def __init__(
        self,
        settings: EngineSettings,
        clock: Clock,
        *,
        around_step: AroundStep | None = None,
        hands_on: Sequence[timedelta] = HANDS_ON,
    ) -> None:
        """``hands_on``: how long work of an unknown kind waits each time, as often as there are pauses."""
        self._settings = settings
        self._hands_on = hands_on
        self._clock = clock
        self._around_step = around_step
        self._handlers: dict[str, Handler] = {}
        self._queues: dict[str, str] = {}
        self._engine: Engine | None = None
        self._under_way = 0
        self.is_running = False

    @property
    def executor_id(self) -> str:
        """Who this process is among the replicas."""
        return self._settings.executor_id

    def on(self, kind: str, handler: Handler, *, queue: str = TIMED) -> None:
        """Register a kind, before ``launch``. Names of kinds and steps are stored data: add, never rename."""
        self._handlers[kind] = handler
        self._queues[kind] = queue

    async def launch(self) -> None:
        """Start, on the running loop: DBOS adopts it, so that handlers may use the loop's clients and locks.

        Raises EngineError, StoreUnavailable. One that could not be started is stopped all the same.
        """
        global _running
        if _running is not None:
            raise EngineError("an engine runs in this process already")
        self._engine = None if self._settings.is_postgres else sqlite_engine(self._settings.database)
        DBOS(config=self._config())
        _running = self
        try:
            DBOS.launch()
            for queue in (TIMED, PATIENT):
                await DBOS.register_queue_async(
                    queue,
                    worker_concurrency=WORKER_CONCURRENCY,
                    polling_interval_sec=POLL_SECONDS,
                    on_conflict="always_update",
                )
        except DBAPIError as reason:
            if is_outage(reason):
                raise StoreUnavailable() from reason
            raise
        self.is_running = True

    async def stop(self) -> None:
        """Stop. Last of all: DBOS takes the loop's default threads with it, so the loop is given fresh ones."""
        global _running
        if _running is self:
            self.is_running = False
            patience = ENDS_WITHIN if self._under_way else 0
            await asyncio.to_thread(DBOS.destroy, workflow_completion_timeout_sec=patience)
            asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(thread_name_prefix="default"))
            _running = None
        if self._engine is not None:
            self._engine.dispose()

    async def start(self, kind: str, work_id: str, payload: Mapping[str, Json]) -> None:
        """See the port."""

        async def begin() -> None:
            with SetWorkflowID(work_id):
                await DBOS.start_workflow_async(_run, kind, dict(payload))

        await _apart(begin())

    async def schedule(self, kind: str, work_id: str, payload: Mapping[str, Json], *, due: datetime) -> None:
        """See the port."""
        delay = max(0.0, (due - self._clock.now()).total_seconds())

        async def enqueue() -> None:
            await DBOS.enqueue_workflow_with_options_async(
                {
                    "queue_name": self._queues.get(kind, TIMED),
                    "workflow_name": WORKFLOW,
                    "workflow_id": work_id,
                    "app_version": self._settings.app_version,
                    "delay_seconds": delay,
                },
                kind,
                dict(payload),
            )

        await _apart(enqueue())

    async def pending_executors(self) -> set[str]:
        """Executors that have work under way."""
        found = await DBOS.list_workflows_async(status="PENDING", load_input=False, load_output=False)
        return {each.executor_id for each in found if each.executor_id}

    async def statuses(self, work_ids: Sequence[str]) -> Mapping[str, str]:
        """Where pieces of work stand, of those that were ever begun."""
        found = await DBOS.list_workflows_async(workflow_ids=list(work_ids), load_input=False, load_output=False)
        return {each.workflow_id: each.status for each in found}

    async def forget(self, before: datetime, *, limit: int = 1000) -> int:
        """Delete work that ended long ago; returns how many pieces. Ids stay known as long as something may repeat."""
        total = 0
        while True:
            found = await DBOS.list_workflows_async(
                status=["SUCCESS", "ERROR", "CANCELLED"],
                end_time=before.isoformat(),
                limit=limit,
                load_input=False,
                load_output=False,
            )
            if found:
                await DBOS.delete_workflows_async([each.workflow_id for each in found])
            total += len(found)
            if len(found) < limit:
                return total

    async def idle(self) -> None:
        """Wait until nothing is under way. What waits for its time does not count."""
        under_way = ["PENDING", "ENQUEUED"]
        # Another process may do the work, so there is no event to wait for.
        while await DBOS.list_workflows_async(status=under_way, limit=1, load_input=False, load_output=False):  # noqa: ASYNC110
            await asyncio.sleep(0.02)

    async def take_over(self, executor_id: str) -> int:
        """Resume what another executor left behind; returns how many pieces of work."""
        handles = await asyncio.to_thread(DBOS._recover_pending_workflows, [executor_id])
        return len(handles)

    async def handle(self, kind: str, work_id: str, payload: Mapping[str, Json]) -> None:
        """Run one piece of work."""
        handler = self._handlers.get(kind)
        if handler is None:
            await self._hand_on(kind, work_id, payload)
            return
        self._under_way += 1
        try:
            await handler(_DbosRun(work_id, self._around_step), payload)
        finally:
            self._under_way -= 1

    async def _hand_on(self, kind: str, work_id: str, payload: Mapping[str, Json]) -> None:
        """Leave work that this build does not know to one that does: again later, under the next id of its line."""
        times = times_begun(work_id)
        log.error("work.unknown_kind", extra={"kind": kind, "work_id": work_id})
        if times < len(self._hands_on):
            await self.schedule(kind, next_id(work_id), payload, due=self._clock.now() + self._hands_on[times])

    def _config(self) -> DBOSConfig:
        config: DBOSConfig = {
            "name": APP_NAME,
            "application_version": self._settings.app_version,
            "executor_id": self._settings.executor_id,
            "system_database_url": self._settings.database.render_as_string(hide_password=False),
            "max_executor_threads": MOST_THREADS,
            "sys_db_pool_size": 10,
            "log_level": "WARNING",
            "console_log_level": "WARNING",
            "enable_otlp": False,
            "run_migrations": True,
        }
        if self._engine is not None:
            config["system_database_engine"] = self._engine
        return config


class _DbosRun:
    def __init__(self, work_id: str, around_step: AroundStep | None) -> None:
        self.id = work_id
        self._around_step = around_step

    async def step(self, name: str, work: Callable[[], Awaitable[Json]]) -> Json:
        """See ``Run``."""
        around = self._around_step

        async def watched() -> Json:
            if around is not None:
                await around(name, "before")
            result = await work()
            if around is not None:
                await around(name, "after")
            return result

        return await DBOS.run_step_async(
            {
                "name": name,
                "retries_allowed": True,
                "max_attempts": STEP_TRIES,
                "interval_seconds": 0.5,
                "backoff_rate": 1.7,
            },
            watched,
        )


WORKFLOW = "visits.work"
_running: DbosEngine | None = None


@DBOS.workflow(name=WORKFLOW)
async def _run(kind: str, payload: dict[str, Json]) -> None:
    """The one workflow function: kinds are data, so that a new one needs nothing of DBOS."""
    engine, work_id = _running, DBOS.workflow_id
    if engine is None or work_id is None:
        raise EngineError("no engine runs")
    await engine.handle(kind, work_id, payload)


async def _apart(beginning: Coroutine[Any, Any, None]) -> None:
    """Begin work beside the work under way, from within a step too: ids of our own make a repeated beginning nothing,
    so DBOS need not know what began it.
    """
    await asyncio.create_task(beginning, context=contextvars.Context())


def engine_database(url: URL) -> URL:
    """Where the engine's tables are: beside ours in PostgreSQL (schema ``dbos``), in a file of their own in SQLite."""
    if url.get_backend_name() == "postgresql" or not url.database:
        return url
    return url.set(database=str(Path(url.database).with_name("engine.db")))
