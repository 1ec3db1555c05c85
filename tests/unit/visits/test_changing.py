"""Moving, cancelling and undoing."""

import asyncio
from datetime import date, datetime, time, timedelta

import pytest

from bot.visits.errors import (
    CalendarUnreadable,
    NothingToUndo,
    SlotTaken,
    UndoTellsClient,
    VisitChanged,
    VisitNotFound,
    VisitOver,
)
from bot.visits.models.objections import Objection
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Told, Visit
from tests.personas import JORDAN, KIM
from tests.unit.visits.conftest import Desk
from tests.unit.visits.world import DR_KIM, at, busy, person

NINE, TEN, THREE = at("2026-11-23 09:00"), at("2026-11-23 10:00"), at("2026-11-23 15:00")


async def move(desk: Desk, visit: Visit, starts_at: datetime = THREE, **more: object) -> Visit:
    return await desk.visits.reschedule(visit.id, visit.version, starts_at, desk.jordan, **more)  # type: ignore[arg-type]


# --- moving -------------------------------------------------------------------------------------------


async def test_a_moved_visit_is_the_same_visit(desk: Desk) -> None:
    booked = await desk.book()
    await desk.store.record(booked.id, event_id="e1", join_url="https://teams.example/1")
    moved = await move(desk, booked)
    assert (moved.id, moved.version, moved.schedule_version, moved.starts_at) == (booked.id, 2, 2, THREE)
    assert (moved.event_id, moved.join_url) == ("e1", "https://teams.example/1")
    assert desk.work.started == [("booking", 1), ("reschedule", 2)]


async def test_an_old_card_changes_nothing(desk: Desk) -> None:
    booked = await desk.book()
    moved = await move(desk, booked)
    for press in (
        desk.visits.reschedule(booked.id, 1, TEN, desk.jordan),
        desk.visits.cancel(booked.id, 1, desk.jordan),
        desk.visits.propose_move(booked.id, 1, desk.jordan),
    ):
        with pytest.raises(VisitChanged) as now:
            await press
        assert now.value.visit == moved


async def test_what_effects_report_makes_no_card_old(desk: Desk) -> None:
    booked = await desk.book()
    await desk.store.record(booked.id, event_id="e1", calendar_starts_at=NINE, client_invited=True)
    assert (await move(desk, booked)).version == 2


async def test_the_same_press_delivered_twice_moves_once(desk: Desk) -> None:
    booked = await desk.book()
    moved = await move(desk, booked)
    assert await move(desk, booked) == moved
    assert await desk.visits.cancel(booked.id, 2, desk.jordan) == await desk.visits.cancel(booked.id, 2, desk.jordan)
    assert desk.work.started == [("booking", 1), ("reschedule", 2), ("cancellation", 3)]


async def test_a_move_to_where_it_is_is_no_change(desk: Desk) -> None:
    booked = await desk.book()
    assert await move(desk, booked, NINE) == booked


async def test_a_visit_may_move_into_its_own_time(desk: Desk) -> None:
    booked = await desk.book()
    await desk.store.record(booked.id, calendar_starts_at=NINE)
    desk.calendar.spans[DR_KIM.id].append(busy("2026-11-23 09:00", "2026-11-23 09:30"))
    assert (await move(desk, booked, NINE + timedelta(minutes=15))).starts_at == NINE + timedelta(minutes=15)


async def test_a_longer_visit_keeps_its_schedule_version(desk: Desk) -> None:
    booked = await desk.book()
    longer = await move(desk, booked, NINE, duration=timedelta(minutes=45))
    assert (longer.version, longer.schedule_version, longer.duration) == (2, 1, timedelta(minutes=45))


async def test_a_taken_time_is_refused_and_can_be_overridden(desk: Desk) -> None:
    booked = await desk.book()
    await desk.book(client_name="Ben Okafor", phone="+12065550117", at=time(15))
    with pytest.raises(SlotTaken) as refused:
        await move(desk, booked)
    assert len(refused.value.verdict.alternatives) == 3
    moved = await desk.insists_on_moving(booked, THREE, desk.jordan)
    assert (moved.starts_at, moved.override_reason) == (THREE, "twins")
    assert (await move(desk, moved, TEN)).override_reason is None


async def test_a_move_against_a_rule_of_the_place_is_refused_whatever_the_reason(desk: Desk) -> None:
    visit = await desk.book()
    desk.calendar.rules = lambda slot, now: (Objection(code="bookings_lead_time", can_override=False),)
    target = at("2026-11-24 09:00")
    proposal = await desk.visits.propose_move(visit.id, visit.version, desk.jordan, starts_at=target)
    assert [each.code for each in proposal.verdict.objections] == ["bookings_lead_time"]
    with pytest.raises(SlotTaken):
        await desk.insists_on_moving(visit, target, desk.jordan)


