"""The first visit of a tenant: Microsoft sets virtual visits up for some minutes, and the card says so."""

import pytest

from tests.conversations.chat import Chat
from tests.office import Office
from tests.personas import JORDAN


@pytest.fixture(params=["409", "503"])
async def chat(office: Office, request: pytest.FixtureRequest) -> Chat:
    """A booking at the moment when Microsoft begins to set up."""
    office.emulator.world.switches.provisioning = request.param
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
        Bot: [card] Please check: …
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: …, Fri 27 Nov 2026, 2:30 PM Pacific
            shows Microsoft is setting up virtual visits for your organization.
            shows Next try in about …
    """)
    return chat


async def test_the_card_says_so_and_it_finishes_by_itself(office: Office, chat: Chat) -> None:
    assert office.sms() == []
    for _ in range(6):
        await office.time_passes(minutes=5)
    await chat.plays("""
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:30 PM Pacific
            hides Microsoft is setting up
    """)
    assert [kind for _, kind in office.sms()] == ["confirmation"]


async def test_the_visit_can_be_moved_meanwhile(office: Office, chat: Chat) -> None:
    await chat.plays("""
        Jordan: move it to Friday 4 pm
        Bot: [card] Move Ana Ruiz to Fri 27 Nov 2026, 4:00 PM Pacific?
        Jordan: (taps Move)
        Bot: [same card] Ana Ruiz: …, Fri 27 Nov 2026, 4:00 PM Pacific
    """)
    for _ in range(6):
        await office.time_passes(minutes=5)
    assert [each["start"] for each in office.events()] == ["2026-11-28T00:00:00Z"]
    assert [kind for _, kind in office.sms()] == ["confirmation"]
