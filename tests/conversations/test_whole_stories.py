"""From the first word to the last text message."""

import asyncio

from tests.office import Office
from tests.personas import JORDAN, NADIA, SOFIA


async def test_book_move_and_cancel_make_one_event_and_three_texts_in_order(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
        Bot: [card] Please check: Ana Ruiz, Fri 27 Nov 2026, 2:30 PM Pacific, with Dr Min Kim
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:30 PM Pacific
            shows Confirmation accepted by Microsoft
        Jordan: move it to Tuesday 9:30
        Bot: [card] Move Ana Ruiz to Tue 24 Nov 2026, 9:30 AM Pacific?
        Jordan: (taps Move)
        Bot: [same card] Ana Ruiz: Visit booked, Tue 24 Nov 2026, 9:30 AM Pacific
            shows New time accepted by Microsoft
        Jordan: cancel it
        Bot: [card] Cancel Ana Ruiz, Tue 24 Nov 2026, 9:30 AM Pacific?
        Jordan: (taps Cancel the visit)
        Bot: [same card] Ana Ruiz: Visit cancelled, Tue 24 Nov 2026, 9:30 AM Pacific
            shows Cancellation accepted by Microsoft
    """)
    await office.settles()
    (event,) = office.events()
    (meeting,) = office.world()["meetings"]
    assert event["deleted_at"] is not None
    assert event["organizer"] == "min.kim@contoso.example"
    assert [kind for _, kind in office.sms()] == ["confirmation", "reschedule", "cancellation"]
    for text in office.world()["sms"]:
        assert text["meeting_id"] == meeting["id"]
        assert text["phone"] == "+12065550142"
        assert text["time_zone"] == "Pacific Standard Time"


async def test_the_last_text_is_on_the_card_although_the_clock_was_set_back_before_it(office: Office) -> None:
    office.clock.advance(minutes=1)
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
        Bot: [card] Please check: Ana Ruiz, Fri 27 Nov 2026, 2:30 PM Pacific, with Dr Min Kim
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:30 PM Pacific
            shows Confirmation accepted by Microsoft at 9:01:00 AM
    """)
    await office.settles()
    office.clock.advance(seconds=-1)
    await chat.plays("""
        Jordan: move it to Tuesday 9:30
        Bot: [card] Move Ana Ruiz to Tue 24 Nov 2026, 9:30 AM Pacific?
        Jordan: (taps Move)
        Bot: [same card] Ana Ruiz: Visit booked, Tue 24 Nov 2026, 9:30 AM Pacific
            shows New time accepted by Microsoft at 9:00:59 AM
    """)


async def test_one_slot_confirmed_by_three_at_once_is_one_visit_and_two_kind_answers(office: Office) -> None:
    chats = [office.chat_with(each) for each in (JORDAN, NADIA, SOFIA)]
    for chat, name in zip(chats, ("Ana Ruiz", "Ben Okafor", "Grace Kelly"), strict=True):
        await chat.says(f"book {name} 206-555-0142 follow-up with Dr Kim Friday half past 2")
    await asyncio.gather(*(chat.taps("Book") for chat in chats))
    await office.settles()
    assert len(office.events()) == 1
    outcomes = [chat.reads() for chat in chats]
    assert sum("Visit booked" in each for each in outcomes) == 1
    assert sum("Dr Min Kim has another visit from 2:30 PM to 3:00 PM." in each for each in outcomes) == 2
    assert sum("Fri 27 Nov, 2:15 PM" in each for each in outcomes) == 0


async def test_a_story_in_which_everything_is_delivered_again_ends_the_same(office: Office) -> None:
    """Each activity comes again at once, under its own id; each press also under a new one, and late."""
    chat = office.chat_with(JORDAN)
    chat.delivers_twice = True
    await chat.plays("""
        Jordan: book Ana Ruiz follow-up with Dr Kim Friday half past 2
        Bot: What is the phone number of Ana Ruiz? Or say: no phone.
        Jordan: 206-555-0142
        Bot: [card] Please check: Ana Ruiz, Fri 27 Nov 2026, 2:30 PM Pacific, with Dr Min Kim
        Jordan: (taps Book)
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:30 PM Pacific
        Jordan: move Ana Ruiz to Tuesday 9:30
        Bot: [card] Move Ana Ruiz to Tue 24 Nov 2026, 9:30 AM Pacific?
        Jordan: (taps Move)
        Bot: [same card] Ana Ruiz: Visit booked, Tue 24 Nov 2026, 9:30 AM Pacific
    """)
    await office.settles()
    chat.delivers_twice = False
    for activity in [each for each in chat.sent if each["type"] == "invoke"]:
        await chat.delivers({**activity, "id": f"late-{activity['id']}"})
    await office.settles()
    assert [each["start"] for each in office.events()] == ["2026-11-24T17:30:00Z"]
    assert [kind for _, kind in office.sms()] == ["confirmation", "reschedule"]


async def test_a_bot_that_is_restarted_while_a_visit_is_booked_finishes_it(office: Office) -> None:
    office.fails("POST", "/events$", status=503, times=1)
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
        Bot: [card] Please check: …
        Jordan: (taps Book)
    """)
    await office.restarts()
    await office.time_passes(minutes=5)
    await chat.plays("""
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:30 PM Pacific
            offers Join, Reschedule, Cancel
    """)
    assert len(office.events()) == 1
    assert len(office.sms()) == 1
