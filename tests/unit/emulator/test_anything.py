"""Whatever is sent, the answer is Graph's: a status and, for a refusal, its envelope; never an exception."""

import asyncio
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as some

from bot.graph.emulator.core import GraphEmulator
from tests.clock import HandClock
from tests.personas import KIM
from tests.unit.emulator.conftest import KIMS, NOW, Caller, no_wait

CLINIC = "/solutions/bookingBusinesses/clinic@contoso.example"
POSTS = [
    "/$batch",
    "/subscriptions",
    f"{CLINIC}/appointments",
    f"{CLINIC}/getStaffAvailability",
    f"{CLINIC}/services",
    f"{KIMS}/calendar/getSchedule",
    f"{KIMS}/events",
    f"{KIMS}/onlineMeetings",
    f"{KIMS}/onlineMeetings/createOrGet",
    f"{KIMS}/sendMail",
]
NAMES = [
    "attendees",
    "endDateTime",
    "endTime",
    "end",
    "externalId",
    "message",
    "requests",
    "schedules",
    "serviceId",
    "staffIds",
    "startDateTime",
    "startTime",
    "start",
    "subject",
]
moments = some.fixed_dictionaries(
    {
        "dateTime": some.sampled_from(
            ["2026-09-03T14:30:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59", "x", ""]
        ),
        "timeZone": some.sampled_from(["Pacific Standard Time", "UTC", "Nowhere"]),
    }
)
leaves = some.none() | some.booleans() | some.integers() | some.text(max_size=8) | moments
names = some.sampled_from(NAMES)
values = some.recursive(
    leaves, lambda inner: some.lists(inner, max_size=3) | some.dictionaries(names, inner), max_leaves=6
)
bodies: some.SearchStrategy[Any] = some.dictionaries(names, values, max_size=6) | values
paths = some.lists(some.sampled_from([*NAMES, "users", "me", "{user}", KIM.object_id, "events", "%2F", "a('b')", "()"]))


def ask(method: str, path: str, body: Any = None, **more: Any) -> None:
    emulator = GraphEmulator(clock=HandClock(NOW), sleep=no_wait)
    answer = asyncio.run(Caller(emulator)(method, path, body, **more))
    if answer.status_code >= 400:
        assert set(answer.json()["error"]) == {"code", "message", "innerError"}
    assert len(emulator.state.requests) >= 1


@given(path=some.sampled_from(POSTS), body=bodies)
@settings(max_examples=150, deadline=None)
def test_any_body_is_answered(path: str, body: Any) -> None:
    ask("POST", path, body)


@given(method=some.sampled_from(["GET", "POST", "PATCH", "DELETE", "PUT"]), segments=paths)
@settings(max_examples=150, deadline=None)
def test_any_path_is_answered(method: str, segments: list[str]) -> None:
    ask(method, "/" + "/".join(segments))


@given(
    name=some.sampled_from(["$filter", "$top", "$skip", "$skiptoken", "$expand", "$select"]),
    text=some.text(max_size=12),
)
@example(name="$top", text="¹")
@example(name="$skip", text="9" * 5000)
@settings(max_examples=100, deadline=None)
def test_any_query_is_answered(name: str, text: str) -> None:
    ask("GET", f"{KIMS}/events", params={name: text})
    ask("GET", f"{KIMS}/onlineMeetings", params={name: text})


@given(when=moments, path=some.sampled_from(POSTS))
@settings(max_examples=40, deadline=None)
def test_any_time_is_answered(when: dict[str, str], path: str) -> None:
    spelled = {"start": when, "end": when, "startTime": when, "endTime": when, "schedules": ["min.kim@contoso.example"]}
    fields = {"getSchedule": ("schedules", "startTime", "endTime"), "events": ("start", "end")}
    wanted = fields.get(path.rpartition("/")[2], ())
    ask("POST", path, {name: spelled[name] for name in wanted})
    ask("GET", f"{KIMS}/calendarView", params={"startDateTime": when["dateTime"], "endDateTime": "2500-01-01T00:00:00"})
