"""The emulator over HTTP: this machine only, the page, the script, the waiting room, a connection really cut."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.demo import demo_world
from bot.graph.emulator.serve import is_local_host, is_local_peer, mount
from bot.graph.emulator.world import load_world
from tests.personas import KIM
from tests.unit.emulator.conftest import KIMS, PACIFIC, new_event

Client = TestClient[web.Request, web.Application]
ANA = {"phoneNumber": "+12065550142", "timeZone": PACIFIC}


@pytest.fixture
async def client(emulator: GraphEmulator) -> AsyncIterator[Client]:
    """A browser, or a bot, on this machine."""
    app = web.Application()
    mount(app, emulator)
    async with TestClient(TestServer(app, host="127.0.0.1")) as found:
        emulator.visit_base = str(found.make_url("/")).rstrip("/")
        yield found


async def booked(client: Client) -> dict[str, Any]:
    """A visit with its meeting, and a text to its client; the client's link."""
    event = await (await client.post(f"/v1.0{KIMS}/events", json=new_event())).json()
    query = {"$filter": f"JoinWebUrl eq '{event['onlineMeeting']['joinUrl']}'"}
    found = await (await client.get(f"/v1.0{KIMS}/onlineMeetings", params=query)).json()
    meeting = f"/v1.0{KIMS}/onlineMeetings/{found['value'][0]['id']}"
    await client.post(f"{meeting}/sendVirtualAppointmentSms", json={"messageType": "confirmation", "attendees": [ANA]})
    link = await (await client.get(f"{meeting}/getVirtualAppointmentJoinWebUrl")).json()
    assert link["value"].startswith(str(client.make_url("/emulator/visit/")))
    return {"event": event, "meeting": found["value"][0], "link": f"/emulator/visit/{link['value'].rpartition('/')[2]}"}


async def test_graph_answers_over_http_as_in_memory(client: Client) -> None:
    answer = await client.get(f"/v1.0{KIMS}", headers={"client-request-id": "ours"})
    assert (answer.status, answer.headers["client-request-id"]) == (200, "ours")
    assert (await answer.json())["displayName"] == "Min Kim"


async def test_a_join_url_escaped_once_more_survives_the_way(client: Client) -> None:
    assert (await booked(client))["meeting"]["joinWebUrl"]


async def test_the_state_has_the_shape_that_was_agreed(client: Client) -> None:
    visit = await booked(client)
    state = await (await client.get("/emulator/state")).json()
    assert set(state) >= {"requests", "sms", "events", "meetings"}
    assert [set(each) for each in state["requests"]] == [
        {"method", "path", "query", "body", "status", "answer"} for _ in state["requests"]
    ]
    assert state["sms"] == [
        {
            "meeting_id": visit["meeting"]["id"],
            "phone": "+12065550142",
            "time_zone": PACIFIC,
            "type": "confirmation",
            "at": "2026-09-01T15:00:00Z",
        }
    ]
    assert state["events"] == [
        {
            "id": visit["event"]["id"],
            "transaction_id": None,
            "organizer": "min.kim@contoso.example",
            "start": "2026-09-03T21:30:00Z",
            "end": "2026-09-03T22:00:00Z",
            "attendees": [],
            "deleted_at": None,
        }
    ]
    assert state["meetings"][0]["client_link"].endswith(visit["link"])


async def test_failures_are_scripted_one_or_several_at_a_time(client: Client) -> None:
    one = {"method": "GET", "path": "/users/", "times": 1, "status": 503, "retry_after": 2.5}
    assert (await client.post("/emulator/faults", json=one)).status == 201
    answer = await client.get(f"/v1.0{KIMS}")
    assert (answer.status, answer.headers["retry-after"]) == (503, "2.5")
    await client.post("/emulator/faults", json=[one, {**one, "status": 504}])
    assert [(await client.get(f"/v1.0{KIMS}")).status for _ in range(3)] == [503, 504, 200]


@pytest.mark.parametrize("wrong", ["{", '{"path": "("}', '{"statuz": 503}', '{"times": 0}'])
async def test_a_script_that_makes_no_sense_is_refused(client: Client, wrong: str) -> None:
    assert (await client.post("/emulator/faults", data=wrong)).status == 400


async def test_a_lost_answer_cuts_the_connection(client: Client, emulator: GraphEmulator) -> None:
    await client.post("/emulator/faults", json={"path": "/events$", "drop_after_commit": True})
    with pytest.raises(aiohttp.ClientError):
        await client.post(f"/v1.0{KIMS}/events", json=new_event())
    assert len(emulator.state.events) == 1


