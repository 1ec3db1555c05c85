"""Today, and the customs of a locale: which number of 03/04 is the month, when weeks begin, how hours are written."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from babel import Locale, UnknownLocaleError


@dataclass(slots=True, frozen=True)
class Almanac:
    """Today, the customs of a locale, and the day that is being talked about."""

    today: date
    week_starts: int
    """Weekday on which weeks begin here; 0 is Monday."""
    order: str
    """``md``, ``dm``, or empty where the locale does not decide which number of 03/04 is the month."""
    region: str
    """The territory of the locale, such as GB; empty where it names none."""
    by_24: bool
    """Whether the locale writes hours from 0 to 23."""
    about: date | None
    is_open: Callable[[date], bool]
    stretch: tuple[date, date] | None = None
    """The days a question was asked about: "next week" makes an answer of "Tuesday" next week's."""

    def upcoming(self, weekday: int, *, after_today: bool = False) -> date:
        """The nearest date on this weekday; today counts unless ``after_today``."""
        ahead = (weekday - self.today.weekday()) % 7
        return self.today + timedelta(days=ahead or (7 if after_today else 0))

    def week_of(self, day: date, starts: int = 0) -> date:
        """The first day of a date's week."""
        return day - timedelta(days=(day.weekday() - starts) % 7)


def territory(locale: str) -> str:
    """The region a locale names: GB of en-GB, else empty."""
    for piece in locale.replace("_", "-").split("-")[1:]:
        if len(piece) == 2 and piece.isalpha():
            return piece.upper()
    return ""


@lru_cache(maxsize=64)
def writes_24_hours(locale: str) -> bool:
    """Whether a locale's own short time runs to 23: 14:30 rather than 2:30 PM."""
    try:
        parsed = Locale.parse("_".join(locale.replace("_", "-").split("-")[:2]))
    except (ValueError, UnknownLocaleError):
        return False
    return "a" not in str(parsed.time_formats["short"].pattern)


@lru_cache(maxsize=64)
def date_order(locale: str, language: str) -> tuple[str, int]:
    """Which of 03/04 is the month, and the first day of the week, by the reader's locale.

    Undecided (empty) for a locale without a region in a language whose regions differ, for regions that write both
    ways (as who speaks Spanish in the US does), and where the message is not in the locale's language.
    """
    tag = locale.replace("_", "-").split("-")
    try:
        parsed = Locale.parse("_".join(tag[:2])) if len(tag) > 1 else Locale.parse(tag[0])
    except (ValueError, UnknownLocaleError):
        return "", 0
    pattern = str(parsed.date_formats["short"].pattern).lower()
    order = "dm" if pattern.find("d") < pattern.find("m") else "md"
    if pattern.startswith("y") or parsed.territory in ("CA", "PH", "PA", "PR") or parsed.language != language:
        order = ""
    if (parsed.territory is None and parsed.language == "en") or (parsed.territory == "US" and parsed.language != "en"):
        order = ""
    return order, int(parsed.first_week_day)
