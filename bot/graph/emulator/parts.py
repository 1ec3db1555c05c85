"""The world's smallest parts: zones, weekdays, people and what is in their calendars."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError(f"{name!r} is not an IANA time zone name")
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Part(BaseModel):
    """A piece of the world. A misspelled key is an error, not a silent default."""

    model_config = ConfigDict(extra="forbid", validate_assignment=True)


class Busy(Part):
    """A stretch of a calendar that is not free: on one date, or every week on some weekdays. Wall times."""

    starts: time
    ends: time
    subject: str = "Busy"
    status: Literal["tentative", "busy", "oof", "workingElsewhere"] = "busy"
    on: date | None = None
    weekly: tuple[Weekday, ...] = ()

    def falls_on(self, day: date) -> bool:
        """Whether the stretch is there on this date."""
        return day == self.on or WEEKDAYS[day.weekday()] in self.weekly


def busy_between(starts_at: datetime, ends_at: datetime, zone: str, subject: str) -> Iterator[Busy]:
    """A stretch as the parts of it on each date of a zone."""
    starts, ends = (each.astimezone(ZoneInfo(zone)) for each in (starts_at, ends_at))
    day = starts.date()
    while day <= ends.date():
        first = starts.time() if day == starts.date() else time()
        last = ends.time() if day == ends.date() else time.max
        if first < last:
            yield Busy(on=day, starts=first, ends=last, subject=subject)
        day += timedelta(days=1)


class User(Part):
    """Someone in the directory, with a mailbox."""

    id: str
    name: str
    mailbox: str
    upn: str = ""
    job_title: str | None = None
    time_zone: Zone = "America/Los_Angeles"
    work_days: tuple[Weekday, ...] = WEEKDAYS[:5]
    work_starts: time = time(8)
    work_ends: time = time(18)
    busy: tuple[Busy, ...] = ()
    teams_premium: bool = True
    mailbox_error: str | None = None
    """When set, free/busy answers this response code instead of times."""
    consented: bool = True
    """Whether the app may act for this person; without it on-behalf-of answers ``consent_required``."""
    needs_claims: bool = False
    """Whether conditional access wants more of this person first: on-behalf-of answers with claims."""

    def answers_to(self, key: str) -> bool:
        """Whether this key (object id, UPN or mailbox) means this person."""
        return key.casefold() in {self.id.casefold(), self.mailbox.casefold(), self.upn.casefold()} - {""}
