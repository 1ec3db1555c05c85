"""What the client hears and what the calendar holds, whatever people do and whatever breaks."""

import asyncio
from datetime import timedelta

import pytest

from bot.visits.errors import CalendarBusy, CalendarRefused, OutcomeUnknown, StoreUnavailable, TenantProvisioning
from bot.visits.models.effects import EffectState
from bot.visits.models.values import VisitId
from bot.visits.ports.drift import CalendarDrift
from bot.work.decisions import Decisions
from tests.unit.work.world import NINE, TEN, Story

NO_WINDOW = timedelta(0)
BOTH_TOLD = [("confirmation", NINE), ("reschedule", TEN)]


async def test_a_text_waits_while_the_calendar_says_something_else_than_it_would() -> None:
    story = Story(quiet=NO_WINDOW)
    story.books()
    story.outlook.by_hand = [CalendarDrift(visit_id=story.visit.id, kind="moved", starts_at=TEN)]
    settled = await story.settles()
    assert story.outlook.texts == []
    (row,) = [each for key, each in story.ledger.rows.items() if key.startswith("sms_confirmation:")]
    assert (row.state, row.code) == (EffectState.retrying, "calendar_differs")

    story.outlook.by_hand = []
    assert settled.until is not None
    story.clock.advance(minutes=1)
    await story.settles()
    assert story.outlook.texts == [("confirmation", NINE)]


async def test_a_text_waits_no_longer_than_other_effects_and_then_somebody_knows() -> None:
    story = Story(quiet=NO_WINDOW)
    story.books()
    story.outlook.by_hand = [CalendarDrift(visit_id=story.visit.id, kind="deleted")]
    await story.settles_all()
    assert story.outlook.texts == []
    assert story.state_of("sms_confirmation") is EffectState.failed


async def test_a_cancellation_is_told_whatever_the_calendar_says() -> None:
    story = Story(quiet=NO_WINDOW)
    story.books()
    await story.settles_all()
    story.outlook.by_hand = [CalendarDrift(visit_id=story.visit.id, kind="moved", starts_at=TEN)]
    story.cancels()
    await story.settles_all()
    assert story.outlook.texts == [("confirmation", NINE), ("cancellation", None)]


async def test_a_booking_is_an_event_a_link_and_one_text() -> None:
    story = Story()
    story.books()
    await story.settles_all()
    assert story.outlook.texts == [("confirmation", NINE)]
    assert story.event() is not None
    assert (story.visit.client_join_url, story.visit.meeting_id) != (None, None)
    assert story.outlook.lobbies == 1
    assert story.open_rows() == []


async def test_the_client_hears_nothing_inside_the_quiet_window() -> None:
    story = Story()
    story.books()
    settled = await story.settles()
    assert settled.until == story.visit.quiet_until
    assert story.outlook.texts == []
    assert story.state_of("sms_confirmation") is EffectState.waiting


async def test_booked_then_moved_inside_the_window_is_one_confirmation_with_the_last_time() -> None:
    story = Story()
    story.books()
    await story.settles()
    story.clock.advance(seconds=10)
    story.moves(TEN)
    await story.settles_all()
    assert story.outlook.texts == [("confirmation", TEN)]
    assert story.open_rows() == []


async def test_booked_then_cancelled_inside_the_window_is_nothing() -> None:
    story = Story(email="ana@example.com")
    story.books()
    await story.settles()
    story.cancels()
    await story.settles_all()
    assert (story.outlook.texts, story.outlook.mails, story.event()) == ([], [], None)
    assert story.open_rows() == []


async def test_a_booking_undone_before_its_event_was_made_makes_none() -> None:
    story = Story()
    story.books()
    story.undoes()
    await story.settles_all()
    assert story.outlook.calls == []


async def test_a_booking_undone_inside_the_window_leaves_no_trace() -> None:
    story = Story()
    story.books()
    await story.settles()
    story.undoes()
    await story.settles_all()
    assert (story.outlook.texts, story.event()) == ([], None)


