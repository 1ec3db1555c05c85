"""The same calendar over a real socket: the emulator on its own, the bot beside it."""

from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.graph.backend import open_graph
from bot.graph.config import GraphConfig
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.serve import mount
from bot.graph.identity import Identities
from tests.clock import HandClock
from tests.contracts.conftest import NOW, Office, world_for
from tests.personas import TENANT_ID


@pytest.fixture
async def served() -> AsyncIterator[Office]:
    clock = HandClock(NOW)
    emulator = GraphEmulator(world_for("outlook"), clock=clock)
    emulator.world.switches.largest_page = 1
    application = web.Application()
    mount(application, emulator)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    config = GraphConfig(
        tenant_id=TENANT_ID, root=f"http://{host}:{port}/", identities=Identities(calendar="app", visits="app")
    )
    office = Office("outlook", "app", clock, open_graph(config, clock), emulator)
    yield office
    await office.edge.close()
    await runner.cleanup()


async def test_a_visit_is_booked_texted_and_cancelled_with_tokens_checked(served: Office) -> None:
    visit = await served.booked()
    await served.calendar.keep_clients_waiting(visit)
    assert await served.calendar.client_link(visit)
    await served.calendar.send_sms(visit, "confirmation")
    await served.calendar.cancel(visit)
    assert [each.type for each in served.played.state.sms] == ["confirmation"]
    assert await served.calendar.read(visit) is None


async def test_pages_stay_on_this_machine(served: Office) -> None:
    first, second = await served.booked(), await served.booked()
    assert await served.edge.calendar.drifts([first, second]) == []
    views = [each for each in served.played.state.requests if each.path.endswith("/calendarView")]
    assert len(views) > 1
