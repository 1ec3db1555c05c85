"""What may be booked when."""

from datetime import time, timedelta
from typing import Any

import pytest

from bot.visits.models.clinic import OfficeHours, OpenSpan
from bot.visits.models.objections import Objection
from bot.visits.models.slots import BusySpan
from bot.visits.models.visit import Visit
from bot.visits.rules import Surroundings, Wanted, objections_to
from tests.unit.visits.world import (
    DR_PATEL,
    NOW,
    PHYSIO,
    around,
    at,
    busy,
    client,
    clinic,
    visit,
    wanted,
)


def codes(slot: Wanted, known: Surroundings) -> list[str]:
    return [each.code for each in objections_to(slot, known, clinic())]


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ("2026-11-23 08:00", []),
        ("2026-11-23 17:30", []),
        ("2026-11-23 07:45", ["outside_hours"]),
        ("2026-11-23 17:45", ["outside_hours"]),
        ("2026-11-23 23:45", ["outside_hours"]),
        ("2026-11-21 10:00", ["closed_day"]),
        ("2026-11-26 10:00", ["closed_day"]),
        ("2026-11-20 10:00", []),
        ("2026-11-20 09:59", ["past"]),
        ("2026-11-19 07:00", ["past", "outside_hours"]),
    ],
)
def test_a_visit_lies_within_office_hours_and_not_in_the_past(starts: str, expected: list[str]) -> None:
    assert codes(wanted(at(starts)), around()) == expected


def test_only_the_past_cannot_be_overridden() -> None:
    slot = at("2026-11-19 07:00")
    lives = visit(slot), visit(slot, organizer=DR_PATEL, client=client("Ben Okafor", "+12065550117"))
    found = objections_to(wanted(slot), around(*lives, busy=[busy("2026-11-19 07:10", "2026-11-19 07:20")]), clinic())
    assert [(each.code, each.can_override) for each in found] == [
        ("past", False),
        ("outside_hours", True),
        ("overlaps_visit", True),
        ("busy", True),
        ("client_busy", True),
    ]


def test_a_visit_may_not_run_over_a_closed_lunch_hour() -> None:
    spans = (OpenSpan(opens=time(8), closes=time(12)), OpenSpan(opens=time(13), closes=time(18)))
    hours = OfficeHours(days={0: spans})
    found = objections_to(wanted(at("2026-11-23 11:45")), around(), clinic(office_hours=hours))
    assert [(each.code, each.facts["opens"], each.facts["closes"]) for each in found] == [
        ("outside_hours", "08:00", "12:00")
    ]


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("10:00", "10:30", ["busy"]),
        ("09:00", "12:00", ["busy"]),
        ("10:29", "10:31", ["busy"]),
        ("09:30", "10:00", []),
        ("10:30", "11:00", []),
        ("10:15", "10:15", []),
    ],
)
def test_a_busy_calendar_objects_only_where_it_overlaps(since: str, until: str, expected: list[str]) -> None:
    span = busy(f"2026-11-23 {since}", f"2026-11-23 {until}")
    assert codes(wanted(at("2026-11-23 10:00")), around(busy=[span])) == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [("busy", ["busy"]), ("tentative", ["busy"]), ("oof", ["busy"]), ("unknown", ["busy"]), ("free", []),
     ("workingElsewhere", [])],
)  # fmt: skip
def test_what_the_calendar_calls_free_is_free(status: str, expected: list[str]) -> None:
    span = busy("2026-11-23 10:00", "2026-11-23 10:30", status)
    assert codes(wanted(at("2026-11-23 10:00")), around(busy=[span])) == expected


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        ("2026-11-23 10:50", ["buffer"]),  # ten minutes before it are kept free
        ("2026-11-23 11:00", []),
        ("2026-11-23 13:10", []),
        ("2026-11-23 13:20", ["buffer"]),  # and a quarter of an hour after it
        ("2026-11-23 13:30", ["overlaps_visit"]),
    ],
)
def test_a_types_buffers_are_kept_free_of_our_visits(starts: str, expected: list[str]) -> None:
    before, after = visit(at("2026-11-23 10:15")), visit(at("2026-11-23 14:25"))
    assert codes(wanted(at(starts), PHYSIO), around(before, after)) == expected


def test_the_buffers_of_the_visit_that_is_there_count_too() -> None:
    there = visit(at("2026-11-23 10:00"), buffer_after=timedelta(minutes=15))
    found = objections_to(wanted(at("2026-11-23 10:30")), around(there), clinic())
    assert [(each.code, each.facts["minutes"], each.facts["visit_id"]) for each in found] == [
        ("buffer", "15", there.id)
    ]


def test_two_buffers_may_share_their_time() -> None:
    there = visit(at("2026-11-23 10:00"), buffer_after=timedelta(minutes=15))
    assert codes(wanted(at("2026-11-23 10:45"), PHYSIO), around(there)) == []


def test_an_event_in_the_buffer_objects() -> None:
    event = busy("2026-11-23 09:30", "2026-11-23 09:55")
    assert codes(wanted(at("2026-11-23 10:00"), PHYSIO), around(busy=[event])) == ["buffer"]


