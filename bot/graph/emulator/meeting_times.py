"""The search for a time that suits everyone.

Source: learn.microsoft.com/graph/api/user-findmeetingtimes
"""

from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field

from bot.graph.emulator.bodies import Body, parse
from bot.graph.emulator.event_bodies import DateTimeTimeZone, EmailAddress
from bot.graph.emulator.exchange import Answer, Call
from bot.graph.emulator.moments import answer_zone, pair, read, read_duration
from bot.graph.emulator.parts import User
from bot.graph.emulator.routing import NOT_CHINA, Needs, route
from bot.graph.emulator.schedule import taken
from bot.graph.emulator.state import State
from bot.graph.emulator.world import World

FIND = Needs(("Calendars.Read.Shared", "Calendars.ReadWrite.Shared"), ())
STEP = timedelta(minutes=30)
STATUS = {True: "free", False: "busy"}


class AttendeeBase(Body):
    """Someone who should come."""

    email_address: EmailAddress
    type: Literal["required", "optional", "resource"] = "required"


class TimeSlot(Body):
    """A stretch in which to look."""

    start: DateTimeTimeZone
    end: DateTimeTimeZone


class TimeConstraint(Body):
    """Where to look."""

    activity_domain: Literal["work", "personal", "unrestricted"] = "work"
    time_slots: list[TimeSlot]


class FindBody(Body):
    """What is looked for."""

    attendees: list[AttendeeBase] = Field(default_factory=list)
    time_constraint: TimeConstraint
    meeting_duration: str = "PT30M"
    max_candidates: int = 20
    is_organizer_optional: bool = False
    return_suggestion_reasons: bool = False
    minimum_attendee_percentage: float = 50
    location_constraint: dict[str, Any] | None = None


class MeetingTimesArea:
    """``findMeetingTimes``: delegated only."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    @route("POST", "{user}/findMeetingTimes", FIND, clouds=NOT_CHINA)
    def find(self, call: Call) -> Answer:
        """200 with suggestions, the most certain first, then the earliest."""
        wanted = parse(FindBody, call.body, kind="findMeetingTimes", action=True, code="ErrorInvalidParameter")
        length = read_duration(wanted.meeting_duration)
        zone, headers = answer_zone(call)
        guests = [(each, self._world.user(each.email_address.address)) for each in wanted.attendees]
        found = []
        for slot in wanted.time_constraint.time_slots:
            start, end = read(slot.start), read(slot.end)
            while start + length <= end:
                found.append(self._suggestion(call.user, guests, start, start + length, wanted, zone))
                start += STEP
        good = [each for each in found if each["confidence"] >= wanted.minimum_attendee_percentage]
        if not wanted.is_organizer_optional:
            good = [each for each in good if each["organizerAvailability"] == "free"]
        good.sort(key=lambda each: -each["confidence"])
        for order, each in enumerate(good, start=1):
            each["order"] = order
        reason = "" if good else "AttendeesUnavailable"
        context = f"{self._world.cloud.graph}/{call.version}/$metadata#microsoft.graph.meetingTimeSuggestionsResult"
        suggestions = good[: wanted.max_candidates]
        body = {"@odata.context": context, "emptySuggestionsReason": reason, "meetingTimeSuggestions": suggestions}
        return Answer(200, body, headers)

    def _suggestion(
        self,
        organizer: User,
        guests: list[tuple[AttendeeBase, User | None]],
        start: datetime,
        end: datetime,
        wanted: FindBody,
        zone: str,
    ) -> dict[str, Any]:
        people = [
            {
                "attendee": each.model_dump(by_alias=True, exclude_unset=True),
                "availability": "unknown" if user is None else STATUS[self._is_free(user, start, end)],
            }
            for each, user in guests
        ]
        weight = {"free": 100.0, "busy": 0.0, "unknown": 49.0}
        confidence = sum(weight[str(each["availability"])] for each in people) / len(people) if people else 100.0
        shown: dict[str, Any] = {
            "confidence": confidence,
            "order": 0,
            "organizerAvailability": STATUS[self._is_free(organizer, start, end)],
            "attendeeAvailability": people,
            "locations": [],
            "meetingTimeSlot": {"start": pair(start, zone), "end": pair(end, zone)},
        }
        if wanted.return_suggestion_reasons:
            shown["suggestionReason"] = (
                "Suggested because it is one of the nearest times when all attendees are available."
            )
        return shown

    def _is_free(self, user: User, start: datetime, end: datetime) -> bool:
        return all(status == "free" for _, _, status, _ in taken(self._state, user, start, end))
