"""Somebody of the staff runs late: who can be told is told, the card says who, and after the visit nobody is."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.conversations.chat import Chat
from tests.office import Office
from tests.personas import JORDAN, KIM

DESK = "19:desk@thread.v2"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """An office whose desk has a chat."""
    async with Office(tmp_path, desk_chat=DESK) as office:
        await office.chat_with(JORDAN, conversation_id=DESK, kind="groupChat").installs()
        yield office


@pytest.fixture
async def deskless(tmp_path: Path) -> AsyncIterator[Office]:
    """An office whose desk has none."""
    async with Office(tmp_path) as office:
        yield office


async def at_the_card(office: Office, *, email: str | None) -> Chat:
    """Dr Kim looks at a visit that begins in ten minutes."""
    chat = office.chat_with(KIM)
    await chat.plays(f"""
        Kim: book Ana Ruiz 206-555-0142 {email or ""} follow-up with Dr Kim today at 11
        Bot: [card] Please check: Ana Ruiz, …
        Kim: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, …
    """)
    office.clock.advance(hours=1, minutes=50)
    await chat.plays("""
        Kim: find Ruiz
        Bot: [card] Visits that match
        Kim: (taps Open)
        Bot: [card] Ana Ruiz: …
    """)
    return chat


def told(office: Office) -> list[str]:
    """What the desk's chat was told since the bot was installed there."""
    return [str(each.now.get("summary")) for each in office.connector.chats[DESK][1:]]


def mailed(office: Office) -> list[str]:
    """The subject of every e-mail to a client beside the invitation."""
    subjects = [each["subject"] for each in office.world()["mails"]]
    return [each for each in subjects if each != "Follow-up: Ana Ruiz"]


async def test_the_desk_and_a_client_with_an_address_hear_it_once(office: Office) -> None:
    chat = await at_the_card(office, email="ana@example.org")
    await chat.plays("""
        Kim: (taps Running late)
        Bot: [same card] Your visit …
            shows The desk is told that you are late, and the client gets an e-mail.
            hides Running late
        Kim: (taps old Running late)
        Bot: [same card] Your visit …
    """)
    await office.settles()
    assert mailed(office) == ["Dr Min Kim is running late"]
    assert told(office) == ["A visit needs attention"]


async def test_a_desk_without_a_chat_is_not_said_to_know(deskless: Office) -> None:
    chat = await at_the_card(deskless, email="ana@example.org")
    await chat.plays("""
        Kim: (taps Running late)
        Bot: [same card] Your visit …
            shows The client gets an e-mail. The desk is not told
            hides The desk is told
    """)


async def test_where_nobody_can_be_told_the_card_says_so(deskless: Office) -> None:
    chat = await at_the_card(deskless, email=None)
    await chat.plays("""
        Kim: (taps Running late)
        Bot: [same card] Your visit …
            shows I could tell nobody
    """)


async def test_nobody_hears_it_of_a_visit_that_is_over(office: Office) -> None:
    chat = await at_the_card(office, email="ana@example.org")
    office.clock.advance(days=2)
    await chat.plays("""
        Kim: (taps Running late)
        Bot: [same card] Ana Ruiz: …
            shows This visit is over: nobody was told.
    """)
    await office.settles()
    assert mailed(office) == []
    assert told(office) == []
