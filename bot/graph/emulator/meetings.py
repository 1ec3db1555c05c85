"""Online meetings: create, create-or-get, read, look up by join URL, change, delete.

Source: learn.microsoft.com/graph/api/application-post-onlinemeetings, onlinemeeting-createorget, onlinemeeting-get,
onlinemeeting-update, onlinemeeting-delete
"""

import base64
import binascii
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from bot.graph.emulator import meeting_json
from bot.graph.emulator.bodies import parse
from bot.graph.emulator.exchange import Answer, Call, GraphError, bad_request, not_found
from bot.graph.emulator.lacking import lacks
from bot.graph.emulator.meeting_bodies import CreateOrGetBody, MeetingBody
from bot.graph.emulator.minting import new_meeting
from bot.graph.emulator.moments import read_offset
from bot.graph.emulator.parts import User
from bot.graph.emulator.routing import NOT_CHINA, Needs, route
from bot.graph.emulator.state import Meeting, State
from bot.graph.emulator.world import World

READ = Needs(
    ("OnlineMeetings.Read", "OnlineMeetings.ReadWrite"),
    ("OnlineMeetings.Read.All", "OnlineMeetings.ReadWrite.All"),
    access_policy=True,
)
WRITE = Needs(("OnlineMeetings.ReadWrite",), ("OnlineMeetings.ReadWrite.All",), access_policy=True)
BY_CONFERENCE = Needs((), ("OnlineMeetings.Read.All", "OnlineMeetings.ReadWrite.All"))

_FILTER = re.compile(
    r"(JoinWebUrl|joinMeetingIdSettings/joinMeetingId|VideoTeleconferenceId) eq '((?:[^']|'')*)'", re.I
)


def find_meeting(state: State, call: Call, *, invited_too: bool = True) -> Meeting:
    """The meeting the path names, seen as its user.

    Raises GraphError: 400 "Meeting Id is corrupted." for an id that is none (observed: microsoft-graph-docs), 404 for
    one that is gone or not theirs.
    """
    key = call["meeting"]
    if key.startswith("joinWebUrl="):
        found = next(
            (each for each in state.meetings.values() if each.join_url == key.removeprefix("joinWebUrl=")), None
        )
    else:
        if not _is_meeting_id(key):
            raise bad_request("Meeting Id is corrupted.")
        found = state.meetings.get(key)
    if (
        found is None
        or found.deleted_at is not None
        or not (is_organizer(found, call.user) or (invited_too and is_invited(found, call.user)))
    ):
        raise not_found("Meeting not found.", "NotFound")
    return found


def is_organizer(meeting: Meeting, user: User) -> bool:
    """Whether the meeting is this person's."""
    return meeting.organizer.id == user.id


def is_invited(meeting: Meeting, user: User) -> bool:
    """Whether this person is on the meeting's list."""
    names = [str(each.get("upn") or "") for each in meeting.attendees]
    ids = [str(((each.get("identity") or {}).get("user") or {}).get("id") or "") for each in meeting.attendees]
    return any(user.answers_to(each) for each in names + ids if each)


def _is_meeting_id(text: str) -> bool:
    try:
        return base64.b64decode(text, validate=True).startswith(b"1*")
    except (binascii.Error, ValueError):
        return False


