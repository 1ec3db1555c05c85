"""Free and busy of staff calendars. A calendar that cannot be read is an error, never free."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.graph import calls, wire
from bot.graph.client import GraphClient
from bot.graph.identity import Seat, Seating, acting_person
from bot.visits.errors import CalendarBusy, CalendarRefused, CalendarUnreadable, SignInNeeded
from bot.visits.models.clinic import StaffMember
from bot.visits.models.slots import BusySpan
from bot.visits.models.values import StaffId

log = logging.getLogger(__name__)

AT_ONCE = 20
"""Mailboxes a call; a guide says 20, an older text 100.

Source: learn.microsoft.com/graph/outlook-get-free-busy-schedule
"""

INTERVAL = 15
"""Minutes that one digit of an availabilityView stands for."""

LONGEST = timedelta(days=62)
"""Exchange reads no longer stretch of free and busy at once."""

NOT_BUSY = frozenset({"free", "workingElsewhere"})
"""Whoever works elsewhere can hold a virtual visit."""

DIGITS = {"1": "tentative", "2": "busy", "3": "oof"}
"""Digits of availabilityView that are not free. Source: learn.microsoft.com/graph/api/resources/scheduleinformation"""

HOSTS = 3
"""How many mailboxes a question may be asked from before it counts as unanswered."""


class Schedules:
    """Reads free and busy."""

    def __init__(self, graph: GraphClient, seating: Seating, *, deadline: float) -> None:
        self._graph = graph
        self._seating = seating
        self._deadline = deadline

    async def busy(
        self, staff: Sequence[StaffMember], since: datetime, until: datetime
    ) -> Mapping[StaffId, Sequence[BusySpan]]:
        """What is not free in each calendar, within two seconds.

        Raises: CalendarUnreadable naming the staff whose calendars could not be read.
        """
        unique = list({each.id: each for each in staff}.values())
        chunks = [unique[at : at + AT_ONCE] for at in range(0, len(unique), AT_ONCE)]
        found: dict[StaffId, list[BusySpan]] = {each.id: [] for each in unique}
        try:
            async with asyncio.timeout(self._deadline):
                start = since
                while start < until:
                    end = min(start + LONGEST, until)
                    for part in await asyncio.gather(*(self._chunk(chunk, start, end) for chunk in chunks)):
                        for staff_id, spans in part.items():
                            found[staff_id] += spans
                    start = end
        except TimeoutError:
            log.warning("calendar.unreadable", extra={"why": "deadline", "staff_count": len(unique)})
            raise _unreadable(unique) from None
        except (CalendarBusy, CalendarRefused) as error:
            if isinstance(error, SignInNeeded):
                raise
            log.warning("calendar.unreadable", extra={"why": error.code, "staff_count": len(unique)})
            raise _unreadable(unique) from error
        return found

    async def _chunk(
        self, staff: Sequence[StaffMember], since: datetime, until: datetime
    ) -> Mapping[StaffId, list[BusySpan]]:
        query = wire.ScheduleQuery(
            schedules=[each.mailbox for each in staff],
            start_time=wire.GraphDateTime.utc(since),
            end_time=wire.GraphDateTime.utc(until),
            availability_view_interval=INTERVAL,
        )
        answer = await self._asked_from_somewhere(staff, query)
        schedules = {
            each.schedule_id.casefold(): each for each in map(wire.Schedule.model_validate, wire.values(answer))
        }
        spans: dict[StaffId, list[BusySpan]] = {}
        unread: list[StaffMember] = []
        for member in staff:
            schedule = schedules.get(member.mailbox.casefold())
            if schedule is None or schedule.error is not None:
                unread.append(member)
                continue
            try:
                spans[member.id] = busy_spans(schedule, since)
            except ValueError:
                unread.append(member)
        if unread:
            log.warning("calendar.unreadable", extra={"why": "mailbox", "staff_ids": [each.id for each in unread]})
            raise _unreadable(unread)
        return spans

    async def _asked_from_somewhere(self, staff: Sequence[StaffMember], query: wire.ScheduleQuery) -> dict[str, object]:
        """Ask from a mailbox. One that is gone must not hide the others, so the next is tried."""
        hosts = await self._hosts(staff)
        for at, seat in enumerate(hosts, start=1):
            try:
                answer = await self._graph.ask(calls.GET_SCHEDULE, seat, body=query.to_json())
            except CalendarRefused as refused:
                if refused.status not in (403, 404) or at == len(hosts):
                    raise
            else:
                return answer if isinstance(answer, dict) else {}
        raise _unreadable(staff)

    async def _hosts(self, staff: Sequence[StaffMember]) -> list[Seat]:
        person = acting_person()
        if self._seating.identities.preferred(calls.GET_SCHEDULE) == "delegated" and person is not None:
            return [await self._seating.seat(calls.GET_SCHEDULE, person)]
        return [await self._seating.seat(calls.GET_SCHEDULE, each.id) for each in staff[:HOSTS]]


def busy_spans(schedule: wire.Schedule, since: datetime) -> list[BusySpan]:
    """The stretches that are not free: from the items, or from the digits where Graph shares no items.

    Raises ValueError where a time or zone cannot be understood.
    """
    if schedule.schedule_items:
        return [
            BusySpan(starts_at=item.start.instant(), ends_at=item.end.instant(), status=item.status)
            for item in schedule.schedule_items
            if item.status not in NOT_BUSY
        ]
    spans: list[BusySpan] = []
    step = timedelta(minutes=INTERVAL)
    for at, digit in enumerate(schedule.availability_view or ""):
        status = DIGITS.get(digit)
        if status is None:
            continue
        start = since + at * step
        if spans and spans[-1].ends_at == start and spans[-1].status == status:
            spans[-1] = spans[-1].model_copy(update={"ends_at": start + step})
        else:
            spans.append(BusySpan(starts_at=start, ends_at=start + step, status=status, is_event=False))
    return spans


def _unreadable(staff: Sequence[StaffMember]) -> CalendarUnreadable:
    return CalendarUnreadable(staff=", ".join(each.display_name for each in staff))
