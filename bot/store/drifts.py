"""Which differences between a visit and its calendar were found, asked about and answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, select, update

from bot.clock import Clock
from bot.store.engine import Database
from bot.store.rows import has_written, insert_into
from bot.store.tables import drifts
from bot.visits.models.values import VisitId
from bot.visits.ports.messages import MessageRef

CLAIM_LASTS = timedelta(minutes=2)
"""A process that has not asked by then died: another asks."""
ASKED_AGAIN_AFTER = timedelta(minutes=10)
"""The same difference, found again so long after it was set right, is a new one."""


@dataclass(frozen=True)
class AskedDrift:
    """A difference somebody was asked about and has not answered."""

    visit_id: VisitId
    seen: str
    message: MessageRef | None


class SqlDrifts:
    """Each method is one transaction."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def claim(self, visit_id: VisitId, seen: str) -> bool:
        """Whether the caller is the one to ask about this difference."""
        now = self._clock.now()

        def work(connection: Connection) -> bool:
            new = insert_into(connection, drifts).values(visit_id=visit_id, seen=seen, found_at=now)
            if has_written(connection, new.on_conflict_do_nothing()):
                return True
            row = connection.execute(select(drifts).where(*_is(visit_id, seen)).with_for_update()).one()
            lost = row.asked_at is None and row.answer is None and row.found_at <= now - CLAIM_LASTS
            again = row.answer in ("put_back", "gone", "adopted") and row.answered_at <= now - ASKED_AGAIN_AFTER
            if not (lost or again):
                return False
            fresh = {"found_at": now, "asked_at": None, "answer": None, "answered_at": None}
            connection.execute(update(drifts).where(*_is(visit_id, seen)).values(**fresh))
            return True

        return await self._database.run(work)

    async def release(self, visit_id: VisitId, seen: str) -> None:
        """It could not be asked now: the next round tries again."""
        statement = update(drifts).where(*_is(visit_id, seen)).values(found_at=self._clock.now() - CLAIM_LASTS)
        await self._database.run(lambda connection: connection.execute(statement).close())

    async def asked(self, visit_id: VisitId, seen: str, message: MessageRef | None) -> None:
        """It was asked, in this message; None where nobody could be asked but the desk was told."""
        values: dict[str, object] = {"asked_at": self._clock.now()}
        if message is not None:
            values |= {"conversation_id": message.conversation_id, "activity_id": message.activity_id}
        statement = update(drifts).where(*_is(visit_id, seen)).values(**values)
        await self._database.run(lambda connection: connection.execute(statement).close())

    async def answered(self, visit_id: VisitId, seen: str, answer: str) -> None:
        """A person decided, or it settled by itself."""
        now = self._clock.now()

        def work(connection: Connection) -> None:
            values = {"answer": answer, "answered_at": now}
            new = insert_into(connection, drifts).values(visit_id=visit_id, seen=seen, found_at=now, **values)
            connection.execute(new.on_conflict_do_update(index_elements=["visit_id", "seen"], set_=values))

        await self._database.run(work)

    async def open_ones(self, since: datetime) -> Sequence[AskedDrift]:
        """Those asked since and not answered."""
        query = select(drifts).where(drifts.c.asked_at >= since, drifts.c.answer.is_(None))

        def work(connection: Connection) -> list[AskedDrift]:
            return [
                AskedDrift(
                    VisitId(each.visit_id),
                    each.seen,
                    MessageRef(conversation_id=each.conversation_id, activity_id=each.activity_id)
                    if each.activity_id
                    else None,
                )
                for each in connection.execute(query)
            ]

        return await self._database.read(work)


def _is(visit_id: VisitId, seen: str) -> tuple[ColumnElement[bool], ...]:
    return drifts.c.visit_id == visit_id, drifts.c.seen == seen
