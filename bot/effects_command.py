"""``python app.py effects``: which effects are pending, failed or unknown, and a request to retry or drop one.

The running bot carries a request out within seconds: this process calls nobody and sends nothing. No line shows who the
client is.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from bot.clock import SystemClock
from bot.settings import Settings
from bot.store.effects import NEEDS_SOMEBODY, EffectRow, SqlLedger
from bot.store.engine import open_database, url_of
from bot.store.migrating import migrate
from bot.strings.translate import Translator
from bot.strings.words import lack_in_words
from bot.visits.errors import StoreUnavailable

FAILED, USAGE = 1, 2
WAITS_SECONDS = 6
TOLD = {
    "done": "Done.",
    "not_found": "The running bot knows no such effect any more.",
    "not_possible": "Nothing was done: the effect is under way, done already, or was decided meanwhile.",
}
HEADINGS = ("KEY", "WHAT", "STATE", "SINCE (UTC)", "NEXT TRY (UTC)", "WHY")


def run_effects(settings: Settings, *, action: object, key: object) -> int:
    """Run the command; returns the exit code."""
    wanted, about = str(action or "list"), str(key or "")
    if wanted != "list" and not about:
        _complain(f"Which effect? Name its key: python app.py effects {wanted} KEY (see: python app.py effects)")
        return USAGE
    url = url_of(settings.database)
    if url.get_backend_name() == "sqlite" and not _exists(url.database):
        _complain(f"There is no database at {url.database} yet: start the bot once, or name it with --database.")
        return FAILED
    return asyncio.run(_run(settings, wanted, about))


async def _run(settings: Settings, action: str, key: str) -> int:
    database = open_database(settings.database)
    try:
        await asyncio.to_thread(migrate, database.engine)
        return await _answer(SqlLedger(database, SystemClock()), action, key)
    except StoreUnavailable:
        _complain(f"DATABASE_URL: the database {database.address} does not answer.")
        return FAILED
    finally:
        await database.close()


async def _answer(ledger: SqlLedger, action: str, key: str) -> int:
    if action == "list":
        _say(table(await ledger.open_or_amiss()))
        return 0
    row = await ledger.effect(key)
    if row is None:
        _complain(f"There is no effect {key}. The keys are in the first column of: python app.py effects")
        return FAILED
    wanted: Literal["retry", "drop"] = "retry" if action == "retry" else "drop"
    request = await ledger.ask_for(key, wanted, begun=row.begun, requested_by="command line")
    for _ in range(WAITS_SECONDS * 4):
        await asyncio.sleep(0.25)
        if outcome := await ledger.outcome_of_request(request):
            _say(TOLD.get(outcome, outcome))
            return 0 if outcome == "done" else FAILED
    _say("Asked for. No bot is running at the moment, or it is busy: it will be done when one runs.")
    return 0


def table(rows: Sequence[EffectRow]) -> str:
    """The effects as lines for a terminal: what needs somebody first."""
    if not rows:
        return "No effect is pending, failed or unknown."
    t = Translator("en")
    ordered = sorted(rows, key=lambda row: (row.state not in NEEDS_SOMEBODY, row.updated_at))
    lines = [HEADINGS, *(_line(row, t) for row in ordered)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    shown = "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
    waiting = sum(row.state not in NEEDS_SOMEBODY for row in rows)
    return (
        f"{shown}\n\n{len(rows) - waiting} need somebody, {waiting} go on by themselves.\n"
        "Once more: python app.py effects retry KEY.   No more: python app.py effects drop KEY."
    )


def _line(row: EffectRow, t: Translator) -> tuple[str, ...]:
    return (
        row.key,
        row.kind.replace("_", " "),
        str(row.state),
        f"{row.updated_at:%Y-%m-%d %H:%M:%S}",
        f"{row.until:%Y-%m-%d %H:%M:%S}" if row.until else "",
        _why(row, t),
    )


def _why(row: EffectRow, t: Translator) -> str:
    """The reason, and in the terminal of whoever can do something about it: the permission and the command."""
    if row.code is None:
        return ""
    if row.lacks:
        return lack_in_words(row.lacks, t)
    why = f"effect_reason.{row.code}"
    return t(why) if t.has(why) else str(row.code)


def _exists(path: str | None) -> bool:
    return path is not None and Path(path).exists()


def _say(words: str) -> None:
    print(words)  # noqa: T201


def _complain(words: str) -> None:
    print(words, file=sys.stderr)  # noqa: T201
