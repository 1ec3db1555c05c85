"""What may be sent to a calendar. Source: learn.microsoft.com/graph/api/resources/event, calendar-getschedule"""

from typing import Any, Literal

from pydantic import Field

from bot.graph.emulator.bodies import Body


class DateTimeTimeZone(Body):
    """A wall time and what it means."""

    date_time: str
    time_zone: str


class ItemBody(Body):
    """HTML or plain text."""

    content_type: Literal["html", "text", "HTML", "Text"] = "text"
    content: str = ""


class EmailAddress(Body):
    """Whom a message goes to."""

    address: str
    name: str | None = None


class Attendee(Body):
    """Someone invited."""

    email_address: EmailAddress
    type: Literal["required", "optional", "resource"] = "required"
    status: dict[str, Any] | None = None
    proposed_new_time: dict[str, Any] | None = None


class Location(Body):
    """Where, in words."""

    display_name: str | None = None
    location_type: str | None = None
    location_uri: str | None = None
    unique_id: str | None = None
    unique_id_type: str | None = None
    location_email_address: str | None = None
    address: dict[str, Any] | None = None
    coordinates: dict[str, Any] | None = None


class ExtendedProperty(Body):
    """A value of the caller's own, by which events can be found."""

    id: str = Field(pattern=r"^(String|Integer|Boolean|SystemTime) (\{[0-9A-Fa-f-]{36}\} (Name .+|Id 0x\w+)|0x\w+)$")
    value: str


class EventBody(Body):
    """An event to create or change: every property a caller may write."""

    subject: str | None = None
    body: ItemBody | None = None
    start: DateTimeTimeZone | None = None
    end: DateTimeTimeZone | None = None
    location: Location | None = None
    locations: list[Location] | None = None
    attendees: list[Attendee] | None = None
    allow_new_time_proposals: bool | None = None
    categories: list[str] | None = None
    hide_attendees: bool | None = None
    importance: Literal["low", "normal", "high"] | None = None
    is_all_day: bool | None = None
    is_online_meeting: bool | None = None
    is_reminder_on: bool | None = None
    online_meeting_provider: Literal["unknown", "teamsForBusiness", "skypeForBusiness", "skypeForConsumer"] | None = (
        None
    )
    original_start_time_zone: str | None = None
    original_end_time_zone: str | None = None
    recurrence: dict[str, Any] | None = None
    reminder_minutes_before_start: int | None = None
    response_requested: bool | None = None
    sensitivity: Literal["normal", "personal", "private", "confidential"] | None = None
    show_as: Literal["free", "tentative", "busy", "oof", "workingElsewhere", "unknown"] | None = None
    transaction_id: str | None = None
    single_value_extended_properties: list[ExtendedProperty] | None = None


class CancelBody(Body):
    """Why it is called off."""

    comment: str | None = None


class ScheduleBody(Body):
    """A free/busy question."""

    schedules: list[str]
    start_time: DateTimeTimeZone
    end_time: DateTimeTimeZone
    availability_view_interval: int = 30
