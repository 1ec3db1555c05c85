"""The first visit of a tenant: Microsoft takes minutes to set virtual visits up, and the card says how many."""

import pytest

from tests.conversations.ana import BOOKED
from tests.office import Office
from tests.personas import JORDAN


@pytest.mark.parametrize("kind", ["503", "409"])
async def test_the_card_says_that_it_takes_minutes_and_when_the_next_try_is(office: Office, kind: str) -> None:
    switches = office.emulator.world.switches
    switches.provisioning, switches.provisioning_minutes = ("503" if kind == "503" else "409"), 3
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
        Bot: [card] Please check: …
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: …
            shows Microsoft is setting up virtual visits for your organization.
            shows Next try in about 3 minutes, at 9:03 AM.
            offers Join, Reschedule, Cancel
    """)
    assert office.sms() == []
    await office.time_passes(minutes=4)
    await chat.plays(f"""
        Bot: [same card] {BOOKED}
            shows Confirmation accepted by Microsoft
            hides setting up
    """)
    assert office.sms() == [("+12065550142", "confirmation")]
