"""Microsoft Bookings' JSON, v1.0.

Source: learn.microsoft.com/graph/api/resources/bookingappointment and its neighbours, and the v1.0 service schema.
"""

import re
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from pydantic import Field

from bot.graph.wire import GraphDateTime, Sent, Wire, iso_duration, read_instant
from bot.graph.zones import ZoneUnknown, iana_name
from bot.visits.models.values import known_zones
from bot.visits.models.visit import Visit

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?")

DISPLAY_NAMES = {
    "Coordinated Universal Time": "UTC",
    "Hawaii": "Pacific/Honolulu",
    "Alaska": "America/Anchorage",
    "Pacific Time (US & Canada)": "America/Los_Angeles",
    "Arizona": "America/Phoenix",
    "Mountain Time (US & Canada)": "America/Denver",
    "Central Time (US & Canada)": "America/Chicago",
    "Eastern Time (US & Canada)": "America/New_York",
    "Indiana (East)": "America/Indiana/Indianapolis",
    "Atlantic Time (Canada)": "America/Halifax",
    "Dublin, Edinburgh, Lisbon, London": "Europe/London",
    "Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna": "Europe/Berlin",
    "Brussels, Copenhagen, Madrid, Paris": "Europe/Paris",
}
"""Zones as Windows shows them to people, which is how staff availability names them."""


