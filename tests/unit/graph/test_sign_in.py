"""Signing in, with MSAL itself against the emulator's login service."""

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import pytest
import requests
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from bot.graph.arrival_keys import new_key, self_signed
from bot.graph.auth import Certificate, ClientSecret, Credential, Federated, ManagedIdentity, MsalApp, Registration
from bot.graph.clouds import cloud_named
from bot.graph.delegated import DelegatedTokens, MemoryGrants, Sealed
from bot.graph.emulator import login
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.demo import demo_world
from bot.graph.tokens import GraphTokens, Token, TokenCache
from bot.visits.errors import CalendarBusy, CalendarRefused, SignInNeeded
from tests.clock import HandClock
from tests.unit.graph.conftest import TENANT

TOKEN_ADDRESS = f"https://login.emulator.example/{TENANT}/oauth2/v2.0/token"
AUTHORITY = f"https://login.emulator.example/{TENANT}"
KIM = "00000000-0000-4000-8000-000000000001"
PERMISSIONS = ("Calendars.ReadWrite", "VirtualAppointmentNotification.Send")


@dataclass
class Answered:
    """What MSAL wants of an HTTP answer."""

    status_code: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)

    def raise_for_status(self) -> None:
        if self.status_code >= 400:
            raise requests.HTTPError(str(self.status_code))


class LoginOverHttp:
    """MSAL's HTTP client, answered by the emulator's login service."""

    def __init__(self, emulator: GraphEmulator) -> None:
        self._emulator = emulator
        self.asked: list[str] = []
        self.forms: list[dict[str, Any]] = []
        self.fails_with: Answered | None = None

    def get(self, url: str, **kwargs: Any) -> Answered:
        return self._answer("GET", url, b"")

    def post(self, url: str, data: Any = None, **kwargs: Any) -> Answered:
        self.forms.append(dict(data))
        if self.fails_with is not None:
            return self.fails_with
        return self._answer("POST", url, urlencode(data).encode())

    def close(self) -> None:
        """Nothing to close."""

    def _answer(self, method: str, url: str, body: bytes) -> Answered:
        parts = urlsplit(url)
        self.asked.append(f"{method} {parts.path}")
        root = f"{parts.scheme}://{parts.netloc}"
        found = login.answer(self._emulator.identity, method, parts.path, root, body)
        answer = dict(found.body)
        if "refresh_token" in answer and "client_info" not in answer:  # by which MSAL knows whose token it is
            answer["client_info"] = _base64url({"uid": KIM, "utid": TENANT})
        return Answered(found.status, json.dumps(answer))


