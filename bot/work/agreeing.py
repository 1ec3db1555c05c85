"""Whether the calendar still says what a text would say: Graph's texts tell what the meeting says, not what we know."""

import asyncio
import logging
from typing import Protocol

from bot.visits.errors import CalendarBusy, CalendarError, CalendarRefused
from bot.visits.models.visit import Visit
from bot.visits.ports.calendar import Calendar
from bot.visits.ports.drift import Drifts

log = logging.getLogger(__name__)

DIFFERS = "calendar_differs"
"""A key under ``effect_reason``."""
LOOKS_FOR = 2.0
"""Seconds."""
LOOK_AGAIN = 60.0
"""Seconds until it is looked again whether somebody has decided about a difference."""


class ShownCalendar(Calendar, Drifts, Protocol):
    """A calendar that also shows what somebody else changed in it."""


async def require_agreement(calendar: Drifts, visit: Visit, *, waits: bool = True) -> None:
    """Before a text that tells a start: raises CalendarBusy while the calendar holds another.

    That is where a move has not got there yet, or where somebody moved or deleted the visit by hand. The desk is asked
    about the latter; until it is answered the client is told nothing. Where the calendar may not be read, or not in
    time, nothing stands against the text. Without ``waits`` it is CalendarRefused, for whoever can ask again.
    """
    differs = "held_up" if visit.calendar_starts_at != visit.starts_at else await _drift(calendar, visit)
    if differs and waits:
        raise CalendarBusy(LOOK_AGAIN, reason=differs)
    if differs:
        raise CalendarRefused(409, reason=differs)


async def _drift(calendar: Drifts, visit: Visit) -> str | None:
    try:
        async with asyncio.timeout(LOOKS_FOR):
            return DIFFERS if await calendar.drifts([visit]) else None
    except CalendarBusy:
        raise
    except (CalendarError, TimeoutError) as unread:
        log.info("calendar.not_compared", extra={"visit_id": visit.id, "reason": type(unread).__name__})
        return None
