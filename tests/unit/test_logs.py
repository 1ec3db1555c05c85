"""What a log line holds of an exception: where it came from, and never what it says."""

import asyncio
import logging

import pytest
from pydantic import BaseModel, ValidationError

from bot.logs import EventFormatter


class Number(BaseModel):
    """Anything that quotes what it was given."""

    number: int


def line_of(record: logging.LogRecord) -> str:
    return EventFormatter().format(record)


def test_an_exceptions_words_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("elsewhere")
    try:
        Number.model_validate({"number": "a name and a number"})
    except ValidationError:
        log.exception("work.not_started")
    line = line_of(caplog.records[-1])
    assert "a name and a number" not in line
    assert line.count("\n") == 0
    assert "work.not_started trace=ValidationError at" in line


async def test_what_a_forgotten_task_said_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    context = {
        "message": "Task exception was never retrieved",
        "future": asyncio.get_running_loop().create_future(),
        "exception": ValueError("a name and a number"),
    }
    asyncio.get_running_loop().call_exception_handler(context)
    line = line_of(caplog.records[-1])
    assert "a name and a number" not in line
    assert "Task exception was never retrieved" in line
