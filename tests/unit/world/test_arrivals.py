"""Who comes to a visit: told by Graph or by hand, shown on its card, and once a word to the organizer."""

import random
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.graph.emulator.state import Meeting
from bot.visits.models.people import Person
from tests.conversations.chat import Chat, summary_of
from tests.conversations.reading_cards import card_of, titles_on, words_on
from tests.personas import JORDAN, KIM, TENANT_ID
from tests.unit.world.office import WatchedOffice

BOOKED = "Ana Ruiz: Visit booked, Mon 23 Nov 2026, 2:30 PM Pacific"
KIM_AS_PERSON = Person(id=KIM.object_id, tenant_id=TENANT_ID, name=KIM.name, time_zone="America/Los_Angeles")


@pytest.fixture
async def chat(office: WatchedOffice) -> Chat:
    """It is twenty past two, and Ana Ruiz comes to Dr Kim at half past."""
    return await at_the_door(office)


async def at_the_door(office: WatchedOffice) -> Chat:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim today 2:30pm
        Bot: [card] Please check: …
        Jordan: (taps Book)
        Bot: [same card] {BOOKED}
    """)
    await office.time_passes(hours=5, minutes=20)
    await office.looks("lobby")
    return chat


def kims_chat(office: WatchedOffice) -> Chat:
    """What Dr Kim sees; the bot was installed for everyone."""
    return office.chat_with(KIM)


def told_to_wait(chat: Chat) -> list[Mapping[str, Any]]:
    """The cards here that say that the client waits; others may come between."""
    said = (each.now for each in chat.messages)
    return [card_of(each) or {} for each in said if summary_of(each) == "Your client is waiting: visit at 2:30 PM"]


def meeting(office: WatchedOffice) -> Meeting:
    (found,) = office.emulator.state.meetings.values()
    return found


def subscriptions(office: WatchedOffice) -> int:
    return len(office.emulator.courier.subscriptions)


async def test_a_visit_is_watched_when_it_comes_near(office: WatchedOffice) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim today 2:30pm
        Bot: [card] Please check: …
        Jordan: (taps Book)
        Bot: [same card] {BOOKED}
    """)
    await office.looks("lobby")
    assert subscriptions(office) == 0
    await office.time_passes(hours=4)
    await office.looks("lobby")
    await office.looks("lobby")
    assert subscriptions(office) == 1
    await office.time_passes(hours=5)
    await office.looks("lobby")
    assert subscriptions(office) == 0


async def test_the_card_follows_the_client(office: WatchedOffice, chat: Chat) -> None:
    room = office.emulator.waiting_room
    room.enter(meeting(office), "A. Client")
    await office.looks()
    await chat.plays(f"""
        Bot: [same card] {BOOKED}
            shows waiting since 2:20 PM
    """)
    await office.time_passes(minutes=3)
    room.admit(meeting(office))
    await office.looks()
    await chat.plays(f"""
        Bot: [same card] {BOOKED}
            shows admitted at 2:23 PM, waited 3 min
    """)
    await office.time_passes(minutes=23)
    room.end(meeting(office))
    await office.looks()
    await office.time_passes(seconds=10)
    await office.looks("attendance")
    await chat.plays(f"""
        Bot: [same card] {BOOKED}
            shows ended, 23 min, waited 3 min
    """)


async def test_the_organizer_is_told_once_that_the_client_waits(office: WatchedOffice) -> None:
    kim = kims_chat(office)
    await kim.plays("""
        Kim: hello
        Bot: [card] …
    """)
    await at_the_door(office)
    room = office.emulator.waiting_room
    client = room.enter(meeting(office), "A. Client")
    await office.looks()
    room.leave(meeting(office), client.id)
    room.enter(meeting(office), "A. Client")
    await office.looks()
    (card,) = told_to_wait(kim)
    assert "Ana Ruiz" in words_on(card)
    assert titles_on(card) == ("Join and admit", "Running late", "Show the visit")


async def test_the_word_that_the_client_waits_gives_way_to_what_came_of_it(office: WatchedOffice) -> None:
    kim = kims_chat(office)
    await kim.plays("""
        Kim: hello
        Bot: [card] …
    """)
    await at_the_door(office)
    room = office.emulator.waiting_room
    room.enter(meeting(office), "A. Client")
    await office.looks()
    assert len(told_to_wait(kim)) == 1
    await office.time_passes(minutes=3)
    room.admit(meeting(office))
    await office.looks()
    assert told_to_wait(kim) == []
    assert "waited 3 min" in words_on(card_of(kim.messages[-1].now) or {})


async def test_staff_who_are_there_already_are_not_told(office: WatchedOffice) -> None:
    kim = kims_chat(office)
    await kim.plays("""
        Kim: hello
        Bot: [card] …
    """)
    chat = await at_the_door(office)
    room = office.emulator.waiting_room
    room.staff_joins(meeting(office))
    await office.looks()
    room.enter(meeting(office), "A. Client")
    await office.looks()
    assert told_to_wait(kim) == []
    await chat.plays(f"Bot: [same card] {BOOKED}\n    shows waiting since")


async def test_news_told_twice_is_once(office: WatchedOffice, chat: Chat) -> None:
    office.emulator.waiting_room.enter(meeting(office), "A. Client")
    await office.looks()
    (post,) = [each for each in office.posts if b"encryptedContent" in each.content]
    before = chat.versions_of_last_card()
    assert (await office.door.post(post.url.path, data=post.content)).status == 202
    await office.settles()
    assert chat.versions_of_last_card() == before


