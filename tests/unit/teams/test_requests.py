"""What is answered to whom: malformed requests, strangers, forged tokens, other tenants; and keys that change."""

import threading
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.teams.answers import Answer, Say
from bot.teams.turns import Turn
from tests.clock import HandClock
from tests.personas import VISITOR
from tests.unit.teams.world import APP_ID, NOW, SERVICE_URL, Listener, Office, said


def signed_office(**more: Any) -> Office:
    return Office(Listener(), signed=True, **more)


async def test_a_request_signed_by_teams_is_answered() -> None:
    async with signed_office() as office:
        assert await office.post(said("hi", local=False)) == (200, None)
        assert [turn.text for turn in office.bot.turns] == ["hi"]


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{}", None, 415),
        (b"", "application/json", 400),
        (b"{not json", "application/json", 400),
        (b"[]", "application/json", 400),
        (b"{}", "application/json", 400),
        (b'"text"', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"type": "message"}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
    ],
)
async def test_what_is_no_activity_is_refused(content: bytes, content_type: str | None, status: int) -> None:
    async with signed_office() as office:
        headers = {"Content-Type": content_type} if content_type else {}
        skipped = () if content_type else ("Content-Type",)
        async with office.client.post(
            "/api/messages", data=content, headers=headers, skip_auto_headers=skipped
        ) as answer:
            assert answer.status == status


async def test_a_bad_timestamp_is_refused() -> None:
    async with signed_office() as office:
        assert await office.post({**said("hi", local=False), "timestamp": "yesterday"}) == (400, None)


async def test_a_body_beyond_a_megabyte_is_refused() -> None:
    async with signed_office() as office:
        assert await office.post(said("x" * 1_100_000, local=False)) == (413, None)


async def test_only_post_is_answered() -> None:
    async with signed_office() as office, office.client.get("/api/messages") as answer:
        assert answer.status == 405


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-bot"},
        {"iss": "https://sts.windows.net/x/"},
        {"serviceurl": "https://evil.example/"},
        {"exp": int(time.time()) - 3600},
        {"nbf": int(time.time()) + 3600},
    ],
)
async def test_a_token_with_a_wrong_claim_is_401(claims: dict[str, Any]) -> None:
    async with signed_office() as office:
        assert await office.post(said("hi", local=False), header=office.teams.sign(**claims)) == (401, None)
        assert office.bot.turns == []


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Bearer garbage", "Basic eA==", "Bearer a.b.c"])
async def test_what_is_no_token_is_401(header: str) -> None:
    async with (
        signed_office() as office,
        office.client.post(
            "/api/messages", json=said("hi", local=False), headers={"Authorization": header} if header else {}
        ) as answer,
    ):
        assert answer.status == 401


async def test_forged_and_unsigned_tokens_are_401() -> None:
    async with signed_office() as office:
        stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        activity = said("hi", local=False)
        assert (await office.post(activity, header=office.teams.sign(key=stranger)))[0] == 401
        assert (await office.post(activity, header=office.teams.sign(key_id="nobody")))[0] == 401
        claims = {
            "iss": "https://api.botframework.com",
            "aud": APP_ID,
            "exp": time.time() + 60,
            "serviceurl": SERVICE_URL,
        }
        none = jwt.encode(claims, "", algorithm="none", headers={"kid": "key-1"})
        symmetric = jwt.encode(claims, "x" * 64, algorithm="HS256", headers={"kid": "key-1"})
        assert (await office.post(activity, header=f"Bearer {none}"))[0] == 401
        assert (await office.post(activity, header=f"Bearer {symmetric}"))[0] == 401


async def test_a_key_that_may_not_speak_for_the_channel_is_401() -> None:
    async with signed_office() as office:
        office.teams.endorsements = ["webchat"]
        assert (await office.post(said("hi", local=False)))[0] == 200  # the keys were fetched before
    async with signed_office(teams=office.teams) as later:
        assert (await later.post(said("hi", local=False)))[0] == 401


