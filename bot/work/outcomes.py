"""Writes down what came of a call: for a while also against an outage, and as far as it still counts."""

from collections.abc import Awaitable, Callable, Sequence

from bot.store.effects import Decide, EffectRow, LedgerChanges
from bot.visits.errors import StoreUnavailable
from bot.visits.models.effects import EffectState
from bot.visits.models.visit import Visit
from bot.visits.ports.store import VisitResults
from bot.work.intending import Intent
from bot.work.ops import SMS_OF, Op

OUTCOME_TRIES = 12


async def persistently(write: Callable[[], Awaitable[object]], sleep: Callable[[float], Awaitable[None]]) -> None:
    """Write an outcome, for a while also when the database is away: one that is lost makes a text unknown.

    Raises StoreUnavailable in the end.
    """
    for attempt in range(OUTCOME_TRIES):
        try:
            await write()
            return
        except StoreUnavailable:
            if attempt == OUTCOME_TRIES - 1:
                raise
            await sleep(min(0.25 * 2**attempt, 5.0))


def outcome(intent: Intent, row: EffectRow, results: VisitResults) -> Decide:
    """What the ledger is to write of a call that came to ``row`` and taught ``results``."""

    def decide(visit: Visit | None, rows: Sequence[EffectRow]) -> LedgerChanges:
        now_there = next((each for each in rows if each.key == row.key), None)
        if now_there is not None and _is_claim_of(intent.row, now_there):
            return LedgerChanges(rows=[row], results=results)
        return _late_news(intent, row, results, visit, now_there)

    return decide


def _is_claim_of(intended: EffectRow, now_there: EffectRow) -> bool:
    """Whether nobody took the call over since the intent was written."""
    return (now_there.state, now_there.owner, now_there.attempts, now_there.updated_at) == (
        intended.state,
        intended.owner,
        intended.attempts,
        intended.updated_at,
    )


def _late_news(
    intent: Intent, row: EffectRow, results: VisitResults, visit: Visit | None, now_there: EffectRow | None
) -> LedgerChanges:
    """What still counts of an outcome that comes after somebody else took the call over: this process slept.

    A text that was given up as unknown did go out. A calendar that was written late holds what was written, so that
    the next look sets it right; everything else was found out by whoever took over.
    """
    if row.state is not EffectState.done or visit is None:
        return LedgerChanges()
    if intent.act.op in SMS_OF:
        is_same = now_there is not None and now_there.state is EffectState.unknown and now_there.owner == row.owner
        return LedgerChanges(rows=[row] if is_same else [])
    if intent.act.op is Op.add:
        return LedgerChanges(results=results if visit.event_id is None else VisitResults())
    writes = intent.act.op in (Op.move, Op.invite, Op.cancel)
    return LedgerChanges(results=results if writes and visit.event_id == intent.visit.event_id else VisitResults())
