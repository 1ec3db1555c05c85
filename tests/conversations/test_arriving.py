"""Somebody says that a client is here: it is noted on the visit of today, and on no other."""

import pytest

from tests.conversations.chat import Chat
from tests.office import Office
from tests.personas import JORDAN, KIM, SOFIA


@pytest.fixture
async def chat(office: Office) -> Chat:
    """Nine in the morning: Ana Ruiz comes at ten, Eva Nguyen at eleven and again tomorrow."""
    await office.has_visit("Ana Ruiz", "2026-11-23T10:00-08:00")
    await office.has_visit("Eva Nguyen", "2026-11-23T11:00-08:00")
    await office.has_visit("Eva Nguyen", "2026-11-24T11:00-08:00")
    await office.has_visit("Lucía Paz", "2026-11-24T12:00-08:00")
    await office.time_passes(seconds=1)
    return office.chat_with(JORDAN)


@pytest.mark.parametrize("said", ["Ana Ruiz is here", "Ana has arrived", "ana's here"])
async def test_a_client_who_is_here_is_noted(chat: Chat, said: str) -> None:
    await chat.plays(f"""
        Jordan: {said}
        Bot: [card] Ana Ruiz: …, Mon 23 Nov 2026, 10:00 AM Pacific
            shows Noted: the client is here.
            shows waiting since
    """)


async def test_in_spanish(office: Office, chat: Chat) -> None:
    await office.chat_with(SOFIA).plays("""
        Sofía: ha llegado Ana
        Bot: [card] Ana Ruiz: …, lun 23 nov 2026, 10:00 Pacífico
    """)


async def test_only_a_visit_of_today_is_meant(chat: Chat) -> None:
    await chat.plays("""
        Jordan: Eva Nguyen is here
        Bot: [card] Eva Nguyen: …, Mon 23 Nov 2026, 11:00 AM Pacific
        Jordan: Lucía Paz is here
        Bot: [card] I find no visit of Lucía Paz today.
    """)


async def test_who_is_named_has_arrived_and_not_who_was_spoken_of(chat: Chat) -> None:
    await chat.plays("""
        Jordan: find Ana Ruiz
        Bot: [card] …
        Jordan: Lucía has arrived
        Bot: [card] I find no visit of Lucía today.
    """)


@pytest.mark.parametrize("said", ["has Ana Ruiz arrived?", "Ana Ruiz hasn't arrived yet"])
async def test_who_is_asked_after_is_looked_up_and_not_noted(chat: Chat, said: str) -> None:
    await chat.plays(f"""
        Jordan: {said}
        Bot: [card] Visits that match
            shows 10:00 AM  Ana Ruiz
        Jordan: (taps Open)
        Bot: [card] Ana Ruiz: …
            hides Noted: the client is here.
    """)


async def test_a_single_visit_is_not_taken_for_that_of_somebody_who_was_not_named(office: Office) -> None:
    await office.has_visit("Ana Ruiz", "2026-11-23T10:00-08:00")
    await office.chat_with(JORDAN).plays("""
        Jordan: the client is here
        Bot: [card] Which visit do you mean?
            shows Ana Ruiz
    """)


async def test_without_a_name_one_of_todays_is_chosen(office: Office, chat: Chat) -> None:
    await office.chat_with(KIM).plays("""
        Kim: the client is here
        Bot: [card] Which visit do you mean?
            shows Ana Ruiz
            shows Eva Nguyen
        Kim: (taps This one)
        Bot: [same card] Ana Ruiz: …
            shows Noted: the client is here.
    """)


async def test_in_the_middle_of_a_booking_it_is_noted_and_the_booking_goes_on(chat: Chat) -> None:
    await chat.plays("""
        Jordan: book Eva Stone 206-555-0117 follow-up with Dr Kim Friday
        Bot: [card] At what time on Fri 27 Nov 2026?
        Jordan: Ana Ruiz is here
        Bot: [card] Ana Ruiz: …
            shows Noted: the client is here.
        Bot: [card] At what time on Fri 27 Nov 2026?
    """)


async def test_book_opens_the_form_whatever_is_being_asked(chat: Chat) -> None:
    await chat.plays("""
        Jordan: book Eva Stone 206-555-0117 follow-up with Dr Kim Friday
        Bot: [card] At what time on Fri 27 Nov 2026?
        Jordan: book
        Bot: [card] Book a visit: fill in the form
            shows Eva Stone
    """)
