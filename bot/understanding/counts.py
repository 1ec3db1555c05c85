"""Days told from other days: in two weeks, a week from Monday, the Friday after next, half an hour later."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from bot.understanding.dates import DaySaid, open_days, shifted
from bot.understanding.days import day_said
from bot.understanding.gathering import Gathering, plain_time
from bot.understanding.mentions import Mention

_LONGEST_VISIT = 12 * 60


class Counts:
    """Lengths and counts of one message, as days, hours or the visit's own length."""

    def __init__(self, gathering: Gathering) -> None:
        self._all = gathering
        self._mentions: Sequence[Mention] = ()

    def day(self, each: Mention) -> DaySaid | None:
        day = day_said(each, self._all.almanac)
        if day is not None:
            day.until = self._all.words.phrases("until_words").before(self._all.tokens, each.start) is not None
        if (
            day is not None
            and day.why == "past"
            and self._all.words.phrases("next_words").before(self._all.tokens, each.start)
        ):
            day.why = None
        return day

    def from_next(self, index: int, mentions: Sequence[Mention], used: set[int]) -> DaySaid | None:
        """A day told from the one said next: "the day after Christmas", "the Monday after Thanksgiving"."""
        each = mentions[index]
        follower = mentions[index + 1] if index + 1 < len(mentions) else None
        if follower is None or follower.kind != "day":
            return None
        name = each.rule.partition(":")[0]
        words, tokens = self._all.words, self._all.tokens
        gap = follower.start - each.end
        if name == "vague_week" and 0 <= gap <= 1 and words.phrases("from_date").before(tokens, each.end) is not None:
            used.add(index + 1)
            return self._week_after(each, follower)
        if name in ("next_day", "previous_day") and 0 <= gap <= 1:
            sign = 1 if name == "next_day" else -1
            place, weekday = each.end, None
        elif name in ("weekday", "weekday_following"):
            after = words.phrases("from_date").at(tokens, each.end)
            before = words.phrases("before_date").at(tokens, each.end)
            sign = -1 if before is not None else 1
            found = before or after
            place = found[0] if found is not None else each.end if name == "weekday_following" else -1
            weekday = each.value["weekday"]
            if place < 0 or follower.start - place > 1:
                return None
        else:
            return None
        base = self.day(follower)
        if base is None:
            return None
        used.add(index + 1)
        dates = [_step(day, sign, weekday) for day in base.dates]
        told = DaySaid(sorted(dates), each.start, follower.end, base.why, year_said=base.year_said)
        told.spans, told.mention = [(each.start, follower.end)], follower
        return told

    def _week_after(self, each: Mention, follower: Mention) -> DaySaid | None:
        """ "The week after Thanksgiving": that week, without a day."""
        base = self.day(follower)
        if base is None or not base.dates:
            return None
        first = self._all.almanac.week_of(base.dates[0]) + timedelta(days=7)
        days = open_days(first, first + timedelta(days=6), self._all.almanac)
        told = DaySaid(days, each.start, follower.end, "no_day", vague=(first, first + timedelta(days=6)))
        told.spans, told.mention = [(each.start, follower.end)], follower
        return told

    def counted(self, index: int, mentions: Sequence[Mention], used: set[int]) -> DaySaid | None:
        """A count of days said from somewhere: "in two weeks", "a week from Monday", "two days later"."""
        each = mentions[index]
        self._mentions = mentions
        words, tokens = self._all.words, self._all.tokens
        counts = each.value
        if each.kind == "length":
            return self._shift(each)
        after = words.phrases("from_date").at(tokens, each.end)
        before = words.phrases("before_date").at(tokens, each.end)
        joiner, sign = (after, 1) if after else (before, -1)
        follower = mentions[index + 1] if index + 1 < len(mentions) else None
        if (
            joiner is None
            and follower is not None
            and follower.start == each.end
            and follower.rule in ("day_offset:0", "day_offset:1")
        ):
            base = self.day(follower)
            if base is not None:
                used.add(index + 1)
                return self._moved(each, base, counts, 1, follower.end)
        if joiner is not None and follower is not None and follower.start - joiner[0] <= 1:
            base = day_said(follower, self._all.almanac) if follower.kind == "day" else None
            if follower.kind == "now":
                base = DaySaid([self._all.almanac.today], follower.start, follower.end)
            if base is not None:
                used.add(index + 1)
                return self._moved(each, base, counts, sign, follower.end)
        base = DaySaid([self._all.almanac.today], each.start, each.end)
        start = words.phrases("before_unit_in").before(tokens, each.start)
        from_now = words.phrases("from_now").at(tokens, each.end)
        if start is not None or from_now is not None:
            self._widen(each, start, from_now)
            moved = self._moved(each, base, counts, 1, each.end)
            if moved is not None:
                moved.notes.append("from today")
            return moved
        ago = words.phrases("ago").at(tokens, each.end) or words.phrases("ago_lead").before(tokens, each.start)
        if ago is not None:
            past = self._moved(each, base, counts, -1, each.end)
            if past is not None:
                past.past = True
            return past
        sign = self._sense(each) or self._direction(each)
        if not sign and self._all.is_move and self._all.about is not None and not self._is_length(each):
            sign = 1
        if self._all.about is not None and self._all.about.day is not None:
            base = DaySaid([self._all.about.day], each.start, each.end)
        elif self._all.is_move and sign and set(counts) == {"days"}:
            self._all.result.shift = timedelta(days=sign * counts["days"])
            return None
        if sign > 0 or (sign < 0 and self._all.about is not None):
            return self._moved(each, base, counts, sign, each.end)
        return None

    def _is_length(self, each: Mention) -> bool:
        """Whether "for" or the like makes a count the visit's own length rather than a shift."""
        cues = (self._all.words.phrases(name) for name in ("length_cues", "length_leads"))
        return any(cue.before(self._all.tokens, each.start) is not None for cue in cues)

    def _is_shifted_by_another(self, each: Mention) -> bool:
        """Whether the move is by another count, which has its "later" beside it, so that this one is the length.

        One that takes the other back ("two hours later, no, make it three hours") is the shift itself.
        """
        return not each.correction and any(
            other is not each and other.kind in ("count", "length") and self._sense(other) for other in self._mentions
        )

    def _may_correct(self, each: Mention) -> bool:
        """Whether a count may correct another one or be the length: "two hours later, make it 45 minutes"."""
        words, tokens = self._all.words, self._all.tokens
        lead = words.phrases("length_or_correction").before(tokens, each.start)
        if lead is None:
            return False
        place = lead[0]
        while place > 0 and tokens[place - 1].kind == "sign":
            place -= 1
        return words.phrases("correction").before(tokens, place) is None

    def _sense(self, each: Mention) -> int:
        """Whether "later" (1) or "earlier" (-1) stands beside a count; 0 where neither does."""
        words, tokens = self._all.words, self._all.tokens
        for sign, behind, lead in ((1, "later_plain", "later_lead"), (-1, "earlier", "earlier_lead")):
            if words.phrases(behind).at(tokens, each.end) or words.phrases(lead).before(tokens, each.start):
                return sign
        return 0

    def _direction(self, each: Mention) -> int:
        """Whether a move is to later (1) or earlier (-1) by a length said apart: "push Ana back half an hour"."""
        if not self._all.is_move or self._is_length(each) or self._is_shifted_by_another(each):
            return 0
        said = {token.norm for token in self._all.tokens}
        if said & self._all.words.phrases("earlier_words").single_words():
            return -1
        return 1 if said & self._all.words.phrases("later_words").single_words() else 0

    @staticmethod
    def _widen(each: Mention, start: tuple[int, object] | None, end: tuple[int, object] | None) -> None:
        if start is not None:
            each.start = start[0]
        if end is not None:
            each.end = end[0]

    @staticmethod
    def _moved(each: Mention, base: DaySaid, counts: dict[str, int], sign: int, end: int) -> DaySaid | None:
        dates = [day for day in (shifted(one, counts, sign) for one in base.dates) if day is not None]
        if not dates:
            return None
        in_years = "years" in counts or base.year_said
        moved = DaySaid(sorted(dates), each.start, end, base.why, year_said=in_years, spans=[(each.start, end)])
        moved.mention = each
        moved.notes.append("counted")
        return moved

    def _shift(self, each: Mention) -> DaySaid | None:
        """A length said from somewhere: "in 45 minutes", "half an hour later"; else it is the visit's length."""
        words, tokens = self._all.words, self._all.tokens
        minutes = each.value["minutes"]
        start = words.phrases("before_unit_in").before(tokens, each.start)
        from_now = words.phrases("from_now").at(tokens, each.end)
        sense = self._sense(each)
        longer = words.phrases("longer").at(tokens, each.end)
        shorter = words.phrases("shorter").at(tokens, each.end)
        ago = words.phrases("ago").at(tokens, each.end) or words.phrases("ago_lead").before(tokens, each.start)
        if sense <= 0 and (longer is not None or shorter is not None):
            self._all.result.length_change = minutes if longer is not None else -minutes
            self._all.result.length_spans.append((each.start, each.end + 1))
            return None
        base = self._all.now.replace(tzinfo=None)
        about = self._all.about
        known = about is not None and about.at is not None
        if start is not None or from_now is not None:
            self._widen(each, start, from_now)
            return self._at_moment(each, base + timedelta(minutes=minutes))
        if ago is not None:
            return self._at_moment(each, base - timedelta(minutes=minutes))
        direction = sense or self._direction(each)
        if direction and self._all.is_move and not known:
            if self._all.result.shift is not None and self._may_correct(each):
                self._all.result.shift = None
                self._all.result.notes.append("a second count may be the shift or the length, so that neither is taken")
                return None
            self._all.result.shift = timedelta(minutes=direction * minutes)
            return None
        if direction:
            each.end = max(each.end, (words.phrases("later_plain").at(tokens, each.end) or (each.end,))[0])
            each.end = max(each.end, (words.phrases("earlier").at(tokens, each.end) or (each.end,))[0])
            if known and about is not None and about.at is not None:
                base = datetime.combine(about.day or self._all.almanac.today, about.at)
            elif direction < 0:
                return None
            else:
                self._all.result.later = timedelta(minutes=minutes)
            moved = base + timedelta(minutes=direction * minutes)
            if known and about is not None and (about.day is None or self._all.says_day):
                self._all.times.append(plain_time(each, moved.time()))
                return None
            return self._at_moment(each, moved)
        told = [words.phrases(name).at(tokens, each.end) for name in ("before_date", "from_date", "late_words")]
        if any(one is not None for one in told):
            return None
        if minutes <= _LONGEST_VISIT and words.phrases("past_words").before(tokens, each.start) is None:
            self._all.result.length = minutes
            self._all.result.length_spans.append((each.start, each.end))
        return None

    def _at_moment(self, each: Mention, moment: datetime) -> DaySaid:
        self._all.times.append(plain_time(each, moment.time()))
        return DaySaid([moment.date()], each.start, each.end, year_said=True, spans=[(each.start, each.end)])


def _step(day: date, sign: int, weekday: int | None) -> date:
    """The day after (or before) a date, or the first such weekday after (or before) it."""
    if weekday is None:
        return day + timedelta(days=sign)
    ahead = (sign * (weekday - day.weekday())) % 7 or 7
    return day + timedelta(days=sign * ahead)
