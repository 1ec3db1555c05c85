"""A cloud lacks whole calls, and answers in its own name."""

import pytest

from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.world import Cloud
from tests.unit.emulator.conftest import KIMS, PACIFIC, Caller, new_event

EVERYWHERE = {"events", "schedule", "subscriptions"}
NOT_CHINA = {"meetings", "createOrGet", "attendance", "bookings", "findMeetingTimes"}
GLOBAL = {"link", "sms", "reminder"}

TIMES = {
    "startTime": {"dateTime": "2026-09-03T08:00:00", "timeZone": PACIFIC},
    "endTime": {"dateTime": "2026-09-03T09:00:00", "timeZone": PACIFIC},
}
CALLS = {
    "events": ("POST", f"{KIMS}/events", new_event(isOnlineMeeting=None, onlineMeetingProvider=None)),
    "schedule": ("POST", f"{KIMS}/calendar/getSchedule", {"schedules": ["min.kim@contoso.example"], **TIMES}),
    "subscriptions": ("GET", "/subscriptions", None),
    "meetings": ("POST", f"{KIMS}/onlineMeetings", {}),
    "createOrGet": ("POST", f"{KIMS}/onlineMeetings/createOrGet", {"externalId": "a"}),
    "attendance": ("GET", f"{KIMS}/onlineMeetings/x/attendanceReports", None),
    "bookings": ("GET", "/solutions/bookingBusinesses", None),
    "findMeetingTimes": ("POST", f"{KIMS}/findMeetingTimes", {}),
    "link": ("GET", f"{KIMS}/onlineMeetings/x/getVirtualAppointmentJoinWebUrl", None),
    "sms": ("POST", f"{KIMS}/onlineMeetings/x/sendVirtualAppointmentSms", {}),
    "reminder": ("POST", f"{KIMS}/onlineMeetings/x/sendVirtualAppointmentReminderSms", {}),
}


@pytest.mark.parametrize(
    ("cloud", "has"),
    [
        (Cloud.global_, EVERYWHERE | NOT_CHINA | GLOBAL),
        (Cloud.usgov, EVERYWHERE | NOT_CHINA),
        (Cloud.dod, EVERYWHERE | NOT_CHINA),
        (Cloud.china, EVERYWHERE),
    ],
)
async def test_what_a_cloud_lacks_is_an_unknown_segment(
    graph: Caller, emulator: GraphEmulator, cloud: Cloud, has: set[str]
) -> None:
    emulator.world.cloud = cloud
    for name, (method, path, body) in CALLS.items():
        answer = await graph(method, path, body)
        is_unknown = "Resource not found for the segment" in answer.text
        assert is_unknown == (name not in has), name
        if is_unknown:
            assert answer.status_code == 400


async def test_answers_name_the_clouds_own_graph(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.world.cloud = Cloud.usgov
    context = (await graph("GET", KIMS)).json()["@odata.context"]
    assert context == "https://graph.microsoft.us/v1.0/$metadata#users/$entity"


async def test_us_government_meetings_lack_the_newer_options(graph: Caller, emulator: GraphEmulator) -> None:
    assert "meetingOptionsWebUrl" in await graph.meeting()
    emulator.world.cloud = Cloud.usgov
    meeting = await graph.meeting()
    assert not {"meetingOptionsWebUrl", "allowedLobbyAdmitters", "allowRecording", "expiryDateTime"} & set(meeting)
    answer = await graph("PATCH", f"{KIMS}/onlineMeetings/{meeting['id']}", {"allowRecording": False})
    assert "allowRecording" in answer.json()["error"]["message"]


async def test_us_government_bookings_have_fewer_fields(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.world.cloud = Cloud.usgov
    root = "/solutions/bookingBusinesses/clinic@contoso.example"
    staff = (await graph("GET", f"{root}/staffMembers")).json()["value"][0]
    assert not {"membershipStatus", "createdDateTime"} & set(staff)
    assert (await graph("PATCH", root, {"bookingPageSettings": {}})).status_code == 400


async def test_both_versions_answer(graph: Caller) -> None:
    assert (await graph("GET", KIMS)).status_code == 200
    answer = await graph.beta()("GET", KIMS)
    assert answer.json()["@odata.context"].startswith("https://graph.microsoft.com/beta/")
    assert (await graph("GET", "https://graph.microsoft.com/v2.0/users")).status_code == 400