async def test_two_visits_moved_to_one_time_at_one_instant_do_not_both_get_it(desk: Desk) -> None:
    first = await desk.book()
    second = await desk.book(client_name="Ben Okafor", phone="+12065550117", at=time(10))
    results = await asyncio.gather(move(desk, first), move(desk, second), return_exceptions=True)
    assert sorted(type(each).__name__ for each in results) == ["SlotTaken", "Visit"]


async def test_a_proposal_offers_times_near_the_visit_or_judges_the_one_named(desk: Desk) -> None:
    booked = await desk.book()
    offered = await desk.visits.propose_move(booked.id, 1, desk.jordan)
    assert [each.starts_at for each in offered.verdict.alternatives] == [
        NINE - timedelta(minutes=15), NINE + timedelta(minutes=15), NINE + timedelta(minutes=30)
    ]  # fmt: skip
    named = await desk.visits.propose_move(booked.id, 1, desk.jordan, starts_at=THREE)
    assert named.slot is not None
    assert (named.slot.starts_at, named.verdict.is_free) == (THREE, True)
    closed = await desk.visits.propose_move(booked.id, 1, desk.jordan, starts_at=at("2026-11-26 09:00"))
    assert [each.code for each in closed.verdict.objections] == ["closed_day"]


async def test_free_times_for_a_visit_by_day_and_further_on(desk: Desk) -> None:
    booked = await desk.book()
    whole = await desk.visits.free_for(booked.id, desk.jordan, day=date(2026, 11, 24))
    later = await desk.visits.free_for(booked.id, desk.jordan, after=TEN)
    earlier = await desk.visits.free_for(booked.id, desk.jordan, before=TEN)
    assert len(whole) == 39
    assert [each.starts_at for each in later] == [TEN + timedelta(minutes=15 * each) for each in (1, 2, 3)]
    assert [each.starts_at for each in earlier] == [TEN - timedelta(minutes=15 * each) for each in (3, 2, 1)]


async def test_a_visit_nobody_knows_is_not_found(desk: Desk) -> None:
    with pytest.raises(VisitNotFound):
        await desk.visits.cancel(VisitId("0" * 32), 1, desk.jordan)


# --- cancelling ---------------------------------------------------------------------------------------


async def test_a_cancelled_visit_frees_its_slot(desk: Desk) -> None:
    booked = await desk.book()
    cancelled = await desk.visits.cancel(booked.id, 1, desk.jordan, reason="flu", tell_client=False)
    assert (cancelled.version, cancelled.schedule_version, cancelled.cancel_reason) == (2, 2, "flu")
    assert (cancelled.is_cancelled, cancelled.tell_client) == (True, False)
    assert (await desk.book(client_name="Ben Okafor", phone="+12065550117")).starts_at == NINE


async def test_a_cancelled_visit_does_not_move(desk: Desk) -> None:
    booked = await desk.book()
    cancelled = await desk.visits.cancel(booked.id, 1, desk.jordan)
    with pytest.raises(VisitChanged):
        await move(desk, cancelled)


async def test_a_visit_that_is_over_is_not_cancelled(desk: Desk) -> None:
    booked = await desk.book()
    desk.clock.advance(days=4)
    with pytest.raises(VisitOver):
        await desk.visits.cancel(booked.id, 1, desk.jordan)


async def test_book_again_keeps_everything_but_the_time(desk: Desk) -> None:
    booked = await desk.book(email="ana@example.com", notes="wheelchair")
    draft = await desk.visits.book_again(booked.id, desk.jordan)
    assert draft.id != booked.id
    assert (draft.client_name, draft.phone, draft.email, draft.notes) == (
        "Ana Ruiz", "+12065550142", "ana@example.com", "wheelchair"
    )  # fmt: skip
    assert desk.visits.missing(draft) == ("date", "time")


# --- undoing ------------------------------------------------------------------------------------------


async def undo(desk: Desk, visit: Visit, **more: bool) -> Visit:
    return await desk.visits.undo(visit.id, visit.version, desk.jordan, **more)


async def test_undo_of_a_booking_calls_it_off(desk: Desk) -> None:
    undone = await undo(desk, await desk.book())
    assert (undone.is_cancelled, undone.version, undone.undoes, undone.quiet_until) == (True, 2, 1, None)
    assert desk.work.started == [("booking", 1), ("cancellation", 2)]


