"""``python -m tests.chaos``: crashes, outages, replays and faults, the whole of them. It takes an hour and a half.

``--visits`` and ``--seed`` change size and chance; names of scenarios run only those.
"""

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import Awaitable, Callable, Sequence

from tests.chaos.arena import Figures
from tests.chaos.matrix import crash_matrix
from tests.chaos.outages import database_away, replicas
from tests.chaos.replay import confirmed, replayed
from tests.chaos.sequences import sequences

HEADINGS = ("scenario", "kills", "in flight", "lost", "duplicated", "untrue", "unknown", "takeover s")
Scenario = Callable[[int, int], Awaitable[list[Figures]]]

SCENARIOS: dict[str, Scenario] = {
    "matrix-sqlite": lambda visits, seed: crash_matrix("sqlite", visits=visits, seed=seed),
    "matrix-postgres": lambda visits, seed: crash_matrix("postgres", visits=visits, seed=seed),
    "database-away": lambda visits, seed: database_away(visits=visits, seed=seed),
    "replicas": lambda visits, seed: replicas(visits=visits, seed=seed),
    "confirms": lambda _, __: confirmed(),
    "faults": lambda _, seed: sequences(examples=500, number=seed),
    "replay": lambda _, seed: replayed(seed=seed),
}


def table(figures: Sequence[Figures]) -> str:
    """The figures as lines."""
    rows = [HEADINGS, *(each.row() for each in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


async def run(names: Sequence[str], visits: int, seed: int) -> int:
    """Run scenarios one after another; 0 where nothing is wrong."""
    found: list[Figures] = []
    for name in names:
        began = time.monotonic()
        figures = await SCENARIOS[name](visits, seed)
        found += figures
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
        for each in figures:
            for line in each.wrong[:20]:
                print(f"  WRONG {each.scenario}: {line}", flush=True)
    print(f"\n{table(found)}")
    return 0 if all(each.is_right for each in found) else 1


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which: {', '.join(SCENARIOS)}")
    parser.add_argument("--visits", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if unknown := [each for each in chosen.names if each not in SCENARIOS]:
        parser.error(f"no such scenario: {', '.join(unknown)}")
    logging.basicConfig(level=logging.CRITICAL)  # what goes wrong on purpose is told by the table
    return asyncio.run(run(chosen.names or list(SCENARIOS), chosen.visits, chosen.seed))


if __name__ == "__main__":
    sys.exit(main())
