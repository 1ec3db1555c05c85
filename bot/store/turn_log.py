"""Which activities were processed. Implements the Teams edge's ``TurnLog``."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update
from sqlalchemy.sql import ColumnElement

from bot.store.engine import Database, hold
from bot.store.rows import lock_number
from bot.store.tables import turns
from bot.teams.ports import Begun, StoredAnswer, TurnStart

ABANDONED = 0


class SqlTurnLog:
    """Each method is one transaction; those of one conversation wait for each other."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(
        self, conversation_id: str, activity_id: str, *, owner: str, alone: bool, now: datetime, lease_until: datetime
    ) -> TurnStart:
        """Claim the turn, as the port says row by row."""

        def work(connection: Connection) -> TurnStart:
            hold(connection, lock_number("conversation", conversation_id))
            row = connection.execute(select(turns).where(_turn(conversation_id, activity_id))).one_or_none()
            if (known := _answered_or_running(row, now)) is not None:
                return known
            if alone and not _is_free(connection, conversation_id, activity_id, now):
                return TurnStart(begun=Begun.busy)
            claim = {
                "owner": owner,
                "lease_until": lease_until,
                "alone": alone,
                "began_at": now,
                "finished_at": None,
                "status": None,
                "body": None,
            }
            if row is None:
                connection.execute(
                    insert(turns).values(conversation_id=conversation_id, activity_id=activity_id, **claim)
                )
            else:
                connection.execute(update(turns).where(_turn(conversation_id, activity_id)).values(**claim))
            return TurnStart(begun=Begun.mine)

        return await self._database.run(work)

    async def renew(self, conversation_id: str, activity_id: str, *, owner: str, lease_until: datetime) -> bool:
        """Extend the lease; False when the turn is no longer this owner's."""
        statement = update(turns).where(_held(conversation_id, activity_id, owner)).values(lease_until=lease_until)
        return await self._database.run(lambda connection: connection.execute(statement).rowcount == 1)

    async def finish(
        self, conversation_id: str, activity_id: str, *, owner: str, answer: StoredAnswer, now: datetime
    ) -> None:
        """Store the answer and let the conversation go on. Without effect when another owner took it over."""
        statement = (
            update(turns)
            .where(_held(conversation_id, activity_id, owner))
            .values(finished_at=now, status=answer.status, body=answer.body)
        )
        await self._database.run(lambda connection: connection.execute(statement).close())

    async def purge(self, before: datetime) -> int:
        """Forget turns that finished before an instant; returns how many."""
        statement = delete(turns).where(turns.c.finished_at < before)
        return await self._database.run(lambda connection: connection.execute(statement).rowcount)


def _answered_or_running(row: Row[Any] | None, now: datetime) -> TurnStart | None:
    """What is to be said of a turn that ran or runs; None where it may be claimed."""
    if row is None:
        return None
    turn = row._mapping
    if turn["finished_at"] is None:
        return TurnStart(begun=Begun.running) if turn["lease_until"] > now else None
    if turn["status"] == ABANDONED:
        return None
    return TurnStart(begun=Begun.finished, answer=StoredAnswer(status=turn["status"], body=turn["body"]))


def _is_free(connection: Connection, conversation_id: str, activity_id: str, now: datetime) -> bool:
    """Whether no other turn runs alone in the conversation; one whose lease ran out is given up."""
    others = (
        turns.c.conversation_id == conversation_id,
        turns.c.activity_id != activity_id,
        turns.c.alone,
        turns.c.finished_at.is_(None),
    )
    if connection.execute(select(turns.c.activity_id).where(*others, turns.c.lease_until > now)).first() is not None:
        return False
    connection.execute(update(turns).where(*others).values(finished_at=now, status=ABANDONED))
    return True


def _turn(conversation_id: str, activity_id: str) -> ColumnElement[bool]:
    return (turns.c.conversation_id == conversation_id) & (turns.c.activity_id == activity_id)


def _held(conversation_id: str, activity_id: str, owner: str) -> ColumnElement[bool]:
    return _turn(conversation_id, activity_id) & (turns.c.owner == owner) & turns.c.finished_at.is_(None)
