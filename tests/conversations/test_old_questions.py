"""A button answers the question it stands under, however many were put since."""

import pytest

from tests.conversations.chat import Chat
from tests.office import Office
from tests.personas import JORDAN

WHICH_PHONE = "Which phone number is right?"


@pytest.fixture
async def chat(office: Office) -> Chat:
    """A booking of which a phone number and a type are in doubt: the type was asked last."""
    chat = office.chat_with(JORDAN)
    await chat.plays(f"""
        Jordan: book Ana Ruiz 206-555-0142 or 206-555-0199 with Dr Kim Friday 3pm
        Bot: [card] {WHICH_PHONE}
        Jordan: lab results or follow-up
        Bot: [card] Which appointment type do you mean by …
            offers Lab results, Follow-up
    """)
    return chat


async def test_a_question_gives_way_to_the_next(chat: Chat) -> None:
    assert chat.messages[0].now["summary"] == "This goes on further below."


async def test_an_old_button_settles_its_own_question_and_no_other(chat: Chat) -> None:
    await chat.taps_old("(206) 555-0199", on=WHICH_PHONE)
    await chat.plays("""
        Bot: [same card] Which appointment type do you mean by …
            offers Lab results, Follow-up
        Jordan: (taps Follow-up)
        Bot: [same card] Please check: Ana Ruiz, Fri 27 Nov 2026, 3:00 PM Pacific, with Dr Min Kim
            shows Follow-up
            shows (206) 555-0199
    """)


async def test_a_button_of_a_question_that_was_answered_does_nothing(chat: Chat) -> None:
    await chat.plays("""
        Jordan: the second
        Bot: [card] Which phone number is right?
        Jordan: her number is 206-555-0142
        Bot: [card] Please check: Ana Ruiz, …
            shows Follow-up
    """)
    await chat.taps_old("Lab results", on="Which appointment type …")
    await chat.plays("""
        Bot: [same card] Please check: Ana Ruiz, …
            shows Follow-up
            hides Lab results
    """)
