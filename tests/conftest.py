"""Fixtures that all tests may use."""

import logging
import os
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from hypothesis import settings

from bot.logs import TALKATIVE, EventFormatter
from bot.settings import Settings
from tests.databases import database, database_url, postgres_server, postgres_url
from tests.oracle.watching import emulators_made, faults_of
from tests.personas import CLIENT_NAMES, CLIENT_PHONES

if TYPE_CHECKING:
    from tests.office import Office

__all__ = ["database", "database_url", "postgres_server", "postgres_url"]

settings.register_profile("steady", derandomize=True)
settings.register_profile("searching", print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
"""The same examples at every run, so that a change fails by its own fault; ``searching`` looks at others each time."""

PHASES: tuple[Literal["setup", "call", "teardown"], ...] = ("setup", "call", "teardown")
PERSONAL = (*CLIENT_NAMES, *CLIENT_PHONES, "@example.", "/l/meetup-join/", "/emulator/visit/", "eyJ")
"""Names, numbers, the domains of clients' addresses, join links of both kinds, and how every signed token begins."""


@pytest.fixture
async def office(tmp_path: Path) -> "AsyncIterator[Office]":
    """The whole bot, on emulators, with an empty database. Imported here, since most tests need none of it."""
    from tests.office import Office

    async with Office(tmp_path) as office:
        yield office


@pytest.fixture
async def quiet_office(tmp_path: Path) -> "AsyncIterator[Office]":
    """The same with a quiet window of twenty seconds, as in production."""
    from tests.office import Office

    async with Office(tmp_path, quiet_window_seconds=20) as office:
        yield office


@pytest.fixture(autouse=True)
def _nobodys_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the settings of whoever runs it: neither their environment nor their ``.env``."""
    for name in [*Settings.model_fields, "database_url"]:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setitem(Settings.model_config, "env_file", None)


@pytest.fixture(autouse=True)
def _no_personal_words_in_the_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a test does, no line that production would log holds a client's name or address, a link or a token."""
    caplog.set_level(logging.INFO)
    yield
    formatter = EventFormatter()
    records = [each for phase in PHASES for each in caplog.get_records(phase)]
    lines = [formatter.format(each) for each in records if each.levelno >= _least(each.name)]
    told = [line for line in lines for words in PERSONAL if words in line]
    assert told == []


@pytest.fixture
def asks_by_hand() -> bool:
    """Whether Graph is asked by the test itself, which may ask wrongly on purpose. Then it has to be refused."""
    return False


@pytest.fixture(autouse=True)
def _all_as_microsoft_says(asks_by_hand: bool) -> Iterator[None]:
    """Whatever an emulator is asked and answers while a test runs is as Microsoft's schema has it."""
    with emulators_made() as made:
        yield
    assert faults_of(made, by_hand=asks_by_hand) == []


def _least(logger: str) -> int:
    """From which level on production writes what this logger says."""
    return next((level for name, level in TALKATIVE.items() if logger.startswith(name)), logging.INFO)


DOES_NOT_APPLY = "does not apply"
"""How a skip begins that no machine could avoid."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With ``NO_SKIPS`` set, a test that was skipped although a machine could run it has failed."""
    report = yield
    reason = str(report.longrepr[2]) if report.skipped and isinstance(report.longrepr, tuple) else ""
    if reason and os.environ.get("NO_SKIPS") and DOES_NOT_APPLY not in reason:
        report.outcome = "failed"
        report.longrepr = f"skipped although NO_SKIPS is set: {reason}"
    return report
