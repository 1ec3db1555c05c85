"""Events are made once, found again, changed in part, and called off by their organizer."""

from typing import Any

import pytest

from bot.graph.emulator.core import GraphEmulator
from tests.clock import HandClock
from tests.personas import PATEL
from tests.unit.emulator.conftest import KIMS, PACIFIC, Caller, error_of, new_event

OURS = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name VisitId"


async def test_a_new_event_has_a_teams_meeting_and_shows_its_times_in_utc(graph: Caller) -> None:
    event = await graph.event()
    assert event["start"] == {"dateTime": "2026-09-03T21:30:00.0000000", "timeZone": "UTC"}
    assert event["isOnlineMeeting"] is True
    assert event["onlineMeeting"]["joinUrl"].startswith("https://teams.microsoft.com/l/meetup-join/19%3ameeting_")
    assert event["onlineMeetingUrl"] is None
    assert event["originalStartTimeZone"] == PACIFIC


async def test_the_same_transaction_id_with_the_same_content_makes_no_second_event(
    graph: Caller, emulator: GraphEmulator
) -> None:
    first = await graph.event(transactionId="t1")
    again = await graph.event(transactionId="t1")
    assert again["id"] == first["id"]
    assert again["transactionId"] == "t1"
    assert len(emulator.state.events) == 1


async def test_the_same_transaction_id_with_other_content_is_refused(graph: Caller) -> None:
    await graph.event(transactionId="t1")
    answer = await graph("POST", f"{KIMS}/events", new_event(transactionId="t1", subject="Other"))
    assert error_of(answer) == (409, "ErrorDuplicateTransactionId")


async def test_a_transaction_id_belongs_to_one_mailbox(graph: Caller, emulator: GraphEmulator) -> None:
    await graph.event(transactionId="t1")
    other = await graph("POST", f"/users/{PATEL.object_id}/events", new_event(transactionId="t1"))
    assert other.status_code == 201
    assert len(emulator.state.events) == 2


async def test_a_cancelled_event_needs_a_new_transaction_id(graph: Caller) -> None:
    event = await graph.event(transactionId="t1")
    await graph("POST", f"{KIMS}/events/{event['id']}/cancel", {})
    assert error_of(await graph("POST", f"{KIMS}/events", new_event(transactionId="t1")))[0] == 409


async def test_a_transaction_id_cannot_change_and_is_shown_only_where_it_was_set(graph: Caller) -> None:
    event = await graph.event()
    assert "transactionId" not in event
    answer = await graph("PATCH", f"{KIMS}/events/{event['id']}", {"transactionId": "t2"})
    assert answer.status_code == 400


async def test_an_event_is_found_by_a_property_of_our_own(graph: Caller) -> None:
    event = await graph.event(singleValueExtendedProperties=[{"id": OURS, "value": "visit's 1"}])
    await graph.event()
    wanted = f"singleValueExtendedProperties/Any(ep: ep/id eq '{OURS}' and ep/value eq 'visit''s 1')"
    answer = await graph("GET", f"{KIMS}/events", params={"$filter": wanted, "$select": "id,subject"})
    assert answer.json()["value"] == [
        {"@odata.etag": event["@odata.etag"], "id": event["id"], "subject": "Follow-up"},
    ]


async def test_our_own_property_is_shown_only_when_expanded(graph: Caller) -> None:
    event = await graph.event(singleValueExtendedProperties=[{"id": OURS, "value": "v1"}])
    assert "singleValueExtendedProperties" not in event
    expand = f"singleValueExtendedProperties($filter=id eq '{OURS}')"
    answer = await graph("GET", f"{KIMS}/events/{event['id']}", params={"$expand": expand})
    assert answer.json()["singleValueExtendedProperties"] == [{"id": OURS, "value": "v1"}]


async def test_a_read_shows_what_was_selected(graph: Caller) -> None:
    event = await graph.event()
    answer = (await graph("GET", f"{KIMS}/events/{event['id']}", params={"$select": "subject, start"})).json()
    assert {name for name in answer if "@" not in name} == {"id", "subject", "start"}


@pytest.mark.parametrize("query", [{"$select": "id,strat"}, {"$select": ""}, {"$expand": "guests"}, {"$expand": ""}])
@pytest.mark.parametrize("path", ["events", "calendarView", "events/none"])
async def test_what_no_event_has_is_refused_though_there_is_none(
    graph: Caller, path: str, query: dict[str, str]
) -> None:
    day = {"startDateTime": "2026-09-03T00:00:00Z", "endDateTime": "2026-09-04T00:00:00Z"}
    more = day if path == "calendarView" else {}
    assert error_of(await graph("GET", f"{KIMS}/{path}", params={**query, **more}))[0] == 400


