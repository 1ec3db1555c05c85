"""A question, or a wish for a visit, whose day or person fits twice is never answered for another: it is asked."""

import pytest

from tests.conversations.chat import Chat
from tests.conversations.reading_cards import titles_on
from tests.office import Office
from tests.personas import JORDAN, SOFIA


@pytest.fixture
async def chat(office: Office) -> Chat:
    """Monday 23 November; Ben Okafor's visit tomorrow at ten has just been looked at, and is what "it" means."""
    await office.has_visit("Ben Okafor", "2026-11-24T10:00-08:00")
    await office.has_visit("Ana Ruiz", "2026-12-02T14:30-08:00")
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: find Okafor
        Bot: [card] Visits that match
    """)
    return chat


@pytest.mark.parametrize(
    ("said", "asked", "offered"),
    [
        ("when is Kim free next Wednesday", "Which day do you mean by …", "Wed 25 Nov 2026, Wed 2 Dec 2026"),
        (
            "visits on Thursday 4 December",
            "… does not fit together. …",
            "Thu 26 Nov 2026, Thu 3 Dec 2026, Fri 4 Dec 2026",
        ),
        ("show the visits on November 2", "That is over already. …", "Mon 2 Nov 2026, Tue 2 Nov 2027"),
        ("free times for Kim on November 2", "That is over already. …", None),
        ("when is Kim or Patel free tomorrow", "Who do you mean by …", "Dr Min Kim, Dr Asha Patel"),
        ("cancel the visit on November 2", "That is over already. …", None),
        ("cancel the visit at 7", "Which time do you mean by …", None),
        ("cancel Ana Ruiz on November 2", "That is over already. …", None),
        ("move Ana or Ben to Friday", "Which client do you mean?", "Ana, Ben"),
        ("find Ruiz or Okafor", "Which client do you mean?", "Ruiz, Okafor"),
    ],
)
async def test_what_fits_twice_is_asked_and_nothing_is_taken(
    chat: Chat, said: str, asked: str, offered: str | None
) -> None:
    await chat.plays(f"""
        Jordan: {said}
        Bot: [card] {asked}
            {f"offers {offered}" if offered else "shows Or just write the answer."}
    """)


@pytest.mark.parametrize(
    ("said", "day"), [("show the visits of yesterday", "Sun 22 Nov 2026"), ("what is on 03/14/2025", "Fri 14 Mar 2025")]
)
async def test_a_day_that_is_over_and_clear_is_shown(chat: Chat, said: str, day: str) -> None:
    await chat.plays(f"""
        Jordan: {said}
        Bot: [card] {day}: 0 visits
    """)


async def test_a_question_about_free_times_goes_on_with_the_day_pressed(chat: Chat) -> None:
    await chat.plays("""
        Jordan: when is Kim free next Wednesday
        Bot: [card] Which day do you mean by …
        Jordan: (taps Wed 2 Dec 2026)
        Bot: [same card] Free times with Dr Min Kim, Wed 2 Dec 2026
    """)


@pytest.mark.parametrize("answer", ["the second", "2 December", "December 2, please"])
async def test_or_with_the_day_written(chat: Chat, answer: str) -> None:
    await chat.plays(f"""
        Jordan: when is Kim free next Wednesday
        Bot: [card] Which day do you mean by …
        Jordan: {answer}
        Bot: [card] Free times with Dr Min Kim, Wed 2 Dec 2026
    """)


async def test_each_doubt_is_asked_in_its_turn(chat: Chat) -> None:
    await chat.plays("""
        Jordan: when is Kim or Patel free next Wednesday
        Bot: [card] Who do you mean by …
            offers Dr Min Kim, Dr Asha Patel
        Jordan: Patel
        Bot: [card] Which day do you mean by …
            offers Wed 25 Nov 2026, Wed 2 Dec 2026
        Jordan: (taps Wed 25 Nov 2026)
        Bot: [same card] Free times with Dr Asha Patel, Wed 25 Nov 2026
    """)


async def test_a_visit_to_cancel_is_found_by_the_day_that_was_meant(chat: Chat) -> None:
    await chat.plays("""
        Jordan: cancel the visit next Wednesday because she is ill
        Bot: [card] Which day do you mean by …
        Jordan: (taps Wed 2 Dec 2026)
        Bot: [same card] Cancel Ana Ruiz, Wed 2 Dec 2026, 2:30 PM Pacific?
    """)
    assert "she is ill" in str(chat.card), "what was said beside the doubt still counts"


async def test_a_question_in_between_is_settled_before_the_booking_goes_on(chat: Chat) -> None:
    await chat.plays("""
        Jordan: book Eva Stone 206-555-0117 follow-up with Dr Kim Friday
        Bot: [card] At what time on Fri 27 Nov 2026?
        Jordan: show the visits of next Wednesday
        Bot: [card] Which day do you mean by …
        Jordan: the first
        Bot: [card] Wed 25 Nov 2026: 0 visits
        Bot: [card] At what time on Fri 27 Nov 2026?
        Jordan: 3 pm
        Bot: [card] Please check: Eva Stone, Fri 27 Nov 2026, 3:00 PM Pacific, with Dr Min Kim
    """)


async def test_stop_leaves_the_question_and_not_the_booking(chat: Chat) -> None:
    await chat.plays("""
        Jordan: book Eva Stone 206-555-0117 follow-up with Dr Kim Friday 3 pm
        Bot: [card] Please check: Eva Stone, …
        Jordan: show the visits of next Wednesday
        Bot: [card] Which day do you mean by …
        Jordan: stop
        Bot: [card] Stopped. Nothing was changed.
        Jordan: yes
        Bot: [card] Eva Stone: …
        Bot: [same card] Eva Stone: Visit booked, Fri 27 Nov 2026, 3:00 PM Pacific
    """)


async def test_something_else_written_leaves_the_question(chat: Chat) -> None:
    await chat.plays("""
        Jordan: show the visits of next Wednesday
        Bot: [card] Which day do you mean by …
        Jordan: find Ruiz
        Bot: [card] Visits that match
        Jordan: (taps Wed 25 Nov 2026)
        Bot: [same card] This question is no longer open. Please write it once more.
    """)


async def test_a_far_day_is_taken_with_a_yes(chat: Chat) -> None:
    await chat.plays("""
        Jordan: which visits are there in 14 months
        Bot: [card] That is more than a year away. …
        Jordan: yes
        Bot: [card] Sun 23 Jan 2028: 0 visits
    """)


async def test_in_spanish_too(office: Office) -> None:
    chat = office.chat_with(SOFIA)
    await chat.plays("""
        Sofía: ¿cuándo está libre Kim o Patel mañana?
        Bot: [card] …
            offers Dr Min Kim, Dr Asha Patel
        Sofía: Patel
        Bot: [card] … Patel, mar 24 nov 2026
    """)


async def test_in_a_chat_that_others_read_the_whole_sentence_is_asked_for(office: Office) -> None:
    chat, own = office.chat_with(JORDAN, conversation_id="19:team", kind="groupChat"), office.chat_with(JORDAN)
    await own.installs()
    await own.plays("Bot: [card] Hello! …")
    await chat.says("when is Kim free next Wednesday")
    await own.plays("""
        Bot: [card] Which day do you mean by “next Wednesday”? Please write all of it here once more.
    """)
    assert titles_on(own.card) == ()
