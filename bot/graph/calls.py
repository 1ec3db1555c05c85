"""Every Graph call the bot makes: one table that says its path, its permissions and the clouds that have it.

``delegated`` and ``application`` list what Graph accepts, the least first; empty means that the call cannot be made
so. Requests are sent from this table, a refusal is explained from it, and ``doctor`` prints it.
Source: the permission table behind learn.microsoft.com/graph/permissions-reference, and the service schemas.
"""

from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote

from bot.graph.clouds import Cloud, Features

Feature = Literal["online_meetings", "client_link", "sms", "attendance", "arrivals", "bookings", "meeting_times"]
Version = Literal["v1.0", "beta"]


@dataclass(frozen=True)
class Call:
    """One call. ``{owner}`` in the path becomes ``/me`` or ``/users/{object id}``."""

    name: str
    method: Literal["GET", "POST", "PATCH", "PUT", "DELETE"]
    path: str
    delegated: tuple[str, ...]
    application: tuple[str, ...]
    feature: Feature | None = None
    """What a cloud must have for it."""
    policy: bool = False
    """App-only, it needs the Teams application access policy for the owner too."""
    repeatable: bool = True
    """A second time does no harm. False: an answer that was lost leaves the outcome unknown for good."""
    provisions: bool = False
    """A tenant's first visit may answer 409 or 503 with Retry-After for minutes."""
    unsettled: bool = False
    """Sources disagree whether it can be made app-only."""
    version: Version = "v1.0"

    @property
    def is_read(self) -> bool:
        """Whether it changes nothing, so that it may be tried again in the same breath."""
        return self.method == "GET" or self.name in _READS_BY_POST

    def exists_in(self, cloud: Cloud) -> bool:
        """Whether this cloud has it."""
        return self.feature is None or has(cloud.features, self.feature)

    def url(self, owner: str, **ids: str) -> str:
        """The path below the service root, ids percent-encoded: ``/v1.0/users/{id}/events/{event}``."""
        encoded = {name: quote(value, safe="") for name, value in ids.items()}
        return f"/{self.version}{self.path.format(owner=owner, **encoded)}"


def has(features: Features, feature: Feature) -> bool:
    """Whether these features include one."""
    return bool(getattr(features, feature))


_READS_BY_POST = {"get_schedule", "get_staff_availability"}

_CALENDAR_WRITE = ("Calendars.ReadWrite",)
_CALENDAR_READ = ("Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite")
_CALENDAR_READ_APP = ("Calendars.ReadBasic.All", "Calendars.Read", "Calendars.ReadWrite")
_EVENT = "{owner}/events/{event}"
_MEETINGS = "{owner}/onlineMeetings"
_MEETING = "{owner}/onlineMeetings/{meeting}"
_BOOKINGS = "/solutions/bookingBusinesses"
_BUSINESS = "/solutions/bookingBusinesses/{business}"
_APPOINTMENT = "/solutions/bookingBusinesses/{business}/appointments/{appointment}"
_MEETING_READ = ("OnlineMeetings.Read", "OnlineMeetings.ReadWrite")
_MEETING_READ_APP = ("OnlineMeetings.Read.All", "OnlineMeetings.ReadWrite.All")
_MEETING_WRITE = ("OnlineMeetings.ReadWrite",)
_MEETING_WRITE_APP = ("OnlineMeetings.ReadWrite.All",)
_LINK = ("VirtualAppointment.Read", "VirtualAppointment.ReadWrite")
_LINK_APP = ("VirtualAppointment.Read.All", "VirtualAppointment.ReadWrite.All")
_SMS = ("VirtualAppointmentNotification.Send",)
_ARTIFACT = ("OnlineMeetingArtifact.Read.All",)
_BOOK = ("BookingsAppointment.ReadWrite.All", "Bookings.ReadWrite.All", "Bookings.Manage.All")
_BOOK_HIGH = ("Bookings.ReadWrite.All", "Bookings.Manage.All")
_BOOK_READ = ("Bookings.Read.All", *_BOOK)
_BOOK_READ_HIGH = ("Bookings.Read.All", *_BOOK_HIGH)
_BOOK_READ_APP = ("BookingsAppointment.ReadWrite.All", "Bookings.Read.All", *_BOOK_HIGH)
_OLD_READ = ("VirtualAppointment.Read", "VirtualAppointment.ReadWrite", "OnlineMeetings.Read")
_OLD_WRITE = ("VirtualAppointment.ReadWrite", "OnlineMeetings.ReadWrite")

