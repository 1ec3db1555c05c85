"""Our database in tests: every test body that takes ``database`` runs on SQLite and on PostgreSQL.

A test module that wants it imports all four fixtures from here.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.engine import Database, open_database
from bot.store.migrating import migrate
from tests.postgres import postgres_server, postgres_url

__all__ = ["database", "database_url", "postgres_server", "postgres_url"]


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty database is: a file, or a database of the test's own on a real server."""
    if request.param == "sqlite":
        return str(tmp_path / "app.db")
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database with every table."""
    opened = open_database(database_url)
    migrate(opened.engine)
    yield opened
    await opened.close()
