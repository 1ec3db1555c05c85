"""A slot that does not fit is said in words, with the nearest free times; a reason may go over it, never the past."""

from tests.conversations.ana import CONFIRM, WHOLE
from tests.office import Office
from tests.personas import JORDAN


async def test_a_conflict_is_said_with_the_three_nearest_free_times(office: Office) -> None:
    office.keeps_busy("min.kim@contoso.example", "2026-11-27T22:00Z", "2026-11-27T23:00Z")
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
            shows Dr Min Kim is busy from 2:00 PM to 3:00 PM.
            offers Fri 27 Nov, 3:00 PM, Fri 27 Nov, 3:15 PM, Fri 27 Nov, 3:30 PM, Book anyway, Change, Discard
        Jordan: (taps Fri 27 Nov, 3:00 PM)
        Bot: [same card] Please check: Ana Ruiz, Fri 27 Nov 2026, 3:00 PM Pacific, with Dr Min Kim
            offers Book, Change, Discard
    """)


async def test_book_anyway_needs_a_reason_and_marks_the_visit(office: Office) -> None:
    office.keeps_busy("min.kim@contoso.example", "2026-11-27T22:00Z", "2026-11-27T23:00Z")
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
        Jordan: (taps Book anyway)
        Bot: [same card] {CONFIRM}
            shows Say why, in a few words.
        Jordan: (fills To book it anyway, say why = Dr Kim agreed; taps Book anyway)
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:30 PM Pacific
            shows Exception
            shows Dr Kim agreed
    """)


async def test_the_past_is_never_booked(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim today half past 2
        Bot: [card] Please check: Ana Ruiz, Mon 23 Nov 2026, 2:30 PM Pacific, with Dr Min Kim
    """)
    office.clock.advance(hours=6)
    await chat.plays("""
        Jordan: (taps Book)
        Bot: [same card] Please check: Ana Ruiz, Mon 23 Nov 2026, 2:30 PM Pacific, with Dr Min Kim
            shows This time is over.
            hides Book anyway
    """)
    assert office.events() == []


async def test_a_slot_taken_meanwhile_is_not_booked(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
    """)
    office.keeps_busy("min.kim@contoso.example", "2026-11-27T22:00Z", "2026-11-27T23:00Z")
    await chat.plays(f"""
        Jordan: (taps Book)
        Bot: [same card] {CONFIRM}
            shows Dr Min Kim is busy from 2:00 PM to 3:00 PM.
            offers Fri 27 Nov, 3:00 PM, Fri 27 Nov, 3:15 PM, Fri 27 Nov, 3:30 PM, Book anyway, Change, Discard
    """)


async def test_a_calendar_that_cannot_be_read_is_said_with_try_again(office: Office) -> None:
    office.fails("POST", "/calendar/getSchedule", status=503, times=20)
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
            shows The calendar could not be read
            offers Try again, Change, Discard
    """)
    office.works_again()
    await chat.plays(f"""
        Jordan: (taps Try again)
        Bot: [same card] {CONFIRM}
            offers Book, Change, Discard
    """)


async def test_office_hours_and_holidays_object(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday at 6:30 pm
        Bot: [card] Please check: Ana Ruiz, Fri 27 Nov 2026, 6:30 PM Pacific, with Dr Min Kim
            shows Office hours on Fri 27 Nov 2026 are 8:00 AM to 6:00 PM.
            shows Fri 27 Nov, 5:30 PM
        Jordan: no, December 25 at 10 am
        Bot: [card] Please check: Ana Ruiz, Fri 25 Dec 2026, 10:00 AM Pacific, with Dr Min Kim
            shows The clinic is closed on Fri 25 Dec 2026.
    """)


async def test_a_client_is_not_booked_twice_at_one_time(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, …
        Jordan: book Ana Ruiz 206-555-0142 lab results with Patel Friday at 2:30 pm
        Bot: [card] Please check: Ana Ruiz, Fri 27 Nov 2026, 2:30 PM Pacific, with Dr Asha Patel
            shows The client has another visit from 2:30 PM to 3:00 PM, with Dr Min Kim.
    """)


async def test_the_buffers_of_a_type_are_kept_free(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 new patient with Dr Kim Friday at 2 pm
        Bot: [card] Please check: …
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:00 PM Pacific
        Jordan: book Ben Okafor 206-555-0117 follow-up with Dr Kim Friday at 2:45 pm
        Bot: [card] Please check: Ben Okafor, Fri 27 Nov 2026, 2:45 PM Pacific, with Dr Min Kim
            shows 15 min are to be kept free.
            offers Fri 27 Nov, 3:00 PM, Fri 27 Nov, 3:15 PM, Fri 27 Nov, 3:30 PM, Book anyway, Change, Discard
    """)


async def test_a_number_that_cannot_be_texted_is_said_before_booking(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz +44 20 7946 0958 follow-up with Dr Kim Friday half past 2
        Bot: [card] Please check: …
            shows +44 20 7946 0958
            shows Microsoft texts only numbers in the United States, and this is not one.
    """)