async def test_a_move_undone_inside_the_window_tells_the_client_nothing() -> None:
    story = Story()
    story.books()
    await story.settles_all()
    story.moves(TEN)
    await story.settles()
    story.undoes()
    await story.settles_all()
    assert story.outlook.texts == [("confirmation", NINE)]
    assert story.event()["starts_at"] == NINE  # type: ignore[index]


async def test_a_move_undone_after_the_window_is_told() -> None:
    story = Story()
    story.books()
    await story.settles_all()
    story.moves(TEN)
    await story.settles_all()
    story.undoes()
    await story.settles_all()
    assert story.outlook.texts == [*BOTH_TOLD, ("reschedule", NINE)]


async def test_a_cancellation_undone_inside_the_window_leaves_the_event_alone() -> None:
    story = Story(email="ana@example.com")
    story.books()
    await story.settles_all()
    story.cancels()
    await story.settles()
    story.undoes()
    await story.settles_all()
    assert story.outlook.texts == [("confirmation", NINE)]
    assert story.outlook.mails == [("invited", NINE)]
    assert "cancel" not in story.outlook.calls


async def test_a_cancellation_undone_after_the_window_makes_the_visit_anew() -> None:
    story = Story(email="ana@example.com")
    story.books()
    await story.settles_all()
    story.cancels()
    await story.settles_all()
    story.undoes()
    await story.settles_all()
    assert story.outlook.texts == [("confirmation", NINE), ("cancellation", None), ("confirmation", NINE)]
    assert story.outlook.mails == [("invited", NINE), ("cancelled", NINE), ("invited", NINE)]
    assert story.event() is not None
    assert story.outlook.lobbies == 2


async def test_the_text_of_a_cancellation_goes_before_the_event_does() -> None:
    story = Story()
    story.books()
    await story.settles_all()
    story.cancels()
    await story.settles_all()
    assert story.outlook.calls[-2:] == ["sms_cancellation", "cancel"]


async def test_a_client_who_is_invited_is_told_by_outlook_of_a_move_only_after_the_window() -> None:
    story = Story(email="ana@example.com", text=False)
    story.books()
    await story.settles_all()
    story.moves(TEN)
    await story.settles()
    assert story.event()["starts_at"] == NINE  # type: ignore[index]
    assert story.state_of("move") is EffectState.waiting
    await story.settles_all()
    assert story.outlook.mails == [("invited", NINE), ("moved", TEN)]
    assert story.open_rows() == []


async def test_a_client_not_invited_yet_sees_one_invitation_with_the_last_time() -> None:
    story = Story(email="ana@example.com", text=False)
    story.books()
    await story.settles()
    story.moves(TEN)
    await story.settles_all()
    assert story.outlook.mails == [("invited", TEN)]


async def test_nobody_is_texted_of_a_cancellation_that_is_not_to_be_told() -> None:
    story = Story()
    story.books()
    await story.settles_all()
    story.cancels(tell=False)
    await story.settles_all()
    assert story.outlook.texts == [("confirmation", NINE)]
    assert story.event() is None


async def test_another_length_at_the_same_start_reaches_the_calendar_each_time() -> None:
    story = Story()
    story.books()
    await story.settles_all()
    story.moves(TEN)
    await story.settles_all()
    for minutes in (45, 60):
        story.moves(TEN, minutes=minutes)
        await story.settles_all()
        assert story.event()["duration"].total_seconds() == minutes * 60  # type: ignore[index]
    assert story.outlook.texts == BOTH_TOLD
    assert story.open_rows() == []


# --- refusals and waits ---------------------------------------------------------------------------


async def test_a_refused_text_is_not_tried_again() -> None:
    story = Story()
    story.outlook.before["sms_confirmation"] = [CalendarRefused(403, "Forbidden", reason="no_licence")]
    story.books()
    await story.settles_all()
    assert story.state_of("sms_confirmation") is EffectState.refused
    assert story.outlook.calls.count("sms_confirmation") == 1


