"""People sign in, out and in again, as Teams plays it: over HTTP, against the emulator's sign-in."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.graph.emulator.world import World
from tests.conversations.chat import Chat, summary_of
from tests.personas import JORDAN, KIM, Persona
from tests.unit.world.office import WatchedOffice


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[WatchedOffice]:
    """An office where everything is done for whoever signed in."""
    async with WatchedOffice(tmp_path, graph_identity="delegated") as office:
        yield office


def token_of(office: WatchedOffice, persona: Persona) -> str:
    """What Teams hands the bot at single sign-on."""
    return office.emulator.identity.assertion(persona.object_id)


async def hands_over(office: WatchedOffice, chat: Chat, token: str, exchange_id: str = "x-1") -> int:
    """The client sends the token by itself, once the sign-in card came."""
    value = {"id": exchange_id, "connectionName": "own", "token": token}
    activity = chat.an_activity("invoke", name="signin/tokenExchange", value=value)
    async with office.door.post("/api/messages", json=activity) as answer:
        return answer.status


def sign_in_cards(chat: Chat) -> list[dict[str, Any]]:
    found = (each.now.get("attachments") or [{}] for each in chat.messages)
    return [each[0]["content"] for each in found if each[0].get("contentType", "").endswith("card.oauth")]


async def test_whoever_has_not_signed_in_is_asked_to_and_then_goes_on(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(KIM)
    await chat.says("book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2")
    await clinic.settles()
    (card,) = sign_in_cards(chat)
    assert card["tokenExchangeResource"]["uri"].startswith("api://botid-")
    assert await hands_over(clinic, chat, token_of(clinic, KIM)) == 200
    await clinic.settles()
    assert chat.messages[-2].now["text"] == "You are signed in."
    await chat.taps("Book")  # on the card for what was asked before
    await clinic.settles()
    (event,) = clinic.events()
    assert event["deleted_at"] is None
    assert "In the calendar, on behalf of the person who booked" in chat.reads()
    assert all(each["path"].startswith("/v1.0/me/") for each in clinic.world()["requests"] if "/events" in each["path"])


async def test_every_client_of_a_person_sends_the_token_and_the_talk_goes_on_once(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(KIM)
    await chat.says("sign in")
    token = token_of(clinic, KIM)
    assert await asyncio.gather(*(hands_over(clinic, chat, token) for _ in range(4))) == [200] * 4
    await clinic.settles()
    assert [each.now.get("text") for each in chat.messages].count("You are signed in.") == 1


async def test_what_was_asked_long_before_the_sign_in_is_not_gone_on_with(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(KIM)
    await chat.says("book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2")
    clinic.clock.advance(minutes=31)
    assert await hands_over(clinic, chat, token_of(clinic, KIM)) == 200
    await clinic.settles()
    assert chat.messages[-1].now["text"] == "You are signed in."


async def test_what_was_asked_is_gone_on_with_once(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(KIM)
    await chat.says("today")
    await chat.says("book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2")
    assert await hands_over(clinic, chat, token_of(clinic, KIM)) == 200
    await chat.says("sign out")
    await chat.says("sign in")
    assert await hands_over(clinic, chat, token_of(clinic, KIM), "x-2") == 200
    await clinic.settles()
    assert chat.messages[-1].now["text"] == "You are signed in."


async def test_without_consent_the_client_is_told_to_ask_for_it(clinic: WatchedOffice) -> None:
    world: World = clinic.emulator.world
    world.users = tuple(
        each.model_copy(update={"consented": False}) if each.id == KIM.object_id else each for each in world.users
    )
    chat = clinic.chat_with(KIM)
    await chat.says("sign in")
    assert await hands_over(clinic, chat, token_of(clinic, KIM)) == 412


async def test_somebody_elses_token_is_not_taken(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(KIM)
    await chat.says("sign in")
    assert await hands_over(clinic, chat, token_of(clinic, JORDAN)) == 412
    assert await hands_over(clinic, chat, "no token at all") == 412


async def test_sign_out_forgets_the_person(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(KIM)
    await chat.says("sign in")
    await hands_over(clinic, chat, token_of(clinic, KIM))
    await chat.says("Sign out.")
    await clinic.settles()
    assert chat.messages[-1].now["text"].startswith("You are signed out.")
    await chat.says("sign in")
    await clinic.settles()
    assert len(sign_in_cards(chat)) == 2


async def test_what_waited_for_the_sign_in_goes_on_after_it(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(KIM)
    await chat.says("sign in")
    await hands_over(clinic, chat, token_of(clinic, KIM))
    await chat.says("book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2")
    await chat.taps("Book")
    await clinic.settles()
    await chat.says("sign out")
    await chat.says("cancel Ana Ruiz")
    await chat.taps("Cancel the visit")
    await clinic.time_passes(minutes=5)
    assert [each["deleted_at"] for each in clinic.events()] == [None]
    await clinic.looks("nudges")
    await clinic.looks("nudges")
    nudges = [each for each in chat.messages if "waits until you sign in" in summary_of(each.now)]
    assert len(nudges) == 1
    assert await hands_over(clinic, chat, token_of(clinic, KIM), "x-2") == 200
    await clinic.settles()
    assert chat.messages[-1].now["text"] == "You are signed in. What waited for it goes on now."
    assert [each["deleted_at"] is not None for each in clinic.events()] == [True]


async def booked_by_jordan(office: WatchedOffice) -> tuple[Chat, Chat]:
    """Jordan and Dr Kim are signed in, and Jordan books: the visit lies in Jordan's calendar. Both their chats."""
    jordan, kim = office.chat_with(JORDAN), office.chat_with(KIM)
    for chat in (jordan, kim):
        await chat.says("sign in")
        assert await hands_over(office, chat, token_of(office, chat.persona)) == 200
    await jordan.says("book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2")
    await jordan.taps("Book")
    await office.settles()
    return jordan, kim


