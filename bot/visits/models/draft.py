"""A visit that is still being talked about."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from bot.visits.models.values import Frozen, IanaZone, PhoneNumber, StaffId, VisitId


class Draft(Frozen):
    """A visit still being talked about. What was not said is None. ``version`` rises with every change."""

    id: VisitId
    requested_by: str
    """Entra object id of the person who is talking."""
    time_zone: IanaZone
    """What the wall time below means."""
    version: int = 1
    client_name: str | None = Field(default=None, max_length=120, repr=False)
    phone: PhoneNumber | None = Field(default=None, repr=False)
    email: str | None = Field(default=None, repr=False)
    client_time_zone: IanaZone | None = None
    client_language: str = "en"
    type_name: str | None = None
    staff_id: StaffId | None = None
    day: date | None = None
    at: time | None = None
    fold: Literal[0, 1] = 0
    """Which of two equal wall times is meant where the clock goes back: 1 is the later."""
    duration: timedelta | None = Field(default=None, gt=timedelta(0), le=timedelta(days=1))
    """None means the type's own."""
    notes: str = Field(default="", max_length=2000, repr=False)
    """For staff only; never sent to the client."""
    text_client: bool = True
    """Whether the client is sent SMS. Never sent without it."""

    def starts_at(self) -> datetime | None:
        """The instant meant, in UTC, once a day and a time are known."""
        if self.day is None or self.at is None:
            return None
        local = datetime.combine(self.day, self.at, ZoneInfo(self.time_zone)).replace(fold=self.fold)
        return local.astimezone(UTC)
