"""MSAL signs people in at an emulator that runs on its own, without TLS."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.clock import SystemClock
from bot.graph.auth import ClientSecret, Registration
from bot.graph.client import http_client
from bot.graph.clouds import cloud_named
from bot.graph.delegated import DelegatedTokens, MemoryGrants, Sealed, new_key
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.serve import mount
from bot.graph.played_login import PlayedLogin
from bot.visits.errors import CalendarBusy
from tests.unit.graph.conftest import JORDAN_ID, TENANT

REDIRECT = "http://127.0.0.1:3978/auth/end"


@pytest.fixture
def emulator() -> GraphEmulator:
    return GraphEmulator()


@pytest.fixture
async def address(emulator: GraphEmulator) -> AsyncIterator[str]:
    application = web.Application()
    mount(application, emulator)
    async with TestServer(application) as server:
        yield f"http://{server.host}:{server.port}"


def people(
    emulator: GraphEmulator, address: str, transport: httpx.AsyncBaseTransport | None = None
) -> tuple[DelegatedTokens, PlayedLogin]:
    cloud = cloud_named("global")
    played = PlayedLogin(http_client(transport=transport), cloud, root=address, patience=0.2 if transport else 10)
    tokens = DelegatedTokens(
        Registration(
            ClientSecret(emulator.world.app.secret), client_id=emulator.world.app.id, tenant_id=TENANT, cloud=cloud
        ),
        MemoryGrants(),
        Sealed(new_key()),
        permissions=("Calendars.ReadWrite",),
        clock=SystemClock(),
        http=played,
    )
    return tokens, played


async def test_a_browser_is_sent_to_the_emulator_and_its_code_becomes_a_grant(
    emulator: GraphEmulator, address: str
) -> None:
    tokens, played = people(emulator, address)
    flow = await tokens.begin(REDIRECT)
    page = played.in_browser(flow["auth_uri"]).replace("response_mode=form_post", "response_mode=query")
    assert page.startswith(f"{address}/{TENANT}/oauth2/v2.0/authorize?")
    async with httpx.AsyncClient() as browser:
        sent_back = await browser.post(page, data={"person": JORDAN_ID, "choice": "accept"})
    answer = dict(httpx.URL(sent_back.headers["Location"]).params)
    await tokens.keep(JORDAN_ID, await tokens.granted(JORDAN_ID, flow, answer))
    token = await tokens.silent(JORDAN_ID, claims="")
    caller = emulator.identity.caller(f"Bearer {token.value}")
    assert caller.user is not None
    assert (caller.user.id, caller.granted) == (JORDAN_ID, frozenset({"Calendars.ReadWrite"}))


async def test_an_emulator_that_is_away_is_a_sign_in_that_is_away(emulator: GraphEmulator) -> None:
    tokens, _ = people(emulator, "http://127.0.0.1:9")
    with pytest.raises(CalendarBusy):
        await tokens.begin(REDIRECT)


async def test_a_token_endpoint_that_fails_is_a_sign_in_that_is_away(emulator: GraphEmulator, address: str) -> None:
    tokens, _ = people(emulator, address)
    emulator.identity.is_away = True
    with pytest.raises(CalendarBusy):
        await tokens.exchange(JORDAN_ID, emulator.identity.assertion(JORDAN_ID))


async def test_a_sign_in_that_never_answers_is_away_and_not_waited_for(emulator: GraphEmulator) -> None:
    async def never(request: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    tokens, _ = people(emulator, "http://emulator.example", httpx.MockTransport(never))
    with pytest.raises(CalendarBusy):
        await tokens.begin(REDIRECT)
