"""When something is due: before a visit, or in somebody's morning. Pure."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from hashlib import blake2b
from zoneinfo import ZoneInfo

from bot.visits.models.clinic import Clinic
from bot.visits.models.people import Preferences
from bot.visits.models.visit import Visit

SPREAD = timedelta(seconds=50)
"""Everybody's visits begin on the hour: what is told of them is spread over the minute, and never early."""


def wanted_reminders(visit: Visit, clinic: Clinic, chosen: Preferences) -> tuple[timedelta, ...]:
    """How long before the visit its organizer is reminded: as they chose, else as the type says, else the clinic."""
    kind = clinic.type_named(visit.type_name)
    of_type = kind.reminders if kind is not None else None
    wanted = next(each for each in (chosen.reminders, of_type, clinic.reminders) if each is not None)
    return tuple(sorted({each for each in wanted if each > timedelta(0)}, reverse=True))


def reminder_due(visit: Visit, before: timedelta) -> datetime:
    """So long before the visit, and up to a minute later."""
    room = SPREAD if before > 2 * SPREAD else timedelta(0)
    return visit.starts_at - before + spread(f"{visit.id}:{minutes_of(before)}", room)


def spread(key: str, room: timedelta) -> timedelta:
    """Somewhere in the room, always the same place for a key."""
    digest = blake2b(key.encode(), digest_size=4).digest()
    return room * (int.from_bytes(digest, "big") / 2**32)


def minutes_of(before: timedelta) -> int:
    """Whole minutes."""
    return int(before.total_seconds() // 60)


def morning(day: date, at: time, zone: str) -> datetime:
    """A wall time on a day, in UTC. One that the clock jumps over comes as much later; of two equal ones the first."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def day_of(day: date, zone: str) -> tuple[datetime, datetime]:
    """From midnight to midnight there, in UTC."""
    return morning(day, time(0), zone), morning(day + timedelta(days=1), time(0), zone)


def nearer_is_due(visit: Visit, before: timedelta, wanted: Sequence[timedelta], now: datetime) -> bool:
    """Whether a reminder closer to the visit is due as well, as after a night of standing still: that one is enough."""
    return any(other < before and reminder_due(visit, other) <= now for other in wanted)
