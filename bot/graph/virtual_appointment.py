"""Visits with Graph's virtualAppointment resource of 2022, which was retired on 30 June 2023.

Kept because tenants and documents still speak of it. Where it is gone the visits are plain online meetings, and one
notice says so.
Source: learn.microsoft.com/graph/api/virtualappointment-put (beta), /resources/virtualappointment
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from bot.graph import calls, meeting_wire
from bot.graph.calls import Call
from bot.graph.meeting import MeetingCalendar
from bot.graph.online_backend import Footing
from bot.visits.errors import CalendarRefused, SignInNeeded
from bot.visits.models.visit import Visit

log = logging.getLogger(__name__)

RETIRED = (400, 404, 405, 410, 501)
"""How a tenant answers where the resource is no more: a segment it does not know."""

RETIRED_NOTICE, SIGN_IN_NOTICE = "virtual_appointment_retired", "virtual_appointment_sign_in"


class VirtualAppointmentCalendar(MeetingCalendar):
    """Online meetings, each with a virtualAppointment that names the client. Implements the calendar port.

    The resource is put when the client link is fetched, because the link comes from it.
    """

    backend = "virtual-appointment"

    def __init__(self, on: Footing, *, calendars_elsewhere: bool = False) -> None:
        super().__init__(on, calendars_elsewhere=calendars_elsewhere)
        self._is_retired = False
        self._unsigned: set[str] = set()
        """Those whose sign-in it takes; they may sign in at any time, and the resource is there for others."""

    @property
    def notices(self) -> Sequence[str]:
        """That the resource is gone, or that it takes somebody's sign-in, once either was found out."""
        if self._is_retired:
            return (RETIRED_NOTICE,)
        return (SIGN_IN_NOTICE,) if self._unsigned else ()

    async def client_link(self, visit: Visit) -> str:
        """Put the appointment and return its link; in a tenant without it, today's link function.

        Raises: TenantProvisioning while the tenant's first appointment is set up.
        """
        link = await self._put(visit)
        return link if link is not None else await super().client_link(visit)

    async def appointment_of(self, visit: Visit) -> meeting_wire.VirtualAppointment | None:
        """The appointment as it is; None where there is none. A sample wraps it in ``value``, so that is read too."""
        ref = self._ref(visit)
        seat = await self._seating.seat(calls.READ_OLD_APPOINTMENT, ref.owner)
        try:
            answer = await self._graph.ask(calls.READ_OLD_APPOINTMENT, seat, meeting=ref.id)
        except CalendarRefused as refused:
            if refused.status in RETIRED:
                return None
            raise
        return meeting_wire.VirtualAppointment.model_validate(_unwrapped(answer))

    async def invite_client(self, visit: Visit) -> None:
        """Bring the appointment's client to who they are now. Nobody is mailed."""
        if self._is_retired:
            return
        await self._ask_where_it_is(calls.CHANGE_OLD_APPOINTMENT, visit, {"appointmentClients": [_client(visit)]})

    async def cancel(self, visit: Visit, comment: str = "") -> None:
        """Delete the appointment, then its meeting. Either being gone already is fine."""
        if not self._is_retired:
            await self._ask_where_it_is(calls.DELETE_OLD_APPOINTMENT, visit)
        await super().cancel(visit, comment)

    async def _ask_where_it_is(self, call: Call, visit: Visit, body: Mapping[str, object] | None = None) -> None:
        """Where the resource is no more, or takes a sign-in, there is nothing to be done."""
        ref = self._ref(visit)
        try:
            seat = await self._seating.seat(call, ref.owner)
            await self._graph.ask(call, seat, body=body, meeting=ref.id)
        except SignInNeeded as needed:
            self._note_unsigned(needed)
        except CalendarRefused as refused:
            if refused.status not in RETIRED:
                raise

    async def _put(self, visit: Visit) -> str | None:
        """The link from the appointment, or None where the tenant has no such resource."""
        if self._is_retired:
            return None
        ref = self._ref(visit)
        body: dict[str, object] = {
            "settings": {"allowClientToJoinUsingBrowser": True},
            "appointmentClients": [_client(visit)],
            "externalAppointmentId": visit.id,
        }
        try:
            seat = await self._seating.seat(calls.PUT_OLD_APPOINTMENT, ref.owner)
            answer = await self._graph.ask(calls.PUT_OLD_APPOINTMENT, seat, body=body, meeting=ref.id)
        except SignInNeeded as needed:
            self._note_unsigned(needed)
            return None
        except CalendarRefused as refused:
            if refused.status not in RETIRED:
                raise
            log.warning("graph.virtual_appointment_retired")
            self._is_retired = True
            return None
        self._unsigned.discard(ref.owner)
        appointment = meeting_wire.VirtualAppointment.model_validate(_unwrapped(answer) if answer else {})
        if appointment.appointment_client_join_web_url is None and answer is None:
            found = await self.appointment_of(visit)
            return found.appointment_client_join_web_url if found else None
        return appointment.appointment_client_join_web_url

    def _note_unsigned(self, needed: SignInNeeded) -> None:
        """This visit does without; the next person's may not have to."""
        log.info("graph.virtual_appointment_unsigned")
        self._unsigned.add(needed.person)


def _client(visit: Visit) -> dict[str, object]:
    about: dict[str, object] = {"displayName": visit.client.name}
    if visit.client.email:
        about["emailAddress"] = visit.client.email
    if visit.client.phone:
        about["smsCapablePhoneNumber"] = visit.client.phone
    return about


def _unwrapped(answer: Any) -> Any:
    value = answer.get("value") if isinstance(answer, dict) else None
    return value if isinstance(value, dict) else answer
