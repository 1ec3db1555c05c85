"""The language of these tests: what it reads, and that a failure shows the whole exchange."""

import pytest

from tests.conversations.script import Expects, Presses, Says, fits, parse
from tests.office import Office
from tests.personas import JORDAN


def test_a_script_is_what_people_say_and_press_and_what_the_bot_answers() -> None:
    assert parse("""
        Jordan: book Ana: now
        Jordan: (fills Phone = 206; Text = off; taps Check times)
        Jordan: (taps old Book)
        Bot: Which day?
        Bot: [card] Please …
            shows A
            hides B
            offers Book, Fri 27 Nov, 2:30 PM, Discard
        Bot: [same card] Booked
    """) == [
        Says("Jordan", "book Ana: now"),
        Presses("Jordan", "Check times", {"Phone": "206", "Text": "off"}, False),
        Presses("Jordan", "Book", {}, True),
        Expects("text", "Which day?"),
        Expects("card", "Please …", ("A",), ("B",), ("Book", "Fri 27 Nov, 2:30 PM", "Discard")),
        Expects("same card", "Booked"),
    ]


def test_a_line_that_is_none_is_an_error_of_the_test() -> None:
    with pytest.raises(ValueError, match="not a line"):
        parse("Jordan says hello")


def test_an_ellipsis_stands_for_any_words() -> None:
    assert fits("Please …, with Dr Min Kim", "Please check:  Ana,\n with Dr Min Kim")
    assert not fits("Please …", "Thank you")


async def test_a_failure_shows_the_exchange_and_what_the_script_says(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    with pytest.raises(AssertionError) as failure:
        await chat.plays("""
            Jordan: hi
            Bot: Good morning
        """)
    told = str(failure.value)
    assert "    Jordan: hi" in told
    assert ">>> Bot: [card] What can I do for you?" in told
    assert "--- but the script says\n    Bot: Good morning" in told


async def test_what_the_bot_says_beyond_the_script_fails(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    with pytest.raises(AssertionError, match="the script expects nothing here"):
        await chat.plays("Jordan: hi")


async def test_a_button_that_is_not_there_cannot_be_pressed(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    with pytest.raises(AssertionError, match="no button 'Book'"):
        await chat.plays("""
            Jordan: hi
            Bot: [card] What can I do for you?
            Jordan: (taps Book)
        """)
