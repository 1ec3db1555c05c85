"""A seeded sample of the chaos run: ``python -m tests.chaos`` is the whole."""

import pytest

from tests.chaos.matrix import crash_matrix

SAMPLE = {
    "sqlite": {
        "book": ["add.called", "sms_confirmation.called"],
        "cancel": ["cancel.called"],
        "doubt_booking": ["look_up.called"],
    },
    "postgres": {"book": ["sms_confirmation.noted"], "doubt_cancellation": ["check.called"]},
}


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_killed_at_a_moment_nothing_is_lost_twice_or_untrue(
    database: str, request: pytest.FixtureRequest
) -> None:
    if database == "postgres":
        request.getfixturevalue("postgres_server")  # skips, or fails, where none can run
    for figures in await crash_matrix(database, visits=8, seed=20261120, only=SAMPLE[database]):
        assert figures.is_right, f"{figures.row()}: {figures.wrong}"
        assert min(figures.in_flight) > 0, "a kill while nothing is under way proves nothing"
