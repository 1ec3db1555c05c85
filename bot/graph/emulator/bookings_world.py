"""Bookings businesses as data: what a world begins with, and what becomes of it.

Source: learn.microsoft.com/graph/api/resources/booking-api-overview
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from bot.graph.emulator.moments import iso_duration, stamp
from bot.graph.emulator.parts import WEEKDAYS, Part, User, Weekday, Zone
from bot.graph.zones import windows_name

Role = Literal["guest", "administrator", "viewer", "externalGuest", "scheduler", "teamMember"]
NAMESPACE = uuid.UUID("6f1f6a3e-6a40-4c0c-9a5b-0b0c6a1d5e10")


def lasting_id(*parts: str) -> str:
    """A GUID that belongs to these words."""
    return str(uuid.uuid5(NAMESPACE, "/".join(parts)))


class BookingPolicy(Part):
    """When customers may book. The defaults are those of a new business: nothing on the same day."""

    time_slot_interval: timedelta = timedelta(minutes=30)
    minimum_lead_time: timedelta = timedelta(days=1)
    maximum_advance: timedelta = timedelta(days=365)
    allow_staff_selection: bool = True

    def to_json(self) -> dict[str, Any]:
        """As Graph writes it."""
        return {
            "timeSlotInterval": iso_duration(self.time_slot_interval),
            "minimumLeadTime": iso_duration(self.minimum_lead_time),
            "maximumAdvance": iso_duration(self.maximum_advance),
            "allowStaffSelection": self.allow_staff_selection,
            "sendConfirmationsToOwner": True,
        }


class BookingService(Part):
    """An appointment type."""

    name: str
    duration: timedelta
    buffer_before: timedelta = timedelta(0)
    buffer_after: timedelta = timedelta(0)
    staff: tuple[str, ...] = ()
    """Mailboxes of those who give it."""
    policy: BookingPolicy | None = None
    online: bool = True
    anonymous_join: bool = True
    sms: bool = False
    most_attendees: int = 1


class BookingStaff(Part):
    """Someone with a role in the business."""

    mailbox: str
    role: Role = "teamMember"
    use_business_hours: bool = True
    affected_by_calendar: bool = True


class BookingBusiness(Part):
    """A booking calendar."""

    id: str
    """Looks like an SMTP address."""
    name: str
    time_zone: Zone = "America/Los_Angeles"
    open_days: tuple[Weekday, ...] = WEEKDAYS[:5]
    opens: str = "08:00:00.0000000"
    closes: str = "17:00:00.0000000"
    policy: BookingPolicy = Field(default_factory=BookingPolicy)
    services: tuple[BookingService, ...] = ()
    staff: tuple[BookingStaff, ...] = ()

    def mailbox_user(self) -> User:
        """The booking mailbox as someone of the directory: who its Teams meetings belong to in some worlds."""
        return User(id=lasting_id(self.id), name=self.name, mailbox=self.id, upn=self.id, time_zone=self.time_zone)


@dataclass
class Appointment:
    """A booked appointment."""

    id: str
    content: dict[str, Any]
    """Graph's properties as last written, times and customers apart."""
    starts_at: datetime
    ends_at: datetime
    customers: list[dict[str, Any]]
    staff_ids: list[str]
    created_at: datetime
    changed_at: datetime
    meeting_id: str | None = None
    gone_at: datetime | None = None
    cancelled: bool = False


@dataclass
class Business:
    """A booking calendar with everything in it. The collections hold Graph's JSON by id."""

    content: dict[str, Any]
    mailbox: User
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    staff_members: dict[str, dict[str, Any]] = field(default_factory=dict)
    customers: dict[str, dict[str, Any]] = field(default_factory=dict)
    questions: dict[str, dict[str, Any]] = field(default_factory=dict)
    appointments: dict[str, Appointment] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Its SMTP-like id."""
        return str(self.content["id"])


def opened(business: BookingBusiness, users: tuple[User, ...], now: datetime) -> Business:
    """A business of the world, ready to be booked."""
    windows = windows_name(business.time_zone)
    hours = [
        {
            "day": day,
            "timeSlots": [{"startTime": business.opens, "endTime": business.closes}]
            if day in business.open_days
            else [],
        }
        for day in WEEKDAYS
    ]
    content = {
        "id": business.id,
        "displayName": business.name,
        "businessType": None,
        "email": business.id,
        "phone": "",
        "webSiteUrl": None,
        "languageTag": "en-US",
        "defaultCurrencyIso": "USD",
        "isPublished": True,
        "publicUrl": f"https://outlook.office365.com/owa/calendar/{business.id}/bookings/",
        "createdDateTime": stamp(now),
        "lastUpdatedDateTime": stamp(now),
        "businessHours": hours,
        "schedulingPolicy": business.policy.to_json(),
        "bookingPageSettings": {"businessTimeZone": windows},
    }
    found = Business(content, business.mailbox_user())
    for member in business.staff:
        user = next(each for each in users if each.answers_to(member.mailbox))
        found.staff_members[lasting_id(business.id, user.id)] = {
            "@odata.type": "#microsoft.graph.bookingStaffMember",
            "id": lasting_id(business.id, user.id),
            "displayName": user.name,
            "emailAddress": user.mailbox,
            "role": member.role,
            "timeZone": windows,
            "useBusinessHours": member.use_business_hours,
            "workingHours": hours,
            "availabilityIsAffectedByPersonalCalendar": member.affected_by_calendar,
            "isEmailNotificationEnabled": True,
            "membershipStatus": "active",
            "createdDateTime": stamp(now),
            "lastUpdatedDateTime": stamp(now),
        }
    for service in business.services:
        found.services[lasting_id(business.id, service.name)] = _service(business, service, users, now)
    return found


def _service(
    business: BookingBusiness, service: BookingService, users: tuple[User, ...], now: datetime
) -> dict[str, Any]:
    givers = [each for mailbox in service.staff for each in users if each.answers_to(mailbox)]
    return {
        "id": lasting_id(business.id, service.name),
        "displayName": service.name,
        "description": "",
        "defaultDuration": iso_duration(service.duration),
        "preBuffer": iso_duration(service.buffer_before),
        "postBuffer": iso_duration(service.buffer_after),
        "defaultPrice": 0.0,
        "defaultPriceType": "notSet",
        "defaultReminders": [],
        "isLocationOnline": service.online,
        "isAnonymousJoinEnabled": service.anonymous_join,
        "smsNotificationsEnabled": service.sms,
        "maximumAttendeesCount": service.most_attendees,
        "staffMemberIds": [lasting_id(business.id, each.id) for each in givers],
        "schedulingPolicy": service.policy.to_json() if service.policy else None,
        "customQuestions": [],
        "isHiddenFromCustomers": False,
        "isCustomerAllowedToManageBooking": True,
        "languageTag": "en-US",
        "notes": "",
        "additionalInformation": "",
        "webUrl": None,
        "createdDateTime": stamp(now),
        "lastUpdatedDateTime": stamp(now),
    }
