"""Picks up what was asked for at the command line: an effect retried or dropped."""

import logging

from bot.store.effects import EffectRequest, SqlLedger
from bot.visits.models.values import VisitId
from bot.work.reminders import Reminders
from bot.work.sending import Sending
from bot.work.service import VisitWork

log = logging.getLogger(__name__)


class EffectRequests:
    """Looks every other second. ``look`` may be called at any time, by every replica."""

    def __init__(self, ledger: SqlLedger, work: VisitWork, reminders: Reminders, sending: Sending) -> None:
        self._ledger = ledger
        self._work = work
        self._reminders = reminders
        self._sending = sending

    async def look(self) -> None:
        """Carry out what nobody has taken yet. The outcome is a key under ``effects_command``."""
        for request in await self._ledger.take_requests():
            outcome = await self._carry_out(request)
            await self._ledger.answer_request(request.id, outcome)
            facts = {"effect": request.effect_key, "action": request.action, "outcome": outcome}
            log.info("effect.requested", extra=facts)

    async def _carry_out(self, request: EffectRequest) -> str:
        row = await self._ledger.effect(request.effect_key)
        if row is None:
            return "not_found"
        if row.visit_id is None:
            return await self._message(request)
        visit_id = VisitId(row.visit_id)
        if request.action == "retry":
            is_done = await self._work.retry(visit_id, row.key, begun=request.begun)
        else:
            is_done = await self._work.drop(visit_id, row.key)
        return "done" if is_done else "not_possible"

    async def _message(self, request: EffectRequest) -> str:
        """A message that belongs to no visit."""
        if request.action == "drop":
            return "done" if await self._sending.drop(request.effect_key) else "not_possible"
        if not await self._sending.again(request.effect_key, begun=request.begun):
            return "not_possible"
        opened = await self._ledger.effect(request.effect_key)
        if opened is not None:
            await self._reminders.begin_again(opened)
        return "done"
