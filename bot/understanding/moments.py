"""The day-and-hour part of a reading, from tokens to settled values, questions and the words they came from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from bot.understanding.almanac import Almanac, date_order, territory, writes_24_hours
from bot.understanding.context import Context
from bot.understanding.dates import DaySaid, shifted
from bot.understanding.gather import Gatherer
from bot.understanding.gathering import Gathered
from bot.understanding.mentions import Mention
from bot.understanding.named_days import without_names
from bot.understanding.scan import Scanner
from bot.understanding.settle import Settled, Settler
from bot.understanding.times import Hours
from bot.understanding.tokens import Token, joined
from bot.understanding.vocabulary import Vocabulary

_CLOSE = 2
"""Words so near each other are quoted as one phrase."""


@dataclass(slots=True)
class Moments:
    """What was found, and which tokens it came from."""

    settled: Settled
    gathered: Gathered
    mentions: list[Mention] = field(default_factory=list)
    was: Settled | None = None

    @property
    def may_be_visit(self) -> bool:
        """Whether a stretch of hours was taken for one to choose in that would be a visit's start and end."""
        return self.gathered.time is not None and self.gathered.time.may_be_visit


def read_moments(
    tokens: Sequence[Token],
    text: str,
    words: Vocabulary,
    context: Context,
    taken: Sequence[bool],
    *,
    zone: str,
    offset: int | None,
    is_move: bool,
    as_stretch: bool,
    is_wish: bool,
    as_visit: bool = False,
    looks_back: bool = False,
) -> Moments:
    """Day, hour and length of a message, as far as the grammar goes."""
    now = context.now.astimezone(ZoneInfo(zone))
    hours = Hours(context, zone)
    order, week_starts = date_order(context.locale, words.language)
    by_24 = writes_24_hours(context.locale)
    about, asked = context.about, context.asked
    almanac = Almanac(
        now.date(),
        week_starts,
        order,
        territory(context.locale),
        by_24,
        about.day if about is not None else None,
        hours.is_open,
        (asked.first_day, asked.last_day) if asked and asked.first_day and asked.last_day else None,
    )
    expects_hour = bool(
        (about is not None and (about.at or about.day)) or (asked is not None and "time" in asked.about)
    )
    mentioned = Scanner(tokens, words, taken, expects_hour=expects_hour).mentions()
    mentions = without_names(mentioned, tokens, words)
    gatherer = Gatherer(tokens, words, almanac, hours, now, about)
    gathered = gatherer.gather(mentions, is_move=is_move, is_wish=is_wish, as_visit=as_visit)
    said = {}
    if gathered.day is not None:
        said["date"] = _words(gathered.day.spans, tokens, text)
    if gathered.time is not None:
        said["time"] = _words(gathered.time.spans, tokens, text)
    settler = Settler(context, zone, almanac, hours, now, offset)
    settled = settler.settle(gathered, as_stretch=as_stretch, said=said, looks_back=looks_back)
    was = None
    if gathered.was_day is not None or gathered.was_time is not None:
        old = Gathered(day=gathered.was_day, time=gathered.was_time)
        was = settler.settle(old, as_stretch=False, said={}, looks_back=True)
        if was.day is None and old.day is not None:
            was.day = _just_over(old.day)
    return Moments(settled, gathered, mentions, was)


def _just_over(said: DaySaid) -> date | None:
    """The day of a visit that is over, where only next year's date is ahead: "the visit on November 2" in November.

    No visit is then found on it and the person is told so, rather than another visit moved.
    """
    return shifted(said.dates[0], {"years": 1}, -1) if said.why == "past" and said.vague is None else None


def _words(spans: Sequence[tuple[int, int]], tokens: Sequence[Token], text: str) -> str:
    unique: list[tuple[int, int]] = []
    for start, end in sorted(set(spans)):
        if unique and start - unique[-1][1] <= _CLOSE:
            unique[-1] = (unique[-1][0], max(end, unique[-1][1]))
        else:
            unique.append((start, end))
    return " ".join(joined(tokens, start, end, text) for start, end in unique)
