"""Businesses, services, staff, customers and questions: success codes, defaults, and what is masked."""

from typing import Any

import pytest

from bot.graph.emulator.core import GraphEmulator
from tests.personas import JORDAN
from tests.unit.emulator.conftest import Caller, error_of

CLINIC = "clinic@contoso.example"
ROOT = f"/solutions/bookingBusinesses/{CLINIC}"

A_MEMBER = {"@odata.type": "#microsoft.graph.bookingStaffMember"}
A_CUSTOMER = {"@odata.type": "#microsoft.graph.bookingCustomer"}
"""What shelves of an abstract type have to be told."""

SHELVES: list[tuple[str, dict[str, Any], int]] = [
    ("services", {"displayName": "Dressing", "defaultDuration": "PT10M"}, 204),
    ("staffMembers", {**A_MEMBER, "displayName": "Ben", "emailAddress": "ben@contoso.example", "role": "viewer"}, 204),
    ("customers", {**A_CUSTOMER, "displayName": "Ana Ruiz"}, 200),
    ("customQuestions", {"displayName": "Which knee?"}, 204),
]


@pytest.mark.parametrize(("shelf", "body", "patched"), SHELVES)
async def test_each_shelf_is_added_to_read_changed_and_cleared(
    graph: Caller, shelf: str, body: dict[str, Any], patched: int
) -> None:
    made = await graph("POST", f"{ROOT}/{shelf}", body)
    path = f"{ROOT}/{shelf}/{made.json()['id']}"
    assert made.status_code == 201
    assert (await graph("PATCH", path, {**body, "displayName": "Other"})).status_code == patched
    assert (await graph("GET", path)).json()["displayName"] == "Other"
    assert (await graph("DELETE", path)).status_code == 204
    assert (await graph("GET", path)).status_code == 404


@pytest.mark.parametrize(("shelf", "body", "patched"), SHELVES)
async def test_what_is_required_and_what_is_unknown_is_refused(
    graph: Caller, shelf: str, body: dict[str, Any], patched: int
) -> None:
    assert (await graph("POST", f"{ROOT}/{shelf}", {})).status_code == 400
    assert (await graph("POST", f"{ROOT}/{shelf}", {**body, "isOnlineMeeting": True})).status_code == 400


@pytest.mark.parametrize(("shelf", "body"), [(shelf, body) for shelf, body, _ in SHELVES if "@odata.type" in body])
async def test_a_shelf_of_an_abstract_type_wants_to_be_told_which(
    graph: Caller, shelf: str, body: dict[str, Any]
) -> None:
    bare = {name: value for name, value in body.items() if name != "@odata.type"}
    made = (await graph("POST", f"{ROOT}/{shelf}", body)).json()
    assert error_of(await graph("POST", f"{ROOT}/{shelf}", bare)) == (400, "BadRequest")
    assert error_of(await graph("PATCH", f"{ROOT}/{shelf}/{made['id']}", bare)) == (400, "BadRequest")


async def test_the_demo_clinic_has_its_types_and_staff(graph: Caller) -> None:
    services = (await graph("GET", f"{ROOT}/services")).json()["value"]
    assert {each["displayName"]: each["defaultDuration"] for each in services} == {
        "Follow-up": "PT30M",
        "New patient": "PT45M",
        "Prescription renewal": "PT15M",
        "Lab results": "PT20M",
        "Physiotherapy": "PT1H",
    }
    staff = (await graph("GET", f"{ROOT}/staffMembers")).json()["value"]
    assert len(staff) == 5


async def test_default_reminders_are_shown_only_by_id(graph: Caller) -> None:
    reminder = {"offset": "P1D", "recipients": "customer", "message": "Tomorrow"}
    made = (await graph("POST", f"{ROOT}/services", {"displayName": "A", "defaultReminders": [reminder]})).json()
    listed = (await graph("GET", f"{ROOT}/services")).json()["value"][-1]
    assert listed["defaultReminders"] == []
    assert (await graph("GET", f"{ROOT}/services/{made['id']}")).json()["defaultReminders"] == [reminder]


async def test_later_roles_are_hidden_unless_preferred(graph: Caller) -> None:
    hidden = (await graph("GET", f"{ROOT}/staffMembers")).json()["value"]
    seen = (await graph("GET", f"{ROOT}/staffMembers", headers={"Prefer": "include-unknown-enum-members"})).json()
    assert {each["role"] for each in hidden} == {"unknownFutureValue", "administrator"}
    assert {each["role"] for each in seen["value"]} == {"teamMember", "administrator"}


async def test_a_business_is_created_by_people_alone(graph: Caller, emulator: GraphEmulator) -> None:
    assert (await graph("POST", "/solutions/bookingBusinesses", {"displayName": "Dental"})).status_code == 403
    jordan = graph.with_token(emulator.identity.user_token(JORDAN.object_id, scopes=("Bookings.Manage.All",)))
    made = await jordan("POST", "/solutions/bookingBusinesses", {"displayName": "Dental"})
    assert made.status_code == 201
    assert made.json()["id"] == "Dental@contoso.example"
    policy = made.json()["schedulingPolicy"]
    assert (policy["timeSlotInterval"], policy["minimumLeadTime"], policy["maximumAdvance"]) == (
        "PT30M",
        "P1D",
        "P365D",
    )
    assert made.json()["businessHours"][0]["timeSlots"] == [
        {"startTime": "08:00:00.0000000", "endTime": "17:00:00.0000000"}
    ]


async def test_a_business_is_changed_published_and_deleted_without_a_body(graph: Caller) -> None:
    change = {"phone": "206-555-0100", "schedulingPolicy": {"minimumLeadTime": "PT2H"}}
    assert (await graph("PATCH", ROOT, change)).status_code == 204
    shown = (await graph("GET", ROOT)).json()
    assert shown["phone"] == "206-555-0100"
    assert shown["schedulingPolicy"]["minimumLeadTime"] == "PT2H"
    assert shown["schedulingPolicy"]["timeSlotInterval"] == "PT15M"
    assert (await graph("POST", f"{ROOT}/unpublish")).status_code == 204
    assert (await graph("GET", ROOT)).json()["isPublished"] is False
    assert (await graph("DELETE", ROOT)).status_code == 204
    assert (await graph("GET", ROOT)).status_code == 404


async def test_by_older_pages_no_app_changes_services_or_staff(graph: Caller, emulator: GraphEmulator) -> None:
    emulator.world.switches.bookings_writes_app_only = "deny"
    assert (await graph("POST", f"{ROOT}/services", {"displayName": "A"})).status_code == 403
    assert (await graph("POST", f"{ROOT}/customers", {**A_CUSTOMER, "displayName": "Ana"})).status_code == 201


async def test_beta_answers_at_its_older_root_too(graph: Caller) -> None:
    assert (await graph.beta()("GET", f"/bookingBusinesses/{CLINIC}/services")).status_code == 200
    assert (await graph("GET", f"/bookingBusinesses/{CLINIC}/services")).status_code == 400