# Calendar. An event's transactionId makes its creation repeatable.
CREATE_EVENT = Call("create_event", "POST", "{owner}/events", _CALENDAR_WRITE, _CALENDAR_WRITE)
FIND_EVENT = Call("find_event", "GET", "{owner}/events", _CALENDAR_READ, _CALENDAR_READ_APP)
READ_EVENT = Call("read_event", "GET", _EVENT, _CALENDAR_READ, _CALENDAR_READ_APP)
CHANGE_EVENT = Call("change_event", "PATCH", _EVENT, _CALENDAR_WRITE, _CALENDAR_WRITE)
CANCEL_EVENT = Call("cancel_event", "POST", f"{_EVENT}/cancel", _CALENDAR_WRITE, _CALENDAR_WRITE)
DELETE_EVENT = Call("delete_event", "DELETE", _EVENT, _CALENDAR_WRITE, _CALENDAR_WRITE)
CALENDAR_VIEW = Call("calendar_view", "GET", "{owner}/calendarView", _CALENDAR_READ, _CALENDAR_READ_APP)
GET_SCHEDULE = Call("get_schedule", "POST", "{owner}/calendar/getSchedule", _CALENDAR_READ, _CALENDAR_READ_APP)

SEND_MAIL = Call("send_mail", "POST", "{owner}/sendMail", ("Mail.Send",), ("Mail.Send",), repeatable=False)

# Online meetings.
CREATE_OR_GET_MEETING = Call(
    "create_or_get_meeting", "POST", f"{_MEETINGS}/createOrGet", _MEETING_WRITE, _MEETING_WRITE_APP,
    feature="online_meetings", policy=True,
)  # fmt: skip
FIND_MEETING = Call(
    "find_meeting", "GET", _MEETINGS, _MEETING_READ, _MEETING_READ_APP, feature="online_meetings", policy=True
)
READ_MEETING = Call(
    "read_meeting", "GET", _MEETING, _MEETING_READ, _MEETING_READ_APP, feature="online_meetings", policy=True
)
CHANGE_MEETING = Call(
    "change_meeting", "PATCH", _MEETING, _MEETING_WRITE, _MEETING_WRITE_APP, feature="online_meetings", policy=True
)
DELETE_MEETING = Call(
    "delete_meeting", "DELETE", _MEETING, _MEETING_WRITE, _MEETING_WRITE_APP, feature="online_meetings", policy=True
)
CLIENT_LINK = Call(
    "client_link", "GET", f"{_MEETING}/getVirtualAppointmentJoinWebUrl", _LINK, _LINK_APP,
    feature="client_link", policy=True, provisions=True, unsettled=True,
)  # fmt: skip
SEND_SMS = Call(
    "send_sms", "POST", f"{_MEETING}/sendVirtualAppointmentSms", _SMS, _SMS,
    feature="sms", policy=True, provisions=True, unsettled=True, repeatable=False,
)  # fmt: skip
SEND_REMINDER_SMS = Call(
    "send_reminder_sms", "POST", f"{_MEETING}/sendVirtualAppointmentReminderSms", _SMS, _SMS,
    feature="sms", policy=True, provisions=True, unsettled=True, repeatable=False,
)  # fmt: skip
ATTENDANCE_REPORTS = Call(
    "attendance_reports", "GET", f"{_MEETING}/attendanceReports", _ARTIFACT, _ARTIFACT,
    feature="attendance", policy=True,
)  # fmt: skip
ATTENDANCE_RECORDS = Call(
    "attendance_records", "GET", f"{_MEETING}/attendanceReports/{{report}}/attendanceRecords", _ARTIFACT, _ARTIFACT,
    feature="attendance", policy=True,
)  # fmt: skip

