"""The client's link and texts: checked as a whole, sent as said, seen in the outbox."""

from typing import Any

import httpx
import pytest

from bot.graph.emulator.core import GraphEmulator
from tests.clock import HandClock
from tests.unit.emulator.conftest import KIMS, PACIFIC, Caller, error_of

ANA = {"phoneNumber": "+12065550142", "timeZone": PACIFIC}


async def send(
    graph: Caller, *attendees: dict[str, Any], kind: str = "confirmation", meeting: str = ""
) -> httpx.Response:
    meeting = meeting or (await graph.meeting())["id"]
    body = {"messageType": kind, "attendees": list(attendees or (ANA,))}
    return await graph("POST", f"{KIMS}/onlineMeetings/{meeting}/sendVirtualAppointmentSms", body)


async def remind(graph: Caller, meeting: str, **changes: Any) -> httpx.Response:
    body = {"remindBeforeTimeInMinutesType": "mins15", "attendees": [ANA], **changes}
    return await graph("POST", f"{KIMS}/onlineMeetings/{meeting}/sendVirtualAppointmentReminderSms", body)


@pytest.mark.parametrize("spelling", ["getVirtualAppointmentJoinWebUrl", "getVirtualAppointmentJoinWebUrl()"])
async def test_the_link_answers_under_both_spellings(graph: Caller, spelling: str) -> None:
    meeting = await graph.meeting()
    answer = await graph("GET", f"{KIMS}/onlineMeetings/{meeting['id']}/{spelling}")
    assert answer.json()["@odata.context"] == "https://graph.microsoft.com/v1.0/$metadata#Edm.String"
    thread = meeting["chatInfo"]["threadId"]
    assert answer.json()["value"].endswith(f"&convId={thread}")
    assert answer.json()["value"].startswith("https://visit.teams.microsoft.com/webrtc-svc/api/route?tid=")


async def test_the_link_answers_under_the_alternate_key_of_beta(graph: Caller) -> None:
    meeting = await graph.meeting()
    escaped = meeting["joinWebUrl"].replace("%", "%25").replace("/", "%2F").replace("?", "%3F")
    path = f"{KIMS}/onlineMeetings(joinWebUrl='{escaped}')/getVirtualAppointmentJoinWebUrl()"
    assert (await graph.beta()("GET", path)).status_code == 200


async def test_where_the_page_is_served_the_link_opens_it(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.visit_base = "http://127.0.0.1:3978"
    meeting = await graph.meeting()
    answer = await graph("GET", f"{KIMS}/onlineMeetings/{meeting['id']}/getVirtualAppointmentJoinWebUrl")
    assert answer.json()["value"].startswith("http://127.0.0.1:3978/emulator/visit/19%3Ameeting_")


@pytest.mark.parametrize("kind", ["confirmation", "reschedule", "cancellation"])
async def test_a_text_is_accepted_with_nothing_said(graph: Caller, emulator: GraphEmulator, kind: str) -> None:
    answer = await send(graph, kind=kind)
    assert (answer.status_code, answer.json()) == (202, {})
    assert [(sms.phone, sms.time_zone, sms.type) for sms in emulator.state.sms] == [("+12065550142", PACIFIC, kind)]


async def test_a_repeat_sends_a_second_text(graph: Caller, emulator: GraphEmulator) -> None:
    meeting = (await graph.meeting())["id"]
    await send(graph, meeting=meeting)
    await send(graph, meeting=meeting)
    assert len(emulator.state.sms) == 2


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "PST", "pacific standard time", ""])
async def test_the_zone_must_be_a_windows_name(graph: Caller, emulator: GraphEmulator, zone: str) -> None:
    assert error_of(await send(graph, {**ANA, "timeZone": zone})) == (400, "BadRequest")
    assert emulator.state.sms == []


@pytest.mark.parametrize(
    "phone", ["+16045550100", "+18765550100", "+442071838750", "2065550142", "+1206555", "+1 206 555 0142 ext 5x"]
)
async def test_numbers_outside_the_us_are_refused_though_they_begin_with_one(
    graph: Caller, emulator: GraphEmulator, phone: str
) -> None:
    answer = await send(graph, ANA, {"phoneNumber": phone, "timeZone": PACIFIC})
    assert answer.status_code == 400
    assert emulator.state.sms == []


