"""The database itself: where it is, how it is opened and migrated, and what becomes of its failures."""

import asyncio
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.store.engine import Database, open_database, url_of
from bot.store.migrating import migrate
from bot.store.tables import Moment, firsts, metadata
from bot.visits.errors import StoreUnavailable
from tests.databases import database, database_url, postgres_server, postgres_url

__all__ = ["database", "database_url", "postgres_server", "postgres_url"]

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("where", "url"),
    [
        ("data/app.db", "sqlite:///data/app.db"),
        ("data", "sqlite:///data/app.db"),
        ("data/v.sqlite", "sqlite:///data/v.sqlite"),
        ("/srv/visits/app.db", "sqlite:////srv/visits/app.db"),
        ("sqlite:///data/app.db", "sqlite:///data/app.db"),
        ("postgres://me:pw@db:5433/visits", "postgresql+psycopg://me:pw@db:5433/visits"),
        ("postgresql://db/visits?sslmode=require", "postgresql+psycopg://db/visits?sslmode=require"),
        ("postgresql+psycopg://db/visits", "postgresql+psycopg://db/visits"),
    ],
)
def test_a_database_is_named_by_a_path_or_a_url(where: str, url: str) -> None:
    assert url_of(where).render_as_string(hide_password=False) == url


@pytest.mark.parametrize("where", ["mysql://db/visits", "sqlite://", "sqlite:///:memory:", "sqlite+aiosqlite:///a.db"])
def test_any_other_database_is_refused(where: str) -> None:
    with pytest.raises(ValueError, match="SQLite"):
        url_of(where)


def test_the_migrations_make_the_tables_that_the_code_knows(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}


async def test_replicas_that_start_at_once_migrate_once(database_url: str) -> None:
    replicas = [open_database(database_url) for _ in range(4)]
    await asyncio.gather(*(asyncio.to_thread(migrate, each.engine) for each in replicas))
    with replicas[0].engine.connect() as connection:
        assert connection.exec_driver_sql("select count(*) from alembic_version").scalar() == 1
        assert set(inspect(connection).get_table_names()) == {*metadata.tables, "alembic_version"}
    for each in replicas:
        await each.close()


def test_an_sqlite_file_is_private_and_durable(tmp_path: Path) -> None:
    path = tmp_path / "new" / "app.db"
    opened = open_database(path)
    migrate(opened.engine)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    names = ("journal_mode", "synchronous", "busy_timeout")
    with opened.engine.connect() as connection:
        settings = [connection.exec_driver_sql(f"PRAGMA {each}").scalar() for each in names]
    assert settings == ["wal", 2, 10_000]
    opened.close_here()


async def test_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def half(connection: Connection) -> None:
        connection.execute(firsts.insert().values(kind="k", key="1", at=NOW))
        raise LookupError

    with pytest.raises(LookupError):
        await database.run(half)
    assert await database.read(lambda connection: connection.execute(select(firsts)).all()) == []


async def test_a_reader_sees_what_was_just_written_and_writes_nothing_itself(database: Database) -> None:
    await database.run(lambda connection: connection.execute(firsts.insert().values(kind="k", key="1", at=NOW)).close())
    assert await database.read(lambda connection: connection.execute(select(firsts.c.at)).scalars().all()) == [NOW]


async def test_a_broken_rule_of_the_tables_is_no_outage(database: Database) -> None:
    def twice(connection: Connection) -> None:
        for _ in range(2):
            connection.execute(firsts.insert().values(kind="k", key="1", at=NOW))

    with pytest.raises(IntegrityError):
        await database.run(twice)


async def test_an_error_of_the_database_does_not_repeat_what_was_typed(database: Database) -> None:
    wrong = text("INSERT INTO firsts (kind, no_such_column) VALUES (:name, 1)")
    with pytest.raises(DBAPIError) as failed:
        await database.run(lambda connection: connection.execute(wrong, {"name": "Ana Ruiz"}).close())
    assert "Ana Ruiz" not in str(failed.value)


async def test_a_file_that_cannot_be_opened_is_said_in_our_words(tmp_path: Path) -> None:
    (tmp_path / "app.db").write_text("this is no database, however long one waits for it to become one " * 100)
    broken = open_database(tmp_path / "app.db")
    with pytest.raises(StoreUnavailable):
        await broken.run(lambda connection: connection.execute(text("SELECT 1")).scalar())
    await broken.close()


async def test_a_server_that_is_not_there_is_said_in_our_words() -> None:
    away = open_database("postgresql://127.0.0.1:9/visits")
    with pytest.raises(StoreUnavailable):
        await away.read(lambda connection: connection.execute(text("SELECT 1")).scalar())
    await away.close()


@pytest.mark.postgres
async def test_a_cut_session_is_an_outage_once_and_then_the_next_one_works(postgres_url: str) -> None:
    opened, other = open_database(postgres_url), open_database(postgres_url)
    pid = await opened.read(lambda connection: connection.execute(text("SELECT pg_backend_pid()")).scalar())

    def cut_in_the_middle(connection: Connection) -> None:
        own = connection.execute(text("SELECT pg_backend_pid()")).scalar()
        other.run_here(lambda killer: killer.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own}).close())
        connection.execute(text("SELECT 1"))

    with pytest.raises(StoreUnavailable):
        await opened.run(cut_in_the_middle)
    assert await opened.read(lambda connection: connection.execute(text("SELECT pg_backend_pid()")).scalar()) != pid
    await opened.close()
    await other.close()


@pytest.mark.postgres
async def test_a_deadlock_is_run_again(postgres_url: str) -> None:
    opened = open_database(postgres_url)
    opened.run_here(lambda connection: connection.execute(text("CREATE TABLE t (id int PRIMARY KEY, n int)")).close())
    opened.run_here(lambda connection: connection.execute(text("INSERT INTO t VALUES (1, 0), (2, 0)")).close())
    both_hold_one = asyncio.Barrier(2)
    loop = asyncio.get_running_loop()
    tries = [0, 0]

    def cross(me: int, first: int, second: int, connection: Connection) -> None:
        tries[me] += 1
        add = text("UPDATE t SET n = n + 1 WHERE id = :id")
        connection.execute(add, {"id": first})
        if tries == [1, 1] or tries[me] == 1:
            asyncio.run_coroutine_threadsafe(both_hold_one.wait(), loop).result(10)
        connection.execute(add, {"id": second})

    await asyncio.gather(
        opened.run(lambda connection: cross(0, 1, 2, connection)),
        opened.run(lambda connection: cross(1, 2, 1, connection)),
    )
    counts = opened.run_here(lambda connection: connection.execute(text("SELECT n FROM t ORDER BY id")).scalars().all())
    assert (list(counts), sum(tries)) == ([2, 2], 3)
    await opened.close()


def test_a_naive_instant_is_not_stored(database: Database) -> None:
    naive = NOW.replace(tzinfo=None)
    with pytest.raises(Exception, match="an instant carries its zone"):
        database.run_here(
            lambda connection: connection.execute(firsts.insert().values(kind="k", key="1", at=naive)).close()
        )


def test_instants_keep_their_order_and_their_microseconds(database: Database) -> None:
    moments = [NOW, NOW + timedelta(microseconds=1), NOW + timedelta(seconds=1), NOW.replace(year=2031)]

    def work(connection: Connection) -> list[datetime]:
        for number, each in enumerate(reversed(moments)):
            connection.execute(firsts.insert().values(kind="k", key=str(number), at=each))
        return list(connection.execute(select(firsts.c.at).order_by(firsts.c.at)).scalars())

    assert database.run_here(work) == moments
    assert isinstance(firsts.c.at.type, Moment)
