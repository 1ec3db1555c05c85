"""The engine's SQLite, whatever version of the library the system has."""

import sqlite3
import time
from pathlib import Path

from sqlalchemy import URL

from bot.work.engine_sqlite import sqlite_engine, teach_subseconds

TABLE = "create table t (id integer, at integer not null default (unixepoch('subsec') * 1000))"


def test_an_older_sqlite_is_taught_the_time_with_subseconds() -> None:
    connection = sqlite3.connect(":memory:")
    teach_subseconds(connection)
    connection.execute(TABLE)
    connection.execute("insert into t (id) values (1)")
    (at,) = connection.execute("select at from t").fetchone()
    assert abs(at / 1000 - time.time()) < 5


def test_every_connection_writes_ahead_and_knows_the_time(tmp_path: Path) -> None:
    engine = sqlite_engine(URL.create("sqlite", database=str(tmp_path / "engine.db")))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("pragma journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("select unixepoch('subsec')").scalar() is not None
    engine.dispose()
