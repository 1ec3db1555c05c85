"""The way to the database: one call is one transaction in a thread of ours, on SQLite and PostgreSQL alike.

Parameters are hidden in errors, which end in logs: they are names and phone numbers.
"""

import asyncio
import logging
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError, TimeoutError

from bot.visits.errors import StoreUnavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

SQLITE_READERS = 3
POSTGRES_CONNECTIONS = 8
BUSY_TIMEOUT_MS = 10_000
TRIES = 5
FILE = "app.db"
"""The database's name where a folder is given."""
POSTGRES = ("postgres", "postgresql", "postgresql+psycopg")
TO_REPEAT = frozenset({"40001", "40P01"})
"""PostgreSQL's serialization failure and deadlock: nothing was committed, so the transaction runs again."""
SQLITE_OUTAGES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_NOTADB,
    }
)


class Database:
    """Runs functions over a connection, each in one transaction, in bounded threads of its own.

    SQLite has one connection that writes and a few that read; WAL lets them read meanwhile.
    """

    def __init__(self, writer: Engine, reader: Engine, *, threads: int) -> None:
        self.engine = writer
        self._reader = reader
        is_one = writer is reader
        self._writing = ThreadPoolExecutor(threads if is_one else 1, thread_name_prefix="store")
        self._reading = self._writing if is_one else ThreadPoolExecutor(threads, thread_name_prefix="store-read")

    @property
    def address(self) -> str:
        """Where it lies, without the password."""
        return self.engine.url.render_as_string(hide_password=True)

    @property
    def is_postgres(self) -> bool:
        """Whether this is PostgreSQL, which several replicas may share."""
        return self.engine.dialect.name == "postgresql"

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in one transaction that may write. It may run again, so it has no other effects.

        Raises: StoreUnavailable.
        """
        return await asyncio.get_running_loop().run_in_executor(self._writing, self.run_here, work)

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run ``work`` in one transaction that only reads. Raises StoreUnavailable."""
        return await asyncio.get_running_loop().run_in_executor(self._reading, _transaction, self._reader, work)

    def run_here(self, work: Callable[[Connection], T]) -> T:
        """As ``run``, in the calling thread: for processes without a loop. Raises StoreUnavailable."""
        return _transaction(self.engine, work)

    async def close(self) -> None:
        """Wait for running transactions, then close the connections."""
        await asyncio.to_thread(self.close_here)

    def close_here(self) -> None:
        """As ``close``, in the calling thread."""
        self._writing.shutdown()
        self._reading.shutdown()
        self.engine.dispose()
        self._reader.dispose()


def open_database(where: str | Path) -> Database:
    """Open what ``--database`` names: a file path, or a SQLAlchemy URL of SQLite or PostgreSQL.

    Raises ValueError for any other database. The tables come with ``migrate``.
    """
    url = url_of(where)
    if url.get_backend_name() == "postgresql":
        engine = _postgres(url)
        return Database(engine, engine, threads=POSTGRES_CONNECTIONS)
    return Database(_sqlite(url, may_write=True), _sqlite(url, may_write=False), threads=SQLITE_READERS)


def url_of(where: str | Path) -> URL:
    """The SQLAlchemy URL of a file, of the folder it lies in, or a URL as people paste it (``postgres://`` too).

    Raises ValueError.
    """
    written = str(where)
    if "://" not in written:
        path = Path(written).expanduser()
        return URL.create("sqlite", database=str(path if path.suffix and not path.is_dir() else path / FILE))
    scheme, rest = written.split("://", 1)
    try:
        url = make_url(f"postgresql+psycopg://{rest}" if scheme in POSTGRES else written)
    except ArgumentError:
        raise ValueError("the database's address cannot be read") from None
    if scheme in POSTGRES:
        return url
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise ValueError(f"the database is SQLite or PostgreSQL, not {scheme}")
    if not url.database or url.database == ":memory:":
        raise ValueError("an SQLite database in memory would forget every visit: name a file")
    return url


POSTGRES_SESSION = {
    "timezone": "utc",
    "lock_timeout": "10s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "10s",  # a replica frozen in mid-transaction blocks nobody for longer
}


def _postgres(url: URL) -> Engine:
    return create_engine(
        url,
        pool_size=POSTGRES_CONNECTIONS,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args={
            "connect_timeout": 5,
            "application_name": "visits",
            "options": " ".join(f"-c {name}={value}" for name, value in POSTGRES_SESSION.items()),
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
        },
    )


def _sqlite(url: URL, *, may_write: bool) -> Engine:
    """An engine that begins its transactions itself: the driver's own begin comes too late to lock.

    Source: docs.sqlalchemy.org, "Serializable isolation / Savepoints / Transactional DDL" of the pysqlite dialect.
    """
    path = Path(url.database or "")
    if may_write:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # names and phones: for this user's eyes
    engine = create_engine(
        url,
        pool_size=1 if may_write else SQLITE_READERS,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        if may_write:
            cursor.execute("PRAGMA journal_mode = WAL")
            cursor.execute("PRAGMA synchronous = FULL")
        else:
            cursor.execute("PRAGMA query_only = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if may_write else "BEGIN")

    return engine


def _transaction(engine: Engine, work: Callable[[Connection], T]) -> T:
    for attempt in range(1, TRIES + 1):
        try:
            with engine.begin() as connection:
                return work(connection)
        except DBAPIError as reason:
            if getattr(reason.orig, "sqlstate", None) in TO_REPEAT and attempt < TRIES:
                time.sleep(0.02 * attempt)
                continue
            if is_outage(reason):
                log.warning("store.unavailable", extra={"reason": type(reason.orig).__name__})
                raise StoreUnavailable() from reason
            raise
        except TimeoutError as reason:
            log.warning("store.unavailable", extra={"reason": "no connection became free"})
            raise StoreUnavailable() from reason
    raise AssertionError("unreachable")


def is_outage(reason: DBAPIError) -> bool:
    """Whether the database could not do it now; anything else is a fault of ours and stays as it is."""
    if isinstance(reason.orig, sqlite3.Error):
        return getattr(reason.orig, "sqlite_errorcode", 0) & 0xFF in SQLITE_OUTAGES
    return reason.connection_invalidated or isinstance(reason, OperationalError | InterfaceError)


def hold(connection: Connection, lock: int) -> None:
    """Let one transaction at a time pass here, until it ends. SQLite has but one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": lock})
