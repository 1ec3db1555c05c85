"""What the Teams edge asks of its stores, on SQLite and on PostgreSQL."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from bot.store.bot_state import SqlFirsts, SqlStateStore
from bot.store.contacts import SqlContacts
from bot.store.engine import Database
from bot.store.pace import SqlPace
from bot.store.turn_log import SqlTurnLog
from bot.teams.pace import LocalPace
from bot.teams.ports import (
    Begun,
    Contacts,
    ConversationType,
    Firsts,
    Pace,
    Reference,
    StateConflict,
    StateStore,
    StoredAnswer,
    StoredReference,
    TurnLog,
    TurnStart,
)
from bot.visits.models.people import Preferences
from bot.visits.ports.store import People
from tests.databases import database, database_url, postgres_server, postgres_url
from tests.personas import JORDAN, TENANT_ID

__all__ = ["database", "database_url", "postgres_server", "postgres_url"]

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def reference(conversation_id: str = "a:1", **changes: Any) -> Reference:
    facts: dict[str, Any] = {
        "conversation_id": conversation_id,
        "conversation_type": ConversationType.personal,
        "tenant_id": TENANT_ID,
        "service_url": "https://smba.example/amer/",
        "bot_id": "28:bot",
        "user_id": JORDAN.teams_id,
        "object_id": JORDAN.object_id,
        "name": JORDAN.name,
        "locale": "en-GB",
        "teams_time_zone": "Europe/London",
        "seen_at": NOW,
    }
    return Reference(**{**facts, **changes})


# --- contacts -------------------------------------------------------------------------------------


@pytest.fixture
def contacts(database: Database) -> Contacts:
    return SqlContacts(database)


async def test_a_conversation_comes_back_as_it_was_seen(contacts: Contacts) -> None:
    await contacts.seen(reference())
    assert await contacts.conversation("a:1") == StoredReference(reference=reference())
    assert await contacts.conversation("a:2") is None


async def test_a_dead_or_uninstalled_conversation_is_revived_by_the_next_activity(contacts: Contacts) -> None:
    await contacts.seen(reference())
    await contacts.mark_dead("a:1", "blocked", seen_before=NOW + SECOND)
    await contacts.mark_uninstalled("a:1")
    stored = await contacts.conversation("a:1")
    assert stored is not None
    assert (stored.is_installed, stored.dead_reason) == (False, "blocked")
    later = reference(seen_at=NOW + SECOND)
    await contacts.seen(later)
    assert await contacts.conversation("a:1") == StoredReference(reference=later)


async def test_a_conversation_heard_since_the_failure_is_not_marked_dead(contacts: Contacts) -> None:
    await contacts.seen(reference())
    await contacts.mark_dead("a:1", "blocked", seen_before=NOW)
    assert await contacts.conversation("a:1") == StoredReference(reference=reference())


async def test_the_latest_personal_chat_is_the_persons(contacts: Contacts) -> None:
    await contacts.seen(reference("a:1"))
    await contacts.seen(reference("a:2", seen_at=NOW + SECOND))
    await contacts.seen(reference("19:x", conversation_type=ConversationType.channel, seen_at=NOW + 2 * SECOND))
    await contacts.mark_dead("a:2", "gone", seen_before=NOW + 5 * SECOND)
    found = await contacts.personal_chat_of(JORDAN.object_id)
    assert found is not None
    assert (found.reference.conversation_id, found.dead_reason) == ("a:2", "gone")
    assert await contacts.personal_chat_of("nobody") is None


async def test_what_is_known_of_a_person_survives_an_activity_that_says_less(contacts: Contacts) -> None:
    await contacts.seen(reference())
    await contacts.seen(reference(name="", teams_time_zone=None, locale="es-MX"))
    known = await contacts.person(JORDAN.object_id)
    assert known is not None
    person, chosen = known
    assert (person.name, person.locale, person.teams_time_zone) == (JORDAN.name, "es-MX", "Europe/London")
    assert (person.time_zone, chosen) == ("Europe/London", Preferences())
    assert await contacts.person("nobody") is None


async def test_an_activity_without_an_object_id_makes_no_person(contacts: Contacts) -> None:
    assert await contacts.seen(reference(object_id="")) == Preferences()
    assert await contacts.person("") is None


async def test_preferences_are_kept_apart_from_what_teams_says(contacts: Contacts, database: Database) -> None:
    people: People = SqlContacts(database)
    chosen = Preferences(
        time_zone="Asia/Tokyo", language="es", reminders=(timedelta(minutes=60), timedelta(0)), agenda_at=time(7, 30)
    )
    assert await people.preferences(JORDAN.object_id) == Preferences()
    await people.prefer(JORDAN.object_id, chosen)
    assert await contacts.seen(reference()) == chosen
    await people.prefer(JORDAN.object_id, Preferences(reminders=()))
    assert await people.preferences(JORDAN.object_id) == Preferences(reminders=())
    known = await contacts.person(JORDAN.object_id)
    assert known is not None
    assert known[1] == Preferences(reminders=())


async def test_a_chosen_zone_goes_before_the_devices(contacts: Contacts, database: Database) -> None:
    await contacts.seen(reference())
    await SqlContacts(database).prefer(JORDAN.object_id, Preferences(time_zone="Asia/Tokyo"))
    known = await contacts.person(JORDAN.object_id)
    assert known is not None
    assert (known[0].time_zone, known[0].teams_time_zone) == ("Asia/Tokyo", "Europe/London")


async def test_a_new_chat_knows_what_the_old_one_was_told(contacts: Contacts) -> None:
    await contacts.seen(reference())
    made = Reference(
        conversation_id="a:2",
        conversation_type=ConversationType.personal,
        tenant_id=TENANT_ID,
        service_url="https://smba.example/amer/",
        bot_id="28:bot",
        user_id="",
        object_id=JORDAN.object_id,
        seen_at=NOW,
    )
    await contacts.replace("a:1", made)
    found = await contacts.personal_chat_of(JORDAN.object_id)
    assert found is not None
    assert (found.reference.name, found.reference.locale) == (JORDAN.name, "en-GB")
    await contacts.replace("", made.model_copy(update={"conversation_id": "a:9", "object_id": "new"}))
    assert await contacts.personal_chat_of("new") is not None
    assert await contacts.person("new") is None


async def test_a_conversation_can_change_its_host_and_be_replaced(contacts: Contacts) -> None:
    await contacts.seen(reference())
    await contacts.move("a:1", "https://smba.example/emea/")
    moved = await contacts.conversation("a:1")
    assert moved is not None
    assert moved.reference.service_url == "https://smba.example/emea/"
    await contacts.mark_dead("a:1", "gone", seen_before=NOW + SECOND)
    await contacts.replace("a:1", reference("a:2"))
    assert await contacts.conversation("a:1") is None
    assert await contacts.conversation("a:2") == StoredReference(reference=reference("a:2"))
    await contacts.mark_dead("a:2", "gone", seen_before=NOW + SECOND)
    await contacts.replace("a:2", reference("a:2"))
    assert await contacts.conversation("a:2") == StoredReference(reference=reference("a:2"))


async def test_a_person_in_two_chats_at_one_instant_is_one_person(contacts: Contacts) -> None:
    await asyncio.gather(*(contacts.seen(reference(f"a:{each % 3}")) for each in range(12)))
    assert await contacts.person(JORDAN.object_id) is not None


# --- turns ----------------------------------------------------------------------------------------


@pytest.fixture
def turns(database: Database) -> TurnLog:
    return SqlTurnLog(database)


async def begin(
    turns: TurnLog, activity: str, *, owner: str = "one", alone: bool = True, now: datetime = NOW, chat: str = "a:1"
) -> TurnStart:
    return await turns.begin(chat, activity, owner=owner, alone=alone, now=now, lease_until=now + 30 * SECOND)


ANSWER = StoredAnswer(status=200, body={"statusCode": 200, "value": [None, "x"]})


async def test_a_finished_turn_gives_its_answer_again(turns: TurnLog) -> None:
    assert (await begin(turns, "1")).begun is Begun.mine
    await turns.finish("a:1", "1", owner="one", answer=ANSWER, now=NOW)
    assert await begin(turns, "1", owner="two") == TurnStart(begun=Begun.finished, answer=ANSWER)
    await begin(turns, "2")
    await turns.finish("a:1", "2", owner="one", answer=StoredAnswer(status=201), now=NOW)
    assert (await begin(turns, "2")).answer == StoredAnswer(status=201)


async def test_a_running_turn_is_not_run_twice(turns: TurnLog) -> None:
    await begin(turns, "1")
    assert (await begin(turns, "1")).begun is Begun.running
    assert (await begin(turns, "1", owner="two")).begun is Begun.running


async def test_one_turn_at_a_time_runs_alone_in_a_conversation(turns: TurnLog) -> None:
    await begin(turns, "1")
    assert (await begin(turns, "2")).begun is Begun.busy
    assert (await begin(turns, "3", alone=False)).begun is Begun.mine
    assert (await begin(turns, "2", chat="a:2")).begun is Begun.mine
    await turns.finish("a:1", "1", owner="one", answer=ANSWER, now=NOW)
    assert (await begin(turns, "2")).begun is Begun.mine


async def test_a_turn_whose_owner_died_is_taken_over(turns: TurnLog) -> None:
    await begin(turns, "1")
    late = NOW + 31 * SECOND
    assert (await begin(turns, "1", owner="two", now=late)).begun is Begun.mine
    assert not await turns.renew("a:1", "1", owner="one", lease_until=late + 30 * SECOND)
    await turns.finish("a:1", "1", owner="one", answer=StoredAnswer(status=500), now=late)
    assert (await begin(turns, "1", owner="three", now=late)).begun is Begun.running


async def test_a_dead_turn_lets_the_next_one_run_and_can_still_be_delivered_again(turns: TurnLog) -> None:
    await begin(turns, "1")
    late = NOW + 31 * SECOND
    assert (await begin(turns, "2", owner="two", now=late)).begun is Begun.mine
    assert (await begin(turns, "1", owner="two", now=late)).begun is Begun.busy
    await turns.finish("a:1", "2", owner="two", answer=ANSWER, now=late)
    assert (await begin(turns, "1", owner="two", now=late)).begun is Begun.mine


async def test_a_renewed_lease_keeps_the_turn(turns: TurnLog) -> None:
    await begin(turns, "1")
    assert await turns.renew("a:1", "1", owner="one", lease_until=NOW + 60 * SECOND)
    assert (await begin(turns, "1", owner="two", now=NOW + 31 * SECOND)).begun is Begun.running
    assert (await begin(turns, "2", owner="two", now=NOW + 31 * SECOND)).begun is Begun.busy


async def test_of_many_deliveries_at_one_instant_one_runs(turns: TurnLog) -> None:
    same = await asyncio.gather(*(begin(turns, "1", owner=str(each), chat="a:1") for each in range(10)))
    assert sorted(each.begun for each in same) == [Begun.mine] + [Begun.running] * 9
    apart = await asyncio.gather(*(begin(turns, str(each), chat="a:2") for each in range(10)))
    assert sorted(each.begun for each in apart) == [Begun.busy] * 9 + [Begun.mine]


async def test_old_turns_are_forgotten_and_running_ones_are_not(turns: TurnLog) -> None:
    await begin(turns, "1")
    await turns.finish("a:1", "1", owner="one", answer=ANSWER, now=NOW)
    await begin(turns, "2")
    assert await turns.purge(NOW + timedelta(hours=1)) == 1
    assert (await begin(turns, "2")).begun is Begun.running


# --- bot state ------------------------------------------------------------------------------------


@pytest.fixture
def states(database: Database) -> StateStore:
    return SqlStateStore(database)


LATER = NOW + timedelta(days=1)
DOCUMENT = {"stack": [{"id": "book", "state": {"step": 2, "text": "\x00<b>", "none": None, "of": 1.5}}], "y": True}


async def test_a_document_comes_back_with_its_version(states: StateStore) -> None:
    assert await states.load("k") is None
    assert await states.save("k", DOCUMENT, expected_version=0, expires_at=LATER) == 1
    assert await states.save("k", {**DOCUMENT, "y": False}, expected_version=1, expires_at=LATER) == 2
    stored = await states.load("k")
    assert stored is not None
    assert (stored.version, stored.document) == (2, {**DOCUMENT, "y": False})


async def test_a_document_somebody_else_wrote_is_not_overwritten(states: StateStore) -> None:
    await states.save("k", DOCUMENT, expected_version=0, expires_at=LATER)
    await states.save("k", {}, expected_version=1, expires_at=LATER)
    for stale in (0, 1, 3):
        with pytest.raises(StateConflict):
            await states.save("k", DOCUMENT, expected_version=stale, expires_at=LATER)


async def test_of_many_writers_at_one_instant_one_wins(states: StateStore) -> None:
    for version in (0, 1):
        results = await asyncio.gather(
            *(states.save("k", {"by": each}, expected_version=version, expires_at=LATER) for each in range(8)),
            return_exceptions=True,
        )
        assert [type(each) for each in results].count(StateConflict) == 7


async def test_documents_are_forgotten_on_request_and_after_they_expire(states: StateStore) -> None:
    await states.save("k", DOCUMENT, expected_version=0, expires_at=NOW)
    await states.save("l", DOCUMENT, expected_version=0, expires_at=LATER)
    assert await states.load("k") is not None
    assert await states.purge(NOW + SECOND) == 1
    await states.forget("l")
    await states.forget("l")
    assert await states.load("k") is None
    assert await states.load("l") is None
    assert await states.save("l", {}, expected_version=0, expires_at=LATER) == 1


# --- firsts ---------------------------------------------------------------------------------------


async def test_something_is_the_first_time_once(database: Database) -> None:
    firsts: Firsts = SqlFirsts(database)
    asked = await asyncio.gather(*(firsts.first("welcome", "a:1", now=NOW) for _ in range(10)))
    assert sorted(asked) == [False] * 9 + [True]
    assert await firsts.first("sso", "a:1", now=NOW)
    assert await firsts.purge("welcome", NOW + SECOND) == 1
    assert await firsts.first("welcome", "a:1", now=NOW)
    assert not await firsts.first("sso", "a:1", now=NOW)


# --- pace -----------------------------------------------------------------------------------------


@pytest.fixture(params=["shared", "one process"])
def pace(database: Database, request: pytest.FixtureRequest) -> Pace:
    return SqlPace(database) if request.param == "shared" else LocalPace()


async def reserve(pace: Pace, now: datetime = NOW, *, max_wait: float = 10, bucket: str = "tenant:1") -> float:
    return await pace.reserve(bucket, per_second=2, burst=3, now=now, max_wait=max_wait)


async def test_a_burst_passes_and_the_rest_keeps_the_rate(pace: Pace) -> None:
    assert [await reserve(pace) for _ in range(6)] == [0, 0, 0, 0.5, 1.0, 1.5]
    assert await reserve(pace, bucket="tenant:2") == 0
    assert await reserve(pace, NOW + 60 * SECOND) == 0


async def test_a_wait_that_is_too_long_takes_nothing(pace: Pace) -> None:
    for _ in range(4):
        await reserve(pace)
    assert [await reserve(pace, max_wait=0.6) for _ in range(3)] == [1.0, 1.0, 1.0]
    assert await reserve(pace) == 1.0


async def test_nothing_passes_while_teams_said_to_wait(pace: Pace) -> None:
    await pace.hold("tenant:1", NOW + 5 * SECOND)
    await pace.hold("tenant:1", NOW + 2 * SECOND)
    assert await reserve(pace, max_wait=1) == 5
    assert await reserve(pace) == 5
    assert await reserve(pace, NOW + 6 * SECOND) == 0


async def test_a_clock_that_is_set_back_holds_nobody_up(pace: Pace) -> None:
    for _ in range(6):
        await reserve(pace)
    assert [await reserve(pace, NOW - 300 * SECOND) for _ in range(4)] == [0, 0, 0, 0.5]


async def test_many_senders_share_one_pace(pace: Pace) -> None:
    waits = await asyncio.gather(*(reserve(pace) for _ in range(10)))
    assert sorted(waits) == [0, 0, 0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5]
