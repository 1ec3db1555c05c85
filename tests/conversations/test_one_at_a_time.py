"""What is wished for and not done is said: a second visit, a visit again and again, a hand-over, an absence."""

import pytest

from tests.office import Office
from tests.personas import JORDAN, SOFIA


async def test_of_two_visits_in_one_message_the_first_goes_on_and_the_other_is_named(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday 2pm and Ben Cho Friday 3pm
        Bot: One visit at a time: I go on with Ana Ruiz. When that is done, send me the rest: book Ben Cho Friday 3pm
        Bot: [card] Please check: Ana Ruiz, Fri 27 Nov 2026, 2:00 PM Pacific, with Dr Min Kim
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:00 PM Pacific
    """)


async def test_a_visit_again_and_again_is_booked_once_and_said_to_be(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim every Tuesday at 3
        Bot: I book one visit at a time and do not repeat it: this is about the first one only. …
        Bot: [card] Please check: Ana Ruiz, Tue 24 Nov 2026, 3:00 PM Pacific, with Dr Min Kim
    """)


async def test_the_same_in_spanish(office: Office) -> None:
    chat = office.chat_with(SOFIA)
    await chat.plays("""
        Sofía: cita todos los martes a las 4 para Ana Ruiz 206-555-0142 seguimiento con la doctora Kim
        Bot: Reservo una visita a la vez y no la repito: …
        Bot: [card] …
            shows mar 24 nov 2026, 16:00 …
    """)


async def test_a_hand_over_shows_the_visits_that_can_be_moved_or_cancelled(office: Office) -> None:
    await office.has_visit("Ana Ruiz", "2026-11-26T10:00-08:00")
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: hand Dr Kim's visits on Thursday over to Dr Patel
        Bot: I cannot hand visits over to somebody else yet. … These are the visits of Dr Min Kim on Thu 26 Nov 2026:
        Bot: [card] Thu 26 Nov 2026: 1 visit
            shows 10:00 AM Ana Ruiz
            offers Reschedule, Cancel, Day before, Day after, Book a visit, Open
    """)


async def test_to_whom_a_visit_is_handed_over_is_asked_and_whose_it_is_stays(office: Office) -> None:
    await office.has_visit("Ana Ruiz", "2026-11-23T15:00-08:00")
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: move Kim's 3pm to Dr Smith
        Bot: [card] …
            offers Dr Asha Patel, Maria Lopez RN, Tom Becker
        Jordan: (taps Dr Asha Patel)
        Bot: I cannot hand visits over to somebody else yet. … These are the visits of Dr Min Kim on Mon 23 Nov 2026:
        Bot: [same card] Today, Mon 23 Nov 2026: 1 visit
            shows 3:00 PM Ana Ruiz
    """)


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("cancel Friday's visits", "Cancel Eva Nguyen, Fri 27 Nov 2026, 11:00 AM Pacific?"),
        ("cancel all of Friday", "Cancel Eva Nguyen, Fri 27 Nov 2026, 11:00 AM Pacific?"),
        ("cancela las visitas del viernes", "¿Cancelar la visita de Eva Nguyen, vie 27 nov 2026, 11:00 Pacífico?"),
    ],
)
async def test_of_a_days_visits_one_is_chosen_and_asked_about_before_it_is_cancelled(
    office: Office, said: str, asked: str
) -> None:
    await office.has_visit("Ana Ruiz", "2026-11-27T10:00-08:00")
    await office.has_visit("Eva Nguyen", "2026-11-27T11:00-08:00")
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {said}
        Bot: [card] …
            shows Ana Ruiz
            shows Eva Nguyen
        Jordan: Eva Nguyen
        Bot: [card] {asked}
    """)


async def test_an_absence_shows_the_visits_that_can_be_moved_or_cancelled(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: Dr Patel is out on Friday
        Bot: I cannot note absences yet. … These are the visits of Dr Asha Patel on Fri 27 Nov 2026:
        Bot: [card] Fri 27 Nov 2026: 0 visits
    """)


async def test_a_day_without_free_times_offers_the_nearest_ones(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: when is Dr Kim free on Saturday?
        Bot: [card] Free times with Dr Min Kim, Sat 28 Nov 2026
            shows No free times on Sat 28 Nov 2026.
            offers Mon 30 Nov, 9:30 AM, Tue 1 Dec, 8:00 AM, Wed 2 Dec, 8:00 AM
    """)


async def test_a_booking_on_a_day_without_free_times_offers_the_nearest_ones(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim on Saturday
        Bot: [card] Nothing is free on Sat 28 Nov 2026. These are the next free days. …
            offers Mon 30 Nov, 9:30 AM, Tue 1 Dec, 8:00 AM, Wed 2 Dec, 8:00 AM, Thu 3 Dec, 8:00 AM
    """)


async def test_an_absence_on_a_day_that_fits_twice_asks_which_first(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: Dr Patel is out on Monday
        Bot: [card] Which day do you mean by “Monday”?
            offers Mon 23 Nov 2026, Mon 30 Nov 2026
        Jordan: the second
        Bot: I cannot note absences yet. … These are the visits of Dr Asha Patel on Mon 30 Nov 2026:
        Bot: [card] Mon 30 Nov 2026: 0 visits
    """)


async def test_a_draft_made_to_repeat_is_said_to_be_one_visit(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday 2pm
        Bot: [card] Please check: Ana Ruiz, Fri 27 Nov 2026, 2:00 PM Pacific, with Dr Min Kim
        Jordan: make it every Thursday
        Bot: I book one visit at a time and do not repeat it: …
        Bot: [card] Please check: Ana Ruiz, Thu 26 Nov 2026, 2:00 PM Pacific, with Dr Min Kim
    """)
