"""From a draft to a visit."""

import asyncio
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from bot.visits.availability import Availability
from bot.visits.drafts import changed
from bot.visits.errors import (
    CalendarBusy,
    CalendarRefused,
    CalendarUnreadable,
    DraftChanged,
    DraftGone,
    DraftIncomplete,
    NotEntitled,
    SlotTaken,
)
from bot.visits.models.objections import Objection, Override, PlaceRules
from bot.visits.models.slots import Slot
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.service import Visits
from tests.personas import JORDAN, KIM, PATEL, VISITOR
from tests.unit.visits.conftest import Desk
from tests.unit.visits.world import (
    DR_KIM,
    DR_PATEL,
    LAB,
    PHYSIO,
    ListedCalendar,
    at,
    busy,
    clinic,
    person,
    wanted,
)


async def test_a_draft_becomes_the_visit_with_its_own_id(desk: Desk) -> None:
    draft = await desk.draft(notes="wheelchair", email="ana@example.com")
    visit = await desk.visits.reserve(draft.id, draft.version, desk.jordan)
    assert (visit.id, visit.version, visit.starts_at) == (draft.id, 1, at("2026-11-23 09:00"))
    assert (visit.requested_by, visit.client.email, visit.notes) == (JORDAN.object_id, "ana@example.com", "wheelchair")
    assert visit.quiet_until == desk.clock.now() + timedelta(seconds=20)
    assert desk.work.started == [("booking", 1)]


class BothAtOnce(ListedCalendar):
    """Answers neither question before it was asked the other."""

    def __init__(self) -> None:
        super().__init__()
        self._both_asked = asyncio.Barrier(2)

    async def busy(self, *asked: Any) -> Any:
        await self._both_asked.wait()
        return await super().busy(*asked)

    async def place_rules(self, *asked: Any, **more: Any) -> PlaceRules:
        await self._both_asked.wait()
        return await super().place_rules(*asked, **more)


async def test_the_places_rules_and_the_calendar_are_read_side_by_side(desk: Desk) -> None:
    known = Availability(clinic(), desk.store, BothAtOnce(), desk.clock, deadline=timedelta(seconds=30))
    verdict = await known.verdict(wanted(at("2026-11-23 09:00")))
    assert verdict.objections == ()


async def test_a_second_press_of_book_books_nothing_more(desk: Desk) -> None:
    draft = await desk.draft()
    first = await desk.visits.reserve(draft.id, draft.version, desk.jordan)
    assert await desk.visits.reserve(draft.id, draft.version, desk.jordan) == first
    assert await desk.visits.agenda(date(2026, 11, 23), desk.jordan) == [first]


async def test_a_second_press_after_a_move_answers_with_the_moved_visit(desk: Desk) -> None:
    booked = await desk.book()
    moved = await desk.visits.reschedule(booked.id, 1, at("2026-11-23 15:00"), desk.jordan)
    desk.work.started.clear()
    assert await desk.visits.reserve(booked.id, 1, desk.jordan) == moved
    assert desk.work.started == []


async def test_twenty_simultaneous_confirms_of_one_slot_make_one_visit(desk: Desk) -> None:
    drafts = [await desk.draft(client_name=f"Client {each}", phone=f"+1206555{1000 + each}") for each in range(20)]
    results = await asyncio.gather(*(desk.insists(each, "urgent") for each in drafts), return_exceptions=True)
    booked = [each for each in results if isinstance(each, Visit)]
    refused = [each for each in results if isinstance(each, SlotTaken)]
    assert (len(booked), len(refused)) == (1, 19)
    for each in refused:
        assert [objection.code for objection in each.verdict.objections] == ["overlaps_visit"]
        assert [slot.starts_at for slot in each.verdict.alternatives] == [
            at("2026-11-23 08:30"), at("2026-11-23 09:30"), at("2026-11-23 09:45")
        ]  # fmt: skip
    assert await desk.visits.agenda(date(2026, 11, 23), desk.jordan) == booked


