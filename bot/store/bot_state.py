"""Bot state as versioned JSON documents, and things that happen once. Implements ``StateStore`` and ``Firsts``."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update

from bot.store.engine import Database
from bot.store.rows import has_written, insert_into
from bot.store.tables import bot_state, firsts
from bot.teams.ports import StateConflict, StoredState


class SqlStateStore:
    """Compare and set: each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def load(self, key: str) -> StoredState | None:
        """The document, expired or not; None when there is none."""
        query = select(bot_state.c.document, bot_state.c.version).where(bot_state.c.key == key)
        row = await self._database.read(lambda connection: connection.execute(query).one_or_none())
        return None if row is None else StoredState(document=row[0], version=row[1])

    async def save(self, key: str, document: Mapping[str, Any], *, expected_version: int, expires_at: datetime) -> int:
        """Write the document if it still has the expected version; 0 means that it must not exist yet.

        Returns the new version. Raises StateConflict.
        """
        values = {"document": dict(document), "version": expected_version + 1, "expires_at": expires_at}

        def work(connection: Connection) -> bool:
            if expected_version == 0:
                new = insert_into(connection, bot_state).values(key=key, **values)
                return has_written(connection, new.on_conflict_do_nothing())
            same = (bot_state.c.key == key) & (bot_state.c.version == expected_version)
            return connection.execute(update(bot_state).where(same).values(**values)).rowcount == 1

        if not await self._database.run(work):
            raise StateConflict(key)
        return expected_version + 1

    async def forget(self, key: str) -> None:
        """Delete the document, whatever its version."""
        statement = delete(bot_state).where(bot_state.c.key == key)
        await self._database.run(lambda connection: connection.execute(statement).close())

    async def purge(self, before: datetime) -> int:
        """Delete documents that expired before an instant; returns how many."""
        statement = delete(bot_state).where(bot_state.c.expires_at < before)
        return await self._database.run(lambda connection: connection.execute(statement).rowcount)


class SqlFirsts:
    """Says of each thing once that it is the first time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def first(self, kind: str, key: str, *, now: datetime) -> bool:
        """True for exactly one caller, ever."""

        def work(connection: Connection) -> bool:
            new = insert_into(connection, firsts).values(kind=kind, key=key, at=now)
            return has_written(connection, new.on_conflict_do_nothing())

        return await self._database.run(work)

    async def purge(self, kind: str, before: datetime) -> int:
        """Forget those of a kind older than an instant; returns how many."""
        statement = delete(firsts).where(firsts.c.kind == kind, firsts.c.at < before)
        return await self._database.run(lambda connection: connection.execute(statement).rowcount)