async def test_after_a_refused_confirmation_a_move_confirms_the_new_time() -> None:
    story = Story()
    story.outlook.before["sms_confirmation"] = [CalendarRefused(403, "Forbidden")]
    story.books()
    await story.settles_all()
    story.moves(TEN)
    await story.settles_all()
    assert story.outlook.texts == [("confirmation", TEN)]


async def test_a_refused_event_waits_for_a_person_and_is_tried_again_after_a_change() -> None:
    story = Story()
    story.outlook.before["add"] = [CalendarRefused(400, "BadRequest")]
    story.books()
    await story.settles_all()
    assert (story.event(), story.state_of("add")) == (None, EffectState.refused)
    story.moves(TEN)
    await story.settles_all()
    assert story.event()["starts_at"] == TEN  # type: ignore[index]


async def test_provisioning_is_waited_for_and_shown() -> None:
    story = Story()
    story.outlook.before["link"] = [TenantProvisioning(120.0)]
    story.books()
    settled = await story.settles()
    assert story.state_of("link") is EffectState.provisioning
    assert settled.until is not None
    assert (settled.until - story.clock.now()).total_seconds() == 120
    await story.settles_all()
    assert story.outlook.texts == [("confirmation", NINE)]


async def test_a_set_up_of_ten_minutes_asked_every_few_seconds_is_no_reason_to_give_up() -> None:
    story = Story()
    story.outlook.before["link"] = [TenantProvisioning(10.0) for _ in range(60)]
    story.books()
    await story.settles_all()
    assert story.state_of("link") is EffectState.done


async def test_a_visit_moves_in_the_calendar_while_its_link_waits_for_the_set_up() -> None:
    story = Story()
    story.outlook.before["link"] = [TenantProvisioning(300.0)]
    story.books()
    await story.settles()
    story.moves(TEN)
    await story.settles()
    assert story.event()["starts_at"] == TEN  # type: ignore[index]


async def test_a_busy_calendar_is_asked_again_when_it_said() -> None:
    story = Story()
    story.outlook.before["add"] = [CalendarBusy(7.0)]
    story.books()
    settled = await story.settles()
    assert settled.until is not None
    assert (settled.until - story.clock.now()).total_seconds() == 7
    await story.settles_all()
    assert story.event() is not None


@pytest.mark.parametrize("call", ["add", "meeting", "lobby", "link", "sms_confirmation"])
async def test_a_store_that_was_away_before_a_call_only_delays_it(call: str) -> None:
    story = Story(quiet=NO_WINDOW)
    story.outlook.before[call] = [StoreUnavailable(), StoreUnavailable()]
    story.books()
    await story.settles()
    (row,) = [each for key, each in story.ledger.rows.items() if key.startswith(f"{call}:")]
    assert (row.state, row.code) == (EffectState.retrying, "store_unavailable")
    await story.settles_all()
    assert story.event() is not None
    assert story.outlook.texts == [("confirmation", NINE)]
    assert story.open_rows() == []


async def test_an_event_made_before_the_store_went_away_is_found_and_not_made_twice() -> None:
    story = Story(quiet=NO_WINDOW)
    story.outlook.after["add"] = [StoreUnavailable()]
    story.books()
    await story.settles_all()
    assert story.event() is not None
    assert story.outlook.calls.count("add") == 1


async def test_an_event_made_before_the_store_went_away_is_called_off_with_its_visit() -> None:
    story = Story(quiet=NO_WINDOW)
    story.outlook.after["add"] = [StoreUnavailable()]
    story.books()
    await story.settles()
    assert story.event() is not None
    story.cancels()
    await story.settles_all()
    assert story.event() is None