async def test_twenty_presses_of_one_draft_make_one_visit(desk: Desk) -> None:
    draft = await desk.draft()
    results = await asyncio.gather(*(desk.visits.reserve(draft.id, draft.version, desk.jordan) for _ in range(20)))
    assert all(each == results[0] for each in results)
    assert len(await desk.store.versions(draft.id)) == 1


async def test_an_old_confirm_card_does_not_book_the_changed_draft(desk: Desk) -> None:
    draft = await desk.draft()
    newer = await desk.visits.keep_draft(changed(draft, {"day": date(2026, 11, 24)}), desk.jordan)
    assert newer.version == 2
    with pytest.raises(DraftChanged):
        await desk.visits.reserve(draft.id, draft.version, desk.jordan)


async def test_a_discarded_or_expired_draft_cannot_be_booked(desk: Desk) -> None:
    discarded, expired = await desk.draft(), await desk.draft()
    await desk.visits.discard_draft(discarded.id, desk.jordan)
    desk.clock.advance(hours=25)
    for each in (discarded, expired):
        with pytest.raises(DraftGone):
            await desk.visits.reserve(each.id, each.version, desk.jordan)


@pytest.mark.parametrize(
    ("parts", "missing"),
    [
        ({"client_name": " "}, ("client",)),
        ({"phone": None}, ("phone",)),
        ({"phone": None, "text_client": False}, ()),
        ({"type_name": "Surgery"}, ("type",)),
        ({"staff_id": "someone-who-left"}, ("staff",)),
        ({"day": None, "at": None}, ("date", "time")),
        ({"day": date(2027, 3, 14), "at": time(2, 30)}, ("time",)),
    ],
)
async def test_what_is_missing_is_named(desk: Desk, parts: dict[str, Any], missing: tuple[str, ...]) -> None:
    draft = await desk.draft(**parts)
    assert desk.visits.missing(draft) == missing
    if missing:
        with pytest.raises(DraftIncomplete) as told:
            await desk.visits.reserve(draft.id, draft.version, desk.jordan)
        assert told.value.facts["missing"] == missing


async def test_of_two_equal_wall_times_the_one_chosen_is_booked(desk: Desk) -> None:
    twice = {"day": date(2027, 11, 7), "at": time(1, 30)}
    first = await desk.insists(await desk.draft(**twice, fold=0), "night shift")
    second = await desk.insists(await desk.draft(**twice, fold=1), "night shift")
    assert second.starts_at - first.starts_at == timedelta(hours=1)


async def test_a_wall_time_means_the_zone_of_the_person_who_said_it(desk: Desk) -> None:
    nadia = person(JORDAN, time_zone="America/New_York")
    draft = await desk.visits.start_draft(nadia, day=date(2026, 11, 23), at=time(12))
    assert draft.starts_at() == at("2026-11-23 09:00")


async def test_a_new_time_means_the_first_of_two_equal_ones(desk: Desk) -> None:
    draft = await desk.draft(fold=1)
    same = changed(draft, {"phone": "+12065550199"})
    other = changed(same, {"at": time(10)})
    assert (same.fold, other.fold) == (1, 0)


async def test_a_change_that_changes_nothing_keeps_the_version(desk: Desk) -> None:
    draft = await desk.draft()
    assert changed(draft, {"at": time(9)}) is draft


@pytest.mark.parametrize("length", [timedelta(0), timedelta(minutes=-30), timedelta(hours=25)])
async def test_a_visit_has_a_length_and_at_most_a_day(desk: Desk, length: timedelta) -> None:
    with pytest.raises(ValueError, match="duration"):
        changed(await desk.draft(), {"duration": length})


