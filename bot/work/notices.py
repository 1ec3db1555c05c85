"""Tells the desk's chat and the administrators that something needs attention: once, and without client data."""

import logging
from collections.abc import Mapping, Sequence
from functools import partial

from bot.store.effects import NEEDS_SOMEBODY, EffectRow
from bot.visits.models.effects import EffectKind, EffectState
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.messages import Notifier
from bot.visits.ports.store import VisitStore
from bot.work.entries import HELD_UP
from bot.work.kinds import Kinds, go_on_later
from bot.work.pieces import PATIENT, Durable, Json, Run
from bot.work.sending import Message, Sending
from cards.notice_cards import desk_notice
from cards.reader import Readers

log = logging.getLogger(__name__)

KIND = "desk_notice"
TROUBLE = frozenset(
    {
        EffectKind.calendar,
        EffectKind.invitation,
        EffectKind.sms_confirmation,
        EffectKind.sms_reschedule,
        EffectKind.sms_cancellation,
        EffectKind.sms_reminder,
        EffectKind.late_email,
    }
)
"""What the desk hears of when it was not done, or nobody knows: the client may not know what we think they know."""
WORDS = {
    EffectState.unknown: "effect_unknown",
    EffectState.failed: "effect_failed",
    EffectState.refused: "effect_failed",
}


class Notices:
    """The desk's fallback. Who is not set is not told; the log and ``effects`` still say it."""

    def __init__(
        self,
        engine: Kinds,
        sending: Sending,
        visits: VisitStore,
        notifier: Notifier,
        readers: Readers,
        *,
        desk_chat: str = "",
        admins: Sequence[str] = (),
    ) -> None:
        self._engine: Durable = engine
        self._sending = sending
        self._visits = visits
        self._notifier = notifier
        self._readers = readers
        self._desk_chat = desk_chat
        self._admins = tuple(admins)
        engine.on(KIND, self._tell, queue=PATIENT)

    @property
    def reaches_desk(self) -> bool:
        """Whether the desk has a chat."""
        return bool(self._desk_chat)

    async def tell(self, visit: Visit, what: str, about: str, *, admins: bool = False, lacks: str = "") -> None:
        """Have it told, durably. ``what`` is a key under ``notice``; ``about`` names it, so that it is told once.

        ``lacks`` is for administrators alone: what ``CalendarRefused.lacks`` says.
        """
        if not self._desk_chat and not (admins and self._admins):
            log.warning("desk.not_set", extra={"visit_id": visit.id, "what": what, "effect": about})
            return
        payload: dict[str, Json] = {
            "visit_id": visit.id,
            "what": what,
            "about": about,
            "admins": admins,
            "lacks": lacks,
        }
        await self._engine.start(KIND, f"{KIND}:{about}", payload)

    async def tell_of_trouble(self, visit: Visit, rows: Sequence[EffectRow]) -> None:
        """Have the desk told of a visit that needs somebody, of one effect at a time: its card shows them all.

        That is the first one that went amiss with the latest change; of what only waited for another, only where
        nothing else is amiss. When somebody has decided about it, the next is told of.
        """
        amiss = [row for row in rows if row.kind in TROUBLE and row.state in NEEDS_SOMEBODY]
        causes = [row for row in amiss if row.code != HELD_UP] or amiss
        latest = max((row.version for row in causes), default=0)
        for row in [row for row in causes if row.version == latest][:1]:
            await self.tell_of(visit, row.key, row.state, lacks=row.lacks)

    async def tell_of(self, visit: Visit, effect_key: str, state: EffectState, *, lacks: str = "") -> None:
        """Have the desk told of one effect, if it needs somebody; administrators too where it surely was not done."""
        if state in NEEDS_SOMEBODY:
            await self.tell(visit, WORDS[state], effect_key, admins=state is not EffectState.unknown, lacks=lacks)

    async def _tell(self, run: Run, payload: Mapping[str, Json]) -> None:
        about = str(payload["about"])
        dues = []
        if self._desk_chat:
            dues.append(await run.step("desk", partial(self._send, f"{KIND}:{about}", None, payload)))
        if payload["admins"]:
            for admin in self._admins:
                send = partial(self._send, f"admin_notice:{admin}:{about}", admin, payload)
                dues.append(await run.step(f"admin {admin}", send))
        await go_on_later(self._engine, KIND, run.id, payload, dues)

    async def _send(self, key: str, admin: str | None, payload: Mapping[str, Json]) -> str | None:
        visit = await self._visits.visit(VisitId(str(payload["visit_id"])))
        if visit is None:
            return None
        reader = self._readers.of(await self._notifier.person(admin)) if admin else self._readers.at_clinic()
        lacks = str(payload.get("lacks", "")) if admin else ""
        card = desk_notice(visit, str(payload["what"]), reader, lacks=lacks)

        async def call() -> str:
            if admin:
                posted = await self._notifier.post(admin, card.content, summary=card.summary)
            else:
                posted = await self._notifier.post_to_chat(self._desk_chat, card.content, summary=card.summary)
            return posted.activity_id

        message = Message(key, EffectKind.desk_notice, visit.id, visit.schedule_version, work=(KIND, payload))
        sent = await self._sending.once(message, call)
        return sent.again_at.isoformat() if sent.again_at else None
