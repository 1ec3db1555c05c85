"""PostgreSQL goes away in mid-load; of three replicas one is killed for good and another freezes."""

import asyncio
import signal
import time

from tests.chaos.arena import Arena, Figures, Host, arena
from tests.chaos.judge import judged

AWAY_SECONDS = 10.0
FROZEN_SECONDS = 12.0
TAKES_OVER_WITHIN = 30.0
MOST = 0.9
"""Of all that was asked for: so much is under way when it happens."""
FAIR_SHARE = 0.2
"""Of that, with the one of three replicas it happens to."""


async def database_away(*, visits: int, seed: int) -> list[Figures]:
    """PostgreSQL is stopped without a goodbye while bookings are under way, and comes back after ten seconds."""
    figures = Figures("postgres: stopped for 10 s in mid-load", kills=1)
    async with arena("postgres", seed=seed) as ring:
        assert ring.postgres is not None
        for _ in range(2):
            await ring.host()
        subjects = await ring.new_visits(visits)
        doing = asyncio.create_task(ring.do("book", subjects, quiet=2.0))
        figures.in_flight.append(await _under_way(ring, at_least=visits * MOST))
        await asyncio.to_thread(ring.postgres.stop, "immediate")
        await asyncio.sleep(AWAY_SECONDS)
        await asyncio.to_thread(ring.postgres.start)
        await doing
        await ring.settles(900 + visits)
        await judged(ring, figures)
    return [figures]


async def replicas(*, visits: int, seed: int) -> list[Figures]:
    """One of three replicas is killed for good; another freezes, loses its session, and wakes."""
    killed = Figures("postgres: one of three replicas killed", kills=1)
    frozen = Figures("postgres: one of three replicas frozen 12 s")
    async with arena("postgres", seed=seed) as ring:
        three = [await ring.host() for _ in range(3)]
        await asyncio.sleep(11)  # production's grace: young replicas take nothing over
        first = asyncio.create_task(ring.do("book", await ring.new_visits(visits), quiet=2.0))
        killed.in_flight.append(await _under_way(ring, at_least=visits * MOST, of=three[0]))
        began = time.monotonic()
        await three[0].kill()
        killed.takeover = await _taken_over(ring, three[0], began)
        if killed.takeover is None or killed.takeover > TAKES_OVER_WITHIN:
            killed.wrong.append("its work was not taken over within 30 s")
        await first
        await ring.settles(900 + visits)
        await judged(ring, killed)

        second = asyncio.create_task(ring.do("book", await ring.new_visits(visits), quiet=2.0))
        frozen.in_flight.append(await _under_way(ring, at_least=visits * MOST, of=three[1]))
        three[1].signal(signal.SIGSTOP)
        await asyncio.to_thread(ring.cut_lease, three[1])
        await asyncio.sleep(FROZEN_SECONDS)
        three[1].signal(signal.SIGCONT)
        await second
        await ring.settles(900 + visits)
        await judged(ring, frozen)
    return [killed, frozen]


async def _under_way(ring: Arena, *, at_least: float, of: Host | None = None) -> int:
    """Wait for the load, a fair part of it with one replica, and return how many pieces of work are under way."""
    for _ in range(6000):
        share = await asyncio.to_thread(ring.pending_of, of.executor) if of is not None else at_least
        if (count := await ring.in_flight()) >= at_least and share >= at_least * FAIR_SHARE:
            return count
        await asyncio.sleep(0.02)
    raise AssertionError(f"no load; {ring.tail()}")


async def _taken_over(ring: Arena, host: Host, began: float) -> float | None:
    for _ in range(6000):
        if await asyncio.to_thread(ring.pending_of, host.executor) == 0:
            return time.monotonic() - began
        await asyncio.sleep(0.1)
    return None
