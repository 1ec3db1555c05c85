"""A single message that belongs to no visit's plan: an administrator decides on one sending, and on no later one."""

import pytest

from bot.store.effects import SqlLedger
from bot.store.engine import Database
from bot.visits.errors import OutcomeUnknown, StoreUnavailable, VisitError
from bot.visits.models.effects import EffectKind, EffectState
from bot.work.sending import Message, Sending
from tests.clock import HandClock
from tests.unit.work.world import NOON

AGENDA = Message("agenda:kim:2026-11-24", EffectKind.agenda)


class Posts:
    """A chat that fails in a way each time."""

    def __init__(self, fault: VisitError) -> None:
        self.count = 0
        self._fault = fault

    async def __call__(self) -> str | None:
        self.count += 1
        raise self._fault


@pytest.fixture
def sending(database: Database) -> Sending:
    """One process' rule, on an empty ledger."""
    clock = HandClock(NOON)
    return Sending(SqlLedger(database, clock), clock, owner="A", jitter=lambda: 1.0)


async def test_a_decision_about_one_message_is_none_about_the_next_that_is_unknown_too(sending: Sending) -> None:
    posts = Posts(OutcomeUnknown())
    await sending.once(AGENDA, posts)
    assert await sending.again(AGENDA.key, begun=1)
    await sending.once(AGENDA, posts)
    for late in (1, None):
        assert not await sending.again(AGENDA.key, begun=late)
    assert (await sending.once(AGENDA, posts)).state is EffectState.unknown
    assert posts.count == 2
    assert await sending.again(AGENDA.key, begun=2)
    await sending.once(AGENDA, posts)
    assert posts.count == 3


async def test_a_message_that_was_dropped_is_not_sent_any_more(sending: Sending) -> None:
    posts = Posts(StoreUnavailable())
    assert (await sending.once(AGENDA, posts)).state is EffectState.retrying
    assert await sending.drop(AGENDA.key)
    assert (await sending.once(AGENDA, posts)).state is EffectState.left
    assert posts.count == 1
    assert not await sending.again(AGENDA.key, begun=1), "who dropped it meant it"
