"""A replica dies, without a goodbye, before and after every step of booking, moving, cancelling and reminding."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from tests.chaos.arena import Arena, Figures, arena
from tests.chaos.doubts import DOUBTS, doubted
from tests.chaos.dying import PROBES, dies_at
from tests.chaos.judge import judged

STEPS = ("before", "after")
ROW = "row.committed"
LONG_QUIET = 1800.0
"""Seconds for which the crowd waits, until the clocks are put forward."""


@dataclass(frozen=True)
class Phase:
    """Something people do to visits, and the moments on its way at which a replica may die."""

    action: str
    ops: tuple[str, ...]
    steps: tuple[str, ...]
    quiet: float = 1.0
    crowds_quiet: float = LONG_QUIET
    has_row: bool = True

    def moments(self) -> list[str]:
        row = [ROW] if self.has_row else []
        probes = [f"{op}.{each}" for op in self.ops for each in PROBES]
        return [*row, *probes, *(f"{step}.{each}" for step in self.steps for each in STEPS)]

    def last_moment(self, probe: str) -> str:
        """The call that waits for the quiet window."""
        return f"{self.ops[-1]}.{probe}"


BOOK = Phase(
    "book",
    ("add", "join_url", "meeting", "lobby", "link", "invite", "sms_confirmation"),
    ("effect", "cards", "reminders"),
)
MOVE = Phase("move", ("move", "sms_reschedule"), ("effect", "cards", "reminders"))
CANCEL = Phase("cancel", ("sms_cancellation", "cancel"), ("effect", "cards", "reminders"))
REMIND = Phase("book", ("reminder",), ("remind",), quiet=0.0, crowds_quiet=0.0, has_row=False)
PHASES = {"book": BOOK, "move": MOVE, "cancel": CANCEL, "remind": REMIND}
FRESH = 3
"""So many more visits are acted on for each death, so that its moment surely comes."""


async def crash_matrix(
    database: str, *, visits: int, seed: int, only: Mapping[str, Sequence[str]] | None = None
) -> list[Figures]:
    """The matrix on one database; ``only`` picks moments by phase. One row of figures for each phase."""
    doubts = {name: of(visits) for name, of in DOUBTS.items()}
    everything = {name: each.moments() for name, each in PHASES.items()}
    everything |= {name: each.moments() for name, each in doubts.items()}
    wanted: Mapping[str, Sequence[str]] = only or everything
    found: list[Figures] = []
    async with arena(database, seed=seed) as ring:
        await ring.graph_is(late_join_url_reads=2)  # so that the link has to be asked for
        for name, moments in wanted.items():
            if name in doubts:
                figures = Figures(f"{database}: killed while they {doubts[name].name}")
                await doubted(ring, doubts[name], moments, visits, figures)
            else:
                figures = Figures(f"{database}: killed while they {name}")
                await _phase(ring, PHASES[name], moments, visits, figures, is_reminding=name == "remind")
            figures.unknown -= sum(each.unknown for each in found)  # every visit there is was judged, older ones too
            print(*figures.row(), *figures.wrong[:20], sep="  ", flush=True)
            found.append(figures)
    return found


async def _phase(
    ring: Arena,
    phase: Phase,
    moments: Sequence[str],
    visits: int,
    figures: Figures,
    *,
    is_reminding: bool,
) -> None:
    """All visits are begun and wait for their quiet window meanwhile; a few more are carried through at each death.

    At the end the clocks are put forward, so that everything waiting is due at one instant, and replicas die in that.
    """
    crowd_dies = [phase.last_moment(each) for each in PROBES] if len(moments) > len(PROBES) else []
    needed = 2 * visits if is_reminding else visits + FRESH * len(moments)  # each that was sent is under way no more
    subjects = await _subjects(ring, phase, needed, is_reminding=is_reminding)
    crowd = subjects if is_reminding else subjects[:visits]
    doing = [asyncio.create_task(_act(ring, phase, crowd, quiet=phase.crowds_quiet))]
    for number, moment in enumerate(moments):
        fresh = subjects[visits + FRESH * number : visits + FRESH * (number + 1)]
        if is_reminding:
            fresh = await ring.new_visits(FRESH, starts_at=ring.now() + timedelta(minutes=14, seconds=9))
        doing.append(asyncio.create_task(_act(ring, phase, fresh, quiet=phase.quiet)))
        await dies_at(ring, moment, _how_late(ring, moment, visits), figures)
    if not is_reminding:  # the crowd's reminders fall due by themselves: the engine goes by the machine's own clock
        await _all_acted(ring, doing)
        ring.ahead += phase.crowds_quiet
    for moment in crowd_dies:
        await dies_at(ring, moment, ring.random.randint(1, max(1, visits // 10)), figures)
    last = await ring.host(quick=True)
    await asyncio.gather(*doing)
    await ring.settles(900 + visits)
    if is_reminding:
        await _reminded(ring, subjects)
    await judged(ring, figures)
    await last.kill()


def _how_late(ring: Arena, moment: str, visits: int) -> int:
    """At the so-manieth time of a moment. The first comes once half of the crowd is on its way."""
    if moment == ROW:
        return max(1, visits // 2)
    return 1 if "invite" in moment else ring.random.randint(1, 2)


async def _all_acted(ring: Arena, doing: Sequence[asyncio.Task[None]]) -> None:
    """Have everybody act before the clocks go forward: a quiet window begun later would be waited out in earnest."""
    host = await ring.host(quick=True)
    await asyncio.gather(*doing)
    await host.kill()


async def _subjects(ring: Arena, phase: Phase, count: int, *, is_reminding: bool) -> list[dict[str, object]]:
    if phase is MOVE or phase is CANCEL:
        on = [facts for facts in ring.visits.values() if not facts.get("is_done_with")]
        missing = count - len(on)
        if missing > 0:
            more = await ring.new_visits(missing)
            host = await ring.host(quick=True)
            await ring.do("book", more, quiet=0)
            await ring.settles(900 + count)
            await host.kill()
            on += more
        if phase is CANCEL:
            for facts in on[:count]:
                facts["is_done_with"] = True
        return on[:count]
    if is_reminding:
        return await ring.new_visits(count, starts_at=ring.now() + timedelta(minutes=16, seconds=15))
    return await ring.new_visits(count)


async def _act(ring: Arena, phase: Phase, subjects: Sequence[dict[str, object]], *, quiet: float) -> None:
    clean = [{name: value for name, value in each.items() if name != "is_done_with"} for each in subjects]
    to = (ring.now() + timedelta(days=3)).replace(minute=0, second=0, microsecond=0)
    await ring.do(phase.action, clean, quiet=quiet, to=to.isoformat())


async def _reminded(ring: Arena, subjects: Sequence[dict[str, object]]) -> None:
    """Wait until every visit was reminded of, or its reminder is in doubt."""
    for _ in range(6000):
        rows = [await ring.ledger.effect(f"reminder:{each['id']}:15:1") for each in subjects]
        if all(row is not None and row.state in ("done", "unknown") for row in rows):
            return
        await asyncio.sleep(0.5)
    raise AssertionError(f"{sum(row is None for row in rows)} reminders never came; {ring.tail()}")
