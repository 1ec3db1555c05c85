"""Booking a visit, by typing, by cards, and by any mixture."""

from tests.conversations.ana import BOOKED, CONFIRM, WHOLE
from tests.office import Office
from tests.personas import JORDAN


async def test_a_sentence_with_everything_goes_straight_to_the_confirm_card(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
            shows Fri 27 Nov 2026, 2:30 PM Pacific
            shows (206) 555-0142
            shows Follow-up, 30 min
            shows Text messages can reach this number.
            offers Book, Change, Discard
    """)
    assert office.events() == []


async def test_book_acknowledges_at_once_and_the_same_card_becomes_the_visit(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
        Jordan: (taps Book)
        Bot: [same card] {BOOKED}
            shows Client link
            offers Join, Reschedule, Cancel
    """)
    working = chat.versions_of_last_card()[1]
    assert working.summary == "Ana Ruiz: Working on it…, Fri 27 Nov 2026, 2:30 PM Pacific"
    assert working.offers == ()
    assert [(each["start"], each["deleted_at"]) for each in office.events()] == [("2026-11-27T22:30:00Z", None)]
    assert office.sms() == [("+12065550142", "confirmation")]


async def test_a_second_press_of_book_books_nothing_more(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
        Jordan: (taps Book)
        Bot: [same card] {BOOKED}
        Jordan: (taps old Book)
        Bot: [same card] {BOOKED}
            offers Join, Reschedule, Cancel
    """)
    await office.settles()
    assert len(office.events()) == 1
    assert len(office.sms()) == 1


async def test_yes_in_words_is_the_same_as_pressing_book(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
        Jordan: yes
        Bot: [card] Ana Ruiz: …, Fri 27 Nov 2026, 2:30 PM Pacific
        Bot: [same card] {BOOKED}
    """)
    assert len(office.events()) == 1


async def test_a_client_with_a_switched_off_phone_gets_no_text(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
        Jordan: (fills Text the client when it is booked = off; taps Book)
        Bot: [same card] {BOOKED}
            shows Switched off for this visit
    """)
    await office.settles()
    assert office.sms() == []


async def test_one_missing_part_is_asked_in_one_short_question(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: book Ana Ruiz follow-up with Dr Kim Friday half past 2
        Bot: What is the phone number of Ana Ruiz? Or say: no phone.
        Jordan: 206-555-0142
        Bot: [card] {CONFIRM}
    """)


async def test_missing_staff_is_asked_with_the_staff_as_buttons(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: book Ana Ruiz 206-555-0142 follow-up Friday half past 2
        Bot: [card] With whom?
            offers Dr Min Kim, Dr Asha Patel, Maria Lopez RN, Tom Becker
        Jordan: (taps Dr Min Kim)
        Bot: [same card] {CONFIRM}
            offers Book, Change, Discard
    """)


async def test_two_missing_parts_are_asked_together(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: book Ana Ruiz 206-555-0142 Friday half past 2
        Bot: Still missing: what the visit is for and with whom.
        Jordan: follow-up with Kim
        Bot: [card] {CONFIRM}
    """)


async def test_a_missing_time_is_asked_with_free_times_of_that_day(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday
        Bot: [card] At what time on Fri 27 Nov 2026?
            offers Fri 27 Nov, 8:00 AM, Fri 27 Nov, 8:15 AM, Fri 27 Nov, 8:30 AM, Fri 27 Nov, 8:45 AM
        Jordan: (taps Fri 27 Nov, 8:30 AM)
        Bot: [same card] Please check: Ana Ruiz, Fri 27 Nov 2026, 8:30 AM Pacific, with Dr Min Kim
    """)


async def test_corrections_in_words_change_that_part_only(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
        Jordan: no, Tuesday
        Bot: [card] Please check: Ana Ruiz, Tue 24 Nov 2026, 2:30 PM Pacific, with Dr Min Kim
            shows (206) 555-0142
        Jordan: make it 45 minutes
        Bot: [card] Please check: Ana Ruiz, Tue 24 Nov 2026, 2:30 PM Pacific, with Dr Min Kim
            shows Follow-up, 45 min
        Jordan: her number is 206-555-0199
        Bot: [card] Please check: Ana Ruiz, Tue 24 Nov 2026, 2:30 PM Pacific, with Dr Min Kim
            shows (206) 555-0199
            shows Follow-up, 45 min
        Jordan: with Patel then
        Bot: [card] Please check: Ana Ruiz, Tue 24 Nov 2026, 2:30 PM Pacific, with Dr Asha Patel
            shows (206) 555-0199
            shows Follow-up, 45 min
    """)


