"""A seeded sample of the state machine; ``python -m tests.chaos`` runs the whole."""

from tests.chaos.sequences import looked

SEED = 1
SAMPLE = 60
MOST_TRIES = 2000


def test_no_sequence_ends_with_a_client_told_something_untrue_or_twice_or_left_untold() -> None:
    tally, wrong = looked(SAMPLE, SEED)
    assert wrong == ""
    assert tally["texts"] > 0


def test_without_the_look_up_such_a_sequence_is_found() -> None:
    _, wrong = looked(MOST_TRIES, SEED, looks_up=False)
    assert "twice" in wrong


def test_without_de_duplication_such_a_sequence_is_found() -> None:
    _, wrong = looked(MOST_TRIES, SEED, sees_others=False)
    assert "twice" in wrong
