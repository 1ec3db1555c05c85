"""What is looked at again and again: each round by itself, none of them a reason for another to stop."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Round:
    """Something to look at every so often."""

    name: str
    every: timedelta
    look: Callable[[], Awaitable[None]]


class Rounds:
    """Runs the rounds of this process. They only find out what is so: whatever they miss the next one sees."""

    def __init__(self, rounds: Sequence[Round]) -> None:
        self._rounds = rounds
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin."""
        self._tasks = [asyncio.create_task(self._keep_looking(each)) for each in self._rounds]

    async def stop(self) -> None:
        """Stop; a round under way is given up."""
        for each in self._tasks:
            each.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def go(self, *names: str) -> None:
        """Look now, at everything or at some, and see what fails: for tests and for whoever cannot wait."""
        for each in self._rounds:
            if not names or each.name in names:
                await each.look()

    async def _keep_looking(self, this: Round) -> None:
        while True:
            await asyncio.sleep(this.every.total_seconds())
            try:
                await this.look()
            except Exception as failed:
                log.error("round.failed", extra={"round": this.name, "reason": type(failed).__name__})
