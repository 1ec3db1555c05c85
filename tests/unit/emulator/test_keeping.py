"""The memory in a file: found again after a restart, set aside where it cannot be read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from bot.graph.emulator.by_hand import ChangesByHand
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.demo import demo_world
from bot.graph.emulator.keeping import REQUESTS_KEPT
from tests.clock import HandClock
from tests.personas import KIM
from tests.unit.emulator.conftest import KIMS, PACIFIC, Caller, no_wait

NINE = datetime(2026, 9, 4, 16, tzinfo=UTC)
"""Of Friday morning, in Los Angeles."""
CLINIC = "/solutions/bookingBusinesses/clinic@contoso.example"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the memory is kept."""
    return tmp_path / "data" / "emulator.json"


def start(file: Path, clock: HandClock) -> tuple[GraphEmulator, Caller]:
    listener = httpx.MockTransport(lambda request: httpx.Response(202))
    emulator = GraphEmulator(clock=clock, sleep=no_wait, state_file=file, notify=listener)
    return emulator, Caller(emulator)


async def test_everything_is_there_after_a_restart(file: Path, clock: HandClock) -> None:
    emulator, graph = start(file, clock)
    event = await graph.event(transactionId="t1")
    meeting = await graph.meeting_of(event)
    ana = {"phoneNumber": "+12065550142", "timeZone": PACIFIC}
    sms = {"messageType": "confirmation", "attendees": [ana]}
    await graph("POST", f"{KIMS}/onlineMeetings/{meeting['id']}/sendVirtualAppointmentSms", sms)
    await graph("POST", f"{CLINIC}/services", {"displayName": "Dressing"})
    emulator.waiting_room.enter(emulator.state.meetings[meeting["id"]], "Ana")
    emulator.identity.revoke(KIM.object_id)
    emulator.changed()
    before = emulator.snapshot()
    await emulator.close()

    again, graph = start(file, clock)
    assert again.snapshot() == before
    assert (await graph.event(transactionId="t1"))["id"] == event["id"]
    assert "Dressing" in (await graph("GET", f"{CLINIC}/services")).text
    assert KIM.object_id in again.identity.revoked


async def busy_on_friday(graph: Caller, hour: int) -> int:
    """How many of Kim's half hours are taken from this hour of Friday to the next."""
    span = {
        "startTime": (f"2026-09-04T{hour:02}:00:00", PACIFIC),
        "endTime": (f"2026-09-04T{hour + 1:02}:00:00", PACIFIC),
    }
    moments = {name: {"dateTime": moment, "timeZone": zone} for name, (moment, zone) in span.items()}
    asked = {"schedules": ["min.kim@contoso.example"], "availabilityViewInterval": 30, **moments}
    (row,) = (await graph("POST", f"{KIMS}/calendar/getSchedule", asked)).json()["value"]
    return len(row["scheduleItems"])


async def test_what_people_changed_by_hand_is_there_after_a_restart(file: Path, clock: HandClock) -> None:
    emulator, graph = start(file, clock)
    assert await busy_on_friday(graph, 9) == 0
    emulator.block(KIM.object_id, NINE, NINE + timedelta(hours=1))
    emulator.world.switches.provisioning = "503"
    person = emulator.world.users[0]
    person.needs_claims = True
    emulator.identity.codes.accept(person)
    emulator.changed()
    await emulator.close()

    again, graph = start(file, clock)
    assert await busy_on_friday(graph, 9) == 1
    assert again.world.switches.provisioning == "503"
    assert again.world.users[0].needs_claims
    assert not again.identity.codes.must_ask(again.world.users[0])
    again.reset()
    assert (await busy_on_friday(graph, 9), again.world.switches.provisioning) == (0, "off")
    await again.close()


def test_a_world_that_changed_since_keeps_what_still_fits() -> None:
    kept = ChangesByHand(
        switches={"latency_s": 2, "retired_switch": True, "provisioning": "418"},
        people={"somebody-who-left": {"consented": False}, KIM.object_id: {"needs_claims": True, "retired": 1}},
    )
    world = demo_world().model_copy(deep=True)
    kept.apply(world)
    assert (world.switches.latency_s, world.switches.provisioning) == (2, "off")
    assert [each.id for each in world.users if each.needs_claims] == [KIM.object_id]
    assert ChangesByHand.between(demo_world(), world) == ChangesByHand(
        switches={"latency_s": 2}, people={KIM.object_id: {"needs_claims": True}}
    )


async def test_an_event_and_its_meeting_are_one_thing_again(file: Path, clock: HandClock) -> None:
    emulator, graph = start(file, clock)
    event = await graph.event()
    await emulator.close()
    again, graph = start(file, clock)
    times = {
        "start": {"dateTime": "2026-09-04T09:30:00", "timeZone": PACIFIC},
        "end": {"dateTime": "2026-09-04T10:00:00", "timeZone": PACIFIC},
    }
    await graph("PATCH", f"{KIMS}/events/{event['id']}", times)
    assert (await graph.meeting_of(event))["startDateTime"] == "2026-09-04T16:30:00Z"
    await again.close()


async def test_only_the_latest_requests_are_kept(file: Path, clock: HandClock) -> None:
    emulator, graph = start(file, clock)
    for _ in range(REQUESTS_KEPT + 5):
        await graph("GET", KIMS)
    assert len(emulator.state.requests) == REQUESTS_KEPT + 5
    await emulator.close()
    again, _ = start(file, clock)
    assert len(again.state.requests) == REQUESTS_KEPT


def test_a_file_that_cannot_be_read_is_set_aside(file: Path, clock: HandClock) -> None:
    file.parent.mkdir()
    file.write_text("{")
    emulator, _ = start(file, clock)
    assert emulator.snapshot()["events"] == []
    assert file.with_suffix(".unreadable").read_text() == "{"


async def test_starting_over_is_kept_too(file: Path, clock: HandClock) -> None:
    emulator, graph = start(file, clock)
    await graph.event()
    emulator.reset()
    await emulator.close()
    again, _ = start(file, clock)
    assert again.snapshot()["events"] == []
