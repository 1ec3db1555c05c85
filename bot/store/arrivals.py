"""Who came to visits, and what their reports said."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.clock import Clock
from bot.store.engine import Database
from bot.store.rows import facts_of, has_written, insert_into, model_of
from bot.store.tables import arrivals, attendances
from bot.visits.models.presence import Attended, Presence
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.arrivals import Arrival
from bot.visits.presence import presence_of


@dataclass(frozen=True)
class News:
    """Something that was noted of a visit."""

    visit_id: VisitId
    key: str
    noted_by: str | None
    """Who marked it by hand."""


@dataclass(frozen=True)
class ReportDue:
    """A report that is to be asked for, and how often it was."""

    visit_id: VisitId
    tries: int


class SqlArrivals:
    """Each method is one transaction."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def note(self, arrival: Arrival, *, by: str | None = None) -> bool:
        """Keep the news; False where it was known."""
        now = self._clock.now()

        def work(connection: Connection) -> bool:
            new = insert_into(connection, arrivals).values(**facts_of(arrival), noted_at=now, noted_by=by)
            new = new.values(at=arrival.at)
            return has_written(connection, new.on_conflict_do_nothing())

        return await self._database.run(work)

    async def presence_of(self, visit: Visit) -> Presence:
        """What is known of a visit."""
        news = select(arrivals).where(arrivals.c.visit_id == visit.id)
        report = select(attendances.c.facts).where(attendances.c.visit_id == visit.id)

        def work(connection: Connection) -> Presence:
            found = [
                Arrival(visit_id=visit.id, kind=each.kind, at=each.at, key=each.key)
                for each in connection.execute(news)
            ]
            facts = connection.execute(report).scalar_one_or_none()
            return presence_of(visit, found, model_of(Attended, facts) if facts else None)

        return await self._database.read(work)

    async def fresh(self, since: datetime, until: datetime) -> Sequence[News]:
        """News that was noted in a stretch, oldest first."""
        query = (
            select(arrivals.c.visit_id, arrivals.c.key, arrivals.c.noted_by)
            .where(arrivals.c.noted_at >= since, arrivals.c.noted_at < until)
            .order_by(arrivals.c.noted_at)
        )

        def work(connection: Connection) -> list[News]:
            return [News(VisitId(each.visit_id), each.key, each.noted_by) for each in connection.execute(query)]

        return await self._database.read(work)

    # --- reports ----------------------------------------------------------------------------------

    async def report_due(self, visit_id: VisitId, at: datetime, *, anew: bool = False) -> None:
        """Ask for the report from then on. One that is asked for already, or was read, stays so unless ``anew``."""
        now = self._clock.now()

        def work(connection: Connection) -> None:
            new = insert_into(connection, attendances).values(visit_id=visit_id, due_at=at, updated_at=now)
            fresh = {"due_at": at, "tries": 0, "updated_at": now}
            connection.execute(
                new.on_conflict_do_update(index_elements=["visit_id"], set_=fresh)
                if anew
                else new.on_conflict_do_nothing()
            )

        await self._database.run(work)

    async def reports_due(self, *, limit: int) -> Sequence[ReportDue]:
        """Those to be asked for now, the longest due first."""
        query = (
            select(attendances.c.visit_id, attendances.c.tries)
            .where(attendances.c.due_at <= self._clock.now())
            .order_by(attendances.c.due_at)
            .limit(limit)
        )

        def work(connection: Connection) -> list[ReportDue]:
            return [ReportDue(VisitId(each.visit_id), each.tries) for each in connection.execute(query)]

        return await self._database.read(work)

    async def report_read(
        self, visit_id: VisitId, report: Attended | None, *, tries: int, due_at: datetime | None
    ) -> None:
        """Note what the report said; ``due_at`` is when to ask again, None for no more."""
        values: dict[str, object] = {"tries": tries, "due_at": due_at, "updated_at": self._clock.now()}
        if report is not None:
            values["facts"] = facts_of(report)
        statement = update(attendances).where(attendances.c.visit_id == visit_id).values(**values)
        await self._database.run(lambda connection: connection.execute(statement).close())
