"""What is free: the rules over what the calendar and our own rows say. A calendar not read in time is an error."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.visits.errors import CalendarError, CalendarUnreadable, SignInNeeded, SlotTaken
from bot.visits.models.clinic import Clinic
from bot.visits.models.objections import PlaceRules, SlotVerdict
from bot.visits.models.slots import BusySpan, Slot
from bot.visits.models.visit import Visit
from bot.visits.ports.calendar import FreeBusy
from bot.visits.ports.store import VisitStore
from bot.visits.rules import Surroundings, Wanted, objections_to
from bot.visits.slots import ALTERNATIVES, LOOK_AHEAD, LOOK_BACK, free_on, nearest_free, verdict_on

CALENDAR_DEADLINE = timedelta(seconds=2)
LONGEST = timedelta(days=1)
"""No visit is longer, so one that runs into a stretch starts at most this long before it."""


class Availability:
    """Answers what is free for a wanted slot, its staff member and its client."""

    def __init__(
        self, clinic: Clinic, store: VisitStore, calendar: FreeBusy, clock: Clock, *, deadline: timedelta
    ) -> None:
        self._clinic = clinic
        self._store = store
        self._calendar = calendar
        self._clock = clock
        self._deadline = deadline

    async def around(self, wanted: Wanted) -> Surroundings:
        """What is known from a week before to three weeks after the wanted slot. Raises CalendarUnreadable."""
        start = max(wanted.slot.starts_at, self._clock.now())
        return await self._between(wanted, start - LOOK_BACK - LONGEST, start + LOOK_AHEAD + LONGEST)

    async def verdict(self, wanted: Wanted) -> SlotVerdict:
        """What the rules say, with the nearest free slots where they object. Raises CalendarUnreadable."""
        return verdict_on(wanted, await self.around(wanted), self._clinic)

    async def free_on(self, day: date, zone: str, wanted: Wanted) -> tuple[Slot, ...]:
        """The free slots of a day of a zone, which may be parts of several of the clinic's."""
        since = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
        until = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
        if until <= self._clock.now():
            return ()  # a day gone by has none, and nobody need be asked
        known = await self._between(wanted, since - LONGEST, until + LONGEST)
        here = ZoneInfo(self._clinic.time_zone)
        first, last = since.astimezone(here).date(), until.astimezone(here).date()
        days = (first + timedelta(days=each) for each in range((last - first).days + 1))
        free = (slot for each in days for slot in free_on(each, wanted, known, self._clinic))
        return tuple(each for each in free if since <= each.starts_at < until)

    async def nearest(
        self,
        wanted: Wanted,
        *,
        count: int = ALTERNATIVES,
        after: datetime | None = None,
        before: datetime | None = None,
    ) -> tuple[Slot, ...]:
        """The free slots nearest to a wish, never the wanted one itself. Raises CalendarUnreadable."""
        known = await self.around(wanted)
        return nearest_free(wanted, known, self._clinic, count=count, after=after, before=before)

    async def explained(self, taken: SlotTaken, wanted: Wanted, known: Surroundings | None = None) -> SlotTaken:
        """What the database refused, with the visit that is there now and the nearest free slots.

        The calendar is not read again where ``known`` holds it, so a late refusal costs no second deadline.
        """
        try:
            fresh = await self._refreshed(wanted, known) if known else await self.around(wanted)
        except CalendarUnreadable:
            return taken
        objections = objections_to(wanted, fresh, self._clinic) or taken.verdict.objections
        free = nearest_free(wanted, fresh, self._clinic)
        return SlotTaken(SlotVerdict(objections=objections, alternatives=free), **taken.facts)

    async def _between(self, wanted: Wanted, since: datetime, until: datetime) -> Surroundings:
        visits = await self._visits(wanted, since, until)
        place, busy = await self._read(wanted, max(since, self._clock.now() - LONGEST), until)
        return Surroundings(now=self._clock.now(), busy=tuple(busy), visits=visits, place=place)

    async def _refreshed(self, wanted: Wanted, known: Surroundings) -> Surroundings:
        start = max(wanted.slot.starts_at, known.now)
        visits = await self._visits(wanted, start - LOOK_BACK - LONGEST, start + LOOK_AHEAD + LONGEST)
        return known.model_copy(update={"now": self._clock.now(), "visits": visits})

    async def _visits(self, wanted: Wanted, since: datetime, until: datetime) -> tuple[Visit, ...]:
        found = {each.id: each for each in await self._store.between(since, until, staff_id=wanted.staff.id)}
        if wanted.client is not None:
            found |= {each.id: each for each in await self._store.of_client(wanted.client, since, until)}
        return tuple(found.values())

    async def _read(self, wanted: Wanted, since: datetime, until: datetime) -> tuple[PlaceRules, Sequence[BusySpan]]:
        """The place's rules and the calendar, within the deadline; anything else is CalendarUnreadable."""
        staff, zone = wanted.staff, self._clinic.time_zone
        try:
            async with asyncio.timeout(self._deadline.total_seconds()):
                place, calendars = await asyncio.gather(
                    self._calendar.place_rules(wanted.type_name, staff, zone, own=wanted.own),
                    self._calendar.busy([staff], since, until),
                )
        except SignInNeeded:
            raise
        except (TimeoutError, CalendarError) as reason:
            raise CalendarUnreadable(staff=staff.display_name) from reason
        if staff.id not in calendars:
            raise CalendarUnreadable(staff=staff.display_name)
        return place, calendars[staff.id]
