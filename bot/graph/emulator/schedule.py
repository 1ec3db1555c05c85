"""Free/busy and the search for a common time.

Source: learn.microsoft.com/graph/api/calendar-getschedule, user-findmeetingtimes
"""

from datetime import datetime, timedelta
from typing import Any

from bot.graph.emulator.bodies import parse
from bot.graph.emulator.bookings_world import Business
from bot.graph.emulator.calendar import READ
from bot.graph.emulator.event_bodies import ScheduleBody
from bot.graph.emulator.event_json import busy_spans
from bot.graph.emulator.exchange import Answer, Call, GraphError, bad_request
from bot.graph.emulator.moments import answer_zone, pair, read
from bot.graph.emulator.parts import User
from bot.graph.emulator.routing import route
from bot.graph.emulator.state import State
from bot.graph.emulator.world import World
from bot.graph.zones import windows_name

DIGITS = {"free": "0", "tentative": "1", "busy": "2", "oof": "3", "workingElsewhere": "4"}
SCHEDULE = READ
LONGEST = timedelta(days=62)
Span = tuple[datetime, datetime, str, str]


def taken(state: State, user: User, since: datetime, until: datetime, *, but_business: str = "") -> list[Span]:
    """Everything in a person's calendar that touches a stretch: their own appointments, the events made here, and
    what was booked with them in any business but the one named.
    """
    spans: list[Span] = busy_spans(user, since, until)
    for event in state.events.values():
        if event.deleted_at or event.starts_at >= until or event.ends_at <= since:
            continue
        shown = event.content.get("showAs") or "busy"
        if event.organizer.id == user.id:
            spans.append((event.starts_at, event.ends_at, shown, event.content.get("subject") or ""))
        elif any(user.answers_to(each["emailAddress"]["address"]) for each in event.attendees):
            spans.append((event.starts_at, event.ends_at, "tentative", event.content.get("subject") or ""))
    for business in state.businesses.values():
        if business.id != but_business:
            spans += _booked(business, user, since, until)
    return sorted(spans)


def _booked(business: Business, user: User, since: datetime, until: datetime) -> list[Span]:
    mine = {key for key, each in business.staff_members.items() if user.answers_to(each["emailAddress"] or "")}
    return [
        (each.starts_at, each.ends_at, "busy", each.content["serviceName"])
        for each in business.appointments.values()
        if each.gone_at is None and mine & set(each.staff_ids) and each.starts_at < until and each.ends_at > since
    ]


class ScheduleArea:
    """``getSchedule``."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    @route("POST", "{user}/calendar/getSchedule", SCHEDULE)
    def get_schedule(self, call: Call) -> Answer:
        """200 whatever a mailbox says; one that cannot be read is an item with ``error``.

        One digit per interval from the start: 0 free, 1 tentative, 2 busy, 3 out of office, 4 working elsewhere.
        At most 62 days, the free/busy rule of Exchange.
        """
        wanted = parse(
            ScheduleBody,
            call.body,
            kind="getSchedule",
            action=True,
            code="ErrorInvalidParameter",
            read_code="ErrorInvalidRequest",
        )
        since, until = read(wanted.start_time), read(wanted.end_time)
        interval = wanted.availability_view_interval
        if until <= since or until - since > LONGEST:
            raise bad_request(
                "The requested time duration specified for FreeBusyViewOptions.TimeWindow is not valid.",
                "ErrorInvalidTimeInterval",
            )
        if not 5 <= interval <= 1440 or timedelta(minutes=interval) > until - since:
            raise bad_request("MergedFreeBusyIntervalInMinutes is not valid.", "ErrorInvalidMergedFreeBusyInterval")
        if not wanted.schedules or len(wanted.schedules) > self._world.switches.schedule_limit:
            raise GraphError(400, "ErrorInvalidParameter", "The number of requested schedules is not allowed.")
        zone, headers = answer_zone(call)
        step = timedelta(minutes=interval)
        rows = [self._one(each, since, until, step, zone) for each in wanted.schedules]
        context = f"{self._world.cloud.graph}/{call.version}/$metadata#Collection(microsoft.graph.scheduleInformation)"
        return Answer(200, {"@odata.context": context, "value": rows}, headers)

    def _one(self, address: str, since: datetime, until: datetime, step: timedelta, zone: str) -> dict[str, Any]:
        user = self._world.user(address) if "@" in address else None
        if user is None:
            return _unreadable(
                address, "ErrorMailRecipientNotFound", "Unable to resolve the email address to an existing mailbox."
            )
        if user.mailbox_error:
            return _unreadable(address, user.mailbox_error, "The mailbox cannot be read.")
        spans = taken(self._state, user, since, until)
        return {
            "scheduleId": address,
            "availabilityView": digits(spans, since, until, step),
            "scheduleItems": [
                {
                    "isPrivate": False,
                    "status": status,
                    "subject": subject,
                    "location": "",
                    "start": pair(starts, zone),
                    "end": pair(ends, zone),
                }
                for starts, ends, status, subject in spans
                if status != "free"
            ],
            "workingHours": {
                "daysOfWeek": list(user.work_days),
                "startTime": user.work_starts.strftime("%H:%M:%S.0000000"),
                "endTime": user.work_ends.strftime("%H:%M:%S.0000000"),
                "timeZone": {"name": windows_name(user.time_zone)},
            },
        }


def digits(spans: list[Span], since: datetime, until: datetime, step: timedelta) -> str:
    """The availability view: in each interval the strongest status wins."""
    strength = ["free", "workingElsewhere", "tentative", "busy", "oof"]
    view, start = "", since
    while start < until:
        here = [status for starts, ends, status, _ in spans if starts < start + step and ends > start]
        view += DIGITS[max(here, key=strength.index, default="free")]
        start += step
    return view


def _unreadable(address: str, code: str, message: str) -> dict[str, Any]:
    return {
        "scheduleId": address,
        "availabilityView": "",
        "scheduleItems": [],
        "workingHours": None,
        "error": {"message": message, "responseCode": code},
    }
