"""People who press every button twice: the second press is an activity of its own, under an id of its own.

``python -m pytest -p tests.chaos.doubleclick tests/conversations`` plays every recorded conversation this way: the
second press comes right behind the first, or after everything has come to rest. Then nothing may have changed that
anybody outside could see. ``REPLAY_SEED`` varies it.
"""

import os
import random
from pathlib import Path
from typing import Any

import tests.office
from tests.conversations.chat import Answer, Chat
from tests.office import Office

SEED = int(os.environ.get("REPLAY_SEED", "1"))


class DoubleClickingChat(Chat):
    """A chat of somebody who presses twice."""

    _later: dict[str, Any] | None = None

    async def says(self, words: str) -> Answer:
        """Type a message, after the second press that was still to come."""
        await self._presses_later()
        return await super().says(words)

    async def plays(self, script: str) -> None:
        """Play a script, and the second press of its last one."""
        await super().plays(script)
        await self._presses_later()

    async def presses(self, activity_id: str, action: dict[str, Any], values: dict[str, str]) -> Answer:
        """Deliver a press and put its answer on the screen; press again at once, or when the answer has been read."""
        await self._presses_later()
        answer = await super().presses(activity_id, action, values)
        again = {**self.sent[-1], "id": f"{self.sent[-1]['id']}-again"}
        if self.office.chance.random() < 0.5:
            self._later = again
            return answer
        there = len(self.messages)
        await self._door(again)
        del self.messages[there:]  # whoever presses "Show" twice gets two cards; the story goes on with the first
        return answer

    async def _presses_later(self) -> None:
        again, self._later = self._later, None
        if again is None:
            return
        await self.office.settles()
        outside = await _outside(self.office)
        await self._door(again)
        await self.office.settles()
        assert await _outside(self.office) == outside, f"what was pressed twice was done twice\n{self.transcript()}"
        self._seen = len(self.messages)  # and here with the second

    @property
    def office(self) -> "DoubleClickedOffice":
        """Where the chat is."""
        office = getattr(self._door, "__self__", None)
        assert isinstance(office, DoubleClickedOffice)
        return office


class DoubleClickedOffice(Office):
    """The whole bot, before people who press twice."""

    chats = DoubleClickingChat

    def __init__(self, folder: Path, **how: Any) -> None:
        super().__init__(folder, **how)
        self.chance = random.Random(f"{SEED} {folder.name}")


async def _outside(office: Office) -> dict[str, Any]:
    """What clients, calendars and the visits' own rows show."""
    world = office.world()
    return {
        "events": [(each["id"], each["start"], each["deleted_at"]) for each in world["events"]],
        "texts": [(each["phone"], each["type"]) for each in world["sms"]],
        "mails": [(each["to"], each["kind"]) for each in world["mails"]],
        "visits": [(each.id, each.version, each.starts_at, each.is_cancelled) for each in await office.all_visits()],
    }


tests.office.Office = DoubleClickedOffice  # type: ignore[misc]
