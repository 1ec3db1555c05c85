"""Bookings: what an app alone must keep to, what is hidden where, and who is told."""

from typing import Any

import httpx
import pytest

from bot.graph.emulator.bookings_world import BookingPolicy, lasting_id
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.demo import demo_world
from tests.clock import HandClock
from tests.personas import JORDAN, KIM, PATEL
from tests.unit.emulator.conftest import PACIFIC, Caller, error_of, no_wait

CLINIC = "clinic@contoso.example"
ROOT = f"/solutions/bookingBusinesses/{CLINIC}"
FOLLOW_UP = lasting_id(CLINIC, "Follow-up")
KIM_STAFF = lasting_id(CLINIC, KIM.object_id)
ANA = {
    "@odata.type": "#microsoft.graph.bookingCustomerInformation",
    "name": "Ana Ruiz",
    "emailAddress": "ana@example.com",
    "phone": "+12065550142",
    "notes": "Left knee",
}


def moment(text: str, zone: str = PACIFIC) -> dict[str, str]:
    return {"dateTime": f"2026-09-{text}:00", "timeZone": zone}


def appointment(**changes: Any) -> dict[str, Any]:
    body = {
        "@odata.type": "#microsoft.graph.bookingAppointment",
        "startDateTime": moment("03T14:30"),
        "endDateTime": moment("03T15:00"),
        "serviceId": FOLLOW_UP,
        "staffMemberIds": [KIM_STAFF],
        "customers": [ANA],
        "serviceNotes": "visit 1",
        "isLocationOnline": True,
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


async def book(graph: Caller, **changes: Any) -> httpx.Response:
    return await graph("POST", f"{ROOT}/appointments", appointment(**changes))


@pytest.fixture
def jordan(graph: Caller, emulator: GraphEmulator) -> Caller:
    """An administrator of the business, signed in."""
    return graph.with_token(emulator.identity.user_token(JORDAN.object_id))


async def test_an_appointment_is_made_with_v1_names_and_both_links(graph: Caller) -> None:
    made = await book(graph)
    body = made.json()
    assert made.status_code == 201
    assert body["startDateTime"] == {"dateTime": "2026-09-03T21:30:00.0000000Z", "timeZone": "UTC"}
    assert body["duration"] == "PT30M"
    assert body["serviceName"] == "Follow-up"
    assert body["joinWebUrl"].startswith("https://teams.microsoft.com/l/meetup-join/")
    assert body["anonymousJoinWebUrl"].startswith("https://visit.teams.microsoft.com/")
    assert body["selfServiceAppointmentId"] == "00000000-0000-0000-0000-000000000000"
    assert "status" not in body


async def test_v1_refuses_betas_names_and_beta_has_them(graph: Caller) -> None:
    short = {"start": moment("03T14:30"), "end": moment("03T15:00"), "startDateTime": None, "endDateTime": None}
    assert (await book(graph, **short)).status_code == 400
    made = await graph.beta()("POST", f"/bookingBusinesses/{CLINIC}/appointments", appointment(**short))
    assert made.status_code == 201
    assert "start" in made.json()
    assert "startDateTime" not in made.json()


async def test_an_app_alone_must_name_staff_and_a_person_need_not(graph: Caller, jordan: Caller) -> None:
    answer = await book(graph, staffMemberIds=None)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "Invalid Staff"
    made = await book(jordan, staffMemberIds=None)
    assert made.status_code == 201
    assert len(made.json()["staffMemberIds"]) == 1


async def test_a_taken_slot_and_unknown_staff_are_a_bare_500(graph: Caller) -> None:
    assert (await book(graph)).status_code == 201
    for answer in (await book(graph), await book(graph, staffMemberIds=["nobody"])):
        assert error_of(answer) == (500, "UnknownError")
        assert answer.json()["error"]["message"] == ""


async def test_the_appointment_may_be_there_all_the_same(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.world.switches.bookings_conflict = "500-after-create"
    await book(graph)
    answer = await book(graph)
    assert answer.status_code == 500
    assert answer.json()["error"]["message"] == "Staff not available"
    assert len((await graph("GET", f"{ROOT}/appointments")).json()["value"]) == 2


async def test_a_personal_calendar_blocks_an_app_and_not_a_person(graph: Caller, jordan: Caller) -> None:
    lunch = {"startDateTime": moment("03T12:00"), "endDateTime": moment("03T12:30")}
    assert (await book(graph, **lunch)).status_code == 500
    assert (await book(jordan, **lunch)).status_code == 201


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"endDateTime": moment("03T15:15")}, "length"),
        ({"startDateTime": moment("03T06:30"), "endDateTime": moment("03T07:00")}, "business hours"),
        ({"startDateTime": moment("05T14:30"), "endDateTime": moment("05T15:00")}, "business hours"),
        ({"startDateTime": moment("01T07:30"), "endDateTime": moment("01T08:00")}, "minimum lead time"),
    ],
)
async def test_an_app_keeps_the_business_rules_and_an_administrator_may_not(
    graph: Caller, jordan: Caller, changes: dict[str, Any], words: str
) -> None:
    answer = await book(graph, **changes)
    assert error_of(answer) == (400, "BadRequest")
    assert words in answer.json()["error"]["message"]
    assert (await book(jordan, **changes)).status_code == 201


