"""Does one effect of a visit: intent, call, outcome. Repeating it after a crash does nothing twice.

The intent is written in the transaction that read the visit, so what is called fits what people decided; at most one
call of a visit is under way at any time. A call that was begun and never reported is looked up where that is possible
(the event, by the visit's own id) or harmless to repeat (edits), and otherwise becomes *unknown*: a person decides.
"""

import asyncio
import logging
import random
import weakref
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol

from bot.clock import Clock
from bot.store.effects import EffectRow, LedgerChanges
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.work.agreeing import ShownCalendar
from bot.work.calling import Calling
from bot.work.intending import Intending, Intent, Settled
from bot.work.outcomes import outcome, persistently
from bot.work.plan import Abilities

__all__ = ["Ledger", "Probe", "Settled", "Settler", "no_probe"]

log = logging.getLogger(__name__)

Probe = Callable[[str], Awaitable[None]]
"""Told each moment a crash could fall into: ``{op}.intended``, ``{op}.called``, ``{op}.noted``. For crash tests."""


async def no_probe(_moment: str) -> None:
    """Nobody listens."""


class Ledger(Protocol):
    """The part of the store this needs."""

    async def transact(
        self, visit_id: VisitId, decide: Callable[[Visit | None, Sequence[EffectRow]], LedgerChanges]
    ) -> Visit | None:
        """See ``bot.store.effects``."""
        ...


class Settler:
    """Brings the outside world to what a visit's row says, one effect at a time."""

    def __init__(
        self,
        calendar: ShownCalendar,
        ledger: Ledger,
        clock: Clock,
        *,
        owner: str,
        abilities: Callable[[Visit], Abilities] = lambda _: Abilities(),
        probe: Probe = no_probe,
        looks_up: bool = True,
        jitter: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """``owner`` names this process. ``looks_up`` off is for proving that the tests notice."""
        self._ledger = ledger
        self._intending = Intending(clock, owner=owner, abilities=abilities, looks_up=looks_up)
        self._calling = Calling(calendar, clock, jitter=jitter, looks_up=looks_up)
        self._probe = probe
        self._sleep = sleep
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    async def advance(self, visit_id: VisitId) -> Settled:
        """Do the next effect of a visit, if it is due."""
        lock = self._locks.setdefault(visit_id, asyncio.Lock())
        async with lock:
            intent = await self._intend(visit_id)
            if isinstance(intent, Settled):
                return intent
            await self._probe(f"{intent.act.op}.intended")
            row, results = await self._calling.call(intent)
            await self._probe(f"{intent.act.op}.called")
            note = partial(self._ledger.transact, visit_id, outcome(intent, row, results))
            await persistently(note, self._sleep)
            await self._probe(f"{intent.act.op}.noted")
            facts = {"effect": row.key, "state": row.state, "code": row.code, "requested_by": row.requested_by}
            log.info("effect.noted", extra=facts)
            return Settled(again=True)

    async def _intend(self, visit_id: VisitId) -> Intent | Settled:
        decided: list[Intent | Settled] = []

        def decide(visit: Visit | None, rows: Sequence[EffectRow]) -> LedgerChanges:
            intent, changes = self._intending.decide(visit, rows)
            decided[:] = [intent]
            return changes

        await self._ledger.transact(visit_id, decide)
        return decided[0]
