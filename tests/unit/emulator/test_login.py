"""The token endpoint: client credentials, on behalf of, refresh; each refusal by its name."""

import base64
import json
from typing import Any

import httpx
import pytest

from bot.graph.emulator.core import GraphEmulator
from tests.personas import KIM, TENANT_ID
from tests.unit.emulator.conftest import Caller

GRAPH = "https://graph.microsoft.com"
ON_BEHALF_OF = "urn:ietf:params:oauth:grant-type:jwt-bearer"


async def ask(emulator: GraphEmulator, tenant: str = TENANT_ID, **form: str) -> httpx.Response:
    app = {"client_id": emulator.world.app.id, "client_secret": emulator.world.app.secret}
    async with httpx.AsyncClient(transport=httpx.MockTransport(emulator.handle)) as http:
        url = f"https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token"
        return await http.post(url, data={name: value for name, value in {**app, **form}.items() if value})


async def on_behalf(emulator: GraphEmulator, **form: str) -> httpx.Response:
    fields = {
        "grant_type": ON_BEHALF_OF,
        "requested_token_use": "on_behalf_of",
        "assertion": emulator.identity.assertion(KIM.object_id),
        "scope": f"{GRAPH}/Calendars.ReadWrite offline_access",
    }
    return await ask(emulator, **{**fields, **form})


async def test_an_app_signs_in_for_everything_it_was_granted(emulator: GraphEmulator) -> None:
    emulator.world.switches.check_tokens = True
    answer = await ask(emulator, grant_type="client_credentials", scope=f"{GRAPH}/.default")
    token = answer.json()["access_token"]
    assert answer.json()["expires_in"] == 3600
    assert (await Caller(emulator, token=token)("GET", f"/users/{KIM.object_id}/events")).status_code == 200


async def test_a_federated_assertion_stands_in_for_the_secret(emulator: GraphEmulator) -> None:
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    answer = await ask(
        emulator,
        grant_type="client_credentials",
        scope=f"{GRAPH}/.default",
        client_secret="",
        client_assertion="signed",
        client_assertion_type=kind,
    )
    assert answer.status_code == 200


async def test_a_person_is_acted_for(emulator: GraphEmulator) -> None:
    emulator.world.switches.check_tokens = True
    answer = (await on_behalf(emulator)).json()
    assert answer["scope"] == "Calendars.ReadWrite"
    assert (await Caller(emulator, token=answer["access_token"])("GET", "/me/events")).status_code == 200
    refresh = {"grant_type": "refresh_token", "refresh_token": answer["refresh_token"]}
    again = await ask(emulator, **refresh, scope=answer["scope"])
    assert again.json()["scope"] == "Calendars.ReadWrite"


async def test_the_account_is_named_as_msal_needs_it(emulator: GraphEmulator) -> None:
    answer = (await on_behalf(emulator, scope=f"{GRAPH}/User.Read openid")).json()
    raw = base64.urlsafe_b64decode(answer["client_info"] + "==")
    assert json.loads(raw) == {"uid": KIM.object_id, "utid": TENANT_ID}
    assert answer["id_token"].count(".") == 2


async def test_a_graph_token_is_no_assertion(emulator: GraphEmulator) -> None:
    answer = await on_behalf(emulator, assertion=emulator.identity.user_token(KIM.object_id))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_an_app_cannot_be_exchanged(emulator: GraphEmulator) -> None:
    token = emulator.identity.app_token(audience=emulator.world.app.id)
    assert (await on_behalf(emulator, assertion=token)).json()["error"] == "invalid_grant"


async def test_missing_consent_is_named(emulator: GraphEmulator) -> None:
    unknown = await on_behalf(emulator, scope=f"{GRAPH}/Files.Read")
    assert unknown.json()["suberror"] == "consent_required"
    emulator.world.users[0].consented = False
    assert (await on_behalf(emulator)).json()["suberror"] == "consent_required"


async def test_conditional_access_hands_back_claims_until_they_come_along(emulator: GraphEmulator) -> None:
    emulator.world.users[0].needs_claims = True
    answer = await on_behalf(emulator)
    assert answer.json()["error"] == "interaction_required"
    capability = '{"access_token":{"xms_cc":{"values":["cp1"]}}}'
    assert (await on_behalf(emulator, claims=capability)).status_code == 400
    assert (await on_behalf(emulator, claims=answer.json()["claims"])).status_code == 200


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "stranger"}, 400, "unauthorized_client"),
        ({"scope": "https://graph.microsoft.us/.default"}, 400, "invalid_scope"),
        ({"scope": f"{GRAPH}/Calendars.Read"}, 400, "invalid_scope"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"tenant": "elsewhere"}, 400, "invalid_request"),
    ],
)
async def test_a_refusal_has_its_name(emulator: GraphEmulator, form: dict[str, Any], status: int, error: str) -> None:
    fields = {"grant_type": "client_credentials", "scope": f"{GRAPH}/.default", **form}
    answer = await ask(emulator, **fields)
    assert (answer.status_code, answer.json()["error"]) == (status, error)


async def test_sign_ins_are_remembered_without_secrets_and_are_no_graph_requests(emulator: GraphEmulator) -> None:
    await on_behalf(emulator)
    signed = emulator.identity.sign_ins[0]
    assert (signed.grant, signed.user_id, signed.granted) == (ON_BEHALF_OF, KIM.object_id, "Calendars.ReadWrite")
    assert emulator.state.requests == []


async def test_keys_and_endpoints_are_discovered(emulator: GraphEmulator) -> None:
    login = f"https://login.microsoftonline.com/{TENANT_ID}"
    async with httpx.AsyncClient(transport=httpx.MockTransport(emulator.handle)) as http:
        found = (await http.get(f"{login}/v2.0/.well-known/openid-configuration")).json()
        keys = (await http.get(found["jwks_uri"])).json()["keys"]
        instance = (await http.get("https://login.microsoftonline.com/common/discovery/instance")).json()
    assert found["token_endpoint"] == f"{login}/oauth2/v2.0/token"
    assert keys[0]["kid"] == "emulator"
    assert instance["metadata"][0]["preferred_network"] == "login.microsoftonline.com"
