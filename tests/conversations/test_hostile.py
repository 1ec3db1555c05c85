"""Anyone can post a form or type anything: everything is answered, nothing breaks, nothing is done."""

import logging
from typing import Any

import pytest

from bot.clinic import demo_clinic
from cards import verbs
from cards.payload import VerbPayload
from tests.conversations.chat import Chat
from tests.office import Office
from tests.personas import JORDAN

NOBODY = "0" * 32
KIM = demo_clinic().clinic.staff[0].id

SAMPLES: dict[str, Any] = {
    "draft_id": NOBODY,
    "visit_id": NOBODY,
    "version": 1,
    "question_id": NOBODY,
    "option": 0,
    "starts_at": "2026-11-27T22:30:00Z",
    "effect_key": "sms:1",
    "kind": "day",
    "staff_id": KIM,
}

A_SLOT = {"verb": "draft.pick_slot.v1", "draft_id": NOBODY, "version": 1}

TEXTS = [
    "",
    "   ",
    "?",
    "👩‍⚕️ 🏥",
    "a" * 10_000,
    "book " + "Ana " * 2_000,
    "[click](https://example.com) **bold** {{DATE(2026-01-01,SHORT)}} <at>Visits</at>",
    "‮kooB‬ Ana",
    "احجز موعدًا غدًا",
    "book \x00\x07\x1b[31m Ana",
    "'; drop table visits; --",
    "{client} {0} %s",
    "\n\n\nhelp\n\n\n",
    "book book book cancel move help stop",
    "7-7-7-" * 200,
]


def a_press(kind: type[VerbPayload]) -> dict[str, Any]:
    """A payload of this kind about something that does not exist."""
    fields = {name: SAMPLES[name] for name, each in kind.model_fields.items() if each.is_required() or name in SAMPLES}
    return {"verb": kind.verb_name(), **{name: value for name, value in fields.items() if name != "verb"}}


@pytest.fixture
async def chat(office: Office, caplog: pytest.LogCaptureFixture) -> Any:
    """A chat in which nothing may end in an error of ours."""
    chat = office.chat_with(JORDAN)
    yield chat
    await office.settles()
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR] == []
    assert office.events() == []


async def presses(chat: Chat, data: object) -> dict[str, Any]:
    value = {"action": {"type": "Action.Execute", "verb": "x", "data": data}, "trigger": "manual"}
    answer = await chat.delivers(chat.an_activity("invoke", name="adaptiveCard/action", value=value, replyToId="bot-0"))
    assert answer.status == 200
    return answer.body or {}


async def test_a_press_about_something_that_is_not_there_is_answered_kindly(chat: Chat) -> None:
    for kind in verbs.ALL:
        body = await presses(chat, a_press(kind))
        assert body["statusCode"] == 200, kind
        assert "Something went wrong" not in str(body), kind


async def test_a_malformed_press_is_answered_kindly(chat: Chat) -> None:
    posted: tuple[Any, ...] = (
        None,
        [],
        "x",
        {"verb": "draft.book.v1"},
        {"verb": "no.such.verb"},
        {"verb": 7},
        {"verb": "draft.book.v1", "draft_id": "../../etc", "version": 1},
        {"verb": "draft.book.v1", "draft_id": NOBODY, "version": "many"},
        {"verb": "visit.cancel.v1", "visit_id": NOBODY, "version": 1, "by": "someone"},
        {"verb": "list.page.v1", "kind": "day", "argument": "not-a-day", "page": 10_000},
        {"verb": "list.page.v1", "kind": "find", "input_words": "%_\\" * 500, "page": 3},
        *({"verb": "list.page.v1", "kind": "day", "argument": day} for day in ("0001-01-01", "9999-12-31")),
        *({**A_SLOT, "starts_at": at} for at in ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00")),
        {"verb": "draft.answer.v1", "draft_id": NOBODY, "version": 1, "day": "9999-12-31"},
        {"verb": "visit.other_times.v1", "visit_id": NOBODY, "version": 1, "day": "0001-01-01"},
        {"verb": "settings.save.v1", "input_time_zone": "Mars/Base", "input_reminders": "9" * 4_000},
    )
    for data in posted:
        body = await presses(chat, data)
        assert "Something went wrong" not in str(body), data


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
async def test_a_day_where_no_visit_can_be_is_told_beside_its_field(chat: Chat, day: str) -> None:
    await chat.says("book")
    await chat.taps("Continue", {"Date": day, "Time (Pacific)": "11 pm"})
    assert "This is not a day." in chat.reads()
    form = chat.press_of("Check times")["value"]["action"]["data"]
    body = await presses(chat, {**form, "input_slot": f"{day}T23:00:00-12:00"})
    assert "Something went wrong" not in str(body)


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
async def test_any_text_is_answered(chat: Chat, text: str) -> None:
    await chat.says(text)
    assert chat.messages, "the bot said nothing"


async def test_any_text_is_answered_in_the_middle_of_a_booking(chat: Chat) -> None:
    await chat.says("book Ana Ruiz follow-up with Dr Kim Friday half past 2")
    for text in TEXTS:
        before = len(chat.messages)
        await chat.says(text)
        assert len(chat.messages) > before, text
