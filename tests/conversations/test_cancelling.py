"""Cancelling a visit: asked once, the client told first."""

from tests.conversations.ana import CANCELLED
from tests.conversations.chat import Chat
from tests.office import Office

ASKED = "Cancel Ana Ruiz, Fri 27 Nov 2026, 2:30 PM Pacific?"


async def test_cancel_from_the_card_asks_once(office: Office, chat: Chat) -> None:
    await chat.plays(f"""
        Jordan: (taps Cancel)
        Bot: [same card] {ASKED}
            shows Tell the client it is cancelled
            offers Cancel the visit, Keep it
        Jordan: (fills Reason (optional) = moved away; taps Cancel the visit)
        Bot: [same card] {CANCELLED}
            shows moved away
            offers Book again
    """)
    await office.settles()
    assert [each["deleted_at"] is not None for each in office.events()] == [True]
    assert [kind for _, kind in office.sms()] == ["confirmation", "cancellation"]
    assert office.came_before("sendVirtualAppointmentSms", "DELETE ")


async def test_a_client_who_is_not_to_be_told_gets_no_text(office: Office, chat: Chat) -> None:
    await chat.plays(f"""
        Jordan: (taps Cancel)
        Bot: [same card] {ASKED}
        Jordan: (fills Tell the client it is cancelled = off; taps Cancel the visit)
        Bot: [same card] {CANCELLED}
    """)
    await office.settles()
    assert [kind for _, kind in office.sms()] == ["confirmation"]


async def test_cancel_in_words_and_yes(office: Office, chat: Chat) -> None:
    await chat.plays(f"""
        Jordan: cancel Ana Ruiz
        Bot: [card] {ASKED}
        Jordan: yes
        Bot: [card] Ana Ruiz: …
        Bot: [same card] {CANCELLED}
    """)
    await office.settles()
    assert [each["deleted_at"] is not None for each in office.events()] == [True]


async def test_no_keeps_the_visit(office: Office, chat: Chat) -> None:
    await chat.plays(f"""
        Jordan: cancel it
        Bot: [card] {ASKED}
        Jordan: no
        Bot: [card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:30 PM Pacific
            shows Nothing was changed.
    """)
    assert [each["deleted_at"] for each in office.events()] == [None]


async def test_book_again_begins_a_draft_with_everything_but_the_time(chat: Chat) -> None:
    await chat.plays(f"""
        Jordan: (taps Cancel)
        Bot: [same card] {ASKED}
        Jordan: (taps Cancel the visit)
        Bot: [same card] {CANCELLED}
        Jordan: (taps Book again)
        Bot: [card] Which day and time?
        Jordan: Tuesday at 9
        Bot: [card] Please check: Ana Ruiz, Tue 24 Nov 2026, 9:00 AM Pacific, with Dr Min Kim
            shows (206) 555-0142
    """)


async def test_a_second_press_of_cancel_the_visit_does_nothing(office: Office, chat: Chat) -> None:
    await chat.plays(f"""
        Jordan: (taps Cancel)
        Bot: [same card] {ASKED}
        Jordan: (taps Cancel the visit)
        Bot: [same card] {CANCELLED}
        Jordan: (taps old Cancel the visit)
        Bot: [same card] {CANCELLED}
    """)
    await office.settles()
    assert [kind for _, kind in office.sms()] == ["confirmation", "cancellation"]
