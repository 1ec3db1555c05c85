"""SQLite as DBOS needs it."""

import sqlite3
import time
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000")
SUBSECONDS_SINCE = (3, 42, 0)
"""SQLite's unixepoch() knows 'subsec' from here on; before, it answers NULL."""


def sqlite_engine(url: URL) -> Engine:
    """The write lock is taken at once, and connections are few, or they fight over it."""
    engine = create_engine(
        url, pool_size=5, max_overflow=0, connect_args={"isolation_level": "IMMEDIATE", "timeout": 30.0}
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        if sqlite3.sqlite_version_info < SUBSECONDS_SINCE:
            teach_subseconds(connection)

    return engine


def teach_subseconds(connection: Any) -> None:
    """Give an older SQLite ``unixepoch('subsec')``.

    DBOS takes it for granted from Python 3.12 on, but the library's version goes with the system, not with Python.
    """
    connection.create_function("unixepoch", 1, lambda _modifier: time.time())
