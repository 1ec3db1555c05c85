"""Reminders by the hundred thousand: scheduled ahead, for ten thousand visits that begin at one instant.

Everything is production's but the chat, which takes each message at once. Teams takes twenty a second for a tenant, so
that is the figure to beat. ``BENCH_SCHEDULED`` and ``BENCH_DUE`` make it smaller.
"""

import asyncio
import contextlib
import json
import os
import re
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast
from uuid import uuid4

import psycopg
from sqlalchemy import URL, text

from bot.clock import SystemClock
from bot.store.contacts import SqlContacts
from bot.store.effects import SqlLedger
from bot.store.engine import Database, open_database, url_of
from bot.store.migrating import migrate
from bot.store.visit_cards import SqlVisitCards
from bot.store.visits import SqlVisitStore
from bot.visits.models.clinic import Clinic, OfficeHours, StaffMember
from bot.visits.models.people import Client, Person
from bot.visits.models.values import StaffId, VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.messages import MessageRef
from bot.work.due import reminder_due
from bot.work.engine import DbosEngine, EngineSettings, engine_database
from bot.work.reminders import Office, Outside, Reminders
from bot.work.sending import Sending
from bot.work.visit_cards import CardsOfVisits
from cards.reader import Readers
from tests.bench.__main__ import Row
from tests.postgres import NoPostgres, PostgresServer, fresh_database, given_server

SCHEDULED = int(os.environ.get("BENCH_SCHEDULED", "100000"))
DUE = int(os.environ.get("BENCH_DUE", "10000"))
AT_ONCE = 16
IDLE_SECONDS = 10.0
FLOOR_WRITES = 500
FAR_OFF = timedelta(days=30)
BEFORE = timedelta(minutes=15)
COMMITS_EACH = 6
"""Queue, start, intent, outcome, step, end."""
CLINIC = Clinic(
    name="Bench",
    time_zone="Etc/UTC",
    office_hours=OfficeHours(days={}),
    staff=(StaffMember(id=StaffId(uuid4().hex), name="Staff", mailbox="staff@contoso.example", time_zone="Etc/UTC"),),
    types=(),
    reminders=(BEFORE,),
)
_VISIT_ON_CARD = re.compile(r'"visit_id": "([0-9a-f]{32})"')


@dataclass
class Posts:
    """A chat that takes everything at once, and notes when by our clock. A ``Notifier``."""

    due: dict[str, datetime] = field(default_factory=dict)
    sent: Counter[str] = field(default_factory=Counter)
    late: list[float] = field(default_factory=list)
    ended: float = 0.0

    async def post(self, object_id: str, card: Mapping[str, object], *, summary: str) -> MessageRef:
        """Whose reminder it is stands in its buttons."""
        visit_id = _VISIT_ON_CARD.findall(json.dumps(card))[0]
        self.sent[visit_id] += 1
        self.late.append((datetime.now(UTC) - self.due[visit_id]).total_seconds())
        self.ended = time.time()
        return MessageRef(conversation_id=f"chat of {object_id}", activity_id=uuid4().hex)

    async def post_to_chat(self, conversation_id: str, card: Mapping[str, object], *, summary: str) -> MessageRef:
        """Never: nothing goes wrong here."""
        raise NotImplementedError

    async def edit(self, message: MessageRef, card: Mapping[str, object], *, summary: str) -> None:
        """Never: nothing changes here."""
        raise NotImplementedError

    async def person(self, object_id: str) -> Person | None:
        """Nobody was met."""
        return None


async def _measure(where: str, scheduled: int, due_at_once: int) -> Iterator[Row]:
    url, clock = url_of(where), SystemClock()
    floor = await asyncio.to_thread(_floor, url)
    async with _opened(where) as database:
        posts, store = Posts(), SqlVisitStore(database, clock)
        engine = DbosEngine(EngineSettings(engine_database(url), "bench"), clock)
        reminders = _reminders(engine, database, store, posts)
        await engine.launch()
        try:
            before = _size(database, url)
            later = [_visit(clock.now() + FAR_OFF) for _ in range(scheduled - due_at_once)]
            rate = await _schedule(reminders, later)
            each = (_size(database, url) - before) / max(1, len(later))
            idle = await _idle_share()
            start = clock.now() + timedelta(seconds=15 + 5 * due_at_once / rate) + BEFORE
            soon = [_visit(start) for _ in range(due_at_once)]
            posts.due = {visit.id: reminder_due(visit, BEFORE) for visit in [*later, *soon]}
            for visit in soon:
                await store.insert(visit, check_overlap=False)
            await _schedule(reminders, soon)
            is_in_time = clock.now() < start - BEFORE
            await _until_sent(posts, due_at_once)
            await asyncio.sleep(2)  # whatever would come twice comes now
        finally:
            await engine.stop()
    if not posts.late:
        return iter([("nothing was sent", "0", "")])
    late, begun = sorted(posts.late), min(posts.due[visit.id] for visit in soon)
    burst = len(late) / max(0.001, posts.ended - begun.timestamp())
    return iter(
        [
            ("scheduled ahead", f"{len(later)}", f"{rate:.0f} a second, {each:.0f} bytes each"),
            ("idle beside them", f"{idle:.1%}", "of one processor"),
            ("due in one minute", f"{due_at_once}", f"{burst:.0f} a second, {burst / floor:.2f} of the floor"),
            ("floor: as many bare commits", f"{floor:.0f}", f"a second, at {COMMITS_EACH} for each reminder"),
            (
                "lateness, median / 99 % / last",
                f"{statistics.median(late):.1f} s",
                f"{_p99(late):.1f} / {late[-1]:.1f}",
            ),
            ("lost", f"{due_at_once - len(posts.sent)}", "" if is_in_time else "scheduling took longer than foreseen"),
            ("early", f"{sum(each < 0 for each in late)}", ""),
            ("twice", f"{sum(n - 1 for n in posts.sent.values())}", ""),
            ("of the later ones", f"{sum(visit.id in posts.sent for visit in later)}", "sent"),
        ]
    )


