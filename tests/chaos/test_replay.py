"""What is delivered again, pressed twice or comes in another order: nothing happens twice, nothing unasked for."""

import copy
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.chaos.invariants import broken
from tests.chaos.replay import PLAYS, replayed
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


SAMPLE = (
    "tests/conversations/test_whole_stories.py::test_book_move_and_cancel_make_one_event_and_three_texts_in_order",
    "tests/conversations/test_undo.py::test_a_cancellation_can_be_taken_back",
    "tests/conversations/test_effects.py::test_resend_sends_once_more_because_a_person_said_so",
)
"""A few of the conversations; ``python -m tests.chaos replay`` plays all of them, in each way."""


@pytest.mark.parametrize("plugin", PLAYS)
async def test_a_conversation_played_so_ends_as_it_should(plugin: str) -> None:
    (figures,) = await replayed(seed=20261120, seeds=1, only=SAMPLE, plays=[plugin])
    assert figures.wrong == []
    assert figures.in_flight == [len(SAMPLE)]


async def test_what_must_not_be_is_noticed(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.says("book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2")
    await chat.taps("Book")
    await office.settles()
    (visit,) = await office.all_visits()
    state = office.emulator.state
    assert await broken(office, {visit.id}) == []
    assert await broken(office, set()) == [f"{visit.id} was booked, and nobody confirmed it"]

    (event,) = state.events.values()
    state.events["another"] = copy.copy(event)
    assert len(await broken(office, {visit.id})) == 2, "two events made, two there"
    state.events["another"] = replace(event, transaction_id="of nobody")
    assert "an event of of nobody, which is no visit" in await broken(office, {visit.id})
    del state.events["another"]

    state.sms.append(replace(state.sms[0], at=state.sms[0].at + timedelta(seconds=1)))
    (wrong,) = await broken(office, {visit.id})
    assert "2 texts (confirmation)" in wrong
