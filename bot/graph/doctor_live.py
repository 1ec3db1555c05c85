"""Asking a tenant whether it lets the bot do its work. Only reads: nothing is made, changed or sent."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from bot.clock import Clock
from bot.graph import calls, wire
from bot.graph.backend import GraphEdge
from bot.graph.calls import Call
from bot.graph.doctor import calls_made
from bot.graph.identity import Seat
from bot.visits.errors import CalendarBusy, CalendarRefused, OutcomeUnknown, SignInNeeded
from bot.visits.models.clinic import StaffMember

NO_SUCH_MEETING = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_none%40thread.v2/0?context=%7b%7d"


async def examine(edge: GraphEdge, staff: Sequence[StaffMember], clock: Clock) -> list[str]:
    """One line for each call that can be tried without changing anything, and each staff member.

    A meeting that does not exist is looked for: an app without the access policy is refused before it is missed.
    """
    lines: list[str] = []
    for call in calls_made(edge.config):
        if call in (calls.LIST_BUSINESSES, calls.READ_BUSINESS, calls.LIST_SERVICES, calls.LIST_STAFF):
            seat = Seat(shared=edge.config.bookings_business)
            lines.append(await _tried(edge, call, seat, "", business=edge.config.bookings_business))
        elif call in (calls.GET_SCHEDULE, calls.FIND_EVENT, calls.FIND_MEETING):
            lines += [await _asked_of(edge, call, each, clock) for each in staff]
    return lines


async def _asked_of(edge: GraphEdge, call: Call, member: StaffMember, clock: Clock) -> str:
    try:
        seat = await edge.seating.seat(call, member.id)
    except SignInNeeded:
        return f"  ?   {call.name} for {member.display_name}: they have not signed in"
    now = clock.now()
    if call is calls.GET_SCHEDULE:
        query = wire.ScheduleQuery(
            schedules=[member.mailbox],
            start_time=wire.GraphDateTime.utc(now),
            end_time=wire.GraphDateTime.utc(now + timedelta(hours=1)),
        )
        return await _tried(edge, call, seat, member.display_name, body=query.to_json())
    if call is calls.FIND_MEETING:
        return await _tried(
            edge, call, seat, member.display_name, query={"$filter": f"JoinWebUrl eq '{NO_SUCH_MEETING}'"}
        )
    return await _tried(edge, call, seat, member.display_name, query={"$top": "1", "$select": "id"})


async def _tried(
    edge: GraphEdge,
    call: Call,
    seat: Seat,
    whom: str,
    *,
    body: Mapping[str, object] | None = None,
    query: Mapping[str, str] | None = None,
    **ids: str,
) -> str:
    what = f"{call.name} for {whom}" if whom else call.name
    try:
        answer = await edge.graph.ask(call, seat, body=body, query=query, **ids)
    except CalendarRefused as refused:
        return _refused(what, call, refused)
    except (CalendarBusy, OutcomeUnknown):
        return f"  ?   {what}: no answer now, try again later"
    problem = _problem(answer)
    return f"  no  {what}: {problem}" if problem else f"  ok  {what}"


def _problem(answer: Any) -> str:
    """Free and busy answers 200 for a mailbox it cannot read, with an error inside."""
    for each in wire.values(answer) if isinstance(answer, dict) else ():
        if isinstance(each.get("error"), dict):
            return wire.ScheduleError.model_validate(each["error"]).response_code or "the mailbox cannot be read"
    return ""


def _refused(what: str, call: Call, refused: CalendarRefused) -> str:
    if call is calls.FIND_MEETING and refused.status in (400, 404):
        return f"  ok  {what}"  # let in, and the meeting is not there
    if refused.status == 403:
        command = refused.facts.get("command")
        missing = f"grant {refused.permission}" if refused.permission else "a permission is missing"
        also = f", and for Teams: {command}" if command else ""
        return f"  no  {what}: {missing} (an administrator){also}"
    return f"  no  {what}: {refused.status} {refused.graph_code}".rstrip()