async def test_what_fails_for_hours_is_given_up_and_says_so() -> None:
    story = Story(quiet=NO_WINDOW)
    story.outlook.before["add"] = [CalendarBusy(None) for _ in range(500)]
    story.books()
    await story.settles_all()
    assert story.state_of("add") is EffectState.failed
    assert story.ledger.rows["add:v1:1"].code == "gave_up"


async def test_what_no_edge_foresaw_is_tried_given_up_and_never_left_under_way(
    caplog: pytest.LogCaptureFixture,
) -> None:
    story = Story(quiet=NO_WINDOW)
    story.outlook.before["add"] = [ValueError("about Ana Ruiz") for _ in range(500)]
    story.books()
    await story.settles_all()
    assert story.state_of("add") is EffectState.failed
    assert story.ledger.rows["add:v1:1"].code == "gave_up"
    assert story.open_rows() == []
    faults = [vars(each)["trace"] for each in caplog.records if each.message == "effect.fault"]
    assert faults[0].startswith("ValueError at world.py")
    assert "Ana" not in str(faults)


async def test_one_fault_that_nobody_foresaw_does_not_end_a_booking() -> None:
    story = Story(quiet=NO_WINDOW)
    story.outlook.after["add"] = [ValueError()]
    story.books()
    await story.settles_all()
    assert story.event() is not None
    assert story.outlook.texts == [("confirmation", NINE)]


async def test_a_text_that_failed_as_nobody_foresaw_may_have_gone_out_and_is_not_repeated() -> None:
    story = Story(quiet=NO_WINDOW)
    story.outlook.after["sms_confirmation"] = [ValueError()]
    story.books()
    await story.settles_all()
    assert story.state_of("sms_confirmation") is EffectState.unknown
    assert story.outlook.texts == [("confirmation", NINE)]


async def test_a_cancellation_text_that_cannot_be_sent_is_given_up_before_the_event_goes() -> None:
    story = Story()
    story.books()
    await story.settles_all()
    story.outlook.before["sms_cancellation"] = [CalendarBusy(50.0) for _ in range(20)]
    story.cancels()
    await story.settles_all()
    assert story.event() is None
    assert story.ledger.rows["sms_cancellation:v1:2"].code == "too_late"
    assert story.state_of("sms_cancellation") is EffectState.failed


async def test_a_cancellation_over_whose_window_the_bot_stood_still_is_texted_all_the_same() -> None:
    story = Story()
    story.books()
    await story.settles_all()
    story.cancels()
    await story.settles()
    story.clock.advance(minutes=10)
    await story.settles_all()
    assert story.outlook.texts[-1] == ("cancellation", None)
    assert story.event() is None


async def test_a_confirmation_still_waiting_when_the_visit_is_over_is_given_up() -> None:
    story = Story()
    story.outlook.before["sms_confirmation"] = [CalendarBusy(90_000.0)]
    story.books()
    await story.settles_all()
    assert story.ledger.rows["sms_confirmation:v1:1"].code == "too_late"
    assert story.outlook.texts == []


# --- lost answers ---------------------------------------------------------------------------------


async def test_a_text_whose_answer_was_lost_is_unknown_and_never_sent_again_by_itself() -> None:
    story = Story()
    story.outlook.after["sms_confirmation"] = [OutcomeUnknown()]
    story.books()
    await story.settles_all()
    assert story.state_of("sms_confirmation") is EffectState.unknown
    assert story.outlook.texts == [("confirmation", NINE)]


@pytest.mark.parametrize("arrived", [True, False])
async def test_after_an_unknown_confirmation_a_move_is_told_as_a_move(arrived: bool) -> None:
    story = Story()
    failing = story.outlook.after if arrived else story.outlook.before
    failing["sms_confirmation"] = [OutcomeUnknown()]
    story.books()
    await story.settles_all()
    story.moves(TEN)
    await story.settles_all()
    assert story.outlook.texts[-1] == ("reschedule", TEN)
    assert story.ledger.rows["sms_confirmation:v1:1"].state is EffectState.skipped, "nobody need decide any more"