async def test_of_two_changes_of_one_draft_the_second_is_refused(desk: Desk) -> None:
    draft = await desk.draft()
    at_ten, at_eleven = changed(draft, {"at": time(10)}), changed(draft, {"at": time(11)})
    await desk.visits.keep_draft(at_ten, desk.jordan)
    with pytest.raises(DraftChanged):
        await desk.visits.keep_draft(at_eleven, desk.jordan)
    await desk.visits.keep_draft(at_ten, desk.jordan)  # the same one again is no change


# --- rules --------------------------------------------------------------------------------------------


async def test_a_busy_calendar_is_refused_with_the_nearest_free_times(desk: Desk) -> None:
    desk.calendar.spans[DR_PATEL.id].append(busy("2026-11-23 08:00", "2026-11-23 10:00"))
    draft = await desk.draft(staff_id=DR_PATEL.id)
    with pytest.raises(SlotTaken) as refused:
        await desk.visits.reserve(draft.id, draft.version, desk.jordan)
    assert refused.value.verdict == await desk.visits.verdict_for(draft, desk.jordan)
    assert refused.value.verdict.can_override
    assert refused.value.verdict.alternatives[0].starts_at == at("2026-11-23 10:00")
    assert desk.work.started == []


async def test_book_anyway_needs_a_reason_and_marks_the_visit(desk: Desk) -> None:
    there = await desk.book()
    draft = await desk.draft(client_name="Ben Okafor", phone="+12065550117")
    with pytest.raises(SlotTaken):
        await desk.visits.reserve(draft.id, draft.version, desk.jordan)
    with pytest.raises(ValueError, match="reason"):
        Override(reason=" ", seen=frozenset())
    visit = await desk.insists(draft)
    assert (visit.starts_at, visit.override_reason) == (there.starts_at, "twins")


async def test_a_reason_covers_no_objection_of_another_time_or_kind(desk: Desk) -> None:
    span = busy("2026-11-23 09:00", "2026-11-23 09:30")
    desk.calendar.spans[DR_KIM.id] = [span]
    draft = await desk.draft()
    override = Override(reason="twins", seen=(await desk.visits.verdict_for(draft, desk.jordan)).keys)
    longer = busy("2026-11-23 09:00", "2026-11-23 10:00")
    for other in ([longer], [span.model_copy(update={"status": "oof"})], [span, longer]):
        desk.calendar.spans[DR_KIM.id] = other
        with pytest.raises(SlotTaken):
            await desk.visits.reserve(draft.id, draft.version, desk.jordan, override=override)
    desk.calendar.spans[DR_KIM.id] = [span]
    visit = await desk.visits.reserve(draft.id, draft.version, desk.jordan, override=override)
    assert visit.override_seen == tuple(override.seen)


async def test_no_reason_goes_over_a_rule_of_the_place_and_what_is_offered_keeps_it(desk: Desk) -> None:
    def no_mornings(slot: Slot, now: datetime) -> tuple[Objection, ...]:
        free_from = at("2026-11-23 12:00")
        return () if slot.starts_at >= free_from else (Objection(code="bookings_lead_time", can_override=False),)

    desk.calendar.rules = no_mornings
    draft = await desk.draft()
    with pytest.raises(SlotTaken) as refused:
        await desk.insists(draft)
    verdict = refused.value.verdict
    assert [each.code for each in verdict.objections] == ["bookings_lead_time"]
    assert not verdict.can_override
    noon = at("2026-11-23 12:00")
    offered = (
        verdict.alternatives,
        await desk.visits.free_slots(draft, desk.jordan),
        await desk.visits.nearest_free(draft, desk.jordan),
    )
    assert [min(each.starts_at for each in slots) for slots in offered] == [noon, noon, noon]


async def test_rules_of_the_place_that_cannot_be_read_leave_nothing_free(desk: Desk) -> None:
    desk.calendar.rules_fault = CalendarRefused(403)
    draft = await desk.draft()
    with pytest.raises(CalendarUnreadable):
        await desk.visits.reserve(draft.id, draft.version, desk.jordan)