async def test_no_filter_by_transaction_id_is_offered(graph: Caller) -> None:
    answer = await graph("GET", f"{KIMS}/events", params={"$filter": "transactionId eq 't1'"})
    assert error_of(answer) == (400, "ErrorInvalidUrlQueryFilter")


@pytest.mark.parametrize("zone", ["Pacific Standard Time", "America/Los_Angeles", "UTC"])
async def test_windows_names_and_some_iana_names_are_zones(graph: Caller, zone: str) -> None:
    start = {"dateTime": "2026-09-03T14:30:00", "timeZone": zone}
    end = {"dateTime": "2026-09-03T15:00:00", "timeZone": zone}
    assert (await graph("POST", f"{KIMS}/events", new_event(start=start, end=end))).status_code == 201


@pytest.mark.parametrize("zone", ["Asia/Ho_Chi_Minh", "Pacific Time", "PST", ""])
async def test_any_other_name_is_refused(graph: Caller, zone: str) -> None:
    start = {"dateTime": "2026-09-03T14:30:00", "timeZone": zone}
    answer = await graph("POST", f"{KIMS}/events", new_event(start=start))
    assert error_of(answer) == (400, "TimeZoneNotSupportedException")
    assert f"'{zone}'" in answer.json()["error"]["message"]


async def test_the_timezone_preference_changes_only_how_answers_are_written(graph: Caller) -> None:
    headers = {"Prefer": f'outlook.timezone="{PACIFIC}", outlook.body-content-type="text"'}
    answer = await graph("POST", f"{KIMS}/events", new_event(), headers=headers)
    assert answer.json()["start"] == {"dateTime": "2026-09-03T14:30:00.0000000", "timeZone": PACIFIC}
    assert answer.json()["body"]["contentType"] == "text"
    assert answer.headers["preference-applied"] == f'outlook.timezone="{PACIFIC}"'
    view = {"startDateTime": "2026-09-03T21:00:00", "endDateTime": "2026-09-03T22:00:00"}
    shown = await graph("GET", f"{KIMS}/calendarView", params=view, headers=headers)
    assert [each["subject"] for each in shown.json()["value"]] == ["Follow-up"]


async def test_a_zone_nobody_knows_in_the_preference_is_refused(graph: Caller) -> None:
    answer = await graph("GET", f"{KIMS}/events", headers={"Prefer": 'outlook.timezone="Nowhere"'})
    assert error_of(answer) == (400, "TimeZoneNotSupportedException")


@pytest.mark.parametrize(
    "strange", [{"colour": "red"}, {"start": {"dateTime": "2026-09-03T14:30:00", "timeZone": "UTC", "offset": 0}}]
)
async def test_a_property_the_schema_does_not_know_is_refused_by_name(graph: Caller, strange: dict[str, Any]) -> None:
    answer = await graph("POST", f"{KIMS}/events", new_event(**strange))
    assert error_of(answer) == (400, "RequestBodyRead")
    assert any(name in answer.json()["error"]["message"] for name in ("colour", "offset"))


async def test_moving_an_event_moves_its_meeting_and_keeps_its_link(graph: Caller, emulator: GraphEmulator) -> None:
    event = await graph.event()
    start = {"dateTime": "2026-09-04T09:30:00", "timeZone": PACIFIC}
    end = {"dateTime": "2026-09-04T10:00:00", "timeZone": PACIFIC}
    moved = (await graph("PATCH", f"{KIMS}/events/{event['id']}", {"start": start, "end": end})).json()
    assert moved["onlineMeeting"] == event["onlineMeeting"]
    assert moved["@odata.etag"] != event["@odata.etag"]
    assert (await graph.meeting_of(event))["startDateTime"] == "2026-09-04T16:30:00Z"


async def test_a_body_without_the_join_block_ends_the_online_meeting(graph: Caller) -> None:
    event = await graph.event()
    path = f"{KIMS}/events/{event['id']}"
    kept = await graph("PATCH", path, {"body": {"contentType": "html", "content": event["body"]["content"] + "!"}})
    assert kept.json()["isOnlineMeeting"] is True
    lost = await graph("PATCH", path, {"body": {"contentType": "html", "content": "Bring your card."}})
    assert lost.json()["onlineMeeting"] is None


async def test_an_online_meeting_cannot_be_switched_off(graph: Caller) -> None:
    event = await graph.event()
    answer = await graph("PATCH", f"{KIMS}/events/{event['id']}", {"isOnlineMeeting": False})
    assert answer.status_code == 400


