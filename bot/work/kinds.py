"""What the kinds of work share: being registered, and going on later under an id of their own."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from bot.work.pieces import TIMED, Durable, Handler, Json, next_id


class Kinds(Durable, Protocol):
    """An engine that kinds can be registered with."""

    def on(self, kind: str, handler: Handler, *, queue: str = TIMED) -> None:
        """Register a kind."""
        ...


async def go_on_later(
    engine: Durable, kind: str, work_id: str, payload: Mapping[str, Json], dues: Iterable[str | None]
) -> None:
    """Begin the same work again at the earliest of the instants, if there is one, under the next id of its line."""
    due = min((each for each in dues if each is not None), default=None)
    if due is not None:
        await engine.schedule(kind, next_id(work_id), payload, due=datetime.fromisoformat(due))
