"""One replica in a process of its own, with a small door through which the chaos run plays people.

``python -m tests.chaos.host '{"database": ..., "emulator_url": ...}'`` prints ``ready <port> <executor>``. It is the
whole of production's durable work; what it lacks is only the conversation.
"""

import asyncio
import json
import os
import re
import signal
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web

from bot.application import Application
from bot.clinic import ClinicFile, demo_clinic
from bot.logs import configure_logs
from bot.settings import Settings
from bot.visits import changes
from bot.visits.errors import VisitChanged
from bot.visits.models.visit import Visit
from bot.wiring import CrashSeams, build
from bot.work.lease import Grace, Lease

QUICK = Grace(look_every=0.3, own_age=1.0, free_for=0.8)
"""For the matrix, where a process dies every few seconds; the scenario of the replicas keeps production's."""


class ClockAhead:
    """The machine's clock, put forward: what waits for its time is due."""

    def __init__(self, seconds: float) -> None:
        self._ahead = timedelta(seconds=seconds)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


class Fuse:
    """Ends the process, without a goodbye, the so-manieth time it comes to a moment."""

    def __init__(self, moment: str | None, after: int) -> None:
        self._moment = moment
        self._after = after
        self._seen: Counter[str] = Counter()

    async def at(self, moment: str) -> None:
        self._seen[moment] += 1
        if moment == self._moment and self._seen[moment] >= self._after:
            os.kill(os.getpid(), signal.SIGKILL)

    async def around(self, step: str, when: str) -> None:
        await self.at(f"{re.sub(r'[ ].*', '', step)}.{when}")


class Door:
    """What people do, as the service does it: the row first, then its work."""

    def __init__(self, app: Application, fuse: Fuse) -> None:
        self._app = app
        self._fuse = fuse

    async def do(self, request: web.Request) -> web.Response:
        """Do one thing to each of some visits; doing it again is harmless."""
        wish = await request.json()
        act = {"book": self._book, "move": self._move, "cancel": self._cancel, "undo": self._undo}[wish["action"]]
        await asyncio.gather(*(act(each, wish) for each in wish["visits"]))
        return web.json_response({})

    async def _book(self, facts: dict[str, Any], wish: dict[str, Any]) -> None:
        now = self._app.clock.now()
        visit = Visit.model_validate({**facts, "created_at": now}).model_copy(update={"quiet_until": _quiet(now, wish)})
        stored = await self._app.store.insert(visit, check_overlap=False)
        await self._fuse.at("row.committed")
        await self._app.work.start("booking", stored)

    async def _move(self, facts: dict[str, Any], wish: dict[str, Any]) -> None:
        visit = await self._app.store.visit(facts["id"])
        assert visit is not None
        to = datetime.fromisoformat(wish["to"])
        if visit.starts_at != to:
            quiet = timedelta(seconds=wish["quiet"])
            now = self._app.clock.now()
            after = changes.moved(visit, to, visit.duration, by="jordan", now=now, quiet=quiet)
            visit = await self._stored(after, visit)
        await self._app.work.start("reschedule", visit)

    async def _cancel(self, facts: dict[str, Any], wish: dict[str, Any]) -> None:
        visit = await self._app.store.visit(facts["id"])
        assert visit is not None
        if not visit.is_cancelled:
            quiet = timedelta(seconds=wish["quiet"])
            now = self._app.clock.now()
            after = changes.cancelled(visit, by="jordan", now=now, quiet=quiet, reason=None, tell_client=True)
            visit = await self._stored(after, visit)
        await self._app.work.start("cancellation", visit)

    async def _undo(self, facts: dict[str, Any], _wish: dict[str, Any]) -> None:
        """Take a cancellation back."""
        visit = await self._app.store.visit(facts["id"])
        assert visit is not None
        if visit.is_cancelled:
            versions = await self._app.store.versions(visit.id)
            after = changes.undone(visit, versions, by="jordan", now=self._app.clock.now())
            visit = await self._stored(after, visit)
        await self._app.work.start("booking", visit)

    async def _stored(self, after: Visit, before: Visit) -> Visit:
        try:
            stored = await self._app.store.update(after, expected_version=before.version)
        except VisitChanged as changed:
            return changed.visit
        await self._fuse.at("row.committed")
        return stored


def _quiet(now: datetime, wish: dict[str, Any]) -> datetime:
    return now + timedelta(seconds=wish["quiet"])


async def serve(how: dict[str, Any]) -> None:
    """Run until killed."""
    configure_logs("INFO")
    fuse = Fuse(how.get("kill_at"), int(how.get("kill_after", 1)))
    settings = Settings(
        database=how["database"], emulator_url=how["emulator_url"], port=0, desk_chat=how.get("desk_chat", "")
    )
    app = await build(
        settings,
        clock=ClockAhead(float(how.get("ahead", 0))),
        seams=CrashSeams(probe=fuse.at, around_step=fuse.around),
        clinic_file=ClinicFile(clinic=demo_clinic().clinic),
    )
    durable = app.durable
    executor = durable.engine.executor_id
    if how.get("quick") and durable.lease is not None:
        durable.lease = Lease(app.database_url, executor, durable.engine, grace=QUICK)
    await app.edge.start()
    await durable.start()
    served = web.Application()
    served.router.add_post("/do", Door(app, fuse).do)
    runner = web.AppRunner(served, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"ready {runner.addresses[0][1]} {executor}", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(json.loads(sys.argv[1])))