def test_our_own_event_in_the_calendar_is_said_once_as_a_visit() -> None:
    there = visit(at("2026-11-23 10:00"), calendar_starts_at=at("2026-11-23 10:00"))
    event = busy("2026-11-23 10:00", "2026-11-23 10:30")
    assert codes(wanted(at("2026-11-23 10:15")), around(there, busy=[event])) == ["overlaps_visit"]


def test_a_private_event_beside_our_own_at_the_same_time_still_counts() -> None:
    moving = visit(at("2026-11-23 10:00"), calendar_starts_at=at("2026-11-23 10:00"))
    event = busy("2026-11-23 10:00", "2026-11-23 10:30")
    slot = wanted(at("2026-11-23 10:15"), own=moving)
    assert codes(slot, around(moving, busy=[event])) == []
    assert codes(slot, around(moving, busy=[event, event])) == ["busy"]


def test_the_old_event_of_a_visit_whose_move_waits_is_not_in_its_own_way() -> None:
    moved = visit(at("2026-11-24 15:00"), calendar_starts_at=at("2026-11-23 10:00"))
    event = busy("2026-11-23 10:00", "2026-11-23 10:30")
    assert codes(wanted(at("2026-11-23 10:15"), own=moved), around(busy=[event])) == []
    assert codes(wanted(at("2026-11-23 10:15")), around(moved, busy=[event])) == []


def _view(since: str, until: str, status: str = "busy", *, is_firm: bool = True) -> BusySpan:
    return busy(f"2026-11-23 {since}", f"2026-11-23 {until}", status, is_event=False, is_firm=is_firm)


def test_of_a_view_of_availability_a_moving_visit_and_its_buffers_are_cut_out() -> None:
    moving = visit(at("2026-11-23 10:00"), buffer_before=timedelta(minutes=10), buffer_after=timedelta(minutes=15))
    known = around(moving, busy=[_view("09:30", "11:00")])
    assert codes(wanted(at("2026-11-23 10:15"), own=moving), known) == []
    assert codes(wanted(at("2026-11-23 10:30"), own=moving), known) == ["busy"]
    assert codes(wanted(at("2026-11-23 09:30"), own=moving), known) == ["busy"]


def test_what_event_and_view_both_say_is_said_once() -> None:
    lunch = busy("2026-11-23 12:00", "2026-11-23 13:00")
    assert codes(wanted(at("2026-11-23 12:15")), around(busy=[lunch, _view("12:00", "13:00")])) == ["busy"]
    beside = [lunch, _view("12:00", "12:45")]
    assert codes(wanted(at("2026-11-23 12:15")), around(busy=beside)) == ["busy", "busy"]


@pytest.mark.parametrize("is_firm", [True, False])
def test_where_the_calendar_takes_nothing_no_reason_goes_over_it(is_firm: bool) -> None:
    there = visit(at("2026-11-23 14:00"), buffer_after=timedelta(minutes=15))
    known = around(there, busy=[_view("12:00", "13:00", is_firm=is_firm), _view("14:00", "14:45", is_firm=is_firm)])
    for starts, expected in (("12:30", "busy"), ("14:15", "overlaps_visit"), ("14:30", "buffer")):
        (found,) = objections_to(wanted(at(f"2026-11-23 {starts}")), known, clinic())
        assert (found.code, found.can_override) == (expected, not is_firm)


def test_the_place_objects_first_and_its_closed_hours_are_said_once() -> None:
    closed = Objection(code="bookings_hours", can_override=False)
    evening = wanted(at("2026-11-23 18:30"))
    night = _view("18:00", "23:00", "outOfOffice")
    assert codes(evening, around(busy=[night], place=lambda *_: (closed,))) == ["bookings_hours", "outside_hours"]
    assert codes(evening, around(busy=[night])) == ["outside_hours", "busy"]
    abroad = busy("2026-11-23 18:00", "2026-11-23 19:00", "outOfOffice")
    assert codes(evening, around(busy=[abroad], place=lambda *_: (closed,)))[-1] == "busy"


def test_a_cancelled_visit_is_in_nobodys_way() -> None:
    assert codes(wanted(at("2026-11-23 10:00")), around(visit(at("2026-11-23 10:00"), cancelled_at=NOW))) == []


def _with_patel(**of_client: Any) -> Visit:
    return visit(at("2026-11-23 10:10"), organizer=DR_PATEL, client=client(**of_client))


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        ({"name": "B. Okafor", "phone": "+12065550117"}, True),
        ({"name": "Somebody", "phone": None, "email": "BEN@example.com"}, True),
        ({"name": "ben  OKÁFOR", "phone": None}, True),
        ({"name": "Ben Okafor", "phone": "+12065550199"}, False),
        ({"name": "Ana Ruiz", "phone": None}, False),
    ],
)
def test_a_client_is_known_by_phone_email_or_name(other: dict[str, Any], is_same: bool) -> None:
    whom = client("Ben Okafor", "+12065550117", email="ben@example.com")
    slot = wanted(at("2026-11-23 10:00"), client=whom)
    assert codes(slot, around(_with_patel(**other))) == (["client_busy"] if is_same else [])


def test_a_client_may_go_from_one_visit_straight_to_the_next() -> None:
    slot = wanted(at("2026-11-23 10:40"), client=client())
    assert codes(slot, around(_with_patel())) == []
