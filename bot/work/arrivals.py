"""News of who came becomes facts of the visit: on its cards, and once a word to the organizer when the client waits.

Implements ``bot.visits.ports.arrivals.Arrivals`` and ``Presences``.
"""

import asyncio
import logging
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

from bot.clock import Clock
from bot.logs import trace_of
from bot.store.arrivals import News, SqlArrivals
from bot.visits.errors import VisitError
from bot.visits.models.people import Person
from bot.visits.models.presence import Presence
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.arrivals import BY_HAND, Arrival
from bot.visits.ports.store import VisitStore
from bot.work.visit_cards import CardsOfVisits
from bot.work.waiting import Waiting

log = logging.getLogger(__name__)

REPORT_AFTER = timedelta(seconds=5)
"""How long after the end of a call its report is asked for first."""
LEFT_LYING = timedelta(seconds=10)
"""News that is older has been followed, unless its process died."""
LOOKS_BACK = timedelta(minutes=30)


class ArrivalDesk:
    """Takes news, by notification or by hand. Hearing the same twice is once; order does not matter."""

    def __init__(
        self,
        rows: SqlArrivals,
        visits: VisitStore,
        cards: CardsOfVisits,
        waiting: Waiting,
        clock: Clock,
    ) -> None:
        self._rows = rows
        self._visits = visits
        self._cards = cards
        self._waiting = waiting
        self._clock = clock
        self._followed: set[News] = set()
        self._under_way: set[asyncio.Task[object]] = set()

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
        key = f"{BY_HAND}:{visit.schedule_version}"
        arrival = Arrival(visit_id=visit.id, kind="client_waiting", at=self._clock.now(), key=key)
        if await self._rows.note(arrival, by=by.id):
            log.info("arrival.marked", extra={"visit_id": visit.id, "requested_by": by.id})
            self._aside(self._follow(visit.id, unless=by.id))

    async def look(self) -> None:
        """Follow the latest news once more: a process may have died between noting it and what follows from it.

        News that could not be followed is looked at again in the next round, and holds up no other.
        """
        now = self._clock.now()
        fresh = await self._rows.fresh(now - LOOKS_BACK, now - LEFT_LYING)
        self._followed &= set(fresh)
        for each in fresh:
            if each not in self._followed and await self._follow(each.visit_id, unless=each.noted_by):
                self._followed.add(each)

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

    def _aside(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _follow(self, visit_id: VisitId, *, unless: str | None = None) -> bool:
        """The organizer is told, not if they noted it themselves, and the visit's cards show it.

        Returns whether that came to its end.
        """
        try:
            visit = await self._visits.visit(visit_id)
            if visit is None:
                return True
            presence = await self._rows.presence_of(visit)
            waits = presence.waiting_since is not None and not presence.staff_is_in and not visit.is_cancelled
            if waits and visit.organizer.id != unless:
                await self._waiting.begin(visit)
            await self._cards.bring_up_to_date(visit_id)
        except VisitError as error:
            log.warning("arrival.not_followed", extra={"visit_id": visit_id, "code": error.code})
            return False
        except Exception as fault:
            log.error("arrival.not_followed", extra={"visit_id": visit_id, "trace": trace_of(fault)})
            return False
        return True