async def test_undo_of_a_move_brings_the_old_time_back(desk: Desk) -> None:
    booked = await desk.book()
    desk.clock.advance(minutes=5)
    moved = await move(desk, booked)
    await desk.store.record(booked.id, join_url="https://teams.example/late")
    undone = await undo(desk, moved)
    assert (undone.starts_at, undone.version, undone.schedule_version, undone.undoes) == (NINE, 3, 3, 2)
    assert undone.quiet_until is None
    assert undone.join_url == "https://teams.example/late"
    assert desk.work.started[-1] == ("reschedule", 3)


async def test_undo_of_a_move_inside_the_bookings_window_lets_that_window_go_on(desk: Desk) -> None:
    booked = await desk.book()
    desk.clock.advance(seconds=10)
    undone = await undo(desk, await move(desk, booked))
    assert undone.quiet_until == booked.quiet_until


async def test_undo_of_a_cancellation_holds_the_visit_again(desk: Desk) -> None:
    booked = await desk.book()
    cancelled = await desk.visits.cancel(booked.id, 1, desk.jordan, reason="flu", tell_client=False)
    undone = await undo(desk, cancelled)
    assert (undone.is_cancelled, undone.cancel_reason, undone.tell_client) == (False, None, True)
    assert desk.work.started[-1] == ("booking", 3)


async def test_undo_is_refused_a_second_time(desk: Desk) -> None:
    moved = await move(desk, await desk.book())
    undone = await undo(desk, moved)
    for stale in (moved, undone):
        with pytest.raises(NothingToUndo) as refused:
            await undo(desk, stale)
        assert refused.value.facts["reason"] == "undone_already"
        assert refused.value.visit == undone


async def test_undo_is_refused_after_someone_else_changed_the_visit(desk: Desk) -> None:
    booked = await desk.book()
    kim = person(KIM)
    moved = await desk.visits.reschedule(booked.id, 1, THREE, kim)
    for stale in (booked, moved):
        with pytest.raises(NothingToUndo) as refused:
            await undo(desk, stale)
        assert refused.value.facts["reason"] == "changed_since"
    assert (await desk.visits.undo(booked.id, 2, kim)).starts_at == NINE


async def test_after_the_window_undo_says_first_that_the_client_hears_of_it(desk: Desk) -> None:
    moved = await move(desk, await desk.book())
    desk.clock.advance(seconds=20)
    with pytest.raises(UndoTellsClient):
        await undo(desk, moved)
    undone = await undo(desk, moved, correcting=True)
    assert (undone.starts_at, undone.tell_client, undone.quiet_until) == (NINE, True, None)


async def test_a_client_who_is_told_nothing_never_notices_an_undo(desk: Desk) -> None:
    booked = await desk.book(text_client=False)
    desk.clock.advance(hours=1)
    assert (await undo(desk, booked)).is_cancelled


async def test_where_nothing_can_tell_the_client_an_undo_is_never_noticed(desk: Desk) -> None:
    booked = await desk.book()
    desk.clock.advance(hours=1)
    desk.calendar.has_messages = False
    assert (await undo(desk, booked)).is_cancelled


async def test_after_the_window_even_an_unnoticed_undo_does_not_go_into_the_past(desk: Desk) -> None:
    moved = await move(desk, await desk.book(text_client=False))
    desk.clock.advance(days=3)
    with pytest.raises(SlotTaken):
        await undo(desk, moved)


async def test_what_the_client_was_told_stays_known_through_an_undo(desk: Desk) -> None:
    booked = await desk.book()
    told = Told(starts_at=NINE, at=desk.clock.now())
    await desk.store.record(booked.id, told=told)
    desk.clock.advance(minutes=1)
    assert (await undo(desk, await move(desk, booked))).told == told


async def test_an_old_slot_that_was_taken_meanwhile_is_not_taken_back(desk: Desk) -> None:
    moved = await move(desk, await desk.book())
    desk.clock.advance(seconds=5)
    await desk.book(client_name="Ben Okafor", phone="+12065550117")
    with pytest.raises(SlotTaken) as refused:
        await undo(desk, moved)
    assert [each.code for each in refused.value.verdict.objections] == ["overlaps_visit"]
    assert len(refused.value.verdict.alternatives) == 3


