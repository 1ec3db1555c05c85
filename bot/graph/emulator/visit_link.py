"""A visit's browser link and its texts to the client: the virtual-appointment calls.

Source: learn.microsoft.com/graph/api/virtualappointment-getvirtualappointmentjoinweburl,
virtualappointment-sendvirtualappointmentsms, virtualappointment-sendvirtualappointmentremindersms
"""

from datetime import UTC, timedelta
from email.utils import format_datetime

import phonenumbers

from bot.graph.emulator.bodies import parse
from bot.graph.emulator.exchange import Answer, Call, GraphError, bad_request
from bot.graph.emulator.meeting_bodies import NotifiedAttendee, OldSmsBody, ReminderSmsBody, SmsBody
from bot.graph.emulator.meetings import find_meeting
from bot.graph.emulator.routing import GLOBAL_ONLY, Needs, route
from bot.graph.emulator.state import FIFTEEN_MINUTES, Meeting, Reminder, State
from bot.graph.emulator.world import World
from bot.graph.zones import is_windows_name, windows_name

LINK = Needs(
    ("VirtualAppointment.Read", "VirtualAppointment.ReadWrite", "OnlineMeetings.Read", "OnlineMeetings.ReadWrite"),
    ("VirtualAppointment.Read.All", "VirtualAppointment.ReadWrite.All"),
    access_policy=True,
)
SMS = Needs(("VirtualAppointmentNotification.Send",), ("VirtualAppointmentNotification.Send",), access_policy=True)


class VisitLinkArea:
    """``getVirtualAppointmentJoinWebUrl`` and both SMS actions."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    @route("GET", "{user}/onlineMeetings/{meeting}/getVirtualAppointmentJoinWebUrl", LINK, clouds=GLOBAL_ONLY)
    def link(self, call: Call) -> Answer:
        """200 with the link clients join by, for the organizer and those invited."""
        meeting = find_meeting(self._state, call)
        self._gate(call)
        if self._world.switches.licence_for_join_link:
            self._licence(meeting)
        return Answer(
            200,
            {
                "@odata.context": f"{self._world.cloud.graph}/{call.version}/$metadata#Edm.String",
                "value": meeting.visit_url,
            },
        )

    @route("POST", "{user}/onlineMeetings/{meeting}/sendVirtualAppointmentSms", SMS, clouds=GLOBAL_ONLY)
    def send(self, call: Call) -> Answer:
        """202 ``{}``: accepted, not delivered. A repeat sends a second text; there is no receipt."""
        meeting = find_meeting(self._state, call)
        self._gate(call)
        if self._world.switches.resource_of_2022 and call.version == "beta":
            return self._send_of_2022(call, meeting)
        wanted = parse(SmsBody, call.body, kind="sendVirtualAppointmentSms")
        for each in self._reachable(meeting, wanted.attendees):
            self._state.text(meeting, each.phone_number, each.time_zone, wanted.message_type, call.now)
        return Answer(202)

    @route("POST", "{user}/onlineMeetings/{meeting}/sendVirtualAppointmentReminderSms", SMS, clouds=GLOBAL_ONLY)
    def remind(self, call: Call) -> Answer:
        """202 ``{}``. Whether the text goes at once or 15 minutes before the start is undocumented: the world says."""
        meeting = find_meeting(self._state, call)
        self._gate(call)
        wanted = parse(ReminderSmsBody, call.body, kind="sendVirtualAppointmentReminderSms")
        for each in self._reachable(meeting, wanted.attendees):
            if self._world.switches.reminder_sms == "immediate":
                self._state.text(meeting, each.phone_number, each.time_zone, "reminder", call.now)
            else:
                due_at = meeting.starts_at - FIFTEEN_MINUTES
                self._state.reminders.append(Reminder(meeting, each.phone_number, each.time_zone, due_at))
        return Answer(202)

    # --- how it is done ---------------------------------------------------------------------------

    def _send_of_2022(self, call: Call, meeting: Meeting) -> Answer:
        """2023's beta took numbers alone; the times in the text were in the organizer's zone."""
        wanted = parse(OldSmsBody, call.body, kind="sendVirtualAppointmentSms")
        kind = wanted.sms_type or wanted.virtual_appointment_sms_type
        if kind is None:
            raise bad_request("smsType is required.")
        zone = windows_name(meeting.organizer.time_zone)
        everyone = [
            NotifiedAttendee.model_validate({"phoneNumber": each, "timeZone": zone}) for each in wanted.phone_numbers
        ]
        for each in self._reachable(meeting, everyone):
            self._state.text(meeting, each.phone_number, each.time_zone, kind, call.now)
        return Answer(202)

    def _gate(self, call: Call) -> None:
        switches = self._world.switches
        if call.caller.is_app and switches.virtual_appointment_app_only == "deny":
            raise GraphError(403, "Forbidden", "Application permissions are not supported for this operation.")
        provision(self._world, self._state, call)

    def _licence(self, meeting: Meeting) -> None:
        if not meeting.organizer.teams_premium:
            raise GraphError(403, "Forbidden", "The organizer has no Teams Premium license.")

    def _reachable(self, meeting: Meeting, attendees: list[NotifiedAttendee]) -> list[NotifiedAttendee]:
        """Whom the service texts: valid US numbers, in a Windows zone. Checked as a whole before anything is sent."""
        self._licence(meeting)
        if not attendees:
            raise bad_request("At least one attendee is required.")
        for each in attendees:
            if not is_windows_name(each.time_zone):
                raise bad_request(f"'{each.time_zone}' is not a valid Windows time zone.")
        strangers = [each for each in attendees if not is_us_number(each.phone_number)]
        if strangers and self._world.switches.non_us_sms == "reject":
            raise bad_request("Only valid US phone numbers are supported.")
        return [each for each in attendees if each not in strangers]


def is_us_number(text: str) -> bool:
    """Whether this is a valid US number in E.164: +1 alone is not enough, Canada and the Caribbean share it."""
    if not text.startswith("+"):
        return False
    try:
        number = phonenumbers.parse(text)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) and phonenumbers.region_code_for_number(number) == "US"


def provision(world: World, state: State, call: Call) -> None:
    """Play the first virtual-appointment call of a tenant: refused with Retry-After until it is set up.

    503 by the first revision of the virtualAppointment page, 409 by a later one; under five minutes, once per tenant.
    """
    mode = world.switches.provisioning
    if mode == "off":
        return
    state.provisioning_since = state.provisioning_since or call.now
    ready_at = state.provisioning_since + timedelta(minutes=world.switches.provisioning_minutes)
    left = (ready_at - call.now).total_seconds()
    if left <= 0:
        return
    spelled = {
        "seconds": str(int(-(-left // 1))),
        "decimal": f"{left:.3f}",
        "date": format_datetime(ready_at.astimezone(UTC), usegmt=True),
    }
    status, code = (503, "ServiceUnavailable") if mode == "503" else (409, "Conflict")
    message = "The tenant is being set up for virtual appointments. Try again later."
    raise GraphError(status, code, message, headers={"Retry-After": spelled[world.switches.retry_after]})
