"""Who may call what: tokens for this cloud, permissions per route, the access policy, claims challenges."""

import base64
from typing import Any

import jwt
import pytest

from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.world import AccessPolicy, Cloud
from tests.clock import HandClock
from tests.personas import JORDAN, KIM, PATEL
from tests.unit.emulator.conftest import KIMS, Caller, error_of, new_event

SCHEDULE = f"{KIMS}/events"


@pytest.fixture
def strict(emulator: GraphEmulator) -> GraphEmulator:
    """A world that checks tokens."""
    emulator.world.switches.check_tokens = True
    return emulator


def app(emulator: GraphEmulator, *roles: str) -> Caller:
    return Caller(emulator, token=emulator.identity.app_token(roles=roles))


def person(emulator: GraphEmulator, *scopes: str, who: str = KIM.object_id) -> Caller:
    return Caller(emulator, token=emulator.identity.user_token(who, scopes=scopes))


async def test_a_call_without_a_token_is_unauthorized(graph: Caller, strict: GraphEmulator) -> None:
    answer = await graph("GET", SCHEDULE)
    assert error_of(answer) == (401, "InvalidAuthenticationToken")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_a_token_nobody_here_signed_is_unauthorized(strict: GraphEmulator) -> None:
    said = {"aud": "https://graph.microsoft.com", "appid": strict.world.app.id, "idtyp": "app", "exp": 9999999999}
    forged = jwt.encode(said, "x" * 32, algorithm="HS256")
    for token in ("a.b.c", forged):
        assert (await Caller(strict, token=token)("GET", SCHEDULE)).status_code == 401


async def test_an_expired_token_is_unauthorized(strict: GraphEmulator, clock: HandClock) -> None:
    caller = app(strict, "Calendars.Read")
    assert (await caller("GET", SCHEDULE)).status_code == 200
    clock.advance(hours=1)
    assert (await caller("GET", SCHEDULE)).status_code == 401


async def test_tokens_do_not_cross_clouds(strict: GraphEmulator) -> None:
    token = strict.identity.app_token(audience="https://graph.microsoft.us")
    assert (await Caller(strict, token=token)("GET", SCHEDULE)).status_code == 401
    strict.world.cloud = Cloud.usgov
    assert (await Caller(strict, token=token)("GET", SCHEDULE)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "delegated", "alone"),
    [
        ("GET", "/events", None, "Calendars.Read", "Calendars.Read"),
        ("POST", "/events", new_event(), "Calendars.ReadWrite", "Calendars.ReadWrite"),
        ("POST", "/onlineMeetings", {}, "OnlineMeetings.ReadWrite", "OnlineMeetings.ReadWrite.All"),
        (
            "POST",
            "/onlineMeetings/createOrGet",
            {"externalId": "a"},
            "OnlineMeetings.ReadWrite",
            "OnlineMeetings.ReadWrite.All",
        ),
    ],
)
async def test_each_route_needs_its_permission(
    strict: GraphEmulator, method: str, path: str, body: Any, delegated: str, alone: str
) -> None:
    assert (await app(strict, alone)(method, f"{KIMS}{path}", body)).status_code in (200, 201)
    assert (await person(strict, delegated)(method, f"/me{path}", body)).status_code in (200, 201)
    assert (await app(strict, "Mail.Send")(method, f"{KIMS}{path}", body)).status_code == 403
    assert (await person(strict, "User.Read")(method, f"/me{path}", body)).status_code == 403


async def test_visit_calls_need_the_virtual_appointment_permissions(strict: GraphEmulator) -> None:
    maker = app(strict, "OnlineMeetings.ReadWrite.All")
    meeting = (await maker("POST", f"{KIMS}/onlineMeetings", {})).json()["id"]
    link = f"/onlineMeetings/{meeting}/getVirtualAppointmentJoinWebUrl"
    text = f"/onlineMeetings/{meeting}/sendVirtualAppointmentSms"
    ana = {"phoneNumber": "+12065550142", "timeZone": "Pacific Standard Time"}
    body = {"messageType": "confirmation", "attendees": [ana]}
    assert (await maker("GET", KIMS + link)).status_code == 403
    assert (await app(strict, "VirtualAppointment.Read.All")("GET", KIMS + link)).status_code == 200
    assert (await person(strict, "VirtualAppointment.Read")("GET", "/me" + link)).status_code == 200
    assert (await app(strict, "VirtualAppointmentNotification.Send")("POST", KIMS + text, body)).status_code == 202
    wrong = person(strict, "VirtualAppointment.ReadWrite")
    assert (await wrong("POST", "/me" + text, body)).status_code == 403


