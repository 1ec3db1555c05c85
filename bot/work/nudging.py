"""Asks whoever has to sign in before something for a visit can be done: once a day, in their own chat."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock
from bot.store.effects import EffectRow
from bot.visits.errors import ChatBusy, OutcomeUnknown, RecipientUnreachable
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.messages import Notifier
from bot.visits.ports.store import VisitStore
from bot.work.drift import TellsDesk
from cards.elements import execute
from cards.notice_cards import notice_card
from cards.reader import Readers
from cards.visit_verbs import ShowVisit

log = logging.getLogger(__name__)

NUDGED = "sign_in_nudge"
SINCE = timedelta(days=1)


class Firsts(Protocol):
    """Says of each thing once that it is the first time."""

    async def first(self, kind: str, key: str, *, now: datetime) -> bool:
        """True for exactly one caller, ever."""
        ...


class SignInNudges:
    """One round over what waits for a sign-in."""

    def __init__(
        self,
        waiting: Callable[[datetime], Awaitable[Sequence[EffectRow]]],
        has_grant: Callable[[str], Awaitable[bool]],
        visits: VisitStore,
        notifier: Notifier,
        desk: TellsDesk,
        readers: Readers,
        firsts: Firsts,
        clock: Clock,
    ) -> None:
        """``waiting`` brings what was refused since then for want of a sign-in."""
        self._waiting = waiting
        self._has_grant = has_grant
        self._visits = visits
        self._notifier = notifier
        self._desk = desk
        self._readers = readers
        self._firsts = firsts
        self._clock = clock

    async def look(self) -> None:
        """Ask those who were not asked today."""
        now = self._clock.now()
        for row in await self._waiting(now - SINCE):
            visit = await self._visits.visit(VisitId(row.visit_id or ""))
            if visit is None or visit.ends_at <= now:
                continue
            person = row.provider_ref or visit.organizer.id
            if await self._has_grant(person):
                continue
            if await self._firsts.first(NUDGED, f"{person}:{now:%Y-%m-%d}", now=now):
                await self._ask(person, visit)

    async def _ask(self, person: str, visit: Visit) -> None:
        reader = self._readers.of(await self._notifier.person(person))
        t = reader.t
        show = execute(t("visit_card.show"), ShowVisit(visit_id=visit.id))
        card = notice_card(t("sign_in.nudge"), reader, show, title=t("sign_in.title"))
        try:
            await self._notifier.post(person, card.content, summary=card.summary)
        except RecipientUnreachable:
            await self._desk.tell(visit, "unreachable", f"{NUDGED}:{visit.id}")
        except (ChatBusy, OutcomeUnknown) as failed:
            log.info("sign_in.not_asked", extra={"visit_id": visit.id, "code": failed.code})
