"""What the doctor finds out by reading, and that it only reads."""

from collections.abc import Callable

import pytest

from bot.graph.doctor_live import examine
from tests.contracts.conftest import Office
from tests.personas import KIM

Open = Callable[..., Office]


async def test_a_tenant_that_lets_the_bot_work_is_all_ok(open_office: Open) -> None:
    office = open_office("outlook", "app")
    lines = await examine(office.edge, [office.kim, office.patel], office.clock)
    assert len(lines) == 6
    assert all(each.startswith("  ok") for each in lines), lines


async def test_nothing_is_changed(open_office: Open) -> None:
    office = open_office("bookings", "app")
    await examine(office.edge, [office.kim], office.clock)
    asked = {each.method + each.path.rpartition("/")[2] for each in office.played.state.requests}
    assert {each for each in asked if not each.startswith("GET")} == {"POSTgetSchedule"}


async def test_a_missing_policy_comes_with_its_command(open_office: Open) -> None:
    office = open_office("outlook", "app")
    office.played.world.access_policies = ()
    lines = await examine(office.edge, [office.kim], office.clock)
    (refused,) = [each for each in lines if each.startswith("  no")]
    assert "find_meeting for Dr Min Kim: grant OnlineMeetings.Read.All" in refused
    assert f"-Identity {KIM.object_id}" in refused


async def test_a_mailbox_that_cannot_be_read_is_named(open_office: Open) -> None:
    office = open_office("outlook", "app")
    user = office.played.world.user(KIM.object_id)
    assert user is not None
    user.mailbox_error = "ErrorMailRecipientNotFound"
    lines = await examine(office.edge, [office.kim], office.clock)
    assert "  no  get_schedule for Dr Min Kim: ErrorMailRecipientNotFound" in lines


async def test_whoever_has_not_signed_in_is_a_question(open_office: Open) -> None:
    office = open_office("outlook", "delegated", signed_in=())
    lines = await examine(office.edge, [office.kim], office.clock)
    assert all("they have not signed in" in each for each in lines)


@pytest.mark.parametrize("backend", ["meeting", "bookings", "virtual-appointment"])
async def test_every_backend_can_be_examined(open_office: Open, backend: str) -> None:
    office = open_office(backend, "app")
    assert await examine(office.edge, [office.kim], office.clock)
