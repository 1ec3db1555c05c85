"""What the nouns are made of: ids, instants, zones, phone numbers.

Instants are aware datetimes in UTC; *where* is an IANA name beside them. Every model is frozen data.
"""

from datetime import UTC, date, datetime, time
from functools import cache
from typing import Annotated, NewType
from zoneinfo import available_timezones

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

VisitId = NewType("VisitId", str)
"""Made once, when the draft is made; the idempotency key all the way to Graph."""

StaffId = NewType("StaffId", str)
"""A staff member's Entra object id."""


@cache
def known_zones() -> frozenset[str]:
    """Read once: the standard library walks the whole zone folder at every call."""
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in known_zones():
        raise ValueError(f"{name!r} is not an IANA time zone name such as America/Los_Angeles")
    return name


EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
"""No visit is before or after: so the next day, and the same moment in another zone, is always a date, too."""


def _in_utc(moment: datetime) -> datetime:
    if not EARLIEST <= moment.date() <= LATEST:
        raise ValueError("no instant of a visit")
    return moment.astimezone(UTC)


def _on_the_wall(at: time) -> time:
    if at.tzinfo is not None:
        raise ValueError("a time of the wall clock has no zone")
    return at


IanaZone = Annotated[str, AfterValidator(_known_zone)]
Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]
Day = Annotated[date, Field(ge=EARLIEST, le=LATEST)]
WallTime = Annotated[time, AfterValidator(_on_the_wall)]
PhoneNumber = Annotated[str, Field(pattern=r"^\+[1-9]\d{5,14}$")]
"""E.164, as ``+12065550142``."""


class Frozen(BaseModel):
    """Data that never changes; ``model_copy(update=...)`` makes the next one."""

    model_config = ConfigDict(frozen=True, extra="forbid")
