"""The sign-in page: who is sent there with what, what it sends back, and what its code is worth."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.graph.config import Backend, GraphConfig
from bot.graph.doctor import diagnosis
from bot.graph.emulator.authorizing import _challenge
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.serve import mount
from bot.graph.identity import Identities
from tests.personas import JORDAN, KIM, TENANT_ID

REDIRECT = "https://bot.contoso.example/auth/end"
VERIFIER = "v" * 43
GRAPH = "https://graph.microsoft.com"
Page = TestClient[Any, Any]


@pytest.fixture
async def page(emulator: GraphEmulator) -> AsyncIterator[Page]:
    application = web.Application()
    mount(application, emulator)
    async with TestClient(TestServer(application)) as client:
        yield client


def address(emulator: GraphEmulator, tenant: str = TENANT_ID, **changes: str) -> str:
    asked = {
        "client_id": emulator.world.app.id,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": f"openid profile offline_access {GRAPH}/Calendars.ReadWrite",
        "state": "state-1",
        "nonce": "nonce-1",
        "code_challenge": _challenge(VERIFIER),
        "code_challenge_method": "S256",
        **changes,
    }
    return f"/{tenant}/oauth2/v2.0/authorize?{urlencode({name: each for name, each in asked.items() if each})}"


async def answer_to(page: Page, where: str, **form: str) -> dict[str, str]:
    """What the page sends back with a redirect."""
    async with page.post(where, data=form, allow_redirects=False) as answer:
        assert answer.status == 302, await answer.text()
        location = answer.headers["Location"]
    assert location.startswith(f"{REDIRECT}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def code_for(page: Page, emulator: GraphEmulator, person: str = JORDAN.object_id, **changes: str) -> str:
    said = await answer_to(page, address(emulator, **changes), person=person, choice="accept")
    assert said["state"] == "state-1"
    return said["code"]


async def redeemed(page: Page, emulator: GraphEmulator, code: str, **changes: str) -> tuple[int, dict[str, Any]]:
    app = emulator.world.app
    form = {"client_id": app.id, "client_secret": app.secret, "grant_type": "authorization_code", "code": code}
    form |= {"redirect_uri": REDIRECT, "code_verifier": VERIFIER, **changes}
    async with page.post(f"/{TENANT_ID}/oauth2/v2.0/token", data=form) as answer:
        return answer.status, await answer.json()


async def test_a_code_becomes_tokens_for_whoever_was_picked(page: Page, emulator: GraphEmulator) -> None:
    status, said = await redeemed(page, emulator, await code_for(page, emulator))
    assert (status, said["scope"]) == (200, "Calendars.ReadWrite")
    caller = emulator.identity.caller(f"Bearer {said['access_token']}")
    assert caller.user is not None
    assert caller.user.id == JORDAN.object_id
    claims = emulator.identity.read(said["id_token"], [emulator.world.app.id])
    assert (claims["oid"], claims["tid"], claims["nonce"]) == (JORDAN.object_id, TENANT_ID, "nonce-1")
    assert said["refresh_token"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"code_verifier": "w" * 43}, "AADSTS501481"),
        ({"code_verifier": ""}, "AADSTS501481"),
        ({"redirect_uri": "https://bot.contoso.example/elsewhere"}, "AADSTS500112"),
        ({"code": "made up"}, "AADSTS9002313"),
    ],
)
async def test_a_code_is_worth_nothing_without_what_it_was_asked_for_with(
    page: Page, emulator: GraphEmulator, changes: dict[str, str], reason: str
) -> None:
    code = await code_for(page, emulator)
    status, said = await redeemed(page, emulator, **{"code": code, **changes})
    assert (status, said["error"]) == (400, "invalid_grant")
    assert said["error_description"].startswith(reason)
    assert (await redeemed(page, emulator, code))[0] == 200


async def test_a_code_is_worth_something_once_and_not_for_long(page: Page, emulator: GraphEmulator) -> None:
    code, late = await code_for(page, emulator), await code_for(page, emulator)
    await redeemed(page, emulator, code)
    assert "AADSTS54005" in (await redeemed(page, emulator, code))[1]["error_description"]
    emulator.clock.advance(minutes=11)  # type: ignore[attr-defined]
    assert "AADSTS70008" in (await redeemed(page, emulator, late))[1]["error_description"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"client_id": "stranger"}, "AADSTS700016"),
        ({"redirect_uri": "http://elsewhere.example/end"}, "AADSTS50011"),
        ({"redirect_uri": ""}, "AADSTS50011"),
        ({"response_type": "token"}, "AADSTS700054"),
        ({"response_mode": "fragment"}, "AADSTS700054"),
        ({"code_challenge_method": "plain"}, "AADSTS9002325"),
        ({"tenant": "elsewhere"}, "AADSTS90002"),
    ],
)
async def test_a_wrong_request_is_answered_on_the_page_and_sent_nowhere(
    page: Page, emulator: GraphEmulator, changes: dict[str, str], reason: str
) -> None:
    for method in ("GET", "POST"):
        async with page.request(method, address(emulator, **changes), allow_redirects=False) as answer:
            assert answer.status == 400
            assert reason in await answer.text()


async def test_only_registered_addresses_are_answered_where_the_world_lists_them(
    page: Page, emulator: GraphEmulator
) -> None:
    emulator.world.app.redirects = ("https://bot.contoso.example/other",)
    async with page.get(address(emulator)) as answer:
        assert "AADSTS50011" in await answer.text()


async def test_consent_is_asked_once_and_can_be_refused(page: Page, emulator: GraphEmulator) -> None:
    where = address(emulator)
    async with page.post(where, data={"person": KIM.object_id}) as answer:
        assert "Permissions requested" in await answer.text()
    declined = await answer_to(page, where, person=KIM.object_id, choice="cancel")
    assert declined["error"] == "access_denied"
    assert "code" not in declined
    assert "code" in await answer_to(page, where, person=KIM.object_id, choice="accept")
    assert "code" in await answer_to(page, where, person=KIM.object_id)


async def test_what_only_an_administrator_grants_nobody_can_accept(page: Page, emulator: GraphEmulator) -> None:
    where = address(emulator, scope=f"openid {GRAPH}/Files.ReadWrite.All")
    async with page.post(where, data={"person": KIM.object_id, "choice": "accept"}) as answer:
        assert "Need admin approval" in await answer.text()


@pytest.mark.parametrize("backend", ["outlook", "meeting", "bookings", "virtual-appointment"])
async def test_what_the_bot_asks_for_the_demo_clinics_people_can_accept(
    page: Page, emulator: GraphEmulator, backend: Backend
) -> None:
    delegated = Identities(calendar="delegated", visits="delegated")
    wanted = diagnosis(GraphConfig(TENANT_ID, backend=backend, identities=delegated)).delegated
    where = address(emulator, scope=" ".join(f"{GRAPH}/{each}" for each in wanted))
    assert "code" in await answer_to(page, where, person=KIM.object_id, choice="accept")


async def test_an_answer_by_post_is_a_form_and_no_address_holds_the_code(page: Page, emulator: GraphEmulator) -> None:
    where = address(emulator, response_mode="form_post")
    async with page.post(where, data={"person": KIM.object_id, "choice": "accept"}, allow_redirects=False) as answer:
        text = await answer.text()
        assert answer.status == 200
        assert "Location" not in answer.headers
        assert "form-action 'self' https://bot.contoso.example" in answer.headers["Content-Security-Policy"]
    assert f'action="{REDIRECT}"' in text
    assert 'name="code"' in text


async def test_what_was_asked_for_is_shown_and_never_run(page: Page, emulator: GraphEmulator) -> None:
    hostile = address(emulator, scope="openid x/<script>alert(1)</script>", state='"><script>')
    async with page.post(hostile, data={"person": KIM.object_id}) as answer:
        assert "<script>alert" not in await answer.text()
