"""People who press every button twice: the second press is an activity of its own, under an id of its own.

``python -m pytest -p tests.chaos.doubleclick tests/conversations`` plays every recorded conversation this way: the
second press comes right behind the first, or after everything has come to rest. Then nothing may have changed that
anybody outside could see. ``REPLAY_SEED`` varies it.
"""

import asyncio
import os
import random
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import tests.office
from tests.connector import Message
from tests.conversations.chat import Answer, Chat, summary_of
from tests.office import Office

SEED = int(os.environ.get("REPLAY_SEED", "1"))


class DoubleClickingChat(Chat):
    """A chat of somebody who presses twice."""

    _beside: asyncio.Future[Answer] | None = None
    _later: dict[str, Any] | None = None
    _there: Mapping[str, int] = MappingProxyType({})

    async def says(self, words: str) -> Answer:
        """Type a message, after the second press that is still to end."""
        await self._ends_second_press()
        return await super().says(words)

    async def plays(self, script: str) -> None:
        """Play a script, and the second press of its last one."""
        await super().plays(script)
        await self._ends_second_press()

    async def presses(self, activity_id: str, action: dict[str, Any], values: dict[str, str]) -> Answer:
        """Deliver a press and put its answer on the screen; press again at once, or when the answer has been read."""
        await self._ends_second_press()
        answer = await super().presses(activity_id, action, values)
        again = {**self.sent[-1], "id": f"{self.sent[-1]['id']}-again"}
        self._there = self._lengths()
        if self.office.chance.random() < 0.5:
            self._beside = asyncio.ensure_future(self._door(again))
        else:
            self._later = again
        return answer

    async def _ends_second_press(self) -> None:
        beside, later = self._beside, self._later
        self._beside = self._later = None
        if beside is not None:
            await beside
            await self.office.settles()  # its answer may have said no more than that it is at work
        elif later is not None:
            await self.office.settles()
            outside = await _outside(self.office)
            self._there = self._lengths()
            await self._door(later)
            await self.office.settles()
            assert await _outside(self.office) == outside, f"pressed twice is done twice\n{self.transcript()}"
        if beside is not None or later is not None:
            self._goes_on_with_one(is_first=beside is not None)

    def _goes_on_with_one(self, *, is_first: bool) -> None:
        """Whoever presses "Show" twice gets two cards; the story goes on with the first, or with the second.

        Elsewhere, what came meanwhile stays, once.
        """
        for chat, messages in self._connector.chats.items():
            there = self._there.get(chat, len(messages))
            if chat != self.conversation_id:
                once: dict[str, Message] = {}
                for each in messages[max(0, there - 1) :]:
                    once.setdefault(summary_of(each.now), each)
                messages[max(0, there - 1) :] = once.values()
            elif is_first:
                del messages[there:]
        self._there = {}
        if not is_first:
            self._seen = len(self.messages)

    def _lengths(self) -> dict[str, int]:
        return {chat: len(messages) for chat, messages in self._connector.chats.items()}

    def _nothing_unread(self) -> None:
        if self._beside is None:  # else what the second press puts there may be there already
            super()._nothing_unread()

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
