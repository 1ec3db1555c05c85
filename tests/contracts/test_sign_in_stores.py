"""What signing in keeps, on SQLite and PostgreSQL: steps that are taken once, grants that stay forgotten."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SystemClock
from bot.store.engine import Database
from bot.store.grants import SqlGrants
from bot.store.handovers import SqlHandovers

NOW = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def handovers(database: Database) -> SqlHandovers:
    return SqlHandovers(database)


async def test_what_was_put_is_seen_and_taken_once(handovers: SqlHandovers) -> None:
    await handovers.put("sign_in/a", b"sealed", until=LATER)
    assert await handovers.look("sign_in/a", now=NOW) == b"sealed"
    assert await handovers.take("sign_in/a", now=NOW) == b"sealed"
    assert await handovers.take("sign_in/a", now=NOW) is None
    assert await handovers.look("sign_in/a", now=NOW) is None


async def test_of_many_who_take_at_once_one_gets_it(handovers: SqlHandovers) -> None:
    await handovers.put("sign_in/a", b"sealed", until=LATER)
    taken = await asyncio.gather(*(handovers.take("sign_in/a", now=NOW) for _ in range(8)))
    assert (taken.count(b"sealed"), taken.count(None)) == (1, 7)


async def test_what_is_over_is_not_there(handovers: SqlHandovers) -> None:
    await handovers.put("sign_in/a", b"sealed", until=LATER)
    assert await handovers.look("sign_in/a", now=LATER) is None
    assert await handovers.take("sign_in/a", now=LATER) is None
    assert await handovers.take("sign_in/never", now=NOW) is None


async def test_a_new_one_stands_in_the_place_of_the_old_also_of_one_that_was_taken(handovers: SqlHandovers) -> None:
    for each in (b"first", b"second"):
        await handovers.put("sign_in/a", each, until=LATER)
        assert await handovers.look("sign_in/a", now=NOW) == each
    await handovers.take("sign_in/a", now=NOW)
    await handovers.put("sign_in/a", b"third", until=LATER)
    assert await handovers.take("sign_in/a", now=NOW) == b"third"


async def test_a_refresh_renews_only_the_grant_it_began_with(database: Database) -> None:
    grants = SqlGrants(database, SystemClock())
    await grants.save("kim", b"one")
    await grants.renew("kim", b"one", b"two")
    assert await grants.load("kim") == b"two"
    await grants.renew("kim", b"one", b"three")
    assert await grants.load("kim") == b"two"
    await grants.delete("kim")
    await grants.renew("kim", b"two", b"four")
    assert await grants.load("kim") is None
