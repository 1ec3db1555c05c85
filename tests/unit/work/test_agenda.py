"""The morning agenda: once a day, at one's own hour on one's own wall clock, if there is anything on it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.store.engine import Database
from bot.visits.models.people import Preferences
from bot.work.due import day_of, morning
from tests.personas import KIM, PATEL
from tests.unit.work.morning import EIGHT, NINE, Morning

FIVE = EIGHT - timedelta(hours=3)
SUMMARY = ["1 visit today"]


async def test_the_agenda_comes_at_the_clinics_hour_to_those_with_visits(database: Database) -> None:
    office = Morning(database, agenda_at=time(7, 30), now=FIVE, reminders=())
    await office.books()
    await office.agendas.plan()
    await office.goes_until(NINE)
    [(at, who, _)] = office.chats.posts
    assert who == KIM.object_id
    assert EIGHT - timedelta(minutes=30) <= at < EIGHT - timedelta(minutes=29)


async def test_ones_own_hour_and_zone_go_before_the_clinics(database: Database) -> None:
    office = Morning(database, agenda_at=time(7, 30), now=FIVE - timedelta(hours=1), reminders=())
    office.wishes.of[KIM.object_id] = Preferences(agenda_at=time(7, 0), time_zone="America/New_York")
    await office.books()
    await office.agendas.plan()
    await office.goes_until(NINE)
    [(at, _, _)] = office.chats.posts
    assert at.replace(second=0, microsecond=0) == datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


async def test_it_comes_once_however_often_it_is_planned(database: Database) -> None:
    office = Morning(database, agenda_at=time(7, 30), now=FIVE, reminders=())
    await office.books()
    for _ in range(3):
        await office.agendas.plan()
    await office.goes_until(EIGHT)
    office.process("B")
    await office.agendas.plan()
    await office.goes_until(NINE)
    assert office.chats.told(KIM.object_id) == SUMMARY


async def test_an_hour_changed_in_the_night_holds_that_morning(database: Database) -> None:
    office = Morning(database, agenda_at=time(7, 30), now=FIVE, reminders=())
    await office.books(NINE + timedelta(hours=2))
    await office.agendas.plan()
    office.wishes.of[KIM.object_id] = Preferences(agenda_at=time(8, 15))
    await office.agendas.plan()
    await office.goes_until(NINE)
    [(at, _, _)] = office.chats.posts
    assert EIGHT + timedelta(minutes=15) <= at < EIGHT + timedelta(minutes=16)


async def test_a_day_without_visits_has_no_agenda(database: Database) -> None:
    office = Morning(database, agenda_at=time(7, 30), now=FIVE)
    visit = await office.books()
    await office.cancels(visit)
    await office.agendas.plan()
    await office.goes_until(NINE)
    assert office.chats.posts == []


async def test_after_standing_still_it_comes_late_but_not_at_noon(database: Database) -> None:
    office = Morning(database, agenda_at=time(7, 30), now=EIGHT + timedelta(hours=1), reminders=())
    await office.books(NINE + timedelta(hours=6))
    await office.agendas.plan()
    await office.goes_until(office.clock.now())
    assert office.chats.told(KIM.object_id) == SUMMARY
    office = Morning(database, agenda_at=time(4, 0), now=EIGHT + timedelta(hours=1), reminders=())
    office.wishes.of[PATEL.object_id] = Preferences(agenda_at=time(4, 0))
    await office.agendas.plan()
    await office.goes_until(office.clock.now())
    assert office.chats.posts == []


@pytest.mark.parametrize(
    ("day", "at", "zone", "moment"),
    [
        (date(2026, 11, 24), time(7, 30), "America/Los_Angeles", "2026-11-24T15:30+00:00"),
        (date(2026, 3, 8), time(7, 30), "America/Los_Angeles", "2026-03-08T14:30+00:00"),
        (date(2026, 3, 8), time(2, 30), "America/Los_Angeles", "2026-03-08T10:30+00:00"),
        (date(2026, 11, 1), time(1, 30), "America/Los_Angeles", "2026-11-01T08:30+00:00"),
        (date(2026, 11, 24), time(7, 30), "Asia/Kathmandu", "2026-11-24T01:45+00:00"),
    ],
)
def test_a_morning_is_on_the_persons_wall_clock(day: date, at: time, zone: str, moment: str) -> None:
    assert morning(day, at, zone) == datetime.fromisoformat(moment)


def test_the_day_the_clock_goes_back_has_twenty_five_hours() -> None:
    since, until = day_of(date(2026, 11, 1), "America/Los_Angeles")
    assert until - since == timedelta(hours=25)
