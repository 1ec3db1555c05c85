"""Somebody changes a visit in Outlook itself: noticed, asked once, and done as they say."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.conversations.chat import Chat
from tests.conversations.reading_cards import card_of, words_on
from tests.personas import JORDAN
from tests.unit.world.office import WatchedOffice as Office

BOOKED = "Ana Ruiz: Visit booked, Fri 27 Nov 2026, 2:30 PM Pacific"
AT_TEN = "2026-11-27T10:00-08:00"
ASKED = """
    Bot: [card] The calendar says something else about a visit
        shows Ana Ruiz
        shows Fri 27 Nov 2026, 2:30 PM Pacific
        shows Fri 27 Nov 2026, 10:00 AM Pacific
        offers Take over the new time, Put it back, Ignore
"""


DESK = "19:desk@thread.v2"


@pytest.fixture
async def chat(office: Office) -> Chat:
    return await booked(office)


async def booked(office: Office) -> Chat:
    """Jordan's chat, in which Ana Ruiz was booked a while ago."""
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
        Bot: [card] Please check: …
        Jordan: (taps Book)
        Bot: [same card] {BOOKED}
    """)
    await office.time_passes(minutes=2)
    return chat


def blocked(request: httpx.Request, chat: Chat) -> httpx.Response | None:
    """Teams refuses whatever goes to this chat."""
    if quote(chat.conversation_id, safe="") in str(request.url) or chat.conversation_id in str(request.url):
        return httpx.Response(403, json={"error": {"code": "MessageWritesBlocked"}})
    return None


def drags(office: Office, starts_at: str, *, minutes: int = 30) -> None:
    """Somebody moves the visit's event in Outlook."""
    start = datetime.fromisoformat(starts_at)
    (event,) = [each for each in office.events() if each["deleted_at"] is None]
    office.emulator.outlook.move_by_hand(event["id"], start, start + timedelta(minutes=minutes), office.clock.now())


def deletes(office: Office) -> None:
    """Somebody deletes the visit's event in Outlook."""
    (event,) = [each for each in office.events() if each["deleted_at"] is None]
    office.emulator.outlook.delete_by_hand(event["id"], office.clock.now())


async def looks(office: Office) -> None:
    """The next round comes."""
    await office.app.watching.rounds.go("drift")
    await office.settles()


def kinds_of_sms(office: Office) -> list[str]:
    return [kind for _, kind in office.sms()]


def starts(office: Office) -> list[str]:
    events = office.emulator.state.events.values()
    return [f"{each.starts_at.astimezone(UTC):%Y-%m-%dT%H:%M}" for each in events if each.deleted_at is None]


async def test_a_calendar_as_agreed_is_no_news(office: Office, chat: Chat) -> None:
    await looks(office)
    await chat.plays("")


async def test_it_is_asked_once(office: Office, chat: Chat) -> None:
    drags(office, AT_TEN)
    await looks(office)
    await looks(office)
    await chat.plays(ASKED)


async def test_another_change_is_asked_about_again(office: Office, chat: Chat) -> None:
    drags(office, AT_TEN)
    await looks(office)
    await chat.plays(ASKED)
    drags(office, "2026-11-27T11:00-08:00")
    await looks(office)
    await chat.plays("""
        Bot: [card] The calendar says something else about a visit
            shows Fri 27 Nov 2026, 11:00 AM Pacific
    """)


async def test_a_change_of_our_own_is_no_drift(office: Office, chat: Chat) -> None:
    await chat.plays("""
        Jordan: move it to Friday 10am
        Bot: [card] …
        Jordan: (taps Move)
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 10:00 AM Pacific
    """)
    await looks(office)
    await office.time_passes(minutes=2)
    await looks(office)
    await chat.plays("")


