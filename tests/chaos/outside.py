"""What is there outside, whichever backend holds the visits: slots, meetings, and hands in the calendar."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.graph.config import Backend
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.state import Event


class Outside:
    """The emulator's memory, read by backend."""

    def __init__(self, emulator: GraphEmulator, backend: Backend) -> None:
        self._emulator = emulator
        self._backend = backend

    def slots(self) -> list[tuple[datetime, datetime]]:
        """Start and end of everything that stands in a calendar for a visit."""
        state = self._emulator.state
        if self._backend == "outlook":
            return [(each.starts_at, each.ends_at) for each in self._events()]
        if self._backend == "meeting":
            return [(each.starts_at, each.ends_at) for each in state.meetings.values() if not each.deleted_at]
        appointments = [each for business in state.businesses.values() for each in business.appointments.values()]
        return [(each.starts_at, each.ends_at) for each in appointments if not (each.cancelled or each.gone_at)]

    def move_by_hand(self, starts_at: datetime, length: timedelta) -> bool:
        """Somebody drags the visit elsewhere in Outlook; False where nothing is there."""
        event = next(self._events(), None)
        if event is None or self._backend != "outlook":
            return False
        self._emulator.outlook.move_by_hand(event.id, starts_at, starts_at + length, self._emulator.clock.now())
        return True

    def delete_by_hand(self) -> bool:
        """Somebody deletes the visit in Outlook; False where nothing is there."""
        event = next(self._events(), None)
        if event is None or self._backend != "outlook":
            return False
        self._emulator.outlook.delete_by_hand(event.id, self._emulator.clock.now())
        return True

    def _events(self) -> Iterator[Event]:
        return (each for each in self._emulator.state.events.values() if not (each.cancelled or each.deleted_at))
