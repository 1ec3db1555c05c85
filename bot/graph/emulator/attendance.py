"""Who was in a meeting, once it is over.

Source: learn.microsoft.com/graph/api/meetingattendancereport-list, meetingattendancereport-get,
attendancerecord-list
"""

from datetime import timedelta
from typing import Any

from bot.graph.emulator.exchange import Answer, Call, GraphError, bad_request, not_found
from bot.graph.emulator.meetings import find_meeting, is_organizer
from bot.graph.emulator.moments import stamp
from bot.graph.emulator.paging import page
from bot.graph.emulator.routing import NOT_CHINA, Needs, route
from bot.graph.emulator.state import Meeting, Participant, Session, State
from bot.graph.emulator.world import World

REPORTS = Needs(("OnlineMeetingArtifact.Read.All",), ("OnlineMeetingArtifact.Read.All",), access_policy=True)


class AttendanceArea:
    """``…/attendanceReports``: one per call, after it ended. Nothing in them tells of the lobby."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    @route("GET", "{user}/onlineMeetings/{meeting}/attendanceReports", REPORTS, clouds=NOT_CHINA)
    def every(self, call: Call) -> Answer:
        """200 with the reports; their records are empty here."""
        meeting = self._own(call)
        rows = [self._report(each) for each in self._ended(meeting, call)]
        return page(self._world, call, rows, "attendanceReports")

    @route("GET", "{user}/onlineMeetings/{meeting}/attendanceReports/{report}", REPORTS, clouds=NOT_CHINA)
    def one(self, call: Call) -> Answer:
        """200 with one report, its records too when they are expanded."""
        session = self._session(call)
        report = self._report(session)
        if (expand := call.query.get("$expand")) is not None:
            if expand != "attendanceRecords":
                raise bad_request(f"Could not find a property named '{expand}' to expand.")
            report["attendanceRecords"] = self._records(session)
        context = f"{self._world.cloud.graph}/{call.version}/$metadata#attendanceReports/$entity"
        return Answer(200, {"@odata.context": context, **report})

    @route(
        "GET", "{user}/onlineMeetings/{meeting}/attendanceReports/{report}/attendanceRecords", REPORTS, clouds=NOT_CHINA
    )
    def records(self, call: Call) -> Answer:
        """200 with one report's records."""
        return page(self._world, call, self._records(self._session(call)), "attendanceRecords")

    def _own(self, call: Call) -> Meeting:
        meeting = find_meeting(self._state, call)
        if not is_organizer(meeting, call.user):
            message = f"User ID in token({call.user.id}) is not the organizer of the queried meeting."
            raise GraphError(403, "General", message)
        return meeting

    def _ended(self, meeting: Meeting, call: Call) -> list[Session]:
        delay = timedelta(minutes=self._world.switches.attendance_delay_minutes)
        return [each for each in meeting.sessions if each.ended_at is not None and each.ended_at + delay <= call.now]

    def _session(self, call: Call) -> Session:
        for each in self._ended(self._own(call), call):
            if each.id == call["report"]:
                return each
        raise not_found("Attendance report not found.")

    def _report(self, session: Session) -> dict[str, Any]:
        return {
            "id": session.id,
            "totalParticipantCount": len(session.participants),
            "meetingStartDateTime": stamp(session.started_at),
            "meetingEndDateTime": stamp(session.ended_at or session.started_at),
        }

    def _records(self, session: Session) -> list[dict[str, Any]]:
        return [self._record(each, session) for each in session.participants]

    def _record(self, who: Participant, session: Session) -> dict[str, Any]:
        joined = who.admitted_at or who.arrived_at
        left = who.left_at or session.ended_at or joined
        seconds = int((left - joined).total_seconds())
        user = self._world.user(who.user_id) if who.user_id else None
        return {
            "id": who.id,
            "emailAddress": user.mailbox if user else None,
            "role": who.role,
            "totalAttendanceInSeconds": seconds,
            "identity": {
                "@odata.type": "#microsoft.graph.communicationsUserIdentity",
                "id": who.user_id or who.id,
                "displayName": who.name,
                "tenantId": self._world.tenant_id if user else None,
            },
            "attendanceIntervals": [
                {"joinDateTime": stamp(joined), "leaveDateTime": stamp(left), "durationInSeconds": seconds}
            ],
        }