async def test_adopting_moves_the_visit_without_touching_the_calendar_and_tells_the_client(
    office: Office, chat: Chat
) -> None:
    drags(office, AT_TEN)
    await looks(office)
    patched = len([each for each in office.world()["requests"] if each["method"] == "PATCH"])
    await chat.plays(f"""{ASKED}
        Jordan: (taps Take over the new time)
        Bot: [same card] Ana Ruiz: Visit booked, Fri 27 Nov 2026, 10:00 AM Pacific
    """)
    await office.settles()
    assert len([each for each in office.world()["requests"] if each["method"] == "PATCH"]) == patched
    assert kinds_of_sms(office) == ["confirmation", "reschedule"]
    await office.time_passes(minutes=20)
    await looks(office)
    await chat.plays("")


async def test_adopting_a_deletion_cancels_the_visit_and_tells_the_client(office: Office, chat: Chat) -> None:
    deletes(office)
    await looks(office)
    await chat.plays("""
        Bot: [card] The calendar says something else about a visit
            shows Deleted
            offers Cancel the visit, Put it back, Ignore
        Jordan: (taps Cancel the visit)
        Bot: [same card] Ana Ruiz: Visit cancelled, Fri 27 Nov 2026, 2:30 PM Pacific
    """)
    await office.settles()
    assert starts(office) == []


async def test_putting_back_writes_the_calendar_again(office: Office, chat: Chat) -> None:
    drags(office, AT_TEN)
    await looks(office)
    await chat.plays(f"""{ASKED}
        Jordan: (taps Put it back)
        Bot: [same card] {BOOKED}
    """)
    await office.settles()
    assert starts(office) == ["2026-11-27T22:30"]
    assert kinds_of_sms(office) == ["confirmation"]
    await office.time_passes(minutes=2)
    await looks(office)
    await chat.plays("")


async def test_the_same_change_made_again_later_is_asked_about_again(office: Office, chat: Chat) -> None:
    drags(office, AT_TEN)
    await looks(office)
    await chat.plays(f"{ASKED}\n    Jordan: (taps Put it back)\n    Bot: [same card] {BOOKED}")
    await office.time_passes(minutes=30)
    drags(office, AT_TEN)
    await looks(office)
    await chat.plays(ASKED)


async def test_putting_back_what_was_deleted_makes_a_new_meeting_and_tells_the_client(
    office: Office, chat: Chat
) -> None:
    deletes(office)
    await looks(office)
    await chat.plays(f"""
        Bot: [card] The calendar says something else about a visit
            shows Putting it back makes a new meeting
        Jordan: (taps Put it back)
        Bot: [same card] {BOOKED}
    """)
    await office.settles()
    assert starts(office) == ["2026-11-27T22:30"]
    assert kinds_of_sms(office) == ["confirmation", "confirmation"]
    assert len(set(office.join_links())) == 2


async def test_ignoring_leaves_both_and_is_not_asked_again(office: Office, chat: Chat) -> None:
    drags(office, AT_TEN)
    await looks(office)
    await chat.plays(f"""{ASKED}
        Jordan: (taps Ignore)
        Bot: [same card] {BOOKED}
            shows I do not ask about this again
    """)
    await office.time_passes(hours=1)
    await looks(office)
    await chat.plays("")
    assert starts(office) == ["2026-11-27T18:00"]


async def test_a_question_that_has_answered_itself_is_closed(office: Office, chat: Chat) -> None:
    drags(office, AT_TEN)
    await looks(office)
    await chat.plays(ASKED)
    drags(office, "2026-11-27T14:30-08:00")
    await looks(office)
    await chat.plays("Bot: [same card] The calendar is as agreed again: nothing is left to decide.")


async def test_an_answer_to_what_is_no_longer_so_does_nothing(office: Office, chat: Chat) -> None:
    drags(office, AT_TEN)
    await looks(office)
    await chat.plays(ASKED)
    drags(office, "2026-11-27T14:30-08:00")
    await chat.plays(f"""
        Jordan: (taps Take over the new time)
        Bot: [same card] {BOOKED}
            shows nothing is left to decide
    """)
    assert kinds_of_sms(office) == ["confirmation"]