def read_duration(text: str | None) -> timedelta | None:
    """``PT30M``, ``P1D``, ``PT1H15M``; None for nothing. Raises ValueError for anything else."""
    if not text:
        return None
    found = _DURATION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a duration")
    days, hours, minutes, seconds = (int(each or 0) for each in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


class SchedulingPolicy(Wire):
    """When a service, or a whole business, may be booked."""

    minimum_lead_time: str | None = None
    maximum_advance: str | None = None
    allow_staff_selection: bool | None = None
    time_slot_interval: str | None = None


class TimeSlot(Wire):
    """From one wall time to another: ``08:00:00.0000000``."""

    start_time: str
    end_time: str

    def times(self) -> tuple[time, time]:
        """Both, without the digits nobody needs."""
        return time.fromisoformat(self.start_time[:8]), time.fromisoformat(self.end_time[:8])


class WorkHours(Wire):
    """A weekday's spans."""

    day: str
    time_slots: list[TimeSlot] = Field(default_factory=list)


class PageSettings(Wire):
    """How a business shows itself to customers; some clouds do not tell it."""

    business_time_zone: str | None = None


class Business(Wire):
    """A place that can be booked: a calendar, a department."""

    id: str
    display_name: str = ""
    business_hours: list[WorkHours] | None = None
    scheduling_policy: SchedulingPolicy | None = None
    booking_page_settings: PageSettings | None = None


class Service(Wire):
    """What can be booked: an appointment type."""

    id: str
    display_name: str = ""
    default_duration: str | None = None
    pre_buffer: str | None = None
    post_buffer: str | None = None
    is_anonymous_join_enabled: bool | None = None
    maximum_attendees_count: int | None = None
    staff_member_ids: list[str] | None = None
    scheduling_policy: SchedulingPolicy | None = None


class BookingStaff(Wire):
    """Who can be booked. A role we do not know is kept as text."""

    id: str
    display_name: str = ""
    email_address: str | None = None
    role: str | None = None
    time_zone: str | None = None
    use_business_hours: bool | None = None
    working_hours: list[WorkHours] | None = None


class CustomerInformation(Sent):
    """The client of an appointment. Declared as a base type, so each says what it is."""

    odata_type: str = Field(default="#microsoft.graph.bookingCustomerInformation", alias="@odata.type")
    customer_id: str | None = None
    name: str
    email_address: str | None = None
    phone: str | None = None
    time_zone: str | None = None


def marker(visit: Visit) -> str:
    """How staff notes name the visit."""
    return f"Visit {visit.id}"


class NewAppointment(Sent):
    """A visit as a Bookings appointment that does not exist yet."""

    odata_type: str = Field(default="#microsoft.graph.bookingAppointment", alias="@odata.type")
    start_date_time: GraphDateTime
    end_date_time: GraphDateTime
    service_id: str
    staff_member_ids: list[str]
    customers: list[CustomerInformation]
    is_location_online: bool = True
    opt_out_of_customer_email: bool
    sms_notifications_enabled: bool
    service_notes: str
    pre_buffer: str
    post_buffer: str
    maximum_attendees_count: int = 1
    filled_attendees_count: int = 1

    @classmethod
    def of(cls, visit: Visit, service: Service, member: BookingStaff, *, bookings_tells: bool) -> Self:
        """The visit, for its client as a new customer; ``bookings_tells``: Bookings writes to them, and not we."""
        client = CustomerInformation(
            name=visit.client.name,
            email_address=visit.client.email,
            phone=visit.client.phone,
            time_zone=visit.client.time_zone,
        )
        return cls(
            start_date_time=GraphDateTime.utc(visit.starts_at),
            end_date_time=GraphDateTime.utc(visit.ends_at),
            service_id=service.id,
            staff_member_ids=[member.id],
            customers=[client],
            opt_out_of_customer_email=not bookings_tells,
            sms_notifications_enabled=bookings_tells and visit.text_client,
            service_notes=marker(visit),
            pre_buffer=iso_duration(visit.buffer_before),
            post_buffer=iso_duration(visit.buffer_after),
        )


class AppointmentTimes(Sent):
    """All a move sends."""

    odata_type: str = Field(default="#microsoft.graph.bookingAppointment", alias="@odata.type")
    start_date_time: GraphDateTime
    end_date_time: GraphDateTime


class Appointment(Wire):
    """An appointment as Bookings tells it; notes come only when it is read by id."""

    id: str
    start_date_time: GraphDateTime | None = None
    end_date_time: GraphDateTime | None = None
    start: GraphDateTime | None = None
    end: GraphDateTime | None = None
    service_id: str | None = None
    service_notes: str | None = None
    staff_member_ids: list[str] | None = None
    join_web_url: str | None = None
    anonymous_join_web_url: str | None = None

    @property
    def starts(self) -> GraphDateTime | None:
        """The start under either of its names: pages and schema disagree."""
        return self.start_date_time or self.start

    @property
    def ends(self) -> GraphDateTime | None:
        """The end under either of its names."""
        return self.end_date_time or self.end


class AvailabilityItem(Wire):
    """A stretch of a staff member's availability."""

    status: str
    start_date_time: GraphDateTime
    end_date_time: GraphDateTime
    service_id: str | None = None
    """What is booked there; empty or None where it is something else."""


class StaffAvailability(Wire):
    """One staff member's availability."""

    staff_id: str
    availability_items: list[AvailabilityItem] = Field(default_factory=list)


def availability_of(answer: Any) -> list[StaffAvailability]:
    """Both envelopes: the schema says ``value``, the page's sample ``staffAvailabilityItem``."""
    if not isinstance(answer, dict):
        return []
    items = answer.get("value", answer.get("staffAvailabilityItem")) or ()
    return [StaffAvailability.model_validate(each) for each in items]


def instant_of(moment: GraphDateTime, candidates: Iterable[str]) -> datetime:
    """The instant, where the zone is a display name such as ``(UTC-08:00) Pacific Time (US & Canada)``.

    A name nobody knows is taken for that of ``candidates`` whose standard offset it shows.
    Raises ValueError where none fits: a guess would be an hour off half the year.
    """
    label = re.fullmatch(r"\(UTC(?:([+-])(\d\d):(\d\d))?\)\s*(.*)", moment.time_zone.strip())
    if label is None:
        return moment.instant()
    sign, hours, minutes, name = label.groups()
    zone = DISPLAY_NAMES.get(name)
    if zone is None:
        offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
        zone = next((each for each in candidates if _standard_offset(each) == offset), None)
    if zone is None:
        raise ValueError(f"unknown zone {moment.time_zone!r}")
    wall = read_instant(moment.date_time)
    return wall if wall.tzinfo is not None else wall.replace(tzinfo=ZoneInfo(zone))


def read_zone(name: str | None) -> str | None:
    """A zone's IANA name, whichever way Bookings writes it; None for one nobody knows. Samples show both kinds."""
    if not name:
        return None
    try:
        return iana_name(name)
    except ZoneUnknown:
        return name if name in known_zones() else None


def _standard_offset(zone: str) -> timedelta | None:
    try:
        known = ZoneInfo(iana_name(zone))
    except ZoneUnknown:
        known = ZoneInfo(zone)
    january, july = (datetime(2026, month, 1, tzinfo=known).utcoffset() for month in (1, 7))
    return min(each for each in (january, july) if each is not None)
