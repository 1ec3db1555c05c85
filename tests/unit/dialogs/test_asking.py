"""Which question is put, in which words, with which buttons."""

from datetime import UTC, date, datetime, time, timedelta

from bot.clinic import demo_clinic
from bot.understanding.questions import Ask, Option, Part
from bot.visits.models.draft import Draft
from bot.visits.models.slots import Slot
from cards.draft_verbs import AnswerDraft, PickSlot
from cards.reader import Readers
from dialogs.asking import Question, about_doubt, about_missing, key_of
from tests.unit.dialogs.test_drafting import EMPTY, WHOLE

READER = Readers(demo_clinic().clinic).at_clinic()


def titles(question: Question) -> list[str]:
    return [each.title for each in question.choices]


def ask(*parts: Part, draft: Draft = WHOLE) -> Question:
    return about_missing(draft, parts, READER)


def test_one_missing_part_is_one_short_question() -> None:
    assert ask("client").words == "Who is the visit for?"
    assert ask("phone").words == "What is the phone number of Ana Ruiz? Or say: no phone."
    assert ask("date").words == "Which day?"
    assert ask("time").words == "At what time on Thu 26 Nov 2026?"
    assert ask("time", draft=EMPTY).words == "At what time?"


def test_day_and_time_are_one_question() -> None:
    assert ask("date", "time").words == "Which day and time?"


def test_two_missing_parts_are_one_sentence() -> None:
    assert ask("client", "phone").words == "Still missing: the client's name and the client's phone number."
    assert ask("staff", "date", "time").words == "Still missing: with whom and the day and time."


def test_the_question_is_kept_so_that_its_answer_is_read_as_one() -> None:
    assert ask("client", "phone").ask == Ask(about=("client", "phone"), why="missing")


def test_staff_and_types_are_buttons() -> None:
    assert titles(ask("staff")) == ["Dr Min Kim", "Dr Asha Patel", "Maria Lopez RN", "Tom Becker"]
    assert titles(ask("type"))[:2] == ["Follow-up", "New patient"]


def test_free_times_are_buttons_that_take_them() -> None:
    free = [Slot(starts_at=datetime(2026, 11, 26, 18, 0, tzinfo=UTC), duration=timedelta(minutes=30))]
    question = about_missing(WHOLE, ["time"], READER, free=free)
    assert titles(question) == ["Thu 26 Nov, 10:00 AM"]
    assert question.choices[0].payload == PickSlot(draft_id=WHOLE.id, version=1, starts_at=free[0].starts_at)


def test_each_reading_of_what_was_said_is_spelled_out() -> None:
    doubt = Ask(
        about=("time",),
        why="two_readings",
        said="7",
        options=tuple(Option(day=date(2026, 11, 26), at=time(hour)) for hour in (7, 19)),
    )
    question = about_doubt(WHOLE, doubt, READER)
    assert titles(question) == ["Thu 26 Nov 2026, 7:00 AM Pacific", "Thu 26 Nov 2026, 7:00 PM Pacific"]
    assert question.choices[1].payload == AnswerDraft(
        draft_id=WHOLE.id, version=1, day=date(2026, 11, 26), at=time(19), fold=0
    )


def test_a_number_in_doubt_is_never_in_the_payload() -> None:
    doubt = Ask(about=("phone",), why="which", options=(Option(value="+12065550142"), Option(value="+12065550199")))
    question = about_doubt(WHOLE, doubt, READER)
    assert titles(question) == ["(206) 555-0142", "(206) 555-0199"]
    key = key_of(doubt, WHOLE)
    assert question.choices[1].payload == AnswerDraft(draft_id=WHOLE.id, version=1, option=1, question=key)
    assert "0142" not in str(question.choices[0].payload)
