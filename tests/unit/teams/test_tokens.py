"""The bot's own credentials: checked at the start, one client, and MSAL's network calls in a thread."""

import json
import threading
from typing import Any

import pytest
from pydantic import SecretStr

from bot.settings import Settings
from bot.teams.edge import EdgeSettings
from bot.teams.tokens import PUBLIC, US_GOVERNMENT, BotIdentity, BotTokens, CredentialsRefused, cloud_of, msal_acquire
from tests.clock import HandClock
from tests.personas import ANOTHER_TENANT_ID
from tests.unit.teams.world import APP_ID, NOW

TENANT = "00000000-0000-4000-8000-0000000000aa"
SINGLE = BotIdentity(APP_ID, tenant_id=TENANT, password="secret")


class Entra:
    """An HTTP client for MSAL that plays Microsoft Entra, and the managed identity's endpoint."""

    def __init__(self, answer: dict[str, Any] | None = None) -> None:
        self.answer = answer or {"access_token": "bot-token", "expires_in": 3600, "token_type": "Bearer"}
        self.requests: list[str] = []
        self.threads: set[int] = set()

    def _answered(self, url: str, body: Any) -> Any:
        self.requests.append(url)
        self.threads.add(threading.get_ident())

        class Response:
            status_code = 400 if "error" in body else 200
            text = json.dumps(body)
            headers: dict[str, str] = {"Content-Type": "application/json"}

            def raise_for_status(self) -> None: ...

        return Response()

    def get(self, url: str, **_: Any) -> Any:
        if "169.254" in url or "identity" in url:
            return self._answered(url, {**self.answer, "expires_on": "9999999999", "resource": "r"})
        if "discovery/instance" in url:
            return self._answered(url, {"metadata": []})
        authority = url.split("/v2.0/")[0]
        issued = {"issuer": f"{authority}/v2.0"}
        endpoints = {"authorization_endpoint": f"{authority}/authorize", "token_endpoint": f"{authority}/token"}
        return self._answered(url, {**issued, **endpoints})

    def post(self, url: str, **_: Any) -> Any:
        return self._answered(url, self.answer)

    def close(self) -> None: ...


async def test_one_discovery_and_one_token_serve_many_turns_and_never_on_the_loop() -> None:
    entra = Entra()
    tokens = BotTokens(msal_acquire(SINGLE, PUBLIC, entra), HandClock(NOW))
    assert [await tokens.token() for _ in range(5)] == ["bot-token"] * 5
    assert len([url for url in entra.requests if url.endswith("/token")]) == 1
    assert len(entra.requests) == 2
    assert TENANT in entra.requests[0]
    assert threading.get_ident() not in entra.threads
    await tokens.close()


async def test_a_multi_tenant_bot_signs_in_at_bot_framework_s_own_tenant() -> None:
    entra = Entra()
    identity = BotIdentity(APP_ID, "MultiTenant", password="secret")
    tokens = BotTokens(msal_acquire(identity, PUBLIC, entra), HandClock(NOW))
    await tokens.token()
    assert "/botframework.com/" in entra.requests[0]
    await tokens.close()


async def test_a_managed_identity_needs_no_secret() -> None:
    entra = Entra()
    identity = BotIdentity(APP_ID, "UserAssignedMSI", tenant_id=TENANT)
    tokens = BotTokens(msal_acquire(identity, PUBLIC, entra), HandClock(NOW))
    assert await tokens.token() == "bot-token"
    assert APP_ID not in str(entra.requests[0]) or "169.254" in entra.requests[0]
    await tokens.close()


async def test_a_refusal_of_entra_is_an_error_of_its_own() -> None:
    tokens = BotTokens(msal_acquire(SINGLE, PUBLIC, Entra({"error": "invalid_client"})), HandClock(NOW))
    with pytest.raises(CredentialsRefused, match="invalid_client"):
        await tokens.token()
    await tokens.close()


async def test_after_a_refusal_the_next_turn_asks_again() -> None:
    answers: list[dict[str, Any]] = [{"error": "temporarily_unavailable"}, {"access_token": "new", "expires_in": 3600}]
    tokens = BotTokens(lambda: answers.pop(0), HandClock(NOW))
    with pytest.raises(CredentialsRefused):
        await tokens.token()
    assert await tokens.token() == "new"
    await tokens.close()


async def test_a_token_near_its_end_is_renewed_behind_the_turn_that_still_uses_it() -> None:
    answers = [{"access_token": "old", "expires_in": 600}, {"access_token": "new", "expires_in": 3600}]
    clock = HandClock(NOW)
    tokens = BotTokens(lambda: answers.pop(0), clock)
    assert await tokens.token() == "old"
    clock.advance(minutes=7)
    assert await tokens.token() == "old"
    await tokens.renewed()
    assert await tokens.token() == "new"
    await tokens.close()


@pytest.mark.parametrize(
    ("given", "setting"),
    [
        ({"app_id": ""}, "APP_ID"),
        ({"tenant_id": ""}, "APP_TENANTID"),
        ({"password": ""}, "APP_PASSWORD"),
        ({"app_type": "Singletenant"}, "APP_TYPE"),
        ({"app_type": "UserAssignedMSI", "tenant_id": ""}, "APP_TENANTID"),
        ({"app_type": "MultiTenant", "password": ""}, "APP_PASSWORD"),
    ],
)
def test_what_is_missing_or_misspelt_is_named(given: dict[str, Any], setting: str) -> None:
    whole = {"app_id": APP_ID, "app_type": "SingleTenant", "tenant_id": TENANT, "password": "secret"}
    with pytest.raises(ValueError, match=setting):
        BotIdentity(**{**whole, **given})


def test_the_password_is_in_no_repr() -> None:
    assert "secret" not in repr(SINGLE)


def test_a_cloud_is_one_of_two() -> None:
    assert cloud_of("") is PUBLIC
    assert cloud_of("https://botframework.azure.us") is US_GOVERNMENT
    with pytest.raises(ValueError, match="CHANNEL_SERVICE"):
        cloud_of("https://botframework.com")


def test_without_an_app_id_the_edge_is_for_this_machine_only() -> None:
    assert EdgeSettings.of(Settings(_env_file=None), time_zone="UTC").identity is None
    elsewhere = Settings.model_construct(app_id="", host="0.0.0.0", channel_service="", trusted_service_hosts=())
    with pytest.raises(ValueError, match="APP_ID"):
        EdgeSettings.of(elsewhere, time_zone="UTC")


def test_the_bot_s_own_tenant_and_those_named_may_speak_to_it() -> None:
    settings = Settings(
        _env_file=None,
        app_id=APP_ID,
        app_password=SecretStr("x"),
        app_tenantid=TENANT,
        allowed_tenants=(ANOTHER_TENANT_ID,),
    )
    assert EdgeSettings.of(settings, time_zone="UTC").tenants == [TENANT, ANOTHER_TENANT_ID]
