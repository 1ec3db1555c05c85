"""Free slots, on plain days and on those when the clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.visits.models.clinic import OfficeHours, OpenSpan
from bot.visits.models.objections import Objection
from bot.visits.models.slots import BusySpan, Slot
from bot.visits.rules import Wanted, objections_to
from bot.visits.slots import GRID, free_on, nearest_free, verdict_on, wall_clock_says
from tests.unit.visits.world import DR_KIM, LAB, NOW, PHYSIO, ZONE, around, at, busy, clinic, visit, wanted


def times(slots: tuple[Slot, ...], zone: str = ZONE) -> list[str]:
    return [f"{each.starts_at.astimezone(ZoneInfo(zone)):%a %H:%M}" for each in slots]


def test_a_day_offers_every_quarter_that_fits() -> None:
    free = times(free_on(date(2026, 11, 23), wanted(NOW, PHYSIO), around(), clinic()))
    assert (free[0], free[1], free[-1], len(free)) == ("Mon 08:00", "Mon 08:15", "Mon 17:00", 37)


def test_a_day_offers_nothing_that_has_passed() -> None:
    free = times(free_on(date(2026, 11, 20), wanted(NOW), around(now=NOW + timedelta(minutes=1)), clinic()))
    assert free[0] == "Fri 10:15"


def test_a_closed_day_offers_nothing() -> None:
    assert free_on(date(2026, 11, 26), wanted(NOW), around(), clinic()) == ()


def test_alternatives_are_the_three_nearest_in_the_order_of_the_day() -> None:
    taken = visit(at("2026-11-23 14:00"))
    verdict = verdict_on(wanted(at("2026-11-23 14:15")), around(taken), clinic())
    assert times(verdict.alternatives) == ["Mon 14:30", "Mon 14:45", "Mon 15:00"]


def test_nearest_reaches_over_weekend_and_holiday() -> None:
    full = busy("2026-11-25 08:00", "2026-11-25 18:00")
    verdict = verdict_on(wanted(at("2026-11-26 09:00")), around(busy=[full]), clinic())
    assert times(verdict.alternatives) == ["Fri 08:00", "Fri 08:15", "Fri 08:30"]


def test_for_a_wish_in_the_past_the_next_times_are_offered() -> None:
    verdict = verdict_on(wanted(at("2026-11-18 09:00")), around(), clinic())
    assert times(verdict.alternatives) == ["Fri 10:00", "Fri 10:15", "Fri 10:30"]


def test_earlier_and_later_ones_can_be_asked_for() -> None:
    wish = wanted(at("2026-11-23 12:00"))
    later = nearest_free(wish, around(), clinic(), after=at("2026-11-23 12:30"))
    earlier = nearest_free(wish, around(), clinic(), before=at("2026-11-23 11:30"))
    assert times(later) == ["Mon 12:45", "Mon 13:00", "Mon 13:15"]
    assert times(earlier) == ["Mon 10:45", "Mon 11:00", "Mon 11:15"]


def test_a_free_slot_has_no_alternatives() -> None:
    assert verdict_on(wanted(at("2026-11-23 12:00")), around(), clinic()).alternatives == ()


@pytest.mark.parametrize(
    ("day", "at_", "zone", "says"),
    [
        (date(2026, 3, 8), time(2, 30), ZONE, "never"),
        (date(2026, 3, 8), time(1, 59), ZONE, "once"),
        (date(2026, 3, 8), time(3, 0), ZONE, "once"),
        (date(2026, 11, 1), time(1, 30), ZONE, "twice"),
        (date(2026, 11, 1), time(2, 0), ZONE, "once"),
        (date(2026, 11, 1), time(0, 59), ZONE, "once"),
        (date(2026, 3, 29), time(2, 30), "Europe/Berlin", "never"),
        (date(2026, 10, 25), time(2, 30), "Europe/Berlin", "twice"),
        (date(2026, 10, 4), time(2, 15), "Australia/Lord_Howe", "never"),
        (date(2026, 4, 5), time(1, 45), "Australia/Lord_Howe", "twice"),
        (date(2026, 11, 1), time(1, 30), "America/Phoenix", "once"),
    ],
)
def test_a_wall_time_comes_once_never_or_twice(day: date, at_: time, zone: str, says: str) -> None:
    assert wall_clock_says(day, at_, zone) == says


NIGHTS = OfficeHours(days={day: (OpenSpan(opens=time(0), closes=time(6)),) for day in range(7)})


def test_in_spring_the_hour_that_is_left_out_is_not_offered() -> None:
    free = free_on(date(2026, 3, 8), wanted(NOW), around(now=at("2026-03-01 09:00")), clinic(office_hours=NIGHTS))
    assert [each for each in times(free) if each.startswith("Sun 02")] == []
    assert times(free)[6:9] == ["Sun 01:30", "Sun 01:45", "Sun 03:00"]
    assert all(later.starts_at - each.starts_at == GRID for each, later in pairwise(free))


def test_in_autumn_the_hour_that_comes_twice_is_offered_twice() -> None:
    free = free_on(date(2026, 11, 1), wanted(NOW), around(now=at("2026-10-25 09:00")), clinic(office_hours=NIGHTS))
    assert times(free).count("Sun 01:30") == 2
    assert len(free) == 27
    assert all(later.starts_at - each.starts_at == GRID for each, later in pairwise(free))


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1)])
def test_office_hours_keep_their_wall_time_on_the_days_the_clock_changes(day: date) -> None:
    every_day = OfficeHours(days={each: (OpenSpan(opens=time(8), closes=time(18)),) for each in range(7)})
    free = free_on(day, wanted(NOW), around(now=at("2026-01-02 09:00")), clinic(office_hours=every_day))
    assert (times(free)[0], times(free)[-1], len(free)) == ("Sun 08:00", "Sun 17:30", 39)


def test_a_visit_over_the_changing_clock_keeps_its_length() -> None:
    night = clinic(office_hours=NIGHTS)
    there = visit(at("2026-11-01 00:45"), duration=timedelta(hours=1))  # 00:45 to the first 01:45
    second = datetime(2026, 11, 1, 1, 30, tzinfo=ZoneInfo(ZONE), fold=1).astimezone(UTC)
    known = around(there, now=at("2026-10-25 09:00"))
    assert objections_to(wanted(second), known, night) == ()
    first = second - timedelta(hours=1)
    assert [each.code for each in objections_to(wanted(first), known, night)] == ["overlaps_visit"]


def test_the_grid_lies_on_quarters_of_a_zone_that_is_off_by_a_quarter() -> None:
    nepal = clinic(time_zone="Asia/Kathmandu")
    free = free_on(date(2026, 11, 23), wanted(NOW, LAB), around(), nepal)
    assert times(free, "Asia/Kathmandu")[:2] == ["Mon 08:00", "Mon 08:15"]


SHUT = Objection(code="bookings_lead_time", can_override=False)

_minutes = st.integers(min_value=0, max_value=3 * 24 * 60)


@settings(deadline=None)
@given(
    wish=_minutes,
    spans=st.lists(st.tuples(_minutes, st.integers(min_value=1, max_value=600), st.booleans()), max_size=6),
    visits=st.lists(st.tuples(_minutes, st.sampled_from((15, 30, 60)), st.sampled_from((0, 10, 20))), max_size=6),
    length=st.sampled_from((15, 20, 45, 60)),
    buffer=st.sampled_from((0, 10, 30)),
    not_before=_minutes,
)
def test_what_is_offered_is_what_the_rules_allow(
    wish: int,
    spans: list[tuple[int, int, bool]],
    visits: list[tuple[int, int, int]],
    length: int,
    buffer: int,
    not_before: int,
) -> None:
    def after(minutes: int) -> datetime:
        return at("2026-11-23 00:00") + timedelta(minutes=minutes)

    known = around(
        *(
            visit(after(start), duration=timedelta(minutes=long), buffer_after=timedelta(minutes=rest))
            for start, long, rest in visits
        ),
        busy=[
            BusySpan(starts_at=after(start), ends_at=after(start + long), is_event=is_event)
            for start, long, is_event in spans
        ],
        place=lambda slot, _: () if slot.starts_at >= after(not_before) else (SHUT,),
    )
    slot = Wanted(
        slot=Slot(starts_at=after(wish), duration=timedelta(minutes=length)),
        staff=DR_KIM,
        buffer_before=timedelta(minutes=buffer),
        buffer_after=timedelta(minutes=buffer),
    )
    for day in (date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)):
        offered = free_on(day, slot, known, clinic())
        for each in offered:
            assert objections_to(slot.at(each.starts_at), known, clinic()) == ()
        grid = {at(f"{day} 08:00") + GRID * step for step in range(40)}
        refused = grid - {each.starts_at for each in offered}
        assert all(objections_to(slot.at(each), known, clinic()) for each in refused)
    for each in nearest_free(slot, known, clinic()):
        assert objections_to(slot.at(each.starts_at), known, clinic()) == ()
