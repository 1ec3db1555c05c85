"""Appointments and availability as Bookings writes them.

Source: learn.microsoft.com/graph/api/resources/bookingappointment, bookingbusiness-getstaffavailability
"""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from bot.graph.emulator import bookings_rules as rules
from bot.graph.emulator.bookings_bodies import AppointmentBody
from bot.graph.emulator.bookings_world import Appointment, Business
from bot.graph.emulator.moments import iso_duration, stamp
from bot.graph.emulator.schedule import taken
from bot.graph.emulator.state import Meeting, State
from bot.graph.emulator.world import World
from bot.graph.emulator.zone_words import display_name

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


def availability_json(
    world: World, state: State, business: Business, staff_id: str, since: datetime, until: datetime
) -> dict[str, Any]:
    """One staff member's stretches: out of office outside hours, busy where something is, available elsewhere."""
    zone, label = rules.zone_of_business(business), display_name(business.mailbox.time_zone)
    user = world.user(business.staff_members[staff_id]["emailAddress"])
    own = taken(state, user, since, until, but_business=business.id) if user else []
    booked = [
        (*rules.guarded(each), str(each.content["serviceId"]))
        for each in business.appointments.values()
        if each.gone_at is None and staff_id in each.staff_ids
    ]
    busy = booked + [(starts, ends, "") for starts, ends, status, _ in own if status != "free"]
    spans = rules.open_spans(business, staff_id, since, until)
    edges = {since, until}
    edges.update(edge for opens, closes in spans for edge in (opens, closes))
    edges.update(edge for starts, ends, _ in busy for edge in (starts, ends))
    cuts = sorted(each.astimezone(UTC) for each in edges if since <= each <= until)
    items: list[dict[str, Any]] = []
    for start, end in pairwise(cuts):
        service = next((each[2] for each in busy if each[0] < end and each[1] > start), None)
        is_open = any(opens < end and closes > start for opens, closes in spans)
        status = "busy" if service is not None and is_open else "available" if is_open else "outOfOffice"
        if items and (items[-1]["status"], items[-1]["serviceId"]) == (status, service or ""):
            items[-1]["endDateTime"] = _local(end, zone, label)
            continue
        items.append(
            {
                "status": status,
                "startDateTime": _local(start, zone, label),
                "endDateTime": _local(end, zone, label),
                "serviceId": service or "",
            }
        )
    return {"staffId": staff_id, "availabilityItems": items}


def _local(moment: datetime, zone: Any, label: str) -> dict[str, str]:
    return {"dateTime": moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S.0000000"), "timeZone": label}
