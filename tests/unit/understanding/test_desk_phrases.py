"""How desks say days and hours, and what they come to. ``when`` prints: day, time, then each question's options."""

from datetime import timedelta

import pytest

from bot.understanding.context import Slots
from tests.unit.understanding.desk import follow, read, when

# Wednesday 18 November 2026, 10:00 in Los Angeles; open Monday to Friday 8 to 18.
SETTLED = [
    ("Thursday half past 2", "2026-11-19 14:30"),
    ("thurs at quarter to five", "2026-11-19 16:45"),
    ("the 7th at noon", "2026-12-07 12:00"),
    ("a week from Monday at 9.30", "2026-11-30 09:30"),
    ("a week on Friday at 1430", "2026-11-27 14:30"),
    ("Friday week at half past ten", "2026-11-27 10:30"),
    ("in a fortnight at 2", "2026-12-02 14:00"),
    ("the day after tomorrow at 11", "2026-11-20 11:00"),
    ("first Monday of December at 8", "2026-12-07 08:00"),
    ("last Friday of the month at ten past 4", "2026-11-27 16:10"),
    ("Tuesday next week, 3 pm", "2026-11-24 15:00"),
    ("twenty to 4 tomorrow", "2026-11-19 15:40"),
    ("nine thirty on November twenty-third", "2026-11-23 09:30"),
    ("Nov 23 2026 at 6:30 pm", "2026-11-23 18:30"),
    ("18:15 on Saturday", "2026-11-21 18:15"),
    ("next Monday at 3", "2026-11-23 15:00"),
    ("2 weeks from tomorrow at 5", "2026-12-03 17:00"),
    ("Christmas Eve at 9", "2026-12-24 09:00"),
    ("in 45 minutes", "2026-11-18 10:45"),
    ("in two hours", "2026-11-18 12:00"),
    ("at 11ish on the 30th", "2026-11-30 11:00"),
    ("tomorrow at 3 in the afternoon", "2026-11-19 15:00"),
    ("tonight at 7", "2026-11-18 19:00"),
    ("2026-12-01 14:30", "2026-12-01 14:30"),
    ("not Thursday, Friday at 3", "2026-11-20 15:00"),
    ("Thursday at 2, no wait, Friday at 3", "2026-11-20 15:00"),
    ("I can't do Thursday, how about Friday at 1", "2026-11-20 13:00"),
    ("Friday instead of Thursday, at 10", "2026-11-20 10:00"),
    ("Thursday the 19th at 2", "2026-11-19 14:00"),
    ("Friday 20 at 4", "2026-11-20 16:00"),
    ("Friday 4 pm", "2026-11-20 16:00"),
    ("Thursday from 2 to 2:45", "2026-11-19 14:00"),
    ("eleven o'clock tomorrow", "2026-11-19 11:00"),
    ("12/1 at 10", "2026-12-01 10:00"),
    ("the 29th", "2026-11-29 -"),
    ("tomorrow", "2026-11-19 -"),
    ("at 3", "- 15:00"),
    ("Feb 29 2028 at 9", "2028-02-29 09:00"),
    ("the Monday after Thanksgiving at 9", "2026-11-30 09:00"),
    ("day after Christmas at 10", "2026-12-26 10:00"),
    ("in 3 business days at 9", "2026-11-23 09:00"),
    ("11/30 / 2:30pm", "2026-11-30 14:30"),
    ("at 3 on the 1st", "2026-12-01 15:00"),
    ("Jan 2 10am", "2027-01-02 10:00"),
    ("1030 Friday", "2026-11-20 10:30"),
    ("31 December at 23:59", "2026-12-31 23:59"),
]

