"""The customers of an appointment, and what Bookings tells them by itself.

Source: learn.microsoft.com/graph/api/resources/bookingcustomerinformation, bookingappointment
"""

import uuid
from datetime import datetime
from typing import Any

from bot.graph.emulator.bookings_bodies import AppointmentBody
from bot.graph.emulator.bookings_world import Appointment, Business
from bot.graph.emulator.exchange import bad_request
from bot.graph.emulator.state import Mail, SmsType, State
from bot.graph.emulator.visit_link import is_us_number
from bot.graph.zones import windows_name


def customers_of(
    business: Business, wanted: AppointmentBody, before: list[dict[str, Any]] | None = None
) -> list[dict[str, Any]]:
    """Customers with their ids. Without an id one is made; where several may attend, ids must exist already and
    unknown ones are silently dropped.
    """
    service = business.services.get(wanted.service_id or "", {})
    several = max(wanted.maximum_attendees_count or 1, service.get("maximumAttendeesCount") or 1) > 1
    found = []
    for position, each in enumerate(wanted.customers or []):
        sent = each.model_dump(by_alias=True, exclude_unset=True)
        held = before[position]["customerId"] if before and position < len(before) else None
        if held and sent.get("customerId") not in (None, held):
            raise bad_request("The customerId of an appointment cannot be changed.")
        known = sent.get("customerId") or held
        if known is not None and known not in business.customers:
            continue
        if known is None and several:
            continue
        if known is None:
            known = str(uuid.uuid4())
            phones = [{"number": sent["phone"], "type": "mobile"}] if sent.get("phone") else []
            business.customers[known] = {
                "@odata.type": "#microsoft.graph.bookingCustomer",
                "id": known,
                "displayName": sent.get("name") or "",
                "emailAddress": sent.get("emailAddress"),
                "phones": phones,
                "addresses": [],
            }
        found.append({**sent, "customerId": known})
    return found


def tell(
    state: State, business: Business, appointment: Appointment, kind: SmsType, now: datetime, words: str = ""
) -> None:
    """Bookings writes to customers by itself, unless the appointment opts out; texts only where it says so."""
    mails = {"confirmation": "invitation", "reschedule": "update", "cancellation": "cancellation"}
    meeting = state.meetings.get(appointment.meeting_id or "")
    for each in appointment.customers:
        if each.get("emailAddress") and not appointment.content.get("optOutOfCustomerEmail"):
            name = appointment.content["serviceName"]
            sent: Any = mails[kind]
            state.mails.append(Mail(business.id, each["emailAddress"], sent, name, words, now))
        texts = appointment.content.get("smsNotificationsEnabled") and meeting is not None
        if texts and meeting is not None and is_us_number(each.get("phone") or ""):
            state.text(meeting, each["phone"], windows_name(business.mailbox.time_zone), kind, now)
