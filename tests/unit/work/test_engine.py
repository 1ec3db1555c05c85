"""Durable work keeps its promises through crashes, restarts, deployments and clocks."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from dbos import DBOS
from dbos._utils import GlobalParams

from bot.clock import SystemClock
from bot.store.engine import url_of
from bot.work.engine import DbosEngine, EngineError, EngineSettings, engine_database
from bot.work.pieces import Run

Work = Callable[[Run, Mapping[str, Any]], Awaitable[None]]
KIND = "test.only"


@asynccontextmanager
async def running(
    where: str,
    work: Work,
    *,
    version: str = "1",
    executor: str = "only",
    kind: str = KIND,
    hands_on: Sequence[timedelta] = (),
) -> AsyncIterator[DbosEngine]:
    """An engine with one kind of a test's own."""
    settings = EngineSettings(engine_database(url_of(where)), executor, version)
    engine = DbosEngine(settings, SystemClock(), hands_on=hands_on)
    engine.on(kind, work)
    await engine.launch()
    try:
        yield engine
    finally:
        await engine.stop()


async def test_further_kinds_are_registered_by_name_and_an_id_begins_once(database_url: str) -> None:
    seen: list[str] = []

    async def work(run: Run, payload: Mapping[str, Any]) -> None:
        seen.append(await run.step("one", lambda: _value(payload["word"])))

    async with running(database_url, work) as engine:
        for _ in range(3):
            await engine.start(KIND, "test:1", {"word": "hello"})
        await engine.idle()
        assert seen == ["hello"]
        assert await engine.statuses(["test:1", "test:2"]) == {"test:1": "SUCCESS"}


async def test_work_runs_on_the_hosts_loop_and_threads_work_after_it_stopped(database_url: str) -> None:
    loops: list[Any] = []

    async def noted() -> None:
        loops.append(asyncio.get_running_loop())

    async def work(run: Run, _: Mapping[str, Any]) -> None:
        loops.append(asyncio.get_running_loop())
        await run.step("one", noted)

    async with running(database_url, work) as engine:
        await engine.start(KIND, "test:1", {})
        await engine.schedule(KIND, "test:2", {}, due=datetime.now(UTC))
        await _until(lambda: len(loops) >= 4)
    assert set(loops) == {asyncio.get_running_loop()}
    assert await asyncio.to_thread(lambda: 7) == 7


async def test_a_step_that_failed_is_tried_again(database_url: str) -> None:
    tries: list[int] = []

    async def fails_once() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise ConnectionError

    async def work(run: Run, _: Mapping[str, Any]) -> None:
        await run.step("one", fails_once)

    async with running(database_url, work) as engine:
        await engine.start(KIND, "test:1", {})
        await _until(lambda: len(tries) == 2)
        await engine.idle()
        assert await engine.statuses(["test:1"]) == {"test:1": "SUCCESS"}


async def test_what_was_scheduled_outlives_the_process_and_a_new_version_of_the_code(database_url: str) -> None:
    begun: list[datetime] = []

    async def work(_: Run, __: Mapping[str, Any]) -> None:
        begun.append(datetime.now(UTC))

    due = datetime.now(UTC) + timedelta(seconds=3)
    async with running(database_url, work) as engine:
        await engine.schedule(KIND, "test:1", {}, due=due)
    assert begun == []
    async with running(database_url, work):
        await _until(lambda: bool(begun))
    assert begun[0] >= due


async def test_a_deployment_strands_no_work_that_waits(database_url: str) -> None:
    """DBOS reckons a version from the code of its workflows, and runs only its own version's work; ours is pinned."""
    begun: list[str] = []

    async def work(run: Run, _: Mapping[str, Any]) -> None:
        begun.append(run.id)

    of_the_bots = EngineSettings(engine_database(url_of(database_url)), "only")
    async with running(database_url, work, version=of_the_bots.app_version) as engine:
        await engine.schedule(KIND, "test:1", {}, due=datetime.now(UTC) + timedelta(seconds=2))
        before = GlobalParams.app_version

    @DBOS.workflow(name=f"test.of_a_later_build.{uuid4().hex}")
    async def added() -> None:
        """What the next build has that this one had not."""

    async with running(database_url, work, version=of_the_bots.app_version):
        assert GlobalParams.app_version == before
        await _until(lambda: bool(begun))
    assert begun == ["test:1"]


async def test_work_that_begins_work_from_within_a_step_begins_it_once(database_url: str) -> None:
    begun: list[str] = []

    async def work(run: Run, payload: Mapping[str, Any]) -> None:
        begun.append(run.id)

        async def begin() -> None:
            await engine.start(KIND, "test:child", {"is_child": True})
            await engine.schedule(KIND, "test:later", {"is_child": True}, due=datetime.now(UTC))

        if not payload.get("is_child"):
            await run.step("one", begin)
            await engine.start(KIND, "test:child", {"is_child": True})

    async with running(database_url, work) as engine:
        await engine.start(KIND, "test:1", {})
        await _until(lambda: len(begun) == 3)
        await engine.idle()
    assert sorted(begun) == ["test:1", "test:child", "test:later"]


async def test_a_second_engine_in_one_process_is_refused(tmp_path: Path) -> None:
    async def work(_: Run, __: Mapping[str, Any]) -> None: ...

    async with running(str(tmp_path / "app.db"), work):
        with pytest.raises(EngineError):
            async with running(str(tmp_path / "other" / "app.db"), work):
                raise AssertionError


async def test_a_kind_nobody_knows_any_more_ends_without_harm(database_url: str) -> None:
    async def work(_: Run, __: Mapping[str, Any]) -> None: ...

    async with running(database_url, work) as engine:
        await engine.start("test.gone", "test:1", {})
        await engine.idle()
        assert await engine.statuses(["test:1"]) == {"test:1": "SUCCESS"}


async def test_work_of_a_newer_build_waits_for_a_replica_that_knows_it(database_url: str) -> None:
    done: list[Any] = []

    async def work(run: Run, payload: Mapping[str, Any]) -> None:
        done.append(payload["word"])

    async with running(database_url, work, hands_on=[timedelta(seconds=2)] * 20) as old_build:
        await old_build.start("test.newer", "test:1", {"word": "hello"})
        await old_build.idle()
    assert done == []
    async with running(database_url, work, kind="test.newer") as new_build:
        await _until(lambda: bool(done))
        await new_build.idle()
    assert done == ["hello"]


async def test_work_that_ended_long_ago_is_forgotten(database_url: str) -> None:
    async def work(_: Run, __: Mapping[str, Any]) -> None: ...

    async with running(database_url, work) as engine:
        await engine.start(KIND, "test:1", {})
        await engine.idle()
        assert await engine.forget(datetime.now(UTC) - timedelta(hours=1)) == 0
        assert await engine.forget(datetime.now(UTC) + timedelta(seconds=5)) == 1
        assert await engine.statuses(["test:1"]) == {}


async def _value(value: Any) -> Any:
    return value


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_so():  # noqa: ASYNC110 - the work may run in DBOS's threads
            await asyncio.sleep(0.02)
