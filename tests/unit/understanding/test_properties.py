"""What holds for every message: settled moments survive their own words, order changes nothing, nothing raises."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.strings.translate import Translator
from bot.strings.words import moment_in_words
from tests.unit.understanding.desk import READER, context, read

US_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
)
ZONES = (*US_ZONES, "Europe/London", "Europe/Madrid", "Australia/Sydney", "America/Mexico_City")
NOW = datetime(2026, 11, 18, 10)  # noqa: DTZ001

moments = st.datetimes(min_value=NOW + timedelta(hours=1), max_value=NOW + timedelta(days=365)).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)


@settings(max_examples=400, deadline=None)
@given(
    moment=moments, zone=st.sampled_from(ZONES), locale=st.sampled_from(("en-US", "en-GB", "es-MX", "es-ES", "es-US"))
)
def test_a_moment_printed_in_words_reads_as_the_same_moment(moment: datetime, zone: str, locale: str) -> None:
    instant = moment.replace(tzinfo=ZoneInfo(zone)).astimezone(ZoneInfo("UTC"))
    printed = moment_in_words(instant, zone, Translator(locale))
    said = read(printed, NOW.isoformat(), zone=zone, locale=locale)
    assert said.day is not None, (printed, said.questions)
    assert said.at is not None, (printed, said.questions)
    again = datetime.combine(said.day, said.at, ZoneInfo(said.time_zone or zone)).replace(fold=said.fold)
    assert again.astimezone(ZoneInfo("UTC")) == instant, printed


@settings(max_examples=150, deadline=None)
@given(moment=moments, locale=st.sampled_from(("en-US", "es-MX")))
def test_an_iso_moment_reads_as_itself(moment: datetime, locale: str) -> None:
    said = read(moment.strftime("%Y-%m-%d %H:%M"), NOW.isoformat(), zone="UTC", locale=locale)
    assert (said.day, said.at) == (moment.date(), moment.time()) or said.questions


PARTS = {
    "name": ("Ana Ruiz", "ana ruiz", "Mary-Jane O'Brien", "María de la Cruz", "王小明", "Luuk van den Berg"),
    "phone": ("206-555-0142", "(206) 555-0143", "206.555.0144", "+1 206 555 0145"),
    "type": ("follow-up", "new patient", "lab results", "physio"),
    "staff": ("with Dr Kim", "with Patel", "with Maria Lopez"),
    "date": ("Thursday", "Nov 26", "the 26th", "tomorrow", "on 2026-11-26", "26 November"),
    "time": ("at 2:30 pm", "half past 2", "14:30", "at 1430", "at 9.30"),
}


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_the_order_of_a_bookings_parts_changes_nothing(data: st.DataObject) -> None:
    chosen = {name: data.draw(st.sampled_from(values), name) for name, values in PARTS.items()}
    order = data.draw(st.permutations(list(chosen)), "order")
    joiner = data.draw(st.sampled_from((" ", ", ")), "joiner")
    straight = read("book " + " ".join(chosen.values()))
    shuffled = read("book " + joiner.join(chosen[each] for each in order))
    for name in ("client_name", "phone", "type_name", "staff_id", "day", "at", "questions"):
        assert getattr(shuffled, name) == getattr(straight, name), (name, joiner.join(chosen[each] for each in order))
    assert straight.client_name is not None
    assert straight.phone is not None
    assert straight.type_name is not None
    assert straight.staff_id is not None
    assert straight.day is not None
    assert straight.at is not None


_NASTY_WORDS = """
between 2 and 3 pm half past to next Thursday the 31st of february 29/02 2-3 a week from not no wait or in 24:00 25:61
99 0 minutes later hours first last month day :: // 1/2/3/4 206-555 +1 (206 at . , ' noon ago mañana por la tarde el 31
dentro de menos cuarto y media zona este Dr with for
"""
nasty = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="0123456789-/:. ,()+", max_size=300),
    st.lists(
        st.sampled_from(_NASTY_WORDS.split()),
        max_size=40,
    ).map(" ".join),
)


@settings(max_examples=600, deadline=None)
@given(text=nasty, locale=st.sampled_from(("en-US", "en-GB", "es-ES", "xx", "", "zh-Hans-CN")))
def test_no_text_raises(text: str, locale: str) -> None:
    READER.read(text, context(locale=locale))


@settings(max_examples=200, deadline=None)
@given(text=nasty, moment=moments)
def test_no_follow_up_raises(text: str, moment: datetime) -> None:
    from bot.understanding.context import Slots

    about = Slots(client_name="Ana", day=moment.date(), at=moment.time(), time_zone="America/Los_Angeles")
    first = READER.read(text, context(about=about))
    for ask in first.questions:
        READER.read(text, context(about=about, asked=ask))


@pytest.mark.parametrize(
    "unit",
    [
        "7-7-7-",
        "a ",
        "1 ",
        "206-555-0142 ",
        "in 2 weeks ",
        "между ",
        "木曜日",
        "\x00",
        "\u202e",
        "at 3 ",
        "(((",
        "😀",
        "next ",
        "@",
        "a@b.c ",
        "Dr Kim ",
        "Mr Ana ",
    ],
)
def test_ten_thousand_characters_of_anything_are_read(unit: str) -> None:
    read(unit * (10_000 // len(unit)))


@settings(max_examples=200, deadline=None)
@given(text=nasty)
def test_what_is_settled_is_never_over_and_never_in_question(text: str) -> None:
    said = read(text)
    asked = {part for ask in said.questions for part in ask.about}
    assert said.day is None or "date" not in asked
    assert said.at is None or "time" not in asked
    assert all(1 <= len(ask.options) <= 4 for ask in said.questions if set(ask.about) & {"date", "time"})
    if said.day is not None and said.at is not None and said.until_day is None and said.at != time(10):
        zone = ZoneInfo(said.time_zone or "America/Los_Angeles")
        now = datetime(2026, 11, 18, 10, tzinfo=ZoneInfo("America/Los_Angeles"))
        assert datetime.combine(said.day, said.at, zone) >= now
