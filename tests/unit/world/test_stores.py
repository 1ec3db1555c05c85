"""What is kept of drift and of who came: each fact once, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.store.arrivals import SqlArrivals
from bot.store.drifts import SqlDrifts
from bot.store.engine import Database
from bot.visits.models.clinic import StaffMember
from bot.visits.models.people import Client
from bot.visits.models.presence import Attended
from bot.visits.models.values import StaffId, VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.arrivals import Arrival
from bot.visits.ports.messages import MessageRef
from tests.clock import HandClock

NOW = datetime(2026, 11, 23, 22, 20, tzinfo=UTC)
ID = VisitId("0" * 32)
SEEN = "moved:20261127T180000Z:30"


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


def visit() -> Visit:
    zone = "America/Los_Angeles"
    staff = StaffMember(id=StaffId("kim"), name="Min Kim", mailbox="min.kim@contoso.example", time_zone=zone)
    return Visit(
        id=ID,
        client=Client(name="A. Client", time_zone=zone),
        organizer=staff,
        type_name="Follow-up",
        starts_at=NOW + timedelta(minutes=10),
        duration=timedelta(minutes=30),
        time_zone=zone,
        text_client=False,
        requested_by="jordan",
        created_at=NOW,
    )


def news(kind: str, minutes: float, key: str = "") -> Arrival:
    at = NOW + timedelta(minutes=minutes)
    return Arrival(visit_id=ID, kind=kind, at=at, key=key or f"{kind}:{minutes}")


# --- drift ------------------------------------------------------------------------------------------


async def test_one_process_asks(database: Database, clock: HandClock) -> None:
    drifts = SqlDrifts(database, clock)
    assert [await drifts.claim(ID, SEEN) for _ in range(3)] == [True, False, False]
    assert await drifts.claim(ID, "deleted")


async def test_who_died_before_asking_is_replaced(database: Database, clock: HandClock) -> None:
    drifts = SqlDrifts(database, clock)
    await drifts.claim(ID, SEEN)
    clock.advance(minutes=3)
    assert await drifts.claim(ID, SEEN)
    await drifts.asked(ID, SEEN, None)
    clock.advance(hours=3)
    assert not await drifts.claim(ID, SEEN)


async def test_what_could_not_be_asked_now_is_asked_next_time(database: Database, clock: HandClock) -> None:
    drifts = SqlDrifts(database, clock)
    await drifts.claim(ID, SEEN)
    await drifts.release(ID, SEEN)
    assert await drifts.claim(ID, SEEN)


@pytest.mark.parametrize(("answer", "again"), [("put_back", True), ("gone", True), ("ignored", False)])
async def test_what_comes_back_later_is_a_new_question(
    database: Database, clock: HandClock, answer: str, again: bool
) -> None:
    drifts = SqlDrifts(database, clock)
    await drifts.claim(ID, SEEN)
    await drifts.asked(ID, SEEN, MessageRef(conversation_id="c", activity_id="a"))
    (open_one,) = await drifts.open_ones(NOW)
    assert open_one.message == MessageRef(conversation_id="c", activity_id="a")
    await drifts.answered(ID, SEEN, answer)
    assert await drifts.open_ones(NOW) == []
    assert not await drifts.claim(ID, SEEN)
    clock.advance(hours=1)
    assert await drifts.claim(ID, SEEN) is again


# --- who came -----------------------------------------------------------------------------------------


async def test_news_is_noted_once_and_read_back(database: Database, clock: HandClock) -> None:
    rows = SqlArrivals(database, clock)
    assert [await rows.note(news("client_waiting", 0, "k")) for _ in range(2)] == [True, False]
    presence = await rows.presence_of(visit())
    assert presence.waiting_since == NOW
    assert presence.is_known


async def test_a_report_is_due_until_it_was_read(database: Database, clock: HandClock) -> None:
    rows = SqlArrivals(database, clock)
    await rows.report_due(ID, NOW)
    await rows.report_due(ID, NOW + timedelta(hours=1))
    (due,) = await rows.reports_due(limit=10)
    await rows.report_read(ID, None, tries=due.tries + 1, due_at=NOW + timedelta(minutes=5))
    assert await rows.reports_due(limit=10) == []
    clock.advance(minutes=6)
    (due,) = await rows.reports_due(limit=10)
    assert due.tries == 1
    attended = Attended(began_at=NOW, ended_at=clock.now(), lasted=timedelta(minutes=5), clients_came=True)
    await rows.report_read(ID, attended, tries=2, due_at=None)
    await rows.report_due(ID, NOW)
    assert await rows.reports_due(limit=10) == []
    assert (await rows.presence_of(visit())).lasted == timedelta(minutes=5)
    await rows.report_due(ID, NOW, anew=True)
    assert len(await rows.reports_due(limit=10)) == 1
