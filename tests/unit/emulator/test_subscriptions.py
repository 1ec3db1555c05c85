"""Subscriptions: shaken hands on, one per meeting, encrypted, renewed, gone; and what is told when."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx
import jwt
import pytest

from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.envelope import NOTIFIER_APP
from bot.graph.emulator.keys import signing_key
from tests.clock import HandClock
from tests.personas import KIM
from tests.unit.emulator.conftest import KIMS, Caller, error_of, no_wait, played
from tests.unit.emulator.listener import LIFECYCLE, URL, Listener


@pytest.fixture(scope="module")
def keyed() -> Listener:
    """One key for all tests: making one takes a while."""
    return Listener()


@pytest.fixture
def listener(keyed: Listener) -> Listener:
    """A subscriber who heard nothing yet."""
    keyed.received.clear()
    keyed.answers.clear()
    keyed.shakes_hands = True
    return keyed


@pytest.fixture
def emulator(clock: HandClock, listener: Listener) -> GraphEmulator:
    """The demo world with a subscriber to tell."""
    return GraphEmulator(clock=clock, sleep=no_wait, notify=httpx.MockTransport(listener))


@pytest.fixture
def beta(graph: Caller) -> Caller:
    """Who waits in the lobby is told in beta alone."""
    return graph.beta()


def resource_of(meeting: Mapping[str, Any]) -> str:
    return f"communications/onlineMeetings(joinWebUrl='{quote(meeting['joinWebUrl'], safe='')}')/meetingCallEvents"


def body(listener: Listener, resource: str, **changes: Any) -> dict[str, Any]:
    fields = {
        "changeType": "updated",
        "notificationUrl": URL,
        "lifecycleNotificationUrl": LIFECYCLE,
        "resource": resource,
        "expirationDateTime": "2026-09-03T00:00:00Z",
        "clientState": "ours",
        "includeResourceData": True,
        "encryptionCertificate": listener.certificate(),
        "encryptionCertificateId": "key-1",
        **changes,
    }
    return {name: value for name, value in fields.items() if value is not None}


def events_body(**changes: Any) -> dict[str, Any]:
    fields = {
        "changeType": "updated,deleted",
        "notificationUrl": URL,
        "resource": f"users/{KIM.object_id}/events",
        "expirationDateTime": "2026-09-03T00:00:00Z",
        **changes,
    }
    return fields


async def test_a_subscription_is_made_once_the_hand_was_shaken(beta: Caller, listener: Listener) -> None:
    meeting = await beta.meeting()
    answer = await beta("POST", "/subscriptions", body(listener, resource_of(meeting)))
    assert answer.status_code == 201
    assert answer.json()["expirationDateTime"] == "2026-09-03T00:00:00Z"
    assert answer.json()["clientState"] == "ours"


async def test_without_the_handshake_there_is_none(beta: Caller, listener: Listener) -> None:
    listener.shakes_hands = False
    answer = await beta("POST", "/subscriptions", body(listener, resource_of(await beta.meeting())))
    assert error_of(answer) == (400, "ValidationError")


async def test_one_app_watches_one_meeting_once(beta: Caller, listener: Listener) -> None:
    wanted = body(listener, resource_of(await beta.meeting()))
    await beta("POST", "/subscriptions", wanted)
    assert error_of(await beta("POST", "/subscriptions", wanted)) == (409, "Conflict")


@pytest.mark.parametrize(
    "changes",
    [
        {"expirationDateTime": "2026-09-01T14:59:00Z"},
        {"expirationDateTime": "2026-09-04T13:31:00Z"},
        {"notificationUrl": "http://bot.example/notifications"},
        {"lifecycleNotificationUrl": "https://elsewhere.example/lifecycle"},
        {"clientState": "x" * 129},
        {"encryptionCertificateId": ""},
        {"encryptionCertificate": "bm90IGEgY2VydGlmaWNhdGU="},
        {"changeType": "created"},
        {"resource": "communications/onlineMeetings(joinWebUrl='https://x')/meetingCallEvents"},
        {"resource": "solutions/bookingBusinesses/clinic@contoso.example/appointments"},
        {"surprise": 1},
    ],
)
async def test_each_fault_is_refused(beta: Caller, listener: Listener, changes: dict[str, Any]) -> None:
    wanted = {**body(listener, resource_of(await beta.meeting())), **changes}
    assert (await beta("POST", "/subscriptions", wanted)).status_code == 400


async def test_the_join_url_in_the_resource_is_escaped_once_more(beta: Caller, listener: Listener) -> None:
    url = (await beta.meeting())["joinWebUrl"]
    plain = f"communications/onlineMeetings(joinWebUrl='{url}')/meetingCallEvents"
    assert (await beta("POST", "/subscriptions", body(listener, plain))).status_code == 400


async def test_the_lobby_is_watched_in_beta_by_apps_alone(
    graph: Caller, emulator: GraphEmulator, listener: Listener
) -> None:
    wanted = body(listener, resource_of(await graph.meeting()))
    assert (await graph("POST", "/subscriptions", wanted)).status_code == 400
    kim = graph.with_token(emulator.identity.user_token(KIM.object_id)).beta()
    assert (await kim("POST", "/subscriptions", wanted)).status_code == 403


async def test_a_visit_is_told_from_the_lobby_to_the_end(
    beta: Caller, emulator: GraphEmulator, listener: Listener
) -> None:
    made = await beta.meeting()
    await beta("POST", "/subscriptions", body(listener, resource_of(made)))
    meeting, room = played(emulator, made), emulator.waiting_room
    ana = room.enter(meeting, "Ana")
    room.admit(meeting)
    room.leave(meeting, ana.id)
    room.end(meeting)
    await emulator.quiet()
    told = [listener.decrypted(each["encryptedContent"]) for each in listener.items]
    of_ana = [
        (each["eventType"], who["isInLobby"], "removedState" in who)
        for each in told
        for who in each["participants@delta"]
        if who["id"] == ana.id
    ]
    assert of_ana == [("rosterUpdated", True, False), ("rosterUpdated", False, False), ("rosterUpdated", False, True)]
    assert [each["eventType"] for each in told if each["eventType"] != "rosterUpdated"] == ["callStarted", "callEnded"]
    assert told[0]["@odata.type"] == "#microsoft.graph.callevent"
    assert "guest" in told[0]["participants@delta"][0]["info"]["identity"]


async def test_the_kind_of_event_has_two_names(beta: Caller, emulator: GraphEmulator, listener: Listener) -> None:
    emulator.world.switches.roster_kind_key = "callEventType"
    made = await beta.meeting()
    await beta("POST", "/subscriptions", body(listener, resource_of(made)))
    emulator.waiting_room.enter(played(emulator, made), "Ana")
    await emulator.quiet()
    assert listener.decrypted(listener.items[0]["encryptedContent"])["callEventType"] == "rosterUpdated"


async def test_a_lobby_before_any_staff_may_not_be_told(
    beta: Caller, emulator: GraphEmulator, listener: Listener
) -> None:
    emulator.world.switches.lobby_before_call = False
    made = await beta.meeting()
    await beta("POST", "/subscriptions", body(listener, resource_of(made)))
    emulator.waiting_room.enter(played(emulator, made), "Ana")
    await emulator.quiet()
    assert listener.items == []


async def test_rich_notifications_prove_who_sent_them(
    beta: Caller, emulator: GraphEmulator, listener: Listener
) -> None:
    made = await beta.meeting()
    await beta("POST", "/subscriptions", body(listener, resource_of(made)))
    emulator.waiting_room.enter(played(emulator, made), "Ana")
    await emulator.quiet()
    sent = listener.received[0][1]
    said = jwt.decode(
        sent["validationTokens"][0],
        signing_key().public_key(),
        algorithms=["RS256"],
        audience=emulator.world.app.id,
        options={"verify_exp": False, "verify_iat": False, "verify_nbf": False},
    )
    assert said["appid"] == said["azp"] == NOTIFIER_APP
    assert said["tid"] == emulator.world.tenant_id
    assert sent["value"][0]["clientState"] == "ours"
    assert sent["value"][0]["encryptedContent"]["encryptionCertificateId"] == "key-1"


async def test_a_basic_notification_carries_an_id_and_nothing_else(
    beta: Caller, emulator: GraphEmulator, listener: Listener
) -> None:
    made = await beta.meeting()
    plain = body(listener, resource_of(made), includeResourceData=None, encryptionCertificate=None)
    await beta("POST", "/subscriptions", plain)
    emulator.waiting_room.enter(played(emulator, made), "Ana")
    await emulator.quiet()
    assert "encryptedContent" not in listener.items[0]
    assert "validationTokens" not in listener.received[0][1]


async def test_a_delivery_refused_is_tried_again(beta: Caller, emulator: GraphEmulator, listener: Listener) -> None:
    made = await beta.meeting()
    await beta("POST", "/subscriptions", body(listener, resource_of(made)))
    listener.answers = [503, 500]
    emulator.waiting_room.enter(played(emulator, made), "Ana")
    await emulator.quiet()
    assert len(listener.items) == 1
    assert [(each.status, each.tries) for each in emulator.courier.deliveries] == [(202, 3)]


async def test_starting_over_gives_up_what_is_still_on_its_way(listener: Listener, clock: HandClock) -> None:
    waits, goes_on = asyncio.Event(), asyncio.Event()

    async def sleep(seconds: float) -> None:
        waits.set()
        await goes_on.wait()

    emulator = GraphEmulator(clock=clock, sleep=sleep, notify=httpx.MockTransport(listener))
    beta = Caller(emulator).beta()
    made = await beta.meeting()
    await beta("POST", "/subscriptions", body(listener, resource_of(made)))
    listener.answers = [503]
    emulator.waiting_room.enter(played(emulator, made), "Ana")
    await waits.wait()
    emulator.reset()
    goes_on.set()
    await emulator.quiet()
    assert (listener.received, list(emulator.courier.deliveries)) == ([], [])
    assert emulator.courier.subscriptions == {}


async def test_a_subscription_is_renewed_and_otherwise_ends(
    beta: Caller, emulator: GraphEmulator, listener: Listener, clock: HandClock
) -> None:
    made = await beta.meeting()
    path = f"/subscriptions/{(await beta('POST', '/subscriptions', body(listener, resource_of(made)))).json()['id']}"
    clock.advance(hours=30)
    renewed = await beta("PATCH", path, {"expirationDateTime": "2026-09-04T00:00:00Z"})
    assert renewed.json()["expirationDateTime"] == "2026-09-04T00:00:00Z"
    clock.advance(hours=30)
    assert (await beta("GET", path)).status_code == 404
    emulator.waiting_room.enter(played(emulator, made), "Ana")
    await emulator.quiet()
    assert listener.items == []


async def test_an_ended_subscription_makes_room_for_a_new_one(
    beta: Caller, listener: Listener, clock: HandClock
) -> None:
    wanted = resource_of(await beta.meeting())
    await beta("POST", "/subscriptions", body(listener, wanted))
    clock.advance(days=3)
    later = body(listener, wanted, expirationDateTime="2026-09-05T00:00:00Z")
    assert (await beta("POST", "/subscriptions", later)).status_code == 201


async def test_subscriptions_are_listed_and_deleted(beta: Caller, listener: Listener) -> None:
    made = await beta("POST", "/subscriptions", body(listener, resource_of(await beta.meeting())))
    path = f"/subscriptions/{made.json()['id']}"
    assert [each["id"] for each in (await beta("GET", "/subscriptions")).json()["value"]] == [made.json()["id"]]
    assert (await beta("POST", f"{path}/reauthorize")).status_code == 204
    assert (await beta("DELETE", path)).status_code == 204
    assert (await beta("GET", path)).status_code == 404


@pytest.mark.parametrize("event", ["reauthorizationRequired", "missed", "subscriptionRemoved"])
async def test_lifecycle_events_go_to_their_own_address(
    beta: Caller, emulator: GraphEmulator, listener: Listener, event: str
) -> None:
    made = await beta("POST", "/subscriptions", body(listener, resource_of(await beta.meeting())))
    path = f"/subscriptions/{made.json()['id']}"
    assert emulator.courier.lifecycle(made.json()["id"], event) is True
    await emulator.quiet()
    url, sent = listener.received[0]
    assert url == LIFECYCLE
    assert sent["value"][0]["lifecycleEvent"] == event
    assert (await beta("GET", path)).status_code == (404 if event == "subscriptionRemoved" else 200)


async def test_without_an_address_there_are_no_lifecycle_events(
    graph: Caller, emulator: GraphEmulator, listener: Listener
) -> None:
    made = await graph("POST", "/subscriptions", events_body())
    assert emulator.courier.lifecycle(made.json()["id"], "missed") is False


async def test_events_changed_in_outlook_are_told(
    graph: Caller, emulator: GraphEmulator, listener: Listener, clock: HandClock
) -> None:
    await graph("POST", "/subscriptions", events_body())
    event = await graph.event()
    record = emulator.state.events[event["id"]]
    emulator.outlook.move_by_hand(event["id"], record.starts_at.replace(hour=22), record.ends_at, clock.now())
    await graph("POST", f"{KIMS}/events/{event['id']}/cancel", {})
    await emulator.quiet()
    assert [each["changeType"] for each in listener.items] == ["updated", "deleted"]
    assert listener.items[0]["resourceData"]["id"] == event["id"]


async def test_a_subscription_needs_the_permission_of_what_it_watches(emulator: GraphEmulator) -> None:
    emulator.world.switches.check_tokens = True
    caller = Caller(emulator, token=emulator.identity.app_token(roles=("CallRecords.Read.All",)))
    assert (await caller("POST", "/subscriptions", events_body())).status_code == 403
    records = events_body(resource="/communications/callRecords", changeType="created")
    assert (await caller("POST", "/subscriptions", records)).status_code == 201
