"""A receptionist signs in on a page, books as herself, and signs out: in a real browser, with Microsoft played."""

from pathlib import Path

import pytest

from tests.e2e.desk import Chair
from tests.e2e.running import RunningBot
from tests.e2e.test_playground import _workday, browser, pictures

__all__ = ["browser", "pictures"]

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="function")]


async def test_a_receptionist_signs_in_books_as_herself_and_signs_out(
    browser: str, tmp_path: Path, pictures: Path
) -> None:
    played = {"GRAPH_IDENTITY": "delegated", "QUIET_WINDOW_SECONDS": "0", "TZ": "America/Los_Angeles"}
    book = f"book Ana Ruiz 206-555-0142 follow-up with Dr Kim {_workday(2)} half past 2"
    async with RunningBot(tmp_path, **played) as bot, Chair(bot.chat, browser) as seat:
        await seat.reads("Virtual visits")
        await seat.says(book)
        asked = seat.page.locator("[data-tid=hero-card]").last
        await asked.wait_for()
        assert "please sign in once" in await asked.inner_text()
        await seat.picture(pictures / "31-sign-in-card.png")

        async with seat.page.context.expect_page() as opened:
            await asked.get_by_role("button", name="Sign in").click()
        window = await opened.value
        await window.get_by_role("button", name="Jordan Lee").wait_for()
        await window.screenshot(path=str(pictures / "32-accounts.png"))
        await window.get_by_role("button", name="Jordan Lee").click()
        await window.get_by_role("button", name="Accept").wait_for()
        await window.screenshot(path=str(pictures / "33-consent.png"))
        await window.get_by_role("button", name="Accept").click()
        code = window.locator("#code")
        await code.wait_for()
        digits = await code.inner_text()
        await window.screenshot(path=str(pictures / "34-done.png"))
        assert "code" not in window.url
        await window.close()

        await seat.says(digits)
        await seat.hears("You are signed in")
        await seat.reads("Ana Ruiz", "2:30 PM Pacific", "Book")
        await seat.presses("Book")
        await seat.reads("Visit booked", "In the calendar, on behalf of the person who booked", "Reschedule")
        await seat.picture(pictures / "35-booked.png")
        world = await bot.world()
        asked_of = [each["path"] for each in world["requests"] if each["method"] == "POST"]
        assert {each for each in asked_of if each.endswith("/events")} == {"/v1.0/me/events"}

        await seat.says("sign out")
        await seat.hears("You are signed out")
        await seat.picture(pictures / "36-signed-out.png")
        await seat.says("sign in")
        await seat.page.locator("[data-tid=hero-card]").nth(1).wait_for()