async def test_an_undo_goes_back_beside_a_visit_that_was_accepted_there(desk: Desk) -> None:
    await desk.book(client_name="Ben Okafor", phone="+12065550117")
    desk.clock.advance(seconds=1)
    beside = await desk.insists(await desk.draft())
    desk.clock.advance(seconds=1)
    undone = await undo(desk, await move(desk, beside))
    assert (undone.starts_at, undone.override_reason) == (NINE, "twins")


async def test_inside_the_window_undo_needs_no_calendar(desk: Desk) -> None:
    moved = await move(desk, await desk.book())
    desk.calendar.fault = CalendarUnreadable()
    assert (await undo(desk, moved)).starts_at == NINE


async def test_after_the_window_undo_keeps_the_rules(desk: Desk) -> None:
    moved = await move(desk, await desk.book())
    desk.clock.advance(days=3)  # Monday, ten: nine has passed
    with pytest.raises(SlotTaken) as refused:
        await undo(desk, moved, correcting=True)
    assert [each.code for each in refused.value.verdict.objections] == ["past"]


async def test_after_the_window_undo_goes_over_nothing_that_came_up_since(desk: Desk) -> None:
    desk.calendar.spans[DR_KIM.id] = [busy("2026-11-23 09:00", "2026-11-23 10:00")]
    moved = await move(desk, await desk.insists(await desk.draft()))
    desk.clock.advance(minutes=1)
    back = await undo(desk, moved, correcting=True)
    assert (back.starts_at, back.override_reason) == (NINE, "twins")
    moved = await move(desk, back)
    await desk.insists(await desk.draft(client_name="Ben Okafor", phone="+12065550117"))
    desk.clock.advance(minutes=1)
    with pytest.raises(SlotTaken) as refused:
        await undo(desk, moved, correcting=True)
    assert {each.code for each in refused.value.verdict.objections} == {"busy", "overlaps_visit"}


async def test_two_undos_at_one_instant_are_one(desk: Desk) -> None:
    moved = await move(desk, await desk.book())
    results = await asyncio.gather(undo(desk, moved), undo(desk, moved), return_exceptions=True)
    assert sorted(type(each).__name__ for each in results) == ["NothingToUndo", "Visit"]


async def test_with_no_window_undo_corrects_at_once(desk: Desk) -> None:
    direct = Desk(desk.store, desk.clock, quiet=0)
    booked = await direct.book()
    assert booked.quiet_until is None
    with pytest.raises(UndoTellsClient):
        await undo(direct, booked)


async def test_every_version_says_who_asked_for_it(desk: Desk) -> None:
    booked = await desk.book()
    await desk.visits.reschedule(booked.id, 1, THREE, person(KIM))
    await desk.visits.cancel(booked.id, 2, desk.jordan)
    versions = await desk.store.versions(booked.id)
    assert [each.requested_by for each in versions] == [JORDAN.object_id, KIM.object_id, JORDAN.object_id]


# --- looking ------------------------------------------------------------------------------------------


async def test_a_day_is_a_day_of_the_persons_zone(desk: Desk) -> None:
    late = await desk.book(at=time(17, 30))
    tokyo = person(JORDAN, time_zone="Asia/Tokyo")
    assert await desk.visits.agenda(date(2026, 11, 23), desk.jordan) == [late]
    assert await desk.visits.agenda(date(2026, 11, 24), tokyo) == [late]
    assert await desk.visits.agenda(date(2026, 11, 23), tokyo) == []


async def test_finding_shows_all_that_fit_from_today_on(desk: Desk) -> None:
    ana = await desk.book()
    jose = await desk.book(client_name="José Ruíz-Ortega", phone="+12065550199", at=time(10))
    gone = await desk.book(client_name="Rita Ruiz", phone="+12065550155", at=time(15))
    await desk.visits.cancel(gone.id, 1, desk.jordan)
    found = await desk.visits.find("ruiz", desk.jordan)
    assert {each.id for each in found} == {ana.id, jose.id}
    assert [each.id for each in await desk.visits.find("jose ortega", desk.jordan)] == [jose.id]
    assert [each.id for each in await desk.visits.find("206-555-0142", desk.jordan)] == [ana.id]
    assert await desk.visits.find("  ", desk.jordan) == []
    desk.clock.advance(days=7)
    assert await desk.visits.find("ruiz", desk.jordan) == []


async def test_each_earlier_client_is_named_once(desk: Desk) -> None:
    await desk.book()
    again = await desk.book(at=time(15))
    other = await desk.book(phone="+12065550199", at=time(12))
    desk.clock.advance(days=30)
    named = await desk.visits.clients_named("Ana", desk.jordan)
    assert {each.client.phone for each in named} == {again.client.phone, other.client.phone}
