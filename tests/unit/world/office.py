"""The office with rounds that a test makes by hand, and a Graph that really writes to the bot's own address."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
from aiohttp.test_utils import TestClient

from bot.graph.emulator.bookings_world import BookingBusiness
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.demo import demo_world
from tests.office import Office


class WatchedOffice(Office):
    """The emulator's notifications come in at the bot's door."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        """``settings`` go over the office's own."""
        super().__init__(folder)
        self.emulator = GraphEmulator(clock=self.clock, notify=httpx.MockTransport(self._post))
        self._settings = self._settings.model_copy(update=settings)
        self.posts: list[httpx.Request] = []
        """What Graph wrote to us."""
        self.holds_post = False
        """Whether its post lies on the way until ``delivers``."""

    def adds_business(self, business: BookingBusiness) -> None:
        """Another Bookings calendar; before the office opens."""
        world = demo_world()
        world.businesses = (*world.businesses, business)
        self.emulator = GraphEmulator(world, clock=self.clock, notify=httpx.MockTransport(self._post))

    async def restarts_with(self, **settings: Any) -> None:
        """Stop the bot and start it with other settings."""
        await self.closes()
        self._settings = self._settings.model_copy(update=settings)
        await self.opens()

    @property
    def door(self) -> TestClient[Any, Any]:
        """The bot's own address."""
        assert self._client is not None
        return self._client

    async def looks(self, *rounds: str) -> None:
        """The next rounds come, and everything that follows from them."""
        await self.app.watching.rounds.go(*rounds)
        await self.emulator.quiet()
        await self.settles()

    async def delivers(self, posts: Iterable[httpx.Request]) -> None:
        """Post that lay on the way comes in, in this order."""
        self.holds_post = False
        for each in posts:
            assert (await self._handed_in(each)).status_code == 202
        await self.settles()

    async def _post(self, request: httpx.Request) -> httpx.Response:
        self.posts.append(request)
        return httpx.Response(202) if self.holds_post else await self._handed_in(request)

    async def _handed_in(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        async with self.door.post(path, data=request.content, headers={"Content-Type": "application/json"}) as answer:
            headers = {"content-type": answer.headers.get("Content-Type", "")}
            return httpx.Response(answer.status, text=await answer.text(), headers=headers)