async def test_attendees_get_mail_at_once_and_at_every_change(graph: Caller, emulator: GraphEmulator) -> None:
    ana = {"emailAddress": {"address": "ana@example.com", "name": "Ana"}, "type": "required"}
    event = await graph.event()
    assert emulator.state.mails == []
    await graph("PATCH", f"{KIMS}/events/{event['id']}", {"attendees": [ana]})
    await graph("PATCH", f"{KIMS}/events/{event['id']}", {"subject": "Lab results"})
    await graph("POST", f"{KIMS}/events/{event['id']}/cancel", {"comment": "Dr Kim is ill"})
    assert [(mail.to, mail.kind) for mail in emulator.state.mails] == [
        ("ana@example.com", "invitation"),
        ("ana@example.com", "update"),
        ("ana@example.com", "cancellation"),
    ]
    assert emulator.state.mails[-1].body == "Dr Kim is ill"


async def test_only_the_organizer_cancels(graph: Caller) -> None:
    patel = {"emailAddress": {"address": "asha.patel@contoso.example"}}
    await graph.event(attendees=[patel])
    hers = (await graph("GET", f"/users/{PATEL.object_id}/events")).json()["value"][0]
    assert hers["isOrganizer"] is False
    answer = await graph("POST", f"/users/{PATEL.object_id}/events/{hers['id']}/cancel", {})
    assert answer.status_code == 400
    assert "You need to be an organizer to cancel a meeting" in answer.json()["error"]["message"]


@pytest.mark.parametrize(("method", "ending", "status"), [("POST", "/cancel", 202), ("DELETE", "", 204)])
async def test_a_cancelled_event_is_gone_and_so_is_its_meeting(
    graph: Caller, emulator: GraphEmulator, method: str, ending: str, status: int
) -> None:
    event = await graph.event()
    meeting = await graph.meeting_of(event)
    answer = await graph(method, f"{KIMS}/events/{event['id']}{ending}", {} if ending else None)
    assert answer.status_code == status
    assert error_of(await graph("GET", f"{KIMS}/events/{event['id']}")) == (404, "ErrorItemNotFound")
    assert (await graph("GET", f"{KIMS}/onlineMeetings/{meeting['id']}")).status_code == 404
    assert emulator.snapshot()["events"][0]["deleted_at"] == "2026-09-01T15:00:00Z"


async def test_the_join_url_may_come_late(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.world.switches.late_join_url_reads = 2
    event = await graph.event()
    assert event["onlineMeeting"] is None
    reads = [(await graph("GET", f"{KIMS}/events/{event['id']}")).json()["onlineMeeting"] for _ in range(2)]
    assert reads[0] is None
    assert reads[1]["joinUrl"]


async def test_a_calendar_view_needs_its_window_and_shows_other_appointments(graph: Caller) -> None:
    assert error_of(await graph("GET", f"{KIMS}/calendarView")) == (400, "ErrorInvalidParameter")
    await graph.event()
    window = {"startDateTime": "2026-09-03T08:00:00-07:00", "endDateTime": "2026-09-03T18:00:00-07:00"}
    shown = (await graph("GET", f"{KIMS}/calendarView", params=window)).json()["value"]
    assert [each["subject"] for each in shown] == ["Lunch", "Follow-up"]


async def test_an_event_changed_meanwhile_is_not_overwritten(graph: Caller) -> None:
    event = await graph.event()
    path, headers = f"{KIMS}/events/{event['id']}", {"If-Match": event["@odata.etag"]}
    assert (await graph("PATCH", path, {"subject": "A"}, headers=headers)).status_code == 200
    assert (await graph("PATCH", path, {"subject": "B"}, headers=headers)).status_code == 412


async def test_what_people_change_in_outlook_shows(graph: Caller, emulator: GraphEmulator, clock: HandClock) -> None:
    event = await graph.event()
    record = emulator.state.events[event["id"]]
    hour_later = (record.starts_at.replace(hour=22), record.ends_at.replace(hour=23))
    emulator.outlook.move_by_hand(event["id"], *hour_later, clock.now())
    shown = (await graph("GET", f"{KIMS}/events/{event['id']}")).json()
    assert shown["start"]["dateTime"] == "2026-09-03T22:30:00.0000000"
    emulator.outlook.delete_by_hand(event["id"], clock.now())
    assert (await graph("GET", f"{KIMS}/events/{event['id']}")).status_code == 404


async def test_people_are_addressed_by_object_id_or_by_name(graph: Caller) -> None:
    event = await graph.event()
    by_name = await graph("GET", f"/users/min.kim@contoso.example/events/{event['id']}")
    assert by_name.json()["id"] == event["id"]
    assert error_of(await graph("GET", "/users/nobody@contoso.example/events")) == (404, "Request_ResourceNotFound")
