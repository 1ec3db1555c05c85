"""A person at the Agents Playground, in a real browser: what they type, press and read."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.async_api import Browser, Locator, Page, async_playwright

SECONDS = 1000

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]


class Desk:
    """The Playground's page. Cards and texts are the bot's bubbles; ``card`` is the last one."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.page.set_default_timeout(15 * SECONDS)
        self._seen = 0

    @property
    def bubbles(self) -> Locator:
        """The bot's messages, oldest first."""
        return self.page.locator(".fai-OutputCard")

    @property
    def card(self) -> Locator:
        """The last card in the chat."""
        return self.page.locator(".fai-OutputCard:has(.ac-adaptiveCard)").last

    async def says(self, words: str) -> None:
        """Type a message and send it."""
        self._seen = await self.bubbles.count()
        box = self.page.locator('[contenteditable="true"][role="textbox"]').first
        await box.click()
        await self.page.keyboard.insert_text(words)
        await self.page.get_by_role("button", name="Send Message").first.click()

    async def presses(self, title: str) -> None:
        """Press a button on the last card; one behind its "..." menu too."""
        self._seen = await self.bubbles.count()
        button = self.card.get_by_role("button", name=title, exact=True)
        if not await button.count() or not await button.last.is_visible():
            await self.card.locator("button.ac-pushButton", has_text=re.compile(r"^\s*(\.\.\.|…)\s*$")).last.click()
        await button.last.click()

    async def fills(self, label: str, value: str) -> None:
        """Fill a text field of the last card, found by its visible label."""
        name = self.card.locator("label").filter(has_text=re.compile(rf"^\s*{re.escape(label)}\s*\*?\s*$")).first
        field = self.page.locator(f'[id="{await name.get_attribute("for")}"]')
        await field.fill(value)
        await field.blur()

    async def reads(self, *patterns: str, seconds: float = 20) -> str:
        """Wait until the last card reads as told: every pattern is somewhere in it. Returns its text."""
        return await self._waits(
            lambda text: all(re.search(each, text, re.IGNORECASE) for each in patterns), patterns, seconds
        )

    async def _waits(self, fits: Callable[[str], bool], patterns: tuple[str, ...], seconds: float) -> str:
        text = ""
        for _ in range(int(seconds * 10)):
            if await self.card.count():
                text = await self.card.inner_text()
                if fits(text):
                    return text
            await self.page.wait_for_timeout(100)
        after = (await self.bubbles.all_inner_texts())[-1:]
        raise AssertionError(f"the last card does not read {patterns}; it reads:\n{text}\nlast said: {after}")

    async def hears(self, pattern: str, seconds: float = 20) -> str:
        """Wait for a message of the bot's, newer than what was last said or pressed."""
        for _ in range(int(seconds * 10)):
            for text in (await self.bubbles.all_inner_texts())[self._seen :]:
                if re.search(pattern, text, re.IGNORECASE):
                    return text
            await self.page.wait_for_timeout(100)
        heard = (await self.bubbles.all_inner_texts())[self._seen :]
        raise AssertionError(f"the bot did not say {pattern!r}; it said: {heard}")

    async def picture(self, file: Path) -> None:
        """Keep what is on the screen."""
        file.parent.mkdir(parents=True, exist_ok=True)
        await self.page.screenshot(path=str(file))


class Chair:
    """Opens the browser and sits down at the Playground; an async context manager."""

    def __init__(self, address: str, chromium: str, *, width: int = 1400, height: int = 1000) -> None:
        self._address, self._chromium = address, chromium
        self._viewport = {"width": width, "height": height}
        self._browser: Browser | None = None

    async def __aenter__(self) -> Desk:
        self._playwright = await async_playwright().start()
        self._browser = await self._playwright.chromium.launch(executable_path=self._chromium, args=BROWSER_ARGUMENTS)
        page = await self._browser.new_page(viewport=self._viewport, locale="en-US")  # type: ignore[arg-type]
        await page.goto(self._address)
        return Desk(page)

    async def __aexit__(self, *_: object) -> None:
        if self._browser:
            await self._browser.close()
        await self._playwright.stop()
