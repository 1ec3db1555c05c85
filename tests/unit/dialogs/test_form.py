"""The booking form's inputs, read into a draft."""

from datetime import date, time, timedelta

import pytest

from bot.understanding.reading import Reading
from bot.visits.drafts import Part
from cards.draft_verbs import FormInputs
from dialogs.form import Filled, filled, with_missing
from tests.unit.dialogs.test_drafting import CLINIC, EMPTY, KIM, WHOLE

PHONES = {"206-555-0142": "+12065550142"}
TIMES = {"half past 2": time(14, 30)}
TYPED = {
    "client_name": "  Ana   Ruiz ",
    "phone": "206-555-0142",
    "type_name": "Follow-up",
    "staff_id": KIM,
    "day": "2026-11-26",
    "time": "14:30",
}


def read(words: str, part: Part) -> Reading:
    """Knows one phone and one time in words."""
    return Reading(phone=PHONES.get(words)) if part == "phone" else Reading(at=TIMES.get(words))


def fill(**typed: str) -> Filled:
    return filled(EMPTY, FormInputs.model_validate({**TYPED, **typed}), CLINIC, read)


def test_a_whole_form_is_a_whole_draft() -> None:
    assert fill() == (WHOLE.model_copy(update={"version": 2}), {}, ())


def test_an_empty_form_has_no_problems_until_it_is_sent_on() -> None:
    assert filled(EMPTY, FormInputs(), CLINIC, read).problems == {}
    assert with_missing({"phone": "phone_unreadable"}, ("client", "phone")) == {
        "client_name": "client_missing",
        "phone": "phone_unreadable",
    }


def test_a_field_that_was_not_on_the_form_changes_nothing() -> None:
    draft = filled(WHOLE, FormInputs.model_validate({"phone": "206-555-0142"}), CLINIC, read).draft
    assert draft == WHOLE


@pytest.mark.parametrize(
    ("field", "typed", "problem"),
    [
        ("phone", "12", "phone_unreadable"),
        ("email", "ana at example", "email_unreadable"),
        ("day", "someday", "day_unreadable"),
        ("time", "later", "time_unreadable"),
        ("duration", "0", "duration_unreadable"),
        ("duration", "soon", "duration_unreadable"),
        ("client_name", "x" * 121, "name_too_long"),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_field(field: str, typed: str, problem: str) -> None:
    assert fill(**{field: typed}).problems == {field: problem}


def test_a_time_in_words_is_read() -> None:
    assert fill(time="half past 2").draft.at == time(14, 30)


def test_a_chosen_free_time_wins_over_the_time_that_stood_there() -> None:
    draft, problems, _ = fill(slot="2026-11-26T18:00:00+00:00")
    assert problems == {}
    assert draft.at == time(10, 0)


def test_a_typed_time_wins_over_the_choice_that_stood_there() -> None:
    typed = FormInputs.model_validate({**TYPED, "slot": "2026-11-26T22:30:00+00:00", "time": "15:00"})
    assert filled(WHOLE, typed, CLINIC, read).draft.at == time(15, 0)


def test_a_choice_of_another_day_gives_way_to_a_day_typed_anew() -> None:
    typed = FormInputs.model_validate({**TYPED, "slot": "2026-11-26T18:00:00+00:00", "day": "2026-11-27"})
    draft = filled(WHOLE, typed, CLINIC, read).draft
    assert (draft.day, draft.at) == (date(2026, 11, 27), time(14, 30))


def test_a_time_that_the_clock_leaves_out_is_told() -> None:
    assert fill(day="2027-03-14", time="02:30").problems == {"time": "time_skipped"}


def test_a_time_that_comes_twice_is_asked() -> None:
    draft, _, doubts = fill(day="2027-11-07", time="01:30")
    assert draft.at is None
    assert [(each.at, each.fold) for each in doubts[0].options] == [(time(1, 30), 0), (time(1, 30), 1)]


def test_a_length_that_is_the_types_own_is_not_kept_apart() -> None:
    assert fill(duration="30").draft.duration is None
    assert fill(duration="45").draft.duration == timedelta(minutes=45)
