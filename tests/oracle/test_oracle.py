"""What nobody here wrote: Microsoft's service schema and permission table, against all we ask and all we play."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from bot.graph.calls import ALL_CALLS, Call
from bot.graph.clouds import CLOUDS
from bot.graph.config import Backend
from bot.graph.doctor import diagnosis
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.event_json import PROPERTIES
from bot.graph.identity import Identity, acting_as
from tests.clock import HandClock
from tests.contracts.conftest import BACKENDS, IDENTITIES, NOW, Office, emulated
from tests.oracle.check import (
    ALIASES,
    BETA_CALLS,
    BY_WHAT_IS_WATCHED,
    Exchange,
    Tally,
    accepted,
    check,
    check_emulator,
    permitted,
    template_of,
)
from tests.oracle.derive import calls_of_the_emulator
from tests.oracle.schema import Schema, facts
from tests.oracle.watching import emulators_made, faults_of
from tests.personas import KIM

V1_CALLS = [each for each in ALL_CALLS if each.version == "v1.0"]
SHARED = "Calendars.Read.Shared"
"""Opens calendars that their owners share; the table names it for no call of its own."""

NOT_IN_THE_STORY = {
    "DELETE /me/events/{id}": "only an event without guests is deleted, and delegated the staff member is one",
    "DELETE /solutions/bookingBusinesses/{id}/appointments/{id}": "only where an app may not cancel",
    "GET /solutions/bookingBusinesses": "only where a person chooses among businesses",
}
"""Calls the story below has no occasion for; tests/contracts makes them, under the same check."""


def names_of(call: Call) -> list[str]:
    """A call as the facts name it: from ``/me``, from ``/users/{id}``, or as it is."""
    if "{owner}" not in call.path:
        return [template(call, "")]
    return [template(call, "/me"), template(call, "/users/{id}")]


def template(call: Call, owner: str) -> str:
    path = call.path.format_map(Ids(owner))
    return f"{call.method} {path}"


class Ids(dict[str, str]):
    """Every placeholder is ``{id}``, but the owner."""

    def __init__(self, owner: str) -> None:
        super().__init__(owner=owner)

    def __missing__(self, key: str) -> str:
        return "{id}"


@pytest.mark.parametrize("call", V1_CALLS, ids=lambda call: call.name)
def test_every_call_is_in_the_schema(call: Call) -> None:
    for name in names_of(call):
        assert name in facts()["calls"]


@pytest.mark.parametrize("call", V1_CALLS, ids=lambda call: call.name)
def test_the_clouds_of_a_call_are_those_whose_schema_has_it(call: Call) -> None:
    schemas = {"global": "global", "gcc-high": "us-government", "dod": "us-government", "china": "china"}
    for name, schema in schemas.items():
        in_schema = schema in facts()["calls"][names_of(call)[-1]]["clouds"]
        assert call.exists_in(CLOUDS[name]) == in_schema, name


@pytest.mark.parametrize("call", V1_CALLS, ids=lambda call: call.name)
def test_every_permission_we_name_is_accepted_for_its_call(call: Call) -> None:
    for name in names_of(call):
        assert {ALIASES.get(each, each) for each in call.delegated} <= accepted(name, "delegated"), name
        if not name.partition(" ")[2].startswith("/me"):
            assert {ALIASES.get(each, each) for each in call.application} <= accepted(name, "application"), name


@pytest.mark.parametrize("call", V1_CALLS, ids=lambda call: call.name)
def test_what_we_call_impossible_has_no_permission_at_all(call: Call) -> None:
    known = facts()["calls"][names_of(call)[-1]]
    assert bool(call.delegated) == bool(known["delegated"])
    assert bool(call.application) == bool(known["application"])


@pytest.mark.parametrize("call", V1_CALLS, ids=lambda call: call.name)
def test_the_first_permission_we_name_is_the_least(call: Call) -> None:
    """The table marks one as least, for some reads one that writes; one that only reads is less than that."""
    for name in names_of(call):
        for kind, ours in (("delegated", call.delegated), ("application", call.application)):
            known = facts()["calls"][name][kind]
            if ours and known:
                reading = [each for each in known if "Write" not in each and "Manage" not in each]
                least = {known[0], *(reading[:1] if call.is_read else ())}
                assert ALIASES.get(ours[0], ours[0]) in least, (name, kind)


PLAYED = calls_of_the_emulator()


@pytest.mark.parametrize("key", sorted(PLAYED), ids=" ".join)
def test_the_emulator_answers_in_the_clouds_whose_schema_has_the_call(key: tuple[str, str]) -> None:
    clouds = {
        {"gcc-high": "us-government", "dod": "us-government"}.get(each.value, each.value) for each in PLAYED[key].clouds
    }
    assert clouds == set(facts()["calls"][" ".join(key)]["clouds"])


@pytest.mark.parametrize("key", sorted(PLAYED), ids=" ".join)
def test_the_emulator_takes_no_permission_that_the_table_does_not(key: tuple[str, str]) -> None:
    name, needs = " ".join(key), PLAYED[key].needs
    if key[1].startswith(BY_WHAT_IS_WATCHED):
        return
    for kind, ours in (("delegated", needs.delegated), ("application", needs.app)):
        if kind == "delegated" or not key[1].startswith("/me"):  # the emulator folds /me into /users/{id}
            taken = {ALIASES.get(each, each) for each in ours} - {SHARED}
            assert taken <= accepted(name, kind), (name, kind)


def test_beta_is_asked_only_for_what_is_listed() -> None:
    beta = {name for each in ALL_CALLS if each.version == "beta" for name in names_of(each)}
    assert beta <= BETA_CALLS


async def story(office: Office) -> None:
    """A visit's whole life: looked for, booked, linked, texted, moved, invited, watched for drift, cancelled."""
    calendar = office.calendar
    visit = office.visit()
    with acting_as(office.requested_by):
        await calendar.busy([office.kim, office.patel], visit.starts_at, visit.ends_at)
    assert await calendar.find(visit) is None
    office.made.clear()
    visit = await office.booked()
    await calendar.keep_clients_waiting(visit)
    await calendar.client_link(visit)
    for kind in ("confirmation", "reminder"):
        await calendar.send_sms(visit, kind)
    visit = visit.model_copy(update={"starts_at": visit.starts_at + timedelta(hours=1)})
    await calendar.move(visit)
    await calendar.send_sms(visit, "reschedule")
    await calendar.read(visit)
    await office.edge.calendar.email_client(visit, subject="Running late", text="Ten minutes.")
    await office.edge.calendar.drifts([visit.model_copy(update={"calendar_starts_at": visit.starts_at})])
    room, meeting = office.played.waiting_room, office.played.state.meetings[visit.meeting_id or ""]
    room.enter(meeting, "A. Client")
    room.admit(meeting)
    room.end(meeting)
    assert await office.edge.calendar.attendance(visit) is not None
    await calendar.send_sms(visit, "cancellation")
    await calendar.cancel(visit, "The clinic is closed")
    await calendar.invite_client(await office.booked())
    await calendar.cancel(office.made[-1].model_copy(update={"client_invited": True}), "The clinic is closed")


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("backend", BACKENDS)
async def test_all_we_ask_and_all_the_emulator_answers_is_as_microsoft_says(
    backend: Backend, identity: Identity
) -> None:
    office = emulated(backend, identity)
    await story(office)
    tally = Tally()
    check_emulator(office.played, tally)
    assert tally.faults == []
    assert tally.v1
    assert tally.answers


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("backend", BACKENDS)
async def test_the_permissions_the_doctor_names_cover_all_we_ask(backend: Backend, identity: Identity) -> None:
    office = emulated(backend, identity)
    await story(office)
    found = diagnosis(office.edge.config)
    granted: dict[str, Iterable[str]] = {"app": found.application, "delegated": found.delegated}
    asked = 0
    for each in office.played.state.requests:
        name = template_of(each.method, each.path.removeprefix("/v1.0"), facts()["calls"])
        if each.path.startswith("/v1.0/") and name is not None:
            asked += 1
            assert each.caller is not None
            assert permitted(name, each.caller, granted[each.caller]), (name, each.caller)
    assert asked


