"""Days, times and zones are spelled so that nobody can mistake them."""

from datetime import UTC, date, datetime, timedelta

import pytest

from bot.strings.translate import Translator
from bot.strings.words import day_in_words, duration_in_words, moment_in_words, phone_in_words, zone_in_words

THANKSGIVING = datetime(2026, 11, 26, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "locale", "words"),
    [
        ("America/Los_Angeles", "en-US", "Thu 26 Nov 2026, 2:30 PM Pacific"),
        ("America/New_York", "en-US", "Thu 26 Nov 2026, 5:30 PM Eastern"),
        ("America/Los_Angeles", "en-GB", "Thu 26 Nov 2026, 14:30 Pacific"),
        ("UTC", "en-US", "Thu 26 Nov 2026, 10:30 PM UTC"),
        ("Etc/UTC", "en-US", "Thu 26 Nov 2026, 10:30 PM UTC"),
    ],
)
def test_a_moment_has_weekday_date_time_and_zone(zone: str, locale: str, words: str) -> None:
    assert moment_in_words(THANKSGIVING, zone, Translator(locale)) == words


def test_arizona_is_not_mistaken_for_denver() -> None:
    t = Translator("en-US")
    assert zone_in_words(THANKSGIVING, "America/Phoenix", t) == "Arizona"
    assert zone_in_words(THANKSGIVING, "America/Denver", t) == "Mountain"
    assert zone_in_words(THANKSGIVING, "America/Regina", t) == "Central Standard"


def test_a_wall_time_that_exists_twice_carries_its_offset() -> None:
    t = Translator("en-US")
    first = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)
    assert moment_in_words(first, "America/Los_Angeles", t) == "Sun 1 Nov 2026, 1:30 AM Pacific (UTC-07)"
    later = first + timedelta(hours=1)
    assert moment_in_words(later, "America/Los_Angeles", t) == "Sun 1 Nov 2026, 1:30 AM Pacific (UTC-08)"


def test_the_day_stands_before_the_month_in_every_locale() -> None:
    for locale in ("en-US", "en-GB"):
        assert day_in_words(date(2026, 3, 4), Translator(locale)) == "Wed 4 Mar 2026"


@pytest.mark.parametrize(("minutes", "words"), [(15, "15 min"), (60, "1 h"), (90, "1 h 30 min"), (0, "0 min")])
def test_lengths(minutes: int, words: str) -> None:
    assert duration_in_words(timedelta(minutes=minutes), Translator("en-US")) == words


def test_a_number_of_the_region_is_written_as_people_there_write_it() -> None:
    assert phone_in_words("+12065550142", "US") == "(206) 555-0142"
    assert phone_in_words("+442079460958", "US") == "+44 20 7946 0958"


def test_an_unknown_language_reads_english() -> None:
    assert Translator("xx-YY").language == "en"
    assert Translator("").language == "en"
