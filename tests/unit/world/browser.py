"""A browser at the sign-in window: follows addresses, picks what is on the page, and remembers where it was."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from aiohttp.test_utils import TestClient


@dataclass
class Form:
    """A form of the page: what is sent by itself, and the buttons by their words."""

    action: str
    hidden: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class _Read(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.form: Form | None = None
        self.links: list[str] = []
        self.words: list[str] = []
        self.scripts: list[dict[str, str]] = []
        self._button: tuple[str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(said.get("action", ""))
        elif tag == "a":
            self.links.append(said["href"])
        elif tag == "script":
            self.scripts.append(said)
        elif tag == "input" and self.form:
            self.form.hidden[said["name"]] = said["value"]
        elif tag == "button":
            self._button = (said.get("name", ""), said.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "button":
            self._button = None

    def handle_data(self, data: str) -> None:
        if not (words := " ".join(data.split())):
            return
        self.words.append(words)
        if self._button and self.form:
            self.form.buttons.setdefault(words, self._button)


class Browser:
    """One window. Everything is answered by the bot's own door, whatever host the address names."""

    def __init__(self, door: TestClient[Any, Any], language: str = "en-US") -> None:
        self._door = door
        self._language = language
        self.addresses: list[str] = []
        """Every address that was opened or sent to."""
        self.status = 0
        self.headers: dict[str, str] = {}
        self.page = _Read()
        self.sent: dict[str, str] = {}
        """What the last form sent."""

    @property
    def words(self) -> str:
        """What is on the page."""
        return "\n".join(self.page.words)

    @property
    def code(self) -> str:
        """The six digits on the last page."""
        return next(each for each in self.page.words if each.isdigit() and len(each) == 6)

    async def opens(self, address: str) -> None:
        """Open an address and go where it sends."""
        await self._asks("GET", address)

    async def presses(self, words: str) -> None:
        """Press a button; the page that sends itself on does so at once."""
        form = self.page.form
        assert form is not None, self.words
        name, value = form.buttons[words]
        await self.sends(form.action or self.addresses[-1], {**form.hidden, **({name: value} if name else {})})

    async def sends(self, address: str, said: dict[str, str]) -> None:
        """Send a form."""
        self.sent = said
        await self._asks("POST", address, said)

    async def _asks(self, method: str, address: str, said: dict[str, str] | None = None) -> None:
        self.addresses.append(address)
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        headers = {"Accept-Language": self._language}
        async with self._door.request(method, path, data=said, headers=headers, allow_redirects=False) as answer:
            self.status, self.headers = answer.status, dict(answer.headers)
            self.page = _Read()
            self.page.feed(await answer.text())
            if answer.status in (302, 303):
                await self._asks("GET", answer.headers["Location"])
                return
        if self.page.form and self.page.form.hidden and list(self.page.form.buttons) == ["Continue"]:
            await self.presses("Continue")