async def test_the_story_makes_every_call_but_those_that_are_named() -> None:
    tally = Tally()
    for backend in BACKENDS:
        for identity in IDENTITIES:
            office = emulated(backend, identity)
            await story(office)
            check_emulator(office.played, tally)
    assert tally.faults == []
    print(
        f"\n{len(tally.v1)} distinct v1.0 calls in {sum(tally.v1.values())} requests and {tally.answers} answers; "
        f"{len(tally.beta)} of beta, {sum(tally.sign_ins.values())} sign-ins of {len(tally.sign_ins)} kinds"
    )
    assert {name for call in V1_CALLS for name in names_of(call)} - set(tally.v1) == set(NOT_IN_THE_STORY)


# --- the check itself has teeth -----------------------------------------------------------------------


def wrong(method: str, path: str, body: object, status: int = 201, answer: object = None, **more: Any) -> list[str]:
    tally = Tally()
    check(Exchange(method, path, body, status, {} if answer is None else answer, **more), tally)
    return tally.faults


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"start": {"dateTime": 5, "timeZone": "UTC"}}, "start.dateTime"),
        ({"showAs": "napping"}, "freeBusyStatus"),
        ({"attendees": {"emailAddress": {}}}, "attendees is no list"),
        ({"attendees": [{"emailAddress": {"adress": "a"}}]}, "emailAddress.adress is not in the schema"),
        ({"isOnlineMeeting": "true"}, "Boolean"),
        ({"@odata.type": "#microsoft.graph.message"}, "message is no event"),
        ({"@odata.type": "#microsoft.graph.evnt"}, "unknown type evnt"),
        ([], "body is no object"),
    ],
)
def test_a_wrong_body_is_found(body: object, said: str) -> None:
    assert any(said in each for each in wrong("POST", "/v1.0/me/events", body))


