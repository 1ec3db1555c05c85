"""PostgreSQL goes away in mid-load; of three replicas one is killed for good and another freezes."""

import asyncio
import signal
import time

from tests.chaos.arena import Arena, Figures, Host, arena
from tests.chaos.judge import judged

AWAY_SECONDS = 10.0
FROZEN_SECONDS = 12.0
TAKES_OVER_WITHIN = 30.0


async def database_away(*, visits: int, seed: int) -> list[Figures]:
    """PostgreSQL is stopped without a goodbye while bookings are under way, and comes back after ten seconds."""
    figures = Figures("postgres: stopped for 10 s in mid-load", kills=1)
    async with arena("postgres", seed=seed) as ring:
        assert ring.postgres is not None
        for _ in range(2):
            await ring.host()
        subjects = await ring.new_visits(visits)
        doing = asyncio.create_task(ring.do("book", subjects, quiet=2.0))
        await _under_way(ring, at_least=min(8, visits // 2))
        figures.in_flight.append(await ring.in_flight())
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
        await _busy(ring, three[0])
        killed.in_flight.append(await ring.in_flight())
        began = time.monotonic()
        await three[0].kill()
        killed.takeover = await _taken_over(ring, three[0], began)
        if killed.takeover is None or killed.takeover > TAKES_OVER_WITHIN:
            killed.wrong.append("its work was not taken over within 30 s")
        await first
        await ring.settles(900 + visits)
        await judged(ring, killed)

        second = asyncio.create_task(ring.do("book", await ring.new_visits(visits), quiet=2.0))
        await _busy(ring, three[1])
        frozen.in_flight.append(await ring.in_flight())
        three[1].signal(signal.SIGSTOP)
        await asyncio.to_thread(ring.cut_lease, three[1])
        await asyncio.sleep(FROZEN_SECONDS)
        three[1].signal(signal.SIGCONT)
        await second
        await ring.settles(900 + visits)
        await judged(ring, frozen)
    return [killed, frozen]


async def _under_way(ring: Arena, *, at_least: int) -> None:
    for _ in range(6000):
        if await ring.in_flight() >= at_least:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"no load; {ring.tail()}")


async def _busy(ring: Arena, host: Host) -> None:
    for _ in range(6000):
        if await asyncio.to_thread(ring.pending_of, host.executor) >= 3:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"a replica never had work; {ring.tail()}")


async def _taken_over(ring: Arena, host: Host, began: float) -> float | None:
    for _ in range(6000):
        if await asyncio.to_thread(ring.pending_of, host.executor) == 0:
            return time.monotonic() - began
        await asyncio.sleep(0.1)
    return None
