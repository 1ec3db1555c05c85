"""What every call shares: the error envelope, echoed ids, scripted failures, batches, pages, surprises."""

import asyncio
from typing import Any

import httpx
import pytest

from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.faults import Fault
from tests.clock import HandClock
from tests.personas import KIM
from tests.unit.emulator.conftest import KIMS, Caller, error_of, new_event


async def test_a_refusal_is_in_graphs_envelope(graph: Caller) -> None:
    answer = await graph("GET", f"{KIMS}/events/none", headers={"client-request-id": "ours"})
    inner = answer.json()["error"]["innerError"]
    assert inner["client-request-id"] == answer.headers["client-request-id"] == "ours"
    assert inner["request-id"] == answer.headers["request-id"]
    assert inner["date"] == "2026-09-01T15:00:00"


async def test_every_answer_carries_its_ids(graph: Caller) -> None:
    answer = await graph("GET", KIMS)
    assert answer.headers["client-request-id"] == answer.headers["request-id"]
    assert {"x-ms-ags-diagnostic", "date"} <= set(answer.headers)


@pytest.mark.parametrize(
    ("method", "path", "status", "segment"),
    [
        ("GET", f"{KIMS}/calendars", 400, "calendars"),
        ("GET", f"/users/{KIM.object_id}/events/x/attachments", 400, "attachments"),
        ("GET", "/groups", 400, "groups"),
        ("PUT", f"{KIMS}/events", 405, ""),
    ],
)
async def test_an_unknown_path_fails_loudly_and_is_seen(
    graph: Caller, emulator: GraphEmulator, method: str, path: str, status: int, segment: str
) -> None:
    answer = await graph(method, path)
    assert error_of(answer) == (status, "BadRequest")
    assert segment in answer.json()["error"]["message"]
    assert [(each["path"], each["status"]) for each in emulator.snapshot()["requests"]] == [(f"/v1.0{path}", status)]


async def test_an_unknown_field_is_seen_with_what_was_sent(graph: Caller, emulator: GraphEmulator) -> None:
    await graph("POST", f"{KIMS}/onlineMeetings", {"colour": "red"})
    seen = emulator.snapshot()["requests"][0]
    assert (seen["method"], seen["status"], seen["body"]) == ("POST", 400, {"colour": "red"})
    assert seen["answer"]["error"]["code"] == "BadRequest"


@pytest.mark.parametrize(
    ("content", "kind"), [(b"{", "application/json"), (b"{}", "text/plain"), (b"[]", "application/json")]
)
async def test_a_body_that_is_no_json_object_is_refused(graph: Caller, content: bytes, kind: str) -> None:
    answer = await graph("POST", f"{KIMS}/events", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 400


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 409, 412, 422, 429, 500, 501, 503, 504, 507, 509])
async def test_any_status_is_answered_by_script(graph: Caller, emulator: GraphEmulator, status: int) -> None:
    emulator.faults.add(Fault(method="POST", path="/events$", times=2, status=status))
    for _ in range(2):
        assert error_of(await graph("POST", f"{KIMS}/events", new_event()))[0] == status
    assert (await graph("POST", f"{KIMS}/events", new_event())).status_code == 201
    assert len(emulator.state.events) == 1


@pytest.mark.parametrize(
    ("given", "header"),
    [(3, "3"), (2.128, "2.128"), ("Tue, 01 Sep 2026 15:00:05 GMT", "Tue, 01 Sep 2026 15:00:05 GMT"), (None, None)],
)
async def test_retry_after_is_whole_decimal_or_a_date(
    graph: Caller, emulator: GraphEmulator, given: Any, header: str | None
) -> None:
    emulator.faults.add(Fault(status=429, retry_after=given))
    answer = await graph("GET", KIMS)
    assert answer.headers.get("retry-after") == header
    assert error_of(answer) == (429, "TooManyRequests")