async def test_a_calendar_that_cannot_be_read_is_looked_at_later(office: Office, chat: Chat) -> None:
    drags(office, AT_TEN)
    office.fails("GET", "calendarView", status=503, times=20)
    await looks(office)
    await chat.plays("")
    office.works_again()
    await looks(office)
    await chat.plays(ASKED)


async def test_where_nobody_can_be_asked_the_desk_is_told_without_client_data(tmp_path: Path) -> None:
    async with Office(tmp_path) as office:
        await office.restarts_with(desk_chat=DESK)
        desk = office.chat_with(JORDAN, conversation_id=DESK, kind="groupChat")
        await desk.installs()
        chat = await booked(office)
        drags(office, AT_TEN)
        office.connector.refusals.append(lambda request: blocked(request, chat))
        await looks(office)
        await looks(office)
        _welcome, notice = desk.messages
        words = words_on(card_of(notice.now) or {})
        assert "Somebody changed it in the calendar itself." in words
        assert "Ruiz" not in words


async def test_starting_the_demo_over_calls_the_visits_off_and_asks_about_none(office: Office, chat: Chat) -> None:
    texts = office.sms()
    assert (await office.door.post("/emulator/reset")).status == 200
    await office.time_passes(minutes=2)
    await looks(office)
    await chat.plays("""
        Bot: [same card] Ana Ruiz: Visit cancelled, Fri 27 Nov 2026, 2:30 PM Pacific
    """)
    assert (office.events(), office.sms()) == ([], [])
    assert texts == [("+12065550142", "confirmation")]
    await chat.plays(f"""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
        Bot: [card] Please check: …
            offers Book, Change, Discard
        Jordan: (taps Book)
        Bot: [same card] {BOOKED}
    """)


async def test_a_calendar_that_was_emptied_is_one_matter_for_the_desk(tmp_path: Path) -> None:
    async with Office(tmp_path) as office:
        await office.restarts_with(desk_chat=DESK)
        desk = office.chat_with(JORDAN, conversation_id=DESK, kind="groupChat")
        await desk.installs()
        for hour in (10, 11, 13, 14):
            await office.has_visit("Ana Ruiz", f"2026-11-27T{hour}:00-08:00")
        await office.time_passes(minutes=2)
        for each in office.events():
            office.emulator.outlook.delete_by_hand(each["id"], office.clock.now())
        await looks(office)
        await looks(office)
        _welcome, notice = desk.messages
        assert "gone from the calendar of Dr Min Kim" in words_on(card_of(notice.now) or {})


async def test_what_lies_in_a_backend_no_longer_set_is_left_alone_and_says_so(office: Office) -> None:
    chat = await booked(office)
    (visit,) = await office.app.store.between(datetime(2026, 11, 27, tzinfo=UTC), datetime(2026, 11, 29, tzinfo=UTC))
    hour_later = visit.starts_at + timedelta(hours=1)
    elsewhere = visit.model_copy(
        update={
            "id": "e" * 32,
            "client": visit.client.model_copy(update={"name": "Ben Okafor"}),
            "starts_at": hour_later,
            "calendar_starts_at": hour_later,
            "backend": "bookings:clinic@contoso",
            "event_id": "AAA",
        }
    )
    await office.app.store.insert(elsewhere, check_overlap=False)
    await office.time_passes(minutes=2)
    await looks(office)
    await chat.plays("""
        Jordan: cancel Ben Okafor
        Bot: [card] Cancel Ben Okafor, Fri 27 Nov 2026, 3:30 PM Pacific?
        Jordan: (taps Cancel the visit)
        Bot: [same card] Ben Okafor: …
            shows the calendar it lies in is no longer set up here
    """)
    assert not [each for each in office.world()["requests"] if "AAA" in each["path"]]
