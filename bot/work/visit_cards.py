"""Keeps every card of a visit true, wherever it was posted. Implements ``bot.visits.ports.work.VisitCards``."""

import asyncio
import json
import logging
import weakref
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Protocol

from bot.clock import Clock
from bot.store.visit_cards import ShownCard, SqlVisitCards
from bot.visits.errors import ChatBusy, MessageGone, OutcomeUnknown, RecipientUnreachable
from bot.visits.models.effects import EffectStatus
from bot.visits.models.presence import Presence
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.messages import MessageRef, Notifier
from bot.visits.ports.store import EffectReader, VisitStore
from cards.elements import Card
from cards.reader import Readers
from cards.visit_card import visit_card

log = logging.getLogger(__name__)

TRY_AGAIN = timedelta(seconds=5)
MOST_ROUNDS = 3
"""A visit that changes while its card is edited is drawn again, so that the last edit shows the last state."""


class PresenceReader(Protocol):
    """Who came to a visit."""

    async def presence_of(self, visit: Visit) -> Presence:
        """What is known of it."""
        ...


class CardsOfVisits:
    """Edits of a known message may be repeated, so nothing here is in the ledger."""

    def __init__(
        self,
        rows: SqlVisitCards,
        visits: VisitStore,
        effects: EffectReader,
        notifier: Notifier,
        readers: Readers,
        clock: Clock,
        presences: PresenceReader | None = None,
    ) -> None:
        self._rows = rows
        self._visits = visits
        self._effects = effects
        self._notifier = notifier
        self._readers = readers
        self._clock = clock
        self._presences = presences
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    async def remember(
        self,
        visit_id: VisitId,
        conversation_id: str,
        activity_id: str,
        *,
        viewer: str | None = None,
        language: str | None = None,
    ) -> None:
        """Note that this message shows the visit. Again for a known one: it is edited at the next refresh for sure."""
        message = MessageRef(conversation_id=conversation_id, activity_id=activity_id)
        await self._rows.remember(visit_id, message, viewer=viewer, language=language)

    async def forget(self, visit_id: VisitId, conversation_id: str, activity_id: str) -> None:
        """From now on this message is left alone. An edit of the visit's cards that is under way ends first."""
        async with self._locks.setdefault(visit_id, asyncio.Lock()):
            await self._rows.forget(visit_id, MessageRef(conversation_id=conversation_id, activity_id=activity_id))

    async def doubt(self, message: MessageRef) -> Sequence[VisitId]:
        """A message may show something older by now: it is edited at the next refresh for sure. Whose card it is."""
        return await self._rows.doubt(message)

    async def keep(self, visit_id: VisitId, message: MessageRef, *, viewer: str) -> None:
        """Remember a message of another kind about the visit, such as a reminder: it stays as it is until the visit's
        own card would look different.
        """
        async with self._locks.setdefault(visit_id, asyncio.Lock()):  # nobody draws it over before that is noted
            await self._rows.remember(visit_id, message, viewer=viewer)
            visit = await self._visits.visit(visit_id)
            if visit is not None:
                card = await self._draw(visit, await self._effects.effects_of(visit_id), viewer, None)
                await self._rows.note_shown(visit_id, message, _digest(card))

    async def refresh(self, visit: Visit) -> None:
        """Edit every card of the visit to its present state."""
        await self.bring_up_to_date(visit.id)

    async def bring_up_to_date(self, visit_id: VisitId) -> datetime | None:
        """As ``refresh``; returns when to try those again that Teams did not take now, None if it took all."""
        lock = self._locks.setdefault(visit_id, asyncio.Lock())
        async with lock:
            waits: list[datetime] = []
            for _ in range(MOST_ROUNDS):
                shown = await self._rows.of(visit_id)
                visit = await self._visits.visit(visit_id) if shown else None
                if visit is None:
                    return None
                effects = await self._effects.effects_of(visit_id)
                edits = [await self._edit(visit, effects, each, waits) for each in shown]
                if waits or not any(edits):
                    break
            return max(waits, default=None)

    async def _edit(
        self, visit: Visit, effects: Sequence[EffectStatus], on_show: ShownCard, waits: list[datetime]
    ) -> bool:
        """Bring one message up to date; returns whether that took an edit."""
        card = await self._draw(visit, effects, on_show.viewer, on_show.language)
        digest = _digest(card)
        if digest == on_show.shown:
            return False
        try:
            await self._notifier.edit(on_show.message, card.content, summary=card.summary)
        except (MessageGone, RecipientUnreachable) as gone:
            log.info("card.gone", extra={"visit_id": visit.id, "code": gone.code})
            await self._rows.forget(visit.id, on_show.message)
            return False
        except (ChatBusy, OutcomeUnknown) as busy:
            pause = getattr(busy, "retry_after", None)
            waits.append(self._clock.now() + (timedelta(seconds=pause) if pause else TRY_AGAIN))
            return False
        await self._rows.note_shown(visit.id, on_show.message, digest)
        return True

    async def _draw(
        self, visit: Visit, effects: Sequence[EffectStatus], viewer: str | None, language: str | None
    ) -> Card:
        """The card as its reader saw it first: in the language it was shown in, whatever they read otherwise."""
        person = await self._notifier.person(viewer) if viewer else None
        presence = await self._presences.presence_of(visit) if self._presences else None
        reader = self._readers.of(person).in_language(language)
        return visit_card(visit, effects, reader, now=self._clock.now(), presence=presence)


def _digest(card: Card) -> str:
    shown = json.dumps([card.content, card.summary], sort_keys=True, default=str)
    return blake2b(shown.encode(), digest_size=12).hexdigest()