async def test_a_person_may_have_an_unknown_text_sent_again() -> None:
    story = Story()
    story.outlook.before["sms_confirmation"] = [OutcomeUnknown()]
    story.books()
    await story.settles_all()
    assert await Decisions(story.ledger, story.clock).again(VisitId("v1"), "sms_confirmation:v1:1", begun=1)
    await story.settles_all()
    assert story.outlook.texts == [("confirmation", NINE)]
    assert story.state_of("sms_confirmation") is EffectState.done


async def test_a_decision_about_one_text_is_none_about_the_next_that_is_unknown_too() -> None:
    story = Story(quiet=NO_WINDOW)
    story.outlook.after["sms_confirmation"] = [OutcomeUnknown(), OutcomeUnknown()]
    decisions, about = Decisions(story.ledger, story.clock), (VisitId("v1"), "sms_confirmation:v1:1")
    story.books()
    await story.settles_all()
    assert await decisions.again(*about, begun=1)
    await story.settles_all()
    assert story.state_of("sms_confirmation") is EffectState.unknown
    for late in (1, 0, None):
        assert not await decisions.again(*about, begun=late)
        assert not await decisions.leave(*about, begun=late)
    await story.settles_all()
    assert len(story.outlook.texts) == 2
    assert await decisions.again(*about, begun=2)
    await story.settles_all()
    assert len(story.outlook.texts) == 3
    assert story.state_of("sms_confirmation") is EffectState.done


async def test_a_decision_about_a_text_that_was_held_up_is_none_about_the_same_text_sent() -> None:
    story = Story(quiet=NO_WINDOW)
    story.outlook.before["add"] = [CalendarRefused(403)]
    story.outlook.after["sms_confirmation"] = [OutcomeUnknown()]
    decisions = Decisions(story.ledger, story.clock)
    story.books()
    await story.settles_all()
    held_up = story.ledger.rows["sms_confirmation:v1:1"]
    assert held_up.state is EffectState.failed
    assert await decisions.again(VisitId("v1"), "add:v1:1", begun=1)
    await story.settles_all()
    assert story.state_of("sms_confirmation") is EffectState.unknown
    assert not await decisions.again(VisitId("v1"), held_up.key, begun=held_up.begun)
    await story.settles_all()
    assert story.outlook.texts == [("confirmation", NINE)]


async def test_an_unknown_text_left_as_it_is_is_never_sent() -> None:
    story = Story()
    story.outlook.before["sms_confirmation"] = [OutcomeUnknown()]
    story.books()
    await story.settles_all()
    assert await Decisions(story.ledger, story.clock).leave(VisitId("v1"), "sms_confirmation:v1:1", begun=1)
    await story.settles_all()
    assert story.outlook.texts == []


async def test_an_event_whose_answer_was_lost_is_found_and_not_made_twice() -> None:
    story = Story()
    story.outlook.after["add"] = [OutcomeUnknown()]
    story.books()
    await story.settles_all()
    assert story.event() is not None
    assert story.outlook.calls.count("add") == 1


async def test_a_move_whose_answer_was_lost_and_that_is_undone_is_taken_back_in_the_calendar() -> None:
    story = Story(quiet=NO_WINDOW)
    story.books()
    await story.settles_all()
    story.outlook.after["move"] = [OutcomeUnknown()]
    story.moves(TEN)
    await story.settles()
    assert story.event()["starts_at"] == TEN  # type: ignore[index]
    story.undoes()
    await story.settles_all()
    assert story.event()["starts_at"] == NINE  # type: ignore[index]
    assert story.open_rows() == []


