"""A stop lets work under way end while what it speaks to is still there."""

import asyncio
from pathlib import Path

import httpx

from bot.graph.emulator.core import GraphEmulator
from tests.office import Office
from tests.personas import JORDAN


class SlowGraph(GraphEmulator):
    """Graph, whose answer to the first new event waits until it is let go."""

    def gate(self) -> None:
        self.begun, self.may_go_on = asyncio.Event(), asyncio.Event()

    async def handle(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST" and request.url.path.endswith("/events"):
            self.begun.set()
            await self.may_go_on.wait()
        return await super().handle(request)


async def test_work_under_way_at_a_stop_finds_its_connections_open(tmp_path: Path) -> None:
    office = Office(tmp_path)
    graph = SlowGraph(clock=office.clock)
    graph.gate()
    office.emulator = graph
    await office.opens()
    chat = office.chat_with(JORDAN)
    await chat.says("book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2")
    await chat.taps("Book")
    await graph.begun.wait()
    stopping = asyncio.create_task(office.closes())
    while office.app.engine.is_running:  # noqa: ASYNC110  nothing is told of it
        await asyncio.sleep(0)
    await office.app.edge.notifier.post_to_chat(chat.conversation_id, {"type": "AdaptiveCard"}, summary="still there")
    graph.may_go_on.set()
    await stopping
    assert chat.messages[-1].now["summary"] == "still there"