async def test_a_reason_that_was_not_needed_marks_nothing(desk: Desk) -> None:
    assert (await desk.insists(await desk.draft(), "just in case")).override_reason is None


async def test_book_anyway_never_goes_over_the_past(desk: Desk) -> None:
    draft = await desk.draft(day=date(2026, 11, 20), at=time(9))
    with pytest.raises(SlotTaken) as refused:
        await desk.insists(draft, "please")
    assert not refused.value.verdict.can_override


async def test_book_anyway_covers_only_the_visits_that_were_seen(desk: Desk) -> None:
    await desk.book()
    drafts = [await desk.draft(client_name=f"Client {each}", phone=f"+1206555{1000 + each}") for each in range(5)]
    results = await asyncio.gather(*(desk.insists(each, "urgent") for each in drafts), return_exceptions=True)
    assert len([each for each in results if isinstance(each, Visit)]) == 1
    assert len([each for each in results if isinstance(each, SlotTaken)]) == 4


@pytest.mark.parametrize("fault", [CalendarUnreadable(), CalendarBusy(30.0), CalendarRefused(403, "AccessDenied")])
async def test_a_calendar_that_cannot_be_read_is_never_free(desk: Desk, fault: Exception) -> None:
    desk.calendar.fault = fault
    draft = await desk.draft()
    for ask in (
        desk.visits.reserve(draft.id, draft.version, desk.jordan),
        desk.visits.verdict_for(draft, desk.jordan),
        desk.visits.free_slots(draft, desk.jordan),
    ):
        with pytest.raises(CalendarUnreadable) as said:
            await ask
        assert said.value.facts["staff"] == "Dr Min Kim"


async def test_a_calendar_that_does_not_answer_in_time_is_unreadable(desk: Desk) -> None:
    hurried = Desk(desk.store, desk.clock, calendar_deadline=timedelta(milliseconds=1))
    hurried.calendar.is_silent = True
    with pytest.raises(CalendarUnreadable):
        await hurried.visits.verdict_for(await hurried.draft(), hurried.jordan)


async def test_a_calendar_missing_from_the_answer_is_unreadable(desk: Desk) -> None:
    del desk.calendar.spans[DR_PATEL.id]
    with pytest.raises(CalendarUnreadable):
        await desk.visits.verdict_for(await desk.draft(staff_id=DR_PATEL.id), desk.jordan)


async def test_free_slots_need_no_time_and_no_client(desk: Desk) -> None:
    draft = await desk.visits.start_draft(
        desk.jordan, type_name=PHYSIO.name, staff_id=DR_PATEL.id, day=date(2026, 11, 23)
    )
    free = await desk.visits.free_slots(draft, desk.jordan)
    assert (len(free), free[0].duration) == (37, timedelta(hours=1))
    with pytest.raises(DraftIncomplete) as told:
        await desk.visits.free_slots(await desk.visits.start_draft(desk.jordan, type_name=LAB.name), desk.jordan)
    assert told.value.facts["missing"] == ("date",)


async def test_a_day_gone_by_has_nothing_free_and_nobody_is_asked(desk: Desk) -> None:
    desk.calendar.fault = CalendarUnreadable()
    draft = await desk.draft(day=date(2026, 11, 19))
    assert await desk.visits.free_slots(draft, desk.jordan) == ()


async def test_a_day_of_free_slots_is_a_day_of_the_drafts_zone(desk: Desk) -> None:
    """A day in Tokyo ends at seven in the morning in Los Angeles, so it holds most of the clinic's day before."""
    draft = await desk.draft(time_zone="Asia/Tokyo", day=date(2026, 11, 24))
    free = await desk.visits.free_slots(draft, desk.jordan)
    assert (free[0].starts_at, free[-1].starts_at) == (at("2026-11-23 08:00"), at("2026-11-23 17:30"))
    draft = await desk.draft(time_zone="Europe/Berlin", day=date(2026, 11, 24))
    free = await desk.visits.free_slots(draft, desk.jordan)
    assert (free[0].starts_at, free[-1].starts_at) == (at("2026-11-23 15:00"), at("2026-11-24 14:45"))