def test_a_wrong_parameter_is_found() -> None:
    faults = wrong("POST", "/v1.0/me/calendar/getSchedule", {"schedule": []}, 200, {"value": []})
    assert faults == ["POST /me/calendar/getSchedule: schedule is not in the schema"]


def test_a_wrong_answer_is_found() -> None:
    faults = wrong("GET", "/v1.0/me/onlineMeetings/m", None, 200, {"startDateTime": "tomorrow"})
    assert faults == ["GET /me/onlineMeetings/{id} -> 200: startDateTime: str is no DateTimeOffset"]


def test_an_unknown_path_is_found() -> None:
    assert wrong("POST", "/v1.0/me/onlineMeeting", {}) == ["POST /v1.0/me/onlineMeeting: not in the schema"]
    assert wrong("GET", "/beta/me/messages", None) == ["GET /beta/me/messages: beta, and not listed"]


def test_a_literal_segment_wins_over_an_id() -> None:
    found = template_of("POST", "/me/onlineMeetings/createOrGet", facts()["calls"])
    assert found == "POST /me/onlineMeetings/createOrGet"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"$select": "id,strat"}, "$select: strat is no property of event"),
        ({"$expand": "extension($filter=id eq 'x')"}, "$expand: extension is no property of event"),
        ({"$orderby": "beginning/dateTime desc"}, "$orderby: beginning is no property of event"),
        ({"$filter": "begin/dateTime ge '2026-09-01T00:00:00'"}, "$filter: begin is no property of event"),
        ({"$filter": "singleValueProperties/any(ep: ep/id eq 'String {x} Name y' and ep/value eq 'v')"},
         "$filter: singleValueProperties is no property of event"),
        ({"$top": "ten"}, "$top 'ten' is no number"),
        ({"start": "2026-09-01T00:00:00Z"}, "the query option start is not known"),
        ({"$serach": "x"}, "the query option $serach is not known"),
    ],
)  # fmt: skip
def test_a_wrong_query_is_found(query: dict[str, str], said: str) -> None:
    assert wrong("GET", "/v1.0/me/events", None, 200, {"value": []}, query=query) == [f"GET /me/events: {said}"]


