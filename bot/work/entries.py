"""A visit's rows of the ledger: what the plan reads of them, what a text keeps in its own, and how one is closed."""

from dataclasses import replace
from datetime import datetime

from bot.store.effects import EffectRow
from bot.visits.models.effects import EffectState
from bot.visits.models.visit import Told
from bot.visits.ports.store import VisitResults
from bot.work.ops import Entry, Op

TOLD_BEFORE = "told_before"
"""In a text's payload: what the client knew before it, so that a person may have it sent again."""
SAYS = "says"
"""In a text's payload: the start it tells the client; None for a cancellation."""

HELD_UP = "held_up"
"""The code of what was to follow on something that came to nothing."""


def op_of(row: EffectRow) -> Op | None:
    """Which call a row is of; None for a message that no plan names, such as a reminder."""
    name = row.key.partition(":")[0]
    return Op(name) if name in Op.__members__ else None


def entry_of(row: EffectRow) -> Entry:
    """A row as the plan reads it. Only for those that are of a call."""
    op = Op(row.key.partition(":")[0])
    return Entry(row.key, op, row.state, row.version, row.created_at, row.until, row.attempts)


def ended(row: EffectRow, state: EffectState, code: str | None, now: datetime) -> EffectRow:
    """The row once nothing more happens by itself; without a ``code`` it keeps the one it has."""
    return replace(row, state=state, code=code or row.code, until=None, claimed_until=None, updated_at=now)


def told_by(text: EffectRow, now: datetime) -> VisitResults:
    """What the client knows once this text went out, or may have: what it said, whatever the visit is meanwhile."""
    says = (text.payload or {}).get(SAYS)
    return {"told": Told(starts_at=datetime.fromisoformat(says) if says else None, at=now)}
