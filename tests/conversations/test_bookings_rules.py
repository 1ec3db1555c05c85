"""Where Bookings keeps the visits, its own rules are told before a visit is booked, and no reason goes over them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.personas import JORDAN, SOFIA
from tests.unit.world.office import WatchedOffice

BUSINESS = "clinic@contoso.example"
MONDAY_TEN = "book Ana Ruiz 206-555-0142 follow-up with Dr Patel today at 10 am"


class BookingsOffice(WatchedOffice):
    """The office with its visits in Bookings, by the app alone."""

    @property
    def business(self) -> dict[str, Any]:
        """The business, as Graph holds it."""
        return self.emulator.state.businesses[BUSINESS].content

    def appointments(self) -> list[str]:
        """When each appointment that is on starts."""
        kept = self.emulator.state.businesses[BUSINESS].appointments.values()
        return [f"{each.starts_at:%Y-%m-%dT%H:%MZ}" for each in kept if each.gone_at is None]


@pytest.fixture
def closed_office(tmp_path: Path) -> BookingsOffice:
    """Before the bot starts: what the business wants may still be changed."""
    return BookingsOffice(tmp_path, backend="bookings", bookings_business=BUSINESS)


@pytest.fixture
async def office(closed_office: BookingsOffice) -> AsyncIterator[BookingsOffice]:
    async with closed_office as office:
        yield office


@pytest.fixture
async def strict_office(closed_office: BookingsOffice) -> AsyncIterator[BookingsOffice]:
    """The business wants a day of notice."""
    closed_office.business["schedulingPolicy"]["minimumLeadTime"] = "P1D"
    async with closed_office as office:
        yield office


async def test_a_day_of_notice_is_told_with_times_that_bookings_takes(strict_office: BookingsOffice) -> None:
    office = strict_office
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {MONDAY_TEN}
        Bot: [card] Please check: Ana Ruiz, Mon 23 Nov 2026, 10:00 AM Pacific, with Dr Asha Patel
            shows Bookings wants 24 h of notice for Follow-up: Tue 24 Nov 2026, 9:0
            hides Book anyway
            offers Tue 24 Nov, 10:00 AM, Tue 24 Nov, 10:15 AM, Tue 24 Nov, 10:30 AM, Change, Discard
        Jordan: (taps Tue 24 Nov, 10:15 AM)
        Bot: [same card] Please check: Ana Ruiz, Tue 24 Nov 2026, 10:15 AM Pacific, with Dr Asha Patel
            offers Book, Change, Discard
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, Tue 24 Nov 2026, 10:15 AM Pacific
    """)
    assert office.appointments() == ["2026-11-24T18:15Z"]


async def test_the_rule_is_told_in_spanish_too(strict_office: BookingsOffice) -> None:
    chat = strict_office.chat_with(SOFIA)
    await chat.plays("""
        Sofía: reserva una visita para Ana Ruiz 206-555-0142, seguimiento con Patel, hoy a las 10
        Bot: [card] …
            shows Bookings pide 24 h de antelación para Follow-up: lo más pronto, mar 24 nov 2026
    """)


async def test_a_move_keeps_the_rules_of_bookings(office: BookingsOffice) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {MONDAY_TEN}
        Bot: [card] Please check: …
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, …
    """)
    await office.settles()
    await chat.plays("""
        Jordan: move Ana Ruiz to 10:15
        Bot: [card] …
            offers Move, Other times, Keep the time
        Jordan: no, 7 pm
        Bot: [card] …
            shows Office hours on Mon 23 Nov 2026 are 8:00 AM to 6:00 PM.
            shows On Mon 23 Nov 2026, Bookings takes Dr Asha Patel from 8:00 AM to 6:00 PM only.
            hides is busy
            hides Move anyway
            offers Mon 23 Nov, 5:00 PM, Mon 23 Nov, 5:15 PM, Mon 23 Nov, 5:30 PM, Other times, Keep the time
        Jordan: (taps Mon 23 Nov, 5:30 PM)
        Bot: [same card] …
            offers Move, Other times, Keep the time
        Jordan: (taps Move)
        Bot: [same card] Ana Ruiz: Visit booked, Mon 23 Nov 2026, 5:30 PM Pacific
    """)
    await office.settles()
    assert office.appointments() == ["2026-11-24T01:30Z"]


async def test_a_time_that_bookings_has_given_away_is_not_booked_anyway(office: BookingsOffice) -> None:
    office.keeps_busy("asha.patel@contoso.example", "2026-11-23T18:00Z", "2026-11-23T18:30Z")
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {MONDAY_TEN}
        Bot: [card] Please check: Ana Ruiz, Mon 23 Nov 2026, 10:00 AM Pacific, with Dr Asha Patel
            shows Dr Asha Patel is busy from 10:00 AM to 10:30 AM.
            hides Book anyway
            offers Mon 23 Nov, 9:30 AM, Mon 23 Nov, 10:30 AM, Mon 23 Nov, 10:45 AM, Change, Discard
    """)


async def test_a_service_that_bookings_does_not_have_offers_no_times_until_it_has(
    closed_office: BookingsOffice,
) -> None:
    services = closed_office.emulator.state.businesses[BUSINESS].services
    (key,) = [key for key, each in services.items() if each["displayName"] == "Follow-up"]
    follow_up = services.pop(key)
    async with closed_office as office:
        chat = office.chat_with(JORDAN)
        await chat.plays(f"""
            Jordan: {MONDAY_TEN}
            Bot: [card] Please check: Ana Ruiz, Mon 23 Nov 2026, 10:00 AM Pacific, with Dr Asha Patel
                shows Bookings has no service called Follow-up.
                offers Change, Discard
        """)
        services[key] = follow_up
        await office.time_passes(seconds=20)
        await chat.plays("""
            Jordan: make it 10:15
            Bot: [card] Please check: Ana Ruiz, Mon 23 Nov 2026, 10:15 AM Pacific, with Dr Asha Patel
                offers Book, Change, Discard
        """)
