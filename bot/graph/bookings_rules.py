"""Microsoft Bookings' business rules, said in words before Bookings refuses.

An app alone is no administrator: it must keep every rule. A signed-in administrator of the business may overrule.
Source: learn.microsoft.com/graph/bookingsbusiness-business-rules
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.graph.bookings_catalog import Catalog
from bot.graph.bookings_wire import (
    BookingStaff,
    Business,
    SchedulingPolicy,
    Service,
    WorkHours,
    read_duration,
    read_zone,
)
from bot.visits.models.clinic import StaffMember
from bot.visits.models.objections import Objection, ObjectionCode
from bot.visits.models.slots import Slot

LEAD_TIME = timedelta(days=1)
"""What Bookings assumes where neither service nor business says: no visits on the same day."""
ADVANCE = timedelta(days=365)

Span = tuple[datetime, datetime]


class BookingsRules:
    """What a business holds against slots of one service with one of its staff. Is ``PlaceRules`` of ``bot.visits``.

    Facts: ``service``, ``staff``; ``day`` is an ISO date, ``opens`` and ``closes`` wall times of the business's zone;
    names that end in ``_minutes`` are lengths, in ``_when`` instants.
    """

    def __init__(
        self,
        service: Service,
        business: Business,
        staff: BookingStaff,
        *,
        name: str = "",
        zone: str,
        can_override: bool = False,
        is_new: bool = True,
    ) -> None:
        """``name``: the staff member's. ``zone``: whose wall clock the hours are on where Bookings does not say."""
        own, general = service.scheduling_policy, business.scheduling_policy
        self._facts = {"service": service.display_name, "staff": name or staff.display_name}
        self._can_override = can_override
        self._whatever = tuple(self._always(service, staff, own, general, is_new=is_new))
        self._length = read_duration(service.default_duration)
        lead = read_duration(_text(own, general, "minimum_lead_time"))
        self._lead = LEAD_TIME if lead is None else lead
        self._advance = read_duration(_text(own, general, "maximum_advance")) or ADVANCE
        shared = staff.use_business_hours is not False
        self._hours = business.business_hours if shared else staff.working_hours
        settings = business.booking_page_settings
        said = (settings.business_time_zone if settings else None) if shared else staff.time_zone
        self._zone = ZoneInfo(read_zone(said) or zone)
        self._spans: dict[date, list[Span]] = {}

    def __call__(self, slot: Slot, now: datetime) -> tuple[Objection, ...]:
        """The rules this slot breaks, in the order a person would ask."""
        return (*self._whatever, *self._timing(slot, now), *self._open(slot))

    def _always(
        self,
        service: Service,
        staff: BookingStaff,
        own: SchedulingPolicy | None,
        general: SchedulingPolicy | None,
        *,
        is_new: bool,
    ) -> Iterator[Objection]:
        if service.staff_member_ids and staff.id not in service.staff_member_ids:
            yield self._objection("bookings_not_staff")
        if _first(own, general, "allow_staff_selection") is False:
            yield self._objection("bookings_staff")
        if is_new and (service.maximum_attendees_count or 1) > 1:
            yield for_groups(self._facts)

    def _timing(self, slot: Slot, now: datetime) -> Iterator[Objection]:
        if self._length is not None and self._length != slot.duration:
            yield self._objection("bookings_length", length_minutes=_minutes(self._length))
        if self._lead and slot.starts_at < now + self._lead:
            earliest = _next_minute(now + self._lead)
            notice = {"notice_minutes": _minutes(self._lead), "earliest_when": earliest.isoformat()}
            yield self._objection("bookings_lead_time", **notice)
        if slot.starts_at > now + self._advance:
            yield self._objection("bookings_advance", latest_when=(now + self._advance).isoformat())

    def _open(self, slot: Slot) -> Iterator[Objection]:
        if self._hours is None:
            return
        day = slot.starts_at.astimezone(self._zone).date()
        spans = self._spans.get(day)
        if spans is None:
            spans = self._spans[day] = list(_spans_on(day, self._hours, self._zone))
        if any(opens <= slot.starts_at and slot.ends_at <= closes for opens, closes in spans):
            return
        if not spans:
            yield self._objection("bookings_closed", day=day.isoformat())
            return
        opens, closes = min(spans, key=lambda each: max(each[0] - slot.starts_at, slot.ends_at - each[1], timedelta(0)))
        wall = {"opens": self._wall(opens), "closes": self._wall(closes)}
        yield self._objection("bookings_hours", day=day.isoformat(), **wall)

    def _objection(self, code: ObjectionCode, **facts: str) -> Objection:
        return Objection(code=code, can_override=self._can_override, facts={**self._facts, **facts})

    def _wall(self, moment: datetime) -> str:
        return f"{moment.astimezone(self._zone):%H:%M}"


def rules_for(
    catalog: Catalog, type_name: str, staff: StaffMember, *, zone: str, can_override: bool, is_new: bool
) -> "BookingsRules | Unknown":
    """The rules for an appointment type and a staff member, as the business knows them; a move keeps its client."""
    service, member = catalog.service(type_name), catalog.known(staff)
    facts = {"service": type_name, "staff": staff.display_name}
    if service is None:
        return Unknown("bookings_no_service", facts)
    if member is None:
        return Unknown("bookings_no_staff", facts)
    return BookingsRules(
        service,
        catalog.business,
        member,
        name=staff.display_name,
        zone=zone,
        can_override=can_override,
        is_new=is_new,
    )


class Unknown:
    """A service or a staff member that the business does not have: no slot will do. A ``PlaceRules`` too."""

    def __init__(self, code: ObjectionCode, facts: dict[str, str]) -> None:
        self._found = (Objection(code=code, can_override=False, facts=facts),)

    def __call__(self, slot: Slot, now: datetime) -> tuple[Objection, ...]:
        """The same for every slot."""
        return self._found


def for_groups(facts: dict[str, str]) -> Objection:
    """A service for several clients wants customers that exist already, and drops any other without a word.

    Source: learn.microsoft.com/graph/api/bookingbusiness-post-appointments
    """
    return Objection(code="bookings_group", can_override=False, facts=facts)


def _spans_on(day: date, hours: list[WorkHours], zone: ZoneInfo) -> Iterator[Span]:
    """The instants between which a day can be booked; a span that closes at midnight ends with the day."""
    for each in hours:
        if each.day.lower() != day.strftime("%A").lower():
            continue
        for slot in each.time_slots:
            opens, closes = slot.times()
            last = day if closes > opens else day + timedelta(days=1)
            yield (
                datetime.combine(day, opens, zone).astimezone(UTC),
                datetime.combine(last, closes if closes > opens else time(), zone).replace(fold=1).astimezone(UTC),
            )


def _first(own: SchedulingPolicy | None, general: SchedulingPolicy | None, name: str) -> object:
    """Service policy beats the business's."""
    values = (getattr(each, name) for each in (own, general) if each is not None)
    return next((each for each in values if each is not None), None)


def _text(own: SchedulingPolicy | None, general: SchedulingPolicy | None, name: str) -> str | None:
    value = _first(own, general, name)
    return value if isinstance(value, str) else None


def _minutes(length: timedelta) -> str:
    return str(int(length.total_seconds()) // 60)


def _next_minute(moment: datetime) -> datetime:
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + timedelta(minutes=1)
