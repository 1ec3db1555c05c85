"""Visits as appointments of a Microsoft Bookings business."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.graph import calls, wire
from bot.graph.bookings_catalog import Catalog, Catalogs
from bot.graph.bookings_rules import rules_for
from bot.graph.bookings_times import StaffTimes
from bot.graph.bookings_wire import (
    Appointment,
    AppointmentTimes,
    Business,
    NewAppointment,
    instant_of,
    marker,
)
from bot.graph.calls import Call
from bot.graph.clouds import Features
from bot.graph.identity import Seat, acting_business, acting_person
from bot.graph.online_backend import Footing, OnlineBackend
from bot.graph.refs import Ref, organizer_in
from bot.visits.errors import CalendarBusy, CalendarRefused, OutcomeUnknown
from bot.visits.models.clinic import StaffMember
from bot.visits.models.objections import PlaceRules
from bot.visits.models.slots import BusySpan, Slot
from bot.visits.models.values import StaffId
from bot.visits.models.visit import Visit
from bot.visits.ports.calendar import CalendarEntry, SmsKind

log = logging.getLogger(__name__)

AFTER_ERROR = 15.0
"""Seconds before a creation that failed without a trace is tried again."""


class BookingsCalendar(OnlineBackend):
    """Visits as Bookings appointments: types are its services. Implements ``bot.visits.ports.calendar.Calendar``.

    Nothing makes a creation repeatable here, so the visit's id is written in the notes for staff and looked up first.
    The visit's ``backend`` may name a business: ``bookings:clinic@contoso.onmicrosoft.com``.
    """

    backend = "bookings"

    def __init__(
        self, on: Footing, *, business: str, clock: Clock, bookings_tells: bool = False, deadline: float
    ) -> None:
        """``bookings_tells``: Bookings mails and texts the client, and our own effects do not."""
        super().__init__(on)
        self._business = business
        self._clock = clock
        self._bookings_tells = bookings_tells
        self._catalogs = Catalogs(on.graph, on.seating, clock)
        self._staff = StaffTimes(on.graph, on.seating, self._catalogs, business=business, deadline=deadline)
        self._too_many_staff = False

    @property
    def features(self) -> Features:
        """Exactly one of us and Bookings writes to the client."""
        cloud = self._graph.cloud.features
        return replace(cloud, invitations=False, sms=cloud.sms and not self._bookings_tells)

    @property
    def notices(self) -> Sequence[str]:
        """More staff than the Teams queue view can show."""
        return ("bookings_too_many_staff",) if self._too_many_staff else ()

    def tells(self, visit: Visit) -> bool:
        """Whether our texts reach the client, or Bookings writes to them."""
        return visit.client_can_be_told if self._bookings_tells else super().tells(visit)

    async def businesses(self) -> Sequence[Business]:
        """The businesses a person can choose from."""
        return await self._catalogs.businesses(acting_person())

    async def begin(self) -> None:
        """Begin to read what the business offers, so that the first visit need not wait for it."""
        await self._catalogs.begin(self._business)

    async def catalog(self, business: str | None = None) -> Catalog:
        """Services and staff of a business."""
        found = await self._catalogs.of(business or acting_business() or self._business, acting_person())
        self._too_many_staff = found.has_too_many_staff
        return found

    # --- the port -------------------------------------------------------------------------------------

    async def busy(
        self, staff: Sequence[StaffMember], since: datetime, until: datetime
    ) -> Mapping[StaffId, Sequence[BusySpan]]:
        """What Bookings and Outlook each call busy: either was found free where the other was not.

        Raises: CalendarUnreadable naming the staff.
        """
        outlook, booked = await asyncio.gather(
            self._schedules.busy(staff, since, until), self._staff.busy(staff, since, until, acting_person())
        )
        return {each.id: [*outlook[each.id], *booked.get(each.id, ())] for each in staff}

    async def place_rules(
        self, type_name: str, staff: StaffMember, time_zone: str, *, own: Visit | None = None
    ) -> PlaceRules:
        """The rules of the business. The app alone must keep them; for whoever is signed in they can be overruled:
        Bookings lets its administrators, and nobody tells us who they are.
        """
        business = self._business_of(own) if own else acting_business() or self._business
        person = acting_person()
        catalog = await self._catalogs.with_both(business, person, type_name, staff)
        seat = await self._seating.beside(calls.CREATE_APPOINTMENT, person, shared=business)
        can_override = seat.person is not None
        return rules_for(catalog, type_name, staff, zone=time_zone, can_override=can_override, is_new=own is None)

    async def add(self, visit: Visit, *, request_id: str) -> CalendarEntry:
        """Make the appointment, unless it is there.

        A 5xx says nothing: one was seen although the appointment had been made, and one is what a taken slot gets. So
        it is looked up again, and only then called busy.
        Source: POST /solutions/bookingBusinesses/{id}/appointments,
        learn.microsoft.com/graph/api/bookingbusiness-post-appointments
        """
        there = await self.find(visit)
        if there is not None:
            return there
        business = self._business_of(visit)
        catalog = await self._catalogs.with_both(business, visit.requested_by, visit.type_name, visit.organizer)
        seat = await self._seat(calls.CREATE_APPOINTMENT, visit, business)
        self._refuse_broken(visit, catalog, seat)
        service, member = catalog.service_named(visit.type_name), catalog.member(visit.organizer)
        body = NewAppointment.of(visit, service, member, bookings_tells=self._bookings_tells).to_json()
        try:
            answer = await self._graph.ask(calls.CREATE_APPOINTMENT, seat, body=body, business=business)
        except OutcomeUnknown:
            return await self._after_error(visit)
        return _entry(business, Appointment.model_validate(answer))

    async def find(self, visit: Visit) -> CalendarEntry | None:
        """The appointment whose notes name the visit, on the days around its start."""
        if visit.event_id is not None:
            return await self.read(visit)
        business = self._business_of(visit)
        seat = await self._seat(calls.APPOINTMENTS_BETWEEN, visit, business)
        day = timedelta(days=1)
        query = {"start": wire.zulu(visit.starts_at - day), "end": wire.zulu(visit.ends_at + day)}
        async for item in self._graph.pages(calls.APPOINTMENTS_BETWEEN, seat, query=query, business=business):
            listed = Appointment.model_validate(item)
            starts = listed.starts
            if starts is not None and instant_of(starts, (visit.time_zone,)) != visit.starts_at:
                continue
            whole = await self._appointment(visit, business, listed.id)  # notes are not in lists
            if whole is not None and marker(visit) in (whole.service_notes or ""):
                return _entry(business, whole)
        return None

    async def read(self, visit: Visit) -> CalendarEntry | None:
        """The appointment by its id; None when it is gone."""
        if visit.event_id is None:
            return await self.find(visit)
        ref = self._ref(visit)
        appointment = await self._appointment(visit, ref.owner, ref.id)
        return None if appointment is None else _entry(ref.owner, appointment)

    async def _slot(self, visit: Visit) -> Slot | None:
        ref = self._ref(visit)
        found = await self._appointment(visit, ref.owner, ref.id)
        if found is None or found.starts is None or found.ends is None:
            return None
        starts_at, ends_at = (instant_of(each, (visit.time_zone,)) for each in (found.starts, found.ends))
        return Slot(starts_at=starts_at, duration=ends_at - starts_at)

    async def client_link(self, visit: Visit) -> str:
        """The appointment's own browser link, where its service has one; else that of its meeting."""
        ref = self._ref(visit)
        appointment = await self._appointment(visit, ref.owner, ref.id)
        if appointment is None:
            raise CalendarRefused(404, "no_appointment", reason="not_found")
        return appointment.anonymous_join_web_url or await super().client_link(visit)

    async def move(self, visit: Visit) -> CalendarEntry:
        """Bring the appointment to the visit's present start and length. Answers nothing, so it is read back.

        Source: learn.microsoft.com/graph/api/bookingappointment-update
        """
        ref = self._ref(visit)
        seat = await self._seat(calls.CHANGE_APPOINTMENT, visit, ref.owner)
        catalog = await self._catalogs.with_both(ref.owner, visit.requested_by, visit.type_name, visit.organizer)
        self._refuse_broken(visit, catalog, seat)
        times = AppointmentTimes(
            start_date_time=wire.GraphDateTime.utc(visit.starts_at), end_date_time=wire.GraphDateTime.utc(visit.ends_at)
        )
        await self._graph.ask(
            calls.CHANGE_APPOINTMENT, seat, body=times.to_json(), business=ref.owner, appointment=ref.id
        )
        return CalendarEntry(event_id=visit.event_id or "", join_url=visit.join_url)

    async def invite_client(self, visit: Visit) -> None:
        """Nothing: the client is the appointment's customer, and who writes to them is settled when it is made."""

    async def cancel(self, visit: Visit, comment: str = "") -> None:
        """Call the appointment off; one that is gone already is fine.

        An app with BookingsAppointment.ReadWrite.All alone may delete but, by the permission table, not cancel.
        Source: learn.microsoft.com/graph/api/bookingappointment-cancel
        """
        ref = self._ref(visit)
        seat = await self._seat(calls.CANCEL_APPOINTMENT, visit, ref.owner)
        body = {"cancellationMessage": comment}
        try:
            await self._graph.ask(calls.CANCEL_APPOINTMENT, seat, body=body, business=ref.owner, appointment=ref.id)
        except CalendarRefused as refused:
            if refused.status == 403 and seat.person is None:
                await self._delete(visit, ref)
            elif refused.status != 404:
                raise

    async def send_sms(self, visit: Visit, kind: SmsKind) -> None:
        """Text the client, unless that is Bookings' part."""
        if self._bookings_tells:
            raise CalendarRefused(400, "bookings_tells", reason="bookings_tells")
        await super().send_sms(visit, kind)

    # --- how it is done -------------------------------------------------------------------------------

    async def _after_error(self, visit: Visit) -> CalendarEntry:
        """What became of a creation that failed: there, or refused because the slot is taken, or to be tried again."""
        there = await self.find(visit)
        if there is not None:
            return there
        taken = await self._staff.busy([visit.organizer], visit.starts_at, visit.ends_at, visit.requested_by)
        if any(visit.slot.overlaps(_slot_of(span)) for span in taken.get(visit.organizer.id, ())):
            raise CalendarRefused(500, "slot_taken", reason="bookings_taken")
        raise CalendarBusy(AFTER_ERROR, reason="bookings_unclear")

    async def _delete(self, visit: Visit, ref: Ref) -> None:
        seat = await self._seat(calls.DELETE_APPOINTMENT, visit, ref.owner)
        try:
            await self._graph.ask(calls.DELETE_APPOINTMENT, seat, business=ref.owner, appointment=ref.id)
        except CalendarRefused as refused:
            if refused.status != 404:
                raise

    async def _appointment(self, visit: Visit, business: str, appointment_id: str) -> Appointment | None:
        seat = await self._seat(calls.READ_APPOINTMENT, visit, business)
        try:
            answer = await self._graph.ask(calls.READ_APPOINTMENT, seat, business=business, appointment=appointment_id)
        except CalendarRefused as refused:
            if refused.status == 404:
                return None
            raise
        return Appointment.model_validate(answer)

    def _refuse_broken(self, visit: Visit, catalog: Catalog, seat: Seat) -> None:
        """Raise CalendarRefused for the first rule that Bookings would refuse the visit for."""
        rules = rules_for(
            catalog,
            visit.type_name,
            visit.organizer,
            zone=visit.time_zone,
            can_override=seat.person is not None,
            is_new=visit.event_id is None,
        )
        for each in rules(visit.slot, self._clock.now()):
            if not each.can_override:
                raise CalendarRefused(400, "business_rule", reason=each.code, **each.facts)

    async def _seat(self, call: Call, visit: Visit, business: str) -> Seat:
        return await self._seating.beside(call, visit.requested_by, shared=business)

    def _business_of(self, visit: Visit) -> str:
        return visit.backend.partition(":")[2] or self._business

    def _ref(self, visit: Visit) -> Ref:
        if visit.event_id is None:
            raise CalendarRefused(404, "no_event", reason="not_found")
        business, mark, appointment = visit.event_id.partition("|")
        return Ref(business, appointment) if mark else Ref(self._business_of(visit), visit.event_id)

    def _owner(self, visit: Visit) -> str:
        """Who organizes the meeting: it is written in the join URL, and nowhere documented."""
        return organizer_in(visit.join_url or "") or visit.organizer.id


def _entry(business: str, appointment: Appointment) -> CalendarEntry:
    return CalendarEntry(event_id=f"{business}|{appointment.id}", join_url=appointment.join_web_url)


def _slot_of(span: BusySpan) -> Slot:
    return Slot(starts_at=span.starts_at, duration=span.ends_at - span.starts_at)