def _reminders(engine: DbosEngine, database: Database, store: SqlVisitStore, posts: Posts) -> Reminders:
    clock, ledger, readers = SystemClock(), SqlLedger(database, SystemClock()), Readers(CLINIC)
    office = Office(
        clinic=CLINIC,
        visits=store,
        people=SqlContacts(database),
        notifier=posts,
        readers=readers,
        cards=CardsOfVisits(SqlVisitCards(database, clock), store, ledger, posts, readers, clock),
        clock=clock,
    )
    nobody = cast(Outside, None)  # no client is texted here
    return Reminders.of(engine, office, nobody, Sending(ledger, clock, owner="bench"), ledger)


def _visit(starts_at: datetime) -> Visit:
    return Visit(
        id=VisitId(uuid4().hex),
        client=Client(name="Somebody", time_zone="Etc/UTC"),
        organizer=CLINIC.staff[0],
        type_name="Follow-up",
        starts_at=starts_at,
        duration=timedelta(minutes=30),
        time_zone="Etc/UTC",
        text_client=False,
        requested_by="somebody else",
        created_at=datetime.now(UTC),
    )


async def _schedule(reminders: Reminders, visits: Sequence[Visit]) -> float:
    """Plan the reminder of each, some at once; returns how many a second."""
    began = time.monotonic()
    places = asyncio.Semaphore(AT_ONCE)

    async def one(visit: Visit) -> None:
        async with places:
            await reminders.schedule(visit, BEFORE)

    for first in range(0, len(visits), 1000):
        await asyncio.gather(*(one(visit) for visit in visits[first : first + 1000]))
    return len(visits) / max(0.001, time.monotonic() - began)


async def _until_sent(posts: Posts, count: int) -> None:
    """Until all are sent, or nothing came for a minute."""
    first = min(posts.due.values()).timestamp()
    while len(posts.sent) < count and time.time() < max(first, posts.ended) + 60:  # noqa: ASYNC110 - nobody wakes us
        await asyncio.sleep(0.2)


async def _idle_share() -> float:
    began = time.process_time()
    await asyncio.sleep(IDLE_SECONDS)
    return (time.process_time() - began) / IDLE_SECONDS


def _floor(url: URL) -> float:
    """How many reminders a second there would be if each were its bare commits, one after the other."""
    if url.get_backend_name() == "postgresql":
        plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute("CREATE TABLE floor (key text PRIMARY KEY, state text)")
            return _writes(lambda key: connection.execute("INSERT INTO floor VALUES (%s, 'done')", (key,)))
    path = Path(str(url.database)).with_name("floor.db")
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE floor (key text PRIMARY KEY, state text)")
        return _writes(lambda key: connection.execute("INSERT INTO floor VALUES (?, 'done')", (key,)))


def _writes(write: Any) -> float:
    began = time.monotonic()
    for number in range(COMMITS_EACH * FLOOR_WRITES):
        write(str(number))
    return FLOOR_WRITES / (time.monotonic() - began)


def _size(database: Database, url: URL) -> int:
    if database.is_postgres:
        query = text("SELECT pg_database_size(current_database())")
        return int(database.run_here(lambda connection: connection.execute(query).scalar_one()))
    path = Path(str(engine_database(url).database))
    return sum(each.stat().st_size for each in path.parent.glob(f"{path.name}*") if not each.name.endswith("-shm"))


def _p99(late: list[float]) -> float:
    return late[min(len(late) - 1, int(len(late) * 0.99))]


@contextlib.asynccontextmanager
async def _opened(where: str) -> AsyncIterator[Database]:
    database = open_database(where)
    await asyncio.to_thread(migrate, database.engine)
    try:
        yield database
    finally:
        await database.close()


def rows(scheduled: int = SCHEDULED, due_at_once: int = DUE) -> Iterator[Row]:
    """One table for SQLite, one for PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="visits-bench-") as folder:
        yield ("SQLite", "", "")
        yield from asyncio.run(_measure(str(Path(folder) / "app.db"), scheduled, due_at_once))
    yield ("PostgreSQL", "", "")
    if given := given_server():
        with fresh_database(given) as url:
            yield from asyncio.run(_measure(url, scheduled, due_at_once))
        return
    try:
        server = PostgresServer(is_durable=True)
    except NoPostgres as reason:
        yield ("skipped", "", str(reason))
        return
    try:
        server.start()
        with fresh_database(server.url) as url:
            yield from asyncio.run(_measure(url, scheduled, due_at_once))
    finally:
        server.close()
