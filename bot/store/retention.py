"""What is forgotten when: the one table of how long each kind of row is kept.

Everything about a visit goes with it, so that no name or number outlives it in another table. What is kept without an
end is one row for each person, chat or clinic: people, conversations, preferences, grants, welcomes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, select, tuple_

from bot.store.engine import Database
from bot.store.tables import (
    arrivals,
    attendances,
    drifts,
    effect_requests,
    effects,
    firsts,
    paces,
    visit_cards,
    visit_versions,
    visits,
)

BATCH = 500
"""Rows in one transaction, so that nobody waits long for the one who tidies up."""
LONGEST_VISIT = timedelta(days=1)
OF_A_VISIT = (visit_versions, visit_cards, drifts, arrivals, attendances, effects)
LASTING_FIRSTS = ("welcome",)
"""Said once to each chat, and never again."""


@dataclass(frozen=True)
class Kept:
    """Rows that have nothing to do with one visit, and for how long they are of use."""

    table: Table
    lasts: timedelta
    is_over: Callable[[datetime], ColumnElement[bool]]
    """Which rows are over that were last touched before an instant."""


OTHERS = (
    Kept(
        effects, timedelta(days=120), lambda before: and_(effects.c.visit_id.is_(None), effects.c.updated_at < before)
    ),
    Kept(effect_requests, timedelta(days=30), lambda before: effect_requests.c.created_at < before),
    Kept(
        firsts,
        timedelta(days=120),
        lambda before: and_(firsts.c.kind.not_in(LASTING_FIRSTS), firsts.c.at < before),
    ),
    Kept(paces, timedelta(days=1), lambda before: paces.c.tat < before),
)


class Retention:
    """Forgets what is over."""

    def __init__(self, database: Database, *, keeps_visits: timedelta) -> None:
        """``keeps_visits``: how long after its end a visit is kept."""
        self._database = database
        self._keeps_visits = keeps_visits

    async def forget(self, now: datetime) -> int:
        """Everything that is over by now; how many rows of visits and other things that were. Safe to repeat."""
        gone = await self._until_done(lambda connection: _forget_visits(connection, now - self._keeps_visits))
        for kept in OTHERS:
            gone += await self._until_done(
                lambda connection, kept=kept: _forget_others(connection, kept, now - kept.lasts)  # type: ignore[misc]
            )
        return gone

    async def _until_done(self, batch: Callable[[Connection], int]) -> int:
        total = 0
        while (gone := await self._database.run(batch)) == BATCH:
            total += gone
        return total + gone


def _forget_visits(connection: Connection, before: datetime) -> int:
    # By the start, which has an index; no visit is longer than a day.
    over = select(visits.c.id).where(visits.c.starts_at < before - LONGEST_VISIT, visits.c.ends_at < before)
    ids: Sequence[str] = connection.execute(over.limit(BATCH)).scalars().all()
    for table in OF_A_VISIT:
        connection.execute(delete(table).where(table.c.visit_id.in_(ids)))
    connection.execute(delete(visits).where(visits.c.id.in_(ids)))
    return len(ids)


def _forget_others(connection: Connection, kept: Kept, before: datetime) -> int:
    key = tuple(kept.table.primary_key.columns)
    over = connection.execute(select(*key).where(kept.is_over(before)).limit(BATCH)).all()
    connection.execute(delete(kept.table).where(tuple_(*key).in_([tuple(each) for each in over])))
    return len(over)
