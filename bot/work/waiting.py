"""Tells a visit's organizer that the client is in the lobby and nobody of the staff is: once, whatever dies meanwhile.

Like every message in Teams it cannot be looked up, so one whose process died over it stays in doubt. The desk is told
then, as it is when the organizer cannot be reached: somebody waits now.
"""

import logging
from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from uuid import uuid4

from bot.visits.models.effects import EffectKind, EffectState
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.work.kinds import Kinds, go_on_later
from bot.work.notices import Notices
from bot.work.pieces import Json, Run
from bot.work.reminders import Office
from bot.work.sending import Message, Sending
from bot.work.visit_cards import PresenceReader
from cards.notice_cards import waiting_card

log = logging.getLogger(__name__)

KIND = "client_waits"
PATIENCE = timedelta(minutes=5)
"""So long Teams may be too busy before the desk hears of it too."""


class Waiting:
    """Judges at the moment of sending: whoever was let in meanwhile, or has left, waits no more."""

    def __init__(
        self, engine: Kinds, office: Office, sending: Sending, notices: Notices, presences: PresenceReader
    ) -> None:
        self._engine = engine
        self._office = office
        self._sending = sending
        self._notices = notices
        self._presences = presences
        engine.on(KIND, self._tell)

    async def begin(self, visit: Visit) -> None:
        """Have the organizer told, if they were not. Harmless at any time."""
        payload = {"visit_id": visit.id, "schedule_version": visit.schedule_version}
        await self._engine.start(KIND, f"{KIND}:{visit.id}:{visit.schedule_version}:{uuid4().hex}", payload)

    async def _tell(self, run: Run, payload: Mapping[str, Json]) -> None:
        again = await run.step("tell", partial(self._send, payload))
        await go_on_later(self._engine, KIND, run.id, payload, [again])

    async def _send(self, payload: Mapping[str, Json]) -> str | None:
        """Tell, if it is still so. Returns when to look again."""
        office, now = self._office, self._office.clock.now()
        visit = await office.visits.visit(VisitId(str(payload["visit_id"])))
        if visit is None:
            return None
        version = int(payload["schedule_version"])
        key = f"{KIND}:{visit.id}:{version}"
        message = Message(key, EffectKind.client_waits, visit.id, version, work=(KIND, payload))
        presence = await self._presences.presence_of(visit)
        is_so = not visit.is_cancelled and visit.schedule_version == version and now < visit.ends_at
        if not is_so or presence.waiting_since is None or presence.staff_is_in:
            await self._sending.give_up(message, "superseded", only_if_begun=True)
            return None
        viewer = visit.organizer.id
        card = waiting_card(visit, presence.waiting_since, office.readers.of(await office.notifier.person(viewer)))

        sent = await self._sending.once(message, partial(office.post, viewer, card))
        if sent.is_done and sent.reference:
            await office.follow(visit.id, sent.reference, viewer=viewer)
        is_late = sent.again_at is not None and now >= presence.waiting_since + PATIENCE
        if is_late or sent.state in (EffectState.failed, EffectState.unknown):
            await self._notices.tell(visit, KIND, key)
        return sent.again_at.isoformat() if sent.again_at else None