def _base64url(said: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")


def registered(credential: Credential, emulator: GraphEmulator) -> Registration:
    """The emulator's app, with this credential, at the emulator's own login."""
    return Registration(
        credential, client_id=emulator.world.app.id, tenant_id=TENANT, cloud=cloud_named("global"), authority=AUTHORITY
    )


@pytest.fixture
def emulator(clock: HandClock) -> GraphEmulator:
    return GraphEmulator(demo_world(), clock=clock)


@pytest.fixture
def http(emulator: GraphEmulator) -> LoginOverHttp:
    return LoginOverHttp(emulator)


@pytest.fixture
def app(emulator: GraphEmulator, http: LoginOverHttp, clock: HandClock) -> MsalApp:
    return MsalApp(registered(ClientSecret(emulator.world.app.secret), emulator), clock=clock, http=http)


@pytest.fixture
def grants() -> MemoryGrants:
    return MemoryGrants()


@pytest.fixture
def people(
    emulator: GraphEmulator, http: LoginOverHttp, clock: HandClock, grants: MemoryGrants
) -> Callable[..., DelegatedTokens]:
    def make(sealed: Sealed | None = None, secret: str | None = None) -> DelegatedTokens:
        return DelegatedTokens(
            registered(ClientSecret(secret or emulator.world.app.secret), emulator),
            grants,
            sealed or SEALED,
            permissions=PERMISSIONS,
            clock=clock,
            http=http,
        )

    return make


SEALED = Sealed(Fernet.generate_key().decode())


async def test_the_app_signs_in_with_its_secret(app: MsalApp, clock: HandClock, emulator: GraphEmulator) -> None:
    token = await app.for_app(None)
    assert token.expires_at == clock.now() + timedelta(hours=1)
    assert emulator.identity.caller(f"Bearer {token.value}").is_app


async def test_msal_keeps_the_apps_token_until_it_is_refused(app: MsalApp, http: LoginOverHttp) -> None:
    first = await app.for_app(None)
    assert (await app.for_app(None)).value == first.value
    assert (await app.for_app("")).value != first.value
    assert (await app.for_app('{"access_token":{"nbf":{"essential":true,"value":"1"}}}')).value != first.value
    assert json.loads(http.forms[-1]["claims"])["access_token"]["nbf"]["value"] == "1"


async def test_a_wrong_secret_is_a_refusal(http: LoginOverHttp, clock: HandClock, emulator: GraphEmulator) -> None:
    app = MsalApp(registered(ClientSecret("guessed"), emulator), clock=clock, http=http)
    with pytest.raises(CalendarRefused) as raised:
        await app.for_app(None)
    assert (raised.value.reason, raised.value.graph_code) == ("sign_in_refused", "invalid_client")


async def test_a_sign_in_service_that_is_away_is_busy(app: MsalApp, http: LoginOverHttp) -> None:
    http.fails_with = Answered(503, '{"error": "temporarily_unavailable"}')
    with pytest.raises(CalendarBusy):
        await app.for_app(None)


async def test_a_federated_credential_shows_a_token_instead_of_a_secret(
    http: LoginOverHttp, clock: HandClock, emulator: GraphEmulator, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("a token of someone we trust\n", encoding="utf-8")
    app = MsalApp(registered(Federated(token_file=tmp_path / "token"), emulator), clock=clock, http=http)
    await app.for_app(None)
    assert http.forms[-1]["client_assertion"] == "a token of someone we trust"


async def test_a_certificate_signs_an_assertion_of_its_own(
    http: LoginOverHttp, clock: HandClock, emulator: GraphEmulator, tmp_path: Path
) -> None:
    key = new_key()
    pfx = pkcs12.serialize_key_and_certificates(
        b"visits", key, self_signed(key, clock.now()), None, BestAvailableEncryption(b"opens it")
    )
    (tmp_path / "visits.pfx").write_bytes(pfx)
    app = MsalApp(registered(Certificate(tmp_path / "visits.pfx", "opens it"), emulator), clock=clock, http=http)
    await app.for_app(None)
    said = jwt.decode(http.forms[-1]["client_assertion"], key.public_key(), ["RS256", "PS256"], audience=TOKEN_ADDRESS)
    assert said["iss"] == emulator.world.app.id


async def test_a_managed_identity_signs_in_as_itself_with_no_secret(clock: HandClock) -> None:
    machine = Machine()
    app = MsalApp(
        Registration(ManagedIdentity("the-identity"), client_id="", tenant_id=TENANT, cloud=cloud_named("dod")),
        clock=clock,
        http=machine,
    )
    token = await app.for_app(None)
    assert token.value == "from the machine"
    assert machine.asked["resource"] == "https://dod-graph.microsoft.us"
    assert machine.asked["client_id"] == "the-identity"


class Machine:
    """The metadata service of an Azure machine."""

    def __init__(self) -> None:
        self.asked: dict[str, str] = {}

    def get(self, url: str, params: dict[str, str], **kwargs: Any) -> Answered:
        self.asked = params
        answer = {"access_token": "from the machine", "expires_in": "3599", "resource": params["resource"]}
        return Answered(200, json.dumps(answer))

    def close(self) -> None:
        """Nothing to close."""


async def test_what_teams_hands_over_is_exchanged_and_kept_sealed(
    people: Callable[..., DelegatedTokens], emulator: GraphEmulator, grants: MemoryGrants
) -> None:
    tokens = people()
    token = await tokens.exchange(KIM, emulator.identity.assertion(KIM))
    caller = emulator.identity.caller(f"Bearer {token.value}")
    assert caller.user is not None
    assert caller.user.id == KIM
    assert caller.granted == set(PERMISSIONS)
    kept = await grants.load(KIM)
    assert kept is not None
    assert b"secret" not in kept
    assert b"refresh" not in kept


async def test_later_effects_need_nobody_at_a_screen(
    people: Callable[..., DelegatedTokens], emulator: GraphEmulator, clock: HandClock, http: LoginOverHttp
) -> None:
    await people().exchange(KIM, emulator.identity.assertion(KIM))
    later = people()  # after a restart, with the same store and key
    assert await later.has_grant(KIM)
    token = await later.silent(KIM, claims="")
    assert emulator.identity.caller(f"Bearer {token.value}").user is not None
    assert http.forms[-1]["grant_type"] == "refresh_token"


async def test_discovery_is_asked_for_once(
    people: Callable[..., DelegatedTokens], emulator: GraphEmulator, http: LoginOverHttp
) -> None:
    tokens = people()
    await tokens.exchange(KIM, emulator.identity.assertion(KIM))
    await tokens.silent(KIM)
    await tokens.silent(KIM)
    assert len([each for each in http.asked if each.startswith("GET")]) == 1


async def test_missing_consent_is_for_the_person_to_give(
    people: Callable[..., DelegatedTokens], emulator: GraphEmulator
) -> None:
    person = emulator.world.user(KIM)
    assert person is not None
    assertion = emulator.identity.assertion(KIM)
    person.consented = False
    with pytest.raises(SignInNeeded) as raised:
        await people().exchange(KIM, assertion)
    assert raised.value.person == KIM
    assert raised.value.facts["error"] == "invalid_grant"


async def test_another_factor_hands_back_the_claims(
    people: Callable[..., DelegatedTokens], emulator: GraphEmulator, http: LoginOverHttp
) -> None:
    claims = '{"access_token":{"capolids":{"essential":true}}}'
    http.fails_with = Answered(400, json.dumps({"error": "interaction_required", "claims": claims}))
    with pytest.raises(SignInNeeded) as raised:
        await people().exchange(KIM, emulator.identity.assertion(KIM))
    assert raised.value.facts["claims"] == claims


async def test_a_grant_that_no_longer_holds_is_forgotten(
    people: Callable[..., DelegatedTokens], emulator: GraphEmulator
) -> None:
    tokens = people()
    await tokens.exchange(KIM, emulator.identity.assertion(KIM))
    person = emulator.world.user(KIM)
    assert person is not None
    person.consented = False
    with pytest.raises(SignInNeeded):
        await tokens.silent(KIM, claims="")
    assert not await tokens.has_grant(KIM)


async def test_signing_out_forgets(people: Callable[..., DelegatedTokens], emulator: GraphEmulator) -> None:
    tokens = people()
    await tokens.exchange(KIM, emulator.identity.assertion(KIM))
    await tokens.sign_out(KIM)
    assert not await tokens.has_grant(KIM)
    with pytest.raises(SignInNeeded):
        await tokens.silent(KIM)


async def test_a_grant_sealed_with_a_dropped_key_asks_for_a_new_sign_in(
    people: Callable[..., DelegatedTokens], emulator: GraphEmulator
) -> None:
    await people().exchange(KIM, emulator.identity.assertion(KIM))
    with pytest.raises(SignInNeeded):
        await people(Sealed(Fernet.generate_key().decode())).silent(KIM)


def test_old_keys_open_what_new_ones_seal_anew() -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    assert Sealed(new, old).open(Sealed(old).seal("grant")) == "grant"
    assert Sealed(old).open(Sealed(new, old).seal("grant")) is None


@pytest.mark.parametrize("key", ["", "short", "x" * 44])
def test_a_key_that_is_none_is_refused_at_the_start(key: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Sealed(key)


# --- keeping tokens -----------------------------------------------------------------------------------


class SlowDoor:
    """Signs in with a pause, and counts."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self.opened = 0
        self.claims: list[str | None] = []

    async def __call__(self, claims: str | None) -> Token:
        self.claims.append(claims)
        self.opened += 1
        number = self.opened
        await asyncio.sleep(0)
        return Token(f"t{number}", self._clock.now() + timedelta(hours=1))


async def test_one_refresh_is_under_way_for_each_key(clock: HandClock) -> None:
    cache, door = TokenCache(clock), SlowDoor(clock)
    assert set(await asyncio.gather(*(cache.get("app", door) for _ in range(20)))) == {"t1"}
    await asyncio.gather(cache.get("a", door), cache.get("b", door))
    assert door.opened == 3


async def test_a_token_is_renewed_five_minutes_early(clock: HandClock) -> None:
    cache, door = TokenCache(clock), SlowDoor(clock)
    await cache.get("app", door)
    clock.advance(minutes=54)
    assert await cache.get("app", door) == "t1"
    clock.advance(minutes=1)
    assert await cache.get("app", door) == "t2"


async def test_many_who_are_refused_at_once_sign_in_once(clock: HandClock) -> None:
    cache, door = TokenCache(clock), SlowDoor(clock)
    await cache.get("app", door)
    again = await asyncio.gather(*(cache.get("app", door, claims="") for _ in range(5)))
    assert set(again) == {"t2"}


async def test_claims_are_handed_to_the_sign_in(clock: HandClock) -> None:
    cache, door = TokenCache(clock), SlowDoor(clock)
    await cache.get("app", door)
    await cache.get("app", door, claims="{}")
    assert door.claims == [None, "{}"]


async def test_without_anybody_to_sign_people_in_a_person_needs_to(app: MsalApp, clock: HandClock) -> None:
    tokens = GraphTokens(clock, app)
    assert not await tokens.has_grant(KIM)
    with pytest.raises(SignInNeeded):
        await tokens.token(KIM)
