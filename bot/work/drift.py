"""Notices visits that somebody moved or deleted in the calendar itself, and asks once what is to become of each.

Graph could notify of changed events, but only the mailbox's whole traffic; reading the days that hold visits is less.
Implements ``bot.visits.ports.drift.DriftReader``.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol

from bot.clock import Clock
from bot.store.drifts import SqlDrifts
from bot.visits.errors import CalendarError, ChatBusy, MessageGone, OutcomeUnknown, RecipientUnreachable
from bot.visits.models.effects import EffectKind
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.drift import CalendarDrift, DriftAnswer, Drifts, seen_of
from bot.visits.ports.messages import MessageRef, Notifier
from bot.visits.ports.store import VisitStore
from cards.notice_cards import drift_card, drift_settled_card
from cards.reader import Readers

log = logging.getLogger(__name__)

HORIZON = timedelta(days=31)
"""So far ahead it is looked; one read of each mailbox covers all of it."""
SETTLED_AFTER = timedelta(seconds=30)
"""So long after the last change of a visit its calendar is left alone: Graph's answers may lag behind its writes."""
OPEN_FOR = timedelta(days=31)
EMPTIED = 4
"""So many visits, all of one mailbox and all gone: the mailbox was moved or restored, and the desk is told once."""


class TellsDesk(Protocol):
    """Tells the desk of something, once for each ``about``."""

    async def tell(self, visit: Visit, what: str, about: str, *, admins: bool = False) -> None:
        """``what`` is a key under ``notice``. Without client data; ``admins``: administrators are told too."""
        ...


class OpenEffects(Protocol):
    """Which visits have work under way. ``SqlLedger`` is one."""

    async def with_open(self, kind: EffectKind) -> frozenset[VisitId]:
        """Those with an effect of this kind that has not come to its end."""
        ...


class DriftWatch:
    """Looks every few minutes. Finding the same difference again asks nobody again."""

    def __init__(
        self,
        calendar: Drifts,
        visits: VisitStore,
        effects: OpenEffects,
        rows: SqlDrifts,
        notifier: Notifier,
        desk: TellsDesk,
        readers: Readers,
        clock: Clock,
    ) -> None:
        self._calendar = calendar
        self._visits = visits
        self._effects = effects
        self._rows = rows
        self._notifier = notifier
        self._desk = desk
        self._readers = readers
        self._clock = clock

    async def look(self) -> None:
        """One round over the coming visits."""
        now = self._clock.now()
        under_way = await self._effects.with_open(EffectKind.calendar)
        coming = [each for each in await self._visits.between(now, now + HORIZON) if self._is_settled(each, under_way)]
        by_staff: dict[str, list[Visit]] = {}
        for each in coming:
            by_staff.setdefault(each.organizer.id, []).append(each)
        differing: set[tuple[str, str]] = set()
        looked_at: set[str] = set()
        for theirs in by_staff.values():
            drifts = await self._of_one(theirs)
            if drifts is None:
                continue
            if _is_emptied(theirs, drifts):
                log.warning("drift.emptied", extra={"organizer_id": theirs[0].organizer.id, "visits": len(theirs)})
                about = f"emptied:{theirs[0].organizer.id}:{now:%Y-%m-%d}"
                await self._desk.tell(theirs[0], "emptied", about, admins=True)
                continue
            looked_at |= {each.id for each in theirs}
            before = {each.id: each for each in theirs}
            for drift in drifts:
                differing.add((drift.visit_id, seen_of(drift)))
                await self._ask_once(before[drift.visit_id], drift)
        await self._close_settled(differing, looked_at)

    async def drift_now(self, visit: Visit) -> CalendarDrift | None:
        """See the port."""
        return next(iter(await self._calendar.drifts([visit])), None)

    async def answered(self, visit: Visit, seen: str, answer: DriftAnswer) -> None:
        """See the port."""
        await self._rows.answered(visit.id, seen, answer)

    # --- finding ----------------------------------------------------------------------------------

    def _is_settled(self, visit: Visit, under_way: frozenset[VisitId]) -> bool:
        """Whether the calendar holds what it was told, and nothing is under way: only then a difference is news."""
        if visit.is_cancelled or not self._calendar.keeps(visit):
            return False
        if visit.event_id is None or visit.calendar_starts_at != visit.starts_at:
            return False
        if visit.calendar_duration not in (None, visit.duration):
            return False
        if self._clock.now() < (visit.changed_at or visit.created_at) + SETTLED_AFTER:
            return False
        return visit.id not in under_way

    async def _of_one(self, theirs: Sequence[Visit]) -> Sequence[CalendarDrift] | None:
        """The differences in one member of staff's calendar; None where it could not be read now."""
        try:
            return await self._calendar.drifts(theirs)
        except CalendarError as error:
            log.info("drift.not_read", extra={"code": error.code, "organizer_id": theirs[0].organizer.id})
            return None

    async def _ask_once(self, before: Visit, drift: CalendarDrift) -> None:
        visit = await self._visits.visit(before.id)
        under_way = await self._effects.with_open(EffectKind.calendar)
        if visit is None or _moment_of(visit) != _moment_of(before) or not self._is_settled(visit, under_way):
            return  # changed by one of us while the calendar was read
        seen = seen_of(drift)
        if not await self._rows.claim(visit.id, seen):
            return
        log.info("drift.found", extra={"visit_id": visit.id, "drift": drift.kind})
        try:
            await self._rows.asked(visit.id, seen, await self._ask(visit, drift, seen))
        except ChatBusy:
            await self._rows.release(visit.id, seen)
        except OutcomeUnknown:
            await self._rows.asked(visit.id, seen, None)  # it may well be on their screen

    async def _ask(self, visit: Visit, drift: CalendarDrift, seen: str) -> MessageRef | None:
        """Ask whoever wanted the visit; where they cannot be reached the desk is told without client data."""
        reader = self._readers.of(await self._notifier.person(visit.requested_by))
        card = drift_card(visit, drift.starts_at, reader, seen=seen)
        try:
            return await self._notifier.post(visit.requested_by, card.content, summary=card.summary)
        except RecipientUnreachable as gone:
            log.info("drift.unreachable", extra={"visit_id": visit.id, "reason": gone.reason})
            await self._desk.tell(visit, "drifted", f"drift:{visit.id}:{seen}")
            return None

    async def _close_settled(self, differing: set[tuple[str, str]], looked_at: set[str]) -> None:
        """Questions that have answered themselves, as when it was moved back, stand no longer."""
        for each in await self._rows.open_ones(self._clock.now() - OPEN_FOR):
            if each.visit_id not in looked_at or (each.visit_id, each.seen) in differing:
                continue
            await self._rows.answered(each.visit_id, each.seen, "gone")
            visit = await self._visits.visit(each.visit_id)
            if visit is None or each.message is None:
                continue
            reader = self._readers.of(await self._notifier.person(visit.requested_by))
            card = drift_settled_card(visit, reader)
            try:
                await self._notifier.edit(each.message, card.content, summary=card.summary)
            except (MessageGone, RecipientUnreachable, ChatBusy, OutcomeUnknown):
                log.info("drift.card_left", extra={"visit_id": visit.id})


def _is_emptied(theirs: Sequence[Visit], drifts: Sequence[CalendarDrift]) -> bool:
    """Whether every visit of a mailbox is gone at once: that is no one's decision about each of them."""
    gone = sum(each.kind == "deleted" for each in drifts)
    return gone == len(theirs) and gone >= EMPTIED


def _moment_of(visit: Visit) -> tuple[object, ...]:
    return visit.version, visit.event_id, visit.calendar_starts_at, visit.calendar_duration
