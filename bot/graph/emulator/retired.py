"""The beta virtualAppointment of 2022, which Graph no longer has. It answers only in a world that says so.

Source: learn.microsoft.com/graph/api/resources/virtualappointment (beta) and its put, get, update and delete pages
"""

import uuid
from typing import Any

from bot.graph.emulator.bodies import parse
from bot.graph.emulator.exchange import Answer, Call, GraphError, not_found
from bot.graph.emulator.meeting_bodies import AppointmentBody
from bot.graph.emulator.meetings import find_meeting
from bot.graph.emulator.routing import GLOBAL_ONLY, Needs, route
from bot.graph.emulator.state import Meeting, State
from bot.graph.emulator.visit_link import provision
from bot.graph.emulator.world import World

PATH = "{user}/onlineMeetings/{meeting}/virtualAppointment"
READ = Needs(
    ("OnlineMeetings.Read", "OnlineMeetings.ReadWrite", "VirtualAppointment.Read", "VirtualAppointment.ReadWrite"),
    ("VirtualAppointment.Read.All", "VirtualAppointment.ReadWrite.All"),
    access_policy=True,
)
WRITE = Needs(
    ("OnlineMeetings.ReadWrite", "VirtualAppointment.ReadWrite"),
    ("VirtualAppointment.ReadWrite.All",),
    access_policy=True,
)


class RetiredArea:
    """``…/virtualAppointment`` in beta."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    @route("PUT", PATH, WRITE, versions=("beta",), clouds=GLOBAL_ONLY)
    def put(self, call: Call) -> Answer:
        """201. The first one in a tenant provisions it."""
        meeting = self._meeting(call)
        provision(self._world, self._state, call)
        wanted = parse(AppointmentBody, call.body, kind="virtualAppointment")
        meeting.retired = {"id": str(uuid.uuid4()), **self._kept(wanted, meeting)}
        return self._shown(call, meeting, 201)

    @route("GET", PATH, READ, versions=("beta",), clouds=GLOBAL_ONLY)
    def get(self, call: Call) -> Answer:
        """200 with the resource."""
        return self._shown(call, self._with_resource(call), 200)

    @route("PATCH", PATH, WRITE, versions=("beta",), clouds=GLOBAL_ONLY)
    def update(self, call: Call) -> Answer:
        """200 with the resource. (The resource page says nothing is returned; the operation page says this.)"""
        meeting = self._with_resource(call)
        wanted = parse(AppointmentBody, call.body, kind="virtualAppointment")
        changed = {name: value for name, value in self._kept(wanted, meeting).items() if value is not None}
        meeting.retired = {**(meeting.retired or {}), **changed}
        return self._shown(call, meeting, 200)

    @route("DELETE", PATH, WRITE, versions=("beta",), clouds=GLOBAL_ONLY)
    def delete(self, call: Call) -> Answer:
        """204; the meeting stays."""
        self._with_resource(call).retired = None
        return Answer(204)

    def _meeting(self, call: Call) -> Meeting:
        if not self._world.switches.resource_of_2022:
            status = self._world.switches.retired_status
            code = "BadRequest" if status == 400 else "NotFound"
            raise GraphError(status, code, "Resource not found for the segment 'virtualAppointment'.")
        if call.caller.is_app and call.method != "GET" and self._world.switches.retired_app_only == "deny":
            raise GraphError(403, "Forbidden", "Application permissions are not supported for this operation.")
        return find_meeting(self._state, call)

    def _with_resource(self, call: Call) -> Meeting:
        meeting = self._meeting(call)
        if meeting.retired is None:
            raise not_found("The meeting has no virtual appointment.")
        return meeting

    def _kept(self, wanted: AppointmentBody, meeting: Meeting) -> dict[str, Any]:
        sent = wanted.model_dump(by_alias=True, exclude_unset=True, exclude={"id", "appointment_client_join_web_url"})
        clients = sent.get("appointmentClients")
        settings = sent.get("settings")
        if settings:
            settings["allowClientToJoinUsingBrowser"] = str(settings["allowClientToJoinUsingBrowser"]).lower() == "true"
        return {
            "settings": settings,
            "appointmentClients": [clients] if isinstance(clients, dict) else clients,
            "appointmentClientJoinWebUrl": meeting.visit_url,
            "externalAppointmentId": sent.get("externalAppointmentId"),
            "externalAppointmentUrl": sent.get("externalAppointmentUrl"),
        }

    def _shown(self, call: Call, meeting: Meeting, status: int) -> Answer:
        context = f"{self._world.cloud.graph}/beta/$metadata#virtualAppointment/$entity"
        return Answer(status, {"@odata.context": context, **(meeting.retired or {})})
