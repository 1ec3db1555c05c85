"""The parts of a visit that people say: what a message holds, and what is known already, have them alike."""

from datetime import date, time, timedelta
from typing import Literal

from pydantic import Field

from bot.visits.models.values import Frozen, StaffId


class VisitParts(Frozen):
    """What was not said is None. ``day`` and ``at`` are a wall clock's, in ``time_zone``."""

    client_name: str | None = Field(default=None, repr=False)
    phone: str | None = Field(default=None, repr=False)
    email: str | None = Field(default=None, repr=False)
    type_name: str | None = None
    staff_id: StaffId | None = None
    day: date | None = None
    at: time | None = None
    fold: Literal[0, 1] = 0
    duration: timedelta | None = None
    time_zone: str | None = None
    client_time_zone: str | None = None
    client_language: str | None = None
    notes: str | None = Field(default=None, repr=False)