async def test_a_cancellation_whose_answer_was_lost_and_that_is_undone_makes_the_event_anew() -> None:
    story = Story(quiet=NO_WINDOW)
    story.books()
    await story.settles_all()
    story.outlook.after["cancel"] = [OutcomeUnknown()]
    story.cancels()
    await story.settles()
    assert story.event() is None
    story.undoes()
    await story.settles_all()
    assert story.event() is not None
    assert story.outlook.texts[-1] == ("confirmation", NINE)
    assert story.open_rows() == []


async def test_a_cancellation_that_never_arrived_and_is_undone_keeps_the_event() -> None:
    story = Story(quiet=NO_WINDOW, text=False)
    story.books()
    await story.settles_all()
    story.outlook.before["cancel"] = [OutcomeUnknown()]
    story.cancels()
    await story.settles()
    story.undoes()
    await story.settles_all()
    assert story.outlook.calls.count("add") == 1
    assert story.event() is not None
    assert story.open_rows() == []


async def test_an_invitation_whose_answer_was_lost_is_finished_before_anything_else_is_told() -> None:
    story = Story(email="ana@example.com", text=False)
    story.outlook.after["invite"] = [OutcomeUnknown()]
    story.books()
    await story.settles()
    story.clock.advance(seconds=20)
    await story.settles()
    story.moves(TEN)
    await story.settles()
    assert story.outlook.mails == [("invited", NINE)], "inside the window of the move the client hears nothing"
    await story.settles_all()
    assert story.outlook.mails == [("invited", NINE), ("moved", TEN)]
    assert story.open_rows() == []


async def test_a_client_who_may_be_invited_is_told_of_the_cancellation() -> None:
    story = Story(email="ana@example.com", text=False, quiet=NO_WINDOW)
    story.outlook.after["invite"] = [OutcomeUnknown()]
    story.books()
    await story.settles()
    story.cancels()
    await story.settles_all()
    assert story.outlook.mails == [("invited", NINE), ("cancelled", NINE)]
    assert story.open_rows() == []


# --- crashes --------------------------------------------------------------------------------------

MOMENTS = ("intended", "called", "noted")
OPS_OF_BOOKING = ("add", "meeting", "lobby", "link", "invite", "sms_confirmation")


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("op", OPS_OF_BOOKING)
@pytest.mark.parametrize("successor", ["A", "B"])
async def test_a_booking_survives_a_crash_at_any_moment(op: str, moment: str, successor: str) -> None:
    story = Story(email="ana@example.com")
    story.books()
    await story.dies_at(f"{op}.{moment}")
    await story.settles_all(story.process(successor))
    assert story.event() is not None
    assert story.outlook.mails == [("invited", NINE)]
    is_text_in_doubt = op == "sms_confirmation" and moment != "noted"
    assert story.state_of("sms_confirmation") is (EffectState.unknown if is_text_in_doubt else EffectState.done)
    assert len(story.outlook.texts) == (0 if is_text_in_doubt and moment == "intended" else 1)
    assert story.open_rows() == []


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("op", ["move", "sms_reschedule"])
async def test_a_move_survives_a_crash_at_any_moment(op: str, moment: str) -> None:
    story = Story(email="ana@example.com")
    story.books()
    await story.settles_all()
    story.moves(TEN)
    await story.dies_at(f"{op}.{moment}")
    await story.settles_all(story.process("B"))
    assert story.event()["starts_at"] == TEN  # type: ignore[index]
    assert story.outlook.mails == [("invited", NINE), ("moved", TEN)]
    assert story.outlook.texts in (BOTH_TOLD, BOTH_TOLD[:1])
    assert story.open_rows() == []


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("op", ["sms_cancellation", "cancel"])
async def test_a_cancellation_survives_a_crash_at_any_moment(op: str, moment: str) -> None:
    story = Story(email="ana@example.com")
    story.books()
    await story.settles_all()
    story.cancels()
    await story.dies_at(f"{op}.{moment}")
    await story.settles_all(story.process("B"))
    assert story.event() is None
    assert story.outlook.mails == [("invited", NINE), ("cancelled", NINE)]
    assert story.open_rows() == []


