"""Every coming visit is compared with the calendar, however many there are, but for those whose work is under way."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from bot.store.drifts import SqlDrifts
from bot.store.effects import EffectRow, LedgerChanges
from bot.visits.models.effects import EffectKind, EffectState
from bot.visits.models.people import Client
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.drift import CalendarDrift
from bot.work.drift import DriftWatch
from cards.reader import Readers
from tests.office import Office

MANY = 450
"""More than three weeks of one busy clinician."""


class AskedCalendar:
    """Notes which visits it is asked about; none of them has drifted."""

    def __init__(self) -> None:
        self.asked: list[VisitId] = []

    def keeps(self, visit: Visit) -> bool:
        return True

    async def drifts(self, visits: Sequence[Visit]) -> Sequence[CalendarDrift]:
        self.asked += [each.id for each in visits]
        return ()


async def test_no_coming_visit_is_left_out(office: Office) -> None:
    made = [await in_the_calendar(office, number) for number in range(MANY)]
    await moves(office, made[0])
    office.clock.advance(minutes=1)
    calendar = AskedCalendar()
    watch = DriftWatch(
        calendar,
        office.app.store,
        office.app.ledger,
        SqlDrifts(office.app.database, office.clock),
        office.app.edge.notifier,
        office.app.durable.reminders.notices,
        Readers(office.app.clinic, ()),
        office.clock,
    )
    await watch.look()
    assert sorted(calendar.asked) == sorted(each.id for each in made[1:])


async def in_the_calendar(office: Office, number: int) -> Visit:
    """A visit with Dr Kim of which the calendar knows."""
    clinic = office.app.clinic
    starts_at = office.clock.now() + timedelta(hours=1, minutes=number * 90)
    visit = Visit(
        id=VisitId(uuid4().hex),
        client=Client(name=f"Client {number}", time_zone=clinic.time_zone),
        organizer=clinic.staff[0],
        type_name="Follow-up",
        starts_at=starts_at,
        duration=timedelta(minutes=30),
        time_zone=clinic.time_zone,
        text_client=False,
        requested_by=clinic.staff[0].id,
        created_at=office.clock.now(),
        event_id=f"e{number}",
        calendar_starts_at=starts_at,
    )
    return await office.app.store.insert(visit, check_overlap=False)


async def moves(office: Office, visit: Visit) -> None:
    """A call about its event is under way."""
    now = office.clock.now()
    row = EffectRow(
        key=f"move:{visit.id}:1", visit_id=visit.id, kind=EffectKind.calendar, state=EffectState.retrying, version=1,
        created_at=now, updated_at=now,
    )  # fmt: skip
    await office.app.ledger.transact(visit.id, lambda *_: LedgerChanges(rows=[row]))
