"""Bookings' business rules, which an app alone and anyone but an administrator must keep.

Source: learn.microsoft.com/graph/bookingsbusiness-business-rules
"""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.graph.emulator.bookings_world import Appointment, Business
from bot.graph.emulator.exchange import GraphError, bad_request
from bot.graph.emulator.moments import read_duration
from bot.graph.emulator.schedule import taken
from bot.graph.emulator.state import State
from bot.graph.emulator.world import World
from bot.graph.zones import WINDOWS_TO_IANA


def check(
    business: Business, service: dict[str, Any], staff_ids: list[str], since: datetime, until: datetime, now: datetime
) -> None:
    """Refuse an appointment that breaks a rule; the service's own policy beats the business's."""
    if until - since != read_duration(service["defaultDuration"]):
        raise bad_request("The appointment's length must equal the service's duration.")
    if since < now + read_duration(_policy(business, service, "minimumLeadTime")):
        raise bad_request("The appointment starts before the minimum lead time.")
    if since > now + read_duration(_policy(business, service, "maximumAdvance")):
        raise bad_request("The appointment starts after the maximum advance.")
    if staff_ids and not _policy(business, service, "allowStaffSelection"):
        raise bad_request("Staff cannot be selected for this service.")
    for staff_id in staff_ids:
        if not within_hours(business, staff_id, since, until):
            raise bad_request("The appointment is outside business hours.")


def _policy(business: Business, service: dict[str, Any], name: str) -> Any:
    own = (service.get("schedulingPolicy") or {}).get(name)
    return business.content["schedulingPolicy"][name] if own is None else own


def hours_of(business: Business, staff_id: str) -> list[dict[str, Any]]:
    """When a staff member can be booked: the business's hours, or their own."""
    member = business.staff_members.get(staff_id, {})
    hours: list[dict[str, Any]] = business.content["businessHours"]
    return hours if member.get("useBusinessHours", True) else member.get("workingHours") or []


def open_spans(business: Business, staff_id: str, since: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """The bookable spans that touch a stretch, in order."""
    zone = _zone_of_hours(business, staff_id)
    day, last = (since.astimezone(zone) - timedelta(days=1)).date(), until.astimezone(zone).date()
    found = []
    while day <= last:
        for hours in hours_of(business, staff_id):
            if hours["day"] == day.strftime("%A").lower():
                for slot in hours["timeSlots"]:
                    ends = (
                        datetime.fromisoformat(f"{day}T{slot[name][:8]}").replace(tzinfo=zone)
                        for name in ("startTime", "endTime")
                    )
                    opens, closes = ends
                    if opens < until and closes > since:
                        found.append((opens, closes))
        day += timedelta(days=1)
    return sorted(found)


def within_hours(business: Business, staff_id: str, since: datetime, until: datetime) -> bool:
    """Whether a stretch lies inside one bookable span."""
    return any(opens <= since and until <= closes for opens, closes in open_spans(business, staff_id, since, until))


def zone_of_business(business: Business) -> ZoneInfo:
    """The zone of its hours."""
    return ZoneInfo(business.mailbox.time_zone)


def _zone_of_hours(business: Business, staff_id: str) -> ZoneInfo:
    """The wall clock hours are on: the business's, or that of a staff member with hours of their own."""
    member = business.staff_members.get(staff_id, {})
    own = "" if member.get("useBusinessHours", True) else member.get("timeZone") or ""
    return ZoneInfo(WINDOWS_TO_IANA.get(own, own)) if own else zone_of_business(business)


def buffers_of(content: dict[str, Any]) -> tuple[timedelta, timedelta]:
    """What an appointment keeps free before and after itself."""
    return read_duration(content.get("preBuffer") or "PT0S"), read_duration(content.get("postBuffer") or "PT0S")


def guarded(appointment: Appointment) -> tuple[datetime, datetime]:
    """The appointment with its buffers."""
    before, after = buffers_of(appointment.content)
    return appointment.starts_at - before, appointment.ends_at + after


def is_taken(
    world: World,
    state: State,
    business: Business,
    staff_id: str,
    since: datetime,
    until: datetime,
    *,
    buffers: tuple[timedelta, timedelta] = (timedelta(0), timedelta(0)),
    but: str = "",
    calendar: bool = True,
) -> bool:
    """Whether a staff member has another appointment then, or, where it counts, something in their own calendar.

    Neither appointment may lie in the other's ``buffers``, before and after.
    """
    before, after = buffers
    for each in business.appointments.values():
        if each.gone_at is None and each.id != but and staff_id in each.staff_ids:
            starts, ends = guarded(each)
            if starts < until and ends > since:
                return True
            if each.starts_at < until + after and each.ends_at > since - before:
                return True
    member = business.staff_members[staff_id]
    user = world.user(member["emailAddress"])
    if user is None or not calendar or not member["availabilityIsAffectedByPersonalCalendar"]:
        return False
    spans = taken(state, user, since, until, but_business=business.id)
    return any(status in ("busy", "oof") for _, _, status, _ in spans)


def slot_conflict() -> GraphError:
    """What a taken slot and an unknown staff id were answered with (observed: microsoft-graph-docs-contrib 8907)."""
    return GraphError(500, "UnknownError", "")