ASKED = [
    ("next Friday", "- - ? two_readings: 2026-11-20 | 2026-11-27"),
    ("Wednesday at 3", "- 15:00 ? two_readings: 2026-11-18 15:00 | 2026-11-25 15:00"),
    ("Thursday at 7", "2026-11-19 - ? two_readings: 2026-11-19 07:00 | 2026-11-19 19:00"),
    ("Thursday 20 November", "- - ? contradiction: 2026-11-19 | 2026-11-20"),
    ("Thursday between 2 and 3", "2026-11-19 - ? two_readings: 2026-11-19 14:00 | 2026-11-19 14:30 | 2026-11-19 15:00"),
    ("today at 9", "- - ? past: 2026-11-18 21:00 | 2026-11-19 09:00"),
    ("yesterday at 3", "- 15:00 ? past: 2026-11-24 15:00"),
    ("November 31", "- - ? no_such: 2026-11-30 | 2026-12-01"),
    ("Feb 29", "- - ? far: 2028-02-29"),
    ("Thursday or Friday at 2", "- 14:00 ? two_readings: 2026-11-19 14:00 | 2026-11-20 14:00"),
    ("two Fridays from now", "- - ? two_readings: 2026-11-27 | 2026-12-04"),
    ("tomorrow at 2 or 3", "2026-11-19 - ? two_readings: 2026-11-19 14:00 | 2026-11-19 15:00"),
    (
        "Thursday after 4",
        "2026-11-19 - ? two_readings: 2026-11-19 16:00 | 2026-11-19 16:30 | 2026-11-19 17:00 | 2026-11-19 17:30",
    ),
]


@pytest.mark.parametrize(("text", "meant"), SETTLED)
def test_what_is_clear_is_settled(text: str, meant: str) -> None:
    assert when(text) == meant


@pytest.mark.parametrize(("text", "asked"), ASKED)
def test_what_fits_twice_or_never_is_asked(text: str, asked: str) -> None:
    assert when(text) == asked


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Thursday morning", "no_hour"),
        ("first thing on Monday", "no_hour"),
        ("sometime next week", "no_day"),
        ("end of the month", "no_day"),
        ("in December", "no_day"),
        ("at the weekend", "no_day"),
        ("from Dec 1 to Dec 4", "no_day"),
        ("the week after Thanksgiving", "no_day"),
    ],
)
def test_a_stretch_without_a_day_or_hour_is_asked(text: str, why: str) -> None:
    said = read(text)
    assert [ask.why for ask in said.questions] == [why]
    assert 1 <= len(said.questions[0].options) <= 4


@pytest.mark.parametrize(
    ("text", "locale", "meant"),
    [
        ("03/04 at 9", "en-US", "2027-03-04 09:00"),
        ("03/04 at 9", "en-GB", "2027-04-03 09:00"),
        ("03/04 at 9", "en-CA", "- 09:00 ? two_readings: 2027-03-04 09:00 | 2027-04-03 09:00"),
        ("03/04 at 9", "en", "- 09:00 ? two_readings: 2027-03-04 09:00 | 2027-04-03 09:00"),
        ("el 03/04 a las 9", "en-US", "- 09:00 ? two_readings: 2027-03-04 09:00 | 2027-04-03 09:00"),
        ("el 03/04 a las 9", "es-MX", "2027-04-03 09:00"),
        ("23/11 at 9", "en-US", "2026-11-23 09:00"),
        ("Friday week at half ten", "en-GB", "2026-11-27 10:30"),
        ("Friday at half three", "en-US", "2026-11-20 - ? two_readings: 2026-11-20 14:30 | 2026-11-20 15:30"),
        ("30/11/2026 at half two", "en-GB", "2026-11-30 14:30"),
        ("el 3/12 a las 4 menos cuarto", "es-ES", "2026-12-03 15:45"),
        ("mañana por la mañana a las 9", "es-MX", "2026-11-19 09:00"),
        ("pasado mañana a mediodía", "es-MX", "2026-11-20 12:00"),
        ("el lunes a la una y cuarto de la tarde", "es-MX", "2026-11-23 13:15"),
        ("dentro de dos semanas a las 16:20", "es-ES", "2026-12-02 16:20"),
        ("no el jueves, el viernes a las 5 de la tarde", "es-ES", "2026-11-20 17:00"),
        ("el primer lunes de diciembre a las ocho y media", "es-MX", "2026-12-07 08:30"),
        ("quince para las once del viernes", "es-MX", "2026-11-20 10:45"),
        ("la semana que viene el martes a las 10", "es-MX", "2026-11-24 10:00"),
    ],
)
def test_each_locale_has_its_own_order_and_words(text: str, locale: str, meant: str) -> None:
    assert when(text, locale=locale) == meant