async def test_a_text_in_doubt_says_what_it_said_and_not_what_the_visit_is_now() -> None:
    story = Story()
    story.books()
    await story.dies_at("sms_confirmation.called")
    story.moves(TEN)
    await story.settles_all(story.process("B"))
    assert story.outlook.texts == BOTH_TOLD


async def test_without_looking_up_a_crash_texts_twice() -> None:
    story = Story()
    story.books()
    await story.dies_at("sms_confirmation.called")
    await story.settles_all(story.process("A", looks_up=False))
    assert story.outlook.texts == [("confirmation", NINE), ("confirmation", NINE)]


# --- two processes --------------------------------------------------------------------------------


async def test_while_one_process_is_in_a_call_another_waits() -> None:
    story = Story()
    story.books()
    inside, go_on = asyncio.Event(), asyncio.Event()

    async def pause() -> None:
        inside.set()
        await go_on.wait()

    story.outlook.pauses["add"] = pause
    first = asyncio.create_task(story.settler.advance(VisitId("v1")))
    await inside.wait()
    other = await story.process("B").advance(VisitId("v1"))
    assert not other.again
    assert other.until is not None
    go_on.set()
    await first
    assert story.outlook.calls == ["add"]


async def test_within_one_process_a_visit_is_settled_once_at_a_time() -> None:
    story = Story()
    story.books()
    await asyncio.gather(*(story.settles() for _ in range(5)))
    story.clock.advance(seconds=20)
    await asyncio.gather(*(story.settles() for _ in range(5)))
    assert story.outlook.texts == [("confirmation", NINE)]
    assert story.outlook.calls.count("add") == 1


async def test_a_process_that_froze_between_intent_and_call_does_not_call() -> None:
    story = Story()
    story.books()
    await story.settles()
    story.clock.advance(seconds=20)

    async def freezes(moment: str) -> None:
        if moment == "sms_confirmation.intended":
            story.clock.advance(seconds=16)
            await story.settles_all(story.process("B"))

    story.on_moment = freezes
    await story.settler.advance(VisitId("v1"))
    assert story.outlook.texts == []
    assert story.state_of("sms_confirmation") is EffectState.unknown
    await story.settles_all()
    assert story.outlook.texts == []


async def test_a_process_that_froze_after_the_call_settles_the_doubt() -> None:
    story = Story()
    story.books()
    await story.settles()
    story.clock.advance(seconds=20)

    async def freezes(moment: str) -> None:
        if moment == "sms_confirmation.called":
            story.clock.advance(seconds=16)
            await story.settles_all(story.process("B"))

    story.on_moment = freezes
    await story.settles_all()
    assert story.outlook.texts == [("confirmation", NINE)]
    assert story.state_of("sms_confirmation") is EffectState.done


async def test_a_move_that_a_sleeper_makes_late_is_set_right() -> None:
    story = Story(quiet=NO_WINDOW)
    story.books()
    await story.settles_all()
    story.moves(TEN)
    other = story.process("B")

    async def sleeps() -> None:  # frozen with the request half sent: it goes out after the visit was moved back
        story.clock.advance(seconds=16)
        story.undoes()
        await story.settles_all(other)

    story.outlook.pauses["move"] = sleeps
    await story.settles_all()
    assert story.event()["starts_at"] == NINE  # type: ignore[index]


async def test_waking_up_late_counts_as_no_attempt() -> None:
    story = Story()
    story.books()

    async def is_slow(moment: str) -> None:
        story.clock.advance(seconds=4)

    story.on_moment = is_slow
    first = await story.settler.advance(VisitId("v1"))
    assert first.again
    assert story.outlook.calls == []
    assert story.ledger.rows["add:v1:1"].attempts == 0
    story.on_moment = None
    await story.settles_all()
    assert story.outlook.calls.count("find") == 0, "nothing was begun, so there is nothing to look up"