async def test_a_card_before_a_correction_answers_with_the_present_draft(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
        Jordan: no, Tuesday
        Bot: [card] Please check: Ana Ruiz, Tue 24 Nov 2026, 2:30 PM Pacific, with Dr Min Kim
    """)
    await chat.taps_old("Book", on="Please check: Ana Ruiz, Fri 27 Nov …")
    await chat.plays("""
        Bot: [same card] Please check: Ana Ruiz, Tue 24 Nov 2026, 2:30 PM Pacific, with Dr Min Kim
            shows The draft was changed after this card.
    """)
    assert office.events() == []


async def test_help_and_stop_work_at_every_step(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz follow-up with Dr Kim Friday half past 2
        Bot: What is the phone number of Ana Ruiz? Or say: no phone.
        Jordan: help
        Bot: [card] What you can write, and what the buttons do
        Bot: What is the phone number of Ana Ruiz? Or say: no phone.
        Jordan: stop
        Bot: [card] Discarded. Nothing was booked.
            offers Book a visit, Today, Help
        Jordan: 206-555-0142
        Bot: [card] I did not understand that. Here is what I can do:
            offers Book a visit with this, Book a visit, Today, Help
        Jordan: (taps Book a visit with this)
        Bot: [same card] Book a visit: fill in the form
            shows (206) 555-0142
    """)


async def test_stop_closes_the_confirm_card(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
        Jordan: stop
        Bot: [card] Discarded. Nothing was booked.
        Jordan: (taps old Book)
        Bot: [same card] This draft is no longer here…
    """)
    assert office.events() == []


async def test_discard_forgets_the_draft(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
        Jordan: (taps Discard)
        Bot: [same card] Discarded. Nothing was booked.
            offers Book a visit, Today, Help
    """)


async def test_what_was_said_survives_a_restart(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz follow-up with Dr Kim Friday half past 2
        Bot: What is the phone number of Ana Ruiz? Or say: no phone.
    """)
    await office.restarts()
    await chat.plays(f"""
        Jordan: 206-555-0142
        Bot: [card] {CONFIRM}
    """)
    await office.restarts()
    await chat.plays(f"""
        Jordan: (taps Book)
        Bot: [same card] {BOOKED}
    """)
    assert len(office.events()) == 1


async def test_a_redelivered_message_is_answered_once(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
    """)
    await chat.delivers(chat.sent[-1])
    await chat.plays("")


async def test_a_redelivered_press_books_once(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
        Jordan: (taps Book)
        Bot: [same card] {BOOKED}
    """)
    await chat.delivers(chat.sent[-1])
    await chat.delivers({**chat.sent[-1], "id": "another-activity"})
    await office.settles()
    assert len(office.events()) == 1
    assert len(office.sms()) == 1


async def test_an_old_client_without_execute_can_book_too(office: Office) -> None:
    chat = office.chat_with(JORDAN, old_client=True)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
        Jordan: (taps Book)
        Bot: [same card] {BOOKED}
    """)
    assert len(office.events()) == 1


async def test_two_clients_of_one_name_are_asked(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
        Jordan: (taps Book)
        Bot: [same card] {BOOKED}
        Jordan: book Ana lab results with Patel Tuesday at 10
        Bot: [card] Which Ana is it?
            offers Ana Ruiz, (206) 555-0142, Somebody new
        Jordan: (taps Ana Ruiz, (206) 555-0142)
        Bot: [same card] Please check: Ana Ruiz, Tue 24 Nov 2026, 10:00 AM Pacific, with Dr Asha Patel
            shows (206) 555-0142
    """)


async def test_what_was_asked_a_day_ago_is_forgotten_politely(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz follow-up with Dr Kim Friday half past 2
        Bot: What is the phone number of Ana Ruiz? Or say: no phone.
    """)
    office.clock.advance(hours=25)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: I have lost the thread of what we were doing. Please say it once more.
        Bot: [card] {CONFIRM}
    """)


async def test_parts_of_somebody_else_begin_a_booking_and_move_nothing(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: {WHOLE}
        Bot: [card] {CONFIRM}
        Jordan: (taps Book)
        Bot: [same card] {BOOKED}
        Jordan: tomorrow 9:30 Dr Patel follow-up Lucy Liu 206-555-0117
        Bot: [card] Please check: Lucy Liu, Tue 24 Nov 2026, 9:30 AM Pacific, with Dr Asha Patel
    """)