async def test_attendance_needs_a_permission_of_its_own(strict: GraphEmulator) -> None:
    maker = app(strict, "OnlineMeetings.ReadWrite.All")
    meeting = (await maker("POST", f"{KIMS}/onlineMeetings", {})).json()["id"]
    path = f"{KIMS}/onlineMeetings/{meeting}/attendanceReports"
    assert (await maker("GET", path)).status_code == 403
    assert (await app(strict, "OnlineMeetingArtifact.Read.All")("GET", path)).status_code == 200


async def test_me_needs_somebody_signed_in(graph: Caller) -> None:
    answer = await graph("GET", "/me/events")
    assert error_of(answer) == (400, "BadRequest")


async def test_a_person_reaches_into_nobody_elses_meetings(emulator: GraphEmulator) -> None:
    caller = person(emulator, "OnlineMeetings.ReadWrite", "Calendars.ReadWrite")
    theirs = f"/users/{PATEL.object_id}"
    assert error_of(await caller("POST", f"{theirs}/onlineMeetings", {})) == (403, "Forbidden")
    assert error_of(await caller("POST", f"{theirs}/events", new_event())) == (403, "ErrorAccessDenied")
    shared = person(emulator, "Calendars.ReadWrite.Shared", "Calendars.ReadWrite")
    assert (await shared("POST", f"{theirs}/events", new_event())).status_code == 201


async def test_an_event_made_by_a_person_is_theirs(emulator: GraphEmulator) -> None:
    jordan = person(emulator, "Calendars.ReadWrite", who=JORDAN.object_id)
    event = (await jordan("POST", "/me/events", new_event())).json()
    assert event["organizer"]["emailAddress"]["address"] == "jordan.lee@contoso.example"


async def test_an_app_alone_needs_the_access_policy(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.world.access_policies = (AccessPolicy(users=(PATEL.object_id,)),)
    answer = await graph("POST", f"{KIMS}/onlineMeetings", {})
    assert error_of(answer) == (403, "Forbidden")
    assert "No application access policy found for this app" in answer.json()["error"]["message"]
    assert (await graph("POST", f"/users/{PATEL.object_id}/onlineMeetings", {})).status_code == 201
    assert (await graph("POST", f"{KIMS}/events", new_event())).status_code == 201


async def test_older_pages_print_another_code(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.world.access_policies = ()
    emulator.world.switches.access_policy_error = "Unauthorized"
    assert error_of(await graph("POST", f"{KIMS}/onlineMeetings", {})) == (403, "Unauthorized")


async def test_a_policy_for_another_app_grants_nothing(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.world.access_policies = (AccessPolicy(app_id="another"),)
    assert (await graph("POST", f"{KIMS}/onlineMeetings", {})).status_code == 403


async def test_a_new_policy_takes_its_time(graph: Caller, emulator: GraphEmulator, clock: HandClock) -> None:
    emulator.world.access_policies = (AccessPolicy(after_minutes=30),)
    assert (await graph("POST", f"{KIMS}/onlineMeetings", {})).status_code == 403
    clock.advance(minutes=30)
    assert (await graph("POST", f"{KIMS}/onlineMeetings", {})).status_code == 201


async def test_people_signed_in_need_no_policy(emulator: GraphEmulator) -> None:
    emulator.world.access_policies = ()
    assert (await person(emulator, "OnlineMeetings.ReadWrite")("POST", "/me/onlineMeetings", {})).status_code == 201


@pytest.mark.parametrize("kind", ["app", "person"])
async def test_a_revoked_token_is_challenged_until_asked_for_with_claims(emulator: GraphEmulator, kind: str) -> None:
    who = emulator.world.app.id if kind == "app" else KIM.object_id
    identity = emulator.identity

    def caller(claims: str = "") -> Caller:
        token = identity.app_token(claims=claims) if kind == "app" else identity.user_token(who, claims=claims)
        return Caller(emulator, token=token)

    identity.revoke(who)
    answer = await caller()("GET", SCHEDULE)
    assert error_of(answer) == (401, "InvalidAuthenticationToken")
    challenge = answer.headers["www-authenticate"]
    assert 'error="insufficient_claims"' in challenge
    claims = challenge.partition('claims="')[2].rstrip('"')
    assert (await caller(base64.b64decode(claims).decode())("GET", SCHEDULE)).status_code == 200
