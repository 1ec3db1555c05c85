"""The grammar beside the two libraries over our own desk sentences: why they read only what it leaves over."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from bot.understanding.leftovers import Moment, read_with_dateparser, read_with_recognizers
from bot.understanding.reading import Reading
from tests.unit.understanding.desk import NOW, read
from tests.unit.understanding.test_desk_phrases import ASKED, SETTLED


def wrongly(heard: Iterator[tuple[str, list[Moment]]], meant: dict[str, str]) -> int:
    """How often exactly one moment is heard, so that it would be acted on, and it is not the one meant."""
    wrong = 0
    for text, moments in heard:
        if len(moments) == 1:
            day, at = moments[0]
            told = f"{day or '-'} {at.strftime('%H:%M') if at else '-'}"
            wrong += told != meant[text]
    return wrong


@pytest.mark.parametrize("library", [read_with_recognizers, read_with_dateparser])
def test_the_grammar_is_wrong_less_often_than_a_library_alone(library: object) -> None:
    meant = dict(SETTLED) | {text: "in question" for text, _ in ASKED}
    now = datetime.fromisoformat(NOW)
    alone = wrongly(((text, library(text, "en", now, "md")) for text in meant), meant)  # type: ignore[operator]
    ours = wrongly(((text, moments_of(read(text))) for text in meant), meant)
    assert ours == 0
    assert alone > 0


def moments_of(said: Reading) -> list[Moment]:
    """The one moment a reading acts on; none while it asks."""
    if said.questions or (said.day is None and said.at is None):
        return []
    return [(said.day, said.at)]
