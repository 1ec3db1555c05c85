"""What the libraries may see, what is loaded when, and how the command line answers."""

import json
import subprocess
import sys
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.understanding.leftovers import (
    MOST_SPANS,
    SPAN_CHARACTERS,
    SPAN_TOKENS,
    Leftovers,
    Moment,
    read_with_dateparser,
    read_with_recognizers,
)
from bot.understanding.reader import Understanding
from bot.understanding.tokens import tokenized
from tests.unit.understanding.desk import context


class Counting:
    """A library reader that only notes what it was given."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def __call__(self, span: str, language: str, now: datetime, order: str) -> list[Moment]:
        self.seen.append(span)
        return []


words = st.sampled_from("week month year eve hours quarter 7-7-7- the of book Ana 2 , . every other old new".split())  # noqa: SIM905


@settings(max_examples=150, deadline=None)
@given(text=st.lists(words, max_size=400).map(" ".join))
def test_libraries_see_few_and_short_spans(text: str) -> None:
    counting = Counting()
    Understanding(Leftovers([counting])).read(text, context())
    assert len(counting.seen) <= MOST_SPANS
    for span in counting.seen:
        assert len(tokenized(span)) <= SPAN_TOKENS
        assert len(span) <= SPAN_CHARACTERS


@pytest.mark.parametrize(
    "text",
    [
        "book Ana Ruiz 206-555-0142 follow-up with Dr Kim Thursday half past 2",
        "7-7-7-" * 1500,
        "cancel Ana Ruiz",
        "yes",
    ],
)
def test_libraries_are_not_asked_where_the_grammar_says_it_all(text: str) -> None:
    counting = Counting()
    Understanding(Leftovers([counting])).read(text, context())
    assert counting.seen == []


def test_readers_that_agree_settle_and_readers_that_differ_ask() -> None:
    one, other = datetime(2026, 12, 1), datetime(2026, 12, 2)  # noqa: DTZ001

    def saying(day: datetime) -> object:
        return lambda span, language, now, order: [(day.date(), None)]

    agreed = Understanding(Leftovers([saying(one), saying(one)])).read("book Ana the old week", context())  # type: ignore[list-item]
    assert (agreed.day, agreed.questions) == (one.date(), ())
    differing = Understanding(Leftovers([saying(one), saying(other)])).read("book Ana the old week", context())  # type: ignore[list-item]
    assert differing.day is None
    assert [ask.why for ask in differing.questions] == ["unsure"]
    assert [option.day for option in differing.questions[0].options] == [one.date(), other.date()]


@pytest.mark.parametrize("reader", [read_with_recognizers, read_with_dateparser])
@pytest.mark.parametrize("language", ["en", "es"])
def test_both_libraries_read_a_plain_date(reader: object, language: str) -> None:
    moments = reader("2031-03-05", language, datetime(2026, 1, 5), "md")  # type: ignore[operator]  # noqa: DTZ001
    assert datetime(2031, 3, 5).date() in [day for day, _ in moments]  # noqa: DTZ001


def test_nothing_heavy_is_loaded_before_it_is_asked_for() -> None:
    code = (
        "import sys, bot.understanding.reader\n"
        "heavy = [m for m in ('dateparser', 'recognizers_date_time', 'recognizers_text') if m in sys.modules]\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def asked(*lines: dict[str, object], explain: bool = False) -> list[dict[str, object]]:
    """The command's answers."""
    sent = "".join(json.dumps({"now": "2026-11-18T10:00:00", "locale": "en-US", **each}) + "\n" for each in lines)
    command = [sys.executable, "-m", "bot.understanding", *(["--explain"] if explain else [])]
    run = subprocess.run(command, input=sent, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_the_command_answers_line_by_line_and_takes_its_answers_back() -> None:
    first, none = asked(
        {"text": "book Ana Ruiz 206-555-0142 follow-up with Dr Kim Thursday at 7", "time_zone": "America/Los_Angeles"},
        {"text": "hello there"},
    )
    assert (first["intent"], first["client_name"], first["phone"]) == ("book", "Ana Ruiz", "+12065550142")
    assert (first["date"], first["time"], first["asks_about"]) == ("2026-11-19", None, ["time"])
    assert first["options"] == [{"date": "2026-11-19", "time": "07:00"}, {"date": "2026-11-19", "time": "19:00"}]
    assert first["staff"] == "Dr Min Kim"
    assert none["date"] is none["time"] is none["question"] is none["client_name"] is None
    phone, settled = asked({"text": "her number is 206-555-0199", "draft": first}, {"text": "pm", "draft": first})
    assert (phone["phone"], phone["asks_about"]) == ("+12065550199", ["time"])
    assert (settled["date"], settled["time"], settled["question"]) == ("2026-11-19", "19:00", None)
    assert settled["client_name"] == "Ana Ruiz"


def test_the_command_takes_the_lines_own_clinic() -> None:
    own = {
        "staff": ["Dr Jo Lee", {"name": "Sam Roy", "title": "RN"}],
        "types": ["Check-up", {"name": "X-ray", "duration_minutes": 20}],
        "office_hours": {"monday": ["06:00-09:00"], "thu": [["06:00", "09:00"]]},
    }
    (said,) = asked({"text": "book Ana Ruiz x-ray with Sam Thursday at 7", **own})
    assert (said["staff"], said["appointment_type"], said["time"]) == ("Sam Roy RN", "X-ray", "07:00")


def test_explain_says_in_words_how_it_came_about() -> None:
    (said,) = asked({"text": "book Ana Ruiz Thursday at 7"}, explain=True)
    told = " ".join(said["explanation"])  # type: ignore[arg-type]
    assert "Thursday" in told
    assert "at 7" in told
