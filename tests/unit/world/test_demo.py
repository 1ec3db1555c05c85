"""The demonstration as somebody tries it out: the emulator writes to the bot's own address over real HTTP."""

import socket
from pathlib import Path

import httpx
from aiohttp import web

from bot.clinic import ClinicFile
from bot.graph.emulator.core import GraphEmulator
from bot.settings import Settings
from bot.wiring import Transports, build
from tests.clock import HandClock
from tests.connector import StubConnector
from tests.conversations.chat import Answer, Chat
from tests.office import MONDAY, lakeside
from tests.personas import JORDAN

CARD = "Ana Ruiz: Visit booked, Mon 23 Nov 2026, 2:30 PM Pacific"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


async def test_playing_the_clients_waiting_room_makes_the_card_say_that_they_wait(tmp_path: Path) -> None:
    port, clock, connector = free_port(), HandClock(MONDAY), StubConnector()
    here = f"http://127.0.0.1:{port}"
    app = await build(
        Settings(database=str(tmp_path / "app.db"), emulator=True, port=port, quiet_window_seconds=0),
        clock=clock,
        transports=Transports(
            connector=httpx.MockTransport(connector.handle), emulator=GraphEmulator(clock=clock, visit_base=here)
        ),
        clinic_file=ClinicFile(clinic=lakeside()),
    )
    runner = web.AppRunner(app.web)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await app.start()
    async with httpx.AsyncClient(base_url=here) as browser:

        async def door(activity: dict[str, object]) -> Answer:
            answer = await browser.post("/api/messages", json=activity)
            return Answer(answer.status_code, answer.json() if answer.content else None)

        chat = Chat(JORDAN, door, connector)
        await chat.plays(f"""
            Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim today 2:30pm
            Bot: [card] Please check: …
            Jordan: (taps Book)
            Bot: [same card] {CARD}
        """)
        await app.idle()
        clock.advance(hours=5, minutes=28)
        await app.watching.rounds.go("lobby")
        (visit,) = [each for each in await app.store.matching("Ruiz", since=clock.now()) if each.client_join_url]
        page = str(visit.client_join_url)
        assert page.startswith(f"{here}/emulator/visit/")
        assert (await browser.get(page)).status_code == 200
        assert (await browser.post(f"{page.partition('?')[0]}/enter", json={"name": "A. Client"})).status_code == 201
        await chat.plays(f"Bot: [same card] {CARD}\n    shows waiting since 2:28 PM")
        event_id = next(iter(app.emulator.state.events)) if app.emulator else ""
        moved = {"event_id": event_id, "start": "2026-11-24T10:00-08:00", "end": "2026-11-24T10:30-08:00"}
        assert (await browser.post("/emulator/outlook", json=moved)).json() == {"done": True}
        await app.watching.rounds.go("drift")
        await chat.plays("Bot: [card] The calendar says something else about a visit")
    await app.idle()
    await app.stop()
    await runner.cleanup()
