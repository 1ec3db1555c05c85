"""Online meetings: minted ids, one per external id, found by their link, changed by rule."""

import base64

import pytest

from bot.graph.emulator.core import GraphEmulator
from tests.personas import KIM, PATEL, TENANT_ID
from tests.unit.emulator.conftest import KIMS, Caller, error_of

MEETINGS = f"{KIMS}/onlineMeetings"


async def test_the_id_names_organizer_and_thread(graph: Caller) -> None:
    meeting = await graph.meeting()
    assert base64.b64decode(meeting["id"]).decode() == f"1*{KIM.object_id}*0**{meeting['chatInfo']['threadId']}"
    assert meeting["chatInfo"]["threadId"].startswith("19:meeting_")


async def test_the_join_url_carries_tenant_and_organizer(graph: Caller) -> None:
    url = (await graph.meeting())["joinWebUrl"]
    assert url.startswith("https://teams.microsoft.com/l/meetup-join/19%3ameeting_")
    assert TENANT_ID in url
    assert KIM.object_id in url
    assert "%40thread.v2/0?context=%7b" in url


async def test_times_are_timestamps_with_offset_and_come_back_in_utc(graph: Caller) -> None:
    meeting = await graph.meeting(startDateTime="2026-09-03T14:30:00-07:00", endDateTime="2026-09-03T15:00:00-07:00")
    assert meeting["startDateTime"] == "2026-09-03T21:30:00Z"
    answer = await graph(
        "POST", MEETINGS, {"startDateTime": "2026-09-03T14:30:00", "endDateTime": "2026-09-03T15:00:00"}
    )
    assert answer.status_code == 400


async def test_a_repeat_of_create_makes_a_second_meeting(graph: Caller) -> None:
    assert (await graph.meeting())["id"] != (await graph.meeting())["id"]


async def test_create_or_get_makes_one_per_organizer_and_external_id(graph: Caller, emulator: GraphEmulator) -> None:
    body = {"externalId": "visit-1", "subject": "Follow-up"}
    first = await graph("POST", f"{MEETINGS}/createOrGet", body)
    again = await graph("POST", f"{MEETINGS}/createOrGet", {**body, "startDateTime": "2026-10-01T10:00:00Z"})
    other = await graph("POST", f"/users/{PATEL.object_id}/onlineMeetings/createOrGet", body)
    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 201)
    assert again.json() == first.json()
    assert other.json()["id"] != first.json()["id"]
    assert len(emulator.state.meetings) == 2


async def test_create_or_get_without_times_lasts_an_hour_from_now(graph: Caller) -> None:
    made = (await graph("POST", f"{MEETINGS}/createOrGet", {"externalId": "a"})).json()
    assert (made["startDateTime"], made["endDateTime"]) == ("2026-09-01T15:00:00Z", "2026-09-01T16:00:00Z")
    started = {"externalId": "b", "startDateTime": "2026-09-03T21:30:00Z"}
    assert (await graph("POST", f"{MEETINGS}/createOrGet", started)).json()["endDateTime"] == "2026-09-03T22:30:00Z"


@pytest.mark.parametrize(
    "times",
    [
        {"endDateTime": "2026-09-03T21:30:00Z"},
        {"startDateTime": "2026-09-03T21:30:00Z", "endDateTime": "2026-09-03T21:00:00Z"},
    ],
)
async def test_create_or_get_refuses_an_end_alone_and_an_end_before_the_start(
    graph: Caller, times: dict[str, str]
) -> None:
    answer = await graph("POST", f"{MEETINGS}/createOrGet", {"externalId": "a", **times})
    assert error_of(answer) == (400, "BadRequest")


async def test_create_or_get_takes_no_lobby(graph: Caller) -> None:
    body = {"externalId": "a", "lobbyBypassSettings": {"scope": "organization"}}
    assert (await graph("POST", f"{MEETINGS}/createOrGet", body)).status_code == 400


async def test_a_meeting_is_found_by_its_link_escaped_once_more(graph: Caller) -> None:
    event = await graph.event()
    url = event["onlineMeeting"]["joinUrl"]
    found = await graph("GET", MEETINGS, params={"$filter": f"JoinWebUrl eq '{url}'"})
    assert [each["joinWebUrl"] for each in found.json()["value"]] == [url]
    plain = await graph("GET", f"{MEETINGS}?$filter=JoinWebUrl%20eq%20'{url}'")
    assert error_of(plain) == (400, "BadRequest")
    assert plain.json()["error"]["message"] == "1026: An error has occurred."


async def test_meetings_cannot_be_listed_or_filtered_otherwise(graph: Caller) -> None:
    assert (await graph("GET", MEETINGS)).status_code == 400
    assert (await graph("GET", MEETINGS, params={"$filter": "subject eq 'x'"})).status_code == 400


