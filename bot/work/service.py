"""The work that follows a change of a visit. Implements ``bot.visits.ports.work.Work``."""

import logging
from collections.abc import Awaitable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Protocol
from uuid import uuid4

from bot.clock import Clock
from bot.store.effects import SqlLedger
from bot.visits.models.effects import LateTold
from bot.visits.models.people import Person
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.messages import MessageRef
from bot.visits.ports.store import VisitStore
from bot.visits.ports.work import ChangeKind
from bot.work.decisions import Decisions
from bot.work.kinds import Kinds
from bot.work.pieces import Run, line_of, next_id
from bot.work.settling import Settler
from bot.work.visit_cards import CardsOfVisits

log = logging.getLogger(__name__)

CHANGES: tuple[ChangeKind, ...] = ("booking", "reschedule", "cancellation")
CONTINUE = "continue"
"""The kind that goes on with a visit when something has become due."""
VISIT_ID = "visit_id"


class Reminding(Protocol):
    """What is told before a visit begins."""

    async def plan_for(self, visit: Visit) -> None:
        """Schedule the reminders of the visit as it stands. Repeating is harmless."""
        ...

    async def running_late(self, visit: Visit, *, by: Person) -> LateTold:
        """Tell the desk, and by e-mail the client who has an address, once. Raises VisitOver."""
        ...

    async def send_reminder(self, visit: Visit, *, by: Person) -> None:
        """Have the client's reminder text sent now, because a person said so."""
        ...


class VisitWork:
    """Starts and carries out the effects of changes. Every change goes the same way: bring the world to the row."""

    def __init__(
        self,
        engine: Kinds,
        settler: Settler,
        ledger: SqlLedger,
        visits: VisitStore,
        cards: CardsOfVisits,
        clock: Clock,
        reminders: Reminding,
    ) -> None:
        self._engine = engine
        self._settler = settler
        self._decisions = Decisions(ledger, clock)
        self._visits = visits
        self._cards = cards
        self._clock = clock
        self._reminders = reminders
        for kind in (*CHANGES, CONTINUE):
            engine.on(kind, self._settle)

    # --- what people start ------------------------------------------------------------------------

    async def start(self, kind: ChangeKind, visit: Visit) -> None:
        """Begin or resume the effects of this visit's present version."""
        await self._engine.start(kind, f"{kind}:{visit.id}:{visit.version}", {VISIT_ID: visit.id})

    async def resend(self, visit_id: VisitId, effect_key: str, *, begun: int | None, by: Person) -> bool:
        """Send a stuck effect again, because a person said so of its call number ``begun``."""
        opened = await self._decisions.again(visit_id, effect_key, begun=begun)
        if opened:
            log.info("effect.resent", extra={"effect": effect_key, "requested_by": by.id})
            await self.go_on(visit_id)
        return opened

    async def leave(self, visit_id: VisitId, effect_key: str, *, begun: int | None, by: Person) -> bool:
        """Leave a stuck effect as it is, because a person said so of its call number ``begun``."""
        left = await self._decisions.leave(visit_id, effect_key, begun=begun)
        if left:
            log.info("effect.left", extra={"effect": effect_key, "requested_by": by.id})
            await self.go_on(visit_id)
        return left

    async def drop(self, visit_id: VisitId, effect_key: str) -> bool:
        """Do not do an effect any more, because an administrator said so."""
        dropped = await self._decisions.drop(visit_id, effect_key)
        if dropped:
            await self.go_on(visit_id)
        return dropped

    async def retry(self, visit_id: VisitId, effect_key: str, *, begun: int | None) -> bool:
        """Try a refused, failed or unknown effect again: an administrator said so, or whoever had to sign in did."""
        opened = await self._decisions.again(visit_id, effect_key, begun=begun)
        if opened:
            await self.go_on(visit_id)
        return opened

    async def running_late(self, visit: Visit, *, by: Person) -> LateTold:
        """Tell the desk, and by e-mail the client who has an address. Raises VisitOver."""
        return await self._reminders.running_late(visit, by=by)

    async def send_reminder(self, visit: Visit, *, by: Person) -> None:
        """Have the client's reminder text sent now."""
        await self._reminders.send_reminder(visit, by=by)
        await self._cards.bring_up_to_date(visit.id)

    async def go_on(self, visit_id: VisitId) -> None:
        """Look at a visit again, now. Harmless at any time."""
        await self._engine.start(CONTINUE, f"{CONTINUE}:{visit_id}:{uuid4().hex}", {VISIT_ID: visit_id})

    async def redraw(self, message: MessageRef) -> bool:
        """Show a visit again in a message that may show something older; False where it shows no visit."""
        visit_ids = await self._cards.doubt(message)
        for visit_id in visit_ids:
            await self.go_on(visit_id)
        return bool(visit_ids)

    # --- carrying out -----------------------------------------------------------------------------

    async def _settle(self, run: Run, payload: Mapping[str, Any]) -> None:
        """One effect after the other, then the cards, then the reminders; what is due later goes on by itself."""
        visit_id = VisitId(payload[VISIT_ID])
        number = 0
        while True:
            settled = await run.step(f"effect {number}", partial(self._advance, visit_id))
            number += 1
            if not settled["again"]:
                break
        card_due = await run.step("cards", partial(self._show, visit_id))
        await run.step("reminders", partial(self._remind, visit_id))
        for due in sorted({each for each in (settled["until"], card_due) if each is not None}):
            await self._later(run.id, visit_id, datetime.fromisoformat(due))

    async def _advance(self, visit_id: VisitId) -> dict[str, Any]:
        settled = await self._settler.advance(visit_id)
        return {"again": settled.again, "until": _iso(settled.until)}

    async def _show(self, visit_id: VisitId) -> str | None:
        return _iso(await self._cards.bring_up_to_date(visit_id))

    async def _remind(self, visit_id: VisitId) -> None:
        visit = await self._visits.visit(visit_id)
        if visit is not None:
            await self._reminders.plan_for(visit)

    def _later(self, work_id: str, visit_id: VisitId, due: datetime) -> Awaitable[None]:
        """Go on at an instant: once, whoever finds the same one; work that came too early goes on under a next id."""
        later = f"{CONTINUE}:{visit_id}:{due.timestamp():.3f}"
        is_early = line_of(work_id) == later
        return self._engine.schedule(CONTINUE, next_id(work_id) if is_early else later, {VISIT_ID: visit_id}, due=due)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
