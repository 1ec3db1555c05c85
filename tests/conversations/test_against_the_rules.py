"""A reason goes over the objections that were on the card, and over nothing that came up since."""

from tests.conversations.chat import Chat
from tests.office import Office
from tests.personas import JORDAN

EVENING = "book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday at 6:30 pm"
CONFIRM = "Please check: Ana Ruiz, Fri 27 Nov 2026, 6:30 PM Pacific, with Dr Min Kim"
MOVE = "Move Ana Ruiz to Fri 27 Nov 2026, 6:30 PM Pacific?"
HALF_PAST_SIX = "2026-11-28T02:30+00:00"


async def reads_back_the_evening(office: Office) -> Chat:
    """A chat in which only the office hours object."""
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {EVENING}
        Bot: [card] {CONFIRM}
            shows Office hours on Fri 27 Nov 2026 are 8:00 AM to 6:00 PM.
    """)
    return chat


async def test_no_reason_goes_over_a_visit_that_was_not_on_the_card(office: Office) -> None:
    chat = await reads_back_the_evening(office)
    await office.has_visit("Ben Okafor", HALF_PAST_SIX)
    await chat.plays(f"""
        Jordan: (fills To book it anyway, say why = Dr Kim agreed; taps Book anyway)
        Bot: [same card] {CONFIRM}
            shows Dr Min Kim has another visit from 6:30 PM to 7:00 PM.
        Jordan: (fills To book it anyway, say why = They are twins; taps Book anyway)
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 6:30 PM Pacific
            shows They are twins
    """)


async def test_a_reason_in_words_goes_over_what_the_card_showed_alone(office: Office) -> None:
    chat = await reads_back_the_evening(office)
    await office.has_visit("Ben Okafor", HALF_PAST_SIX)
    await chat.plays(f"""
        Jordan: book it anyway, note: Dr Kim agreed
        Bot: [card] {CONFIRM}
            shows Dr Min Kim has another visit from 6:30 PM to 7:00 PM.
        Jordan: book it anyway, note: they are twins
        Bot: [card] Ana Ruiz: …
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 6:30 PM Pacific
    """)


async def test_book_goes_over_nothing_whatever_was_typed_before(office: Office) -> None:
    office.keeps_busy("min.kim@contoso.example", "2026-11-27T22:00Z", "2026-11-27T23:00Z")
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
        Bot: [card] Please check: Ana Ruiz, …
            shows Dr Min Kim is busy from 2:00 PM to 3:00 PM.
    """)
    office.fails("POST", "/calendar/getSchedule", status=503, times=20)
    await chat.plays("""
        Jordan: (fills To book it anyway, say why = Dr Kim agreed; taps Book anyway)
        Bot: [same card] Please check: Ana Ruiz, …
            offers Try again, Change, Discard
    """)
    office.works_again()
    office.frees("min.kim@contoso.example")
    await chat.plays("""
        Jordan: (taps Try again)
        Bot: [same card] Please check: Ana Ruiz, …
            offers Book, Change, Discard
    """)
    await office.has_visit("Ben Okafor", "2026-11-27T22:30+00:00")
    await chat.plays("""
        Jordan: (taps Book)
        Bot: [same card] Please check: Ana Ruiz, …
            shows Dr Min Kim has another visit from 2:30 PM to 3:00 PM.
    """)
    assert office.events() == []


async def test_a_move_goes_over_what_its_card_showed_alone(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
        Bot: [card] Please check: …
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, …
        Jordan: move it to 6:30 pm
        Bot: [card] {MOVE}
            shows Office hours on Fri 27 Nov 2026 are 8:00 AM to 6:00 PM.
    """)
    await office.has_visit("Ben Okafor", HALF_PAST_SIX)
    await chat.plays(f"""
        Jordan: (fills To move it anyway, say why = Dr Kim agreed; taps Move anyway)
        Bot: [same card] {MOVE}
            shows Dr Min Kim has another visit from 6:30 PM to 7:00 PM.
    """)
