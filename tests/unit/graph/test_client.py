"""How Graph is asked: patience with reads, care with writes, and an id on every call."""

import asyncio
import json
import logging
import uuid

import httpx
import pytest

from bot.graph import calls
from bot.graph.client import GraphClient
from bot.graph.clouds import cloud_named
from bot.graph.identity import Seat
from bot.visits.errors import CalendarBusy, CalendarRefused, OutcomeUnknown, StoreUnavailable, TenantProvisioning
from tests.clock import HandClock
from tests.unit.graph.conftest import TENANT, Naps, OpenDoor, ScriptedGraph, connections_to

KIM = Seat("00000000-0000-4000-8000-000000000001")
JORDAN = Seat("o5", person="o5")


async def test_an_app_asks_in_the_owners_mailbox_and_a_person_in_their_own(
    graph: GraphClient, script: ScriptedGraph
) -> None:
    script.says(200, {}).says(200, {})
    await graph.ask(calls.READ_EVENT, KIM, event="a/b=")
    await graph.ask(calls.READ_EVENT, JORDAN, event="e1")
    assert [each.url.raw_path.decode() for each in script.requests] == [
        f"/v1.0/users/{KIM.owner}/events/a%2Fb%3D",
        "/v1.0/me/events/e1",
    ]


async def test_every_try_has_its_own_id_and_the_log_knows_it(
    graph: GraphClient, script: ScriptedGraph, caplog: pytest.LogCaptureFixture
) -> None:
    script.says(503).says(200, {}, request_id="r-1")
    with caplog.at_level(logging.INFO, logger="bot.graph.client"):
        await graph.ask(calls.READ_EVENT, KIM, event="e")
    sent = [each.headers["client-request-id"] for each in script.requests]
    assert len({uuid.UUID(each) for each in sent}) == 2
    assert [record.__dict__["client_request_id"] for record in caplog.records] == sent
    assert caplog.records[-1].__dict__["request_id"] == "r-1"


async def test_a_read_is_tried_again_with_growing_waits(graph: GraphClient, script: ScriptedGraph, naps: Naps) -> None:
    script.says(500).fails(httpx.ReadTimeout("late")).says(200, {"id": "e"})
    assert await graph.ask(calls.READ_EVENT, KIM, event="e") == {"id": "e"}
    first, second = naps.seconds
    assert 0.2 <= first <= 0.4
    assert 0.4 <= second <= 0.8


async def test_a_named_time_is_kept_to_and_never_shortened(
    graph: GraphClient, script: ScriptedGraph, naps: Naps
) -> None:
    script.says(429, retry_after="2").says(200, {})
    await graph.ask(calls.READ_EVENT, KIM, event="e")
    assert 2 <= naps.seconds[0] <= 2.2


async def test_a_time_beyond_the_budget_goes_to_the_caller_at_once(
    graph: GraphClient, script: ScriptedGraph, naps: Naps
) -> None:
    script.says(429, retry_after="30")
    with pytest.raises(CalendarBusy) as raised:
        await graph.ask(calls.READ_EVENT, KIM, event="e")
    assert raised.value.retry_after == 30
    assert naps.seconds == []


async def test_a_read_gives_up_after_its_tries(graph: GraphClient, script: ScriptedGraph) -> None:
    script.says(503).says(503).says(503)
    with pytest.raises(CalendarBusy):
        await graph.ask(calls.READ_EVENT, KIM, event="e")
    assert len(script.requests) == 3


async def test_a_write_is_tried_once(graph: GraphClient, script: ScriptedGraph) -> None:
    script.says(503, retry_after="1")
    with pytest.raises(CalendarBusy):
        await graph.ask(calls.CREATE_EVENT, KIM, body={})
    assert len(script.requests) == 1


@pytest.mark.parametrize(
    "lost", [httpx.ReadTimeout(""), httpx.ReadError(""), httpx.RemoteProtocolError(""), httpx.WriteError("")]
)
async def test_a_write_whose_answer_is_lost_is_unknown(
    graph: GraphClient, script: ScriptedGraph, lost: Exception
) -> None:
    script.fails(lost)
    with pytest.raises(OutcomeUnknown):
        await graph.ask(calls.CREATE_EVENT, KIM, body={})


@pytest.mark.parametrize("never_sent", [httpx.ConnectError(""), httpx.ConnectTimeout(""), httpx.PoolTimeout("")])
async def test_a_write_that_never_left_is_only_busy(
    graph: GraphClient, script: ScriptedGraph, never_sent: Exception
) -> None:
    script.fails(never_sent)
    with pytest.raises(CalendarBusy):
        await graph.ask(calls.SEND_SMS, KIM, body={}, meeting="m")


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_text_to_a_broken_graph_may_have_gone_out(
    graph: GraphClient, script: ScriptedGraph, status: int
) -> None:
    script.says(status)
    with pytest.raises(OutcomeUnknown):
        await graph.ask(calls.SEND_SMS, KIM, body={}, meeting="m")


