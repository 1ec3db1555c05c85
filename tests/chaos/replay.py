"""Every recorded conversation with each activity delivered one to four times, and presses again under other ids."""

import asyncio
import os
import re
import sys
import tempfile
from pathlib import Path

from bot.store.engine import open_database
from bot.store.migrating import migrate
from tests.chaos.arena import Figures
from tests.chaos.confirms import twenty_at_once
from tests.postgres import PostgresServer

ITSELF = "test_a_story_in_which_everything_is_delivered_again_ends_the_same"
"""It repeats activities itself, and compares answers that a third delivery may not repeat word by word."""
ROOT = Path(__file__).resolve().parent.parent.parent


async def replayed(*, seed: int, seeds: int = 3) -> list[Figures]:
    """Play the conversations behind a Teams that repeats itself, so many times over."""
    found = []
    for each in range(seed, seed + seeds):
        figures = Figures(f"replay: every transcript, each activity 1-4 times (seed {each})")
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "pytest", "-q", "-p", "tests.chaos.redelivery", "tests/conversations"),
            *("-k", f"not {ITSELF}"),
            cwd=ROOT,
            env={**os.environ, "REDELIVERY_SEED": str(each)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told, _ = await process.communicate()
        words = told.decode(errors="replace")
        passed = re.search(r"(\d+) passed", words)
        figures.in_flight = [int(passed[1])] if passed else []
        figures.wrong = re.findall(r"^FAILED (\S+)", words, re.MULTILINE)
        if process.returncode != 0 and not figures.wrong:
            figures.wrong = [words[-500:]]
        found.append(figures)
    return found


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
