"""Our own desk conversations: what a careful receptionist would write down, ask or leave alone, kind by kind."""

from collections import Counter

import pytest

from tests.unit.understanding.desk_score import Judged, cases, judged, kinds, table

CASES_AT_LEAST = 2_000
TURNS_RIGHT_AT_LEAST = 0.95
MAY_BE_WRONG: dict[str, int] = {}
"""Slots silently wrong. None is allowed; a kind is only named here while a fault is being mended."""
MAY_BE_INVENTED: dict[str, int] = {}
MAY_BE_MISSED = {"times": 1, "people": 1}


@pytest.mark.parametrize("kind", kinds())
def test_a_kind_of_sentences_is_read_as_a_receptionist_would(kind: str) -> None:
    rows = list(judged(kind))
    count = Counter(each.verdict for each in rows)
    shown = "\n".join(str(each) for each in rows if each.verdict != "right")
    assert count["wrong"] <= MAY_BE_WRONG.get(kind, 0), shown
    assert count["invented"] <= MAY_BE_INVENTED.get(kind, 0), shown
    assert count["missed"] <= MAY_BE_MISSED.get(kind, 0), shown
    assert _turns_right(rows) >= TURNS_RIGHT_AT_LEAST, table(rows)


def test_there_are_enough_sentences_and_none_twice() -> None:
    every = [
        (case["now"], case["locale"], str(case.get("staff")), str(case.get("office_hours")), *texts)
        for kind in kinds()
        for case in cases(kind)
        for texts in [[turn["text"] for turn in case["turns"]]]
    ]
    assert len(every) >= CASES_AT_LEAST
    assert not [text for text, times in Counter(every).items() if times > 1]


def _turns_right(rows: list[Judged]) -> float:
    """The share of turns of which every slot is right."""
    turns: dict[str, bool] = {}
    for each in rows:
        turns[each.text] = turns.get(each.text, True) and each.verdict == "right"
    return sum(turns.values()) / len(turns)