def was_nudged(chat: Chat) -> bool:
    return any("waits until you sign in" in summary_of(each.now) for each in chat.messages)


async def test_the_one_asked_to_sign_in_is_whose_calendar_it_is_whoever_changed_the_visit(
    clinic: WatchedOffice,
) -> None:
    jordan, kim = await booked_by_jordan(clinic)
    await jordan.says("sign out")
    await kim.says("cancel Ana Ruiz")
    await kim.taps("Cancel the visit")
    await clinic.time_passes(minutes=5)
    await clinic.looks("nudges")
    assert (was_nudged(jordan), was_nudged(kim)) == (True, False)
    assert await hands_over(clinic, jordan, token_of(clinic, JORDAN), "x-2") == 200
    await clinic.settles()
    assert jordan.messages[-1].now["text"] == "You are signed in. What waited for it goes on now."
    assert [each["deleted_at"] is not None for each in clinic.events()] == [True]


async def test_an_event_whose_making_was_not_answered_is_looked_for_where_it_was_made(clinic: WatchedOffice) -> None:
    clinic.loses_answers("POST", "/events")
    clinic.fails("GET", "/events", status=503, times=1000)
    _, kim = await booked_by_jordan(clinic)
    await kim.says("cancel Ana Ruiz")
    await kim.taps("Cancel the visit")
    await clinic.settles()
    assert [each["deleted_at"] for each in clinic.events()] == [None]
    clinic.works_again()
    for _ in range(4):
        await clinic.time_passes(minutes=10)
    assert [each["deleted_at"] is not None for each in clinic.events()] == [True]


def withdraws(office: WatchedOffice, persona: Persona) -> None:
    """An administrator takes the person's consent away, or their account: present tokens are refused from now on."""
    world = office.emulator.world
    world.users = tuple(
        each.model_copy(update={"consented": False}) if each.id == persona.object_id else each for each in world.users
    )
    office.emulator.identity.revoke(persona.object_id)


async def booked_by_kim(office: WatchedOffice) -> Chat:
    """Kim signs in and books, and a minute passes."""
    chat = office.chat_with(KIM)
    await chat.says("sign in")
    assert await hands_over(office, chat, token_of(office, KIM)) == 200
    await chat.says("book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2")
    await chat.taps("Book")
    await office.time_passes(minutes=1)
    return chat


async def test_a_grant_that_was_withdrawn_is_noticed_and_asked_for_again(clinic: WatchedOffice) -> None:
    chat = await booked_by_kim(clinic)
    withdraws(clinic, KIM)
    await chat.says("cancel Ana Ruiz")
    await chat.taps("Cancel the visit")
    await clinic.settles()
    assert "has to sign in first" in chat.reads()
    assert [each["deleted_at"] for each in clinic.events()] == [None]
    await clinic.looks("nudges")
    assert any("waits until you sign in" in summary_of(each.now) for each in chat.messages)
    await chat.says("sign in")
    await clinic.settles()
    assert len(sign_in_cards(chat)) == 2  # asked again, not "you are signed in already"


async def test_where_the_app_may_stand_in_it_does_what_the_withdrawn_grant_could_not(tmp_path: Path) -> None:
    async with WatchedOffice(tmp_path, graph_identity="delegated", without_grant="app") as office:
        chat = await booked_by_kim(office)
        withdraws(office, KIM)
        await chat.says("cancel Ana Ruiz")
        await chat.taps("Cancel the visit")
        await office.settles()
        (event,) = office.events()
        assert event["deleted_at"] is not None
        done = [each["path"] for each in office.world()["requests"] if each["status"] in (202, 204)]
        assert done[-1].startswith(f"/v1.0/users/{KIM.object_id}/events/")
        assert "by the bot itself: nobody was signed in" in chat.reads()


async def test_whoever_is_signed_in_is_told_so(clinic: WatchedOffice) -> None:
    chat = clinic.chat_with(KIM)
    await chat.says("sign in")
    await hands_over(clinic, chat, token_of(clinic, KIM))
    await chat.says("sign in")
    await clinic.settles()
    assert chat.messages[-1].now["text"] == "You are signed in already."


async def test_where_the_app_acts_anyway_the_card_speaks_of_nobody(office: WatchedOffice) -> None:
    chat = office.chat_with(KIM)
    await chat.says("book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2")
    await chat.taps("Book")
    await office.settles()
    assert "In the calendar\n" in chat.reads() + "\n"


async def test_by_default_nobody_signs_in(office: WatchedOffice) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: sign in
        Bot: Nobody needs to sign in here: I act by myself.
        Jordan: sign out
        Bot: Nobody needs to sign in here: I act by myself.
    """)
