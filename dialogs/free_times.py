"""Free times that are offered beside a question."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.understanding.questions import Option
from bot.visits.errors import CalendarUnreadable, DraftIncomplete
from bot.visits.models.draft import Draft
from bot.visits.models.slots import Slot
from bot.visits.service import Visits
from dialogs.drafting import wall_clock
from dialogs.talk import Talk

OFFERED = 4
"""So many free times stand on a question as buttons."""
_EVERY = 2_000
"""More free times than the three weeks that are looked at can hold."""


async def free_times(visits: Visits, talk: Talk, draft: Draft, *, on: date | None = None) -> tuple[Slot, ...]:
    """Free times to offer beside a question: of a day, or one of each next free day where it has none.

    None at all where they cannot be known now. Never a reason to fail.
    """
    try:
        if on is None:
            return await visits.nearest_free(draft, talk.person, count=OFFERED)
        free = await visits.free_slots(draft, talk.person, day=on)
        return free[:OFFERED] or await on_next_days(visits, talk, draft, on)
    except (CalendarUnreadable, DraftIncomplete):
        return ()


async def on_next_days(visits: Visits, talk: Talk, draft: Draft, day: date) -> tuple[Slot, ...]:
    """The first free time of each next day that has one. Raises CalendarUnreadable, DraftIncomplete."""
    zone = ZoneInfo(draft.time_zone)
    over = datetime.combine(day + timedelta(days=1), time(), zone)
    free = await visits.nearest_free(draft, talk.person, near=over, count=_EVERY)
    first: dict[date, Slot] = {}
    for slot in free:
        if slot.starts_at >= over:
            first.setdefault(slot.starts_at.astimezone(zone).date(), slot)
    return tuple(first.values())[:OFFERED]


async def free_options(
    visits: Visits, talk: Talk, draft: Draft, day: date, *, since: time | None, until: time | None
) -> tuple[Option, ...]:
    """Free times of a part of a day, as answers to a question."""
    try:
        slots = await visits.free_slots(draft, talk.person, day=day)
    except (CalendarUnreadable, DraftIncomplete):
        return ()
    clocks = [wall_clock(each.starts_at, draft.time_zone) for each in slots]
    inside = [each for each in clocks if (since or time.min) <= each[1] < (until or time.max)]
    step = max(1, -(-len(inside) // OFFERED))
    return tuple(Option(day=on, at=at, fold=fold) for on, at, fold in inside[::step][:OFFERED])