LA, LONDON, SYDNEY = "America/Los_Angeles", "Europe/London", "Australia/Sydney"


# The clock changes, in three places and at both ends: the day, the options' times, and which is the later.
@pytest.mark.parametrize(
    ("zone", "now", "text", "day", "asked"),
    [
        (LA, "2027-03-10T10:00", "Sunday 2:30 am", "2027-03-14", "clock_skips 01:30 03:30"),
        (LA, "2027-03-10T10:00", "Sunday 3:00 am", "2027-03-14", ""),
        (LA, "2026-10-28T10:00", "Sunday 1:30 am", "2026-11-01", "clock_repeats 01:30 01:30*"),
        (LA, "2026-10-28T10:00", "Sunday 2:00 am", "2026-11-01", ""),
        (LONDON, "2027-03-25T10:00", "Sunday 1:30 am", "2027-03-28", "clock_skips 00:30 02:30"),
        (LONDON, "2026-10-21T10:00", "Sunday 1:30 am", "2026-10-25", "clock_repeats 01:30 01:30*"),
        (SYDNEY, "2026-10-01T10:00", "Sunday 2:30 am", "2026-10-04", "clock_skips 01:30 03:30"),
        (SYDNEY, "2027-03-31T10:00", "Sunday 2:30 am", "2027-04-04", "clock_repeats 02:30 02:30*"),
    ],
)
def test_a_wall_time_that_clocks_skip_or_repeat_is_asked(zone: str, now: str, text: str, day: str, asked: str) -> None:
    said = read(text, now, zone=zone)
    assert str(said.day) == day
    assert (said.at is None) == bool(asked)
    told = [f"{ask.why} " + " ".join(f"{o.at:%H:%M}{'*' * o.fold}" for o in ask.options) for ask in said.questions]
    assert told == ([asked] if asked else [])


US_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Anchorage",
    "Pacific/Honolulu",
)


@pytest.mark.parametrize("zone", US_ZONES)
def test_every_us_zone_reads_its_own_days(zone: str) -> None:
    assert when("tomorrow at 2:30 am", "2026-02-28T23:59", zone=zone) == "2026-03-01 02:30"
    assert when("tomorrow at noon", "2026-12-31T23:59", zone=zone) == "2027-01-01 12:00"
    assert when("tomorrow at noon", "2028-02-28T08:00", zone=zone) == "2028-02-29 12:00"


def test_an_offset_says_which_of_two_equal_times_is_meant() -> None:
    first = read("Sun 1 Nov 2026, 1:30 AM Pacific (UTC-07)", "2026-10-28T10:00")
    second = read("Sun 1 Nov 2026, 1:30 AM Pacific (UTC-08)", "2026-10-28T10:00")
    assert (first.fold, second.fold) == (0, 1)
    assert first.questions == second.questions == ()


def test_a_zone_said_beside_a_time_goes_with_it() -> None:
    said = read("book Ana Ruiz tomorrow at 3 pm Eastern")
    assert (said.at and said.at.hour, said.time_zone) == (15, "America/New_York")


