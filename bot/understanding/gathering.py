"""What is being gathered from one message, shared by those who gather it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TypeVar

from bot.understanding.almanac import Almanac
from bot.understanding.context import Slots
from bot.understanding.dates import DaySaid
from bot.understanding.mentions import Mention
from bot.understanding.times import Hours, TimeSaid
from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Vocabulary

_Said = TypeVar("_Said", DaySaid, TimeSaid)


@dataclass(slots=True)
class Gathered:
    """What the mentions of a message come to, before it is decided."""

    day: DaySaid | None = None
    time: TimeSaid | None = None
    was_day: DaySaid | None = None
    was_time: TimeSaid | None = None
    length: int | None = None
    length_change: int = 0
    shift: timedelta | None = None
    """How much later or earlier, where there is no visit yet to count from."""
    later: timedelta | None = None
    """How much later than now, said without "from now": where a client is named, later than that client's visit."""
    length_spans: list[tuple[int, int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Gathering:
    """One message's mentions on their way to a day and an hour."""

    tokens: Sequence[Token]
    words: Vocabulary
    almanac: Almanac
    hours: Hours
    now: datetime
    about: Slots | None
    is_move: bool = False
    is_wish: bool = True
    as_visit: bool = False
    """Whether a visit is booked or moved, so that from one hour to another is its start and its end."""
    says_day: bool = False
    """Whether a day is said by itself, so that "an hour later" speaks of the hour alone."""
    cuts: list[int] = field(default_factory=list)
    """Where corrections stand."""
    days: list[DaySaid] = field(default_factory=list)
    times: list[TimeSaid] = field(default_factory=list)
    result: Gathered = field(default_factory=Gathered)

    def leads_to(self, place: int) -> bool:
        """Whether what stands here is what something is moved to: "to Friday", "al viernes"."""
        ends = self.words.phrases("move_to")
        if ends.at(self.tokens, place) is not None:
            return True
        fillers = self.words.phrases("fillers").single_words()
        at = place
        for _ in range(3):
            if ends.before(self.tokens, at) is not None:
                return True
            if at <= 0 or self.tokens[at - 1].norm not in fillers:
                return False
            at -= 1
        return False


def plain_time(each: Mention, at: time) -> TimeSaid:
    """A time of day that is settled by itself."""
    return TimeSaid([at.hour * 60 + at.minute], each.start, each.end, spans=[(each.start, each.end)])


def standing(said: Sequence[tuple[Mention, _Said]], cuts: Sequence[int]) -> list[tuple[Mention, _Said]]:
    """What is left once denied, corrected and background mentions are taken away.

    ``cuts`` are where a correction stands: what was said before one gives way to what is said after it.
    """
    kept: list[tuple[Mention, _Said]] = []
    for mention, value in said:
        if mention.negated:
            continue
        kept = [each for each in kept if not any(each[0].start < cut <= mention.start for cut in cuts)]
        kept.append((mention, value))
    return [each for each in kept if not each[0].background]
