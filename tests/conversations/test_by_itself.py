"""What is due goes on by itself: nobody presses anything, and no test calls for it.

The bot's clock is put forward to when something is due; then the engine's own timers, which run in real time, have to
find it. The sweep, which would find what they lost, looks once a minute and so cannot have helped within ``SOON``.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.conversations.ana import BOOK, BOOKED
from tests.office import Office
from tests.personas import JORDAN

SOON = 45
"""Seconds, on however slow a machine: less than the sweep's minute."""


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """A quiet window of a second."""
    async with Office(tmp_path, quiet_window_seconds=1) as office:
        yield office


async def comes_about(office: Office, is_so: Callable[[], bool], *, after: float) -> None:
    """So many seconds pass at the office, and nobody looks after anything."""
    await office.settles()
    office.clock.advance(seconds=after)
    async with asyncio.timeout(SOON):
        while not is_so():  # noqa: ASYNC110 - the outside world is looked at, which tells nobody
            await asyncio.sleep(0.05)


async def test_the_quiet_window_ends_by_itself(office: Office) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays(f"{BOOK}    Bot: [same card] {BOOKED}")
    await comes_about(office, lambda: office.sms() == [("+12065550142", "confirmation")], after=1)
    await chat.plays(f"""
        Bot: [same card] {BOOKED}
            shows Confirmation accepted by Microsoft
            hides Undo before then
    """)


async def test_a_calendar_that_was_away_is_tried_again_by_itself(office: Office) -> None:
    office.fails("POST", "/events$", status=503)
    chat = office.chat_with(JORDAN)
    await chat.plays(BOOK)
    await comes_about(office, lambda: len(office.events()) == 1 and len(office.sms()) == 1, after=2)
    await chat.plays(f"    Bot: [same card] {BOOKED}\n        shows Confirmation accepted by Microsoft")
    posts = [
        each for each in office.world()["requests"] if each["method"] == "POST" and each["path"].endswith("/events")
    ]
    assert [each["status"] for each in posts] == [503, 201]


async def test_a_tenants_first_set_up_is_waited_for_by_itself(office: Office) -> None:
    switches = office.emulator.world.switches
    switches.provisioning, switches.provisioning_minutes, switches.retry_after = "503", 1 / 60, "decimal"
    chat = office.chat_with(JORDAN)
    await chat.plays(BOOK)
    await comes_about(office, lambda: len(office.sms()) == 1, after=2)
    await chat.plays(f"    Bot: [same card] {BOOKED}\n        shows Confirmation accepted by Microsoft")
    asked = [each["status"] for each in office.world()["requests"] if each["path"].endswith("JoinWebUrl")]
    assert asked[0] == 503
    assert asked[-1] == 200
