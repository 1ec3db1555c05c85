"""The quiet window and Undo: what the client would be told waits, and what was taken back leaves no trace."""

from pathlib import Path

import pytest

from bot.graph.emulator.world import Cloud
from tests.conversations.ana import BOOK, BOOKED, CANCELLED
from tests.conversations.chat import Chat
from tests.office import Office
from tests.personas import JORDAN, NADIA
from tests.unit.world.office import WatchedOffice


@pytest.fixture
async def office(quiet_office: Office) -> Office:
    """The office, with a quiet window."""
    return quiet_office


@pytest.fixture
async def chat(office: Office) -> Chat:
    """A chat in which Ana Ruiz has just been booked; the quiet window runs."""
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        {BOOK}
        Bot: [same card] {BOOKED}
            shows Undo before then leaves no trace.
            offers Undo, Join, Reschedule, Cancel
    """)
    return chat


async def test_the_client_is_told_when_the_window_is_over(office: Office, chat: Chat) -> None:
    assert office.sms() == []
    await office.time_passes(seconds=21)
    assert office.sms() == [("+12065550142", "confirmation")]
    await chat.plays(f"""
        Bot: [same card] {BOOKED}
            hides Undo before then
            offers Join, Reschedule, Cancel
    """)


async def test_undo_inside_the_window_leaves_no_trace_at_the_client(office: Office, chat: Chat) -> None:
    await chat.plays(f"""
        Jordan: (taps Undo)
        Bot: [same card] {CANCELLED}
    """)
    await office.time_passes(seconds=60)
    assert office.sms() == []
    assert all(each["deleted_at"] for each in office.events())


async def test_booked_and_moved_inside_the_window_is_one_confirmation(office: Office, chat: Chat) -> None:
    await chat.plays("""
        Jordan: move it to 3 pm
        Bot: [card] Move Ana Ruiz to Fri 27 Nov 2026, 3:00 PM Pacific?
        Jordan: (taps Move)
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 3:00 PM Pacific
    """)
    await office.time_passes(seconds=21)
    assert office.sms() == [("+12065550142", "confirmation")]
    assert [each["start"] for each in office.events()] == ["2026-11-27T23:00:00Z"]


async def test_booked_and_cancelled_inside_the_window_is_nothing(office: Office, chat: Chat) -> None:
    await chat.plays(f"""
        Jordan: (taps Cancel)
        Bot: [same card] Cancel Ana Ruiz, …
        Jordan: (taps Cancel the visit)
        Bot: [same card] {CANCELLED}
    """)
    await office.time_passes(seconds=60)
    assert office.sms() == []


async def test_a_cancellation_can_be_taken_back(office: Office, chat: Chat) -> None:
    await office.time_passes(seconds=21)
    await chat.plays(f"""
        Jordan: (taps Cancel)
        Bot: [same card] Cancel Ana Ruiz, …
        Jordan: (taps Cancel the visit)
        Bot: [same card] …
            offers Undo, Book again
        Jordan: undo
        Bot: [card] {BOOKED}
    """)
    await office.time_passes(seconds=60)
    assert [kind for _, kind in office.sms()] == ["confirmation"]
    assert [each["deleted_at"] for each in office.events()] == [None]


async def test_undo_after_the_window_says_first_that_the_client_was_told(office: Office, chat: Chat) -> None:
    await office.time_passes(seconds=21)
    await chat.plays("""
        Jordan: undo
        Bot: [card] The client was told already. Take the change back all the same?
            offers Take it back, Leave it
        Jordan: (taps Take it back)
        Bot: [same card] Ana Ruiz: …
            shows Taken back.
    """)
    await office.time_passes(seconds=60)
    assert [kind for _, kind in office.sms()] == ["confirmation", "cancellation"]


async def test_undo_twice_is_refused(chat: Chat) -> None:
    await chat.plays(f"""
        Jordan: (taps Undo)
        Bot: [same card] {CANCELLED}
        Jordan: (taps old Undo)
        Bot: [same card] {CANCELLED}
            shows This was taken back already.
    """)


async def test_undo_after_somebody_else_changed_the_visit_is_refused(office: Office, chat: Chat) -> None:
    other = office.chat_with(NADIA)
    await other.plays("""
        Nadia: move Ana Ruiz to Tuesday 9:30
        Bot: [card] Move Ana Ruiz to …
        Nadia: (taps Move)
        Bot: [same card] Ana Ruiz: Visit booked, Tue 24 Nov 2026, 9:30 AM Pacific
    """)
    await chat.plays("""
        Jordan: (taps old Undo)
        Bot: [same card] Ana Ruiz: Visit booked, Tue 24 Nov 2026, 9:30 AM Pacific
            shows Somebody else changed the visit after it, so it is not taken back.
    """)


async def test_a_visit_changed_by_someone_else_changes_on_every_card(office: Office, chat: Chat) -> None:
    other = office.chat_with(NADIA)
    await other.plays("""
        Nadia: move Ana Ruiz to Tuesday 9:30
        Bot: [card] Move Ana Ruiz to …
        Nadia: (taps Move)
        Bot: [same card] Ana Ruiz: Visit booked, Tue 24 Nov 2026, 9:30 AM Pacific
    """)
    await chat.plays("""
        Bot: [same card] Ana Ruiz: Visit booked, Tue 24 Nov 2026, 9:30 AM Pacific
    """)


async def test_a_booking_taken_back_says_that_the_client_was_told_nothing(office: Office, chat: Chat) -> None:
    await chat.plays(f"""
        Jordan: (taps Undo)
        Bot: [same card] {CANCELLED}
            shows The client was told nothing.
    """)


async def test_work_that_reports_does_not_draw_over_an_open_choice(office: Office, chat: Chat) -> None:
    await chat.plays("""
        Jordan: (taps Reschedule)
        Bot: [same card] Free times for Ana Ruiz
    """)
    await office.time_passes(seconds=21)
    assert office.sms() == [("+12065550142", "confirmation")]
    await office.settles()
    await chat.plays(f"""
        Bot: [same card] Free times for Ana Ruiz
        Jordan: (taps Keep the time)
        Bot: [same card] {BOOKED}
            shows Confirmation accepted by Microsoft
    """)


async def test_a_cancellation_taken_back_still_shows_the_calendar(office: Office, chat: Chat) -> None:
    await office.time_passes(seconds=21)
    await chat.plays(f"""
        Jordan: (taps Cancel)
        Bot: [same card] Cancel Ana Ruiz, …
        Jordan: (taps Cancel the visit)
        Bot: [same card] {CANCELLED}
        Jordan: (taps Undo)
        Bot: [same card] {BOOKED}
    """)
    await office.settles()
    await chat.plays(f"""
        Bot: [same card] {BOOKED}
            shows In the calendar
    """)


async def test_where_texts_do_not_exist_undo_says_nothing_of_a_client_who_was_told(tmp_path: Path) -> None:
    office = WatchedOffice(tmp_path, cloud="gcc-high", quiet_window_seconds=20)
    office.emulator.world.cloud = Cloud.usgov
    async with office:
        chat = office.chat_with(JORDAN)
        await chat.plays(f"""
            {BOOK}
            Bot: [same card] {BOOKED}
        """)
        await office.time_passes(seconds=21)
        await chat.plays(f"""
            Jordan: undo
            Bot: [card] {CANCELLED}
                shows Taken back.
        """)
        await office.time_passes(seconds=60)
        assert office.sms() == []
