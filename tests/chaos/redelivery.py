"""A Teams that delivers each activity one to four times: at once, beside itself, or late between later ones.

``python -m pytest -p tests.chaos.redelivery tests/conversations`` plays every recorded conversation this way. They must
end as they do otherwise: each says what is shown, and what calendar and phones got. ``REPLAY_SEED`` varies it.
"""

import asyncio
import os
import random
from pathlib import Path
from typing import Any

import tests.office
from tests.conversations.chat import Answer
from tests.office import Office

SEED = int(os.environ.get("REPLAY_SEED", "1"))
MOST_COPIES = 3
BESIDE_AFTER_SECONDS = 0.01
"""A copy that comes beside the first still comes after it: the first is what gets the answer."""
LATEST = 4
"""A late copy comes at most so many activities later."""


class RedeliveringOffice(Office):
    """The whole bot, behind a Teams that repeats itself."""

    def __init__(self, folder: Path, **how: Any) -> None:
        super().__init__(folder, **how)
        self._random = random.Random(f"{SEED} {folder.name}")
        self._late: list[tuple[int, dict[str, Any]]] = []
        self._count = 0
        self.copies = 0

    async def _door(self, activity: dict[str, Any]) -> Answer:
        self._count += 1
        for due, late in [each for each in self._late if each[0] <= self._count]:
            self._late.remove((due, late))
            await super()._door(late)
        beside = 0
        for _ in range(self._random.randint(0, MOST_COPIES)):
            self.copies += 1
            if self._random.random() < 0.5:
                beside += 1
            else:
                self._late.append((self._count + self._random.randint(1, LATEST), activity))
        first = asyncio.create_task(super()._door(activity))
        await asyncio.sleep(BESIDE_AFTER_SECONDS)
        await asyncio.gather(*(super(RedeliveringOffice, self)._door(activity) for _ in range(beside)))
        return await first


tests.office.Office = RedeliveringOffice  # type: ignore[misc]
