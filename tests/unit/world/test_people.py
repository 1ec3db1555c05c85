"""Where people's tokens come from when Bot Framework's token service keeps them, and where our own are kept."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.graph.delegated import Sealed
from bot.graph.people import ServicePeople, is_of
from bot.store.engine import open_database
from bot.store.grants import SqlGrants
from bot.store.migrating import migrate
from bot.teams.token_service import TokenService
from bot.visits.errors import CalendarBusy, SignInNeeded
from tests.clock import HandClock
from tests.personas import KIM, TENANT_ID

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)


@dataclass
class Service:
    """The token service, played."""

    tokens: dict[str, str] = field(default_factory=dict)
    asked: list[httpx.Request] = field(default_factory=list)
    status: int = 200
    consents: bool = True

    async def handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if self.status != 200:
            return httpx.Response(self.status)
        user_id = request.url.params.get("userId", "")
        match request.url.path:
            case "/api/usertoken/GetToken" if request.url.params.get("code") == "123456":
                self.tokens[user_id] = "by hand"
            case "/api/usertoken/exchange" if self.consents:
                self.tokens[user_id] = json.loads(request.content)["token"]
            case "/api/usertoken/exchange":
                return httpx.Response(412, json={"error": {"code": "ConsentRequired"}})
            case "/api/usertoken/SignOut":
                self.tokens.pop(user_id, None)
                return httpx.Response(200)
            case "/api/botsignin/GetSignInResource":
                return httpx.Response(200, json={"signInLink": "https://token.botframework.com/api/oauth/signin?x=1"})
        if user_id not in self.tokens:
            return httpx.Response(404)
        return httpx.Response(200, json=self._token(user_id))

    def _token(self, user_id: str) -> dict[str, Any]:
        expires = (NOW + timedelta(hours=1)).isoformat().replace("+00:00", "Z")
        return {"connectionName": "graph", "token": self.tokens[user_id], "expiration": expires}


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def people(service: Service) -> ServicePeople:
    async def bot_token() -> str:
        return "the bot's own"

    async def user_id_of(object_id: str) -> str | None:
        return KIM.teams_id if object_id == KIM.object_id else None

    http = httpx.AsyncClient(transport=httpx.MockTransport(service.handle))
    wire = TokenService(http, bot_token, url="https://api.botframework.com", connection="graph", app_id="bot")
    return ServicePeople(wire, user_id_of, HandClock(NOW))


async def test_a_token_is_exchanged_and_used(people: ServicePeople, service: Service) -> None:
    assert not await people.has_grant(KIM.object_id)
    await people.take(KIM.object_id, "from Teams")
    assert (await people.for_person(KIM.object_id, None)).value == "from Teams"
    assert await people.has_grant(KIM.object_id)
    request = service.asked[-1]
    assert request.headers["Authorization"] == "Bearer the bot's own"
    assert dict(request.url.params) == {"userId": KIM.teams_id, "connectionName": "graph", "channelId": "msteams"}


async def test_without_consent_the_person_is_asked(people: ServicePeople, service: Service) -> None:
    service.consents = False
    with pytest.raises(SignInNeeded):
        await people.take(KIM.object_id, "from Teams")


async def test_the_window_s_code_is_redeemed(people: ServicePeople) -> None:
    with pytest.raises(SignInNeeded):
        await people.redeem(KIM.object_id, "000000")
    await people.redeem(KIM.object_id, "123456")
    assert (await people.for_person(KIM.object_id, None)).value == "by hand"


async def test_a_claims_challenge_signs_out_and_asks_again(people: ServicePeople, service: Service) -> None:
    await people.take(KIM.object_id, "from Teams")
    with pytest.raises(SignInNeeded):
        await people.for_person(KIM.object_id, "{}")
    assert service.tokens == {}


async def test_a_service_that_is_away_is_no_refusal(people: ServicePeople, service: Service) -> None:
    service.status = 503
    with pytest.raises(CalendarBusy):
        await people.take(KIM.object_id, "from Teams")


async def test_somebody_the_bot_never_met_cannot_be_asked_for(people: ServicePeople) -> None:
    assert not await people.has_grant("somebody")


def test_a_token_must_name_the_person() -> None:
    def token(**said: str) -> str:
        import base64

        body = base64.urlsafe_b64encode(json.dumps(said).encode()).decode().rstrip("=")
        return f"e30.{body}.x"

    assert is_of(token(oid=KIM.object_id, tid=TENANT_ID), KIM.object_id, TENANT_ID)
    assert not is_of(token(oid="somebody", tid=TENANT_ID), KIM.object_id, TENANT_ID)
    assert not is_of(token(oid=KIM.object_id, tid="elsewhere"), KIM.object_id, TENANT_ID)
    assert not is_of("junk", KIM.object_id, TENANT_ID)


async def test_what_people_grant_is_kept_unreadable(tmp_path: Path) -> None:
    database = open_database(tmp_path / "app.db")
    migrate(database.engine)
    grants, sealed = SqlGrants(database, HandClock(NOW)), Sealed("A" * 43 + "=")
    assert await grants.load(KIM.object_id) is None
    await grants.save(KIM.object_id, sealed.seal("a refresh token"))
    await grants.save(KIM.object_id, sealed.seal("a newer refresh token"))
    kept = await grants.load(KIM.object_id)
    assert kept is not None
    assert b"refresh" not in kept
    assert sealed.open(kept) == "a newer refresh token"
    await grants.delete(KIM.object_id)
    assert await grants.load(KIM.object_id) is None
    await database.close()
