"""The booking form: everything at once, what is wrong beside it, nothing typed is lost."""

from datetime import timedelta

from tests.conversations.ana import CONFIRM
from tests.office import Office
from tests.personas import JORDAN

FILLS = "Client's name = Ana Ruiz; Client's phone = 206-555-0142; Appointment type = Follow-up; With = Dr Min Kim"
IN_SPANISH = "Client's language = Español"


async def test_book_opens_one_form(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book
        Bot: [card] Book a visit: fill in the form
            shows Client's name
            shows Client's phone
            shows Client's e-mail (optional)
            shows Appointment type
            shows Notes for staff only (optional)
            shows Text the client
            offers Continue, Check times, Discard
    """)


async def test_a_filled_form_leads_to_the_confirm_card(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: book
        Bot: [card] Book a visit: fill in the form
        Jordan: (fills {FILLS}; Date = 2026-11-27; Time (Pacific) = 2:30 PM; taps Continue)
        Bot: [same card] {CONFIRM}
            offers Book, Change, Discard
    """)


async def test_check_times_offers_free_times_and_keeps_what_was_typed(office: Office) -> None:
    office.keeps_busy("min.kim@contoso.example", "2026-11-27T16:00Z", "2026-11-27T18:00Z")
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: book
        Bot: [card] Book a visit: fill in the form
        Jordan: (fills {FILLS}; Date = 2026-11-27; Notes for staff only (optional) = knee; taps Check times)
        Bot: [same card] Book a visit: fill in the form
            shows Ana Ruiz
            shows knee
            shows 10:00 AM
            hides 9:45 AM
        Jordan: (fills Free on Fri 27 Nov 2026 with Dr Min Kim = 2:30 PM; taps Continue)
        Bot: [same card] {CONFIRM}
            shows knee
    """)


async def test_a_typed_free_time_is_accepted_beside_the_choices(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: book
        Bot: [card] Book a visit: fill in the form
        Jordan: (fills {FILLS}; Date = 2026-11-27; taps Check times)
        Bot: [same card] Book a visit: fill in the form
        Jordan: (fills Time (Pacific) = 14:30; taps Continue)
        Bot: [same card] {CONFIRM}
    """)


async def test_what_is_wrong_or_missing_is_told_beside_the_field(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book
        Bot: [card] Book a visit: fill in the form
        Jordan: (fills Client's name = Ana Ruiz; Client's phone = 12; Date = 2026-11-27; taps Continue)
        Bot: [same card] Book a visit: fill in the form
            shows Ana Ruiz
            shows 12
            shows This is not a whole phone number, such as (206) 555-0142.
            shows Choose who it is with.
            shows Write a time.
            hides Write the client
    """)


async def test_words_fill_the_form_too(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: book
        Bot: [card] Book a visit: fill in the form
        Jordan: Ana Ruiz 206-555-0142 follow-up with Dr Kim
        Bot: [card] Which day and time?
        Jordan: Friday half past 2
        Bot: [card] {CONFIRM}
    """)


async def test_change_opens_the_form_with_everything_and_goes_on(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
        Bot: [card] {CONFIRM}
        Jordan: (taps Change)
        Bot: [same card] Book a visit: fill in the form
            shows Ana Ruiz
            shows (206) 555-0142
            shows 2:30 PM
        Jordan: (fills Time (Pacific) = 3:00 PM; taps Continue)
        Bot: [same card] Please check: Ana Ruiz, Fri 27 Nov 2026, 3:00 PM Pacific, with Dr Min Kim
    """)


async def test_a_form_that_lacks_only_the_time_offers_the_free_ones(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: book
        Bot: [card] Book a visit: fill in the form
        Jordan: (fills {FILLS}; Date = 2026-11-27; taps Continue)
        Bot: [same card] Book a visit: fill in the form
            shows Write a time.
            shows Free on Fri 27 Nov 2026 with Dr Min Kim
    """)


async def test_a_form_stays_where_the_calendar_cannot_be_read(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book
        Bot: [card] Book a visit: fill in the form
    """)
    office.fails("POST", "getSchedule", status=403, times=20)
    await chat.plays(f"""
        Jordan: (fills {FILLS}; Date = 2026-11-27; taps Check times)
        Bot: [same card] Book a visit: fill in the form
            shows The calendar could not be read, so I do not know which times are free.
            shows Ana Ruiz
    """)


async def test_the_clients_language_is_a_field_of_its_own(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: book
        Bot: [card] Book a visit: fill in the form
            shows Client's language
        Jordan: (fills {FILLS}; {IN_SPANISH}; Date = 2026-11-27; Time (Pacific) = 2:30 PM; taps Continue)
        Bot: [same card] {CONFIRM}
        Jordan: (taps Change)
        Bot: [same card] Book a visit: fill in the form
        Jordan: (taps Continue)
        Bot: [same card] {CONFIRM}
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, …
    """)
    [visit] = await office.app.store.between(office.clock.now(), office.clock.now() + timedelta(days=7))
    assert visit.client.language == "es"
