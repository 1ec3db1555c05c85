"""By how much a visit moves, how long it then is, and of which day it is."""

from datetime import date, time, timedelta

import pytest

from bot.understanding.reading import Intent
from tests.unit.understanding.desk import read

HALF, THREE_QUARTERS, HOUR, TWO = (timedelta(minutes=each) for each in (30, 45, 60, 120))


@pytest.mark.parametrize(
    ("text", "locale", "shift", "duration"),
    [
        ("move Ana two hours later and make it 45 minutes", "en-US", TWO, THREE_QUARTERS),
        ("move Ana 45 minutes later and make it two hours", "en-US", THREE_QUARTERS, TWO),
        ("make Ana 45 minutes and move it two hours later", "en-US", TWO, THREE_QUARTERS),
        ("push Ana back half an hour and make it 45 minutes", "en-US", HALF, THREE_QUARTERS),
        ("move Ana Ruiz an hour earlier, and shorten it to 30 minutes", "en-US", -HOUR, HALF),
        ("postpone Ana two days and make it 45 minutes", "en-US", timedelta(days=2), THREE_QUARTERS),
        ("mueve a Ana dos horas más tarde y que dure 45 minutos", "es-US", TWO, THREE_QUARTERS),
        ("push Ana back 30 minutes", "en-US", HALF, None),
        ("move Ana two hours later, no, make it an hour", "en-US", HOUR, None),
    ],
)
def test_a_visit_moves_by_the_one_count_and_lasts_the_other(
    text: str, locale: str, shift: timedelta, duration: timedelta | None
) -> None:
    said = read(text, locale=locale)
    assert (said.shift, said.duration) == (shift, duration)


def test_a_second_count_that_may_correct_the_first_or_be_the_length_settles_neither() -> None:
    said = read("move Ana two hours later, make it 45 minutes")
    assert (said.shift, said.duration) == (None, None)


@pytest.mark.parametrize(
    ("text", "locale", "was"),
    [
        ("move the visit on November 2 to Friday", "en-US", date(2026, 11, 2)),
        ("move the visit on 11/2 to Friday", "en-US", date(2026, 11, 2)),
        ("mueve la visita del 2 de noviembre al viernes", "es-US", date(2026, 11, 2)),
        ("move the visit on November 24 to Friday", "en-US", date(2026, 11, 24)),
        ("move yesterday's visit to Friday", "en-US", date(2026, 11, 17)),
    ],
)
def test_a_visit_that_moves_is_of_the_day_that_was_said_even_one_that_is_over(
    text: str, locale: str, was: date
) -> None:
    said = read(text, locale=locale)
    assert (said.was_day, said.day) == (was, date(2026, 11, 20))


def test_the_second_client_is_moved_too_where_the_name_begins_like_a_particle() -> None:
    assert read("move Ana Ruiz to 3 and Ben Cho to 4").left == "move Ben Cho to 4"


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("book Ana Ruiz from 10 to 10:30 on Friday", "en-US"),
        ("book Ana Ruiz Fri 10-10:30", "en-US"),
        ("book Ana Ruiz Friday 10–10:30", "en-US"),
        ("Ana Ruiz Fri 10-10:30", "en-US"),
        ("move Ana Ruiz to Friday 10-10:30", "en-US"),
        ("move Ana Ruiz to Friday from 10 to 10:30", "en-US"),
        ("reserva a Ana Ruiz el viernes de 10 a 10:30", "es-US"),
        ("mueve a Ana Ruiz al viernes de 10 a 10:30", "es-US"),
    ],
)
def test_a_visits_start_and_end_are_its_time_and_length(text: str, locale: str) -> None:
    said = read(text, locale=locale)
    assert (said.client_name, said.day, said.at, said.duration) == ("Ana Ruiz", date(2026, 11, 20), time(10), HALF)
    assert said.questions == ()


@pytest.mark.parametrize(("end", "minutes"), [("2:05", 5), ("3", 60), ("4", 120)])
def test_a_visit_lasts_from_five_minutes_to_two_hours(end: str, minutes: int) -> None:
    said = read(f"book Ana Ruiz from 2 to {end} on Friday")
    assert (said.at, said.duration) == (time(14), timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("book Ana Ruiz between 2 and 3 on Friday", "en-US"),
        ("reserva a Ana Ruiz entre las 2 y las 3 el viernes", "es-US"),
        ("book Ana Ruiz from 2 to 4:30 on Friday", "en-US"),
        ("book Ana Ruiz for 30 minutes on Friday from 2 to 3", "en-US"),
        ("Friday 2-3pm", "en-US"),
    ],
)
def test_a_stretch_to_choose_in_is_asked_about(text: str, locale: str) -> None:
    said = read(text, locale=locale)
    assert said.at is None
    assert said.questions[0].options[0].at == time(14)


def test_when_somebody_is_free_from_one_hour_to_another_no_visit_is_meant() -> None:
    said = read("is Kim free Friday 10-10:30")
    assert (said.at, said.since_at, said.until_at, said.duration) == (None, time(10), time(10, 30), None)


def test_from_one_hour_to_another_a_visit_moves_where_no_new_day_stands_before() -> None:
    said = read("move Ana Ruiz from 2 to 3:30")
    assert (said.was_at, said.at, said.duration) == (time(14), time(15, 30), None)


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("move Kim's 3pm to Dr Patel", "en-US"),
        ("move Kims 3pm to Patel", "en-US"),
        ("move Dr Kim's 3 o'clock to Dr Patel", "en-US"),
        ("mueve la de las 3 de Kim a Patel", "es-US"),
        ("mueve la cita de las 3 de la doctora Kim a la doctora Patel", "es-US"),
    ],
)
def test_a_staff_members_visit_at_an_hour_is_handed_over(text: str, locale: str) -> None:
    said = read(text, locale=locale)
    assert (said.intent, said.client_name, said.at) == (Intent.handover, None, time(15))
    assert (said.staff_id, said.to_staff_id) == ("kim", "patel")


def test_to_whom_nobody_knows_is_asked_with_the_others() -> None:
    said = read("move Kim's 3pm to Dr Smith")
    assert (said.client_name, said.staff_id, said.to_staff_id) == (None, "kim", None)
    (ask,) = said.questions
    assert (ask.why, ask.said) == ("no_such", "Dr Smith")
    assert [each.value for each in ask.options] == ["Dr Asha Patel", "Maria Lopez RN", "Tom Becker"]


@pytest.mark.parametrize(
    ("text", "locale", "at"),
    [
        ("move Kim's 3pm to Friday", "en-US", None),
        ("move Kim's 3pm to Friday at 4", "en-US", time(16)),
        ("push Kim's 3pm back 30 minutes", "en-US", None),
        ("mueve la de las 3 de Kim al viernes", "es-US", None),
    ],
)
def test_a_staff_members_hour_tells_which_visit_is_moved(text: str, locale: str, at: time | None) -> None:
    said = read(text, locale=locale)
    assert (said.intent, said.client_name, said.staff_id) == (Intent.move, None, "kim")
    assert (said.was_at, said.at) == (time(15), at)


@pytest.mark.parametrize(
    ("text", "client"), [("move Kim Novak's 3pm to 4", "Kim Novak"), ("move Kim's 3pm with Dr Patel to 4", "Kim")]
)
def test_a_client_may_be_called_like_a_member_of_staff(text: str, client: str) -> None:
    assert read(text).client_name == client
