"""Graph's JSON as pydantic models. What Graph adds is tolerated; what we send is exactly what is written here.

Source: the v1.0 service schema behind learn.microsoft.com/graph/api.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from bot.graph.zones import ZoneUnknown, iana_name, windows_name
from bot.visits.models.slots import Slot

VISIT_PROPERTY = "String {6e1b2c52-9d3e-4c5e-8f41-3b8d2c7a51f0} Name VisitId"
"""Our own property on the event, by which a visit's event is found again.

Source: learn.microsoft.com/graph/api/resources/extended-properties-overview
"""


class Wire(BaseModel):
    """Something Graph sends: unknown properties and enum members are kept or ignored, never an error."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class Sent(BaseModel):
    """Something we send: nothing but what is written."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="forbid")

    def to_json(self) -> dict[str, Any]:
        """As Graph reads it; what is None stays away."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class GraphDateTime(Wire):
    """A wall time and a Windows zone name, both ways: ``dateTimeTimeZone``."""

    date_time: str
    time_zone: str = "UTC"

    @classmethod
    def at(cls, moment: datetime, zone: str) -> Self:
        """2026-04-14T02:30Z in Asia/Ho_Chi_Minh -> 2026-04-14T09:30:00, 'SE Asia Standard Time'.

        Always the Windows name: Graph takes only some IANA ones. A zone Windows has no name for goes as UTC, and so
        does an hour that the clock shows twice.
        Source: learn.microsoft.com/graph/api/resources/datetimetimezone
        """
        try:
            name = windows_name(zone)
        except ZoneUnknown:
            return cls.utc(moment)
        wall = moment.astimezone(ZoneInfo(zone))
        if wall.replace(fold=0).utcoffset() != wall.replace(fold=1).utcoffset():
            return cls.utc(moment)
        return cls(date_time=wall.replace(tzinfo=None).isoformat(timespec="seconds"), time_zone=name)

    @classmethod
    def utc(cls, moment: datetime) -> Self:
        """The instant as UTC wall time."""
        return cls(date_time=moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds"), time_zone="UTC")

    def instant(self) -> datetime:
        """The instant, in UTC. Up to seven decimals come; an offset in the text wins over the zone.

        Raises ValueError where the time or the zone is not one.
        """
        moment = read_instant(self.date_time)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=_zone(self.time_zone))
        return moment.astimezone(UTC)


def read_instant(text: str) -> datetime:
    """``2026-09-01T15:00:00.0000000Z`` and its kin; naive where no offset is said."""
    return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text))


def _zone(name: str) -> ZoneInfo:
    """A zone by Windows name, IANA name, or a display name such as ``(UTC-08:00) Pacific Time (US & Canada)``."""
    if name in ("UTC", "Coordinated Universal Time", "tzone://Microsoft/Utc", "(UTC) Coordinated Universal Time"):
        return ZoneInfo("UTC")
    try:
        return ZoneInfo(iana_name(name))
    except ZoneUnknown:
        pass
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(f"unknown zone {name!r}") from None


def zulu(moment: datetime) -> str:
    """``2026-09-01T15:00:00Z``: how online meetings write times."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso_duration(length: timedelta) -> str:
    """``PT30M``, ``PT1H15M``."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes or not hours else "")


# --- events -----------------------------------------------------------------------------------------


class EmailAddress(Wire):
    """Name and address, both ways."""

    address: str | None = None
    name: str | None = None


class Attendee(Wire):
    """Someone asked to an event, both ways."""

    email_address: EmailAddress
    type: str = "required"

    @classmethod
    def of(cls, address: str, name: str) -> Self:
        """A required attendee."""
        return cls(email_address=EmailAddress(address=address, name=name))


class ItemBody(Sent):
    """The text of an event. Graph adds the join block to it, so it is sent once and never replaced."""

    content_type: Literal["html", "text"] = "html"
    content: str


class ExtendedProperty(Sent):
    """A property of our own."""

    id: str
    value: str


class NewEvent(Sent):
    """A visit as an event that does not exist yet."""

    subject: str
    body: ItemBody
    start: GraphDateTime
    end: GraphDateTime
    is_online_meeting: bool | None = None
    online_meeting_provider: Literal["teamsForBusiness"] | None = None
    attendees: list[Attendee] | None = None
    allow_new_time_proposals: bool = False
    single_value_extended_properties: list[ExtendedProperty]
    transaction_id: str


class EventTimes(Sent):
    """The new times of an event: all a move sends."""

    start: GraphDateTime
    end: GraphDateTime


class EventAttendees(Sent):
    """The whole list of attendees, as Graph wants it."""

    attendees: list[Attendee]


class OnlineMeetingInfo(Wire):
    """How an event's online meeting is joined."""

    join_url: str | None = None


class Event(Wire):
    """An event as Graph tells it."""

    id: str
    transaction_id: str | None = None
    start: GraphDateTime | None = None
    end: GraphDateTime | None = None
    is_cancelled: bool = False
    online_meeting: OnlineMeetingInfo | None = None
    attendees: list[Attendee] = Field(default_factory=list)

    @property
    def join_url(self) -> str | None:
        """The link for staff, once there is one. ``onlineMeetingUrl`` is not it: that one is null for Teams."""
        return self.online_meeting.join_url if self.online_meeting else None


def slot_between(start: GraphDateTime | None, end: GraphDateTime | None) -> Slot | None:
    """A start and an end as a slot; None where either is missing. Raises ValueError where one cannot be read."""
    if start is None or end is None:
        return None
    starts_at = start.instant()
    return Slot(starts_at=starts_at, duration=end.instant() - starts_at)


class ScheduleQuery(Sent):
    """Whose free and busy to read, and when."""

    schedules: list[str]
    start_time: GraphDateTime
    end_time: GraphDateTime
    availability_view_interval: int = 15


class ScheduleItem(Wire):
    """One stretch of a calendar."""

    status: str = "busy"
    start: GraphDateTime
    end: GraphDateTime


class ScheduleError(Wire):
    """Why one mailbox could not be read."""

    response_code: str = ""


class Schedule(Wire):
    """One mailbox's stretch of calendar."""

    schedule_id: str = ""
    availability_view: str | None = None
    schedule_items: list[ScheduleItem] | None = None
    error: ScheduleError | None = None


def values(answer: Mapping[str, Any] | None) -> Sequence[dict[str, Any]]:
    """The items of a list answer."""
    return list(answer.get("value", ())) if answer else []


# --- mail -------------------------------------------------------------------------------------------


class Recipient(Sent):
    """Whom a message goes to."""

    email_address: EmailAddress


class Message(Sent):
    """A message in plain text."""

    subject: str
    body: ItemBody
    to_recipients: list[Recipient]


class Mail(Sent):
    """Body of sendMail."""

    message: Message
    save_to_sent_items: bool = True
