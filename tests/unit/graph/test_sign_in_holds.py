"""Tokens and grants over time: renewed early, used to their end, challenged, withdrawn, signed out of elsewhere."""

import asyncio
import json
import logging
from datetime import timedelta

import pytest

from bot.graph import calls
from bot.graph.auth import ClientSecret, MsalApp, Registration
from bot.graph.clouds import cloud_named
from bot.graph.delegated import DelegatedTokens, MemoryGrants, Sealed, new_key
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.demo import demo_world
from bot.graph.identity import Identities, Seat, Seating
from bot.graph.tokens import Token, TokenCache
from bot.visits.errors import CalendarBusy, CalendarRefused, SignInNeeded
from tests.clock import HandClock
from tests.unit.graph.conftest import TENANT
from tests.unit.graph.test_sign_in import AUTHORITY, KIM, PERMISSIONS, Answered, LoginOverHttp


class Door:
    """Signs in for ten minutes at a time; may be shut."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self.is_shut = False
        self.claims: list[str | None] = []

    async def __call__(self, claims: str | None) -> Token:
        self.claims.append(claims)
        await asyncio.sleep(0)
        if self.is_shut:
            raise CalendarBusy(None)
        return Token(f"t{len(self.claims)}", self._clock.now() + timedelta(minutes=10))


async def test_a_token_is_used_to_its_end_while_sign_in_is_away(clock: HandClock) -> None:
    cache, door = TokenCache(clock), Door(clock)
    await cache.get("app", door)
    clock.advance(minutes=6)
    door.is_shut = True
    assert await cache.get("app", door) == "t1"
    with pytest.raises(CalendarBusy):
        await cache.get("app", door, claims="")  # refused by Graph: no use any more
    clock.advance(minutes=4)
    with pytest.raises(CalendarBusy):
        await cache.get("app", door)


async def test_many_who_meet_one_challenge_sign_in_once_with_its_claims(clock: HandClock) -> None:
    cache, door = TokenCache(clock), Door(clock)
    await cache.get("app", door)
    again = await asyncio.gather(*(cache.get("app", door, claims="{a}") for _ in range(5)))
    assert set(again) == {"t2"}
    assert door.claims == [None, "{a}"]


async def test_a_token_renewed_without_the_claims_does_not_answer_the_challenge(clock: HandClock) -> None:
    cache, door = TokenCache(clock), Door(clock)
    await cache.get("app", door)
    clock.advance(minutes=6)
    plain, challenged = await asyncio.gather(cache.get("app", door), cache.get("app", door, claims="{a}"))
    assert (plain, challenged) == ("t2", "t3")


# --- grants ---------------------------------------------------------------------------------------


@pytest.fixture
def emulator(clock: HandClock) -> GraphEmulator:
    return GraphEmulator(demo_world(), clock=clock)


@pytest.fixture
def http(emulator: GraphEmulator) -> LoginOverHttp:
    return LoginOverHttp(emulator)


def people(emulator: GraphEmulator, http: LoginOverHttp, grants: MemoryGrants, sealed: Sealed) -> DelegatedTokens:
    return DelegatedTokens(
        Registration(
            ClientSecret(emulator.world.app.secret),
            client_id=emulator.world.app.id,
            tenant_id=TENANT,
            cloud=cloud_named("global"),
            authority=AUTHORITY,
        ),
        grants,
        sealed,
        permissions=PERMISSIONS,
        clock=emulator.clock,
        http=http,
    )


async def test_who_signs_out_during_a_refresh_elsewhere_stays_signed_out(
    emulator: GraphEmulator, http: LoginOverHttp
) -> None:
    """Two replicas: one refreshes, and the other forgets meanwhile."""
    grants, sealed = MemoryGrants(), Sealed(new_key())
    here, there = people(emulator, http, grants, sealed), people(emulator, http, grants, sealed)
    await here.exchange(KIM, emulator.identity.assertion(KIM))
    forgets: list[None] = []
    loop, post = asyncio.get_running_loop(), http.post

    def signs_out_meanwhile(url: str, **said: object) -> Answered:
        answer = post(url, **said)
        asyncio.run_coroutine_threadsafe(there.sign_out(KIM), loop).result(5)
        forgets.append(None)
        return answer

    http.post = signs_out_meanwhile  # type: ignore[assignment, method-assign]
    await here.silent(KIM, claims="")
    assert forgets
    assert not await here.has_grant(KIM)


async def test_who_signs_in_anew_while_the_old_grant_is_refused_elsewhere_stays_signed_in(
    emulator: GraphEmulator, http: LoginOverHttp
) -> None:
    """Two replicas: one is refused, and the other keeps a newer grant meanwhile."""
    grants, sealed = MemoryGrants(), Sealed(new_key())
    here, there = people(emulator, http, grants, sealed), people(emulator, LoginOverHttp(emulator), grants, sealed)
    await here.exchange(KIM, emulator.identity.assertion(KIM))
    loop, post = asyncio.get_running_loop(), http.post

    def signs_in_meanwhile(url: str, **said: object) -> Answered:
        assert emulator.world.user(KIM) is not None
        anew = there.exchange(KIM, emulator.identity.assertion(KIM))
        asyncio.run_coroutine_threadsafe(anew, loop).result(5)
        return Answered(400, json.dumps({"error": "invalid_grant"}), {})

    http.post = signs_in_meanwhile  # type: ignore[assignment, method-assign]
    with pytest.raises(SignInNeeded):
        await here.silent(KIM, claims="")
    http.post = post  # type: ignore[method-assign]
    assert await here.silent(KIM)


async def test_rotated_keys_keep_grants_and_a_refresh_seals_them_with_the_new_one(
    emulator: GraphEmulator, http: LoginOverHttp
) -> None:
    grants, old, new = MemoryGrants(), new_key(), new_key()
    await people(emulator, http, grants, Sealed(old)).exchange(KIM, emulator.identity.assertion(KIM))
    await people(emulator, http, grants, Sealed(new, old)).silent(KIM, claims="")
    assert await people(emulator, http, grants, Sealed(new)).has_grant(KIM)
    assert not await people(emulator, http, grants, Sealed(old)).has_grant(KIM)


async def test_a_grant_without_a_refresh_token_is_forgotten_once_it_runs_out(
    emulator: GraphEmulator, http: LoginOverHttp
) -> None:
    grants, sealed = MemoryGrants(), Sealed(new_key())
    tokens = people(emulator, http, grants, sealed)
    await tokens.exchange(KIM, emulator.identity.assertion(KIM))
    kept = await grants.load(KIM)
    assert kept is not None
    cache = json.loads(sealed.open(kept) or "")
    del cache["RefreshToken"]
    await grants.save(KIM, sealed.seal(json.dumps(cache)))
    with pytest.raises(SignInNeeded):
        await tokens.silent(KIM, claims="")
    assert not await tokens.has_grant(KIM)


async def test_a_tenant_that_does_not_exist_is_a_refusal_and_no_crash(
    emulator: GraphEmulator, clock: HandClock, http: LoginOverHttp
) -> None:
    http.get = lambda url, **said: Answered(400, '{"error": "invalid_tenant"}')  # type: ignore[method-assign]
    app = MsalApp(
        Registration(ClientSecret("x"), client_id="app", tenant_id="nowhere", cloud=cloud_named("global")),
        clock=clock,
        http=http,
    )
    with pytest.raises(CalendarRefused) as raised:
        await app.for_app(None)
    assert raised.value.reason == "sign_in_refused"


@pytest.mark.parametrize("answer", [Answered(200, "<html>access_token"), Answered(502, "<html>"), Answered(200, "")])
async def test_an_answer_that_is_none_is_a_sign_in_that_is_away_and_not_logged(
    emulator: GraphEmulator, http: LoginOverHttp, answer: Answered, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens = people(emulator, http, MemoryGrants(), Sealed(new_key()))
    assertion = emulator.identity.assertion(KIM)
    http.fails_with = answer
    with pytest.raises(CalendarBusy):
        await tokens.exchange(KIM, assertion)
    assert not any("<html>" in each.getMessage() or assertion in each.getMessage() for each in caplog.records)


@pytest.mark.parametrize(("without_grant", "stands_in"), [("app", True), ("nudge", False)])
async def test_the_app_stands_in_only_where_settings_say_so(without_grant: str, stands_in: bool) -> None:
    class Signed:
        async def token(self, person: str | None, *, claims: str | None = None) -> str:
            return "t"

        async def has_grant(self, person: str) -> bool:
            return True

    identities = Identities(calendar="delegated", without_grant=without_grant)  # type: ignore[arg-type]
    seat = await Seating(identities, Signed()).seat(calls.CREATE_EVENT, KIM)
    assert (seat.person, seat.stand_in) == (KIM, stands_in)
    assert seat.as_app() == Seat(KIM)