def test_a_right_query_is_not_found() -> None:
    query = {
        "$select": "id,start",
        "$expand": "singleValueExtendedProperties($filter=id eq 'x')",
        "$filter": "singleValueExtendedProperties/any(ep: ep/id eq 'String {x} Name y' and ep/value eq 'a, (b) eq c')",
        "$orderby": "start/dateTime desc",
        "$top": "5",
    }
    assert wrong("GET", "/v1.0/me/events", None, 200, {"value": []}, query=query) == []
    assert wrong("POST", "/v1.0/me/events", {}, query={"$select": "id"}) == ["POST /me/events: takes no query: $select"]


def test_what_a_cloud_lacks_is_found_in_what_is_asked_and_answered() -> None:
    path, property_ = "/v1.0/me/onlineMeetings/m", {"allowRecording": True}
    assert wrong("PATCH", path, property_, 200, property_) == []
    assert wrong("PATCH", path, property_, 200, {}, cloud="us-government") == [
        "PATCH /me/onlineMeetings/{id}: allowRecording is not in the schema"
    ]
    business = {"value": [{"id": "b", "bookingPageSettings": None}]}
    found = wrong("GET", "/v1.0/solutions/bookingBusinesses", None, 200, business, cloud="us-government")
    assert found == [
        "GET /solutions/bookingBusinesses -> 200: value.bookingPageSettings is not in the schema",
    ]


def test_a_caller_for_whom_there_is_no_permission_is_found() -> None:
    path, body = "/v1.0/solutions/bookingBusinesses/b/getStaffAvailability", {"staffIds": ["kim"]}
    assert wrong("POST", path, body, 200, {"value": []}, identity="app") == []
    assert wrong("POST", path, body, 200, {"value": []}, identity="delegated") == [
        "POST /solutions/bookingBusinesses/{id}/getStaffAvailability: cannot be called delegated"
    ]


def test_what_the_emulator_lets_select_is_what_the_schema_has() -> None:
    assert set(Schema().members("event")) == PROPERTIES


async def asked(path: str) -> GraphEmulator:
    """An emulator made by hand, and asked for something."""
    emulator = GraphEmulator(clock=HandClock(NOW))
    transport = httpx.MockTransport(emulator.handle)
    async with httpx.AsyncClient(transport=transport, base_url="https://graph.microsoft.com/v1.0") as graph:
        await graph.get(path)
    return emulator


async def test_an_emulator_made_by_hand_that_takes_what_is_wrong_is_found() -> None:
    with emulators_made() as made:
        emulator = await asked(f"/users/{KIM.object_id}/events")
    assert made == [emulator]
    assert faults_of(made, by_hand=True) == faults_of(made, by_hand=False) == []
    emulator.state.requests[0].query["$select"] = "hight"
    wrong = ["GET /users/{id}/events: $select: hight is no property of event"]
    assert faults_of(made, by_hand=True) == faults_of(made, by_hand=False) == wrong
    emulator.state.requests.clear()


@pytest.mark.parametrize("asks_by_hand", [True])
async def test_only_who_asks_by_hand_may_ask_wrongly_and_be_refused() -> None:
    refused = await asked("/groups")
    assert faults_of([refused], by_hand=True) == []
    assert faults_of([refused], by_hand=False) == ["GET /v1.0/groups: not in the schema"]


def test_every_type_in_the_facts_can_be_checked() -> None:
    named = {
        inner.strip("[]")
        for known in facts()["types"].values()
        for inner in (*known["properties"].values(), *known["navigation"].values())
        if inner
    }
    for each in named - set(facts()["types"]) - set(facts()["enums"]):
        assert Schema().wrong_value(object(), each, "it"), each
