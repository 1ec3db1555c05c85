"""The beta virtualAppointment of 2022: gone, unless the world is set back."""

from typing import Any

import pytest

from bot.graph.emulator.core import GraphEmulator
from tests.clock import HandClock
from tests.unit.emulator.conftest import KIMS, Caller, error_of

ANA = {"displayName": "Ana Ruiz", "emailAddress": "ana@example.com", "smsCapablePhoneNumber": "+12065550142"}
BODY = {
    "settings": {"allowClientToJoinUsingBrowser": "true"},
    "appointmentClients": [ANA],
    "externalAppointmentId": "visit-1",
    "externalAppointmentUrl": "https://clinic.example/visits/1",
}


@pytest.fixture
def in_2022(emulator: GraphEmulator) -> GraphEmulator:
    """The world as it was."""
    emulator.world.switches.resource_of_2022 = True
    return emulator


async def path_of(graph: Caller) -> str:
    return f"{KIMS}/onlineMeetings/{(await graph.meeting())['id']}/virtualAppointment"


@pytest.mark.parametrize("method", ["PUT", "GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("status", [400, 404])
async def test_it_is_gone(graph: Caller, emulator: GraphEmulator, method: str, status: Any) -> None:
    emulator.world.switches.retired_status = status
    path = await path_of(graph)
    answer = await graph.beta()(method, path, BODY if method in ("PUT", "PATCH") else None)
    assert answer.status_code == status
    assert (await graph(method, path, {})).status_code == 400


async def test_in_2022_it_is_put_read_changed_and_deleted(graph: Caller, in_2022: GraphEmulator) -> None:
    beta, path = graph.beta(), await path_of(graph)
    made = await beta("PUT", path, BODY)
    assert made.status_code == 201
    assert made.json()["settings"] == {"allowClientToJoinUsingBrowser": True}
    assert made.json()["appointmentClientJoinWebUrl"].startswith("https://visit.teams.microsoft.com/")
    changed = await beta("PATCH", path, {"externalAppointmentUrl": "https://clinic.example/visits/2"})
    assert changed.status_code == 200
    shown = (await beta("GET", path)).json()
    assert shown["externalAppointmentUrl"] == "https://clinic.example/visits/2"
    assert shown["appointmentClients"] == [ANA]
    assert shown["id"] == made.json()["id"]
    assert (await beta("DELETE", path)).status_code == 204
    assert (await beta("GET", path)).status_code == 404


async def test_the_first_page_had_one_client_instead_of_a_list(graph: Caller, in_2022: GraphEmulator) -> None:
    made = await graph.beta()("PUT", await path_of(graph), {**BODY, "appointmentClients": ANA})
    assert made.json()["appointmentClients"] == [ANA]


async def test_there_was_no_post_and_no_v1(graph: Caller, in_2022: GraphEmulator) -> None:
    path = await path_of(graph)
    assert (await graph.beta()("POST", path, BODY)).status_code == 405
    assert (await graph("PUT", path, BODY)).status_code == 400


async def test_the_first_put_of_a_tenant_provisions_it(graph: Caller, in_2022: GraphEmulator, clock: HandClock) -> None:
    in_2022.world.switches.provisioning = "409"
    beta, path = graph.beta(), await path_of(graph)
    assert error_of(await beta("PUT", path, BODY)) == (409, "Conflict")
    clock.advance(minutes=3)
    assert (await beta("PUT", path, BODY)).status_code == 201


async def test_an_app_alone_could_or_could_not_write_it(graph: Caller, in_2022: GraphEmulator) -> None:
    in_2022.world.switches.retired_app_only = "deny"
    assert (await graph.beta()("PUT", await path_of(graph), BODY)).status_code == 403


@pytest.mark.parametrize("name", ["smsType", "virtualAppointmentSmsType"])
async def test_in_2022_beta_takes_the_old_text_body(graph: Caller, in_2022: GraphEmulator, name: str) -> None:
    path = f"{KIMS}/onlineMeetings/{(await graph.meeting())['id']}/sendVirtualAppointmentSms"
    body = {"phoneNumbers": ["+12065550142"], name: "confirmation"}
    assert (await graph.beta()("POST", path, body)).status_code == 202
    assert (await graph("POST", path, body)).status_code == 400
    assert [(sms.type, sms.time_zone) for sms in in_2022.state.sms] == [("confirmation", "Pacific Standard Time")]