async def test_a_new_business_takes_nothing_on_the_same_day_and_the_service_may_differ(clock: HandClock) -> None:
    world = demo_world()
    clinic = world.businesses[0]
    strict = clinic.model_copy(update={"policy": BookingPolicy()})
    lenient = strict.services[0].model_copy(update={"policy": clinic.policy})
    today = {"startDateTime": moment("01T14:30"), "endDateTime": moment("01T15:00")}
    answers = []
    for services in (strict.services, (lenient, *strict.services[1:])):
        world.businesses = (strict.model_copy(update={"services": services}),)
        answers.append(await book(Caller(GraphEmulator(world, clock=clock, sleep=no_wait)), **today))
    assert [each.status_code for each in answers] == [400, 201]


async def test_buffers_keep_neighbours_away(graph: Caller) -> None:
    await book(graph, preBuffer="PT0S", postBuffer="PT15M")
    near = {"startDateTime": moment("03T15:00"), "endDateTime": moment("03T15:30")}
    far = {"startDateTime": moment("03T15:15"), "endDateTime": moment("03T15:45")}
    assert (await book(graph, **near)).status_code == 500
    assert (await book(graph, **far)).status_code == 201


async def test_an_appointments_own_buffers_want_room_too(graph: Caller) -> None:
    await book(graph)
    after = {"startDateTime": moment("03T15:00"), "endDateTime": moment("03T15:30")}
    assert (await book(graph, preBuffer="PT10M", **after)).status_code == 500
    assert (await book(graph, postBuffer="PT10M", **after)).status_code == 201


async def test_staff_with_hours_of_their_own_are_booked_by_their_own_wall_clock(
    graph: Caller, emulator: GraphEmulator
) -> None:
    noon = [{"day": "thursday", "timeSlots": [{"startTime": "13:00:00", "endTime": "17:00:00"}]}]
    member = emulator.state.businesses[CLINIC].staff_members[KIM_STAFF]
    member |= {"useBusinessHours": False, "workingHours": noon, "timeZone": "Eastern Standard Time"}
    early = {"startDateTime": moment("03T11:00"), "endDateTime": moment("03T11:30")}  # 14:00 there
    assert (await book(graph, **early)).status_code == 201
    assert error_of(await book(graph)) == (400, "BadRequest")  # 17:30 there


async def test_notes_and_reminders_are_shown_only_by_id(graph: Caller) -> None:
    reminder = {"offset": "P1D", "recipients": "customer", "message": "Tomorrow"}
    made = (await book(graph, reminders=[reminder])).json()
    window = {"start": "2026-09-03T00:00:00-07:00", "end": "2026-09-04T00:00:00-07:00"}
    lists = [
        (await graph("GET", f"{ROOT}/calendarView", params=window)).json()["value"][0],
        (await graph("GET", f"{ROOT}/appointments")).json()["value"][0],
    ]
    for listed in lists:
        assert (listed["serviceNotes"], listed["reminders"], listed["customers"][0]["notes"]) == (None, [], None)
    whole = (await graph("GET", f"{ROOT}/appointments/{made['id']}")).json()
    assert (whole["serviceNotes"], whole["reminders"]) == ("visit 1", [reminder])
    assert whole["customers"][0]["notes"] == "Left knee"


async def test_the_view_wants_start_and_end_by_these_names(graph: Caller) -> None:
    outlooks = {"startDateTime": "2026-09-03T00:00:00Z", "endDateTime": "2026-09-04T00:00:00Z"}
    assert (await graph("GET", f"{ROOT}/calendarView", params=outlooks)).status_code == 400


async def test_appointments_cannot_be_filtered(graph: Caller) -> None:
    answer = await graph("GET", f"{ROOT}/appointments", params={"$filter": "serviceId eq 'x'"})
    assert answer.status_code == 400


