"""The domain over a real database file, with a calendar made of lists."""

from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import cast

import pytest

from bot.store.engine import open_database
from bot.store.migrating import migrate
from bot.store.visits import SqlVisitStore
from bot.visits.drafts import DraftParts
from bot.visits.models.draft import Draft
from bot.visits.models.objections import Override
from bot.visits.models.people import Person
from bot.visits.models.visit import Visit
from bot.visits.service import Visits
from tests.clock import HandClock
from tests.unit.visits.world import DR_KIM, FOLLOW_UP, NOW, ListedCalendar, NotedWork, clinic, person


class Desk:
    """The service with what it stands on, and short ways to say what a receptionist does."""

    def __init__(
        self,
        store: SqlVisitStore,
        clock: HandClock,
        *,
        quiet: int = 20,
        calendar_deadline: timedelta = timedelta(minutes=1),
    ) -> None:
        """``calendar_deadline`` is long, as it runs on the machine's own clock: only a test about it makes it short."""
        self.store = store
        self.clock = clock
        self.calendar = ListedCalendar()
        self.work = NotedWork()
        self.visits = Visits(
            clinic(),
            store,
            self.calendar,
            self.work,
            clock,
            quiet_window=timedelta(seconds=quiet),
            calendar_deadline=calendar_deadline,
        )
        self.jordan = person()

    async def draft(self, **parts: object) -> Draft:
        """A complete draft for Monday at nine with Dr Kim, unless parts say otherwise."""
        complete: DraftParts = {
            "client_name": "Ana Ruiz",
            "phone": "+12065550142",
            "type_name": FOLLOW_UP.name,
            "staff_id": DR_KIM.id,
            "day": date(2026, 11, 23),
            "at": time(9),
        }
        return await self.visits.start_draft(self.jordan, **cast(DraftParts, {**complete, **parts}))

    async def book(self, **parts: object) -> Visit:
        """Book such a draft."""
        draft = await self.draft(**parts)
        return await self.visits.reserve(draft.id, draft.version, self.jordan)

    async def insists(self, draft: Draft, reason: str = "twins") -> Visit:
        """Book a draft against whatever objects now."""
        seen = (await self.visits.verdict_for(draft, self.jordan)).keys
        override = Override(reason=reason, seen=seen)
        return await self.visits.reserve(draft.id, draft.version, self.jordan, override=override)

    async def insists_on_moving(self, visit: Visit, starts_at: datetime, by: Person, reason: str = "twins") -> Visit:
        """Move a visit against whatever objects now."""
        proposal = await self.visits.propose_move(visit.id, visit.version, by, starts_at=starts_at)
        override = Override(reason=reason, seen=proposal.verdict.keys)
        return await self.visits.reschedule(visit.id, visit.version, starts_at, by, override=override)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    database = open_database(tmp_path / "app.db")
    migrate(database.engine)
    clock = HandClock(NOW)
    yield Desk(SqlVisitStore(database, clock), clock)
    await database.close()
