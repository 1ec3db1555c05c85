"""What a person decides about an effect that cannot go on by itself: send it again, leave it, drop it."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.clock import Clock
from bot.store.effects import EffectRow, LedgerChanges
from bot.visits.models.effects import EffectState
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Told, Visit
from bot.visits.ports.store import VisitResults
from bot.work.entries import TOLD_BEFORE, op_of
from bot.work.ops import SMS_OF
from bot.work.settling import Ledger

STUCK = frozenset({EffectState.unknown, EffectState.refused, EffectState.failed})
OPEN = frozenset({EffectState.waiting, EffectState.retrying, EffectState.provisioning})


class Decisions:
    """Each returns whether the effect was in a state in which that can be decided; repeating does nothing.

    A press is delivered again, and people press twice. So what is decided about a stuck effect names the call it is
    about (``EffectRow.begun``): a copy that comes after the next call is stuck too decides nothing about that one.
    Whoever cannot name it (``None``: a card, or a request, from before they said so) is refused as well: a card drawn
    anew costs one more press, and a text sent once more cannot be taken back.
    """

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    async def again(self, visit_id: VisitId, key: str, *, begun: int | None) -> bool:
        """Let an effect be tried once more, as if it had not been: what the client knew before it counts again."""

        def change(row: EffectRow) -> LedgerChanges | None:
            if row.state not in STUCK or row.begun != begun:
                return None
            before = row.payload or {}
            results: VisitResults = {}
            if row.state is EffectState.unknown and TOLD_BEFORE in before:
                told = before[TOLD_BEFORE]
                results = {"told": Told.model_validate(told) if told else None}
            op = op_of(row)
            is_looked_up = op is not None and op not in SMS_OF
            attempts = min(row.attempts, 1) if is_looked_up else 0  # what may have gone through is not forgotten
            opened = replace(
                row, state=EffectState.waiting, code=None, attempts=attempts, until=None, updated_at=self._clock.now()
            )
            return LedgerChanges(rows=[opened], results=results)

        return await self._change(visit_id, key, change)

    async def leave(self, visit_id: VisitId, key: str, *, begun: int | None) -> bool:
        """Leave an effect as it is: of one that is unknown, the client is taken to know; of one that was refused or
        given up, somebody told them or will.
        """

        def change(row: EffectRow) -> LedgerChanges | None:
            if row.state not in STUCK or row.begun != begun:
                return None
            return LedgerChanges(rows=[replace(row, state=EffectState.left, updated_at=self._clock.now())])

        return await self._change(visit_id, key, change)

    async def drop(self, visit_id: VisitId, key: str) -> bool:
        """Do not do it any more."""

        def change(row: EffectRow) -> LedgerChanges | None:
            if row.state not in STUCK | OPEN:
                return None
            return LedgerChanges(rows=[replace(row, state=EffectState.left, until=None, updated_at=self._clock.now())])

        return await self._change(visit_id, key, change)

    async def _change(self, visit_id: VisitId, key: str, change: Callable[[EffectRow], LedgerChanges | None]) -> bool:
        decided: list[bool] = []

        def decide(_: Visit | None, rows: Sequence[EffectRow]) -> LedgerChanges:
            row = next((each for each in rows if each.key == key), None)
            changes = change(row) if row is not None else None
            decided[:] = [changes is not None]
            return changes or LedgerChanges()

        await self._ledger.transact(visit_id, decide)
        return decided[0]
