"""Every recorded conversation, with its activities delivered again, pressed twice, and in another order."""

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from bot.store.engine import open_database
from bot.store.migrating import migrate
from tests.chaos.arena import Figures
from tests.chaos.confirms import twenty_at_once
from tests.postgres import PostgresServer

ROOT = Path(__file__).resolve().parent.parent.parent
PLAYS: Mapping[str, str] = {
    "tests.chaos.redelivery": "each activity delivered 1-4 times",
    "tests.chaos.doubleclick": "each press again under another id",
    "tests.chaos.reordering": "its activities in another order",
}
"""How each conversation is played, by the plugin that does it."""


async def replayed(
    *,
    seed: int,
    seeds: int = 2,
    only: Sequence[str] = ("tests/conversations",),
    plays: Collection[str] = tuple(PLAYS),
) -> list[Figures]:
    """Play the conversations in each of these ways, so many times over."""
    return [await _played(plugin, each, only) for plugin in plays for each in range(seed, seed + seeds)]


async def _played(plugin: str, seed: int, only: Sequence[str]) -> Figures:
    figures = Figures(f"replay: every transcript, {PLAYS[plugin]} (seed {seed})")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "-n0", "-p", "no:cacheprovider", "-p", plugin, *only),
        cwd=ROOT,
        env={**_own_environment(), "REPLAY_SEED": str(seed)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await process.communicate()
    words = told.decode(errors="replace")
    passed = re.search(r"(\d+) passed", words)
    figures.in_flight = [int(passed[1])] if passed else []
    figures.wrong = re.findall(r"^(?:FAILED|ERROR) (\S+)", words, re.MULTILINE)
    if process.returncode != 0 or not passed:
        figures.wrong.append(words[-3000:])
    return figures


def _own_environment() -> dict[str, str]:
    """Without what a pytest that runs this one has left there."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}


async def confirmed() -> list[Figures]:
    """Twenty confirm one slot at one instant, on both databases."""
    found = []
    server = PostgresServer()
    server.start()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name, where in (("sqlite", f"{folder}/app.db"), ("postgres", server.url.render_as_string(False))):
                database = open_database(where)
                await asyncio.to_thread(migrate, database.engine)
                visits, answers = await twenty_at_once(database)
                figures = Figures(f"{name}: twenty confirm one slot", in_flight=[20])
                figures.duplicated, figures.lost = max(0, len(visits) - 1), 20 - len(visits) - len(answers)
                found.append(figures)
                await database.close()
    finally:
        server.close()
    return found
