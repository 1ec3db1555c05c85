"""Reads with Recognizers-Text and dateparser what the grammar leaves over, on short spans only.

Both are slow on long input (Recognizers takes seconds on a thousand characters of "7-7-7-") and quick to invent, so
they never see more than ``SPAN_TOKENS`` tokens, at most ``MOST_SPANS`` times a message, and only where a word that
tells of time was left over. Where the two agree their reading stands; where they differ the person is asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

from bot.understanding.almanac import date_order
from bot.understanding.context import Context
from bot.understanding.questions import Ask, Option
from bot.understanding.tokens import Token, joined
from bot.understanding.vocabulary import Vocabulary, vocabularies, vocabulary

SPAN_TOKENS = 8
SPAN_CHARACTERS = 80
MOST_SPANS = 2
_BEFORE = 4

Moment = tuple[date | None, time | None]
LibraryReader = Callable[[str, str, datetime, str], list[Moment]]
"""Span, language, now and date order in; the moments it may mean out."""


@dataclass(frozen=True, slots=True)
class LeftoverRead:
    """What the libraries made of a span: settled where they agree, else a question."""

    day: date | None = None
    at: time | None = None
    ask: Ask | None = None
    span: tuple[int, int] = (0, 0)


class Leftovers:
    """The libraries behind the grammar. Other readers may be handed in; tests count what these are given."""

    def __init__(self, readers: Sequence[LibraryReader] | None = None) -> None:
        self._readers = tuple(readers) if readers is not None else (read_with_recognizers, read_with_dateparser)

    def read(
        self,
        tokens: Sequence[Token],
        text: str,
        words: Vocabulary,
        context: Context,
        taken: Sequence[bool],
        *,
        day: bool,
        hour: bool,
    ) -> LeftoverRead | None:
        """What the left-over words say of the parts that are still open (``day``, ``hour``)."""
        now = context.now.astimezone(ZoneInfo(context.time_zone)).replace(tzinfo=None)
        order, _ = date_order(context.locale, words.language)
        for start, end in self._spans(tokens, words, taken, day=day, hour=hour)[:MOST_SPANS]:
            span = joined(tokens, start, end, text)[:SPAN_CHARACTERS]
            heard = [
                self._fitting(each(span, words.language, now, order), now, day=day, hour=hour) for each in self._readers
            ]
            read = self._weighed(heard, span, (start, end))
            if read is not None:
                return read
        return None

    def warm_up(self) -> None:
        """Load both libraries, and have them build all that they build at first use, for every language we read."""
        now = datetime(2026, 1, 5)  # noqa: DTZ001 - the libraries count from wall time
        for language in vocabularies():
            for text in ("2031-03-03", *vocabulary(language).data["warm_up"]):
                for reader in self._readers:
                    reader(text[:SPAN_CHARACTERS], language, now, "dm")

    @staticmethod
    def _spans(
        tokens: Sequence[Token], words: Vocabulary, taken: Sequence[bool], *, day: bool, hour: bool
    ) -> list[tuple[int, int]]:
        """Stretches of left-over tokens around a word that tells of days (or hours)."""
        telling: set[str] = set()
        if day:
            telling |= words.phrases("leftover_days").single_words() | set(words.weekdays) | set(words.months)
        hours = words.phrases("leftover_hours").single_words()
        if hour:
            telling |= hours
        spans: list[tuple[int, int]] = []
        for at, token in enumerate(tokens):
            if taken[at] or token.norm not in telling or (spans and at < spans[-1][1]):
                continue
            if at and token.norm in hours and words.phrases("question_words").before(tokens, at) is not None:
                continue  # "what hour" names none
            if token.norm in words.short_weekdays or (token.norm in words.stopwords and token.norm in words.months):
                continue
            start = end = at
            while start > max(0, at - _BEFORE) and not taken[start - 1] and tokens[start - 1].norm not in ".!?;":
                start -= 1
            while end + 1 < len(tokens) and end + 1 - start < SPAN_TOKENS and not taken[end + 1]:
                if tokens[end + 1].norm in ".!?;":
                    break
                end += 1
            spans.append((start, end + 1))
        return spans

    @staticmethod
    def _fitting(heard: Sequence[Moment], now: datetime, *, day: bool, hour: bool) -> list[Moment]:
        """The moments ahead, without the parts that are known already."""
        ahead = [each for each in heard if each[0] is None or each[0] >= now.date()]
        open_parts = [(one if day else None, at if hour else None) for one, at in ahead]
        return list(dict.fromkeys(each for each in open_parts if each != (None, None)))

    @staticmethod
    def _weighed(heard: Sequence[Sequence[Moment]], span: str, place: tuple[int, int]) -> LeftoverRead | None:
        every = list(dict.fromkeys(each for one in heard for each in one))
        if not every:
            return None
        if len(every) == 1 and all(len(one) == 1 for one in heard):
            return LeftoverRead(day=every[0][0], at=every[0][1], span=place)
        about: list[Literal["date", "time"]] = []
        if any(each[0] is not None for each in every):
            about.append("date")
        if any(each[1] is not None for each in every):
            about.append("time")
        options = tuple(Option(day=each[0], at=each[1]) for each in every[:4])
        return LeftoverRead(ask=Ask(about=tuple(about), why="unsure", options=options, said=span), span=place)


def read_with_recognizers(span: str, language: str, now: datetime, order: str) -> list[Moment]:
    """What Recognizers-Text reads in a span. Its model takes a second to build, the first time."""
    from recognizers_date_time import DateTimeRecognizer
    from recognizers_text import Culture

    culture = {"en": Culture.English, "es": Culture.Spanish}.get(language, Culture.English)
    found: list[Moment] = []
    for result in DateTimeRecognizer(culture).get_datetime_model().parse(span, now):
        kind = result.type_name.removeprefix("datetimeV2.")
        if kind not in ("date", "time", "datetime"):
            continue
        for value in (result.resolution or {}).get("values", ()):
            moment = _recognized(kind, value)
            if moment is not None:
                found.append(moment)
    return list(dict.fromkeys(found))


def _recognized(kind: str, value: dict[str, Any]) -> Moment | None:
    said = str(value.get("value", ""))
    try:
        if kind == "date":
            return date.fromisoformat(said), None
        if kind == "time":
            return None, time.fromisoformat(said).replace(second=0)
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None
    return moment.date(), moment.time().replace(second=0)


def read_with_dateparser(span: str, language: str, now: datetime, order: str) -> list[Moment]:
    """What dateparser reads in a span, the whole of it: searching inside is where it invents."""
    from dateparser.date import DateDataParser

    settings = {"PREFER_DATES_FROM": "future", "RELATIVE_BASE": now, "REQUIRE_PARTS": ["day"]}
    if order:
        settings["DATE_ORDER"] = "DMY" if order == "dm" else "MDY"
    try:
        data = DateDataParser(languages=[language], settings=settings).get_date_data(span)
    except (ValueError, OverflowError):
        return []
    if data.date_obj is None:
        return []
    moment: datetime = data.date_obj
    at = None if data.period in ("day", "week", "month", "year") else moment.time().replace(second=0, microsecond=0)
    return [(moment.date(), at)]
