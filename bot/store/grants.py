"""What people granted the bot, as sealed text. Implements the Graph edge's ``GrantStore``."""

from sqlalchemy import Connection, delete, select, update

from bot.clock import Clock
from bot.store.engine import Database
from bot.store.rows import insert_into
from bot.store.tables import grants


class SqlGrants:
    """Each method is one transaction. What is kept is encrypted before it comes here."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def load(self, person: str) -> bytes | None:
        """What is kept of this person."""
        query = select(grants.c.sealed).where(grants.c.person == person)
        found = await self._database.read(lambda connection: connection.execute(query).scalar_one_or_none())
        return None if found is None else str(found).encode()

    async def save(self, person: str, grant: bytes) -> None:
        """Keep it, in place of what was."""
        values = {"sealed": grant.decode(), "updated_at": self._clock.now()}

        def work(connection: Connection) -> None:
            new = insert_into(connection, grants).values(person=person, **values)
            connection.execute(new.on_conflict_do_update(index_elements=["person"], set_=values))

        await self._database.run(work)

    async def renew(self, person: str, before: bytes, grant: bytes) -> None:
        """Keep it, if what is kept is still ``before``: who signed out meanwhile stays signed out."""
        same = (grants.c.person == person) & (grants.c.sealed == before.decode())
        statement = update(grants).where(same).values(sealed=grant.decode(), updated_at=self._clock.now())
        await self._database.run(lambda connection: connection.execute(statement).close())

    async def delete(self, person: str, *, before: bytes | None = None) -> None:
        """Forget it; with ``before`` only that: who signed in again meanwhile stays signed in."""
        statement = delete(grants).where(grants.c.person == person)
        if before is not None:
            statement = statement.where(grants.c.sealed == before.decode())
        await self._database.run(lambda connection: connection.execute(statement).close())
