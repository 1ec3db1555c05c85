"""Everything around the replicas: a database, Graph, Teams and the clients' phones, each outlasting any replica."""

import asyncio
import contextlib
import json
import os
import random
import signal
import sqlite3
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
from aiohttp import web

from bot.clinic import demo_clinic
from bot.clock import SystemClock
from bot.graph.emulator.faults import Fault
from bot.store.contacts import SqlContacts
from bot.store.effects import OPEN, EffectRow, SqlLedger
from bot.store.engine import open_database
from bot.store.migrating import migrate
from bot.store.visit_cards import SqlVisitCards
from bot.store.visits import SqlVisitStore
from bot.teams.ports import ConversationType, Reference
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.messages import MessageRef
from bot.work.lease import NAMESPACE
from tests.personas import JORDAN, TENANT_ID
from tests.postgres import PostgresServer

TOGETHER = 10
"""So many visits are acted on by one request."""
CHATS = 24
"""Cards lie in so many chats: Teams takes seven edits a second in each."""
DESK = "19:desk@thread.v2"


@dataclass
class Figures:
    """What a scenario came to. ``wrong`` lists what must not be."""

    scenario: str
    kills: int = 0
    in_flight: list[int] = field(default_factory=list)
    lost: int = 0
    duplicated: int = 0
    unknown: int = 0
    untrue: int = 0
    takeover: float | None = None
    wrong: list[str] = field(default_factory=list)

    def row(self) -> tuple[str, ...]:
        flight = f"{min(self.in_flight)}-{max(self.in_flight)}" if self.in_flight else "-"
        took = f"{self.takeover:.1f}" if self.takeover is not None else "-"
        counts = (self.lost, self.duplicated, self.untrue, self.unknown)
        return (self.scenario, str(self.kills), flight, *map(str, counts), took)

    @property
    def is_right(self) -> bool:
        return not (self.lost or self.duplicated or self.untrue or self.wrong)


class Teams:
    """A connector: every message with all its versions."""

    def __init__(self) -> None:
        self.messages: dict[tuple[str, str], list[dict[str, Any]]] = {}
        self.posts: list[tuple[str, str]] = []
        self._runner: web.AppRunner | None = None

    async def start(self) -> str:
        app = web.Application()
        app.router.add_post("/v3/conversations/{chat}/activities", self._post)
        app.router.add_put("/v3/conversations/{chat}/activities/{message}", self._edit)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _post(self, request: web.Request) -> web.Response:
        activity = await request.json()
        key = (request.match_info["chat"], f"m{len(self.posts) + 1}")
        self.posts.append(key)
        self.messages[key] = [activity]
        return web.json_response({"id": key[1]}, status=201)

    async def _edit(self, request: web.Request) -> web.Response:
        key = (request.match_info["chat"], request.match_info["message"])
        activity = await request.json()
        self.messages.setdefault(key, []).append(activity)
        return web.json_response({"id": key[1]})

    def reminders(self) -> Counter[str]:
        """How often each visit was reminded of."""
        return Counter(
            found
            for key in self.posts
            if "visit.running_late" in (text := json.dumps(self.messages[key][0])) and (found := _visit_in(text))
        )


