"""The memory in a file: found again after a restart, set aside where it cannot be read."""

from pathlib import Path

import httpx
import pytest

from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.keeping import REQUESTS_KEPT
from tests.personas import KIM
from tests.unit.emulator.conftest import KIMS, PACIFIC, Caller, HandClock, no_wait

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
