"""Bookings appointments: create, read, list, change, cancel, delete.

Source: learn.microsoft.com/graph/api/bookingbusiness-post-appointments, -list-appointments, -list-calendarview,
bookingappointment-get, -update, -cancel, -delete
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.graph.emulator import bookings_rules as rules
from bot.graph.emulator.appointment_book import AppointmentBook, new_content
from bot.graph.emulator.bodies import parse
from bot.graph.emulator.bookings_access import (
    APPOINTMENTS,
    CANCEL,
    LIST,
    READ,
    business_of,
    role_of,
)
from bot.graph.emulator.bookings_bodies import AppointmentBody, CancelAppointmentBody
from bot.graph.emulator.bookings_catalog import everywhere
from bot.graph.emulator.bookings_clients import tell
from bot.graph.emulator.bookings_json import appointment_json, content_of, old_names, with_new_names
from bot.graph.emulator.bookings_world import Appointment, Business
from bot.graph.emulator.exchange import Answer, Call, GraphError, bad_request, not_found
from bot.graph.emulator.lacking import known, lacks
from bot.graph.emulator.moments import read, read_text
from bot.graph.emulator.paging import page
from bot.graph.emulator.routing import Route
from bot.graph.emulator.state import State
from bot.graph.emulator.world import World


class BookingsArea:
    """``…/appointments`` and ``…/calendarView``."""

    def __init__(self, world: World, state: State, visit_base: Callable[[], str | None]) -> None:
        self._world = world
        self._state = state
        self._book = AppointmentBook(world, state, visit_base)

    def routes(self) -> list[Route]:
        """At both roots."""
        business = "bookingBusinesses/{business}"
        one = f"{business}/appointments/{{appointment}}"
        return [
            *everywhere("GET", f"{business}/appointments", self.every, READ),
            *everywhere("POST", f"{business}/appointments", self.create, APPOINTMENTS),
            *everywhere("GET", f"{business}/calendarView", self.view, LIST),
            *everywhere("GET", one, self.read, READ),
            *everywhere("PATCH", one, self.update, APPOINTMENTS),
            *everywhere("DELETE", one, self.delete, APPOINTMENTS),
            *everywhere("POST", f"{one}/cancel", self.cancel, CANCEL),
        ]

    def every(self, call: Call) -> Answer:
        """All appointments; only ``$count`` and ``$expand`` are known, and notes and reminders are left out."""
        if "$filter" in call.query:
            raise bad_request("The query option $filter is not supported here.")
        business = self._business(call)
        rows = [self._row(each, call) for each in business.appointments.values() if each.gone_at is None]
        return page(self._world, call, rows, "appointments")

    def view(self, call: Call) -> Answer:
        """What overlaps a stretch, given as ``start`` and ``end`` (not Outlook's names), with offset."""
        missing = [name for name in ("start", "end") if name not in call.query]
        if missing:
            raise bad_request(f"The query parameter '{missing[0]}' is required.")
        since, until = (read_text(call.query[name], ZoneInfo("UTC"), "BadRequest") for name in ("start", "end"))
        keeps = self._world.switches.bookings_keeps_cancelled
        rows = [
            self._row(each, call)
            for each in sorted(self._business(call).appointments.values(), key=lambda each: each.starts_at)
            if (each.gone_at is None or (keeps and each.cancelled)) and each.starts_at < until and each.ends_at > since
        ]
        return page(self._world, call, rows, "calendarView")

    def create(self, call: Call) -> Answer:
        """201. There is no key: a repeat makes a second appointment.

        An app alone must name staff (else 400 "Invalid Staff") and keep every business rule. A taken slot and an
        unknown staff id were seen as 500 with an empty error; in some worlds the appointment is there all the same.
        Observed: microsoft-graph-docs-contrib issues 8907, 1598.
        """
        business = self._business(call, writes=True)
        wanted = self._parsed(call)
        service = business.services.get(wanted.service_id or "")
        if service is None or wanted.start_date_time is None or wanted.end_date_time is None:
            raise bad_request("serviceId, startDateTime and endDateTime are required.")
        starts_at, ends_at = read(wanted.start_date_time), read(wanted.end_date_time)
        staff_ids = wanted.staff_member_ids or []
        if not staff_ids and call.caller.is_app:
            raise bad_request("Invalid Staff")
        if any(each not in business.staff_members for each in staff_ids):
            raise rules.slot_conflict()
        self._check(business, service, staff_ids, starts_at, ends_at, call)
        staff_ids = staff_ids or self._anyone(business, service, starts_at, ends_at)
        conflict = self._conflicts(business, new_content(service, wanted), staff_ids, starts_at, ends_at, call)
        if conflict and self._world.switches.bookings_conflict == "500":
            raise rules.slot_conflict()
        appointment = self._book.add(business, service, wanted, staff_ids, starts_at, ends_at, call.now)
        if conflict:
            raise GraphError(500, "UnknownError", "Staff not available")
        tell(self._state, business, appointment, "confirmation", call.now)
        return self._shown(call, business, appointment, 201)

    def read(self, call: Call) -> Answer:
        """200 with everything, notes and reminders too."""
        business = self._business(call)
        return self._shown(call, business, self._appointment(business, call), 200)

    def update(self, call: Call) -> Answer:
        """204 without a body, whatever the resource page says; a customer's id cannot change."""
        business = self._business(call, writes=True)
        appointment = self._appointment(business, call)
        wanted = self._parsed(call)
        sent = wanted.sent()
        starts_at = read(wanted.start_date_time) if wanted.start_date_time else appointment.starts_at
        ends_at = read(wanted.end_date_time) if wanted.end_date_time else appointment.ends_at
        staff_ids = wanted.staff_member_ids if wanted.staff_member_ids is not None else appointment.staff_ids
        moved = (starts_at, ends_at) != (appointment.starts_at, appointment.ends_at)
        if ends_at < starts_at:
            raise bad_request("The appointment's end must not be before its start.")
        if moved or "staff_member_ids" in sent:
            if any(each not in business.staff_members for each in staff_ids):
                raise rules.slot_conflict()
            service = business.services[appointment.content["serviceId"]]
            self._check(business, service, staff_ids, starts_at, ends_at, call)
            content = appointment.content | content_of(wanted)
            if self._conflicts(business, content, staff_ids, starts_at, ends_at, call, but=appointment.id):
                raise rules.slot_conflict()
        self._book.change(business, appointment, wanted, staff_ids, starts_at, ends_at, call.now)
        if moved:
            tell(self._state, business, appointment, "reschedule", call.now)
        return Answer(204)

    def delete(self, call: Call) -> Answer:
        """204. Nobody is told."""
        business = self._business(call, writes=True)
        self._book.end(self._appointment(business, call), call.now)
        return Answer(204)

    def cancel(self, call: Call) -> Answer:
        """204, and the customers are told in the message's words; 404 if it is not there."""
        business = self._business(call, writes=True)
        if call.caller.is_app and self._world.switches.bookings_cancel_app_only == "deny":
            raise GraphError(403, "Forbidden", "Application permissions are not supported for this operation.")
        appointment = self._appointment(business, call)
        wanted = parse(CancelAppointmentBody, call.body or {}, kind="cancel", action=True)
        appointment.cancelled = True
        tell(self._state, business, appointment, "cancellation", call.now, wanted.cancellation_message or "")
        self._book.end(appointment, call.now)
        return Answer(204)

    # --- how it is done ---------------------------------------------------------------------------

    def _business(self, call: Call, *, writes: bool = False) -> Business:
        return business_of(self._world, self._state, call, writes=writes)

    def _parsed(self, call: Call) -> AppointmentBody:
        """Beta writes ``start`` and ``end`` where v1.0 has longer names; v1.0 refuses the short ones."""
        body = with_new_names(call.body) if call.version == "beta" else call.body
        return parse(AppointmentBody, body, kind="bookingAppointment", lacks=lacks(self._world, "bookingAppointment"))

    def _check(
        self,
        business: Business,
        service: dict[str, Any],
        staff_ids: list[str],
        since: datetime,
        until: datetime,
        call: Call,
    ) -> None:
        if call.caller.is_app or role_of(business, call) != "administrator":
            rules.check(business, service, staff_ids, since, until, call.now)

    def _conflicts(
        self,
        business: Business,
        content: dict[str, Any],
        staff_ids: list[str],
        since: datetime,
        until: datetime,
        call: Call,
        but: str = "",
    ) -> bool:
        """A signed-in person could book over personal calendars (an older report); an app alone cannot."""
        buffers, alone = rules.buffers_of(content), call.caller.is_app
        return any(
            rules.is_taken(
                self._world, self._state, business, each, since, until, buffers=buffers, but=but, calendar=alone
            )
            for each in staff_ids
        )

    def _anyone(self, business: Business, service: dict[str, Any], since: datetime, until: datetime) -> list[str]:
        givers = service.get("staffMemberIds") or list(business.staff_members)
        free = [each for each in givers if not rules.is_taken(self._world, self._state, business, each, since, until)]
        if not free:
            raise rules.slot_conflict()
        return free[:1]

    def _appointment(self, business: Business, call: Call) -> Appointment:
        found = business.appointments.get(call["appointment"])
        if found is None or found.gone_at is not None:
            raise not_found("The specified object was not found in the store.", "ErrorItemNotFound")
        return found

    def _row(self, appointment: Appointment, call: Call) -> dict[str, Any]:
        return self._json(appointment, call, whole=False)

    def _json(self, appointment: Appointment, call: Call, *, whole: bool) -> dict[str, Any]:
        shown = appointment_json(
            appointment, self._book.meeting_of(appointment), self._anonymous(call, appointment), whole=whole
        )
        shown = known(self._world, "bookingAppointment", shown)
        return old_names(shown) if call.version == "beta" else shown

    def _anonymous(self, call: Call, appointment: Appointment) -> bool:
        business = self._state.businesses[call["business"]]
        service = business.services.get(appointment.content["serviceId"], {})
        return bool(service.get("isAnonymousJoinEnabled"))

    def _shown(self, call: Call, business: Business, appointment: Appointment, status: int) -> Answer:
        entity = f"bookingBusinesses('{business.id}')/appointments/$entity"
        context = f"{self._world.cloud.graph}/{call.version}/$metadata#solutions/{entity}"
        return Answer(status, {"@odata.context": context, **self._json(appointment, call, whole=True)})
