"""What is delivered again, pressed twice or comes in another order: nothing happens twice, nothing unasked for."""

from tests.conversations.chat import summary_of
from tests.office import Office
from tests.personas import JORDAN

BOOKED = "Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:30 PM Pacific"


async def test_a_press_delivered_again_late_is_answered_alike_and_its_card_is_true_again_after(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.says("book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2")
    first = await chat.taps("Book")
    await office.settles()
    (message,) = chat.messages
    shown = len(message.versions)
    assert summary_of(message.now) == BOOKED

    assert await chat.delivers(chat.sent[-1]) == first
    await office.settles()
    assert [summary_of(each) for each in message.versions[shown:]] == [BOOKED]
    assert len(office.sms()) == len(office.events()) == 1
