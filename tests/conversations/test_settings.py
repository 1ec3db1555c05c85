"""A person's own settings: by card, and by saying so."""

from tests.office import Office
from tests.personas import JORDAN, NADIA


async def test_settings_are_chosen_on_a_card(office: Office) -> None:
    chat = office.chat_with(NADIA)
    await chat.plays("""
        Nadia: settings
        Bot: [card] Your settings
            shows Your device is on Eastern time.
        Nadia: (fills Time zone of what you type and read = Eastern; taps Save)
        Bot: [same card] Your settings
            shows Saved.
        Nadia: tomorrow
        Bot: [card] Tomorrow, Tue 24 Nov 2026: 0 visits
        Nadia: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
        Bot: [card] Please check: Ana Ruiz, Fri 27 Nov 2026, 2:30 PM Eastern, with Dr Min Kim
            hides Your time
    """)


async def test_settings_survive_a_restart(office: Office) -> None:
    chat = office.chat_with(NADIA)
    await chat.plays("""
        Nadia: my time zone is Eastern
        Bot: From now on your times are in Eastern time.
    """)
    await office.restarts()
    await chat.plays("""
        Nadia: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
        Bot: [card] Please check: Ana Ruiz, Fri 27 Nov 2026, 2:30 PM Eastern, with Dr Min Kim
    """)


async def test_a_zone_said_beside_the_time_is_meant_for_that_time(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday 3 pm Eastern
        Bot: [card] Please check: Ana Ruiz, Fri 27 Nov 2026, 12:00 PM Pacific, with Dr Min Kim
    """)
