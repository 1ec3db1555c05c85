"""One message may hold two visits, or wish for a visit again and again: the first is read, and what is left is told."""

import pytest

from tests.unit.understanding.desk import read


@pytest.mark.parametrize(
    ("text", "first", "left"),
    [
        ("book Ana Ruiz Friday 2pm and Ben Cho Monday 10am", "Ana Ruiz", "book Ben Cho Monday 10am"),
        ("move Ana Ruiz to 3 and Ben Cho to 4", "Ana Ruiz", "move Ben Cho to 4"),
        ("book Ana Ruiz and cancel Ben Cho", "Ana Ruiz", "cancel Ben Cho"),
        ("cancel Ana Ruiz; book Ben Cho tomorrow 9am", "Ana Ruiz", "book Ben Cho tomorrow 9am"),
        ("book Ana Ruiz friday 9am\nbook Ben Cho friday 10am", "Ana Ruiz", "book Ben Cho friday 10am"),
    ],
)
def test_of_two_visits_the_first_is_read_and_the_other_is_left_as_typed(text: str, first: str, left: str) -> None:
    said = read(text)
    assert (said.client_name, said.left) == (first, left)


@pytest.mark.parametrize(
    "text",
    [
        "book Ana Ruiz Friday 2pm and call Ben Ruiz at 206-555-0142",
        "cancel Ana Ruiz and rebook her Friday",
        "book Ana Ruiz friday 3pm, mother Carla Ruiz and father Ben Ruiz will join",
        "book Ana Ruiz friday at 3pm and let Dr Kim know",
        "book Ana Ruiz on friday or monday and at 3",
    ],
)
def test_one_visit_with_an_and_in_it_stays_one(text: str) -> None:
    assert read(text).left == ""


@pytest.mark.parametrize(
    ("text", "locale"),
    [
        ("book Ana Ruiz every Tuesday at 3", "en-US"),
        ("weekly physio for Bert Nash on thursdays 10am", "en-US"),
        ("cita todos los martes a las 4 para Gil Soto", "es-US"),
    ],
)
def test_a_wish_for_many_visits_is_read_as_the_first_and_known_as_such(text: str, locale: str) -> None:
    said = read(text, locale=locale)
    assert said.repeats
    assert said.day is not None


def test_one_visit_is_no_wish_for_many() -> None:
    assert not read("book Ana Ruiz Tuesday at 3").repeats
    assert not read("call me every time Ana Ruiz is late").repeats
