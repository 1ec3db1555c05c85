"""Appointments as Bookings writes them.

Source: learn.microsoft.com/graph/api/resources/bookingappointment
"""

from datetime import UTC, datetime
from typing import Any

from bot.graph.emulator.bookings_bodies import AppointmentBody
from bot.graph.emulator.bookings_world import Appointment
from bot.graph.emulator.moments import iso_duration, stamp
from bot.graph.emulator.state import Meeting

NOBODY = "00000000-0000-0000-0000-000000000000"
V1_TO_BETA = {"startDateTime": "start", "endDateTime": "end"}
_NOT_KEPT = ("id", "startDateTime", "endDateTime", "duration", "staffMemberIds", "customers", "serviceName")


def content_of(wanted: AppointmentBody) -> dict[str, Any]:
    """The properties a caller sent, as they are kept and shown again."""
    sent = wanted.model_dump(by_alias=True, exclude_unset=True)
    return {name: value for name, value in sent.items() if name not in _NOT_KEPT}


def with_new_names(body: Any) -> Any:
    """Beta's ``start`` and ``end`` as v1.0 calls them."""
    if not isinstance(body, dict):
        return body
    names = {old: new for new, old in V1_TO_BETA.items()}
    return {names.get(name, name): value for name, value in body.items()}


def old_names(shown: dict[str, Any]) -> dict[str, Any]:
    """v1.0's names as beta calls them."""
    return {V1_TO_BETA.get(name, name): value for name, value in shown.items()}


def appointment_json(
    appointment: Appointment, meeting: Meeting | None, anonymous: bool, *, whole: bool
) -> dict[str, Any]:
    """An appointment. Reminders and notes are there only when it is read by id (``whole``). It has no status."""
    content, first = appointment.content, (appointment.customers or [{}])[0]
    customers = [_customer(each, whole) for each in appointment.customers]
    return {
        "@odata.type": "#microsoft.graph.bookingAppointment",
        "id": appointment.id,
        "selfServiceAppointmentId": NOBODY,
        "additionalInformation": content.get("additionalInformation") or "",
        "isLocationOnline": content["isLocationOnline"],
        "joinWebUrl": meeting.join_url if meeting else None,
        "anonymousJoinWebUrl": meeting.visit_url if meeting and anonymous else None,
        "smsNotificationsEnabled": content.get("smsNotificationsEnabled") or False,
        "optOutOfCustomerEmail": content.get("optOutOfCustomerEmail") or False,
        "isCustomerAllowedToManageBooking": content.get("isCustomerAllowedToManageBooking"),
        "appointmentLabel": content.get("appointmentLabel"),
        "serviceId": content["serviceId"],
        "serviceName": content["serviceName"],
        "serviceNotes": content.get("serviceNotes") if whole else None,
        "serviceLocation": content.get("serviceLocation"),
        "duration": iso_duration(appointment.ends_at - appointment.starts_at),
        "preBuffer": content.get("preBuffer") or "PT0S",
        "postBuffer": content.get("postBuffer") or "PT0S",
        "priceType": content.get("priceType") or "notSet",
        "price": content.get("price") or 0.0,
        "reminders": (content.get("reminders") or []) if whole else [],
        "staffMemberIds": appointment.staff_ids,
        "startDateTime": _moment(appointment.starts_at),
        "endDateTime": _moment(appointment.ends_at),
        "maximumAttendeesCount": content.get("maximumAttendeesCount") or 1,
        "filledAttendeesCount": len(appointment.customers),
        "customerName": first.get("name"),
        "customerEmailAddress": first.get("emailAddress"),
        "customerPhone": first.get("phone"),
        "customerNotes": first.get("notes") if whole else None,
        "customerTimeZone": content.get("customerTimeZone") or first.get("timeZone"),
        "createdDateTime": stamp(appointment.created_at),
        "lastUpdatedDateTime": stamp(appointment.changed_at),
        "customers": customers,
    }


def _customer(customer: dict[str, Any], whole: bool) -> dict[str, Any]:
    shown = {"@odata.type": "#microsoft.graph.bookingCustomerInformation", **customer}
    return shown if whole else {**shown, "notes": None}


def _moment(moment: datetime) -> dict[str, str]:
    """Bookings writes an offset into the text and UTC beside it."""
    return {"dateTime": moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.0000000Z"), "timeZone": "UTC"}
