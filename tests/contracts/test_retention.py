"""What is over is forgotten, with everything that was kept about it, and nothing else is."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Integer, func, insert, select

from bot.store.engine import Database
from bot.store.retention import BATCH, Retention
from bot.store.tables import Moment, effects, firsts, metadata, paces, visits
from bot.store.visits import SqlVisitStore
from bot.visits.models.visit import Visit
from tests.clock import HandClock
from tests.databases import database, database_url, postgres_server, postgres_url
from tests.unit.visits.world import visit

__all__ = ["database", "database_url", "postgres_server", "postgres_url"]

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
YEAR = timedelta(days=365)


async def kept(database: Database, starts_at: datetime, *, number: int = 0) -> Visit:
    """A visit with a row in every table that is about visits."""
    stored = await SqlVisitStore(database, HandClock(NOW)).insert(visit(starts_at), check_overlap=False)

    def beside(connection: Connection) -> None:
        for table in metadata.sorted_tables:
            if "visit_id" in table.c and table.name != "visit_versions":
                values = {
                    each.name: _some(each, number)
                    for each in table.c
                    if not each.nullable and each.server_default is None
                }
                connection.execute(insert(table).values({**values, "visit_id": stored.id}))

    await database.run(beside)
    return stored


def _some(column: Column[Any], number: int) -> object:
    if isinstance(column.type, Moment):
        return NOW
    return 1 if isinstance(column.type, Integer) else f"some {number}"


async def tables_with(database: Database, visit_id: str) -> set[str]:
    """Where anything is kept about a visit."""

    def work(connection: Connection) -> set[str]:
        found = {
            table.name
            for table in metadata.sorted_tables
            if "visit_id" in table.c and connection.execute(select(table).where(table.c.visit_id == visit_id)).first()
        }
        mine = connection.execute(select(visits.c.id).where(visits.c.id == visit_id)).first()
        return found | ({"visits"} if mine else set())

    return await database.read(work)


async def test_a_visit_that_ended_long_ago_is_forgotten_in_every_table(database: Database) -> None:
    over = await kept(database, NOW - YEAR - timedelta(days=2))
    recent = await kept(database, NOW - YEAR + timedelta(days=2), number=1)
    everywhere = await tables_with(database, over.id)
    assert {"visits", "visit_versions", "effects", "visit_cards"} <= everywhere
    await Retention(database, keeps_visits=YEAR).forget(NOW)
    assert await tables_with(database, over.id) == set()
    assert await tables_with(database, recent.id) == everywhere


async def test_however_much_is_over_all_of_it_goes(database: Database) -> None:
    old = NOW - timedelta(days=121)

    def fill(connection: Connection) -> None:
        rows = [{"kind": "sign_in_nudge", "key": f"p{each}", "at": old} for each in range(BATCH + 1)]
        connection.execute(insert(firsts), [*rows, {"kind": "welcome", "key": "chat", "at": old}])
        connection.execute(
            insert(paces), [{"bucket": "old", "tat": NOW - timedelta(days=2)}, {"bucket": "b", "tat": NOW}]
        )
        row = {"kind": "agenda", "state": "done", "created_at": old}
        connection.execute(
            insert(effects), [{**row, "key": "a", "updated_at": old}, {**row, "key": "b", "updated_at": NOW}]
        )

    await database.run(fill)
    await Retention(database, keeps_visits=YEAR).forget(NOW)

    def counts(connection: Connection) -> list[int]:
        return [
            connection.execute(select(func.count()).select_from(each)).scalar_one() for each in (firsts, paces, effects)
        ]

    assert await database.read(counts) == [1, 1, 1]