async def test_starting_over_forgets_everything(client: Client) -> None:
    await booked(client)
    await client.post("/emulator/faults", json={"status": 503})
    assert (await client.post("/emulator/reset")).status == 200
    state = await (await client.get("/emulator/state")).json()
    assert [state[each] for each in ("requests", "sms", "events", "meetings")] == [[], [], [], []]
    assert (await (await client.get("/emulator/faults")).json())["waiting"] == []


async def test_the_world_is_switched_while_it_runs(client: Client, emulator: GraphEmulator) -> None:
    assert (await client.post("/emulator/switches", json={"provisioning": "503"})).status == 200
    assert emulator.world.switches.provisioning == "503"
    assert (await client.post("/emulator/switches", json={"provisioning": "never"})).status == 400


async def test_people_change_events_and_calendars_by_hand(client: Client, emulator: GraphEmulator) -> None:
    event = (await booked(client))["event"]["id"]
    times = {"start": "2026-09-04T16:30:00Z", "end": "2026-09-04T17:00:00Z"}
    assert (await client.post("/emulator/outlook", json={"event_id": event, **times})).status == 200
    assert emulator.snapshot()["events"][0]["start"] == "2026-09-04T16:30:00Z"
    assert (await client.post("/emulator/outlook", json={"event_id": event, "deleted": True})).status == 200
    assert emulator.snapshot()["events"][0]["deleted_at"]
    assert (await client.post("/emulator/outlook", json={"event_id": "none", "deleted": True})).status == 404
    assert (await client.post("/emulator/busy", json={"user": KIM.object_id, **times})).status == 200
    assert (await client.post("/emulator/busy", json={"user": "nobody", **times})).status == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"start": "2026-09-04T16:30:00Z"},
        {"end": "2026-09-04T17:00:00Z"},
        {},
        {"start": "2026-09-04T17:00:00Z", "end": "2026-09-04T16:30:00Z"},
        {"start": "2026-09-04T16:30:00Z", "end": "2026-09-04T17:00:00Z", "deleted": True},
    ],
)
async def test_a_change_by_hand_that_changes_nothing_is_refused(
    client: Client, emulator: GraphEmulator, wrong: dict[str, Any]
) -> None:
    event = (await booked(client))["event"]["id"]
    before = emulator.snapshot()["events"]
    assert (await client.post("/emulator/outlook", json={"event_id": event, **wrong})).status == 400
    assert emulator.snapshot()["events"] == before


async def test_a_stretch_that_ends_before_it_begins_is_refused(client: Client) -> None:
    times = {"start": "2026-09-04T17:00:00Z", "end": "2026-09-04T16:30:00Z"}
    assert (await client.post("/emulator/busy", json={"user": KIM.object_id, **times})).status == 400


async def test_a_clients_link_opens_the_waiting_room(client: Client) -> None:
    link = (await booked(client))["link"]
    page = await client.get(link)
    assert page.status == 200
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    entered = await (await client.post(f"{link}/enter", json={"name": "Ana"})).json()
    assert (entered["status"], entered["organizer"]) == ("lobby", "Min Kim")
    who = {"participant_id": entered["participant_id"]}
    assert (await (await client.post(f"{link}/admit", json=who)).json())["admitted"] == [who["participant_id"]]
    seen = await client.get(f"{link}/state", params={"participant": who["participant_id"]})
    assert (await seen.json())["status"] == "in"
    left = await client.post(f"{link}/leave", json=who)
    assert (await left.json())["status"] == "left"
    assert (await client.post(f"{link}/end", json={})).status == 200


async def test_a_cancelled_visit_lets_nobody_in(client: Client) -> None:
    visit = await booked(client)
    await client.post(f"/v1.0{KIMS}/events/{visit['event']['id']}/cancel", json={})
    assert (await client.post(f"{visit['link']}/enter", json={"name": "Ana"})).status == 410
    assert (await (await client.get(f"{visit['link']}/state")).json())["status"] == "cancelled"
    assert (await client.get("/emulator/visit/unknown/state")).status == 404


async def test_the_page_shows_texts_in_the_clients_own_time(client: Client) -> None:
    await booked(client)
    assert "What the outside world saw" in await (await client.get("/emulator")).text()
    shown = await client.get("/emulator/view")
    seen = await shown.json()
    text = seen["phones"][0]["texts"][0]
    assert seen["phones"][0]["number"] == "(206) 555-0142"
    assert text["words"] == (
        "Your virtual appointment is confirmed for Thursday, September 3 at 2:30 PM (Pacific Time). "
        "Join from your browser:"
    )
    kim = seen["days"][1]["people"][0]
    assert [(each["title"], each["kind"]) for each in kim["items"]] == [("Lunch", "other"), ("Follow-up", "visit")]
    same = await client.get("/emulator/view", headers={"If-None-Match": shown.headers["ETag"]})
    assert same.status == 304


