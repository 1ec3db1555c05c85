"""Everybody can see in the chat how visits are kept; a Bookings calendar can be chosen there."""

from pathlib import Path

import pytest

from tests.personas import JORDAN
from tests.unit.world.office import WatchedOffice

DOWNTOWN = "downtown@contoso.example"


@pytest.mark.parametrize(
    ("backend", "words"),
    [
        ("outlook", "Visits are kept as: Outlook events with a Teams meeting. The bot acts by itself."),
        ("meeting", "Visits are kept as: Teams meetings without a calendar event."),
        ("bookings", "Visits are kept as: Microsoft Bookings appointments."),
        ("virtual-appointment", "Visits are kept as: Virtual appointments (retired by Microsoft)."),
    ],
)
async def test_one_setting_switches_the_backend_and_help_says_which(tmp_path: Path, backend: str, words: str) -> None:
    async with WatchedOffice(tmp_path, backend=backend, bookings_business="clinic@contoso.example") as office:
        await office.chat_with(JORDAN).plays(f"""
            Jordan: help
            Bot: [card] What you can write, and what the buttons do
                shows {words}
                shows This is a demonstration
            Jordan: settings
            Bot: [card] Your settings
                shows {words}
        """)


async def test_a_cloud_says_what_it_lacks_and_offers_none_of_it(tmp_path: Path) -> None:
    async with WatchedOffice(tmp_path, cloud="gcc-high") as office:
        await office.chat_with(JORDAN).plays("""
            Jordan: help
            Bot: [card] …
                shows This cloud has no text messages to clients.
                shows This cloud has no browser link for clients
            Jordan: (taps Book a visit)
            Bot: [card] …
                hides Text the client
        """)


async def test_of_several_bookings_calendars_one_can_be_chosen(tmp_path: Path) -> None:
    office = WatchedOffice(tmp_path, backend="bookings", bookings_business="clinic@contoso.example")
    world = office.emulator.world
    (clinic,) = world.businesses
    office.adds_business(clinic.model_copy(update={"id": DOWNTOWN, "name": "Downtown"}))
    async with office:
        await office.chat_with(JORDAN).plays("""
            Jordan: settings
            Bot: [card] Your settings
            Jordan: (fills Bookings calendar = Downtown; taps Save)
            Bot: [same card] Your settings
                shows Saved.
            Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
            Bot: [card] Please check: …
            Jordan: (taps Book)
            Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:30 PM Pacific
        """)
        (visit,) = await office.app.store.matching("Ruiz", since=office.clock.now())
        assert visit.backend == f"bookings:{DOWNTOWN}"
        made = {key: len(each.appointments) for key, each in office.emulator.state.businesses.items()}
        assert made == {"clinic@contoso.example": 0, DOWNTOWN: 1}


async def test_with_one_calendar_there_is_nothing_to_choose(office: WatchedOffice) -> None:
    await office.chat_with(JORDAN).plays("""
        Jordan: settings
        Bot: [card] Your settings
            hides Bookings calendar
    """)