@pytest.mark.parametrize("status", [409, 503])
async def test_a_text_in_a_new_tenant_waits_for_it(graph: GraphClient, script: ScriptedGraph, status: int) -> None:
    script.says(status, retry_after="120")
    with pytest.raises(TenantProvisioning):
        await graph.ask(calls.SEND_SMS, KIM, body={}, meeting="m")


async def test_a_throttled_text_was_not_read(graph: GraphClient, script: ScriptedGraph) -> None:
    script.says(429)
    with pytest.raises(CalendarBusy):
        await graph.ask(calls.SEND_SMS, KIM, body={}, meeting="m")


async def test_a_claims_challenge_is_honoured_once(graph: GraphClient, script: ScriptedGraph, door: OpenDoor) -> None:
    script.says(401, www_authenticate="Bearer claims=\"{'x': 1}\"").says(200, {})
    await graph.ask(calls.CREATE_EVENT, KIM, body={"a": 1})
    assert door.claims == [None, "{'x': 1}"]
    assert [each.headers["authorization"] for each in script.requests] == ["Bearer token-app-1", "Bearer token-app-2"]
    assert script.requests[0].content == script.requests[1].content


@pytest.mark.parametrize("challenges", [0, 1])
async def test_a_sign_in_that_cannot_be_read_makes_no_call(
    clock: HandClock, script: ScriptedGraph, challenges: int
) -> None:
    class Kept(OpenDoor):
        async def token(self, person: str | None, *, claims: str | None = None) -> str:
            if len(self.claims) == challenges:
                raise StoreUnavailable
            return await super().token(person, claims=claims)

    graph = GraphClient(
        connections_to(script), Kept(), cloud=cloud_named("global"), tenant_id=TENANT, clock=clock,
    )  # fmt: skip
    script.says(401).says(202, {})
    with pytest.raises(StoreUnavailable):
        await graph.ask(calls.SEND_SMS, JORDAN, body={}, meeting="m")
    assert len(script.requests) == challenges, "one that was answered with 401 did nothing"


async def test_a_second_401_is_a_refusal(graph: GraphClient, script: ScriptedGraph, door: OpenDoor) -> None:
    script.says(401).says(401)
    with pytest.raises(CalendarRefused) as raised:
        await graph.ask(calls.READ_EVENT, KIM, event="e")
    assert raised.value.reason == "not_signed_in"
    assert door.claims == [None, ""]


async def test_the_same_body_is_the_same_bytes(graph: GraphClient, script: ScriptedGraph) -> None:
    script.says(201, {}).says(201, {})
    for _ in range(2):
        await graph.ask(calls.CREATE_EVENT, KIM, body={"subject": "Niño", "b": [1, {"c": None}]})
    first, second = (each.content for each in script.requests)
    assert first == second == '{"subject":"Niño","b":[1,{"c":null}]}'.encode()


async def test_preferences_and_language_are_headers(graph: GraphClient, script: ScriptedGraph) -> None:
    script.says(200, {})
    await graph.ask(
        calls.READ_MEETING, KIM, prefer=["include-unknown-enum-members", 'outlook.timezone="UTC"'], language="es",
        meeting="m",
    )  # fmt: skip
    headers = script.requests[0].headers
    assert headers["prefer"] == 'include-unknown-enum-members, outlook.timezone="UTC"'
    assert headers["accept-language"] == "es"


async def test_pages_are_followed_to_the_last(graph: GraphClient, script: ScriptedGraph) -> None:
    link = "https://graph.microsoft.com/v1.0/users/x/events?$skiptoken=a%2Bb"
    script.says(200, {"value": [{"id": "1"}], "@odata.nextLink": link}).says(200, {"value": [{"id": "2"}]})
    found = [each["id"] async for each in graph.pages(calls.FIND_EVENT, KIM, query={"$top": "1"})]
    assert found == ["1", "2"]
    assert str(script.requests[1].url) == link


async def test_an_emulators_next_page_is_asked_of_the_emulator(clock: HandClock, script: ScriptedGraph) -> None:
    graph = GraphClient(
        connections_to(script), OpenDoor(), cloud=cloud_named("global"),
        tenant_id=TENANT, clock=clock, root="http://127.0.0.1:9/",
    )  # fmt: skip
    script.says(200, {"value": [], "@odata.nextLink": "https://graph.microsoft.com/v1.0/next?x=1"}).says(200, {})
    assert [each async for each in graph.pages(calls.FIND_EVENT, KIM)] == []
    assert str(script.requests[1].url) == "http://127.0.0.1:9/v1.0/next?x=1"


