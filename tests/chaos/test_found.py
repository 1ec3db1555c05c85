"""Sequences that the state machine once found to go wrong, each as the story it is."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.visits.models.effects import EffectState
from tests.chaos.resting import amiss, untold
from tests.chaos.world import World
from tests.unit.work.world import NINE, Killed

TEN = NINE + timedelta(hours=1)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.close()


@pytest.fixture
async def mailed() -> AsyncIterator[World]:
    made = World(email=True)
    yield made
    await made.close()


def said(world: World, channel: str) -> list[tuple[str, object]]:
    return [(each.kind, each.says) for each in world.client.heard if each.channel == channel]


def states(world: World, op: str) -> list[tuple[EffectState, str | None]]:
    return [(row.state, row.code) for key, row in world.ledger.rows.items() if key.startswith(f"{op}:")]


async def test_a_text_behind_a_refused_move_is_given_up_and_goes_once_the_move_succeeds(world: World) -> None:
    world.books()
    await world.rests()
    world.wire.fails("change", "forbidden", 1)
    world.moves(TEN, 30)
    await world.rests()
    assert states(world, "sms_reschedule") == [(EffectState.failed, "held_up")]
    assert untold(world) == []
    await world.resends()
    await world.rests()
    assert said(world, "sms") == [("confirmation", NINE), ("reschedule", TEN)]


async def test_a_cancellation_that_no_meeting_can_send_is_known(world: World) -> None:
    world.books()
    await world.rests()
    world.cancels(tell=False)
    await world.rests()
    world.wire.fails("add", "answer lost", 1)
    world.undoes()
    await world.settles()
    world.cancels(tell=True)
    await world.rests()
    assert said(world, "sms") == [("confirmation", NINE)]
    assert states(world, "sms_cancellation") == [(EffectState.failed, "held_up")]
    assert untold(world) == []


async def test_an_event_of_an_earlier_try_is_moved_to_where_the_visit_is_now(world: World) -> None:
    world.wire.fails("add", "answer lost", 1)
    world.books()
    await world.settles()
    world.moves(TEN, 30)
    world.wire.fails("read", "forbidden", 1)
    await world.rests()
    assert untold(world) == []
    assert said(world, "sms") == [("confirmation", TEN)]


async def test_the_event_of_a_try_in_doubt_is_looked_up_before_a_cancelled_visit_rests(world: World) -> None:
    world.wire.fails("add", "answer lost", 1)
    world.books()
    await world.settles()
    world.wire.fails("read", "forbidden", 1)
    await world.rests()
    world.cancels(tell=True)
    await world.rests()
    assert untold(world) == []
    assert said(world, "sms") == []


async def test_an_undo_looks_whether_a_cancellation_without_an_answer_went_through(world: World) -> None:
    world.books()
    await world.settles()
    world.cancels(tell=False)
    world.clock.advance(seconds=20)
    world.wire.fails("end", "answer lost", 1)
    await world.settles()
    world.undoes()
    world.cancels(tell=False)
    world.undoes()
    await world.rests()
    assert untold(world) == []
    assert said(world, "sms") == [("confirmation", NINE)]


async def test_a_move_repeated_after_a_lost_answer_mails_an_invited_client_once(mailed: World) -> None:
    mailed.books()
    await mailed.rests()
    mailed.moves(TEN, 30)
    mailed.clock.advance(seconds=20)
    mailed.wire.fails("change", "answer lost", 1)
    await mailed.rests()
    assert said(mailed, "mail") == [("invitation", NINE), ("update", TEN)]


async def test_an_invitation_that_waits_for_its_event_goes_out_with_it(mailed: World) -> None:
    mailed.wire.fails("add", "forbidden", 1)
    mailed.books()
    await mailed.rests()
    await mailed.resends()
    await mailed.rests()
    assert said(mailed, "mail") == [("invitation", NINE)]
    assert said(mailed, "sms") == [("confirmation", NINE)]


async def test_a_retry_does_not_forget_that_an_event_may_be_there(world: World) -> None:
    world.wire.fails("add", "answer lost", 1)
    world.books()
    await world.settles()
    world.cancels(tell=False)
    world.wire.fails("any", "forbidden", 3)
    await world.rests()
    await world.resends()
    await world.rests()
    assert untold(world) == []


async def test_a_text_waits_until_it_is_known_which_of_two_starts_counts(world: World) -> None:
    world.books()
    await world.settles()
    world.drags(TEN)
    world.clock.advance(seconds=20)
    await world.settles()
    assert said(world, "sms") == []
    drift = await world.drift()
    assert drift is not None
    await world.puts_back(drift)
    await world.rests()
    assert said(world, "sms") == [("confirmation", NINE)]
    assert untold(world) == []


async def test_a_reminder_asked_for_before_the_move_is_in_the_calendar_tells_no_old_start(world: World) -> None:
    world.books()
    await world.rests()
    world.wire.fails("change", "forbidden", 1)
    world.moves(TEN, 30)
    await world.rests()
    await world.asks_for_reminder()
    await world.rests()
    assert said(world, "sms") == [("confirmation", NINE)]
    assert states(world, "sms_reminder") == [(EffectState.refused, "held_up")]


async def test_the_desk_hears_of_a_reminder_in_doubt_though_its_visit_was_moved_since(world: World) -> None:
    world.books()
    await world.rests()
    world.at("sms_reminder.called", world.dies)
    await world.asks_for_reminder()
    with pytest.raises(Killed):
        await world.engine.goes_until(world.clock.now())
    world.settler = world.process()
    world.moves(TEN, 30)
    await world.rests()
    assert states(world, "sms_reminder") == [(EffectState.unknown, "outcome_unknown")]
    assert await amiss(world) == []
