"""How hours are written: 14:30, 9.30, 1430, "three fifteen", and what stands behind them: pm, o'clock, "at night"."""

from dataclasses import dataclass
from typing import Any, Literal

from bot.understanding.line import Line
from bot.understanding.mentions import Mention
from bot.understanding.numbers import cardinal

Style = Literal["half", "colon", "dot", "h", "military", "words", "spaced", "bare", "phrase", "fixed"]

_SUFFIX_ROUNDS = 4


@dataclass(slots=True)
class Clock:
    """Hour and minute as said, before morning or afternoon is decided."""

    hour: int
    minute: int
    end: int
    style: Style


class ClockForms:
    """The written hours of one message."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._tokens = line.tokens
        self._words = line.words

    def part_at(self, at: int) -> Mention | None:
        """A part of the day: "in the afternoon", "tonight", "this morning"."""
        today = self._words.phrases("today_parts").at(self._tokens, at)
        clock = self._words.parts_clock.at(self._tokens, at)
        bare = self._words.parts_bare.at(self._tokens, at)
        best = max((each for each in (today, clock, bare) if each is not None), key=lambda each: each[0], default=None)
        best = best or self._half_of_day(at)
        if best is None:
            return None
        is_today = today is not None and today[0] == best[0]
        return Mention("part", "part", at, best[0], {"part": best[1], "today": is_today})

    def _half_of_day(self, at: int) -> tuple[int, str] | None:
        """The "pm" of "tomorrow pm", "Friday am", "pm tomorrow": a half of the day, without an hour."""
        tokens, words = self._tokens, self._words
        half = "morning" if tokens[at].norm == "am" else "afternoon" if tokens[at].norm == "pm" else ""
        if not half or half not in words.hours_of_parts:
            return None
        ahead = tokens[at + 1].norm if half == "afternoon" and at + 1 < len(tokens) else ""
        names_day = words.weekdays.keys() | words.phrases("days_plain").single_words() - {"this", "on", "next", "el"}
        return (at + 1, half) if ahead in names_day or (at and tokens[at - 1].norm in names_day) else None

    def lexical(self, at: int) -> Clock | None:
        """The hour written at a token, whatever it means: 14:30, 9.30, 1430, 3, "three fifteen"."""
        tokens = self._tokens
        number = cardinal(tokens, at, self._words)
        if number is None:
            return None
        value, end = number
        digits = tokens[at].norm if tokens[at].kind == "number" else ""
        if digits:
            if len(digits) <= 2:
                separated = self._separated(at, value)
                if separated is not None:
                    return separated
                if self._more_separators(at):
                    return None
                return self._spaced(end, value) or Clock(value, 0, end, "bare")
            if len(digits) in (3, 4) and not self._more_separators(at):
                return Clock(value // 100, value % 100, end, "military")
            return None
        if value > 24:
            return None
        return self._in_words(end, value) or Clock(value, 0, end, "bare")

    def _separated(self, at: int, hour: int) -> Clock | None:
        tokens = self._tokens
        if at + 2 >= len(tokens) or not tokens[at + 1].glued:
            return None
        sign, after = tokens[at + 1].norm, tokens[at + 2]
        if after.kind != "number" or len(after.norm) != 2:
            return None
        minute, end = int(after.norm), at + 3
        if sign == ":":
            if (
                end + 1 < len(tokens)
                and tokens[end].norm == ":"
                and tokens[end].glued
                and tokens[end + 1].kind == "number"
            ):
                end += 2
            return Clock(hour, minute, end, "colon")
        if not after.glued:
            return None
        if sign in ("h", "u"):
            return Clock(hour, minute, end, "h")
        further = end < len(tokens) and tokens[end].glued and tokens[end].norm == "." and end + 1 < len(tokens)
        if sign == "." and not (further and tokens[end + 1].kind == "number" and tokens[end + 1].glued):
            return Clock(hour, minute, end, "dot")
        return None

    def _more_separators(self, at: int) -> bool:
        """Whether the number is one piece of something longer, such as 12/11 or 206-555."""
        tokens = self._tokens
        after = at + 2 < len(tokens) and tokens[at + 1].glued and tokens[at + 1].norm in ("/", ".", ",", "%")
        return after and tokens[at + 2].glued and tokens[at + 2].kind == "number"

    def _spaced(self, end: int, hour: int) -> Clock | None:
        tokens = self._tokens
        if end < len(tokens) and tokens[end].kind == "number" and len(tokens[end].norm) == 2:
            minute = int(tokens[end].norm)
            if not tokens[end].glued and minute < 60 and hour <= 24 and not self._line.blocked[end]:
                if self._line.is_unit(end + 1) or self._more_separators(end):
                    return None
                after = tokens[end + 1].norm if end + 1 < len(tokens) else ""
                if after in self._words.months or after == ":" or after in self._words.ordinal_suffixes:
                    return None
                return Clock(hour, minute, end + 1, "spaced")
        return None

    def _in_words(self, end: int, hour: int) -> Clock | None:
        tokens = self._tokens
        ahead = end + 1 if end < len(tokens) and tokens[end].norm in self._words.number_joiners else end
        minute = cardinal(tokens, ahead, self._words)
        if ahead + 1 < len(tokens) and tokens[ahead].norm in ("o", "oh") and hour:
            unit = cardinal(tokens, ahead + 1, self._words)
            if unit is not None and 0 < unit[0] < 10 and tokens[ahead + 1].kind == "word":
                return Clock(hour, unit[0], unit[1], "words")
        if minute is None or tokens[ahead].kind != "word" or hour == 0:
            return None
        if minute[0] == 0:
            unit = cardinal(tokens, minute[1], self._words)
            if unit is not None and 0 < unit[0] < 10:
                return Clock(hour, unit[0], unit[1], "words")
            return None
        if 10 <= minute[0] < 60 and not self._line.is_unit(minute[1]):
            return Clock(hour, minute[0], minute[1], "words")
        return None

    def suffixes(self, clock: Clock, said: dict[str, Any]) -> bool:
        """Reads "pm", "o'clock", "in the morning", "-ish" after a time, in any order."""
        tokens, words = self._tokens, self._words
        any_found = False
        for _ in range(_SUFFIX_ROUNDS):
            end = clock.end
            half = self._half(end)
            if half is not None and said["half"] is None:
                said["half"], clock.end = half
            elif (found := words.phrases("oclock").at(tokens, end)) is not None and clock.style != "fixed":
                said["unit"] = (
                    found[0] == end + 1 and tokens[end].norm in words.phrases("bare_hour_units").single_words()
                )
                clock.end = found[0]
            elif (found := words.phrases("ish").at(tokens, end)) is not None and tokens[end].glued:
                said["approximate"], clock.end = True, found[0]
            elif (found := words.phrases("minutes_after").at(tokens, end)) is not None and clock.minute == 0:
                total = (clock.hour * 60 + found[1]) % (24 * 60)
                clock.hour, clock.minute, clock.end = total // 60 or 12, total % 60, found[0]
                clock.style = "phrase"
            elif (part := words.parts_clock.at(tokens, end)) is not None and said["part"] is None:
                today = words.phrases("today_parts").at(tokens, end)
                said["today"] = today is not None and today[0] == part[0]
                said["part"], clock.end = part[1], part[0]
            else:
                break
            any_found = True
        return any_found

    def _half(self, at: int) -> tuple[str, int] | None:
        tokens = self._tokens
        if at >= len(tokens):
            return None
        start = at + 1 if tokens[at].norm == "." and tokens[at].glued else at
        if start < len(tokens) and tokens[start].norm == "ampm":
            return "", start + 1
        for half in ("am", "pm"):
            found = self._words.phrases(half).at(tokens, start)
            if found is None:
                continue
            if found[0] == start + 1 and len(tokens[start].norm) == 1 and not self._single_letter(start):
                continue
            if start != at and not tokens[start].glued:
                continue
            return half, found[0]
        return None

    def _single_letter(self, at: int) -> bool:
        """9a and 9p, but not "at 9 a follow-up"."""
        return self._tokens[at].glued and not (
            at + 1 < len(self._tokens) and self._tokens[at + 1].glued and self._tokens[at + 1].kind == "word"
        )

    def half_follows(self, at: int) -> bool:
        """Whether "am" or "pm" stands at a token."""
        return self._half(at) is not None

    def hours_follow(self, at: int) -> bool:
        """Whether "hrs" or "o'clock" stands at a token, which makes four digits a time and not a year."""
        return self._words.phrases("oclock").at(self._tokens, at) is not None or self._half(at) is not None

    def strong_at(self, at: int) -> bool:
        """Whether the number at a token is surely a time and so no day of a month: 3:30, 4 pm, 2 o'clock."""
        clock = self.lexical(at)
        if clock is None:
            return False
        if clock.style in ("colon", "h", "words"):
            return True
        if clock.style == "spaced" and at and self._tokens[at - 1].norm in self._words.months:
            return False
        said: dict[str, Any] = {"half": None, "part": None, "approximate": False}
        return self.suffixes(clock, said) and not (clock.style == "spaced" and said["half"] is None)
