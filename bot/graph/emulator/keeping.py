"""The emulator's memory in a file, so that a restarted bot finds its events where it left them."""

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError

from bot.graph.emulator.by_hand import ChangesByHand
from bot.graph.emulator.state import State
from bot.graph.emulator.subscription_rules import Subscription
from bot.graph.emulator.world import World

log = logging.getLogger(__name__)

REQUESTS_KEPT = 500
PAUSE_SECONDS = 0.5


class Memory(BaseModel):
    """What is kept. Add fields, don't rename: older files are read by newer emulators."""

    version: Literal[1] = 1
    state: State
    subscriptions: dict[str, Subscription] = {}
    revoked: dict[str, datetime] = {}
    by_hand: ChangesByHand = ChangesByHand()
    consented: frozenset[str] = frozenset()
    """Who said yes on the sign-in page, by object id."""

    def linked(self, world: World) -> "Memory":
        """The same with one object per thing again: JSON repeats a meeting in its event."""
        state = self.state
        for event in state.events.values():
            event.organizer = world.user(event.organizer.id) or event.organizer
            if event.meeting is not None:
                event.meeting = state.meetings.get(event.meeting.id, event.meeting)
        for meeting in state.meetings.values():
            meeting.organizer = world.user(meeting.organizer.id) or meeting.organizer
        for reminder in state.reminders:
            reminder.meeting = state.meetings.get(reminder.meeting.id, reminder.meeting)
        return self


def shortened(state: State) -> State:
    """The state with its latest requests only."""
    return replace(state, requests=state.requests[-REQUESTS_KEPT:])


class Keeper:
    """Writes the memory a moment after it changed, whole or not at all, beside the event loop."""

    def __init__(self, file: Path, dump: Callable[[], bytes]) -> None:
        self._file = file
        self._dump = dump
        self._task: asyncio.Task[None] | None = None
        self._dirty = False

    def load(self) -> Memory | None:
        """The memory, if there is one. One that cannot be read is set aside, and the world begins afresh."""
        if not self._file.exists():
            return None
        try:
            return Memory.model_validate_json(self._file.read_bytes())
        except ValidationError:
            log.warning("emulator.memory_unreadable")
            self._file.replace(self._file.with_suffix(".unreadable"))
            return None

    def changed(self) -> None:
        """Note that there is something to write."""
        self._dirty = True
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._soon())

    async def close(self) -> None:
        """Write what is left."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._write()

    async def _soon(self) -> None:
        while self._dirty:
            await asyncio.sleep(PAUSE_SECONDS)
            await self._write()

    async def _write(self) -> None:
        if self._dirty:
            self._dirty = False
            await asyncio.to_thread(_replace, self._file, self._dump())


def _replace(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_suffix(".writing")
    beside.write_bytes(content)
    os.replace(beside, file)