class Host:
    """A replica."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, executor: str) -> None:
        self.process = process
        self.port = port
        self.executor = executor

    async def do(self, action: str, visits: Sequence[dict[str, Any]], **more: Any) -> None:
        async with httpx.AsyncClient(timeout=120) as client:
            wish = {"action": action, "visits": list(visits), **more}
            (await client.post(f"http://127.0.0.1:{self.port}/do", json=wish)).raise_for_status()

    def signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(number)

    async def dies(self, within: float) -> bool:
        try:
            await asyncio.wait_for(self.process.wait(), within)
        except TimeoutError:
            return False
        return self.process.returncode == -signal.SIGKILL

    async def kill(self) -> None:
        self.signal(signal.SIGKILL)
        await self.process.wait()


class Arena:
    """One database and its outside world."""

    def __init__(self, folder: Path, postgres: PostgresServer | None, *, seed: int) -> None:
        self.folder = folder
        self.postgres = postgres
        self.random = random.Random(seed)
        self.teams = Teams()
        self.visits: dict[str, dict[str, Any]] = {}
        self.hosts: list[Host] = []
        self.log = folder / "hosts.log"
        self.ahead = 0.0
        """Seconds by which the replicas' clocks are put forward."""
        where = postgres.url.render_as_string(hide_password=False) if postgres else str(folder / "app.db")
        self.database_url = where
        self._emulator: asyncio.subprocess.Process | None = None
        self.emulator_url = ""

    async def opens(self) -> None:
        self._emulator, line = await _started("bot.graph.emulator", "--port", "0", log=self.folder / "emulator.log")
        self.emulator_url = line.split()[2]
        service_url = await self.teams.start()
        self.database = open_database(self.database_url)
        await asyncio.to_thread(migrate, self.database.engine)
        clock = SystemClock()
        self.store = SqlVisitStore(self.database, clock)
        self.ledger = SqlLedger(self.database, clock)
        self.cards = SqlVisitCards(self.database, clock)
        contacts = SqlContacts(self.database)
        for each in demo_clinic().clinic.staff:
            await contacts.seen(_reference(f"a:{each.id}", each.id, service_url, clock.now()))
        for number in range(CHATS):
            await contacts.seen(_reference(f"chat-{number}", JORDAN.object_id, service_url, clock.now()))

    async def closes(self) -> None:
        for host in self.hosts:
            await host.kill()
        if self._emulator is not None:
            self._emulator.kill()
            await self._emulator.wait()
        await self.teams.stop()
        with contextlib.suppress(Exception):
            await self.database.close()

    async def host(self, **how: Any) -> Host:
        """Start a replica and wait until it is ready, or dead: the moment may come before."""
        wish = {"database": self.database_url, "emulator_url": self.emulator_url, "ahead": self.ahead, **how}
        process, line = await _started("tests.chaos.host", json.dumps(wish), log=self.log)
        port, executor = line.split()[1:3] if line.startswith("ready") else ("0", "")
        host = Host(process, int(port), executor)
        self.hosts.append(host)
        return host

    def now(self) -> datetime:
        """The present, by the replicas' clocks."""
        return datetime.now(UTC) + timedelta(seconds=self.ahead)

    async def new_visits(self, count: int, *, starts_at: datetime | None = None) -> list[dict[str, Any]]:
        """Visits to be, each with a phone of its own, half of them with an address, and a card in a chat."""
        staff = demo_clinic().clinic.staff
        made = []
        for _ in range(count):
            number = len(self.visits)
            email = f"c{number}@example.com" if number % 2 else None
            facts: dict[str, Any] = {
                "id": uuid4().hex,
                "client": {
                    "name": f"Client {number}",
                    "phone": f"+1206555{1000 + number}",
                    "email": email,
                    "time_zone": "America/Los_Angeles",
                },
                "organizer": staff[number % len(staff)].model_dump(mode="json"),
                "type_name": "Follow-up",
                "starts_at": (starts_at or _in_days(2)).replace(microsecond=0).isoformat(),  # as calendars keep it
                "duration": 1800,
                "time_zone": "America/Los_Angeles",
                "text_client": True,
                "requested_by": JORDAN.object_id,
            }
            self.visits[facts["id"]] = facts
            where = MessageRef(conversation_id=f"chat-{number % CHATS}", activity_id=f"card-{number}")
            await self.cards.remember(VisitId(facts["id"]), where, viewer=JORDAN.object_id)
            made.append(facts)
        return made

    async def do(self, action: str, visits: Sequence[dict[str, Any]], **more: Any) -> None:
        """Have it done by whichever replicas live, by many people at once; they press again where one died over it."""
        await asyncio.gather(
            *(self._do(action, visits[start : start + TOGETHER], more) for start in range(0, len(visits), TOGETHER))
        )

    async def _do(self, action: str, visits: Sequence[dict[str, Any]], more: Mapping[str, Any]) -> None:
        while True:
            alive = [each for each in self.hosts if each.port and each.process.returncode is None]
            with contextlib.suppress(httpx.HTTPError):
                if alive:
                    return await self.random.choice(alive).do(action, visits, **more)
            await asyncio.sleep(0.2)

    # --- looking ----------------------------------------------------------------------------------

    async def in_flight(self) -> int:
        """Pieces of work the engine has under way or ready."""
        return await asyncio.to_thread(self._count, "('PENDING', 'ENQUEUED')")

    def _count(self, statuses: str) -> int:
        query = f"select count(*) from {{}}workflow_status where status in {statuses}"
        if self.postgres is not None:
            where = self.postgres.url.set(drivername="postgresql").render_as_string(hide_password=False)
            with psycopg.connect(where, connect_timeout=5) as connection:
                row = connection.execute(query.format("dbos.").encode()).fetchone()
                return int(row[0]) if row else 0
        with contextlib.closing(sqlite3.connect(self.folder / "engine.db", timeout=20)) as file:
            return int(file.execute(query.format("")).fetchone()[0])

    def pending_of(self, executor: str) -> int:
        """Work that one replica has under way, dead or alive. PostgreSQL only."""
        assert self.postgres is not None
        where = self.postgres.url.set(drivername="postgresql").render_as_string(hide_password=False)
        query = "select count(*) from dbos.workflow_status where status = 'PENDING' and executor_id = %s"
        with psycopg.connect(where, connect_timeout=5) as connection:
            row = connection.execute(query, (executor,)).fetchone()
            return int(row[0]) if row else 0

    async def unsettled(self) -> list[str]:
        """Visits whose outside world is not yet, or not known to be, what their row says."""
        found = []
        for visit_id in self.visits:
            visit = await self.store.visit(VisitId(visit_id))
            rows = await self.ledger.rows_of(VisitId(visit_id)) if visit else []
            if visit is not None and not _is_settled(visit, rows):
                found.append(visit_id)
        return found

    async def settles(self, within: float) -> None:
        """Wait until everything is as the rows say and the engine is idle."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            await asyncio.sleep(0.5)
            with contextlib.suppress(Exception):
                if await self.in_flight() == 0 and not await self.unsettled():
                    return
        left = await self.unsettled()
        raise AssertionError(f"{len(left)} visits never settled, such as {left[:3]}; {self.tail()}")

    def tail(self) -> str:
        return self.log.read_text(errors="replace")[-3000:] if self.log.exists() else ""

    async def emulator(self) -> dict[str, Any]:
        async with httpx.AsyncClient(timeout=60) as client:
            return dict((await client.get(f"{self.emulator_url}/emulator/state")).json())

    async def graph_fails(self, *faults: Fault) -> None:
        """Have Graph fail so from now on, and no longer in any other way."""
        async with httpx.AsyncClient(timeout=60) as client:
            where = f"{self.emulator_url}/emulator/faults"
            (await client.delete(where)).raise_for_status()
            wish = [each.model_dump(mode="json") for each in faults]
            (await client.post(where, json=wish)).raise_for_status()

    async def graph_is(self, **switches: Any) -> None:
        """Turn switches of Graph's (``bot.graph.emulator.world.Switches``)."""
        async with httpx.AsyncClient(timeout=60) as client:
            (await client.post(f"{self.emulator_url}/emulator/switches", json=switches)).raise_for_status()

    def cut_lease(self, host: Host) -> int:
        """Cut the database session in which a replica holds its lease."""
        assert self.postgres is not None
        where = self.postgres.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(where, autocommit=True) as connection:
            cut = connection.execute(
                "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and classid::int = %s"
                " and objid = %s::bigint::oid",
                (NAMESPACE, zlib.crc32(host.executor.encode())),
            ).fetchall()
        return len(cut)


