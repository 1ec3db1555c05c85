"""Bookings' business rules, before Bookings says them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from bot.clinic import demo_clinic
from bot.graph.bookings_catalog import Catalog
from bot.graph.bookings_rules import BookingsRules, rules_for
from bot.graph.bookings_wire import BookingStaff, Business, Service
from bot.strings.translate import Translator, languages
from bot.visits.models.clinic import StaffMember
from bot.visits.models.objections import Objection, ObjectionCode
from bot.visits.models.slots import Slot
from bot.visits.models.values import StaffId
from cards.reader import Readers
from cards.visit_lines import objection_words

NOW = datetime(2026, 9, 1, 15, 0, tzinfo=UTC)  # Tuesday, 8:00 in Los Angeles
ZONE = "America/Los_Angeles"
OPEN = {"minimumLeadTime": "PT0S", "maximumAdvance": "P365D", "allowStaffSelection": True}
Facts = Mapping[str, object]


def week(opens: str = "08:00:00.0000000", closes: str = "17:00:00.0000000") -> list[dict[str, object]]:
    days = ("monday", "tuesday", "wednesday", "thursday", "friday")
    return [{"day": day, "timeSlots": [{"startTime": opens, "endTime": closes}]} for day in days]


SERVICE = {"id": "s", "displayName": "Follow-up", "defaultDuration": "PT30M"}
BUSINESS = {"id": "b", "businessHours": week(), "schedulingPolicy": OPEN}
DR_KIM = StaffMember(id=StaffId("1"), name="Min Kim", title="Dr", mailbox="Min.Kim@contoso.example", time_zone=ZONE)
KIM = {"id": "kim", "displayName": "Min Kim", "emailAddress": "min.kim@contoso.example"}


def objections(
    slot: Slot,
    service: Facts | None = None,
    business: Facts | None = None,
    staff: Facts | None = None,
    *,
    can_override: bool = False,
    is_new: bool = True,
) -> tuple[Objection, ...]:
    rules = BookingsRules(
        Service.model_validate({**SERVICE, **(service or {})}),
        Business.model_validate({**BUSINESS, **(business or {})}),
        BookingStaff.model_validate({**KIM, **(staff or {})}),
        zone=ZONE,
        can_override=can_override,
        is_new=is_new,
    )
    return rules(slot, NOW)


def codes(
    slot: Slot, service: Facts | None = None, business: Facts | None = None, staff: Facts | None = None
) -> list[str]:
    return [each.code for each in objections(slot, service, business, staff)]


def at(hours: float, minutes: int = 30) -> Slot:
    return Slot(starts_at=NOW + timedelta(hours=hours), duration=timedelta(minutes=minutes))


def test_a_slot_that_breaks_nothing() -> None:
    assert codes(at(2)) == []


def test_the_services_policy_beats_the_businesss() -> None:
    strict = {"schedulingPolicy": {"minimumLeadTime": "PT4H"}}
    assert codes(at(2), service=strict) == ["bookings_lead_time"]
    assert codes(at(2), service={"schedulingPolicy": {"minimumLeadTime": None}}) == []


def test_without_a_word_a_day_of_notice_is_wanted_and_the_earliest_time_said() -> None:
    (found,) = objections(at(2), business={"schedulingPolicy": None})
    assert found.code == "bookings_lead_time"
    assert found.facts["notice_minutes"] == "1440"
    assert found.facts["earliest_when"] == "2026-09-02T15:00:00+00:00"


def test_a_slot_too_far_ahead_and_the_latest_time_said() -> None:
    (found,) = objections(at(24 * 7), service={"schedulingPolicy": {"maximumAdvance": "P3D"}})
    assert (found.code, found.facts["latest_when"]) == ("bookings_advance", "2026-09-04T15:00:00+00:00")


def test_a_slot_of_another_length() -> None:
    (found,) = objections(at(2, minutes=45))
    assert (found.code, found.facts["length_minutes"]) == ("bookings_length", "30")


def test_a_slot_that_ends_after_closing_hears_the_hours() -> None:
    (found,) = objections(at(8.75))
    assert found.code == "bookings_hours"
    assert (found.facts["day"], found.facts["opens"], found.facts["closes"]) == ("2026-09-01", "08:00", "17:00")
    assert codes(at(8.5)) == []


def test_a_day_without_hours_is_closed() -> None:
    saturday = at(4 * 24 + 2)
    assert codes(saturday) == ["bookings_closed"]


def test_hours_nobody_told_object_to_nothing() -> None:
    assert codes(at(20), business={"businessHours": None}) == []


def test_hours_may_end_at_midnight() -> None:
    late = {"businessHours": week(closes="00:00:00.0000000")}
    assert codes(at(15.5), business=late) == []  # 23:30 to midnight
    assert codes(at(15.75), business=late) == ["bookings_hours"]


def test_hours_are_on_the_wall_clock_of_the_business() -> None:
    new_york = {"bookingPageSettings": {"businessTimeZone": "Eastern Standard Time"}}
    assert codes(at(5.5), business=new_york) == []  # 16:30 to 17:00 there
    assert codes(at(6), business=new_york) == ["bookings_hours"]
    unknown = {"bookingPageSettings": {"businessTimeZone": "Middle Earth Standard Time"}}
    assert codes(at(6), business=unknown) == []


def test_staff_may_have_hours_of_their_own_on_a_wall_clock_of_their_own() -> None:
    own = {"useBusinessHours": False, "workingHours": week("12:00:00", "13:00:00"), "timeZone": "America/Denver"}
    assert codes(at(3), staff=own) == []  # 12:00 in Denver
    assert codes(at(4), staff=own) == ["bookings_hours"]
    assert codes(at(2), staff={**own, "useBusinessHours": True}) == []


def test_somebody_who_does_not_give_this_service() -> None:
    assert codes(at(2), service={"staffMemberIds": ["patel"]}) == ["bookings_not_staff"]


def test_a_business_where_nobody_chooses() -> None:
    assert codes(at(2), business={"schedulingPolicy": {**OPEN, "allowStaffSelection": False}}) == ["bookings_staff"]


def test_a_service_for_groups_drops_new_clients_and_keeps_those_it_has() -> None:
    group = {"maximumAttendeesCount": 5}
    (found,) = objections(at(2), service=group, can_override=True)
    assert (found.code, found.can_override) == ("bookings_group", False)
    assert objections(at(2), service=group, is_new=False) == ()


def test_several_rules_are_all_told() -> None:
    slot = Slot(starts_at=NOW - timedelta(hours=6), duration=timedelta(minutes=45))
    assert codes(slot, business={"schedulingPolicy": None}) == [
        "bookings_length",
        "bookings_lead_time",
        "bookings_hours",
    ]


def test_an_administrator_may_overrule_and_an_app_alone_may_not() -> None:
    assert [each.can_override for each in objections(at(8.75), can_override=True)] == [True]
    assert [each.can_override for each in objections(at(8.75))] == [False]


def test_what_the_business_does_not_have_fits_no_slot() -> None:
    catalog = Catalog(
        Business.model_validate(BUSINESS), [Service.model_validate(SERVICE)], [BookingStaff.model_validate(KIM)], NOW
    )
    patel = DR_KIM.model_copy(update={"mailbox": "asha.patel@contoso.example"})

    def said(type_name: str, staff: StaffMember) -> list[tuple[str, bool]]:
        rules = rules_for(catalog, type_name, staff, zone=ZONE, can_override=True, is_new=True)
        return [(each.code, each.can_override) for each in rules(at(2), NOW)]

    assert said("follow-up", DR_KIM) == []
    assert said("Palm reading", DR_KIM) == [("bookings_no_service", False)]
    assert said("Follow-up", patel) == [("bookings_no_staff", False)]


@pytest.mark.parametrize("language", languages())
def test_every_rule_is_a_whole_sentence(language: str) -> None:
    reader = Readers(demo_clinic().clinic).at_clinic()
    reader = replace(reader, t=Translator(language))
    strict = {"schedulingPolicy": {"minimumLeadTime": "P2D", "maximumAdvance": "PT1H", "allowStaffSelection": False}}
    group = {"staffMemberIds": ["patel"], "maximumAttendeesCount": 2}
    found = [
        *objections(at(20, minutes=45), service=group, business=strict),
        *objections(at(4 * 24)),
        *rules_for(
            Catalog(Business.model_validate(BUSINESS), [], [], NOW), "Physio", DR_KIM, zone=ZONE, can_override=False,
            is_new=True,
        )(at(2), NOW),
        *rules_for(
            Catalog(Business.model_validate(BUSINESS), [Service.model_validate(SERVICE)], [], NOW), "Follow-up", DR_KIM,
            zone=ZONE, can_override=False, is_new=True,
        )(at(2), NOW),
    ]  # fmt: skip
    assert {each.code for each in found} == {each for each in get_args(ObjectionCode) if each.startswith("bookings_")}
    for each in found:
        words = objection_words(each, reader)
        assert words[0].isupper()
        assert words.endswith(".")
        assert "  " not in words
        assert " ." not in words
