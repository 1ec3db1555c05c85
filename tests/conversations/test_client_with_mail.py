"""A client with an e-mail address is invited to the event: once the quiet window is over, and told of what changes."""

import pytest

from tests.conversations.ana import BOOKED
from tests.conversations.chat import Chat
from tests.office import Office
from tests.personas import JORDAN

MAIL = "ana@example.org"


def mails(office: Office) -> list[tuple[str, str]]:
    """What Exchange sent by itself: to whom, of which kind."""
    return [(each["to"], each["kind"]) for each in office.world()["mails"]]


def invited(office: Office) -> list[list[str]]:
    """Who stands on each event."""
    return [each["attendees"] for each in office.events()]


@pytest.fixture
async def office(quiet_office: Office) -> Office:
    """The office, with a quiet window."""
    return quiet_office


@pytest.fixture
async def chat(office: Office) -> Chat:
    """A chat in which Ana Ruiz, who has an address, has just been booked; the quiet window runs."""
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: book Ana Ruiz 206-555-0142 {MAIL} follow-up with Dr Kim Friday half past 2
        Bot: [card] Please check: …
            shows {MAIL}
        Jordan: (taps Book)
        Bot: [same card] {BOOKED}
    """)
    return chat


async def test_nobody_is_invited_before_the_window_is_over(office: Office, chat: Chat) -> None:
    assert (invited(office), mails(office)) == ([[]], [])
    await office.time_passes(seconds=21)
    assert (invited(office), mails(office)) == ([[MAIL]], [(MAIL, "invitation")])
    await chat.plays(f"    Bot: [same card] {BOOKED}\n        shows Invitation")


async def test_a_move_and_a_cancellation_are_mailed_to_whoever_was_invited(office: Office, chat: Chat) -> None:
    await office.time_passes(seconds=21)
    await chat.plays("""
        Jordan: move it to Tuesday 9:30
        Bot: [card] Move Ana Ruiz to Tue 24 Nov 2026, 9:30 AM Pacific?
        Jordan: (taps Move)
        Bot: [same card] Ana Ruiz: Visit moved, Tue 24 Nov 2026, 9:30 AM Pacific
    """)
    await office.time_passes(seconds=21)
    assert (invited(office), mails(office)) == ([[MAIL]], [(MAIL, "invitation"), (MAIL, "update")])
    await chat.plays("""
        Jordan: cancel it
        Bot: [card] Cancel Ana Ruiz, Tue 24 Nov 2026, 9:30 AM Pacific?
        Jordan: (taps Cancel the visit)
        Bot: [same card] Ana Ruiz: Visit cancelled, Tue 24 Nov 2026, 9:30 AM Pacific
    """)
    await office.time_passes(seconds=61)
    assert mails(office) == [(MAIL, "invitation"), (MAIL, "update"), (MAIL, "cancellation")]


async def test_undo_inside_the_window_mails_nothing(office: Office, chat: Chat) -> None:
    await chat.plays("""
        Jordan: (taps Undo)
        Bot: [same card] Ana Ruiz: Visit cancelled, Fri 27 Nov 2026, 2:30 PM Pacific
    """)
    await office.time_passes(minutes=5)
    assert mails(office) == []
    assert all(each["deleted_at"] for each in office.events())


async def test_moved_inside_the_window_is_one_invitation_for_the_last_time(office: Office, chat: Chat) -> None:
    await chat.plays("""
        Jordan: move it to Tuesday 9:30
        Bot: [card] Move Ana Ruiz to Tue 24 Nov 2026, 9:30 AM Pacific?
        Jordan: (taps Move)
        Bot: [same card] Ana Ruiz: Visit booked, Tue 24 Nov 2026, 9:30 AM Pacific
    """)
    await office.time_passes(minutes=5)
    assert (invited(office), mails(office)) == ([[MAIL]], [(MAIL, "invitation")])
    (event,) = office.events()
    assert event["start"] == "2026-11-24T17:30:00Z"
