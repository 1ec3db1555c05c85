"""The state machine at full length: five hundred sequences, and the two proofs that it would find what is wrong."""

import asyncio
from collections import Counter

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.chaos.arena import Figures
from tests.chaos.machine import VisitMachine

LONG = 20
"""Sequences of fewer steps do not count."""
MOST_STEPS = 40
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


def looked(examples: int, number: int, *, looks_up: bool = True, sees_others: bool = True) -> tuple[Counter[str], str]:
    """Run sequences; returns what was counted, and the shortest sequence that goes wrong, if there is one."""
    tally: Counter[str] = Counter()
    switched = {"looks_up": looks_up, "sees_others": sees_others, "tally": tally}
    machine = type("Sequence", (VisitMachine,), switched)
    try:
        run_state_machine_as_test(seed(number)(machine), settings=chosen(examples, shrinks=looks_up and sees_others))
    except AssertionError as wrong:
        return tally, "\n".join([str(wrong), *getattr(wrong, "__notes__", [])])
    return tally, ""


async def sequences(*, examples: int, number: int) -> list[Figures]:
    """The whole, as rows of the table. Where a proof finds nothing that is what is wrong."""
    tally: Counter[str] = Counter()
    wrong = ""
    rounds = 0
    while tally["long_enough"] < examples and not wrong and rounds < 10:
        more, wrong = await asyncio.to_thread(looked, examples, number + rounds)
        tally.update(more)
        rounds += 1
    told = f"faults: {tally['long_enough']} sequences of {LONG} to {MOST_STEPS} steps"
    whole = Figures(told, kills=tally["kills"], unknown=tally["unknown"], wrong=[wrong] if wrong else [])
    proofs = []
    for name, switch in (("look-up", "looks_up"), ("de-duplication", "sees_others")):
        _, found = await asyncio.to_thread(looked, MOST_TRIES, number, **{switch: False})
        missed = [] if found else ["such a sequence should have been found"]
        proofs.append(Figures(f"faults without the {name}: {'found' if found else 'nothing found'}", wrong=missed))
    return [whole, *proofs]
