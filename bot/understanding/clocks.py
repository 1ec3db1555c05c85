"""Hours of the day as desks say them: half past 2, quarter to five, 14:30, 9.30, 1430, 3 pm, 11 in the morning."""

from collections.abc import Sequence
from typing import Any

from bot.understanding.clock_forms import Clock, ClockForms
from bot.understanding.clock_sense import ClockSense
from bot.understanding.line import Line
from bot.understanding.mentions import Mention
from bot.understanding.phrase_grammar import PhraseGrammar


class ClockGrammar:
    """The clock phrases of one language over one message."""

    def __init__(self, line: Line, forms: ClockForms, phrases: PhraseGrammar) -> None:
        self._line = line
        self._tokens = line.tokens
        self._words = line.words
        self._forms = forms
        self._phrases = phrases
        self._sense = ClockSense(line, forms)

    def time_at(self, at: int, found: Sequence[Mention]) -> Mention | None:
        """A clock time that starts here, with the word that leads it in: "at 3", "half past 2 in the afternoon"."""
        place, cue = self._lead(at)
        clock = self._base(place)
        if clock is None and cue and place < len(self._tokens):
            return None
        if clock is None:
            return None
        said: dict[str, Any] = {"half": None, "part": None, "style": clock.style, "approximate": False}
        suffixed = self._forms.suffixes(clock, said)
        if not self._sense.is_time(place, clock, cue, suffixed, said, found):
            return None
        hour, minute = clock.hour, clock.minute
        if not (0 <= hour <= 24 and 0 <= minute < 60):
            return None
        if (said["half"] and not 0 < hour <= 23) or (hour == 24 and minute):
            return None
        zero = self._tokens[place].kind == "number" and self._tokens[place].norm.startswith("0")
        said |= {"hour": hour, "minute": minute, "cue": cue, "zero": zero, "at": place}
        return Mention("clock", clock.style, at if cue else place, clock.end, said)

    def range_at(self, at: int, found: Sequence[Mention]) -> Mention | None:
        """A stretch between two times: "between 2 and 3", "from 2 to 3:30 pm", "2-3pm", "at 2-2:45"."""
        words, tokens = self._words, self._tokens
        between = words.phrases("range_between").at(tokens, at)
        led = words.phrases("range_from").at(tokens, at) if between is None else None
        lead = between or led
        place = self._past_cue(lead[0]) if lead else at if self._bounds(at) else self._lead(at)[0]
        first = self._edge(place)
        if first is None:
            return None
        joiner = words.phrases("range_and" if between else "range_to").at(tokens, first[0].end)
        if joiner is None:
            return None
        second = self._edge(self._past_cue(joiner[0]))
        if second is None or not self._is_range(place, lead is not None, first, second, found):
            return None
        rule = "between" if between else "from" if led else "plain"
        spoken = self._spoken(place) if lead is None else None
        or_minutes = spoken is not None and spoken.end == second[0].end  # "10 to 11" is ten to eleven as well
        edges = {"first": first[1], "second": second[1], "or_minutes": or_minutes}
        return Mention("range", rule, at, second[0].end, edges)

    def _bounds(self, at: int) -> bool:
        """Whether words stand here that make an hour a bound: "before 2 - 3"."""
        bounds = (self._words.phrases(name) for name in ("bound_after", "bound_before"))
        return any(each.at(self._tokens, at) is not None for each in bounds)

    def _past_cue(self, at: int) -> int:
        found = self._words.phrases("at").at(self._tokens, at)
        return found[0] if found else at

    def _edge(self, at: int) -> tuple[Clock, dict[str, Any]] | None:
        clock = self._forms.lexical(at) if at < len(self._tokens) and not self._line.blocked[at] else None
        fixed = self._spoken(at) if at < len(self._tokens) else None
        if (
            fixed is not None
            and (clock is None or clock.style == "bare" or fixed.style == "fixed")
            and not self._digits_to(at, fixed)
        ):
            clock = fixed
        if clock is None or clock.hour > 24 or clock.minute > 59:
            return None
        said: dict[str, Any] = {"half": None, "part": None, "style": clock.style, "approximate": False}
        said["suffixed"] = self._forms.suffixes(clock, said)
        zero = self._tokens[at].kind == "number" and self._tokens[at].norm.startswith("0")
        said |= {"hour": clock.hour, "minute": clock.minute, "cue": "at", "at": at}
        said["zero"] = zero
        return clock, said

    def _digits_to(self, at: int, clock: Clock) -> bool:
        """Whether a phrase is two plain numbers joined by "to", which may as well be a stretch: 2 to 3."""
        ends = self._tokens[at], self._tokens[clock.end - 1]
        return clock.end - at == 3 and all(each.kind == "number" for each in ends)

    def _is_range(
        self,
        at: int,
        led: bool,
        first: tuple[Clock, dict[str, Any]],
        second: tuple[Clock, dict[str, Any]],
        found: Sequence[Mention],
    ) -> bool:
        end = second[0].end
        tokens, words = self._tokens, self._words
        if self._line.is_unit(end) or (end < len(tokens) and tokens[end].glued and tokens[end].kind == "word"):
            return False
        if not second[1]["suffixed"] and self._line.counts(end):
            return False
        if led:
            return True
        plain = all(each[0].style == "bare" and not each[1]["suffixed"] for each in (first, second))
        if not plain:
            return (first[0].style == "military") == (second[0].style == "military")
        close = bool(found) and at - found[-1].end <= 1 and found[-1].kind in ("day", "part")
        if tokens[first[0].end].norm == "-" and tokens[first[0].end].glued and tokens[end - 1].glued:
            close = False
        cue = words.phrases("at").before(tokens, at) is not None
        return (close or cue) and 1 <= first[0].hour <= 12 and 1 <= second[0].hour <= 12

    def _lead(self, at: int) -> tuple[int, str]:
        for section in ("at", "at_weak"):
            lead = self._words.phrases(section).at(self._tokens, at)
            if lead is not None:
                end = lead[0]
                more = self._words.phrases("at").at(self._tokens, end)
                if more is not None:
                    return more[0], "at"
                return end, section
        return at, ""

    def _base(self, at: int) -> Clock | None:
        if at >= len(self._tokens) or self._line.blocked[at]:
            return None
        spoken = self._spoken(at)
        lexical = self._forms.lexical(at)
        if spoken is not None and (lexical is None or spoken.end >= lexical.end):
            return spoken
        return lexical

    def _spoken(self, at: int) -> Clock | None:
        matched = self._phrases.match(at)
        if matched is None:
            return None
        end, rule, slots = matched
        name, _, given = rule.partition(":")
        if name == "noon":
            return Clock(12, 0, end, "fixed")
        if name == "midnight":
            return Clock(0, 0, end, "fixed")
        hour = slots.get("<hour>")
        if hour is None or name not in (
            "half_bare",
            "half_past",
            "minutes_past",
            "minutes_to",
            "minutes_of",
            "hour_minutes",
        ):
            return None
        if name == "minutes_of":
            return self._minutes_of(at, hour, slots["<min>"], end)
        if name == "half_bare":
            return Clock(hour, 30, end, "half")
        minute = 30 if name == "half_past" else int(given) if given else slots["<min>"]
        if name == "hour_minutes" and minute % 5 == 0:
            return None
        if name == "minutes_to" and end - at == 3 and minute % 5 and self._tokens[at].kind == "number":
            return None
        if name == "minutes_to":
            return Clock((hour - 1) % 24 if hour != 1 else 12, 60 - minute, end, "phrase")
        return Clock(hour, minute, end, "phrase")

    def _minutes_of(self, at: int, hour: int, minute: int, end: int) -> Clock | None:
        """ "At 5 of 3" is five to three; "5 of 3 rooms" and "2 of 5" are no hours."""
        if self._words.phrases("at").before(self._tokens, at) is None or self._line.counts(end):
            return None
        return Clock((hour - 1) % 24 if hour != 1 else 12, 60 - minute, end, "phrase")
