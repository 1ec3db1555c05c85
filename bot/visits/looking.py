"""Visits as people look for them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.visits.acting import Acting
from bot.visits.models.people import Person
from bot.visits.models.values import StaffId
from bot.visits.models.visit import Visit
from bot.visits.names import same_client

_EVER = datetime(2000, 1, 1, tzinfo=UTC)


class Looking(Acting):
    """Days and names."""

    async def agenda(self, day: date, by: Person, *, staff_id: StaffId | None = None) -> Sequence[Visit]:
        """The visits that are on, of a day of ``by``'s zone, by start."""
        self._require(by)
        zone = ZoneInfo(by.time_zone)
        since = datetime.combine(day, time(), zone).astimezone(UTC)
        until = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
        found = await self._store.between(since, until, staff_id=staff_id)
        return [each for each in found if not each.is_cancelled]

    async def find(self, words: str, by: Person) -> Sequence[Visit]:
        """Visits that are on and whose client's name (or phone) contains the words, from today on, by start.

        All that fit: who is meant is the dialog's question.
        """
        self._require(by)
        if not words.strip():
            return []
        found = await self._store.matching(words, since=self._start_of_today(by))
        return [each for each in found if not each.is_cancelled]

    async def clients_named(self, words: str, by: Person, *, limit: int = 5) -> Sequence[Visit]:
        """The latest visit of each earlier client whose name contains the words, latest first."""
        self._require(by)
        if not words.strip():
            return []
        found = await self._store.matching(words, since=_EVER, limit=200, latest_first=True)
        latest: list[Visit] = []
        for visit in found:
            if not any(same_client(visit.client, each.client) for each in latest):
                latest.append(visit)
        return latest[:limit]

    def _start_of_today(self, by: Person) -> datetime:
        zone = ZoneInfo(by.time_zone)
        today = self._clock.now().astimezone(zone).date()
        return datetime.combine(today, time(), zone).astimezone(UTC)
