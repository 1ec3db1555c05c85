"""Several days of one message as one: they narrow each other, or contradict each other and are asked."""

from collections.abc import Sequence
from datetime import date, timedelta

from bot.understanding.dates import DaySaid
from bot.understanding.gathering import Gathering
from bot.understanding.questions import Why
from bot.understanding.times import stretch


class Joins:
    """Joins the days of one message."""

    def __init__(self, gathering: Gathering) -> None:
        self._all = gathering

    def one_day(self, days: Sequence[DaySaid]) -> DaySaid | None:
        """One reading of all days said: they narrow each other, or contradict each other."""
        ahead = [each for each in days if not each.past]
        if not ahead and (self._all.is_wish or self._all.times):
            ahead = list(days)
        if any(each.vague is None for each in ahead) and any(each.vague is not None for each in ahead):
            ahead = self._within(ahead)
        if not ahead:
            return None
        one = ahead[0]
        for each in ahead[1:]:
            one = self._joined(one, each)
        return one

    def _within(self, days: Sequence[DaySaid]) -> list[DaySaid]:
        """A week or month beside a day: the day's reading inside it, or just the day."""
        stretch_said = next(each for each in days if each.vague is not None)
        plain = [each for each in days if each.vague is None]
        first, last = stretch_said.vague or (self._all.almanac.today, self._all.almanac.today)
        for each in plain:
            if each.weekday is not None and (last - first).days <= 7:
                inside = [first + timedelta(days=n) for n in range((last - first).days + 1)]
                each.dates = [day for day in inside if day.weekday() == each.weekday] or each.dates
                each.why = None
            else:
                fitting = [day for day in each.dates if first <= day <= last]
                if fitting:
                    each.dates = fitting
                    each.why = None if len(fitting) == 1 else each.why
            each.spans += stretch_said.spans
        return plain

    def _joined(self, one: DaySaid, other: DaySaid) -> DaySaid:
        shared = [day for day in one.dates if day in other.dates]
        near_enough = other.start - one.end <= 3 or one.start - other.end <= 3
        for plain, full in ((one, other), (other, one)):
            if shared or plain.weekday is None or full.weekday is not None:
                continue
            if any(each.mention is not None and each.mention.alternative for each in (one, other)):
                return self._both(one, other, [*one.dates, *other.dates], "two_readings")
            fitting = [day for day in full.dates if day.weekday() == plain.weekday]
            beside = [_nearest(day, plain.weekday) for day in full.dates[:1]]
            if fitting:
                full.spans += plain.spans
                full.dates, full.start, full.end = fitting, min(one.start, other.start), max(one.end, other.end)
                if full.why == "two_readings" and len(fitting) == 1:
                    full.why = None
                return full
            counted = "counted" in full.notes
            if counted and full.dates:
                day = full.dates[0]
                ahead = (plain.weekday - day.weekday()) % 7
                around = [day + timedelta(days=ahead - 7), day + timedelta(days=ahead)]
                weeks = (day - self._all.almanac.today).days
                if "from today" in full.notes and weeks % 7 == 0:
                    in_week = self._all.almanac.week_of(day) + timedelta(days=plain.weekday)
                    around = [in_week, self._all.almanac.upcoming(plain.weekday) + timedelta(days=weeks)]
                joined = self._both(one, other, around, "two_readings")
                joined.why = None if len(joined.dates) == 1 else joined.why
                return joined
            if "numeric" in full.notes:
                swapped = [day for day in full.hour_days if day.weekday() == plain.weekday]
                if not swapped and self._is_hours(full):
                    return plain
                return self._both(one, other, [*full.dates, *swapped, *beside, *plain.dates], "contradiction")
            return self._both(one, other, [*full.dates, *beside, *plain.dates], "contradiction")
        if shared:
            one.dates, one.spans = shared, one.spans + other.spans
            one.year_said = one.year_said or other.year_said
            one.why = None if len(shared) == 1 else one.why
            one.start, one.end = min(one.start, other.start), max(one.end, other.end)
            if one.weekday is not None and other.weekday is None:
                one.weekday = None
            return one
        alternative = other.mention is not None and other.mention.alternative
        why: Why = "contradiction" if near_enough and not alternative else "two_readings"
        return self._both(one, other, [*one.dates, *other.dates], why)

    def _is_hours(self, full: DaySaid) -> bool:
        """Reads "Friday 2-3", which is no date on a Friday, as a stretch of hours."""
        date_said = full.mention.value if full.mention is not None else {}
        numbers = date_said.get("numbers", ())
        if date_said.get("sign") != "-" or len(numbers) != 2 or max(numbers) > 12:
            return False
        edges = [{"hour": each, "minute": 0, "half": None, "part": None, "style": "bare"} for each in numbers]
        value = {"first": edges[0], "second": edges[1]}
        said = stretch("plain", value, None, self._all.hours, [], as_visit=False, lasting=None)
        said.may_be_visit = False  # as it may be a date with a slip
        said.start, said.end, said.spans = full.start, full.end, list(full.spans)
        self._all.times.append(said)
        return True

    @staticmethod
    def _both(one: DaySaid, other: DaySaid, dates: Sequence[date], why: Why) -> DaySaid:
        """Both readings, to be asked between."""
        return DaySaid(
            sorted(list(dict.fromkeys(dates))[:4]),
            min(one.start, other.start),
            max(one.end, other.end),
            why,
            year_said=True,
            spans=one.spans + other.spans,
        )


def _nearest(day: date, weekday: int) -> date:
    """The date on this weekday that lies nearest to a day."""
    return day + timedelta(days=(weekday - day.weekday() + 3) % 7 - 3)