# Microsoft Bookings. Nothing here has a key that makes a creation repeatable.
LIST_BUSINESSES = Call("list_businesses", "GET", _BOOKINGS, _BOOK_READ, _BOOK_READ_HIGH, feature="bookings")
READ_BUSINESS = Call("read_business", "GET", _BUSINESS, _BOOK_READ, _BOOK_READ_APP, feature="bookings")
LIST_SERVICES = Call("list_services", "GET", f"{_BUSINESS}/services", _BOOK_READ, _BOOK_READ_APP, feature="bookings")
LIST_STAFF = Call("list_staff", "GET", f"{_BUSINESS}/staffMembers", _BOOK_READ, _BOOK_READ_APP, feature="bookings")
STAFF_AVAILABILITY = Call(
    "get_staff_availability", "POST", f"{_BUSINESS}/getStaffAvailability", (),
    (*_BOOK_READ_HIGH, "Calendars.Read", "Calendars.ReadWrite"), feature="bookings",
)  # fmt: skip
CREATE_APPOINTMENT = Call(
    "create_appointment", "POST", f"{_BUSINESS}/appointments", _BOOK, _BOOK, feature="bookings", repeatable=False
)
READ_APPOINTMENT = Call("read_appointment", "GET", _APPOINTMENT, _BOOK_READ, _BOOK_READ_APP, feature="bookings")
APPOINTMENTS_BETWEEN = Call(
    "appointments_between", "GET", f"{_BUSINESS}/calendarView", _BOOK_READ, _BOOK_READ, feature="bookings"
)
CHANGE_APPOINTMENT = Call("change_appointment", "PATCH", _APPOINTMENT, _BOOK, _BOOK, feature="bookings")
DELETE_APPOINTMENT = Call("delete_appointment", "DELETE", _APPOINTMENT, _BOOK, _BOOK, feature="bookings")
CANCEL_APPOINTMENT = Call("cancel_appointment", "POST", f"{_APPOINTMENT}/cancel", _BOOK, _BOOK_HIGH, feature="bookings")

# Who waits: change notifications.
SUBSCRIBE = Call(
    "subscribe", "POST", "/subscriptions", (), _MEETING_READ_APP, feature="arrivals", version="beta", repeatable=False
)
RENEW_SUBSCRIPTION = Call(
    "renew_subscription", "PATCH", "/subscriptions/{subscription}", (), _MEETING_READ_APP,
    feature="arrivals", version="beta",
)  # fmt: skip
REAUTHORIZE_SUBSCRIPTION = Call(
    "reauthorize_subscription", "POST", "/subscriptions/{subscription}/reauthorize", (), _MEETING_READ_APP,
    feature="arrivals", version="beta",
)  # fmt: skip
UNSUBSCRIBE = Call(
    "unsubscribe", "DELETE", "/subscriptions/{subscription}", (), _MEETING_READ_APP, feature="arrivals", version="beta"
)
LIST_SUBSCRIPTIONS = Call(
    "list_subscriptions", "GET", "/subscriptions", (), _MEETING_READ_APP, feature="arrivals", version="beta"
)

# The resource of 2022, retired on 30 June 2023; only for tenants and emulators that still have it.
_OLD = f"{_MEETING}/virtualAppointment"
PUT_OLD_APPOINTMENT = Call(
    "put_virtual_appointment", "PUT", _OLD, _OLD_WRITE, (), feature="client_link", provisions=True, version="beta"
)
READ_OLD_APPOINTMENT = Call(
    "read_virtual_appointment", "GET", _OLD, _OLD_READ, ("VirtualAppointment.Read.All",),
    feature="client_link", provisions=True, version="beta",
)  # fmt: skip
CHANGE_OLD_APPOINTMENT = Call(
    "change_virtual_appointment", "PATCH", _OLD, _OLD_WRITE, (), feature="client_link", version="beta"
)
DELETE_OLD_APPOINTMENT = Call(
    "delete_virtual_appointment", "DELETE", _OLD, _OLD_WRITE, (), feature="client_link", version="beta"
)
SEND_OLD_SMS = Call(
    "send_old_sms", "POST", f"{_MEETING}/sendVirtualAppointmentSms", ("VirtualAppointment.ReadWrite",),
    ("VirtualAppointment.ReadWrite.All",), feature="sms", policy=True, provisions=True, repeatable=False,
    version="beta",
)  # fmt: skip

ALL_CALLS: tuple[Call, ...] = tuple(each for each in list(globals().values()) if isinstance(each, Call))
