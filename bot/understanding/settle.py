"""From what was mentioned to a day and an hour, or to the question that has to be asked.

The rule behind every line: two readings that both fit are a question, one is an answer, and what was not said stays
unsaid.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Literal

from bot.understanding.almanac import Almanac
from bot.understanding.context import Context
from bot.understanding.dates import WEEK, DaySaid, shifted
from bot.understanding.gathering import Gathered
from bot.understanding.questions import Ask, Option, Part, Why
from bot.understanding.times import (
    Hours,
    TimeSaid,
    around_gap,
    as_time,
    chosen,
    near_bound,
    nonexistent,
    repeated,
    which_fold,
)

_MOST = 4


@dataclass(slots=True)
class Settled:
    """The day and hour of a message, each settled, in question or not said."""

    day: date | None = None
    at: time | None = None
    fold: Literal[0, 1] = 0
    until_day: date | None = None
    since_at: time | None = None
    until_at: time | None = None
    length: int | None = None
    questions: list[Ask] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Settler:
    """Decides, against a context, what a message's mentions come to."""

    def __init__(
        self, context: Context, zone: str, almanac: Almanac, hours: Hours, now: datetime, offset: int | None
    ) -> None:
        self._context = context
        self._zone = zone
        self._almanac = almanac
        self._hours = hours
        self._now = now.replace(tzinfo=None, second=0, microsecond=0)
        self._offset = offset
        self._notes: list[str] = []
        self._looks_back = False

    def settle(
        self, gathered: Gathered, *, as_stretch: bool, said: dict[str, str], looks_back: bool = False
    ) -> Settled:
        """The day and hour. ``as_stretch``: a week or an afternoon is an answer by itself ("when is Kim free?").

        ``looks_back``: a day that is over is an answer, too ("show the visits of yesterday").
        """
        self._notes = []
        self._looks_back = looks_back
        found = Settled(length=gathered.length, notes=self._notes)
        days, times = gathered.day, gathered.time
        if as_stretch:
            self._stretches(found, days, times)
            days = None if found.day is not None and found.until_day is not None else days
            times = None if found.since_at is not None or found.until_at is not None else times
        about = self._context.about
        known = about.day if about is not None else None
        candidates = list(days.dates) if days else []
        if looks_back and days is not None and days.why == "past":
            candidates = [*filter(None, (shifted(each, {"years": 1}, -1) for each in candidates)), *candidates]
        moments = self._minutes(times, candidates or ([known] if known else []))
        if times is not None and times.why is None and found.length is None:
            found.length = times.length
        self._past(days, candidates, times, moments, known, found)
        if found.questions:
            self._keep_settled(found, days, candidates, times, moments)
            return found
        self._decide(found, days, candidates, times, moments, known, said)
        if not found.questions:
            self._check_clock(found, known, said.get("time", ""))
        return found

    # --- stretches ------------------------------------------------------------------------------------------------

    def _stretches(self, found: Settled, days: DaySaid | None, times: TimeSaid | None) -> None:
        if days is not None and days.vague is not None:
            found.day, found.until_day = days.vague
        elif days is not None and days.until and len(days.dates) == 1:
            found.day, found.until_day = self._almanac.today, days.dates[0]
        if times is None:
            return
        if times.bound == "after":
            found.since_at = as_time(self._minutes(times, days.dates if days else [])[0])
        elif times.bound == "before":
            found.until_at = as_time(self._minutes(times, days.dates if days else [])[-1])
        elif times.window is not None:
            found.since_at, found.until_at = as_time(times.window[0]), as_time(min(times.window[1], 24 * 60 - 1))

    # --- which minutes --------------------------------------------------------------------------------------------

    def _minutes(self, times: TimeSaid | None, days: Sequence[date]) -> list[int]:
        if times is None:
            return []
        if times.day_end and times.window is not None:
            return self._hours.until_close(times.window, days)
        if times.why == "no_hour" and times.window is not None:
            return self._hours.inside(times.window, days)
        left = chosen(times, days, self._hours)
        if len(left) < len(times.minutes):
            dropped = ", ".join(f"{as_time(each):%H:%M}" for each in times.minutes if each not in left)
            self._notes.append(
                f"{as_time(left[0]):%H:%M} rather than {dropped}: only that lies inside the office hours"
            )
        if times.bound and len(left) >= 1:
            times.why = "two_readings"
            return near_bound(times.bound, left[0] if len(left) == 1 else left[-1], self._hours, days)
        return left

    # --- what is over already -------------------------------------------------------------------------------------

    def _is_past(self, day: date, minutes: int | None) -> bool:
        if minutes is None:
            return day < self._now.date()
        return datetime.combine(day, as_time(minutes)) < self._now

    def _past(
        self,
        days: DaySaid | None,
        candidates: list[date],
        times: TimeSaid | None,
        moments: list[int],
        known: date | None,
        found: Settled,
    ) -> None:
        """Drops readings that are over; asks where none is left."""
        if days is not None and days.why != "past":
            each_moment: list[int | None] = [*moments] if moments else [None]
            pairs = [(day, each) for day in candidates for each in each_moment]
            ahead = [pair for pair in pairs if not self._is_past(*pair)]
            if pairs and not ahead and self._looks_back:
                return
            if pairs and not ahead:
                self._ask_past(days, candidates, times, moments, found)
                return
            left = [day for day in candidates if any(pair[0] == day for pair in ahead)]
            if len(left) < len(candidates):
                self._notes.append("dates and times that are over were left out")
            if len(left) < len(candidates) and len(left) == 1 and days.why == "two_readings":
                days.why = None
            candidates[:] = left or candidates
            kept = [each for each in moments if any(pair[1] == each for pair in ahead)]
            if moments and kept and times is not None and len(kept) < len(moments) and len(candidates) == 1:
                moments[:] = kept
        elif days is None and known is not None and moments:
            ahead_times = [each for each in moments if not self._is_past(known, each)]
            if ahead_times:
                moments[:] = ahead_times
            else:
                tomorrow = known + timedelta(days=1)
                options = tuple(Option(day=max(tomorrow, self._almanac.today), at=as_time(each)) for each in moments)
                found.questions.append(Ask(about=("time",), why="past", options=options[:_MOST]))

    def _ask_past(
        self, days: DaySaid, candidates: list[date], times: TimeSaid | None, moments: list[int], found: Settled
    ) -> None:
        options: list[Option] = []
        today = self._almanac.today
        for day in candidates:
            if not moments:
                options += [Option(day=each) for each in self._instead(day, days)]
            elif day == today and times is not None:
                later = [each for each in times.minutes if not self._is_past(day, each)]
                options += [Option(day=day, at=as_time(each)) for each in later]
                options += [Option(day=day + timedelta(days=1), at=as_time(each)) for each in moments[:1]]
            else:
                options += [Option(day=each, at=as_time(moments[0])) for each in self._instead(day, days)]
        today_only = candidates == [today] and bool(moments)
        about: tuple[Part, ...] = ("date", "time") if today_only else ("date",)
        found.questions.append(Ask(about=about, why="past", options=tuple(options[:_MOST])))

    def _instead(self, day: date, days: DaySaid) -> list[date]:
        """What may have been meant by a date that is over: the weekday's next turn, or the date's."""
        if days.year_said:
            again = shifted(day, {"years": max(1, self._almanac.today.year - day.year)})
            if again is not None and again < self._almanac.today:
                again = shifted(again, {"years": 1})
            return [again] if again is not None else []
        behind = (self._almanac.today - day).days
        return [day + WEEK * (-(-behind // 7))]

    def _keep_settled(
        self, found: Settled, days: DaySaid | None, candidates: list[date], times: TimeSaid | None, moments: list[int]
    ) -> None:
        asked = {part for ask in found.questions for part in ask.about}
        if "time" not in asked and times is not None and len(moments) == 1 and times.why is None:
            found.at = as_time(moments[0])
        if "date" not in asked and days is not None and len(candidates) == 1 and days.why is None:
            found.day = candidates[0]

    # --- deciding ---------------------------------------------------------------------------------------------------

    def _decide(
        self,
        found: Settled,
        days: DaySaid | None,
        candidates: list[date],
        times: TimeSaid | None,
        moments: list[int],
        known: date | None,
        said: dict[str, str],
    ) -> None:
        day_why = self._day_why(days, candidates)
        time_why: Why | None = None
        if times is not None:
            time_why = times.why or ("two_readings" if len(moments) > 1 else None)
        day = candidates[0] if candidates and day_why is None else None
        at = as_time(moments[0]) if moments and time_why is None else None
        if times is not None and times.midnight and day is not None and time_why is None:
            both = (Option(day=day, at=time(0)), Option(day=day + timedelta(days=1), at=time(0)))
            found.questions.append(Ask(about=("date",), why="two_readings", options=both, said=said.get("time", "")))
            found.at = time(0)
            return
        found.day, found.at = day if found.day is None else found.day, at
        window = times.window if times is not None else None
        if day_why is not None and time_why is not None and len(candidates) * len(moments) <= _MOST and not window:
            pairs = tuple(
                Option(day=one, at=as_time(each))
                for one in candidates
                for each in moments
                if not self._is_past(one, each)
            )
            words = " ".join(each for each in (said.get("date"), said.get("time")) if each)
            found.questions.append(Ask(about=("date", "time"), why=day_why, options=pairs, said=words))
            return
        if day_why is not None and days is not None:
            first, last = days.vague or (None, None)
            minutes = at.hour * 60 + at.minute if at is not None else None
            ahead = [each for each in candidates if self._looks_back or not self._is_past(each, minutes)] or candidates
            options = tuple(Option(day=each, at=at) for each in ahead[:_MOST])
            found.questions.append(
                Ask(
                    about=("date",),
                    why=day_why,
                    options=options,
                    said=said.get("date", ""),
                    first_day=first,
                    last_day=last,
                )
            )
        if time_why is not None:
            since, until = (as_time(window[0]), as_time(min(window[1], 24 * 60 - 1))) if window else (None, None)
            base = day if day is not None else known if days is None else None
            about: tuple[Part, ...] = ("time",)
            if times is not None and times.day_end and base is None and days is None:
                base, about = self._almanac.today, ("date", "time")
            options = tuple(Option(day=base, at=as_time(each)) for each in moments[:_MOST])
            found.questions.append(
                Ask(about=about, why=time_why, options=options, said=said.get("time", ""), since=since, until=until)
            )

    def _day_why(self, days: DaySaid | None, candidates: Sequence[date]) -> Why | None:
        if days is None:
            return None
        if days.why is not None:
            return days.why
        if len(candidates) > 1:
            return "two_readings"
        if candidates and (candidates[0] - self._almanac.today).days > 366 and not days.year_said:
            return "far"
        return None

    def _check_clock(self, found: Settled, known: date | None, said: str) -> None:
        """Asks where the clocks skip or repeat the wall time that was settled."""
        day, at = found.day or known, found.at
        if day is None or at is None:
            return
        if nonexistent(day, at, self._zone):
            options = tuple(Option(day=day, at=each) for each in around_gap(day, at, self._zone))
            found.questions.append(Ask(about=("time",), why="clock_skips", options=options, said=said))
            found.at = None
        elif repeated(day, at, self._zone):
            fold = which_fold(day, at, self._zone, self._offset)
            if fold is not None:
                found.fold = fold
                return
            both = (Option(day=day, at=at, fold=0), Option(day=day, at=at, fold=1))
            found.questions.append(Ask(about=("time",), why="clock_repeats", options=both, said=said))
            found.at = None
