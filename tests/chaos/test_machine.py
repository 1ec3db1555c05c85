"""A seeded sample of the state machine; ``python -m tests.chaos`` runs the whole."""

import pytest

from tests.chaos.sequences import OTHERS, Place, looked

SEED = 1
SAMPLE = 60
SMALL_SAMPLE = 10
MOST_TRIES = 2000


def test_no_sequence_ends_with_a_client_told_something_untrue_or_twice_or_left_untold() -> None:
    tally, wrong = looked(SAMPLE, SEED)
    assert wrong == ""
    assert min(tally["texts"], tally["reminders"], tally["late"]) > 0


@pytest.mark.parametrize("place", OTHERS, ids=str)
def test_nor_on_the_ledger_of_production_or_another_backend(place: Place) -> None:
    tally, wrong = looked(SMALL_SAMPLE, SEED, place)
    assert wrong == ""
    assert tally["texts"] > 0


def test_without_the_look_up_such_a_sequence_is_found() -> None:
    _, wrong = looked(MOST_TRIES, SEED, looks_up=False)
    assert "twice" in wrong


def test_without_de_duplication_such_a_sequence_is_found() -> None:
    _, wrong = looked(MOST_TRIES, SEED, sees_others=False)
    assert "twice" in wrong
