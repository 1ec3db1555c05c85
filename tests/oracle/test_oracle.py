"""What nobody here wrote: Microsoft's service schema and permission table, against all we ask and all we play."""

from datetime import timedelta

import pytest

from bot.graph.calls import ALL_CALLS, Call
from bot.graph.clouds import CLOUDS
from bot.graph.config import Backend
from bot.graph.doctor import diagnosis
from bot.graph.identity import Identity, acting_as
from tests.contracts.conftest import BACKENDS, IDENTITIES, Office, emulated
from tests.oracle.check import (
    ALIASES,
    BETA_CALLS,
    Exchange,
    Tally,
    accepted,
    check,
    check_emulator,
    facts,
    permitted,
    template_of,
)

V1_CALLS = [each for each in ALL_CALLS if each.version == "v1.0"]
COVERED = 46
"""Distinct v1.0 calls that the story below makes, over all backends and identities; fewer means the story shrank."""


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
    granted = {"app": found.application, "delegated": found.delegated}
    tally = Tally()
    check_emulator(office.played, tally)
    for name in tally.v1:
        assert any(permitted(name, each, granted[each]) for each in seats_of(name)), name


def seats_of(name: str) -> tuple[str, ...]:
    """Who can have made a call, by its path."""
    path = name.partition(" ")[2]
    if path.startswith("/me"):
        return ("delegated",)
    return ("app",) if path.startswith("/users") else ("app", "delegated")


async def test_enough_distinct_calls_are_checked() -> None:
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
    assert len(tally.v1) >= COVERED
    missing = {name for call in V1_CALLS for name in names_of(call)} - set(tally.v1)
    print("not made in the story:", sorted(missing))


# --- the check itself has teeth -----------------------------------------------------------------------


def wrong(method: str, path: str, body: object, status: int = 201, answer: object = None) -> list[str]:
    tally = Tally()
    check(Exchange(method, path, body, status, {} if answer is None else answer), tally)
    return tally.faults


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"start": {"dateTime": 5, "timeZone": "UTC"}}, "start.dateTime"),
        ({"showAs": "napping"}, "freeBusyStatus"),
        ({"attendees": {"emailAddress": {}}}, "attendees is no list"),
        ({"attendees": [{"emailAddress": {"adress": "a"}}]}, "emailAddress.adress is not in the schema"),
        ({"isOnlineMeeting": "true"}, "Boolean"),
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
