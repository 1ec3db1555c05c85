"""Whoever sends turns is told when this process takes none: before it has started, without a database, at its end."""

from pathlib import Path

import pytest

from bot.store.engine import open_database
from tests.office import Office


async def test_it_lives_before_it_is_ready_and_is_ready_once_it_has_started(tmp_path: Path) -> None:
    office = Office(tmp_path)
    await office.serves()
    try:
        assert await office.asks("/healthz") == (200, {"status": "ok"})
        assert await office.asks("/readyz") == (503, {"ready": False, "warm": False, "database": True})
        await office.app.start()
        assert await office.asks("/readyz") == (200, {"ready": True, "warm": True, "database": True})
    finally:
        await office.app.stop()
    assert (await office.asks("/readyz"))[0] == 503
    await office.leaves()


async def test_without_its_database_it_lives_and_is_not_ready(office: Office) -> None:
    there, away = office.app.database, open_database("postgresql://visits@127.0.0.1:1/visits")
    office.app.database = away
    try:
        assert await office.asks("/healthz") == (200, {"status": "ok"})
        assert await office.asks("/readyz") == (503, {"ready": False, "warm": True, "database": False})
    finally:
        office.app.database = there
        await away.close()
    assert (await office.asks("/readyz"))[0] == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
async def test_health_says_nothing_else(office: Office, path: str) -> None:
    _, said = await office.asks(path)
    assert set(said) <= {"status", "ready", "warm", "database"}
