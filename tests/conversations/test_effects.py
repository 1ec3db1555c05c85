"""What the card says of the outside world, and what a person can do when something is not known."""

import pytest

from tests.conversations.ana import BOOK, BOOKED
from tests.office import Office
from tests.personas import JORDAN


async def test_an_accepted_text_is_said_to_be_accepted_never_delivered(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        {BOOK}
        Bot: [same card] {BOOKED}
            shows Confirmation accepted by Microsoft
            hides delivered
    """)


async def test_a_text_whose_answer_was_lost_is_unknown_and_is_not_sent_again_by_itself(office: Office) -> None:
    office.loses_answers("POST", "sendVirtualAppointmentSms")
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        {BOOK}
        Bot: [same card] Ana Ruiz: Booked, and needs you, Fri 27 Nov 2026, 2:30 PM Pacific
            shows No answer came. The confirmation may or may not have been sent
            offers Resend, Leave, Join, Reschedule, Cancel
    """)
    await office.time_passes(hours=1)
    assert office.sms() == [("+12065550142", "confirmation")]
    await chat.plays(f"""
        Jordan: (taps Leave)
        Bot: [same card] {BOOKED}
            offers Join, Reschedule, Cancel
    """)
    assert office.sms() == [("+12065550142", "confirmation")]


async def test_resend_sends_once_more_because_a_person_said_so(office: Office) -> None:
    office.loses_answers("POST", "sendVirtualAppointmentSms")
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        {BOOK}
        Bot: [same card] Ana Ruiz: Booked, and needs you, …
        Jordan: (taps Resend)
        Bot: [same card] {BOOKED}
            shows Confirmation accepted by Microsoft
    """)
    await office.settles()
    assert len(office.sms()) == 2


async def test_a_press_of_resend_that_is_delivered_late_sends_nothing_more(office: Office) -> None:
    office.loses_answers("POST", "sendVirtualAppointmentSms")
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        {BOOK}
        Bot: [same card] Ana Ruiz: Booked, and needs you, …
    """)
    office.loses_answers("POST", "sendVirtualAppointmentSms")
    await chat.plays("""
        Jordan: (taps Resend)
        Bot: [same card] Ana Ruiz: Booked, and needs you, …
    """)
    await office.settles()
    assert len(office.sms()) == 2
    await chat.taps_old("Resend", on="Ana Ruiz: Booked, and needs you, …")  # the first, not the one shown
    await chat.plays("""
        Bot: [same card] Ana Ruiz: Booked, and needs you, …
            shows This had moved on before you pressed, so nothing more was done.
            offers Resend, Leave, Join, Reschedule, Cancel
    """)
    await office.settles()
    assert len(office.sms()) == 2
    await chat.plays(f"""
        Jordan: (taps Resend)
        Bot: [same card] {BOOKED}
    """)
    await office.settles()
    assert len(office.sms()) == 3


@pytest.mark.parametrize("button", ["Resend", "Leave"])
async def test_a_card_that_does_not_say_which_text_it_is_about_is_drawn_anew(office: Office, button: str) -> None:
    office.loses_answers("POST", "sendVirtualAppointmentSms")
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        {BOOK}
        Bot: [same card] Ana Ruiz: Booked, and needs you, …
    """)
    press = chat.press_of(button)
    action = press["value"]["action"]
    old = {name: value for name, value in action["data"].items() if name != "begun"}
    await chat.presses(press["replyToId"], {**action, "data": old}, {})
    await chat.plays("""
        Bot: [same card] Ana Ruiz: Booked, and needs you, …
            shows This card was out of date, so nothing was done.
            offers Resend, Leave, Join, Reschedule, Cancel
    """)
    await office.settles()
    assert len(office.sms()) == 1


async def test_a_refused_text_says_why(office: Office) -> None:
    office.fails("POST", "sendVirtualAppointmentSms", status=403)
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        {BOOK}
        Bot: [same card] Ana Ruiz: Booked, and needs you, …
            shows Confirmation refused:
            shows Please tell the client yourself.
            offers Resend, Leave, Join, Reschedule, Cancel
    """)


async def test_a_refused_text_is_sent_once_more_where_a_person_says_so(office: Office) -> None:
    office.fails("POST", "sendVirtualAppointmentSms", status=403)
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        {BOOK}
        Bot: [same card] Ana Ruiz: Booked, and needs you, …
        Jordan: (taps Resend)
        Bot: [same card] {BOOKED}
            shows Confirmation accepted by Microsoft
    """)
    assert office.sms() == [("+12065550142", "confirmation")]


async def test_a_refused_text_asks_for_nobody_once_somebody_told_the_client(office: Office) -> None:
    office.fails("POST", "sendVirtualAppointmentSms", status=403)
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        {BOOK}
        Bot: [same card] Ana Ruiz: Booked, and needs you, …
        Jordan: (taps Leave)
        Bot: [same card] {BOOKED}
            shows Confirmation: left as it is
            offers Join, Reschedule, Cancel
    """)
    await office.time_passes(hours=1)
    assert office.sms() == []


async def test_a_number_that_texts_cannot_reach_is_never_tried(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz +44 20 7946 0958 follow-up with Dr Kim Friday half past 2
        Bot: [card] Please check: …
            shows … The client gets no text message.
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, …
            shows None: Microsoft texts only numbers in the United States
    """)
    assert not [each for each in office.world()["requests"] if "Sms" in each["path"]]


async def test_a_refused_calendar_is_tried_again_where_a_person_says_so(office: Office) -> None:
    office.fails("POST", "/events$", status=403)
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        {BOOK}
        Bot: [same card] Ana Ruiz: Reserved here, but not in the calendar, …
            offers Try again, Reschedule, Cancel
        Jordan: (taps Try again)
        Bot: [same card] {BOOKED}
    """)
    assert len(office.events()) == 1


async def test_a_calendar_that_is_briefly_away_is_tried_again_by_itself(office: Office) -> None:
    office.fails("POST", "/events$", status=503, times=2)
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        {BOOK}
        Bot: [same card] Ana Ruiz: …
    """)
    await office.time_passes(minutes=5)
    await office.time_passes(minutes=5)
    await chat.plays(f"""
        Bot: [same card] {BOOKED}
    """)
    assert len(office.events()) == 1
