"""The scripted waiting room: clients come, wait, are admitted and leave; staff join; the call ends.

What the page of a client's link does, and tests through ``GraphEmulator.waiting_room``.
Source: learn.microsoft.com/graph/changenotifications-for-onlinemeeting, microsoftteams lobby settings
"""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, Protocol

from bot.graph.emulator.state import Meeting, Participant, Session, State
from bot.graph.emulator.world import World

CallEventKind = Literal["callStarted", "callEnded", "rosterUpdated"]


class Notices(Protocol):
    """Whoever tells subscribers."""

    def call_event(self, meeting: Meeting, kind: CallEventKind, participants: list[dict[str, Any]]) -> None:
        """Something happened in a meeting."""
        ...


class WaitingRoom:
    """Plays people at the door of a meeting."""

    def __init__(self, world: World, state: State, notices: Notices, now: Callable[[], datetime]) -> None:
        self._world = world
        self._state = state
        self._notices = notices
        self._now = now

    def enter(self, meeting: Meeting, name: str) -> Participant:
        """A client opens their link: they wait, unless the lobby is open to everyone."""
        client = Participant(uuid.uuid4().hex[:12], name, "Attendee", "lobby", self._now())
        if meeting.scope == "everyone":
            self._join(meeting, client)
            return client
        meeting.lobby.append(client)
        if meeting.call is not None or self._world.switches.lobby_before_call:
            self._notices.call_event(meeting, "rosterUpdated", [self._seen(client)])
        return client

    def admit(self, meeting: Meeting, participant_id: str | None = None) -> list[Participant]:
        """Staff let one client in, or all of them; the organizer joins if nobody from the staff is there yet."""
        admitted = [each for each in meeting.lobby if participant_id in (None, each.id)]
        if admitted and not self._staff_present(meeting):
            self.staff_joins(meeting)
        for each in admitted:
            meeting.lobby.remove(each)
            self._join(meeting, each)
        return admitted

    def staff_joins(self, meeting: Meeting) -> Participant:
        """The organizer opens the meeting."""
        organizer = meeting.organizer
        staff = Participant(uuid.uuid4().hex[:12], organizer.name, "Organizer", "in", self._now(), organizer.id)
        self._join(meeting, staff)
        return staff

    def leave(self, meeting: Meeting, participant_id: str) -> None:
        """Someone closes their window, in the lobby or in the call."""
        for each in meeting.lobby[:]:
            if each.id == participant_id:
                meeting.lobby.remove(each)
                self._gone(meeting, each)
        for each in meeting.call.participants if meeting.call else []:
            if each.id == participant_id and each.presence == "in":
                self._gone(meeting, each)

    def end(self, meeting: Meeting) -> None:
        """The call ends for everyone; its attendance report follows."""
        call = meeting.call
        if call is None:
            return
        for each in [*meeting.lobby, *(who for who in call.participants if who.presence == "in")]:
            self._gone(meeting, each)
        meeting.lobby.clear()
        call.ended_at = self._now()
        self._notices.call_event(meeting, "callEnded", [])

    def participant(self, meeting: Meeting, participant_id: str) -> Participant | None:
        """Someone who came to this meeting."""
        everyone = [*meeting.lobby, *(each for session in meeting.sessions for each in session.participants)]
        return next((each for each in everyone if each.id == participant_id), None)

    def _join(self, meeting: Meeting, who: Participant) -> None:
        if meeting.call is None:
            meeting.sessions.append(Session(str(uuid.uuid4()), self._now()))
            self._notices.call_event(meeting, "callStarted", [])
        who.presence, who.admitted_at = "in", self._now()
        meeting.sessions[-1].participants.append(who)
        self._notices.call_event(meeting, "rosterUpdated", [self._seen(who)])

    def _gone(self, meeting: Meeting, who: Participant) -> None:
        was_waiting = who.presence == "lobby"
        who.presence, who.left_at = "left", self._now()
        seen = self._seen(who) | {"isInLobby": was_waiting, "removedState": {"reason": "Removed"}}
        self._notices.call_event(meeting, "rosterUpdated", [seen])

    def _staff_present(self, meeting: Meeting) -> bool:
        call = meeting.call
        return call is not None and any(each.user_id and each.presence == "in" for each in call.participants)

    def _seen(self, who: Participant) -> dict[str, Any]:
        """How a notification names someone: staff as a user, clients as a guest without directory identity."""
        kind = "user" if who.user_id else "guest"
        identity = {kind: {"id": who.user_id or who.id, "displayName": who.name}}
        return {"id": who.id, "isInLobby": who.presence == "lobby", "info": {"identity": identity}}
