"""The whole conversation, typed and pressed by a person in a chat that looks like Teams."""

import os
import re
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.e2e.desk import Chair, Desk
from tests.e2e.running import RunningBot, chromium, free_port

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="function")]

CLINIC = ZoneInfo("America/Los_Angeles")


def _workday(number: int) -> str:
    """The weekday and date of the ``number``-th coming workday that the demo clinic is open, as a person types it."""
    day = datetime.now(CLINIC).date()
    closed = {(12, 24), (12, 25), (1, 1), (5, 31), (7, 5), (9, 6), (11, 25)}
    while number:
        day += timedelta(days=1)
        number -= day.weekday() < 5 and (day.month, day.day) not in closed
    return f"{day:%A} {day:%B} {day.day}"


@pytest.fixture
def browser() -> str:
    """Skipped, loudly, only where it truly cannot run."""
    found = chromium()
    missing = [name for name, there in (("Chromium", found), ("Node's npx", shutil.which("npx"))) if not there]
    if missing:
        pytest.skip(f"NOT PLAYED IN A BROWSER: this machine has no {' and no '.join(missing)}")
    assert found
    return found


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where screenshots go: ``E2E_PICTURES``, or nowhere that lasts."""
    return Path(os.environ.get("E2E_PICTURES", tmp_path / "pictures"))


@pytest.fixture
async def desk(browser: str, tmp_path: Path) -> AsyncIterator[tuple[Desk, RunningBot]]:
    """A receptionist at the Playground, and the bot; nothing waits for a quiet window."""
    async with (
        RunningBot(tmp_path, QUIET_WINDOW_SECONDS="0", TZ="America/Los_Angeles") as bot,
        Chair(bot.chat, browser) as seat,
    ):
        yield seat, bot


def _of(world: dict[str, Any], before: dict[str, Any], what: str) -> list[dict[str, Any]]:
    return list(world[what][len(before[what]) :])


async def test_a_visit_is_booked_moved_and_cancelled_by_chat(desk: tuple[Desk, RunningBot], pictures: Path) -> None:
    seat, bot = desk
    await seat.reads("Virtual visits", "Book a visit", "Today", "Help")
    await seat.picture(pictures / "01-welcome.png")
    before = await bot.world()

    await seat.says(f"book Ana Ruiz 206-555-0142 follow-up with Dr Kim {_workday(2)} half past 2")
    await seat.reads("Ana Ruiz", r"\(206\) 555-0142", "Dr Min Kim", "Follow-up, 30 min", "2:30 PM Pacific", "Book")
    await seat.picture(pictures / "02-confirm.png")
    await seat.presses("Book")
    await seat.reads("Visit booked", "In the calendar", "Confirmation accepted by Microsoft", "Reschedule")
    await seat.picture(pictures / "03-booked.png")

    await seat.says(f"move Ana Ruiz to {_workday(3)} 9:30")
    await seat.reads("9:30 AM Pacific", "Move")
    await seat.picture(pictures / "04-move.png")
    await seat.presses("Move")
    await seat.reads("9:30 AM Pacific", "New time accepted by Microsoft")
    await seat.picture(pictures / "05-moved.png")

    await seat.says("cancel Ana Ruiz")
    await seat.reads("Cancel this visit", "Reason", "Tell the client")
    await seat.presses("Cancel the visit")
    await seat.reads("cancelled", "Cancellation accepted by Microsoft", "Book again")
    await seat.picture(pictures / "06-cancelled.png")

    world = await bot.world()
    (event,) = _of(world, before, "events")
    assert event["deleted_at"] is not None
    texts = _of(world, before, "sms")
    assert [each["type"] for each in texts] == ["confirmation", "reschedule", "cancellation"]
    assert {(each["phone"], each["time_zone"]) for each in texts} == {("+12065550142", "Pacific Standard Time")}
    assert len({each["meeting_id"] for each in texts}) == 1


async def test_the_form_the_questions_and_the_lists_work_too(desk: tuple[Desk, RunningBot], pictures: Path) -> None:
    seat, _ = desk
    await seat.reads("Virtual visits")
    await seat.says("hi")
    await seat.reads("Book a visit", "Today", "Help")
    await seat.says("purple monkey dishwasher")
    await seat.reads("Book a visit")
    await seat.picture(pictures / "11-not-understood.png")

    await seat.says("book")
    await seat.reads("Client's name", "Client's phone", "Check times")
    await seat.picture(pictures / "12-form.png")
    await seat.says("stop")

    await seat.says("book Bo Larsen with Dr Patel")
    await seat.reads("Client's phone", "Check times")
    await seat.picture(pictures / "13-missing.png")
    await seat.says(f"206-555-0199 lab results {_workday(2)} at 10:15")
    await seat.reads("Bo Larsen", r"\(206\) 555-0199", "Lab results, 20 min", "10:15 AM")
    await seat.says("make it 45 minutes")
    await seat.reads("Lab results, 45 min", "10:15 AM")
    await seat.picture(pictures / "14-corrected.png")
    await seat.presses("Book")
    await seat.reads("Visit booked", "45 min")

    await seat.says(f"book Cy Young 206-555-0177 follow-up with Dr Patel {_workday(2)} 10:30")
    text = await seat.reads("Cy Young", "Book anyway", "Nearest free times")
    assert len(re.findall(r"\d{1,2}:\d\d [AP]M$", text, re.MULTILINE)) >= 3
    await seat.picture(pictures / "15-conflict.png")
    await seat.says("stop")

    await seat.says("today")
    await seat.reads("Grace Okafor", "Hannah Fischer")
    await seat.picture(pictures / "16-today.png")
    await seat.says("find Larsen")
    await seat.reads("Bo Larsen", "10:15 AM")
    await seat.picture(pictures / "17-find.png")


async def test_ctrl_c_ends_the_bot_and_the_playground(browser: str, tmp_path: Path) -> None:
    async with RunningBot(tmp_path) as bot:
        assert any("emulator" in line for line in bot.said)
        assert any(bot.chat in line for line in bot.said)
    assert bot.exit_code == 0
    with pytest.raises(OSError, match="refused"):
        await bot.world()


async def test_a_taken_port_is_said_in_a_sentence(browser: str, tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port()))
        taken.listen()
        with pytest.raises(AssertionError, match=f"Port {taken.getsockname()[1]} on 127.0.0.1 cannot be used"):
            async with RunningBot(tmp_path, "--port", str(taken.getsockname()[1])):
                pass


async def test_undo_within_the_quiet_window_leaves_no_trace_at_the_client(
    browser: str, tmp_path: Path, pictures: Path
) -> None:
    async with (
        RunningBot(tmp_path, QUIET_WINDOW_SECONDS="30", TZ="America/Los_Angeles") as bot,
        Chair(bot.chat, browser) as seat,
    ):
        await seat.reads("Virtual visits")
        await seat.says(f"book Ana Ruiz 206-555-0142 follow-up with Dr Kim {_workday(2)} half past 2")
        await seat.reads("Please check")
        await seat.presses("Book")
        await seat.reads("In the calendar", r"Goes out at \d", "Undo")
        await seat.picture(pictures / "21-undo.png")
        await seat.presses("Undo")
        await seat.reads("cancelled", "Book again")
        await seat.picture(pictures / "22-undone.png")
        for _ in range(50):
            world = await bot.world()
            if world["events"][-1]["deleted_at"]:
                break
            await seat.page.wait_for_timeout(100)
        assert world["events"][-1]["deleted_at"]
        assert world["sms"] == []
