"""The state machine at full length: five hundred sequences, fewer on other ledgers and backends, and the two proofs
that it would find what is wrong.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypedDict

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from bot.graph.config import Backend
from tests.chaos.arena import Figures
from tests.chaos.machine import VisitMachine

LONG = 20
"""Sequences of fewer steps do not count."""
MOST_STEPS = 40
MOST_ROUNDS = 10
MOST_TRIES = 3000
"""So many sequences a proof may need; it ends with the first that goes wrong."""


def chosen(examples: int, *, shrinks: bool = True) -> settings:
    """How hypothesis is to look. What is not shrunk is found sooner."""
    phases = [Phase.generate, Phase.shrink] if shrinks else [Phase.generate]
    return settings(
        max_examples=examples,
        stateful_step_count=MOST_STEPS,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )


class Switches(TypedDict, total=False):
    """What is switched off for a proof."""

    looks_up: bool
    sees_others: bool


@dataclass(frozen=True)
class Place:
    """What sequences run on."""

    backend: Backend = "outlook"
    in_sql: bool = False

    def __str__(self) -> str:
        return f"{self.backend}, ledger in {'SQL' if self.in_sql else 'memory'}"


SWITCHES: Mapping[str, Switches] = {"look-up": {"looks_up": False}, "de-duplication": {"sees_others": False}}
USUAL = Place()
OTHERS = (Place(in_sql=True), Place("meeting"), Place("bookings"))
"""Where a smaller share of the sequences runs."""


def looked(
    examples: int, number: int, place: Place = USUAL, *, looks_up: bool = True, sees_others: bool = True
) -> tuple[Counter[str], str]:
    """Run sequences; returns what was counted, and the shortest sequence that goes wrong, if there is one."""
    tally: Counter[str] = Counter()
    switched = {"looks_up": looks_up, "sees_others": sees_others, "tally": tally, **vars(place)}
    machine = type("Sequence", (VisitMachine,), switched)
    try:
        run_state_machine_as_test(seed(number)(machine), settings=chosen(examples, shrinks=looks_up and sees_others))
    except AssertionError as wrong:
        return tally, "\n".join([str(wrong), *getattr(wrong, "__notes__", [])])
    return tally, ""


async def sequences(*, examples: int, number: int) -> list[Figures]:
    """The whole, as rows of the table. Where a proof finds nothing that is what is wrong."""
    rows = [await _row(examples, number, USUAL)]
    rows += [await _row(examples // 5, number, place) for place in OTHERS]
    for name, switch in SWITCHES.items():
        _, found = await asyncio.to_thread(partial(looked, MOST_TRIES, number, **switch))
        missed = [] if found else ["such a sequence should have been found"]
        rows.append(Figures(f"faults without the {name}: {'found' if found else 'nothing found'}", wrong=missed))
    return rows


async def _row(examples: int, number: int, place: Place) -> Figures:
    tally: Counter[str] = Counter()
    wrong = ""
    rounds = 0
    while tally["long_enough"] < examples and not wrong and rounds < MOST_ROUNDS:
        more, wrong = await asyncio.to_thread(looked, examples, number + rounds, place)
        tally.update(more)
        rounds += 1
    told = f"faults ({place}): {tally['long_enough']} sequences of {LONG} to {MOST_STEPS} steps"
    figures = Figures(told, kills=tally["kills"], unknown=tally["unknown"], wrong=[wrong] if wrong else [])
    if not wrong and tally["long_enough"] < examples:
        figures.wrong.append(f"only {tally['long_enough']} of {examples} sequences were long enough")
    return figures