async def test_in_another_world_they_are_silently_dropped(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.world.switches.non_us_sms = "ignore"
    answer = await send(graph, ANA, {"phoneNumber": "+16045550100", "timeZone": PACIFIC})
    assert answer.status_code == 202
    assert [sms.phone for sms in emulator.state.sms] == ["+12065550142"]


@pytest.mark.parametrize(
    "body",
    [
        {"attendees": [ANA]},
        {"messageType": "confirmation", "attendees": []},
        {"messageType": "unknownFutureValue", "attendees": [ANA]},
        {"messageType": ["confirmation"], "attendees": [ANA]},
        {"messageType": "confirmation", "attendees": [{"phoneNumber": "+12065550142"}]},
        {"messageType": "confirmation", "attendees": [{**ANA, "name": "Ana"}]},
        {"messageType": "confirmation", "attendees": [ANA], "text": "Hello"},
        {"phoneNumbers": ["+12065550142"], "smsType": "confirmation"},
        {"phoneNumbers": ["+12065550142"], "virtualAppointmentSmsType": "confirmation"},
    ],
)
@pytest.mark.parametrize("version", ["v1.0", "beta"])
async def test_any_other_body_is_refused_in_both_versions(
    graph: Caller, emulator: GraphEmulator, body: dict[str, Any], version: str
) -> None:
    caller = graph.beta() if version == "beta" else graph
    path = f"{KIMS}/onlineMeetings/{(await graph.meeting())['id']}/sendVirtualAppointmentSms"
    assert error_of(await caller("POST", path, body)) == (400, "BadRequest")
    assert emulator.state.sms == []


async def test_no_text_without_the_licence(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.world.users[0].teams_premium = False
    assert error_of(await send(graph)) == (403, "Forbidden")
    meeting = await graph.meeting()
    link = f"{KIMS}/onlineMeetings/{meeting['id']}/getVirtualAppointmentJoinWebUrl"
    assert (await graph("GET", link)).status_code == 200
    emulator.world.switches.licence_for_join_link = True
    assert (await graph("GET", link)).status_code == 403


async def test_an_app_alone_may_be_turned_away(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.world.switches.virtual_appointment_app_only = "deny"
    assert error_of(await send(graph)) == (403, "Forbidden")


@pytest.mark.parametrize(("mode", "status"), [("503", 503), ("409", 409)])
async def test_the_first_call_of_a_tenant_provisions_it(
    graph: Caller, emulator: GraphEmulator, clock: HandClock, mode: Any, status: int
) -> None:
    emulator.world.switches.provisioning = mode
    first = await send(graph)
    assert first.status_code == status
    assert first.headers["retry-after"] == "180"
    clock.advance(minutes=2)
    assert (await send(graph)).headers["retry-after"] == "60"
    clock.advance(minutes=1)
    assert (await send(graph)).status_code == 202


@pytest.mark.parametrize(
    ("style", "text"), [("decimal", "180.000"), ("date", "Tue, 01 Sep 2026 15:03:00 GMT"), ("seconds", "180")]
)
async def test_retry_after_is_spelled_in_three_ways(
    graph: Caller, emulator: GraphEmulator, style: Any, text: str
) -> None:
    emulator.world.switches.provisioning = "503"
    emulator.world.switches.retry_after = style
    assert (await send(graph)).headers["retry-after"] == text


async def test_a_reminder_goes_at_once_or_a_quarter_of_an_hour_before(
    graph: Caller, emulator: GraphEmulator, clock: HandClock
) -> None:
    meeting = await graph.meeting(startDateTime="2026-09-01T16:00:00Z", endDateTime="2026-09-01T16:30:00Z")
    assert (await remind(graph, meeting["id"])).status_code == 202
    assert [sms["type"] for sms in emulator.snapshot()["sms"]] == ["reminder"]
    emulator.world.switches.reminder_sms = "scheduled"
    await remind(graph, meeting["id"])
    clock.advance(minutes=44)
    assert len(emulator.snapshot()["sms"]) == 1
    clock.advance(minutes=2)
    assert emulator.snapshot()["sms"][1]["at"] == "2026-09-01T15:45:00Z"


@pytest.mark.parametrize(("follows", "at"), [("follows", "2026-09-01T17:45:00Z"), ("stale", "2026-09-01T15:45:00Z")])
async def test_a_scheduled_reminder_follows_its_meeting_or_does_not(
    graph: Caller, emulator: GraphEmulator, clock: HandClock, follows: Any, at: str
) -> None:
    emulator.world.switches.reminder_sms = "scheduled"
    emulator.world.switches.moved_reminder = follows
    meeting = await graph.meeting(startDateTime="2026-09-01T16:00:00Z", endDateTime="2026-09-01T16:30:00Z")
    await remind(graph, meeting["id"])
    later = {"startDateTime": "2026-09-01T18:00:00Z", "endDateTime": "2026-09-01T18:30:00Z"}
    await graph("PATCH", f"{KIMS}/onlineMeetings/{meeting['id']}", later)
    clock.advance(hours=4)
    assert [sms["at"] for sms in emulator.snapshot()["sms"]] == [at]


async def test_no_reminder_for_a_meeting_that_is_gone(graph: Caller, emulator: GraphEmulator, clock: HandClock) -> None:
    emulator.world.switches.reminder_sms = "scheduled"
    meeting = await graph.meeting()
    await remind(graph, meeting["id"])
    await graph("DELETE", f"{KIMS}/onlineMeetings/{meeting['id']}")
    clock.advance(days=5)
    assert emulator.snapshot()["sms"] == []


async def test_a_quarter_of_an_hour_is_the_only_reminder(graph: Caller) -> None:
    meeting = await graph.meeting()
    answer = await remind(graph, meeting["id"], remindBeforeTimeInMinutesType="hours24")
    assert error_of(answer) == (400, "BadRequest")


async def test_nothing_is_sent_about_a_meeting_that_is_gone(graph: Caller) -> None:
    meeting = (await graph.meeting())["id"]
    await graph("DELETE", f"{KIMS}/onlineMeetings/{meeting}")
    assert (await send(graph, meeting=meeting, kind="cancellation")).status_code == 404