@pytest.mark.parametrize(
    "text",
    [
        "room 302",
        "in 2 rooms",
        "2 people",
        "it costs $120.50",
        "age 45",
        "MRN 2065550142",
        "SSN 123-45-6789",
        "the 7th floor",
        "version 2.30",
        "flight 1430",
        "zip 98101",
        "order 206-555-0142",
        "card 4111 1111 1111 1111",
        "born 12/04/1980",
        "blood pressure 120/80",
        "24/7",
        "12 March Street",
        "NHS number 943 476 5919",
        "her birthday is May 5",
        "referred on 11/2",
        "a score of 7 to 3",
        "14 Elm Street",
        "sala 4",
        "2 personas",
    ],
)
def test_numbers_that_are_no_times_or_phones_are_left_alone(text: str) -> None:
    said = read(f"book Ana Ruiz, {text}")
    assert (said.day, said.at, said.phone, said.questions) == (None, None, None, ())
    assert said.client_name == "Ana Ruiz"


FIRST = "book Ana Ruiz 206-555-0142 follow-up with Dr Kim on Thursday at half past 2"
"""Tomorrow."""


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("make it Friday instead", {"day": "2026-11-20"}),
        ("half an hour later", {"at": "15:00:00"}),
        ("an hour earlier", {"at": "13:30:00"}),
        ("push it back an hour", {"at": "15:30:00"}),
        ("same time next week", {"day": "2026-11-26"}),
        ("a day later", {"day": "2026-11-20"}),
        ("with Patel then", {"staff_id": "patel"}),
        ("make it 45 minutes", {"duration": "PT45M"}),
        ("15 minutes longer", {"duration": "PT45M"}),
        ("her number is 206-555-0199", {"phone": "+12065550199"}),
        ("at 4", {"at": "16:00:00"}),
        ("no, 10:15", {"at": "10:15:00"}),
        ("no 10:15", {"at": "10:15:00"}),
        ("no, 10", {"at": "10:00:00"}),
        ("10 would be better", {"at": "10:00:00"}),
        ("make that quarter past", {"at": "14:15:00"}),
        ("for Luis Vega instead", {"client_name": "Luis Vega"}),
        ("lab results, not follow-up", {"type_name": "Lab results"}),
        ("on Monday at 9", {"day": "2026-11-23", "at": "09:00:00"}),
        ("mejor a las 4", {"at": "16:00:00"}),
        ("con Patel entonces", {"staff_id": "patel"}),
        ("media hora más tarde", {"at": "15:00:00"}),
    ],
)
def test_a_follow_up_changes_only_what_it_speaks_of(text: str, changed: dict[str, str]) -> None:
    before, after = follow(FIRST).model_dump(mode="json"), follow(FIRST, text).model_dump(mode="json")
    assert {name: value for name, value in after.items() if value != before[name]} == changed


def test_a_bare_weekday_is_asked_where_the_visits_own_week_has_it_too() -> None:
    about = follow("book Ana Ruiz on Thursday Nov 26 at 2")
    assert when("make it Friday", about=about) == "- - ? two_readings: 2026-11-20 | 2026-11-27"


def test_a_follow_up_without_a_visit_says_how_far() -> None:
    assert read("push Ana Ruiz back half an hour").shift == timedelta(minutes=30)
    assert read("bring Ana Ruiz forward an hour").shift == timedelta(minutes=-60)


def test_a_move_tells_which_visit_and_where_to() -> None:
    said = read("move Ana Ruiz from Thursday 2pm to Friday at 3")
    assert (said.was_day, said.was_at) != (None, None)
    assert (said.client_name, str(said.day), str(said.at)) == ("Ana Ruiz", "2026-11-20", "15:00:00")


@pytest.mark.parametrize(
    ("answer", "meant"),
    [("pm", "19:00"), ("the first one", "07:00"), ("7 pm", "19:00"), ("evening", "19:00"), ("the second", "19:00")],
)
def test_a_short_answer_picks_an_option(answer: str, meant: str) -> None:
    first = read("book Ana Ruiz Thursday at 7")
    about = Slots(client_name="Ana Ruiz", day=first.day)
    said = read(answer, about=about, asked=first.questions[0])
    assert said.at is not None
    assert said.at.strftime("%H:%M") == meant
