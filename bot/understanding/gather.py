"""Joins a message's mentions: a weekday and its date, a part of the day and its hour, "two weeks from" and Monday."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.understanding.almanac import Almanac
from bot.understanding.clock_times import ClockTimes
from bot.understanding.context import Slots
from bot.understanding.counts import Counts
from bot.understanding.dates import DaySaid
from bot.understanding.gathering import Gathered, Gathering, plain_time, standing
from bot.understanding.joins import Joins
from bot.understanding.marks import mark
from bot.understanding.mentions import Mention
from bot.understanding.times import NOON, Hours, TimeSaid
from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Vocabulary


class Gatherer:
    """Joins the mentions of one message."""

    def __init__(
        self,
        tokens: Sequence[Token],
        words: Vocabulary,
        almanac: Almanac,
        hours: Hours,
        now: datetime,
        about: Slots | None,
    ) -> None:
        self._all = Gathering(tokens, words, almanac, hours, now, about)
        self._counts = Counts(self._all)
        self._joins = Joins(self._all)
        self._clocks = ClockTimes(self._all)

    def gather(
        self, mentions: Sequence[Mention], *, is_move: bool, is_wish: bool = True, as_visit: bool = False
    ) -> Gathered:
        """One day and one time, with all that each can mean.

        ``is_wish``: the message asks for a visit; in one that only tells ("positive 3 weeks ago") what is over is
        background and not asked about. ``as_visit``: from one hour to another is a visit's start and its end.
        """
        self._all.is_wish = is_wish
        self._all.as_visit = as_visit
        self._all.is_move = is_move
        self._clocks.mark_bounds(mentions)
        mark(mentions, self._all.tokens, self._all.words)
        self._all.cuts = [each.start for each in mentions if each.correction]
        self._collect_days(mentions)
        self._clocks.collect(self._clocks.moved_hours(mentions) if is_move else mentions)
        if is_move:
            self._split_moves()
        self._a_week_on(mentions)
        self._all.result.day = self._joins.one_day(self._all.days)
        self._all.result.time = self._clocks.one_time(self._all.times)
        self._hours_of_days(mentions)
        self._now_said(mentions)
        return self._all.result

    def _collect_days(self, mentions: Sequence[Mention]) -> None:
        said: list[tuple[Mention, DaySaid]] = []
        used: set[int] = set()
        self._all.says_day = any(each.kind == "day" for each in mentions)
        for index, each in enumerate(mentions):
            if index in used:
                continue
            if each.kind == "day":
                day = self._counts.from_next(index, mentions, used) or self._counts.day(each)
            elif each.kind in ("part", "clock") and each.value.get("today"):
                day = DaySaid([self._all.almanac.today], each.start, each.end, spans=[(each.start, each.end)])
            elif each.kind in ("count", "length"):
                day = self._counts.counted(index, mentions, used)
            else:
                continue
            if day is not None:
                said.append((each, day))
        if not self._all.is_move:
            said = self._stretches(said)
        self._all.days = [day for _, day in standing(said, self._all.cuts)]

    def _stretches(self, said: list[tuple[Mention, DaySaid]]) -> list[tuple[Mention, DaySaid]]:
        """Joins "from Dec 1 to Dec 5" into one stretch of days."""
        words, tokens = self._all.words, self._all.tokens
        found: list[tuple[Mention, DaySaid]] = []
        for mention, day in said:
            before = found[-1] if found else None
            if before is not None and before[1].dates and day.dates and before[1].vague is None and day.vague is None:
                between = words.phrases("range_between").before(tokens, before[1].start) is not None
                joiner = words.phrases("range_and" if between else "range_to").at(tokens, before[1].end)
                if joiner is not None and day.start - joiner[0] <= 1:
                    first = before[1].dates[0]
                    last = next((each for each in day.dates if each >= first), None)
                    if last is not None:
                        days = [first + timedelta(days=n) for n in range(min((last - first).days + 1, 62))]
                        options = [each for each in days if self._all.almanac.is_open(each)] or days
                        whole = DaySaid(options[:4], before[1].start, day.end, "no_day", vague=(first, last))
                        whole.spans, whole.year_said = [(before[1].start, day.end)], True
                        found[-1] = (before[0], whole)
                        continue
            found.append((mention, day))
        return found

    def _a_week_on(self, mentions: Sequence[Mention]) -> None:
        """ "Same time next week" is a week after the day talked about."""
        about = self._all.about.day if self._all.about is not None else None
        same = any(each.kind == "same_time" or each.rule == "same_day" for each in mentions)
        week = next(
            (each for each in self._all.days if each.mention is not None and each.mention.rule == "vague_week:1"), None
        )
        if about is not None and same and week is not None:
            self._all.days = [
                DaySaid([about + timedelta(days=7)], week.start, week.end, year_said=True, spans=week.spans)
            ]

    def _split_moves(self) -> None:
        """In "move the 2 pm to 3 pm" what stands before the "to" says which visit is meant."""
        places = [each.start for each in self._all.days] + [each.start for each in self._all.times]
        targets = [place for place in places if self._all.leads_to(place)]
        starts = [each for each in self._all.times if each.window is not None and len(each.spans) == 1]
        if not targets or starts:
            return
        target = max(targets)
        was_days = [each for each in self._all.days if each.start < target and not self._touches(each, target)]
        was_times = [each for each in self._all.times if each.start < target]
        if was_days and any(each.start >= target for each in self._all.days):
            self._all.result.was_day = self._joins.one_day(was_days)
            self._all.days = [each for each in self._all.days if each not in was_days]
        if was_times and any(each.start >= target for each in self._all.times):
            self._all.result.was_time = self._clocks.one_time(was_times)
            self._all.times = [each for each in self._all.times if each not in was_times]

    @staticmethod
    def _touches(each: DaySaid, target: int) -> bool:
        return each.end > target

    def _hours_of_days(self, mentions: Sequence[Mention]) -> None:
        """Reads the 4 of "Friday 4" as an hour where it fits no date, and as both where it fits one."""
        day = self._all.result.day
        if day is None or day.hour is None or self._all.words.data.get("weekday_number_is_day"):
            return
        if self._all.result.time is not None or day.mention is None:
            return
        minutes, by_hours = [day.hour % 12 * 60, day.hour % 12 * 60 + NOON], True
        if day.why == "contradiction" and day.hour <= 12:
            day.dates, day.why = day.hour_days, None if len(day.hour_days) == 1 else "two_readings"
            self._all.result.time = TimeSaid(minutes, day.start, day.end, settled_by_hours=by_hours, spans=day.spans)
        elif day.why is None:
            day.dates = sorted({*day.dates, *day.hour_days})
            day.why = "two_readings" if len(day.dates) > 1 else None

    def _now_said(self, mentions: Sequence[Mention]) -> None:
        now = next((each for each in mentions if each.kind == "now"), None)
        if (
            now is None
            or self._all.result.day is not None
            or self._all.result.time is not None
            or self._all.result.length
        ):
            return
        if now.negated:
            return
        self._all.result.day = DaySaid([self._all.almanac.today], now.start, now.end, spans=[(now.start, now.end)])
        self._all.result.time = plain_time(now, self._all.now.time())