async def test_people_of_another_tenant_are_refused() -> None:
    async with signed_office() as office:
        assert await office.post(said("hi", by=VISITOR, local=False)) == (403, None)
        assert office.bot.turns == []


async def test_new_signing_keys_are_asked_for_once_a_minute_at_most() -> None:
    clock = HandClock(NOW)
    async with signed_office(clock=clock) as office:
        assert (await office.post(said("one", local=False)))[0] == 200
        office.teams.rotate("key-2")
        clock.advance(minutes=2)
        assert (await office.post(said("two", local=False)))[0] == 200
        asked = office.teams.key_requests
        for _ in range(5):
            assert (await office.post(said("x", local=False), header=office.teams.sign(key_id="made-up")))[0] == 401
        assert office.teams.key_requests == asked
        assert (await office.post(said("three", local=False)))[0] == 200


async def test_known_keys_serve_for_a_day_while_the_key_host_is_down() -> None:
    clock = HandClock(NOW)
    async with signed_office(clock=clock) as office:
        office.teams.is_down = True
        clock.advance(hours=20)
        assert (await office.post(said("hi", local=False)))[0] == 200
        clock.advance(hours=5)
        assert (await office.post(said("hi", local=False)))[0] == 401
        office.teams.is_down = False
        clock.advance(minutes=2)
        assert (await office.post(said("hi", local=False)))[0] == 200


async def test_the_bot_s_own_token_is_fetched_once_and_never_on_the_loop() -> None:
    threads: list[int] = []

    def acquire() -> dict[str, Any]:
        threads.append(threading.get_ident())
        return {"access_token": "bot-token", "expires_in": 3600}

    async def answer(turn: Turn) -> Answer:
        return Say("Hello.")

    clock = HandClock(NOW)
    async with Office(Listener(answer), signed=True, acquire=acquire, clock=clock) as office:
        for _ in range(5):
            assert (await office.post(said("hi", local=False)))[0] == 200
        assert office.teams.tokens == ["Bearer bot-token"] * 5
        assert len(threads) == 1
        clock.advance(minutes=57)
        assert (await office.post(said("hi", local=False)))[0] == 200
        await office.edge.settled()
        assert (await office.post(said("hi", local=False)))[0] == 200
        assert len(threads) == 2
        assert threading.get_ident() not in threads


async def test_an_expired_secret_of_ours_is_500_and_logged_and_not_401(caplog: pytest.LogCaptureFixture) -> None:
    async def answer(turn: Turn) -> Answer:
        return Say("Hello.")

    def refuse() -> dict[str, Any]:
        return {"error": "invalid_client", "error_description": "AADSTS7000222: the secret expired"}

    async with Office(Listener(answer), signed=True, acquire=refuse) as office:
        assert await office.post(said("hi", local=False)) == (500, None)
        assert "teams.own_credentials_refused" in caplog.messages
        assert office.teams.calls == []


async def test_a_token_is_never_sent_to_a_host_that_is_not_teams() -> None:
    async def answer(turn: Turn) -> Answer:
        return Say("Hello.")

    evil = "https://smba.trafficmanager.net.evil.example/"
    async with Office(Listener(answer), signed=True) as office:
        activity = {**said("hi", local=False), "serviceUrl": evil}
        assert await office.post(activity, header=office.teams.sign(serviceurl=evil)) == (500, None)
        assert office.teams.calls == []


async def test_without_authentication_only_this_machine_is_called_and_nothing_is_signed() -> None:
    async def answer(turn: Turn) -> Answer:
        return Say("Hello.")

    async with Office(Listener(answer)) as office:
        assert await office.post(said("hi")) == (200, None)
        assert office.teams.tokens == [None]
        assert await office.post(said("hi", local=False)) == (500, None)
        assert office.teams.tokens == [None]
