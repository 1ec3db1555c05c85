"""People change their minds about what nobody knows: calls went out, their answers are lost, and then comes a death.

Of a visit called off while its event is in doubt it is looked up whether there is an event; of one taken back while its
cancellation is in doubt it is checked whether the event still stands.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.graph.emulator.faults import Fault
from bot.visits.models.effects import EffectState
from bot.visits.models.values import VisitId
from tests.chaos.arena import Arena, Figures
from tests.chaos.dying import PROBES, dies_at
from tests.chaos.judge import judged

WITHOUT_END = 10**6
LATER = 120.0
"""Seconds by which clocks are put forward, so that every pause is over."""
EVENTS = r"/users/[^/]+/events"


@dataclass(frozen=True)
class Doubt:
    """Something people do, what becomes of it at Graph, what they then do instead, and how the truth is found."""

    name: str
    begins: str
    op: str
    faults: Sequence[Fault]
    then: str
    found_by: str
    on_booked: bool

    def moments(self) -> list[str]:
        """At which a replica may die."""
        return [f"{self.found_by}.{probe}" for probe in PROBES]


def _lost(method: str, path: str, visits: int) -> Sequence[Fault]:
    """The first half of the calls is carried out and loses its answer, the rest is not carried out."""
    return (
        Fault(method=method, path=path, times=max(1, visits // 2), drop_after_commit=True),
        Fault(method=method, path=path, times=WITHOUT_END, status=503),
    )


def booking(visits: int) -> Doubt:
    """Called off while nobody knows whether there is an event."""
    nobody_can_look = Fault(method="GET", path=f"{EVENTS}$", times=WITHOUT_END, status=503)
    return Doubt(
        "call off what may have been booked",
        begins="book",
        op="add",
        faults=(*_lost("POST", f"{EVENTS}$", visits), nobody_can_look),
        then="cancel",
        found_by="look_up",
        on_booked=False,
    )


def cancellation(visits: int) -> Doubt:
    """Taken back while nobody knows whether the event still stands."""
    return Doubt(
        "take back what may have been cancelled",
        begins="cancel",
        op="cancel",
        faults=_lost("POST|DELETE", rf"{EVENTS}/[^/]+(/cancel)?$", visits),
        then="undo",
        found_by="check",
        on_booked=True,
    )


DOUBTS = {"doubt_booking": booking, "doubt_cancellation": cancellation}


async def doubted(ring: Arena, doubt: Doubt, moments: Sequence[str], visits: int, figures: Figures) -> None:
    """Everybody is in doubt at once; then Graph answers again, and replicas die while the truth is found."""
    subjects = await ring.new_visits(visits)
    host = await ring.host(quick=True)
    if doubt.on_booked:
        await ring.do("book", subjects, quiet=0)
        await ring.settles(900 + visits)
    await ring.graph_fails(*doubt.faults)
    await ring.do(doubt.begins, subjects, quiet=0)
    await _in_doubt(ring, doubt, subjects)
    await ring.do(doubt.then, subjects, quiet=0)
    await host.kill()
    await ring.graph_fails()
    ring.ahead += LATER
    for moment in moments:
        await dies_at(ring, moment, ring.random.randint(1, max(1, visits // 10)), figures)
    last = await ring.host(quick=True)
    await ring.settles(900 + visits)
    await judged(ring, figures)
    await last.kill()


async def _in_doubt(ring: Arena, doubt: Doubt, subjects: Sequence[dict[str, Any]]) -> None:
    """Wait until each of the calls was begun, and none is known to have succeeded or failed."""
    left = [VisitId(each["id"]) for each in subjects]
    for _ in range(600):
        left = [each for each in left if not await _is_in_doubt(ring, each, doubt.op)]
        if not left:
            return
        await asyncio.sleep(0.5)
    raise AssertionError(f"{len(left)} visits are in no doubt; {ring.tail()}")


async def _is_in_doubt(ring: Arena, visit_id: VisitId, op: str) -> bool:
    rows = [each for each in await ring.ledger.rows_of(visit_id) if each.key.startswith(f"{op}:")]
    return any(each.attempts and each.state is EffectState.retrying for each in rows)