async def test_the_nearest_free_times_start_from_what_is_known(desk: Desk) -> None:
    draft = await desk.draft(day=None, at=None)
    soon = await desk.visits.nearest_free(draft, desk.jordan)
    assert [each.starts_at for each in soon] == [at("2026-11-20 10:15"), at("2026-11-20 10:30"), at("2026-11-20 10:45")]
    near = await desk.visits.nearest_free(draft, desk.jordan, near=at("2026-11-24 07:00"), count=1)
    assert [each.starts_at for each in near] == [at("2026-11-24 08:00")]


# --- who may ------------------------------------------------------------------------------------------


def _service(desk: Desk, *tenants: str, **changes: Any) -> Visits:
    return Visits(clinic(**changes), desk.store, desk.calendar, desk.work, desk.clock, tenant_ids=frozenset(tenants))


async def test_only_staff_and_schedulers_may_do_anything(desk: Desk) -> None:
    visit = await desk.book()
    draft = await desk.draft()
    closed = _service(desk, schedulers=())
    for ask in (
        closed.start_draft(desk.jordan),
        closed.draft(draft.id, desk.jordan),
        closed.keep_draft(draft, desk.jordan),
        closed.discard_draft(draft.id, desk.jordan),
        closed.verdict_for(draft, desk.jordan),
        closed.free_slots(draft, desk.jordan),
        closed.nearest_free(draft, desk.jordan),
        closed.reserve(draft.id, draft.version, desk.jordan),
        closed.reserve(visit.id, 1, desk.jordan),
        closed.book_again(visit.id, desk.jordan),
        closed.propose_move(visit.id, 1, desk.jordan),
        closed.free_for(visit.id, desk.jordan),
        closed.reschedule(visit.id, 1, at("2026-11-23 15:00"), desk.jordan),
        closed.cancel(visit.id, 1, desk.jordan),
        closed.undo(visit.id, 1, desk.jordan),
        closed.visit(visit.id, desk.jordan),
        closed.agenda(date(2026, 11, 23), desk.jordan),
        closed.find("Ruiz", desk.jordan),
        closed.clients_named("Ruiz", desk.jordan),
    ):
        with pytest.raises(NotEntitled) as told:
            await ask
        assert told.value.facts == {"clinic": "Contoso Clinic"}


def test_who_is_entitled(desk: Desk) -> None:
    assert _service(desk, schedulers=()).entitled(person(KIM))
    assert _service(desk, schedulers=(JORDAN.object_id,)).entitled(person(JORDAN))
    assert not _service(desk, schedulers=()).entitled(person(JORDAN))
    assert not _service(desk).entitled(person(JORDAN, id=""))
    assert _service(desk, JORDAN.tenant_id).entitled(person(JORDAN))
    assert not _service(desk, JORDAN.tenant_id).entitled(person(VISITOR))
    assert not _service(desk, JORDAN.tenant_id).entitled(person(PATEL, tenant_id=VISITOR.tenant_id))


# --- work ---------------------------------------------------------------------------------------------


async def test_a_visit_stays_booked_when_its_work_cannot_be_started(desk: Desk) -> None:
    desk.work.is_away = True
    visit = await desk.book()
    assert await desk.store.visit(visit.id) == visit


async def test_a_repeated_press_starts_the_work_that_a_crash_left_out(desk: Desk) -> None:
    desk.work.is_away = True
    visit = await desk.book()
    desk.work.is_away = False
    await desk.visits.reserve(visit.id, 1, desk.jordan)
    assert desk.work.started == [("booking", 1)]


async def test_an_unknown_id_is_a_draft_that_is_gone(desk: Desk) -> None:
    with pytest.raises(DraftGone):
        await desk.visits.reserve(VisitId("0" * 32), 1, desk.jordan)
