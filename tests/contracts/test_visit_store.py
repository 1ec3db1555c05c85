"""What every store of visits and drafts does, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from bot.store.engine import Database, open_database
from bot.store.migrating import migrate
from bot.store.tables import visits
from bot.store.visits import SqlVisitStore
from bot.visits.errors import DraftChanged, SlotTaken, VisitChanged, VisitNotFound
from bot.visits.models.draft import Draft
from bot.visits.models.people import Client
from bot.visits.models.values import StaffId, VisitId
from bot.visits.models.visit import Told, Visit
from bot.visits.ports.store import VisitStore
from tests.clock import HandClock
from tests.databases import database, database_url, postgres_server, postgres_url
from tests.personas import JORDAN
from tests.unit.visits.conftest import Desk
from tests.unit.visits.world import DR_KIM, DR_PATEL, NOW, ZONE, client, visit

__all__ = ["database", "database_url", "postgres_server", "postgres_url"]

MONDAY_NINE = datetime(2026, 11, 23, 17, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def store(database: Database, clock: HandClock) -> VisitStore:
    return SqlVisitStore(database, clock)


def draft(**parts: object) -> Draft:
    facts = {"id": uuid4().hex, "requested_by": JORDAN.object_id, "time_zone": ZONE, **parts}
    return Draft.model_validate(facts)


def full_visit() -> Visit:
    """A visit with every field filled, so that none is lost on the way."""
    return visit(
        MONDAY_NINE,
        client=Client(
            name="Zoë \x00O’Neill 🌷 [x](https://e.example)",
            phone="+12065550142",
            email="zoe@example.com",
            time_zone="Asia/Tokyo",
            language="es",
        ),
        duration=timedelta(minutes=45),
        buffer_before=timedelta(minutes=10),
        buffer_after=timedelta(minutes=5),
        notes="two\nlines",
        override_reason="twins",
        quiet_until=NOW + timedelta(seconds=20),
        created_at=NOW + timedelta(microseconds=123456),
        event_id="AAMk=",
        join_url="https://teams.example/join",
        meeting_id="MSo1",
        client_join_url="https://visit.example/join",
        client_invited=True,
        told=Told(starts_at=MONDAY_NINE, at=NOW),
        calendar_starts_at=MONDAY_NINE,
        calendar_duration=timedelta(minutes=45),
    )


# --- drafts ---------------------------------------------------------------------------------------


async def test_a_draft_comes_back_as_it_was_kept(store: VisitStore) -> None:
    kept = draft(
        client_name="Ana \x00Ruiz",
        phone="+12065550142",
        day=date(2026, 11, 1),
        at=time(1, 30),
        fold=1,
        duration=timedelta(minutes=45),
        notes="line\nline",
        text_client=False,
    )
    await store.save_draft(kept)
    assert await store.draft(kept.id) == kept


async def test_a_changed_draft_replaces_the_older(store: VisitStore) -> None:
    first = draft()
    second = first.model_copy(update={"version": 2, "notes": "x"})
    await store.save_draft(first)
    await store.save_draft(second)
    assert await store.draft(first.id) == second


async def test_an_older_or_a_rival_draft_is_refused(store: VisitStore) -> None:
    first = draft()
    second = first.model_copy(update={"version": 2, "notes": "x"})
    await store.save_draft(first)
    await store.save_draft(second)
    await store.save_draft(second)  # the same once more is no rival
    for each in (first, second.model_copy(update={"notes": "y"})):
        with pytest.raises(DraftChanged):
            await store.save_draft(each)
    assert await store.draft(first.id) == second


async def test_of_many_changes_at_one_instant_one_wins(store: VisitStore) -> None:
    first = draft()
    await store.save_draft(first)
    rivals = [first.model_copy(update={"version": 2, "notes": str(each)}) for each in range(8)]
    results = await asyncio.gather(*(store.save_draft(each) for each in rivals), return_exceptions=True)
    assert [type(each) for each in results if each is not None] == [DraftChanged] * 7


async def test_a_draft_is_forgotten_when_discarded_or_a_day_old(store: VisitStore, clock: HandClock) -> None:
    discarded, old = draft(), draft()
    await store.save_draft(discarded)
    await store.save_draft(old)
    await store.discard_draft(discarded.id)
    await store.discard_draft(discarded.id)
    assert await store.draft(discarded.id) is None
    clock.advance(hours=23)
    assert await store.draft(old.id) == old
    clock.advance(hours=1)
    assert await store.draft(old.id) is None


# --- booking --------------------------------------------------------------------------------------


async def test_a_visit_comes_back_as_it_was_booked(store: VisitStore) -> None:
    booked = full_visit()
    assert await store.insert(booked, check_overlap=True) == booked
    assert await store.visit(booked.id) == booked
    assert await store.versions(booked.id) == [booked]
    assert await store.visit(VisitId("0" * 32)) is None


async def test_booking_forgets_the_draft(store: VisitStore) -> None:
    kept = draft()
    await store.save_draft(kept)
    await store.insert(visit(MONDAY_NINE, id=kept.id), check_overlap=True)
    assert await store.draft(kept.id) is None


async def test_the_same_visit_again_is_the_one_that_is_stored(store: VisitStore) -> None:
    booked = visit(MONDAY_NINE)
    await store.insert(booked, check_overlap=True)
    other_time = booked.model_copy(update={"starts_at": MONDAY_NINE + timedelta(hours=3)})
    assert await store.insert(other_time, check_overlap=True) == booked
    assert len(await store.versions(booked.id)) == 1


@pytest.mark.parametrize(
    ("minutes", "length", "collides"),
    [(0, 30, True), (15, 30, True), (-15, 30, True), (-60, 180, True), (30, 30, False), (-30, 30, False)],
)
async def test_a_slot_that_overlaps_is_taken(store: VisitStore, minutes: int, length: int, collides: bool) -> None:
    there = visit(MONDAY_NINE)
    await store.insert(there, check_overlap=True)
    wish = visit(MONDAY_NINE + timedelta(minutes=minutes), duration=timedelta(minutes=length))
    if not collides:
        assert await store.insert(wish, check_overlap=True) == wish
        return
    with pytest.raises(SlotTaken) as refused:
        await store.insert(wish, check_overlap=True)
    assert [(each.code, each.facts["visit_id"]) for each in refused.value.verdict.objections] == [
        ("overlaps_visit", there.id)
    ]
    assert await store.visit(wish.id) is None


async def test_buffers_are_kept_free_but_may_share_their_time(store: VisitStore) -> None:
    guarded = {"buffer_before": QUARTER, "buffer_after": QUARTER}
    await store.insert(visit(MONDAY_NINE, **guarded), check_overlap=True)
    with pytest.raises(SlotTaken) as refused:
        await store.insert(visit(MONDAY_NINE + timedelta(minutes=40)), check_overlap=True)
    assert [each.code for each in refused.value.verdict.objections] == ["buffer"]
    await store.insert(visit(MONDAY_NINE + timedelta(minutes=45), **guarded), check_overlap=True)


async def test_only_the_same_organizers_live_visits_are_in_the_way(store: VisitStore) -> None:
    for each in (visit(MONDAY_NINE, organizer=DR_PATEL), visit(MONDAY_NINE, cancelled_at=NOW), visit(MONDAY_NINE)):
        await store.insert(each, check_overlap=True)
    kept = await store.between(NOW, NOW + timedelta(days=7))
    assert sorted(each.organizer.name for each in kept if not each.is_cancelled) == [DR_PATEL.name, DR_KIM.name]
    with pytest.raises(SlotTaken):
        await store.insert(visit(MONDAY_NINE), check_overlap=True)


async def test_an_overlap_that_a_person_chose_is_let_through_and_no_other(store: VisitStore) -> None:
    seen, unseen = visit(MONDAY_NINE), visit(MONDAY_NINE + QUARTER)
    await store.insert(seen, check_overlap=True)
    await store.insert(visit(MONDAY_NINE), check_overlap=True, except_with=[seen.id])
    await store.insert(unseen, check_overlap=False)
    with pytest.raises(SlotTaken):
        await store.insert(visit(MONDAY_NINE), check_overlap=True, except_with=[seen.id])


async def test_of_twenty_bookings_of_one_slot_at_one_instant_one_wins(store: VisitStore) -> None:
    wishes = [visit(MONDAY_NINE + timedelta(minutes=each % 3)) for each in range(20)]
    results = await asyncio.gather(*(store.insert(each, check_overlap=True) for each in wishes), return_exceptions=True)
    assert len([each for each in results if isinstance(each, Visit)]) == 1
    assert len([each for each in results if isinstance(each, SlotTaken)]) == 19
    assert len(await store.between(NOW, NOW + timedelta(days=7))) == 1


async def test_of_many_bookings_of_one_id_at_one_instant_all_get_the_same_visit(store: VisitStore) -> None:
    wish = visit(MONDAY_NINE)
    rivals = [wish.model_copy(update={"organizer": each}) for each in (DR_KIM, DR_PATEL) * 5]
    results = await asyncio.gather(*(store.insert(each, check_overlap=True) for each in rivals))
    assert len({each.organizer.id for each in results}) == 1
    assert len(await store.versions(wish.id)) == 1


async def test_two_processes_do_not_book_one_slot_twice(database_url: str, clock: HandClock) -> None:
    """Two databases opened apart, as two replicas open one."""
    first, second = open_database(database_url), open_database(database_url)
    await asyncio.gather(*(asyncio.to_thread(migrate, each.engine) for each in (first, second)))
    stores = [SqlVisitStore(first, clock), SqlVisitStore(second, clock)]
    for hour in range(5):
        starts_at = MONDAY_NINE + timedelta(hours=hour)
        results = await asyncio.gather(
            *(each.insert(visit(starts_at), check_overlap=True) for each in stores * 4), return_exceptions=True
        )
        assert [type(each) for each in results].count(Visit) == 1
        assert [type(each) for each in results].count(SlotTaken) == 7
    await asyncio.gather(first.close(), second.close())


async def test_twenty_people_on_two_replicas_confirm_one_slot(database_url: str, clock: HandClock) -> None:
    replicas = [open_database(database_url) for _ in range(2)]
    migrate(replicas[0].engine)
    desks = [Desk(SqlVisitStore(each, clock), clock) for each in replicas]
    drafts = [await desks[0].draft(client_name=f"Client {each}", phone=f"+1206555{each + 1000}") for each in range(20)]
    results = await asyncio.gather(
        *(
            desks[number % 2].visits.reserve(each.id, each.version, desks[0].jordan)
            for number, each in enumerate(drafts)
        ),
        return_exceptions=True,
    )
    assert [type(each) for each in results].count(Visit) == 1
    refused = [each for each in results if isinstance(each, SlotTaken)]
    assert len(refused) == 19
    assert all(len(each.verdict.alternatives) == 3 for each in refused)
    assert sum(len(each.work.started) for each in desks) == 1
    for each in replicas:
        await each.close()


# --- changing -------------------------------------------------------------------------------------


def moved(there: Visit, starts_at: datetime) -> Visit:
    return there.model_copy(update={"starts_at": starts_at, "version": there.version + 1, "changed_at": NOW + QUARTER})


async def test_a_change_is_a_new_version_and_the_old_one_is_kept(store: VisitStore) -> None:
    booked = full_visit()
    await store.insert(booked, check_overlap=True)
    later = moved(booked, MONDAY_NINE + timedelta(hours=2))
    assert await store.update(later, expected_version=1, check_overlap=True) == later
    assert await store.visit(booked.id) == later
    assert await store.versions(booked.id) == [booked, later]


async def test_a_change_of_another_version_shows_the_visit_as_it_is(store: VisitStore) -> None:
    booked = visit(MONDAY_NINE)
    await store.insert(booked, check_overlap=True)
    later = await store.update(moved(booked, MONDAY_NINE + QUARTER), expected_version=1)
    with pytest.raises(VisitChanged) as now:
        await store.update(moved(booked, MONDAY_NINE + 2 * QUARTER), expected_version=1)
    assert now.value.visit == later
    with pytest.raises(VisitNotFound):
        await store.update(visit(MONDAY_NINE), expected_version=1)


async def test_of_many_changes_of_one_visit_at_one_instant_one_wins(store: VisitStore) -> None:
    booked = visit(MONDAY_NINE)
    await store.insert(booked, check_overlap=True)
    changes = [moved(booked, MONDAY_NINE + timedelta(hours=each)) for each in range(1, 9)]
    results = await asyncio.gather(
        *(store.update(each, expected_version=1, check_overlap=True) for each in changes), return_exceptions=True
    )
    assert [type(each) for each in results].count(VisitChanged) == 7
    assert len(await store.versions(booked.id)) == 2


async def test_a_move_onto_another_visit_is_refused(store: VisitStore) -> None:
    first, second = visit(MONDAY_NINE), visit(MONDAY_NINE + timedelta(hours=1))
    await store.insert(first, check_overlap=True)
    await store.insert(second, check_overlap=True)
    onto = moved(second, MONDAY_NINE + QUARTER)
    with pytest.raises(SlotTaken):
        await store.update(onto, expected_version=1, check_overlap=True)
    assert await store.visit(second.id) == second
    await store.update(onto, expected_version=1, check_overlap=True, except_with=[first.id])


async def test_visits_moved_to_one_slot_at_one_instant_do_not_share_it(store: VisitStore) -> None:
    booked = [visit(MONDAY_NINE + timedelta(hours=each)) for each in range(6)]
    for each in booked:
        await store.insert(each, check_overlap=True)
    target = MONDAY_NINE + timedelta(hours=8)
    results = await asyncio.gather(
        *(store.update(moved(each, target), expected_version=1, check_overlap=True) for each in booked),
        return_exceptions=True,
    )
    assert [type(each) for each in results].count(SlotTaken) == 5


# --- what effects report --------------------------------------------------------------------------


async def test_results_are_written_beside_a_change_and_neither_undoes_the_other(store: VisitStore) -> None:
    booked = visit(MONDAY_NINE)
    await store.insert(booked, check_overlap=True)
    later = moved(booked, MONDAY_NINE + QUARTER)
    told = Told(starts_at=MONDAY_NINE, at=NOW)
    await asyncio.gather(
        store.record(booked.id, event_id="e1", join_url="https://teams.example/1"),
        store.update(later, expected_version=1),
        store.record(booked.id, told=told, client_invited=True),
        store.record(booked.id, calendar_starts_at=MONDAY_NINE, calendar_duration=QUARTER),
    )
    now = await store.visit(booked.id)
    assert now is not None
    assert (now.version, now.starts_at) == (2, later.starts_at)
    assert (now.event_id, now.join_url, now.told, now.client_invited) == ("e1", "https://teams.example/1", told, True)
    assert (now.calendar_starts_at, now.calendar_duration) == (MONDAY_NINE, QUARTER)


async def test_a_result_can_be_taken_back_and_takes_no_other_with_it(store: VisitStore) -> None:
    booked = full_visit()
    await store.insert(booked, check_overlap=True)
    after = await store.record(booked.id, event_id=None, told=None, calendar_starts_at=None)
    assert after == booked.model_copy(update={"event_id": None, "told": None, "calendar_starts_at": None})
    assert await store.record(booked.id) == after


async def test_a_change_does_not_bring_old_results_back(store: VisitStore) -> None:
    booked = full_visit()
    await store.insert(booked, check_overlap=True)
    await store.record(booked.id, event_id="e2")
    changed = await store.update(moved(booked, MONDAY_NINE + QUARTER), expected_version=1)
    assert changed.event_id == "e2"


async def test_results_of_a_visit_that_is_not_there_are_an_error(store: VisitStore) -> None:
    with pytest.raises(VisitNotFound):
        await store.record(VisitId("0" * 32), event_id="e1")


async def test_only_results_can_be_recorded(store: VisitStore) -> None:
    with pytest.raises(TypeError, match="starts_at"):
        await store.record(VisitId("0" * 32), starts_at=NOW)  # type: ignore[call-arg]


# --- looking --------------------------------------------------------------------------------------


async def _insert(store: VisitStore, *wanted: Visit) -> None:
    for each in wanted:
        await store.insert(each, check_overlap=False)


async def test_a_stretch_holds_what_starts_in_it_by_start(store: VisitStore) -> None:
    second = visit(MONDAY_NINE + QUARTER, cancelled_at=NOW)
    first, patel = visit(MONDAY_NINE), visit(MONDAY_NINE + QUARTER * 2, organizer=DR_PATEL)
    await _insert(store, second, patel, first, visit(MONDAY_NINE - QUARTER), visit(MONDAY_NINE + QUARTER * 4))
    until = MONDAY_NINE + QUARTER * 4
    assert await store.between(MONDAY_NINE, until) == [first, second, patel]
    assert await store.between(MONDAY_NINE, until, staff_id=StaffId(DR_PATEL.id)) == [patel]


async def test_a_clients_visits_share_phone_email_or_name(store: VisitStore) -> None:
    whom = client("José Ruiz", "+12065550142", email="Jose@example.com")
    same = [
        visit(MONDAY_NINE, client=client("J. R.", "+12065550142")),
        visit(MONDAY_NINE + QUARTER, client=client("J. R.", None, email="jose@EXAMPLE.com")),
        visit(MONDAY_NINE + QUARTER * 2, client=client("jose ruiz", None)),
    ]
    await _insert(store, *same, visit(MONDAY_NINE, client=client("Ana", "+12065550199")))
    assert await store.of_client(whom, MONDAY_NINE, MONDAY_NINE + timedelta(hours=1)) == same
    assert await store.of_client(whom, MONDAY_NINE + QUARTER, MONDAY_NINE + QUARTER * 2) == same[1:2]


@pytest.mark.parametrize(
    "words", ["ruiz", "RUÍZ", "jose", "ortega josé", "Ruiz-Ortega", "5550142", "(206) 555-0142", "+1 206 555 0142", "o"]
)
async def test_a_name_is_found_by_its_parts_whatever_case_and_accents(store: VisitStore, words: str) -> None:
    jose = visit(MONDAY_NINE, client=client("José  Ruíz-Ortega", "+12065550142"))
    await _insert(store, jose, visit(MONDAY_NINE, client=client("Ben Ayala", "+12065550117")))
    assert await store.matching(words, since=NOW) == [jose]


@pytest.mark.parametrize("words", ["%", "_", "r%z", "\\", "Ana", "", " ", "-", "'", "555", "0"])
async def test_nothing_is_found_by_wildcards_or_nothing(store: VisitStore, words: str) -> None:
    await _insert(store, visit(MONDAY_NINE, client=client("José Ruiz", "+12065550142")))
    assert await store.matching(words, since=NOW) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [("Zoë O’Neill", "oneill"), ("Zoë O'Neill", "O’Neill"), ("Łukasz Ðorđević", "lukasz dordevic"),
     ("Nguyễn", "nguyen"), ("Straße", "STRASSE"), ("İpek", "ipek"), ("山田 太郎", "太郎"), ("한지민", "지민"),
     ("\x00Ana", "ana")],
)  # fmt: skip
async def test_names_of_every_script_are_found(store: VisitStore, name: str, words: str) -> None:
    there = visit(MONDAY_NINE, client=client(name, None))
    await _insert(store, there)
    assert await store.matching(words, since=NOW) == [there]


async def test_what_was_before_and_what_is_too_much_is_left_out(store: VisitStore) -> None:
    found = [visit(MONDAY_NINE + QUARTER * each) for each in range(5)]
    await _insert(store, *found)
    assert await store.matching("ana", since=MONDAY_NINE + QUARTER, limit=2) == found[1:3]
    assert await store.matching("ana", since=NOW, limit=2, latest_first=True) == [found[4], found[3]]


# --- storage --------------------------------------------------------------------------------------


async def test_a_newer_replicas_fields_do_not_stop_an_older_one(store: VisitStore, database: Database) -> None:
    booked = visit(MONDAY_NINE)
    await store.insert(booked, check_overlap=True)
    with_more: Callable[..., dict[str, object]] = lambda facts: {  # noqa: E731
        **facts,
        "colour": "blue",
        "client": {**facts["client"], "pronouns": "they"},
    }

    def newer(connection: object) -> None:
        facts = connection.execute(select(visits.c.facts)).scalar_one()  # type: ignore[attr-defined]
        connection.execute(update(visits).values(facts=with_more(facts)))  # type: ignore[attr-defined]

    await database.run(newer)
    assert await store.visit(booked.id) == booked


async def test_visits_survive_a_restart(database_url: str, clock: HandClock) -> None:
    booked, kept = full_visit(), draft(client_name="Ana")
    before = open_database(database_url)
    migrate(before.engine)
    await SqlVisitStore(before, clock).insert(booked, check_overlap=True)
    await SqlVisitStore(before, clock).save_draft(kept)
    await before.close()
    after = open_database(database_url)
    migrate(after.engine)
    assert await SqlVisitStore(after, clock).visit(booked.id) == booked
    assert await SqlVisitStore(after, clock).draft(kept.id) == kept
    await after.close()
