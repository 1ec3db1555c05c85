"""Who waits in the lobby: Graph's notifications, from subscription to news of a visit."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.graph.arrival_keys import new_key, post_for
from bot.graph.arrivals import ArrivalWatch, Delivered
from bot.graph.emulator.waiting_room import WaitingRoom
from bot.graph.notices import ClientState, NoticeRefused
from bot.key_sets import KeySet, KeysUnavailable
from bot.visits.models.visit import Visit
from bot.visits.ports.arrivals import Arrival
from tests.clock import HandClock
from tests.contracts.conftest import NOW, Office, emulated
from tests.personas import KIM

KEY = new_key()
OTHER_KEY = new_key()


@dataclass
class Desk:
    """An office whose lobby is watched, and the post that came."""

    office: Office
    visit: Visit
    watch: ArrivalWatch = field(init=False)
    delivered: list[Delivered] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    fetches: list[str] = field(default_factory=list)
    """How often the sign-in service was asked for its keys."""
    is_sign_in_away: bool = False

    @property
    def room(self) -> WaitingRoom:
        return self.office.played.waiting_room

    @property
    def meeting(self) -> Any:
        return self.office.played.state.meetings[self.visit.meeting_id or ""]

    @property
    def subscriptions(self) -> Mapping[str, Any]:
        return self.office.played.courier.subscriptions

    async def news(self) -> list[Arrival]:
        """What came since last asked, by its own instants: the post promises no order."""
        await self.office.played.quiet()
        found = [each for post in self.delivered for each in post.arrivals]
        self.delivered.clear()
        return sorted(found, key=lambda each: each.at)

    def a_minute_passes(self) -> None:
        """So that what happens next has an instant of its own."""
        clock = self.office.clock
        assert isinstance(clock, HandClock)
        clock.advance(minutes=1)

    async def at_the_door(self) -> None:
        """Advance to a quarter of an hour before the visit."""
        clock = self.office.clock
        assert isinstance(clock, HandClock)
        clock.advance(seconds=(self.visit.starts_at - clock.now()).total_seconds() - 900)


def watching(desk: Desk, key: rsa.RSAPrivateKey) -> ArrivalWatch:
    """A watch that holds this key and no other."""
    office, emulator = desk.office, desk.office.played

    async def keys() -> Iterable[Mapping[str, Any]]:
        desk.fetches.append("keys")
        if desk.is_sign_in_away:
            raise KeysUnavailable
        odd = [{"kid": "odd", "kty": "LMS"}, {"kty": "RSA"}]
        found: list[Mapping[str, Any]] = [*odd, *emulator.identity.keys()["keys"]]
        return found

    return ArrivalWatch(
        office.edge.graph,
        office.clock,
        post_for("https://visits.contoso.example", key, NOW),
        ClientState(b"a secret of the clinic"),
        KeySet(keys, office.clock),
        app_id=emulator.world.app.id,
        staff=frozenset({KIM.object_id}),
    )


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk: Desk

    async def receive(request: httpx.Request) -> httpx.Response:
        token = request.url.params.get("validationToken")
        if token is not None:
            return httpx.Response(200, text=token)
        desk.posts.append(json.loads(request.content))
        desk.delivered.append(await desk.watch.open(desk.posts[-1]))
        return httpx.Response(202)

    office = emulated("outlook", "app", notify=httpx.MockTransport(receive))
    visit = await office.booked()
    desk = Desk(office, visit)
    desk.watch = watching(desk, KEY)
    await desk.at_the_door()
    yield desk
    await office.edge.close()


async def test_a_near_visit_is_watched_once(desk: Desk) -> None:
    assert await desk.watch.tend([desk.visit]) == 1
    assert await desk.watch.tend([desk.visit]) == 0
    (subscription,) = desk.subscriptions.values()
    assert subscription.version == "beta"
    assert len(subscription.client_state) <= 128


async def test_a_client_waits_is_admitted_and_leaves(desk: Desk) -> None:
    await desk.watch.tend([desk.visit])
    client = desk.room.enter(desk.meeting, "A. Client")
    desk.a_minute_passes()
    desk.room.admit(desk.meeting)
    desk.a_minute_passes()
    desk.room.leave(desk.meeting, client.id)
    desk.a_minute_passes()
    desk.room.end(desk.meeting)
    news = await desk.news()
    kinds = [each.kind for each in news]
    assert {each.visit_id for each in news} == {desk.visit.id}
    assert [each for each in kinds if each.startswith("client")] == ["client_waiting", "client_admitted", "client_left"]
    assert "staff_joined" in kinds
    assert set(kinds[-2:]) == {"staff_left", "ended"}
    assert len({each.key for each in news}) == len(news)


async def test_both_names_of_the_kind_are_understood(desk: Desk) -> None:
    desk.office.played.world.switches.roster_kind_key = "callEventType"
    await desk.watch.tend([desk.visit])
    desk.room.enter(desk.meeting, "A. Client")
    assert [each.kind for each in await desk.news()] == ["client_waiting"]


async def test_a_subscription_is_renewed_before_it_ends(desk: Desk) -> None:
    await desk.watch.tend([desk.visit])
    (before,) = [each.expires_at for each in desk.subscriptions.values()]
    clock = desk.office.clock
    assert isinstance(clock, HandClock)
    clock.advance(hours=60)
    later = desk.visit.model_copy(update={"starts_at": clock.now()})
    assert await desk.watch.tend([later]) == 1
    (after,) = [each.expires_at for each in desk.subscriptions.values()]
    assert after > before


async def test_a_lost_subscription_is_made_again(desk: Desk) -> None:
    await desk.watch.tend([desk.visit])
    (subscription_id,) = desk.subscriptions
    desk.office.played.courier.lifecycle(subscription_id, "subscriptionRemoved")
    await desk.office.played.quiet()
    (notice,) = [each for post in desk.delivered for each in post.lifecycle]
    await desk.watch.live_on(notice, desk.visit)
    assert len(desk.subscriptions) == 1
    assert subscription_id not in desk.subscriptions


async def test_a_subscription_is_authorized_again_when_asked(desk: Desk) -> None:
    await desk.watch.tend([desk.visit])
    (subscription_id,) = desk.subscriptions
    desk.office.played.courier.lifecycle(subscription_id, "reauthorizationRequired")
    await desk.office.played.quiet()
    (notice,) = [each for post in desk.delivered for each in post.lifecycle]
    await desk.watch.live_on(notice, desk.visit)
    assert desk.office.posts("/reauthorize") == [None]


async def test_a_cancelled_visit_is_no_longer_watched(desk: Desk) -> None:
    await desk.watch.tend([desk.visit])
    cancelled = desk.visit.model_copy(update={"cancelled_at": desk.office.clock.now()})
    assert await desk.watch.tend([cancelled]) == 1
    assert not desk.subscriptions


async def test_a_subscription_under_a_key_we_lost_is_replaced(desk: Desk) -> None:
    await desk.watch.tend([desk.visit])
    (before,) = desk.subscriptions
    desk.watch = watching(desk, OTHER_KEY)
    assert await desk.watch.tend([desk.visit]) == 1
    assert before not in desk.subscriptions
    assert len(desk.subscriptions) == 1


async def _one_post(desk: Desk) -> dict[str, Any]:
    await desk.watch.tend([desk.visit])
    desk.room.enter(desk.meeting, "A. Client")
    await desk.news()
    return desk.posts[-1]


async def test_a_post_with_a_wrong_client_state_is_refused(desk: Desk) -> None:
    post = await _one_post(desk)
    post["value"][0]["clientState"] = f"{desk.visit.id}.{'0' * 40}"
    assert (await desk.watch.open(post)).refused == 1


async def test_a_post_that_was_tampered_with_is_refused(desk: Desk) -> None:
    post = await _one_post(desk)
    content = post["value"][0]["encryptedContent"]
    content["data"] = content["data"][:-8] + "AAAAAAA="
    opened = await desk.watch.open(post)
    assert (opened.refused, opened.arrivals) == (1, [])


async def test_a_post_without_validation_tokens_is_refused(desk: Desk) -> None:
    post = await _one_post(desk)
    del post["validationTokens"]
    assert (await desk.watch.open(post)).refused == 1


async def test_a_validation_token_for_another_app_is_refused(desk: Desk) -> None:
    post = await _one_post(desk)
    post["validationTokens"] = [desk.office.played.identity.app_token(audience="another-app")]
    assert (await desk.watch.open(post)).refused == 1


async def test_a_validation_token_not_from_graph_is_refused(desk: Desk) -> None:
    post = await _one_post(desk)
    app_id = desk.office.played.world.app.id
    post["validationTokens"] = [desk.office.played.identity.app_token(audience=app_id)]
    assert (await desk.watch.open(post)).refused == 1


async def test_an_old_validation_token_is_refused(desk: Desk) -> None:
    post = await _one_post(desk)
    clock = desk.office.clock
    assert isinstance(clock, HandClock)
    clock.advance(hours=2)
    assert (await desk.watch.open(post)).refused == 1


@pytest.mark.parametrize("body", [{}, {"value": ["x"]}, {"value": [{}]}, {"value": [{"clientState": 5}]}])
async def test_junk_is_no_news(desk: Desk, body: dict[str, Any]) -> None:
    assert not (await desk.watch.open(body)).arrivals


@pytest.mark.parametrize("body", [{"value": None}, {"value": 5}, {"value": [], "validationTokens": "x"}])
async def test_what_is_no_post_is_refused_whole(desk: Desk, body: dict[str, Any]) -> None:
    with pytest.raises(NoticeRefused):
        await desk.watch.open(body)


async def test_a_notice_that_is_none_spoils_no_other(desk: Desk) -> None:
    post = await _one_post(desk)
    post["value"] = [{"clientState": 5}, *post["value"]]
    opened = await desk.watch.open(post)
    assert (opened.refused, len(opened.arrivals)) == (1, 1)


async def test_keys_are_fetched_for_our_own_client_states_alone(desk: Desk) -> None:
    token = desk.office.played.identity.app_token(audience="another-app")
    await desk.watch.open({"value": [{"clientState": "forged.0"}], "validationTokens": [token]})
    assert desk.fetches == []


async def test_while_the_keys_are_away_nobody_makes_us_ask_on_and_on(desk: Desk) -> None:
    desk.is_sign_in_away = True
    post = await _one_post(desk)
    for _ in range(3):
        assert (await desk.watch.open(post)).refused == 1
    assert desk.fetches == ["keys"]
    desk.is_sign_in_away = False
    desk.a_minute_passes()
    assert len((await desk.watch.open(post)).arrivals) == 1


async def test_a_cloud_without_arrivals_says_so_before_it_asks(desk: Desk) -> None:
    assert emulated("outlook", "app", cloud_name="gcc-high").edge.calendar.features.arrivals is False
