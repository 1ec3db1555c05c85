"""The resource of 2022, where it still is, and what happens where it is gone."""

from collections.abc import Callable
from typing import Any

import pytest

from bot.graph.identity import Identities
from bot.visits.errors import TenantProvisioning
from tests.clock import HandClock
from tests.contracts.conftest import DR_PATEL, Office, world_for
from tests.personas import PATEL

Open = Callable[..., Office]


def resource(office: Office, visit: Any) -> Any:
    return office.played.state.meetings[visit.meeting_id].retired


async def test_the_clients_link_comes_from_the_appointment(open_office: Open) -> None:
    office = open_office("virtual-appointment", "delegated")
    visit = await office.booked()
    link = await office.calendar.client_link(visit)
    kept = resource(office, visit)
    assert link == kept["appointmentClientJoinWebUrl"]
    assert kept["externalAppointmentId"] == visit.id
    assert kept["appointmentClients"] == [
        {"displayName": "Ana Ruiz", "emailAddress": "ana.ruiz@example.com", "smsCapablePhoneNumber": "+12065550142"}
    ]
    assert office.edge.calendar.notices == ()


async def test_a_client_who_changed_changes_there_too(open_office: Open) -> None:
    office = open_office("virtual-appointment", "delegated")
    visit = await office.booked()
    await office.calendar.client_link(visit)
    renamed = visit.model_copy(update={"client": visit.client.model_copy(update={"name": "Anna Ruiz"})})
    await office.calendar.invite_client(renamed)
    assert resource(office, visit)["appointmentClients"][0]["displayName"] == "Anna Ruiz"


async def test_cancelling_removes_the_appointment_and_its_meeting(open_office: Open) -> None:
    office = open_office("virtual-appointment", "delegated")
    visit = await office.booked()
    await office.calendar.client_link(visit)
    await office.calendar.cancel(visit)
    meeting = office.played.state.meetings[visit.meeting_id or ""]
    assert meeting.retired is None
    assert meeting.deleted_at is not None


@pytest.mark.parametrize("status", [400, 404])
async def test_where_it_is_gone_visits_are_meetings_and_one_notice_says_so(open_office: Open, status: int) -> None:
    world = world_for("meeting")
    world.switches.retired_status = status  # type: ignore[assignment]
    office = open_office("virtual-appointment", "delegated", world=world)
    visit = await office.booked()
    link = await office.calendar.client_link(visit)
    assert link.startswith("https://visit.teams.microsoft.com/")
    assert list(office.edge.calendar.notices) == ["virtual_appointment_retired"]
    asked = len([each for each in office.played.state.requests if each.path.startswith("/beta")])
    await office.calendar.client_link(await office.booked())
    assert len([each for each in office.played.state.requests if each.path.startswith("/beta")]) == asked == 1


async def test_it_takes_a_person_and_without_one_a_notice_says_so(open_office: Open) -> None:
    identities = Identities(calendar="app", visits="app")
    office = open_office("virtual-appointment", "app", identities=identities, world=world_for("meeting"), signed_in=())
    visit = await office.booked()
    assert await office.calendar.client_link(visit)
    assert list(office.edge.calendar.notices) == ["virtual_appointment_sign_in"]


async def test_one_persons_missing_sign_in_is_not_everybodys(open_office: Open) -> None:
    identities = Identities(calendar="app", visits="app")
    office = open_office("virtual-appointment", "app", identities=identities, signed_in=(PATEL,))
    kims = await office.booked()
    assert await office.calendar.client_link(kims)
    assert list(office.edge.calendar.notices) == ["virtual_appointment_sign_in"]
    patels = await office.booked(organizer=DR_PATEL)
    await office.calendar.client_link(patels)
    assert (resource(office, kims) is None, resource(office, patels) is None) == (True, False)
    await office.calendar.cancel(patels)
    assert resource(office, patels) is None


@pytest.mark.parametrize("status", ["503", "409"])
async def test_the_first_appointment_of_a_tenant_waits_for_its_set_up(open_office: Open, status: str) -> None:
    office = open_office("virtual-appointment", "delegated")
    office.played.world.switches.provisioning = status  # type: ignore[assignment]
    visit = await office.booked()
    with pytest.raises(TenantProvisioning) as raised:
        await office.calendar.client_link(visit)
    clock = office.clock
    assert isinstance(clock, HandClock)
    clock.advance(seconds=(raised.value.retry_after or 0) + 1)
    assert await office.calendar.client_link(visit)


async def test_the_texts_of_2022_named_numbers_alone(open_office: Open) -> None:
    world = world_for("virtual-appointment")
    scopes = (*world.app.scopes, "VirtualAppointment.ReadWrite")
    world = world.model_copy(update={"app": world.app.model_copy(update={"scopes": scopes})})
    office = open_office("virtual-appointment", "delegated", world=world, sms_shape="2022")
    visit = await office.booked()
    await office.calendar.send_sms(visit, "confirmation")
    assert office.posts("/sendVirtualAppointmentSms") == [{"phoneNumbers": ["+12065550142"], "smsType": "confirmation"}]
    assert [each.type for each in office.played.state.sms] == ["confirmation"]