async def test_a_stranger_finds_nothing_and_an_invited_person_does(graph: Caller) -> None:
    meeting = await graph.meeting()
    hers = f"/users/{PATEL.object_id}/onlineMeetings/{meeting['id']}"
    assert (await graph("GET", hers)).status_code == 404
    invited = {"participants": {"attendees": [{"upn": "asha.patel@contoso.example", "role": "presenter"}]}}
    await graph("PATCH", f"{MEETINGS}/{meeting['id']}", invited)
    assert (await graph("GET", hers)).status_code == 200
    assert (await graph("PATCH", hers, {"subject": "Mine"})).status_code == 404


async def test_a_garbled_id_is_corrupted(graph: Caller) -> None:
    answer = await graph("GET", f"{MEETINGS}/not-an-id")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "Meeting Id is corrupted."


async def test_start_and_end_change_together(graph: Caller) -> None:
    path = f"{MEETINGS}/{(await graph.meeting())['id']}"
    assert (await graph("PATCH", path, {"startDateTime": "2026-09-04T16:30:00Z"})).status_code == 400
    both = {"startDateTime": "2026-09-04T16:30:00Z", "endDateTime": "2026-09-04T17:00:00Z"}
    assert (await graph("PATCH", path, both)).json()["startDateTime"] == "2026-09-04T16:30:00Z"


async def test_changing_the_meeting_does_not_move_its_event(graph: Caller) -> None:
    event = await graph.event()
    meeting = await graph.meeting_of(event)
    both = {"startDateTime": "2026-09-04T16:30:00Z", "endDateTime": "2026-09-04T17:00:00Z"}
    await graph("PATCH", f"{MEETINGS}/{meeting['id']}", both)
    assert (await graph("GET", f"{KIMS}/events/{event['id']}")).json()["start"] == event["start"]


async def test_the_attendee_list_is_replaced_as_a_whole(graph: Caller) -> None:
    path = f"{MEETINGS}/{(await graph.meeting())['id']}"
    for upn in ("ana@example.com", "ben@example.com"):
        answer = await graph("PATCH", path, {"participants": {"attendees": [{"upn": upn, "role": "attendee"}]}})
    assert [each["upn"] for each in answer.json()["participants"]["attendees"]] == ["ben@example.com"]


@pytest.mark.parametrize(
    "change",
    [
        {"joinMeetingIdSettings": {"isPasscodeRequired": True}},
        {"participants": {"organizer": {"upn": "asha.patel@contoso.example"}}},
        {"id": "other"},
        {"joinWebUrl": "https://example.com"},
        {"isBroadcast": True},
    ],
)
async def test_what_is_fixed_at_creation_cannot_change(graph: Caller, change: dict[str, object]) -> None:
    path = f"{MEETINGS}/{(await graph.meeting())['id']}"
    assert (await graph("PATCH", path, change)).status_code == 400


async def test_people_outside_the_directory_stay_attendees(graph: Caller) -> None:
    path = f"{MEETINGS}/{(await graph.meeting())['id']}"
    guest = {"participants": {"attendees": [{"upn": "ana@example.com", "role": "presenter"}]}}
    assert (await graph("PATCH", path, guest)).status_code == 400


async def test_role_is_presenter_needs_presenters(graph: Caller) -> None:
    path = f"{MEETINGS}/{(await graph.meeting())['id']}"
    assert (await graph("PATCH", path, {"allowedPresenters": "roleIsPresenter"})).status_code == 400


@pytest.mark.parametrize("scope", ["invited", "organizationExcludingGuests"])
async def test_later_enum_members_are_hidden_unless_preferred(graph: Caller, scope: str) -> None:
    path = f"{MEETINGS}/{(await graph.meeting())['id']}"
    hidden = await graph("PATCH", path, {"lobbyBypassSettings": {"scope": scope}})
    assert hidden.json()["lobbyBypassSettings"]["scope"] == "unknownFutureValue"
    seen = await graph("GET", path, headers={"Prefer": "include-unknown-enum-members"})
    assert seen.json()["lobbyBypassSettings"]["scope"] == scope


async def test_join_information_speaks_the_callers_language(graph: Caller) -> None:
    path = f"{MEETINGS}/{(await graph.meeting())['id']}"
    assert "Join%20conversation" in (await graph("GET", path)).json()["joinInformation"]["content"]
    spanish = await graph("GET", path, headers={"Accept-Language": "es-MX"})
    assert "Unirse%20a%20la" in spanish.json()["joinInformation"]["content"]


async def test_a_deleted_meeting_is_gone_and_nobody_is_told(graph: Caller, emulator: GraphEmulator) -> None:
    path = f"{MEETINGS}/{(await graph.meeting())['id']}"
    assert (await graph("DELETE", path)).status_code == 204
    assert (await graph("GET", path)).status_code == 404
    assert emulator.state.mails == []


async def test_nothing_but_a_look_up_answers_under_app(graph: Caller) -> None:
    found = await graph("GET", "/app/onlineMeetings", params={"$filter": "VideoTeleconferenceId eq '123'"})
    assert found.json()["value"] == []
    assert (await graph("POST", "/app/onlineMeetings", {})).status_code == 405
    assert (await graph("GET", "/app/onlineMeetings/abc")).status_code == 400
