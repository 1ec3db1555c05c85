"""News of who came becomes facts of the visit: on its cards, and once a word to the organizer when the client waits.

Implements ``bot.visits.ports.Arrivals`` and ``Presences``.
"""

import asyncio
import logging
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.clock import Clock
from bot.store.arrivals import SqlArrivals
from bot.visits.errors import ChatBusy, OutcomeUnknown, RecipientUnreachable, VisitError
from bot.visits.models import Person, Presence, Visit, VisitId
from bot.visits.ports import Arrival, Notifier, VisitStore
from bot.work.drift import TellsDesk
from bot.work.visit_cards import CardsOfVisits
from cards.notice_cards import waiting_card
from cards.reader import Readers

log = logging.getLogger(__name__)

WAITS = "client_waits"
"""Under ``firsts``: of which comings the organizer was told."""
TELL_WITHIN = timedelta(minutes=5)
REPORT_AFTER = timedelta(seconds=5)
"""How long after the end of a call its report is asked for first."""


class Firsts(Protocol):
    """Says of each thing once that it is the first time."""

    async def first(self, kind: str, key: str, *, now: datetime) -> bool:
        """True for exactly one caller, ever."""
        ...


class ArrivalDesk:
    """Takes news, by notification or by hand. Hearing the same twice is once; order does not matter."""

    def __init__(
        self,
        rows: SqlArrivals,
        visits: VisitStore,
        cards: CardsOfVisits,
        notifier: Notifier,
        desk: TellsDesk,
        readers: Readers,
        firsts: Firsts,
        clock: Clock,
    ) -> None:
        self._rows = rows
        self._visits = visits
        self._cards = cards
        self._notifier = notifier
        self._desk = desk
        self._readers = readers
        self._firsts = firsts
        self._clock = clock
        self._under_way: set[asyncio.Task[None]] = set()

    async def presence_of(self, visit: Visit) -> Presence:
        """See ``Presences``."""
        return await self._rows.presence_of(visit)

    async def arrived(self, arrival: Arrival) -> None:
        """Note it on the visit; what follows from it follows by itself, so that the sender is not kept waiting."""
        if not await self._rows.note(arrival):
            return
        log.info("arrival.noted", extra={"visit_id": arrival.visit_id, "arrival": arrival.kind})
        if arrival.kind == "ended":
            await self._rows.report_due(arrival.visit_id, self._clock.now() + REPORT_AFTER, anew=True)
        self._aside(self._follow(arrival.visit_id))

    async def mark_arrived(self, visit: Visit, *, by: Person) -> None:
        """See ``Presences``."""
        key = f"by_hand:{visit.schedule_version}"
        arrival = Arrival(visit_id=visit.id, kind="client_waiting", at=self._clock.now(), key=key)
        if await self._rows.note(arrival, by=by.id):
            log.info("arrival.marked", extra={"visit_id": visit.id, "requested_by": by.id})
            self._aside(self._follow(visit.id, unless=by.id))

    async def settled(self) -> None:
        """Return once everything that followed from the news is done."""
        while self._under_way:
            await asyncio.gather(*self._under_way, return_exceptions=True)

    async def stop(self) -> None:
        """Let what is under way end, but not for long."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=5)
        for each in self._under_way:
            each.cancel()

    # --- what follows -----------------------------------------------------------------------------

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _follow(self, visit_id: VisitId, *, unless: str = "") -> None:
        try:
            visit = await self._visits.visit(visit_id)
            if visit is None:
                return
            presence = await self._rows.presence_of(visit)
            if presence.waiting_since and not presence.staff_is_in and not visit.is_cancelled:
                await self._tell_organizer(visit, presence.waiting_since, unless=unless)
            await self._cards.bring_up_to_date(visit_id)
        except VisitError as error:
            log.warning("arrival.not_followed", extra={"visit_id": visit_id, "code": error.code})

    async def _tell_organizer(self, visit: Visit, since: datetime, *, unless: str) -> None:
        """At most once for each time the visit takes place; not to whoever noted it themselves."""
        if visit.organizer.id == unless:
            return
        if not await self._firsts.first(WAITS, f"{visit.id}:{visit.schedule_version}", now=self._clock.now()):
            return
        reader = self._readers.of(await self._notifier.person(visit.organizer.id))
        card = waiting_card(visit, since, reader)
        until = self._clock.now() + TELL_WITHIN
        while True:
            try:
                await self._notifier.post(visit.organizer.id, card.content, summary=card.summary)
                return
            except ChatBusy as busy:
                pause = busy.retry_after or 2.0
                if self._clock.now() + timedelta(seconds=pause) >= until:
                    await self._desk.tell(visit, WAITS, f"{WAITS}:{visit.id}:{visit.schedule_version}")
                    return
                await asyncio.sleep(pause)
            except RecipientUnreachable:
                await self._desk.tell(visit, WAITS, f"{WAITS}:{visit.id}:{visit.schedule_version}")
                return
            except OutcomeUnknown:
                return  # it may well be on their screen
