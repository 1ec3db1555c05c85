"""Which messages show a visit, so that each can be brought up to date."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, delete, select, update

from bot.clock import Clock
from bot.store.engine import Database
from bot.store.rows import insert_into
from bot.store.tables import visit_cards
from bot.visits.models.values import VisitId
from bot.visits.ports.messages import MessageRef


@dataclass(frozen=True)
class ShownCard:
    """A message that shows a visit: who reads it, in which language, and a digest of what it shows."""

    message: MessageRef
    viewer: str | None
    shown: str | None
    language: str | None = None
    """None for the reader's own."""


class SqlVisitCards:
    """Each method is one transaction."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def remember(
        self, visit_id: VisitId, message: MessageRef, *, viewer: str | None, language: str | None = None
    ) -> None:
        """Note a message; one that is known is taken to show something else by now."""
        now = self._clock.now()

        def work(connection: Connection) -> None:
            statement = insert_into(connection, visit_cards).values(
                visit_id=visit_id,
                conversation_id=message.conversation_id,
                activity_id=message.activity_id,
                viewer=viewer,
                language=language,
                created_at=now,
                updated_at=now,
            )
            told = {"viewer": viewer, "language": language}
            again = {"shown": None, "updated_at": now} | {name: value for name, value in told.items() if value}
            keys = ["visit_id", "conversation_id", "activity_id"]
            connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=again))

        await self._database.run(work)

    async def doubt(self, message: MessageRef) -> Sequence[VisitId]:
        """A known message is taken to show something else by now; returns the visits it is to show."""
        doubted = (
            update(visit_cards)
            .where(
                visit_cards.c.conversation_id == message.conversation_id,
                visit_cards.c.activity_id == message.activity_id,
            )
            .values(shown=None, updated_at=self._clock.now())
            .returning(visit_cards.c.visit_id)
        )
        return await self._database.run(
            lambda connection: [VisitId(each) for each in connection.execute(doubted).scalars()]
        )

    async def of(self, visit_id: VisitId) -> Sequence[ShownCard]:
        """The messages that show a visit."""
        query = select(visit_cards).where(visit_cards.c.visit_id == visit_id).order_by(visit_cards.c.created_at)

        def work(connection: Connection) -> list[ShownCard]:
            return [
                ShownCard(
                    message=MessageRef(conversation_id=each.conversation_id, activity_id=each.activity_id),
                    viewer=each.viewer,
                    shown=each.shown,
                    language=each.language,
                )
                for each in connection.execute(query)
            ]

        return await self._database.read(work)

    async def note_shown(self, visit_id: VisitId, message: MessageRef, digest: str) -> None:
        """Note what a message shows now."""
        statement = (
            update(visit_cards).where(*_is(visit_id, message)).values(shown=digest, updated_at=self._clock.now())
        )
        await self._database.run(lambda connection: connection.execute(statement).close())

    async def forget(self, visit_id: VisitId, message: MessageRef) -> None:
        """The message is gone."""
        statement = delete(visit_cards).where(*_is(visit_id, message))
        await self._database.run(lambda connection: connection.execute(statement).close())


def _is(visit_id: VisitId, message: MessageRef) -> tuple[ColumnElement[bool], ...]:
    return (
        visit_cards.c.visit_id == visit_id,
        visit_cards.c.conversation_id == message.conversation_id,
        visit_cards.c.activity_id == message.activity_id,
    )
