"""When Bookings says its staff are taken: whatever it does not call free is not."""

from datetime import timedelta
from typing import Any

import pytest

from bot.graph.bookings_catalog import Catalogs
from bot.graph.bookings_times import StaffTimes
from bot.graph.client import GraphClient
from bot.graph.identity import Identities, Seating
from bot.visits.errors import CalendarUnreadable
from bot.visits.models.slots import BusySpan
from tests.clock import HandClock
from tests.unit.graph.conftest import KIM, NOW, OpenDoor, ScriptedGraph

HOUR = timedelta(hours=1)


@pytest.fixture
def times(graph: GraphClient, clock: HandClock, script: ScriptedGraph) -> StaffTimes:
    """A business whose only member is Dr Kim."""
    seating = Seating(Identities(calendar="app", visits="app"), OpenDoor())
    script.answers = {
        "/bookingBusinesses/b": {"id": "b"},
        "/services": {"value": []},
        "/staffMembers": {"value": [{"id": "kim", "emailAddress": KIM.mailbox}]},
    }
    return StaffTimes(graph, seating, Catalogs(graph, seating, clock), business="b", deadline=5)


def says(script: ScriptedGraph, *statuses: str, staff: str = "kim") -> None:
    """Bookings answers with one item of an hour for each status."""

    def at(hours: int) -> dict[str, str]:
        return {"dateTime": f"{NOW + HOUR * hours:%Y-%m-%dT%H:%M:%S}", "timeZone": "UTC"}

    items: list[dict[str, Any]] = [
        {"status": status, "startDateTime": at(number), "endDateTime": at(number + 1), "serviceId": ""}
        for number, status in enumerate(statuses)
    ]
    script.answers["/getStaffAvailability"] = {"value": [{"staffId": staff, "availabilityItems": items}]}


async def busy(times: StaffTimes) -> list[BusySpan]:
    found = await times.busy([KIM], NOW, NOW + 9 * HOUR, None)
    return list(found[KIM.id])


@pytest.mark.parametrize("status", ["available", "Available", "slotsAvailable", "SlotsAvailable"])
async def test_what_is_called_free_is_free(times: StaffTimes, script: ScriptedGraph, status: str) -> None:
    says(script, status)
    assert await busy(times) == []


@pytest.mark.parametrize(
    ("status", "told"),
    [("Busy", "Busy"), ("OutOfOffice", "outOfOffice"), ("inAnotherDepartment", "inAnotherDepartment")],
)
async def test_everything_else_is_taken_also_what_came_later(
    times: StaffTimes, script: ScriptedGraph, status: str, told: str
) -> None:
    says(script, "available", status)
    (span,) = await busy(times)
    assert (span.status, span.starts_at, span.is_event) == (told, NOW + HOUR, False)


async def test_somebody_left_out_of_the_answer_is_not_free(times: StaffTimes, script: ScriptedGraph) -> None:
    says(script, "available", staff="patel")
    with pytest.raises(CalendarUnreadable):
        await busy(times)
