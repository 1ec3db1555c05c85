"""Bookings' business rules, before Bookings says them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from bot.graph.bookings_rules import broken
from bot.graph.bookings_wire import BookingStaff, Business, Service
from bot.visits.models import Slot

NOW = datetime(2026, 9, 1, 15, 0, tzinfo=UTC)  # Tuesday, 8:00 in Los Angeles
ZONE = "America/Los_Angeles"
HOURS = [
    {"day": day, "timeSlots": [{"startTime": "08:00:00.0000000", "endTime": "17:00:00.0000000"}]}
    for day in ("monday", "tuesday", "wednesday", "thursday", "friday")
]
OPEN = {"minimumLeadTime": "PT0S", "maximumAdvance": "P365D", "allowStaffSelection": True}


def rules(
    slot: Slot, service: Mapping[str, object] | None = None, business: Mapping[str, object] | None = None
) -> list[str]:
    found = broken(
        slot,
        Service.model_validate({"id": "s", "displayName": "Follow-up", "defaultDuration": "PT30M", **(service or {})}),
        Business.model_validate({"id": "b", "businessHours": HOURS, "schedulingPolicy": OPEN, **(business or {})}),
        BookingStaff.model_validate({"id": "kim"}),
        zone=ZONE,
        now=NOW,
    )
    return [each.code for each in found]


def at(hours: float, minutes: int = 30) -> Slot:
    return Slot(starts_at=NOW + timedelta(hours=hours), duration=timedelta(minutes=minutes))


def test_a_slot_that_breaks_nothing() -> None:
    assert rules(at(2)) == []


def test_the_services_policy_beats_the_businesss() -> None:
    strict = {"schedulingPolicy": {"minimumLeadTime": "PT4H"}}
    assert rules(at(2), service=strict) == ["bookings_lead_time"]
    assert rules(at(2), service={"schedulingPolicy": {"minimumLeadTime": None}}) == []


def test_without_a_word_a_day_of_notice_is_wanted() -> None:
    assert rules(at(2), business={"schedulingPolicy": None}) == ["bookings_lead_time"]


def test_a_slot_too_far_ahead() -> None:
    assert rules(at(24 * 7), service={"schedulingPolicy": {"maximumAdvance": "P3D"}}) == ["bookings_advance"]


def test_a_slot_of_another_length() -> None:
    assert rules(at(2, minutes=45)) == ["bookings_length"]


def test_a_slot_that_ends_after_closing() -> None:
    assert rules(at(8.75)) == ["bookings_hours"]
    assert rules(at(8.5)) == []


def test_somebody_who_does_not_give_this_service() -> None:
    assert rules(at(2), service={"staffMemberIds": ["patel"]}) == ["bookings_not_staff"]


def test_a_business_where_nobody_chooses() -> None:
    assert rules(at(2), business={"schedulingPolicy": {**OPEN, "allowStaffSelection": False}}) == ["bookings_staff"]


def test_several_rules_are_all_told() -> None:
    assert rules(Slot(starts_at=NOW - timedelta(hours=6), duration=timedelta(minutes=45))) == [
        "bookings_length",
        "bookings_lead_time",
        "bookings_hours",
    ]
