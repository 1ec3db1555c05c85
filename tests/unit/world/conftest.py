"""The office whose Graph writes to the bot."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.world.office import WatchedOffice


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[WatchedOffice]:
    async with WatchedOffice(tmp_path) as office:
        yield office