async def test_an_answer_lost_after_the_commit_leaves_the_event(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.faults.add(Fault(path="/events$", drop_after_commit=True))
    with pytest.raises(httpx.ReadError):
        await graph("POST", f"{KIMS}/events", new_event(transactionId="t1"))
    assert len(emulator.state.events) == 1
    seen = emulator.snapshot()["requests"][0]
    assert (seen["status"], seen["answer"]) == (None, None)
    again = await graph.event(transactionId="t1")
    assert again["id"] == next(iter(emulator.state.events))


async def test_a_refusal_may_be_lost_too_and_then_nothing_was_done(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.faults.add(Fault(path="/events$", status=503, drop_after_commit=True))
    with pytest.raises(httpx.ReadError):
        await graph("POST", f"{KIMS}/events", new_event())
    assert emulator.state.events == {}


async def test_a_delay_beyond_the_callers_patience_is_a_timeout(clock: HandClock) -> None:
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    emulator = GraphEmulator(clock=clock, sleep=wait)
    graph = Caller(emulator)
    emulator.faults.add(Fault(delay_s=30))
    with pytest.raises(httpx.ReadTimeout):
        await graph("POST", f"{KIMS}/events", new_event(), timeout=2)
    emulator.faults.add(Fault(delay_s=1))
    assert (await graph("GET", KIMS, timeout=2)).status_code == 200
    assert waited == [2, 1]
    assert len(emulator.state.events) == 1


async def test_faults_are_taken_in_order_by_those_they_fit(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.faults.add(Fault(method="get", status=503))
    emulator.faults.add(Fault(path="getSchedule", status=504))
    assert (await graph("POST", f"{KIMS}/events", new_event())).status_code == 201
    assert (await graph("GET", KIMS)).status_code == 503
    assert (await graph("POST", f"{KIMS}/calendar/getSchedule", {})).status_code == 504
    assert emulator.faults.waiting() == []


async def test_one_mailbox_serves_four_calls_at_once(clock: HandClock) -> None:
    gate, inside = asyncio.Event(), asyncio.Barrier(5)

    async def wait(seconds: float) -> None:
        if not gate.is_set():
            await inside.wait()
        await gate.wait()

    emulator = GraphEmulator(clock=clock, sleep=wait)
    emulator.world.switches.latency_s = 1
    graph = Caller(emulator)
    calls = [asyncio.create_task(graph("GET", f"{KIMS}/events")) for _ in range(4)]
    await inside.wait()
    fifth = await graph("GET", f"{KIMS}/events")
    assert error_of(fifth) == (429, "ApplicationThrottled")
    assert fifth.headers["retry-after"] == "1"
    gate.set()
    assert [each.status_code for each in await asyncio.gather(*calls)] == [200] * 4
    assert (await graph("GET", f"{KIMS}/events")).status_code == 200


def item(number: int, method: str = "GET", url: str = KIMS, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "method": method, "url": url, **more}


async def batch(graph: Caller, *items: dict[str, Any]) -> dict[str, Any]:
    answer = await graph("POST", "/$batch", {"requests": list(items)})
    assert answer.status_code == 200, answer.text
    return {each["id"]: each for each in answer.json()["responses"]}


async def test_a_batch_answers_each_call_with_its_own_status(graph: Caller, emulator: GraphEmulator) -> None:
    typed = {"Content-Type": "application/json"}
    emulator.faults.add(Fault(path=f"{KIMS}$", status=429, retry_after=7))
    rows = await batch(
        graph, item(1), item(2, "POST", f"{KIMS}/events", body=new_event(), headers=typed), item(3, url="/nothing")
    )
    assert {key: row["status"] for key, row in rows.items()} == {"1": 429, "2": 201, "3": 400}
    assert rows["1"]["headers"]["Retry-After"] == "7"
    assert rows["2"]["body"]["subject"] == "Follow-up"


async def test_who_depends_on_a_failed_call_is_not_called(graph: Caller, emulator: GraphEmulator) -> None:
    rows = await batch(graph, item(1, url="/nothing"), item(2, dependsOn=["1"]), item(3, dependsOn=["2"]))
    assert [rows[key]["status"] for key in "123"] == [400, 424, 424]


@pytest.mark.parametrize(
    "items",
    [
        [],
        [item(number) for number in range(21)],
        [item(1), item(1)],
        [item(1, url="https://graph.microsoft.com/v1.0/users")],
        [item(1, "POST", f"{KIMS}/events", body={})],
        [item(1, dependsOn=["2"]), item(2)],
    ],
)
async def test_a_malformed_batch_is_refused_as_a_whole(graph: Caller, items: list[dict[str, Any]]) -> None:
    assert (await graph("POST", "/$batch", {"requests": items})).status_code == 400


async def test_a_collection_is_read_page_by_page(graph: Caller) -> None:
    for number in range(5):
        await graph.event(subject=str(number))
    answer = (await graph("GET", f"{KIMS}/events", params={"$top": "2", "$select": "subject", "$count": "true"})).json()
    assert answer["@odata.count"] == 5
    subjects = [each["subject"] for each in answer["value"]]
    while "@odata.nextLink" in answer:
        answer = (await graph("GET", answer["@odata.nextLink"])).json()
        subjects += [each["subject"] for each in answer["value"]]
    assert subjects == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("query", [{"$top": "x"}, {"$top": "0"}, {"$skiptoken": "mine"}, {"$search": "x"}])
async def test_a_query_option_that_makes_no_sense_is_refused(graph: Caller, query: dict[str, str]) -> None:
    assert (await graph("GET", f"{KIMS}/events", params=query)).status_code == 400


async def test_answers_may_hold_what_nobody_documented(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.world.switches.extra_properties = True
    assert (await graph.event())["sensitivity"] == "unheardOf"
    assert (await graph.meeting())["autoAdmittedUsers"] == "everyone"


async def test_annotations_may_be_sent_anywhere(graph: Caller) -> None:
    body = {**new_event(), "@odata.type": "#microsoft.graph.event", "attendees@odata.type": "x"}
    assert (await graph("POST", f"{KIMS}/events", body)).status_code == 201


async def test_mail_is_sent_in_a_persons_name(graph: Caller, emulator: GraphEmulator) -> None:
    message = {
        "subject": "Running late",
        "body": {"contentType": "text", "content": "Ten minutes"},
        "toRecipients": [{"emailAddress": {"address": "ana@example.com"}}],
    }
    answer = await graph("POST", f"{KIMS}/sendMail", {"message": message, "saveToSentItems": True})
    assert answer.status_code == 202
    assert emulator.snapshot()["mails"] == [
        {
            "from": "min.kim@contoso.example",
            "to": "ana@example.com",
            "subject": "Running late",
            "body": "Ten minutes",
            "at": "2026-09-01T15:00:00Z",
            "kind": "message",
        }
    ]
    assert (await graph("POST", f"{KIMS}/sendMail", {"message": {"toRecipients": []}})).status_code == 400
