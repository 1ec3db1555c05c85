"""After 503 Graph is asked over a new connection; what is under way on the old one ends there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.graph import calls
from bot.graph.client import GraphClient, http_client
from bot.graph.clouds import cloud_named
from bot.graph.connections import Connections
from bot.graph.identity import Seat
from bot.graph.pace import Patience
from bot.visits.errors import CalendarBusy
from tests.clock import HandClock
from tests.unit.graph.conftest import TENANT, Naps, OpenDoor

KIM = Seat("00000000-0000-4000-8000-000000000001")


@dataclass
class Socketed:
    """A Graph on a real socket, which knows over which connection it was asked."""

    statuses: list[int] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)
    root: str = ""

    async def handle(self, request: web.Request) -> web.Response:
        peer = request.transport.get_extra_info("peername") if request.transport else None
        self.ports.append(peer[1] if peer else 0)
        status = self.statuses.pop(0)
        return web.json_response({}, status=status, headers={"Retry-After": "0"} if status == 503 else {})


@pytest.fixture
async def socketed() -> AsyncIterator[Socketed]:
    graph = Socketed()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", graph.handle)
    server = TestServer(application)
    await server.start_server()
    graph.root = str(server.make_url("/"))
    yield graph
    await server.close()


@pytest.fixture
async def client(socketed: Socketed, clock: HandClock, naps: Naps) -> AsyncIterator[GraphClient]:
    made = GraphClient(
        Connections(http_client),
        OpenDoor(),
        cloud=cloud_named("global"),
        tenant_id=TENANT,
        clock=clock,
        root=socketed.root,
        patience=Patience(tries=3),
        sleep=naps,
    )
    yield made
    await made.close()


async def test_a_connection_is_kept_while_graph_is_well(client: GraphClient, socketed: Socketed) -> None:
    socketed.statuses = [200, 404, 500, 200]
    await client.ask(calls.READ_EVENT, KIM, event="e")
    with pytest.raises(Exception, match="calendar_refused"):
        await client.ask(calls.READ_EVENT, KIM, event="e")
    await client.ask(calls.READ_EVENT, KIM, event="e")
    assert len(set(socketed.ports)) == 1


async def test_after_503_a_read_is_tried_again_over_a_new_connection(client: GraphClient, socketed: Socketed) -> None:
    socketed.statuses = [200, 503, 200, 200]
    await client.ask(calls.READ_EVENT, KIM, event="e")
    await client.ask(calls.READ_EVENT, KIM, event="e")
    await client.ask(calls.READ_EVENT, KIM, event="e")
    before, away, after, later = socketed.ports
    assert before == away != after == later


async def test_after_503_the_next_write_goes_over_a_new_connection(client: GraphClient, socketed: Socketed) -> None:
    socketed.statuses = [503, 200]
    with pytest.raises(CalendarBusy):
        await client.ask(calls.CREATE_EVENT, KIM, body={})
    await client.ask(calls.CREATE_EVENT, KIM, body={})
    assert socketed.ports[0] != socketed.ports[1]


class Pools:
    """Makes clients, and keeps them to be looked at."""

    def __init__(self) -> None:
        self.made: list[httpx.AsyncClient] = []
        self.goes_on = asyncio.Event()

    def __call__(self) -> httpx.AsyncClient:
        self.made.append(http_client(transport=httpx.MockTransport(self._answer)))
        return self.made[-1]

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != "/away":
            await self.goes_on.wait()
        return httpx.Response(200 if request.url.path == "/slow" else 503)


async def test_what_is_under_way_ends_before_its_connections_close() -> None:
    pools = Pools()
    connections = Connections(pools)
    slow = asyncio.create_task(connections.request("GET", "https://graph.example/slow"))
    await asyncio.sleep(0)
    await connections.request("GET", "https://graph.example/away")
    first, second = pools.made
    assert (first.is_closed, second.is_closed) == (False, False)
    pools.goes_on.set()
    assert (await slow).status_code == 200
    assert (first.is_closed, second.is_closed) == (True, False)
    await connections.close()
    assert second.is_closed


async def test_many_503_over_the_same_connections_make_new_ones_once() -> None:
    pools = Pools()
    connections = Connections(pools)
    asking = [asyncio.create_task(connections.request("GET", "https://graph.example/later")) for _ in range(5)]
    await asyncio.sleep(0)
    pools.goes_on.set()
    await asyncio.gather(*asking)
    assert [each.is_closed for each in pools.made] == [True, False]
    apart = connections.apart()
    await connections.close()
    assert apart.is_closed
