"""What a Bookings business offers: its services and staff, read once in a while."""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.graph import calls
from bot.graph.bookings_wire import BookingStaff, Business, Service
from bot.graph.client import GraphClient
from bot.graph.identity import Seat, Seating
from bot.visits.errors import CalendarRefused, SignInNeeded
from bot.visits.models.clinic import StaffMember

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=5)
A_MOMENT = timedelta(seconds=15)
"""What is missing in a catalog older than this may have been added since."""
SERVED = timedelta(hours=1)
"""How old a catalog may be while a new one is being read: what it no longer knows, Bookings itself refuses."""
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
    """Catalogs by business, kept for five minutes.

    A reading goes on when whoever waited for it gave up, and everybody who asks meanwhile waits for the same one: else
    a Graph slower than the callers' deadlines would never be read to the end.
    """

    def __init__(self, graph: GraphClient, seating: Seating, clock: Clock) -> None:
        self._graph = graph
        self._seating = seating
        self._clock = clock
        self._kept: dict[str, Catalog] = {}
        self._readings: dict[tuple[str, str | None], asyncio.Task[Catalog]] = {}

    async def of(self, business: str, person: str | None) -> Catalog:
        """The catalog of a business; one older than five minutes is served while a new one is read."""
        kept = self._kept.get(business)
        age = self._clock.now() - kept.read_at if kept is not None else None
        if kept is not None and age is not None and age < FRESH:
            return kept
        reading = await self._reading(business, person)
        if kept is not None and age is not None and age < SERVED:
            return kept
        return await asyncio.shield(reading)

    async def with_both(self, business: str, person: str | None, type_name: str, staff: StaffMember) -> Catalog:
        """The catalog, read anew where it lacks this service or member and is not of this moment."""
        kept = await self.of(business, person)
        lacks = kept.service(type_name) is None or kept.known(staff) is None
        if lacks and self._clock.now() - kept.read_at > A_MOMENT:
            return await asyncio.shield(await self._reading(business, person))
        return kept

    async def begin(self, business: str) -> None:
        """Begin to read, so that the first who asks need not wait. Only the app asks before anybody is here."""
        with contextlib.suppress(SignInNeeded):
            await self._reading(business, None)

    async def _reading(self, business: str, person: str | None) -> asyncio.Task[Catalog]:
        """The reading under way for whoever sits where this person does, begun where there is none."""
        seat = await self._seating.beside(calls.READ_BUSINESS, person, shared=business)
        who = (business, seat.person)
        if who not in self._readings:
            reading = self._readings[who] = asyncio.create_task(self._read(seat, business))
            reading.add_done_callback(lambda _: self._ended(who))
        return self._readings[who]

    def _ended(self, who: tuple[str, str | None]) -> None:
        """Forget a reading; one that failed behind everybody's back is noted, and begun anew by the next who asks."""
        reading = self._readings.pop(who)
        if not reading.cancelled() and (failed := reading.exception()) is not None:
            log.warning("bookings.catalog_unread", extra={"why": type(failed).__name__})

    async def _read(self, seat: Seat, business: str) -> Catalog:
        about, services, staff = await asyncio.gather(
            self._graph.ask(calls.READ_BUSINESS, seat, business=business),
            self._services(seat, business),
            self._staff(seat, business),
        )
        found = Catalog(Business.model_validate(about), services, staff, self._clock.now())
        if found.has_too_many_staff:
            log.warning("bookings.too_many_staff", extra={"staff_count": len(found.staff)})
        self._kept[business] = found
        return found

    async def businesses(self, person: str | None) -> list[Business]:
        """The businesses there are, so that a person can choose one."""
        seat = await self._seating.beside(calls.LIST_BUSINESSES, person)
        return [Business.model_validate(each) async for each in self._graph.pages(calls.LIST_BUSINESSES, seat)]

    async def _services(self, seat: Seat, business: str) -> list[Service]:
        pages = self._graph.pages(calls.LIST_SERVICES, seat, business=business)
        return [Service.model_validate(each) async for each in pages]

    async def _staff(self, seat: Seat, business: str) -> list[BookingStaff]:
        prefer = ("include-unknown-enum-members",)
        pages = self._graph.pages(calls.LIST_STAFF, seat, prefer=prefer, business=business)
        return [BookingStaff.model_validate(each) async for each in pages]