async def test_a_next_page_elsewhere_gets_no_token(graph: GraphClient, script: ScriptedGraph) -> None:
    script.says(200, {"value": [], "@odata.nextLink": "https://graph.microsoft.com.evil.example/v1.0/x"})
    with pytest.raises(CalendarRefused):
        [each async for each in graph.pages(calls.FIND_EVENT, KIM)]
    assert len(script.requests) == 1


async def test_a_tenant_that_keeps_failing_is_left_alone_for_a_while(
    graph: GraphClient, script: ScriptedGraph, clock: HandClock
) -> None:
    for _ in range(8):
        script.says(500)
        with pytest.raises(CalendarBusy):
            await graph.ask(calls.CHANGE_EVENT, KIM, body={}, event="e")
    with pytest.raises(CalendarBusy) as resting:
        await graph.ask(calls.CHANGE_EVENT, KIM, body={}, event="e")
    assert resting.value.retry_after == 20
    assert len(script.requests) == 8
    clock.advance(seconds=21)
    script.says(200, {})
    await graph.ask(calls.CHANGE_EVENT, KIM, body={}, event="e")
    script.says(200, {})
    await graph.ask(calls.CHANGE_EVENT, KIM, body={}, event="e")


async def test_throttling_opens_no_breaker(graph: GraphClient, script: ScriptedGraph) -> None:
    for _ in range(20):
        script.says(429, retry_after="1")
        with pytest.raises(CalendarBusy):
            await graph.ask(calls.CHANGE_EVENT, KIM, body={}, event="e")
    assert len(script.requests) == 20


async def test_four_requests_at_once_in_a_mailbox_and_more_across_mailboxes(clock: HandClock) -> None:
    inside: dict[str, int] = {}
    most: dict[str, int] = {}

    async def slow(request: httpx.Request) -> httpx.Response:
        mailbox = request.url.path.split("/")[3]
        inside[mailbox] = inside.get(mailbox, 0) + 1
        most[mailbox] = max(most.get(mailbox, 0), inside[mailbox])
        for _ in range(5):
            await asyncio.sleep(0)
        inside[mailbox] -= 1
        return httpx.Response(200, json={})

    graph = GraphClient(
        connections_to(slow), OpenDoor(), cloud=cloud_named("global"), tenant_id=TENANT,
        clock=clock,
    )  # fmt: skip
    await asyncio.gather(*(graph.ask(calls.READ_EVENT, Seat(owner), event="e") for owner in ("a", "b") * 12))
    assert most == {"a": 4, "b": 4}


async def test_a_call_its_cloud_lacks_is_not_made(clock: HandClock, script: ScriptedGraph) -> None:
    graph = GraphClient(
        connections_to(script), OpenDoor(), cloud=cloud_named("gcc-high"),
        tenant_id=TENANT, clock=clock,
    )  # fmt: skip
    with pytest.raises(CalendarRefused) as raised:
        await graph.ask(calls.SEND_SMS, KIM, body={}, meeting="m")
    assert raised.value.reason == "not_in_cloud"
    assert script.requests == []


async def test_a_403_names_the_permission_and_the_policy_command(graph: GraphClient, script: ScriptedGraph) -> None:
    script.says(403, {"error": {"code": "Forbidden", "message": "No application access policy found for this app"}})
    with pytest.raises(CalendarRefused) as raised:
        await graph.ask(calls.CHANGE_MEETING, KIM, body={}, meeting="m")
    refused = raised.value
    assert refused.permission == "OnlineMeetings.ReadWrite.All"
    assert f"Grant-CsApplicationAccessPolicy -PolicyName Visits -Identity {KIM.owner}" in str(refused.facts["command"])


async def test_a_number_sms_cannot_reach_is_not_a_missing_permission(graph: GraphClient, script: ScriptedGraph) -> None:
    script.says(400, {"error": {"code": "BadRequest", "message": "The phone number is invalid."}})
    with pytest.raises(CalendarRefused) as raised:
        await graph.ask(calls.SEND_SMS, KIM, body={}, meeting="m")
    assert raised.value.reason == "number_refused"


async def test_the_log_keeps_bodies_and_tokens_to_itself(
    graph: GraphClient, script: ScriptedGraph, caplog: pytest.LogCaptureFixture
) -> None:
    script.says(400, {"error": {"code": "BadRequest", "message": "Ana Ruiz +12065550142"}})
    with caplog.at_level(logging.DEBUG, logger="bot"), pytest.raises(CalendarRefused) as raised:
        await graph.ask(calls.CREATE_EVENT, KIM, body={"subject": "Ana Ruiz"})
    said = json.dumps([record.__dict__ for record in caplog.records], default=str) + str(raised.value)
    assert "Ana Ruiz" not in said
    assert "+12065550142" not in said
    assert "token-app" not in said
