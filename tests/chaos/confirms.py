"""Twenty people confirm the same slot at one instant: one visit, nineteen kind answers."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from bot.clinic import demo_clinic
from bot.store.engine import Database
from bot.store.visits import SqlVisitStore
from bot.visits.errors import SlotTaken
from bot.visits.models.clinic import StaffMember
from bot.visits.models.draft import Draft
from bot.visits.models.objections import PlaceRules, no_place_rules
from bot.visits.models.people import Person
from bot.visits.models.slots import BusySpan
from bot.visits.models.values import StaffId, VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.work import ChangeKind
from bot.visits.service import Visits
from tests.clock import HandClock
from tests.personas import JORDAN, TENANT_ID

MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


class NobodyBusy:
    """Every calendar is empty."""

    backend = "outlook"

    def tells(self, visit: Visit) -> bool:
        return visit.client_can_be_told

    async def busy(
        self, staff: Sequence[StaffMember], since: datetime, until: datetime
    ) -> Mapping[StaffId, Sequence[BusySpan]]:
        await asyncio.sleep(0)
        return {each.id: () for each in staff}

    async def place_rules(self, *_: object, **__: object) -> PlaceRules:
        return no_place_rules


class NothingFollows:
    """No effect is done: only the slot is fought for."""

    async def start(self, kind: ChangeKind, visit: Visit) -> None: ...


async def twenty_at_once(database: Database) -> tuple[list[Visit], list[SlotTaken]]:
    """Each confirms a draft of their own; returns the visits made and the answers given to the rest."""
    clinic = demo_clinic().clinic
    clock = HandClock(MONDAY)
    visits = Visits(clinic, SqlVisitStore(database, clock), NobodyBusy(), NothingFollows(), clock)
    by = Person(id=JORDAN.object_id, tenant_id=TENANT_ID, name="Jordan", time_zone=clinic.time_zone)
    tomorrow = (MONDAY + timedelta(days=1)).date()
    drafts = [
        Draft(
            id=VisitId(uuid4().hex),
            requested_by=by.id,
            time_zone=clinic.time_zone,
            client_name=f"Client {number}",
            phone=f"+1206555{1000 + number}",
            type_name=clinic.types[0].name,
            staff_id=clinic.staff[0].id,
            day=tomorrow,
            at=datetime(2026, 11, 24, 10, 0, tzinfo=UTC).time(),
        )
        for number in range(20)
    ]
    kept = [await visits.keep_draft(draft, by) for draft in drafts]
    answers = await asyncio.gather(
        *(visits.reserve(draft.id, draft.version, by) for draft in kept), return_exceptions=True
    )
    unexpected = [each for each in answers if not isinstance(each, Visit | SlotTaken)]
    assert not unexpected, unexpected
    return [each for each in answers if isinstance(each, Visit)], [
        each for each in answers if isinstance(each, SlotTaken)
    ]