async def test_a_change_is_answered_with_nothing(graph: Caller) -> None:
    made = (await book(graph)).json()
    path = f"{ROOT}/appointments/{made['id']}"
    times = {"startDateTime": moment("04T09:30"), "endDateTime": moment("04T10:00")}
    answer = await graph("PATCH", path, times)
    assert (answer.status_code, answer.content) == (204, b"")
    moved = (await graph("GET", path)).json()
    assert moved["startDateTime"]["dateTime"] == "2026-09-04T16:30:00.0000000Z"
    assert moved["joinWebUrl"] == made["joinWebUrl"]


async def test_a_move_overlapping_itself_is_fine(graph: Caller) -> None:
    made = (await book(graph)).json()
    times = {"startDateTime": moment("03T14:45"), "endDateTime": moment("03T15:15")}
    assert (await graph("PATCH", f"{ROOT}/appointments/{made['id']}", times)).status_code == 204


async def test_a_cancelled_appointment_is_gone_and_the_customer_told(graph: Caller, emulator: GraphEmulator) -> None:
    made = (await book(graph, smsNotificationsEnabled=True)).json()
    path = f"{ROOT}/appointments/{made['id']}"
    answer = await graph("POST", f"{path}/cancel", {"cancellationMessage": "Dr Kim is ill"})
    assert answer.status_code == 204
    assert (await graph("GET", path)).status_code == 404
    assert (await graph("POST", f"{path}/cancel", {})).status_code == 404
    assert [mail.kind for mail in emulator.state.mails] == ["invitation", "cancellation"]
    assert emulator.state.mails[-1].body == "Dr Kim is ill"
    assert [sms.type for sms in emulator.state.sms] == ["confirmation", "cancellation"]


async def test_a_deleted_appointment_is_gone_and_nobody_is_told(graph: Caller, emulator: GraphEmulator) -> None:
    made = (await book(graph)).json()
    assert (await graph("DELETE", f"{ROOT}/appointments/{made['id']}")).status_code == 204
    assert [mail.kind for mail in emulator.state.mails] == ["invitation"]


async def test_opting_out_of_mail_keeps_bookings_silent(graph: Caller, emulator: GraphEmulator) -> None:
    made = (await book(graph, optOutOfCustomerEmail=True, smsNotificationsEnabled=False)).json()
    await graph("POST", f"{ROOT}/appointments/{made['id']}/cancel", {"cancellationMessage": ""})
    assert emulator.state.mails == []
    assert emulator.state.sms == []


async def test_cancelled_appointments_may_stay_in_the_view(graph: Caller, emulator: GraphEmulator) -> None:
    made = (await book(graph)).json()
    await graph("POST", f"{ROOT}/appointments/{made['id']}/cancel", {})
    window = {"start": "2026-09-03T00:00:00Z", "end": "2026-09-05T00:00:00Z"}
    assert (await graph("GET", f"{ROOT}/calendarView", params=window)).json()["value"] == []
    emulator.world.switches.bookings_keeps_cancelled = True
    assert len((await graph("GET", f"{ROOT}/calendarView", params=window)).json()["value"]) == 1


async def test_an_app_that_may_delete_may_not_cancel(emulator: GraphEmulator) -> None:
    emulator.world.switches.check_tokens = True
    limited = Caller(emulator, token=emulator.identity.app_token(roles=("BookingsAppointment.ReadWrite.All",)))
    path = f"{ROOT}/appointments/{(await book(limited)).json()['id']}"
    assert (await limited("POST", f"{path}/cancel", {})).status_code == 403
    assert (await limited("DELETE", path)).status_code == 204
    assert (await limited("GET", "/solutions/bookingBusinesses")).status_code == 403