@asynccontextmanager
async def arena(database: str, *, seed: int) -> AsyncIterator[Arena]:
    """An arena on ``sqlite`` or ``postgres``, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="visits-chaos-", ignore_cleanup_errors=True) as folder:
        server = PostgresServer() if database == "postgres" else None
        if server is not None:
            server.start()
        opened = Arena(Path(folder), server, seed=seed)
        try:
            await opened.opens()
            yield opened
        finally:
            await opened.closes()
            if server is not None:
                server.close()


def _is_settled(visit: Visit, rows: Sequence[EffectRow]) -> bool:
    if any(each.state in OPEN for each in rows):
        return False
    if visit.is_cancelled:
        return visit.event_id is None
    agrees = visit.event_id is not None and visit.calendar_starts_at == visit.starts_at
    told = any(each.key.startswith("sms_") and each.version == visit.schedule_version for each in rows)
    return agrees and told


async def _started(module: str, *arguments: str, log: Path) -> tuple[asyncio.subprocess.Process, str]:
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", module, *arguments),
            stdout=asyncio.subprocess.PIPE,
            stderr=file,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    asyncio.get_running_loop().create_task(_drained(process.stdout, log))
    return process, line


async def _drained(stream: asyncio.StreamReader, log: Path) -> None:
    while line := await stream.readline():
        with log.open("ab") as file:
            file.write(line)


def _reference(conversation_id: str, object_id: str, service_url: str, now: datetime) -> Reference:
    return Reference(
        conversation_id=conversation_id,
        conversation_type=ConversationType.personal,
        tenant_id=TENANT_ID,
        service_url=service_url,
        bot_id="28:bot",
        user_id=f"29:{object_id}",
        object_id=object_id,
        name="Somebody",
        seen_at=now,
    )


def _in_days(days: int) -> datetime:
    return (datetime.now(UTC) + timedelta(days=days)).replace(minute=0, second=0, microsecond=0)


def _visit_in(text: str) -> str | None:
    _, _, rest = text.partition('"visit_id": "')
    return rest[:32] or None
