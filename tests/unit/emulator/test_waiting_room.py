"""People at the door: who waits, who is let in, and what the reports say afterwards."""

from typing import Any

import pytest

from bot.graph.emulator.core import GraphEmulator
from tests.clock import HandClock
from tests.personas import KIM, PATEL
from tests.unit.emulator.conftest import KIMS, Caller, error_of, played


async def test_a_client_waits_until_staff_admit_them(graph: Caller, emulator: GraphEmulator) -> None:
    meeting = played(emulator, await graph.meeting())
    ana = emulator.waiting_room.enter(meeting, "Ana")
    assert (ana.presence, meeting.call) == ("lobby", None)
    assert emulator.waiting_room.admit(meeting, ana.id) == [ana]
    assert ana.presence == "in"
    assert meeting.call is not None
    assert [each.name for each in meeting.call.participants] == ["Min Kim", "Ana"]


async def test_a_lobby_open_to_everyone_keeps_nobody_waiting(graph: Caller, emulator: GraphEmulator) -> None:
    made = await graph.meeting(lobbyBypassSettings={"scope": "everyone"})
    ana = emulator.waiting_room.enter(played(emulator, made), "Ana")
    assert ana.presence == "in"


async def test_all_who_wait_are_admitted_together(graph: Caller, emulator: GraphEmulator) -> None:
    meeting = played(emulator, await graph.meeting())
    for name in ("Ana", "Ben"):
        emulator.waiting_room.enter(meeting, name)
    assert len(emulator.waiting_room.admit(meeting)) == 2
    assert meeting.lobby == []


async def test_someone_may_give_up_waiting(graph: Caller, emulator: GraphEmulator) -> None:
    meeting = played(emulator, await graph.meeting())
    ana = emulator.waiting_room.enter(meeting, "Ana")
    emulator.waiting_room.leave(meeting, ana.id)
    assert (ana.presence, meeting.lobby, meeting.sessions) == ("left", [], [])


async def visited(graph: Caller, emulator: GraphEmulator, clock: HandClock) -> str:
    """A visit of twenty minutes after a wait of five; the path of its reports."""
    made = await graph.meeting()
    meeting, room = played(emulator, made), emulator.waiting_room
    room.enter(meeting, "Ana")
    clock.advance(minutes=5)
    room.admit(meeting)
    clock.advance(minutes=20)
    room.end(meeting)
    return f"{KIMS}/onlineMeetings/{made['id']}/attendanceReports"


async def test_there_is_no_report_before_the_call_has_ended(graph: Caller, emulator: GraphEmulator) -> None:
    made = await graph.meeting()
    emulator.waiting_room.staff_joins(played(emulator, made))
    answer = await graph("GET", f"{KIMS}/onlineMeetings/{made['id']}/attendanceReports")
    assert answer.json()["value"] == []


async def test_a_report_tells_who_was_there_from_admission_on(
    graph: Caller, emulator: GraphEmulator, clock: HandClock
) -> None:
    path = await visited(graph, emulator, clock)
    report = (await graph("GET", path)).json()["value"][0]
    assert report["meetingStartDateTime"] == "2026-09-01T15:05:00Z"
    assert report["meetingEndDateTime"] == "2026-09-01T15:25:00Z"
    assert report["totalParticipantCount"] == 2
    assert "attendanceRecords" not in report
    whole = (await graph("GET", f"{path}/{report['id']}", params={"$expand": "attendanceRecords"})).json()
    listed = (await graph("GET", f"{path}/{report['id']}/attendanceRecords")).json()["value"]
    assert whole["attendanceRecords"] == listed
    kim, ana = listed
    assert (kim["role"], kim["emailAddress"], kim["identity"]["id"]) == (
        "Organizer",
        "min.kim@contoso.example",
        KIM.object_id,
    )
    assert (ana["role"], ana["emailAddress"], ana["identity"]["tenantId"]) == ("Attendee", None, None)
    assert ana["totalAttendanceInSeconds"] == 20 * 60
    assert "lobby" not in str(listed).lower()


async def test_each_session_has_its_own_report(graph: Caller, emulator: GraphEmulator, clock: HandClock) -> None:
    path = await visited(graph, emulator, clock)
    meeting = next(iter(emulator.state.meetings.values()))
    emulator.waiting_room.staff_joins(meeting)
    clock.advance(minutes=1)
    emulator.waiting_room.end(meeting)
    assert len((await graph("GET", path)).json()["value"]) == 2


async def test_a_report_may_take_its_time(graph: Caller, emulator: GraphEmulator, clock: HandClock) -> None:
    emulator.world.switches.attendance_delay_minutes = 10
    path = await visited(graph, emulator, clock)
    assert (await graph("GET", path)).json()["value"] == []
    clock.advance(minutes=10)
    assert len((await graph("GET", path)).json()["value"]) == 1


async def test_reports_are_the_organizers(graph: Caller, emulator: GraphEmulator) -> None:
    people: dict[str, Any] = {"attendees": [{"upn": "asha.patel@contoso.example", "role": "presenter"}]}
    made = await graph.meeting(participants=people)
    answer = await graph("GET", f"/users/{PATEL.object_id}/onlineMeetings/{made['id']}/attendanceReports")
    assert error_of(answer) == (403, "General")
    assert "is not the organizer of the queried meeting" in answer.json()["error"]["message"]


@pytest.mark.parametrize("expand", ["participants", "attendanceRecords($select=id)"])
async def test_nothing_else_is_expanded(graph: Caller, emulator: GraphEmulator, clock: HandClock, expand: str) -> None:
    path = await visited(graph, emulator, clock)
    report = (await graph("GET", path)).json()["value"][0]["id"]
    assert (await graph("GET", f"{path}/{report}", params={"$expand": expand})).status_code == 400
