"""The hours of one message: each clock time with its part of the day, stretches, bounds, and what they come to."""

from collections.abc import Sequence

from bot.understanding.gathering import Gathering, plain_time, standing
from bot.understanding.mentions import Mention
from bot.understanding.times import TimeSaid, clock_minutes, stretch


class ClockTimes:
    """Collects the hours of one message."""

    def __init__(self, gathering: Gathering) -> None:
        self._all = gathering

    def mark_bounds(self, mentions: Sequence[Mention]) -> None:
        """Marks times that only bound: "after 3", "not before 9", "by noon"."""
        words, tokens = self._all.words, self._all.tokens
        for each in mentions:
            if each.kind != "clock":
                continue
            place = each.value["at"]
            for bound in ("after", "before"):
                found = words.phrases(f"bound_{bound}").before(tokens, place)
                if found is not None and place - found[0] <= 4:
                    start = found[0]
                    denied = start > 0 and words.phrases("not").at(tokens, start - 1) is not None
                    each.value["bound"] = ("before" if bound == "after" else "after") if denied else bound
                    each.start = min(each.start, start)

    def moved_hours(self, mentions: Sequence[Mention]) -> list[Mention]:
        """In a move "2 pm to 3 pm" and "from 2 to 3" are no stretch: the first is when the visit is now.

        What it is moved to may be one: "to 10-10:30", "to Friday from 2 to 2:45".
        """
        last = max((index for index, each in enumerate(mentions) if each.kind in ("clock", "range")), default=-1)
        found: list[Mention] = []
        for index, each in enumerate(mentions):
            is_new = each.kind == "range" and self._is_new(each, mentions[index - 1] if index else None)
            if each.kind != "range" or each.rule == "between" or index != last or is_new:
                found.append(each)
                continue
            first, second = each.value["first"], each.value["second"]
            found.append(Mention("clock", "was", each.start, second["at"], {**first, "cue": "at"}))
            found.append(Mention("clock", "move", second["at"], each.end, {**second, "cue": "at"}))
        return found

    def _is_new(self, said: Mention, before: Mention | None) -> bool:
        """Whether a visit is moved to this stretch, or to the day right before it."""
        if said.rule != "from" and self._all.leads_to(said.start):
            return True
        day = before is not None and before.kind == "day" and said.start - before.end <= 1
        return day and before is not None and self._all.leads_to(before.start)

    def collect(self, mentions: Sequence[Mention]) -> None:
        parts = [each for each in mentions if each.kind == "part" and not each.negated]
        said: list[tuple[Mention, TimeSaid]] = []
        bound_parts: set[int] = set()
        days = [day for one in self._all.days for day in one.dates]
        if not days and self._all.about is not None and self._all.about.day is not None:
            days = [self._all.about.day]
        for each in mentions:
            if each.kind == "bare":
                self._bare_quarter(each)
            if each.kind not in ("clock", "range"):
                continue
            near_part = self._part_of(each, parts, mentions)
            part = near_part.value["part"] if near_part is not None else None
            if near_part is not None:
                bound_parts.add(id(near_part))
            if each.kind == "range":
                time_said = stretch(
                    each.rule,
                    each.value,
                    part,
                    self._all.hours,
                    days,
                    as_visit=self._all.as_visit,
                    lasting=self._all.result.length,
                )
            else:
                if self._all.almanac.by_24 and each.value["style"] == "colon" and self._spelled_out(each, mentions):
                    each.value["zero"] = True
                minutes, by_hours = clock_minutes(each.value, each.value["part"] or part)
                if (
                    each.value["style"] == "half"
                    and self._all.almanac.region not in self._all.words.data["half_bare_regions"]
                ):
                    minutes = sorted({*minutes, *((one - 60) % (24 * 60) for one in minutes)})
                    minutes = [one for one in minutes if self._all.hours.holds(one, days)] or minutes
                    by_hours = False
                time_said = TimeSaid(minutes, 0, 0, settled_by_hours=by_hours, bound=each.value.get("bound", ""))
                time_said.weak = (
                    each.value["cue"] == "at_weak" and each.value["style"] == "bare" and not each.value["half"]
                )
                time_said.midnight = minutes == [0] and (each.value["hour"] == 24 or each.value["style"] == "fixed")
            time_said.start, time_said.end = each.start, each.end
            time_said.spans = [(each.start, each.end)]
            if near_part is not None:
                time_said.spans.append((near_part.start, near_part.end))
            said.append((each, time_said))
        self._all.times = [*self._all.times, *(each for _, each in standing(said, self._all.cuts))]
        self._same_time(mentions)
        if not self._all.times:
            self._parts_alone([each for each in parts if id(each) not in bound_parts])

    def _bare_quarter(self, each: Mention) -> None:
        """ "Make that quarter past": of the hour that is being talked about."""
        about = self._all.about
        if about is None or about.at is None:
            return
        name, _, minutes = each.rule.partition(":")
        base = about.at.hour * 60 + (int(minutes) if name == "bare_past" else -int(minutes))
        self._all.times.append(TimeSaid([base % (24 * 60)], each.start, each.end, spans=[(each.start, each.end)]))

    @staticmethod
    def _spelled_out(each: Mention, mentions: Sequence[Mention]) -> bool:
        """Whether a date with its year stands right before: then 1:00 is by the 24-hour clock, as we print it."""
        before = next((one for one in reversed(mentions) if one.end <= each.start and one.kind == "day"), None)
        if before is None or each.value["at"] - before.end > 1:
            return False
        return "year" in before.value or len(before.value.get("numbers", ())) == 3

    def _part_of(self, each: Mention, parts: Sequence[Mention], mentions: Sequence[Mention]) -> Mention | None:
        """The part of the day that goes with a clock time: the nearest one, with no other clock in between."""
        best: Mention | None = None
        for part in parts:
            low, high = sorted((part.start, each.start))
            between = [one for one in mentions if one.kind in ("clock", "range") and low < one.start < high]
            if between and part.start < each.start:
                continue
            if best is None or abs(part.start - each.start) < abs(best.start - each.start):
                best = part
        return best

    def _parts_alone(self, parts: Sequence[Mention]) -> None:
        if not parts:
            return
        windows = [self._all.words.hours_of_parts[each.value["part"]] for each in parts]
        low, high = max(one[0] for one in windows), min(one[1] for one in windows)
        if low >= high:
            low, high = min(one[0] for one in windows), max(one[1] for one in windows)
        said = TimeSaid([], parts[0].start, parts[0].end, "no_hour", window=(low * 60, high * 60))
        said.spans = [(each.start, each.end) for each in parts]
        said.day_end = any(each.value["part"] == "day_end" for each in parts)
        self._all.times.append(said)

    def _same_time(self, mentions: Sequence[Mention]) -> None:
        for each in mentions:
            if (
                each.kind == "same_time"
                and self._all.about is not None
                and self._all.about.at is not None
                and not self._all.times
            ):
                self._all.times.append(plain_time(each, self._all.about.at))

    def one_time(self, times: Sequence[TimeSaid]) -> TimeSaid | None:
        strong = [each for each in times if not each.weak] or list(times)
        if not strong:
            return None
        one = strong[0]
        for each in strong[1:]:
            shared = [minutes for minutes in one.minutes if minutes in each.minutes]
            if shared and (one.why, each.why) == (None, None):
                one.minutes = shared
                one.settled_by_hours = one.settled_by_hours and each.settled_by_hours
                one.spans += each.spans
                continue
            choices = sorted({*self._likely(one), *self._likely(each)})
            one = TimeSaid(choices, one.start, each.end, "two_readings", spans=one.spans + each.spans)
        return one

    def _likely(self, said: TimeSaid) -> list[int]:
        days = [day for one in self._all.days for day in one.dates]
        inside = [each for each in said.minutes if self._all.hours.holds(each, days)]
        return inside if said.settled_by_hours and len(inside) == 1 else said.minutes
