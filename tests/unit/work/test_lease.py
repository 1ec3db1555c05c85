"""Whose lock has been free for long enough is dead, and its work is taken over: once, and never from the living."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from sqlalchemy import create_engine, make_url, text

from bot.clock import SystemClock
from bot.visits.errors import StoreUnavailable
from bot.work.engine import DbosEngine, EngineError, EngineSettings
from bot.work.lease import Grace, Lease

LONG_AGO = 60.0


class Seconds:
    """A monotonic clock that moves when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Work:
    """An engine that has work of these executors under way, and notes whose work was taken over."""

    def __init__(self, *executors: str) -> None:
        self.is_running = True
        self.executors = set(executors)
        self.taken: list[str] = []
        self.was_taken = asyncio.Event()

    async def pending_executors(self) -> set[str]:
        return set(self.executors)

    async def take_over(self, executor_id: str) -> int:
        self.taken.append(executor_id)
        self.executors.discard(executor_id)
        self.was_taken.set()
        return 1


class Replicas:
    """Leases on one database and one clock."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.seconds = Seconds()
        self._leases: list[Lease] = []

    def lease(self, executor_id: str, work: Work, grace: Grace | None = None) -> Lease:
        lease = Lease(make_url(self.url), executor_id, work, grace=grace, seconds=self.seconds)
        self._leases.append(lease)
        return lease

    async def close(self) -> None:
        for each in self._leases:
            with contextlib.suppress(RuntimeError):  # stopped by the test itself
                await each.stop()

    def cuts_every_session(self) -> None:
        """As a restart of the server does."""
        engine = create_engine(self.url)
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'visits lease'"
        with engine.connect() as connection:
            connection.execute(text(ended + " AND datname = current_database()"))
        engine.dispose()


@pytest.fixture
async def replicas(postgres_url: str) -> AsyncIterator[Replicas]:
    every = Replicas(postgres_url)
    yield every
    await every.close()


async def eventually(happens: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await happens():
            pass


async def test_the_work_of_a_dead_replica_is_taken_over_after_the_grace(replicas: Replicas) -> None:
    work = Work("dead", "living")
    living = replicas.lease("living", work)
    await living.hold()
    replicas.seconds.now += LONG_AGO
    await living.look()
    assert work.taken == []  # its lock may have been lost this very moment
    replicas.seconds.now += 4.9
    await living.look()
    assert work.taken == []
    replicas.seconds.now += 0.2
    await living.look()
    assert work.taken == ["dead"]


async def test_a_living_replica_keeps_its_work(replicas: Replicas) -> None:
    work = Work("one", "other")
    one, other = replicas.lease("one", work), replicas.lease("other", work)
    await one.hold()
    await other.hold()
    for _ in range(3):
        replicas.seconds.now += LONG_AGO
        await one.look()
        await other.look()
    assert work.taken == []


async def test_a_replica_that_has_just_come_waits_before_it_judges_others(replicas: Replicas) -> None:
    work = Work("dead")
    young = replicas.lease("young", work, Grace(own_age=10, free_for=5))
    await young.hold()
    await young.look()
    replicas.seconds.now += 9
    await young.look()
    assert work.taken == []
    replicas.seconds.now += 1
    await young.look()
    assert work.taken == ["dead"]


async def test_a_restart_of_the_server_makes_nobody_dead(replicas: Replicas) -> None:
    work = Work("one", "other")
    one, other = replicas.lease("one", work), replicas.lease("other", work)
    await one.hold()
    await other.hold()
    replicas.seconds.now += LONG_AGO
    replicas.cuts_every_session()
    await eventually(lambda: _held_again(one))
    for _ in range(4):
        await one.look()
        replicas.seconds.now += 2
    assert work.taken == []
    await eventually(lambda: _held_again(other))
    replicas.seconds.now += LONG_AGO
    await one.look()
    assert work.taken == []


async def _held_again(lease: Lease) -> bool:
    """As the watcher does: a broken connection is let go of and made anew."""
    try:
        return await lease.hold()
    except Exception:
        await lease.lose()
        return False


async def test_a_replica_that_is_back_before_the_grace_ends_keeps_its_work(replicas: Replicas) -> None:
    work = Work("late", "other")
    other, late = replicas.lease("other", work), replicas.lease("late", work)
    await other.hold()
    replicas.seconds.now += LONG_AGO
    await other.look()
    await late.hold()
    replicas.seconds.now += 4
    await other.look()
    await late.lose()
    replicas.seconds.now += 4
    await other.look()
    assert work.taken == []  # gone for eight seconds, but not in one piece


async def test_a_frozen_replica_is_cut_off_by_the_server(replicas: Replicas) -> None:
    work = Work("frozen", "living")
    frozen = replicas.lease("frozen", work, Grace(idle_session=0.3))
    living = replicas.lease("living", work, Grace(own_age=0, free_for=0))
    await living.hold()
    await frozen.hold()
    await living.look()
    assert work.taken == []

    async def taken() -> bool:
        await living.look()
        return work.taken == ["frozen"]

    await eventually(taken)


async def test_two_processes_cannot_be_one_executor(replicas: Replicas) -> None:
    await replicas.lease("one", Work()).start()
    with pytest.raises(EngineError, match="another process is executor one"):
        await replicas.lease("one", Work()).start()


async def test_nobody_looks_while_the_engine_does_not_run(replicas: Replicas) -> None:
    work = Work("dead")
    work.is_running = False
    hasty = Grace(look_every=0.01, own_age=0, free_for=0)
    lease = Lease(make_url(replicas.url), "one", work, grace=hasty)
    await lease.start()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.3):
            await work.was_taken.wait()
    work.is_running = True
    async with asyncio.timeout(10):
        await work.was_taken.wait()
    await lease.stop()


async def test_what_a_stopped_replica_left_is_taken_over_by_the_watcher(replicas: Replicas) -> None:
    work = Work("stopped", "watching")
    hasty = Grace(look_every=0.01, own_age=0.1, free_for=0.05)
    stopped = Lease(make_url(replicas.url), "stopped", Work(), grace=hasty)
    watching = Lease(make_url(replicas.url), "watching", work, grace=hasty)
    await stopped.start()
    await watching.start()
    await stopped.stop()
    async with asyncio.timeout(10):
        await work.was_taken.wait()
    assert work.taken == ["stopped"]
    await watching.stop()


async def test_a_watcher_goes_on_after_its_session_was_cut(replicas: Replicas) -> None:
    work = Work("watching")
    hasty = Grace(look_every=0.01, own_age=0.05, free_for=0.05)
    watching = Lease(make_url(replicas.url), "watching", work, grace=hasty)
    await watching.start()
    replicas.cuts_every_session()
    work.executors.add("dead")
    async with asyncio.timeout(10):
        await work.was_taken.wait()
    assert work.taken == ["dead"]
    await watching.stop()


# --- the start ------------------------------------------------------------------------------------

NOBODY_THERE = make_url("postgresql+psycopg://visits:hunter2@127.0.0.1:1/visits")


async def test_a_lease_without_its_database_ends_the_start_as_every_part_does() -> None:
    lease = Lease(NOBODY_THERE, "one", Work())
    with pytest.raises(StoreUnavailable):
        await lease.start()
    await lease.stop()


async def test_an_engine_without_its_database_ends_the_start_as_every_part_does() -> None:
    engine = DbosEngine(EngineSettings(NOBODY_THERE, "one"), SystemClock())
    with pytest.raises(StoreUnavailable):
        await engine.launch()
    await engine.stop()