class MeetingArea:
    """Everything under ``…/onlineMeetings``, visits' links and texts apart."""

    def __init__(self, world: World, state: State, visit_base: Callable[[], str | None]) -> None:
        self._world = world
        self._state = state
        self._visit_base = visit_base

    @route("POST", "{user}/onlineMeetings", WRITE, clouds=NOT_CHINA)
    def create(self, call: Call) -> Answer:
        """201 with a stand-alone meeting: no event, no invitation, no mail, and a repeat makes a second one."""
        wanted = parse(
            MeetingBody,
            call.body if call.body is not None else {},
            kind="onlineMeeting",
            lacks=lacks(self._world, "onlineMeeting"),
        )
        meeting = self._make(call, wanted.subject, *self._times(wanted.start_date_time, wanted.end_date_time, call.now))
        self._apply(meeting, wanted, new=True)
        self._state.meetings[meeting.id] = meeting
        return self._shown(call, meeting, 201)

    @route("POST", "{user}/onlineMeetings/createOrGet", WRITE, clouds=NOT_CHINA)
    def create_or_get(self, call: Call) -> Answer:
        """201 for a new one, 200 for the stored one: one per organizer and externalId. Times given with a repeat are
        not applied. Without times it lasts an hour from now; with a start alone, an hour from there.
        """
        wanted = parse(CreateOrGetBody, call.body, kind="createOrGet", action=True)
        if not wanted.external_id:
            raise bad_request("ExternalId is required.")
        for each in self._state.meetings.values():
            if each.deleted_at is None and each.external_id == wanted.external_id and is_organizer(each, call.user):
                return self._shown(call, each, 200)
        meeting = self._make(call, wanted.subject, *self._times(wanted.start_date_time, wanted.end_date_time, call.now))
        meeting.external_id = wanted.external_id
        if wanted.participants is not None:
            self._apply(meeting, MeetingBody.model_validate({"participants": wanted.participants}), new=True)
        self._state.meetings[meeting.id] = meeting
        return self._shown(call, meeting, 201)

    @route("GET", "{user}/onlineMeetings", READ, clouds=NOT_CHINA)
    def look_up(self, call: Call) -> Answer:
        """The one meeting a filter names. There is no way to list them all.

        The join URL carries percent-escapes of its own, so as a query value it is escaped once more; otherwise the
        observed answer is 400 "1026: An error has occurred.".
        """
        return self._filtered(call, {"joinweburl", "joinmeetingidsettings/joinmeetingid"})

    @route("GET", "communications/onlineMeetings", BY_CONFERENCE, clouds=NOT_CHINA)
    @route("GET", "app/onlineMeetings", BY_CONFERENCE, clouds=NOT_CHINA)
    def look_up_conference(self, call: Call) -> Answer:
        """By videoTeleconferenceId, for an app alone; no access policy is needed."""
        return self._filtered(call, {"videoteleconferenceid"})

    @route("GET", "{user}/onlineMeetings/{meeting}", READ, clouds=NOT_CHINA)
    def read(self, call: Call) -> Answer:
        """200, for the organizer and those invited."""
        return self._shown(call, find_meeting(self._state, call), 200)

    @route("PATCH", "{user}/onlineMeetings/{meeting}", WRITE, clouds=NOT_CHINA)
    def update(self, call: Call) -> Answer:
        """200 with the meeting. Start and end change together, attendees as a whole list; a calendar event that made
        the meeting does not move with it.
        """
        meeting = find_meeting(self._state, call, invited_too=False)
        wanted = parse(MeetingBody, call.body, kind="onlineMeeting", lacks=lacks(self._world, "onlineMeeting"))
        sent = wanted.sent()
        if ("start_date_time" in sent) != ("end_date_time" in sent):
            raise bad_request("Both startDateTime and endDateTime must be provided to update meeting times.")
        if "join_meeting_id_settings" in sent:
            raise bad_request("joinMeetingIdSettings cannot be changed after the meeting was created.")
        if wanted.participants and wanted.participants.organizer is not None:
            raise bad_request("The organizer of a meeting cannot be changed.")
        if "start_date_time" in sent:
            meeting.starts_at, meeting.ends_at = self._times(wanted.start_date_time, wanted.end_date_time, call.now)
            self._state.meeting_moved(meeting, follows=self._world.switches.moved_reminder == "follows")
        if "subject" in sent:
            meeting.subject = wanted.subject or ""
        self._apply(meeting, wanted)
        return self._shown(call, meeting, 200)

    @route("DELETE", "{user}/onlineMeetings/{meeting}", WRITE, clouds=NOT_CHINA)
    def delete(self, call: Call) -> Answer:
        """204. Nobody is told."""
        find_meeting(self._state, call, invited_too=False).deleted_at = call.now
        return Answer(204)

    # --- how it is done ---------------------------------------------------------------------------

    def _times(self, start: str | None, end: str | None, now: datetime) -> tuple[datetime, datetime]:
        if start is None and end is not None:
            raise bad_request("StartDateTime is required when EndDateTime is given.")
        starts_at = read_offset(start) if start else now.replace(microsecond=0)
        ends_at = read_offset(end) if end else starts_at + timedelta(hours=1)
        if ends_at < starts_at:
            raise bad_request("EndDateTime must not be before StartDateTime.")
        return starts_at, ends_at

    def _make(self, call: Call, subject: str | None, starts_at: datetime, ends_at: datetime) -> Meeting:
        return new_meeting(
            call.user,
            self._world.tenant_id,
            subject=subject or "",
            starts_at=starts_at,
            ends_at=ends_at,
            now=call.now,
            visit_base=self._visit_base(),
        )

    def _apply(self, meeting: Meeting, wanted: MeetingBody, *, new: bool = False) -> None:
        sent = wanted.model_dump(by_alias=True, exclude_unset=True)
        for name in ("subject", "startDateTime", "endDateTime"):
            sent.pop(name, None)
        settings = sent.pop("joinMeetingIdSettings", None)
        if new and settings:
            meeting.passcode_required = bool(settings.get("isPasscodeRequired"))
        participants = sent.pop("participants", None)
        if participants and "attendees" in participants:
            meeting.attendees = [self._attendee(each) for each in participants["attendees"] or []]
        roles = {each.get("role") for each in meeting.attendees}
        if sent.get("allowedPresenters") == "roleIsPresenter" and "presenter" not in roles:
            raise bad_request("allowedPresenters roleIsPresenter needs attendees with the role presenter.")
        if "lobbyBypassSettings" in sent:
            sent["lobbyBypassSettings"] = {
                **(meeting.options.get("lobbyBypassSettings") or {}),
                **(sent["lobbyBypassSettings"] or {}),
            }
        meeting.options.update(sent)

    def _attendee(self, sent: dict[str, Any]) -> dict[str, Any]:
        role = sent.get("role") or "attendee"
        user = self._world.user(sent.get("upn") or "") or self._world.user(
            str((((sent.get("identity") or {}).get("user")) or {}).get("id") or "")
        )
        if user is None and role in ("presenter", "coorganizer"):
            raise bad_request("People outside the directory can only be attendees.")
        known = meeting_json.person(user) if user else {"upn": sent.get("upn"), "identity": sent.get("identity")}
        return {**known, "role": role}

    def _filtered(self, call: Call, allowed: set[str]) -> Answer:
        match = _FILTER.fullmatch(call.query.get("$filter", "").strip())
        if match is None or match[1].lower() not in allowed:
            raise bad_request("A filter on JoinWebUrl, joinMeetingId or VideoTeleconferenceId is required.")
        field, value = match[1].lower(), match[2].replace("''", "'")
        if field == "joinweburl" and "/l/meetup-join/" in value and "%3a" not in value.lower():
            raise GraphError(400, "BadRequest", "1026: An error has occurred.")
        meetings = [each for each in self._state.meetings.values() if each.deleted_at is None]
        if field == "joinweburl":
            meetings = [each for each in meetings if each.join_url == value]
        elif field == "videoteleconferenceid":
            meetings = []
        else:
            meetings = [each for each in meetings if each.join_number == value]
        if call.subject is not None:
            meetings = [each for each in meetings if is_organizer(each, call.user) or is_invited(each, call.user)]
        rows = [meeting_json.render(self._world, each, call) for each in meetings[:1]]
        return Answer(200, {"@odata.context": self._context(call, "onlineMeetings"), "value": rows})

    def _context(self, call: Call, entity: str) -> str:
        owner = f"users('{call.user.id}')/" if call.subject else ""
        return f"{self._world.cloud.graph}/{call.version}/$metadata#{owner}{entity}"

    def _shown(self, call: Call, meeting: Meeting, status: int) -> Answer:
        context = self._context(call, "onlineMeetings/$entity")
        return Answer(status, {"@odata.context": context, **meeting_json.render(self._world, meeting, call)})
