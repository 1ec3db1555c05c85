"""Token buckets that all replicas share. Implements the Teams edge's ``Pace`` (GCRA: one instant says it all)."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.store.engine import Database
from bot.store.rows import insert_into
from bot.store.tables import paces
from bot.teams.ports import place


class SqlPace:
    """Each method is one transaction that locks its bucket's row."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def reserve(self, bucket: str, *, per_second: float, burst: int, now: datetime, max_wait: float) -> float:
        """Take one place and return how many seconds to wait before using it; none is taken beyond ``max_wait``."""

        def work(connection: Connection) -> float:
            tat, held_until = _bucket(connection, bucket)
            wait, moved = place(tat, held_until, now, per_second=per_second, burst=burst)
            if wait <= max_wait:
                connection.execute(update(paces).where(paces.c.bucket == bucket).values(tat=moved))
            return wait

        return await self._database.run(work)

    async def hold(self, bucket: str, until: datetime) -> None:
        """Let nothing pass before an instant (Retry-After); never takes an earlier hold back."""

        def work(connection: Connection) -> None:
            _, held_until = _bucket(connection, bucket)
            later = max(held_until or until, until)
            connection.execute(update(paces).where(paces.c.bucket == bucket).values(held_until=later))

        await self._database.run(work)


def _bucket(connection: Connection, bucket: str) -> tuple[datetime | None, datetime | None]:
    """The bucket's row, made where it is new, and locked."""
    connection.execute(insert_into(connection, paces).values(bucket=bucket).on_conflict_do_nothing())
    row = connection.execute(select(paces).where(paces.c.bucket == bucket).with_for_update()).one()
    return row._mapping["tat"], row._mapping["held_until"]