@pytest.mark.parametrize("seed", ["as it happened", "backwards", 1, 2])
async def test_in_whatever_order_the_post_comes_and_however_often_the_visit_is_told_the_same(
    office: WatchedOffice, chat: Chat, seed: str | int
) -> None:
    office.posts.clear()
    office.holds_post = True
    room = office.emulator.waiting_room
    client = room.enter(meeting(office), "A. Client")
    await office.time_passes(minutes=3)
    room.admit(meeting(office))
    await office.time_passes(minutes=20)
    room.leave(meeting(office), client.id)
    room.end(meeting(office))
    await office.emulator.quiet()
    posts = office.posts * 2
    assert len(posts) >= 2 * 6
    if seed == "backwards":
        posts.reverse()
    elif isinstance(seed, int):
        random.Random(seed).shuffle(posts)
    await office.delivers(posts)
    (visit,) = await office.app.visits.agenda(office.clock.now().date(), KIM_AS_PERSON)
    presence = await office.app.watching.arrivals.presence_of(visit)
    began = visit.starts_at - timedelta(minutes=10)
    assert (presence.waiting_since, presence.staff_is_in) == (None, False)
    told = [presence.admitted_at, presence.left_at, presence.ended_at]
    assert [round((each - began) / timedelta(minutes=1)) if each else None for each in told] == [3, 23, 23]
    assert presence.waited is not None
    assert round(presence.waited / timedelta(minutes=1)) == 3


async def test_a_lost_subscription_is_made_again(office: WatchedOffice, chat: Chat) -> None:
    (before,) = office.emulator.courier.subscriptions
    office.emulator.courier.lifecycle(before, "subscriptionRemoved")
    await office.looks()
    (after,) = office.emulator.courier.subscriptions
    assert after != before


async def test_a_restart_goes_on_with_the_same_subscription(office: WatchedOffice, chat: Chat) -> None:
    (before,) = office.emulator.courier.subscriptions
    await office.restarts()
    await office.looks("lobby")
    assert [*office.emulator.courier.subscriptions] == [before]
    office.emulator.waiting_room.enter(meeting(office), "A. Client")
    await office.looks()
    await chat.plays(f"Bot: [same card] {BOOKED}\n    shows waiting since")


async def test_the_handshake_gives_the_token_back_as_plain_text(office: WatchedOffice) -> None:
    token = "Validation: Testing <b>client</b> & more"
    for path in ("/api/graph/notifications", "/api/graph/lifecycle"):
        answer = await office.door.post(path, params={"validationToken": token})
        assert (answer.status, answer.content_type, await answer.text()) == (200, "text/plain", token)


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"[]", 400), (b"x" * 2_000_000, 400), (b"{}", 202)])
async def test_junk_is_no_news(office: WatchedOffice, body: bytes, status: int) -> None:
    assert (await office.door.post("/api/graph/notifications", data=body)).status == status


async def test_a_post_that_is_not_graphs_changes_nothing(office: WatchedOffice, chat: Chat) -> None:
    forged = {"value": [{"clientState": "x.y", "encryptedContent": {}}], "validationTokens": ["a.b.c"]}
    assert (await office.door.post("/api/graph/notifications", json=forged)).status == 202
    await office.settles()
    await chat.plays(f"Bot: [same card] {BOOKED}\n    hides waiting since")


async def test_where_it_is_not_granted_staff_mark_it_by_hand(office: WatchedOffice) -> None:
    kim = kims_chat(office)
    await kim.plays("""
        Kim: hello
        Bot: [card] …
    """)
    office.fails(".*", "beta/subscriptions", status=403, times=100)
    chat = await at_the_door(office)
    assert subscriptions(office) == 0
    await chat.plays(f"""
        Jordan: find Ruiz
        Bot: [card] …
        Jordan: (taps Open)
        Bot: [card] {BOOKED}
            offers Join, Running late, Client is here, Reschedule, Cancel
        Jordan: (taps Client is here)
        Bot: [same card] {BOOKED}
            shows Noted: the client is here.
            shows waiting since 2:20 PM
    """)
    await office.settles()
    assert len(told_to_wait(kim)) == 1


async def test_nothing_is_asked_of_graph_where_it_is_not_set_up(tmp_path: Path) -> None:
    from bot.graph.config import GraphConfig
    from bot.settings import Settings
    from bot.watching import watches_lobbies
    from tests.contracts.conftest import emulated

    real = {"app_id": "bot", "app_password": "x", "app_tenantid": TENANT_ID, "_env_file": None}
    edge = emulated("outlook", "app").edge
    assert not watches_lobbies(Settings(**real), edge)  # type: ignore[arg-type]
    with_key = {"public_url": "https://visits.contoso.example", "notification_key": str(tmp_path / "key.pem")}
    assert watches_lobbies(Settings(**real, **with_key), edge)  # type: ignore[arg-type]
    high = emulated("outlook", "app", cloud_name="gcc-high").edge
    assert not watches_lobbies(Settings(**real, **with_key), high)  # type: ignore[arg-type]
    assert GraphConfig(tenant_id="t").arrivals is False


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"value":5}', 400),
        (b'{"value":[{"clientState":"\xc3\xa9.\xc3\xa9"}]}', 202),
        (b'{"value":[{"clientState":5}]}', 202),
        (b'{"value":[{"clientState":"\\ud800.\\ud800"}]}', 202),
        (b'{"value":[{"encryptedContent":5}],"validationTokens":[5]}', 400),
    ],
)
async def test_anybodys_malformed_post_is_answered(office: WatchedOffice, body: bytes, status: int) -> None:
    async with office.door.post("/api/graph/notifications", data=body) as answer:
        assert answer.status == status