async def test_by_the_page_no_app_cancels(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.world.switches.bookings_cancel_app_only = "deny"
    made = (await book(graph)).json()
    assert (await graph("POST", f"{ROOT}/appointments/{made['id']}/cancel", {})).status_code == 403


async def test_the_customer_is_made_and_their_id_fixed(graph: Caller) -> None:
    made = (await book(graph)).json()
    known = made["customers"][0]["customerId"]
    customers = (await graph("GET", f"{ROOT}/customers")).json()["value"]
    assert [(each["id"], each["displayName"]) for each in customers] == [(known, "Ana Ruiz")]
    other = {"customers": [{**ANA, "customerId": "another"}]}
    assert (await graph("PATCH", f"{ROOT}/appointments/{made['id']}", other)).status_code == 400


@pytest.mark.parametrize("said_by", ["service", "appointment"])
async def test_where_several_attend_unknown_customers_are_dropped(
    graph: Caller, emulator: GraphEmulator, said_by: str
) -> None:
    customer = {"@odata.type": "#microsoft.graph.bookingCustomer", "displayName": "Ana Ruiz"}
    known = (await graph("POST", f"{ROOT}/customers", customer)).json()["id"]
    customers = [{**ANA, "customerId": known}, {**ANA, "customerId": "unknown"}, ANA]
    emulator.state.businesses[CLINIC].services[FOLLOW_UP]["maximumAttendeesCount"] = 5 if said_by == "service" else 1
    most = 5 if said_by == "appointment" else 1
    made = (await book(graph, maximumAttendeesCount=most, customers=customers)).json()
    assert [each["customerId"] for each in made["customers"]] == [known]
    assert made["filledAttendeesCount"] == 1


@pytest.mark.parametrize("key", ["value", "staffAvailabilityItem"])
async def test_availability_names_zones_for_people_under_either_key(
    graph: Caller, emulator: GraphEmulator, key: Any
) -> None:
    emulator.world.switches.staff_availability_key = key
    await book(graph)
    body = {
        "staffIds": [KIM_STAFF],
        "startDateTime": moment("03T07:00"),
        "endDateTime": moment("04T01:00", "UTC"),
    }
    rows = (await graph("POST", f"{ROOT}/getStaffAvailability", body)).json()[key]
    items = [
        (each["status"], each["startDateTime"]["dateTime"][11:16], each["endDateTime"]["dateTime"][11:16])
        for each in rows[0]["availabilityItems"]
    ]
    assert items == [
        ("outOfOffice", "07:00", "08:00"),
        ("available", "08:00", "12:00"),
        ("busy", "12:00", "13:00"),
        ("available", "13:00", "14:30"),
        ("busy", "14:30", "15:00"),
        ("available", "15:00", "18:00"),
    ]
    assert rows[0]["availabilityItems"][0]["startDateTime"]["timeZone"] == "(UTC-08:00) Pacific Time (US & Canada)"
    assert [each["serviceId"] for each in rows[0]["availabilityItems"]] == ["", "", "", "", FOLLOW_UP, ""]


async def test_availability_is_for_apps_alone(jordan: Caller) -> None:
    body = {"staffIds": [], "startDateTime": moment("03T07:00"), "endDateTime": moment("03T18:00")}
    assert (await jordan("POST", f"{ROOT}/getStaffAvailability", body)).status_code == 403


async def test_an_appointment_is_busy_in_outlook_too(graph: Caller) -> None:
    await book(graph)
    times = {"startTime": moment("03T14:00"), "endTime": moment("03T16:00")}
    body = {"schedules": ["min.kim@contoso.example"], **times}
    answer = await graph("POST", f"/users/{KIM.object_id}/calendar/getSchedule", body)
    assert answer.json()["value"][0]["availabilityView"] == "0200"


@pytest.mark.parametrize("organizer", ["staff", "business"])
async def test_whose_the_meeting_is_stands_in_its_link(graph: Caller, emulator: GraphEmulator, organizer: Any) -> None:
    emulator.world.switches.bookings_organizer = organizer
    url = (await book(graph)).json()["joinWebUrl"]
    owner = KIM.object_id if organizer == "staff" else lasting_id(CLINIC)
    assert owner in url
    found = await graph("GET", f"/users/{owner}/onlineMeetings", params={"$filter": f"JoinWebUrl eq '{url}'"})
    assert len(found.json()["value"]) == 1


async def test_only_those_with_a_role_come_in_and_viewers_only_look(graph: Caller, emulator: GraphEmulator) -> None:
    business = emulator.state.businesses[CLINIC]
    patel = graph.with_token(emulator.identity.user_token(PATEL.object_id))
    business.staff_members[lasting_id(CLINIC, PATEL.object_id)]["role"] = "viewer"
    assert (await patel("GET", f"{ROOT}/appointments")).status_code == 200
    assert (await book(patel)).status_code == 403
    del business.staff_members[lasting_id(CLINIC, PATEL.object_id)]
    assert (await patel("GET", f"{ROOT}/appointments")).status_code == 403


async def test_an_unknown_business_is_not_found(graph: Caller) -> None:
    assert (await graph("GET", "/solutions/bookingBusinesses/other@contoso.example")).status_code == 404
