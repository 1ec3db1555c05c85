"""Free/busy: a digit per interval, an error per mailbox, and times that suit everyone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.graph.emulator.core import GraphEmulator
from tests.personas import JORDAN, KIM
from tests.unit.emulator.conftest import KIMS, PACIFIC, Caller, error_of

DAYS = ("2026-09-03", "2026-09-04")
KIM_MAIL = "min.kim@contoso.example"


async def ask(
    graph: Caller, *schedules: str, start: str = "2026-09-03T08:00", end: str = "2026-09-03T18:00", **more: Any
) -> httpx.Response:
    body = {
        "schedules": list(schedules or (KIM_MAIL,)),
        "startTime": {"dateTime": f"{start}:00", "timeZone": PACIFIC},
        "endTime": {"dateTime": f"{end}:00", "timeZone": PACIFIC},
        **more,
    }
    return await graph("POST", f"{KIMS}/calendar/getSchedule", body)


async def test_each_interval_has_a_digit(graph: Caller) -> None:
    await graph.event()
    row = (await ask(graph)).json()["value"][0]
    assert row["availabilityView"] == "00000000220002000000"
    assert [item["status"] for item in row["scheduleItems"]] == ["busy", "busy"]
    assert row["scheduleItems"][1]["start"] == {"dateTime": "2026-09-03T21:30:00.0000000", "timeZone": "UTC"}


async def test_the_digits_tell_tentative_from_elsewhere(graph: Caller) -> None:
    tuesday = (await ask(graph, start="2026-09-08T16:00", end="2026-09-08T17:00")).json()["value"][0]
    assert tuesday["availabilityView"] == "11"
    friday = await ask(graph, "tom.becker@contoso.example", start="2026-09-04T08:00", end="2026-09-04T09:00")
    assert friday.json()["value"][0]["availabilityView"] == "44"


async def test_the_interval_is_asked_for(graph: Caller) -> None:
    row = (await ask(graph, availabilityViewInterval=60)).json()["value"][0]
    assert row["availabilityView"] == "0000200000"
    for wrong in (4, 1441):
        assert (await ask(graph, availabilityViewInterval=wrong)).status_code == 400


async def test_a_mailbox_that_cannot_be_read_is_an_item_with_an_error(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.world.users[1].mailbox_error = "ErrorNoFreeBusyAccess"
    answer = await ask(graph, KIM_MAIL, "asha.patel@contoso.example", "nobody@contoso.example")
    rows = answer.json()["value"]
    assert answer.status_code == 200
    assert "error" not in rows[0]
    assert rows[1]["error"]["responseCode"] == "ErrorNoFreeBusyAccess"
    assert rows[2]["error"]["responseCode"] == "ErrorMailRecipientNotFound"
    assert rows[2]["availabilityView"] == ""


async def test_working_hours_name_a_windows_zone(graph: Caller) -> None:
    hours = (await ask(graph)).json()["value"][0]["workingHours"]
    assert hours["timeZone"] == {"name": PACIFIC}
    assert hours["startTime"] == "08:00:00.0000000"
    assert hours["daysOfWeek"] == ["monday", "tuesday", "wednesday", "thursday", "friday"]


async def test_a_stretch_of_more_than_62_days_is_refused(graph: Caller) -> None:
    assert (await ask(graph, start="2026-09-01T00:00", end="2026-10-31T00:00")).status_code == 200
    assert (await ask(graph, start="2026-09-01T00:00", end="2026-11-03T00:00")).status_code == 400


async def test_too_many_mailboxes_are_refused(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.world.switches.schedule_limit = 20
    assert (await ask(graph, *[KIM_MAIL] * 20)).status_code == 200
    assert (await ask(graph, *[KIM_MAIL] * 21)).status_code == 400


async def test_parameters_may_begin_with_a_capital_and_strange_ones_are_refused(graph: Caller) -> None:
    times = {
        "StartTime": {"dateTime": "2026-09-03T08:00:00", "timeZone": PACIFIC},
        "EndTime": {"dateTime": "2026-09-03T09:00:00", "timeZone": PACIFIC},
    }
    path = f"{KIMS}/calendar/getSchedule"
    assert (await graph("POST", path, {"Schedules": [KIM_MAIL], **times})).status_code == 200
    assert (await graph("POST", path, {"Schedules": [KIM_MAIL], **times, "people": 1})).status_code == 400


async def test_a_cancelled_event_is_free_again(graph: Caller) -> None:
    event = await graph.event()
    await graph("POST", f"{KIMS}/events/{event['id']}/cancel", {})
    assert (await ask(graph)).json()["value"][0]["availabilityView"] == "00000000220000000000"


async def test_an_invitation_shows_as_tentative_with_those_who_work_here(graph: Caller) -> None:
    await graph.event(attendees=[{"emailAddress": {"address": "asha.patel@contoso.example"}}])
    row = (await ask(graph, "asha.patel@contoso.example", start="2026-09-03T14:00", end="2026-09-03T15:00")).json()
    assert row["value"][0]["availabilityView"] == "01"


async def test_someone_else_takes_a_slot(graph: Caller, emulator: GraphEmulator) -> None:
    start = emulator.clock.now().replace(day=3, hour=17)
    emulator.block(KIM.object_id, start, start.replace(hour=18))
    assert (await ask(graph)).json()["value"][0]["availabilityView"][4:6] == "22"


async def test_a_stretch_over_midnight_takes_both_days(graph: Caller, emulator: GraphEmulator) -> None:
    since = datetime(2026, 9, 4, 0, tzinfo=UTC)  # five in the afternoon
    emulator.block(KIM.object_id, since, since + timedelta(hours=16))
    first, second = [(await ask(graph, start=f"{day}T08:00", end=f"{day}T18:00")).json() for day in DAYS]
    assert first["value"][0]["availabilityView"][-4:] == "0022"
    assert second["value"][0]["availabilityView"][:4] == "2200"


@pytest.fixture
def jordan(graph: Caller, emulator: GraphEmulator) -> Caller:
    """The receptionist, signed in."""
    return graph.with_token(emulator.identity.user_token(JORDAN.object_id))


def wanted(**more: Any) -> dict[str, Any]:
    slot = {
        "start": {"dateTime": "2026-09-03T11:00:00", "timeZone": PACIFIC},
        "end": {"dateTime": "2026-09-03T14:00:00", "timeZone": PACIFIC},
    }
    guests = [{"emailAddress": {"address": KIM_MAIL}, "type": "required"}]
    return {"attendees": guests, "timeConstraint": {"timeSlots": [slot]}, "meetingDuration": "PT1H", **more}


async def test_meeting_times_are_suggested_to_people_alone(graph: Caller, jordan: Caller) -> None:
    assert error_of(await graph("POST", f"{KIMS}/findMeetingTimes", wanted())) == (403, "ErrorAccessDenied")
    found = (await jordan("POST", "/me/findMeetingTimes", wanted())).json()["meetingTimeSuggestions"]
    starts = [each["meetingTimeSlot"]["start"]["dateTime"][11:16] for each in found]
    assert starts == ["18:00", "20:00"]
    assert [each["order"] for each in found] == [1, 2]
    assert found[0]["confidence"] == 100


async def test_no_time_is_said_with_a_reason(jordan: Caller) -> None:
    whole = {"dateTime": "2026-09-03T12:00:00", "timeZone": PACIFIC}
    end = {"dateTime": "2026-09-03T13:00:00", "timeZone": PACIFIC}
    slots = {"timeSlots": [{"start": whole, "end": end}]}
    answer = (await jordan("POST", "/me/findMeetingTimes", wanted(timeConstraint=slots))).json()
    assert answer["meetingTimeSuggestions"] == []
    assert answer["emptySuggestionsReason"] == "AttendeesUnavailable"