async def test_what_overlaps_in_a_calendar_stands_side_by_side(client: Client) -> None:
    for since, until in (("14:30", "15:00"), ("14:40", "15:10"), ("15:00", "15:30"), ("16:00", "16:30")):
        times = {"start": since, "end": until}
        body = {each: {"dateTime": f"2026-09-03T{at}:00", "timeZone": PACIFIC} for each, at in times.items()}
        await client.post(f"/v1.0{KIMS}/events", json=new_event(**body))
    seen = await (await client.get("/emulator/view")).json()
    visits = [each for each in seen["days"][1]["people"][0]["items"] if each["kind"] == "visit"]
    assert [(each["lane"], each["lanes"]) for each in visits] == [(0, 2), (1, 2), (0, 2), (0, 1)]


async def test_a_request_is_told_at_the_time_of_the_calendars_beside_it(client: Client) -> None:
    await client.get(f"/v1.0{KIMS}")
    seen = await (await client.get("/emulator/view")).json()
    assert seen["requests"][0]["at"] == "08:00:00"


@pytest.mark.parametrize("name", ["page.css", "page.js", "visit.js", "icon.svg"])
async def test_style_and_script_are_served_and_nothing_else(client: Client, name: str) -> None:
    assert (await client.get(f"/emulator/static/{name}")).status == 200
    assert (await client.get("/emulator/static/core.py")).status == 404


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/emulator", {"Host": "evil.example"}, 403),
        ("/emulator/state", {"Host": "127.0.0.1.evil.example"}, 403),
        ("/v1.0/users", {"Host": "evil.example:3978"}, 403),
        ("/emulator/state", {"Origin": "https://evil.example"}, 403),
        ("/emulator/state", {"Origin": "http://localhost:3978"}, 200),
        ("/emulator/state", {"Host": "localhost"}, 200),
        ("/emulator/state", {"Host": "localhost", "X-Forwarded-Host": "abc.devtunnels.ms"}, 403),
        ("/emulator/state", {"X-Forwarded-For": "203.0.113.7"}, 403),
        ("/emulator", {"Forwarded": "for=203.0.113.7"}, 403),
        ("/v1.0/users", {"via": "1.1 proxy"}, 403),
        ("/emulator/view", {"x-real-ip": "203.0.113.7"}, 403),
    ],
)
async def test_it_answers_this_machine_only(client: Client, path: str, headers: dict[str, str], status: int) -> None:
    assert (await client.get(path, headers=headers)).status == status


@pytest.mark.parametrize(
    ("peer", "is_ours"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("192.168.1.7", False),
        ("", False),
        (None, False),
    ],
)
def test_this_machine_is_known_by_its_address(peer: str | None, is_ours: bool) -> None:
    assert is_local_peer(peer) is is_ours


@pytest.mark.parametrize(("host", "is_ours"), [("[::1]:3978", True), ("LOCALHOST:1", True), ("10.0.0.1:3978", False)])
def test_this_machine_is_known_by_its_name(host: str, is_ours: bool) -> None:
    assert is_local_host(host) is is_ours


async def test_it_runs_alone_on_a_world_of_its_own(tmp_path: Path) -> None:
    world = tmp_path / "world.json"
    world.write_text(demo_world().model_copy(update={"domain": "elsewhere.example"}).model_dump_json())
    assert load_world(world).domain == "elsewhere.example"
    arguments = ("-m", "bot.graph.emulator", "--port", "0", "--world", str(world))
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout is not None
        said = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
        root = said.split()[2]
        async with aiohttp.ClientSession() as http, http.get(f"{root}/emulator/view") as answer:
            assert (await answer.json())["tenant"] == "elsewhere.example"
    finally:
        process.terminate()
        assert await asyncio.wait_for(process.wait(), 10) in (0, -15)


def test_a_world_may_be_toml(tmp_path: Path) -> None:
    world = tmp_path / "world.toml"
    world.write_text('cloud = "gcc-high"\n[switches]\ncheck_tokens = true\n')
    loaded = load_world(world)
    assert loaded.cloud.graph == "https://graph.microsoft.us"
    assert loaded.switches.check_tokens
