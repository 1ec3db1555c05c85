"""Every emulator that a test makes, by hand or through what it tests, is held against Microsoft's schema."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import pytest

from bot.graph.emulator.core import GraphEmulator
from tests.oracle.check import Tally, check_emulator


@contextmanager
def emulators_made() -> Iterator[list[GraphEmulator]]:
    """The emulators made meanwhile, in order. Making one is only watched: nothing of it is replaced."""
    made: list[GraphEmulator] = []
    begin = GraphEmulator.__init__

    @wraps(begin)
    def noted(self: GraphEmulator, *given: Any, **named: Any) -> None:
        begin(self, *given, **named)
        made.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GraphEmulator, "__init__", noted)
        yield made


def faults_of(emulators: list[GraphEmulator], *, by_hand: bool) -> list[str]:
    """What is not as Microsoft says in all that these were asked and answered; ``by_hand`` as ``check_emulator``."""
    tally = Tally()
    for each in emulators:
        check_emulator(each, tally, by_hand=by_hand)
    return tally.faults
