"""When Bookings says its staff are taken.

Source: POST /solutions/bookingBusinesses/{id}/getStaffAvailability, learn.microsoft.com/graph/api/
bookingbusiness-getstaffavailability
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.graph import calls, wire
from bot.graph.bookings_catalog import Catalogs
from bot.graph.bookings_wire import AvailabilityItem, availability_of, instant_of
from bot.graph.client import GraphClient
from bot.graph.identity import Seating, acting_business
from bot.visits.errors import CalendarBusy, CalendarRefused, CalendarUnreadable, SignInNeeded
from bot.visits.models.clinic import StaffMember
from bot.visits.models.slots import BusySpan
from bot.visits.models.values import StaffId

log = logging.getLogger(__name__)

FREE = frozenset({"available", "slotsavailable"})
"""Folded: the sample prints statuses with a capital, the schema without. One that came later is not free."""
OUT_OF_OFFICE = "outOfOffice"


class StaffTimes:
    """Staff availability of one business."""

    def __init__(
        self, graph: GraphClient, seating: Seating, catalogs: Catalogs, *, business: str, deadline: float
    ) -> None:
        self._graph = graph
        self._seating = seating
        self._catalogs = catalogs
        self._business = business
        self._deadline = deadline

    async def busy(
        self, staff: Sequence[StaffMember], since: datetime, until: datetime, person: str | None
    ) -> Mapping[StaffId, Sequence[BusySpan]]:
        """What Bookings knows of those who are its staff; others are left to Outlook.

        Where the app books by itself, nothing goes over any of it; a signed-in person was seen to book over personal
        calendars, and never over another appointment.
        Observed: microsoft-graph-docs-contrib issue 8907.

        Raises: CalendarUnreadable naming the staff, SignInNeeded.
        """
        try:
            async with asyncio.timeout(self._deadline):
                return await self._read(staff, since, until, person)
        except SignInNeeded:
            raise
        except (TimeoutError, ValueError, CalendarBusy, CalendarRefused) as error:
            log.warning("calendar.unreadable", extra={"why": type(error).__name__, "backend": "bookings"})
            raise CalendarUnreadable(staff=", ".join(each.display_name for each in staff)) from error

    async def _read(
        self, staff: Sequence[StaffMember], since: datetime, until: datetime, person: str | None
    ) -> Mapping[StaffId, Sequence[BusySpan]]:
        business = acting_business() or self._business
        catalog = await self._catalogs.of(business, person)
        ids = {known.id: each for each in staff if (known := catalog.known(each)) is not None}
        if not ids:
            return {}
        seat = await self._seating.beside(calls.STAFF_AVAILABILITY, person, shared=business)
        booking = await self._seating.beside(calls.CREATE_APPOINTMENT, person, shared=business)
        body = {
            "staffIds": list(ids),
            "startDateTime": wire.GraphDateTime.utc(since).model_dump(by_alias=True),
            "endDateTime": wire.GraphDateTime.utc(until).model_dump(by_alias=True),
        }
        answer = await self._graph.ask(calls.STAFF_AVAILABILITY, seat, body=body, business=business)
        found = {
            ids[each.staff_id].id: [
                _span(item, ids[each.staff_id], firm=booking.person is None)
                for item in each.availability_items
                if item.status.casefold() not in FREE
            ]
            for each in availability_of(answer)
            if each.staff_id in ids
        }
        if len(found) < len(ids):
            raise ValueError("an answer without everybody who was asked about")
        return found


def _span(item: AvailabilityItem, member: StaffMember, *, firm: bool) -> BusySpan:
    zones = ("UTC", member.time_zone)
    return BusySpan(
        starts_at=instant_of(item.start_date_time, zones),
        ends_at=instant_of(item.end_date_time, zones),
        status=OUT_OF_OFFICE if item.status.casefold() == OUT_OF_OFFICE.casefold() else item.status,
        is_event=False,
        is_firm=firm or bool(item.service_id),
    )
