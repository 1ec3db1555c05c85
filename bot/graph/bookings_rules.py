"""Microsoft Bookings' business rules, said in words before Bookings refuses.

An app alone is no administrator: it must keep every rule. A signed-in administrator of the business may overrule.
Source: learn.microsoft.com/graph/bookingsbusiness-business-rules
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.graph.bookings_wire import BookingStaff, Business, SchedulingPolicy, Service, WorkHours, read_duration
from bot.visits.models import Slot

RuleCode = Literal[
    "bookings_hours",
    "bookings_length",
    "bookings_lead_time",
    "bookings_advance",
    "bookings_staff",
    "bookings_not_staff",
]

LEAD_TIME = timedelta(days=1)
"""What Bookings assumes where neither service nor business says: no visits on the same day."""
ADVANCE = timedelta(days=365)


@dataclass(frozen=True)
class RuleBroken:
    """One rule the slot breaks; ``code`` is a key under ``effect_reason``, ``facts`` fill its sentence."""

    code: RuleCode
    facts: dict[str, str] = field(default_factory=dict)


def broken(
    slot: Slot, service: Service, business: Business, staff: BookingStaff, *, zone: str, now: datetime
) -> list[RuleBroken]:
    """The rules this slot breaks, in the order a person would ask. Service policy beats the business's."""
    own, general = service.scheduling_policy, business.scheduling_policy
    found: list[RuleBroken] = []
    if service.staff_member_ids and staff.id not in service.staff_member_ids:
        found.append(RuleBroken("bookings_not_staff", {"service": service.display_name}))
    if _first(own, general, "allow_staff_selection") is False:
        found.append(RuleBroken("bookings_staff"))
    length = read_duration(service.default_duration)
    if length is not None and length != slot.duration:
        found.append(RuleBroken("bookings_length", {"minutes": str(int(length.total_seconds()) // 60)}))
    lead = read_duration(_text(own, general, "minimum_lead_time"))
    lead = LEAD_TIME if lead is None else lead
    if slot.starts_at < now + lead:
        found.append(RuleBroken("bookings_lead_time", {"hours": _hours(lead)}))
    advance = read_duration(_text(own, general, "maximum_advance")) or ADVANCE
    if slot.starts_at > now + advance:
        found.append(RuleBroken("bookings_advance", {"days": str(advance.days)}))
    hours = business.business_hours if staff.use_business_hours is not False else staff.working_hours
    if hours and not within(slot, hours, zone):
        found.append(RuleBroken("bookings_hours"))
    return found


def within(slot: Slot, hours: Sequence[WorkHours], zone: str) -> bool:
    """Whether the slot lies inside one span of its day."""
    start, end = (each.astimezone(ZoneInfo(zone)) for each in (slot.starts_at, slot.ends_at))
    if start.date() != end.date():
        return False
    day = start.strftime("%A").lower()
    spans = [times.times() for each in hours if each.day.lower() == day for times in each.time_slots]
    return any(opens <= start.time() and end.time() <= closes for opens, closes in spans)


def _first(own: SchedulingPolicy | None, general: SchedulingPolicy | None, name: str) -> object:
    values = (getattr(each, name) for each in (own, general) if each is not None)
    return next((each for each in values if each is not None), None)


def _text(own: SchedulingPolicy | None, general: SchedulingPolicy | None, name: str) -> str | None:
    value = _first(own, general, name)
    return value if isinstance(value, str) else None


def _hours(length: timedelta) -> str:
    return str(int(length.total_seconds()) // 3600)
