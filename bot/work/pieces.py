"""Pieces of durable work, as everything but the engine knows them: their kinds' handlers, their runs and their ids.

A piece of work is a *kind* with a handler, an id, and a JSON payload. Starting an id twice is once. A handler runs
steps, whose results are kept, so that after a crash it goes on where it was; a step may run again, so its effects go
through the ledger.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

TIMED = "timed"
PATIENT = "patient"
"""Queues for what begins at an instant. Reminders are patient: ten thousand of them delay no confirmation."""

Json = Any
Handler = Callable[["Run", Mapping[str, Json]], Awaitable[None]]


class Run(Protocol):
    """One piece of work under way."""

    id: str

    async def step(self, name: str, work: Callable[[], Awaitable[Json]]) -> Json:
        """Run a step and keep its JSON result; after a crash a finished step is not run again. Retried on failure."""
        ...


class Durable(Protocol):
    """What workflows are started with."""

    async def start(self, kind: str, work_id: str, payload: Mapping[str, Json]) -> None:
        """Begin now. The same id again does nothing."""
        ...

    async def schedule(self, kind: str, work_id: str, payload: Mapping[str, Json], *, due: datetime) -> None:
        """Begin at an instant. The same id again does nothing."""
        ...


def next_id(work_id: str) -> str:
    """``reminder:v1:15:2`` -> ``reminder:v1:15:2~1`` -> ``reminder:v1:15:2~2``."""
    return f"{line_of(work_id)}~{times_begun(work_id) + 1}"


def line_of(work_id: str) -> str:
    """What all the ids of one line of work have in common."""
    return work_id.partition("~")[0]


def times_begun(work_id: str) -> int:
    """How often the work was begun before, under the ids of its line."""
    return int(work_id.partition("~")[2] or 0)
