"""Lists, free times, and what is never a dead end."""

from tests.office import Office
from tests.personas import JORDAN

BOOK_ANA = """
    Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Tuesday half past 2
    Bot: [card] Please check: …
    Jordan: (taps Book)
    Bot: [same card] Ana Ruiz: Visit booked, Tue 24 Nov 2026, 2:30 PM Pacific
"""


async def test_installing_brings_one_welcome_whatever_events_arrive(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.installs()
    await chat.installs()
    await chat.plays("""
        Bot: [card] Hello! I book and run virtual visits for Lakeside Clinic.
            offers Book a visit, Today, Help
    """)


async def test_hi_and_help_give_the_menu(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: hi
        Bot: [card] What can I do for you?
            offers Book a visit, Today, Help
        Jordan: help
        Bot: [card] What you can write, and what the buttons do
            offers Book a visit, Today, Settings
    """)


async def test_unknown_text_is_answered_with_what_is_possible(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: colourless green ideas
        Bot: [card] I did not understand that. Here is what I can do:
            offers Book a visit, Today, Help
        Jordan: (taps Today)
        Bot: [card] Today, Mon 23 Nov 2026: 0 visits
    """)


async def test_tomorrow_lists_its_visits_with_the_same_buttons(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        {BOOK_ANA}
        Jordan: tomorrow
        Bot: [card] Tomorrow, Tue 24 Nov 2026: 1 visit
            shows 2:30 PM Ana Ruiz
            shows Follow-up, 30 min · Dr Min Kim
            offers Join, Reschedule, Cancel, Day before, Day after, Book a visit, Open
        Jordan: (taps Open)
        Bot: [card] Ana Ruiz: Visit booked, Tue 24 Nov 2026, 2:30 PM Pacific
    """)


async def test_find_lists_who_matches(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        {BOOK_ANA}
        Jordan: find Ruiz
        Bot: [card] Visits that match
            shows Tue 24 Nov, 2:30 PM Ana Ruiz
        Jordan: find Zimmermann
        Bot: [card] Visits that match
            shows No visit matches.
    """)


async def test_a_free_time_asked_for_can_be_booked(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: when is Kim free Tuesday?
        Bot: [card] Free times with Dr Min Kim, Tue 24 Nov 2026
            shows 8:00 AM
        Jordan: (taps 8:00 AM)
        Bot: [same card] Book a visit: fill in the form
            shows Dr Min Kim
            shows 8:00 AM
    """)


async def test_pages_turn_in_the_same_card(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    for hour in range(8, 14):
        await office.has_visit(f"Client {hour}", f"2026-11-24T{hour:02d}:00-08:00")
    await chat.plays("""
        Jordan: tomorrow
        Bot: [card] Tomorrow, Tue 24 Nov 2026: 6 visits
            shows Client 8
            hides Client 13
        Jordan: (taps Next)
        Bot: [same card] Tomorrow, Tue 24 Nov 2026: 6 visits
            shows Client 13
            hides Client 8
    """)


async def test_a_question_about_free_times_keeps_what_was_said_of_the_client(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Tuesday
        Bot: [card] At what time on Tue 24 Nov 2026?
        Jordan: when is Patel free Tuesday?
        Bot: [card] Free times with Dr Asha Patel, Tue 24 Nov 2026
        Jordan: (taps 10:00 AM)
        Bot: [same card] Please check: Ana Ruiz, Tue 24 Nov 2026, 10:00 AM Pacific, with Dr Asha Patel
            shows (206) 555-0142
    """)
