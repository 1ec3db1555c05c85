"""What an administrator is told, for three clinics."""

from itertools import product
from pathlib import Path

import pytest

from bot.graph.calls import ALL_CALLS
from bot.graph.config import Backend, GraphConfig
from bot.graph.doctor import calls_made, diagnosis, doctor, fewest
from bot.graph.identity import Identities
from bot.graph.online import SmsShape

APPROVED = Path(__file__).parent / "approved"

CLINICS = {
    "outlook": GraphConfig(tenant_id="contoso", client_id="visits"),
    "bookings-signed-in": GraphConfig(
        tenant_id="contoso",
        client_id="visits",
        backend="bookings",
        bookings_business="clinic@contoso.example",
        identities=Identities(calendar="delegated", visits="delegated", without_grant="app"),
        arrivals=True,
    ),
    "us-government-meetings": GraphConfig(
        tenant_id="contoso", client_id="visits", cloud_name="gcc-high", backend="meeting", reminder_sms=True
    ),
}


@pytest.mark.parametrize("name", CLINICS)
def test_the_doctor_says_what_was_approved(name: str) -> None:
    approved = APPROVED / f"doctor-{name}.txt"
    assert "\n".join(doctor(CLINICS[name])).rstrip() + "\n" == approved.read_text(encoding="utf-8")


def test_a_strong_permission_makes_the_weak_ones_needless() -> None:
    assert fewest([("Read", "ReadWrite"), ("ReadWrite",), ("Send",)]) == ["ReadWrite", "Send"]


def test_no_permission_is_asked_for_twice_over() -> None:
    for config in CLINICS.values():
        found = diagnosis(config)
        for asked, identity in ((found.application, "app"), (found.delegated, "delegated")):
            needs = [each.accepted for each in found.needs if each.identity == identity]
            for one in asked:
                rest = set(asked) - {one}
                assert any(not set(accepted) & rest for accepted in needs), f"{one} is not needed"


def test_every_call_that_can_be_made_is_told_of_by_some_configuration() -> None:
    backends: tuple[Backend, ...] = ("outlook", "meeting", "bookings", "virtual-appointment")
    shapes: tuple[SmsShape, ...] = ("v1.0", "2022")
    everything = {
        call.name
        for backend, shape in product(backends, shapes)
        for call in calls_made(
            GraphConfig("t", backend=backend, sms_shape=shape, reminder_sms=True, arrivals=True, bookings_business="b")
        )
    }
    assert {each.name for each in ALL_CALLS} - everything == set()


def test_each_call_is_covered_by_a_permission_that_is_asked_for() -> None:
    for config in CLINICS.values():
        found = diagnosis(config)
        for need in found.needs:
            asked = found.application if need.identity == "app" else found.delegated
            assert set(need.accepted) & set(asked), need.call.name


def test_a_cloud_without_sms_asks_for_no_right_to_send_it() -> None:
    found = diagnosis(CLINICS["us-government-meetings"])
    assert "VirtualAppointmentNotification.Send" not in (*found.application, *found.delegated)
    assert "sms" in found.missing


def test_china_keeps_plain_events_and_nothing_else() -> None:
    found = diagnosis(GraphConfig(tenant_id="t", cloud_name="china"))
    assert found.application == ["Calendars.ReadWrite", "Mail.Send"]
    assert found.delegated == []
    assert not found.needs_policy
