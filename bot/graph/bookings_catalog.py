"""What a Bookings business offers: its services and staff, read once in a while."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.graph import calls
from bot.graph.bookings_wire import BookingStaff, Business, Service
from bot.graph.client import GraphClient
from bot.graph.identity import Seat, Seating
from bot.visits.errors import CalendarRefused
from bot.visits.models import StaffMember

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=5)
MOST_STAFF = 100
"""Beyond it the queue view in Teams fails.

Source: learn.microsoft.com/microsoft-365/frontline/bookings-virtual-visits
"""


@dataclass(frozen=True)
class Catalog:
    """One business as it was when read."""

    business: Business
    services: Sequence[Service]
    staff: Sequence[BookingStaff]
    read_at: datetime

    @property
    def has_too_many_staff(self) -> bool:
        """Whether the Teams queue view can no longer show it."""
        return len(self.staff) > MOST_STAFF

    def service(self, name: str) -> Service | None:
        """The service for an appointment type, by its name, if the business has it."""
        return next((each for each in self.services if each.display_name.casefold() == name.casefold()), None)

    def service_named(self, name: str) -> Service:
        """The service for an appointment type, by its name. Raises CalendarRefused where there is none."""
        found = self.service(name)
        if found is None:
            raise CalendarRefused(400, "no_service", reason="bookings_no_service", service=name)
        return found

    def known(self, staff: StaffMember) -> BookingStaff | None:
        """The staff member by address, if the business knows them."""
        wanted = staff.mailbox.casefold()
        return next((each for each in self.staff if (each.email_address or "").casefold() == wanted), None)

    def member(self, staff: StaffMember) -> BookingStaff:
        """The staff member by address. Raises CalendarRefused where the business does not know them."""
        found = self.known(staff)
        if found is None:
            raise CalendarRefused(400, "no_staff", reason="bookings_no_staff", staff=staff.display_name)
        return found


class Catalogs:
    """Catalogs by business, kept for five minutes."""

    def __init__(self, graph: GraphClient, seating: Seating, clock: Clock) -> None:
        self._graph = graph
        self._seating = seating
        self._clock = clock
        self._kept: dict[str, Catalog] = {}

    async def of(self, business: str, person: str | None) -> Catalog:
        """The catalog of a business, read anew when it is older than five minutes."""
        kept = self._kept.get(business)
        if kept is not None and self._clock.now() - kept.read_at < FRESH:
            return kept
        seat = await self._seating.beside(calls.READ_BUSINESS, person, shared=business)
        about = Business.model_validate(await self._graph.ask(calls.READ_BUSINESS, seat, business=business))
        found = Catalog(
            about, await self._services(seat, business), await self._staff(seat, business), self._clock.now()
        )
        if found.has_too_many_staff:
            log.warning("bookings.too_many_staff", extra={"staff_count": len(found.staff)})
        self._kept[business] = found
        return found

    async def businesses(self, person: str | None) -> list[Business]:
        """The businesses there are, so that a person can choose one."""
        seat = await self._seating.beside(calls.LIST_BUSINESSES, person)
        return [Business.model_validate(each) async for each in self._graph.pages(calls.LIST_BUSINESSES, seat)]

    def forget(self, business: str) -> None:
        """Read it anew next time."""
        self._kept.pop(business, None)

    async def _services(self, seat: Seat, business: str) -> list[Service]:
        pages = self._graph.pages(calls.LIST_SERVICES, seat, business=business)
        return [Service.model_validate(each) async for each in pages]

    async def _staff(self, seat: Seat, business: str) -> list[BookingStaff]:
        prefer = ("include-unknown-enum-members",)
        pages = self._graph.pages(calls.LIST_STAFF, seat, prefer=prefer, business=business)
        return [BookingStaff.model_validate(each) async for each in pages]
