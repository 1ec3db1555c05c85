"""How fast messages are read, how the time grows with their length, and what the libraries cost beside it."""

import json
import statistics
import time
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.clinic import demo_clinic
from bot.understanding.context import Context
from bot.understanding.leftovers import Leftovers, Moment, read_with_dateparser, read_with_recognizers
from bot.understanding.reader import Understanding

Row = tuple[str, str, str]
DESK = Path(__file__).parent.parent / "unit" / "understanding" / "desk"
NOW = datetime(2026, 11, 23, 9, 15, tzinfo=ZoneInfo("America/Los_Angeles"))


def rows() -> Iterator[Row]:
    """The figures, after warm-up."""
    reader = Understanding()
    began = time.perf_counter()
    reader.warm_up()
    yield "warm-up", _ms(time.perf_counter() - began), "once, before readiness"
    texts = [text for text, _ in _messages()]
    taken = sorted(_timed(reader, texts))
    yield "messages", str(len(taken)), "our own desk conversations"
    yield "median", _ms(statistics.median(taken)), "bar: 3 ms"
    yield "99th percentile", _ms(taken[int(len(taken) * 0.99)]), "bar: 20 ms"
    yield "slowest", _ms(taken[-1]), ""
    calls, seen = _library_calls(texts)
    yield "messages the libraries see anything of", f"{calls / len(texts):.1%}", f"{seen} characters in all"
    for name, library in (("Recognizers-Text", read_with_recognizers), ("dateparser", read_with_dateparser)):
        spent = [
            _once(lambda text=text, library=library: library(text[:80], "en", NOW.replace(tzinfo=None), "md"))
            for text in texts[:80]
        ]
        yield (
            f"{name} alone on such a message",
            _ms(statistics.median(spent)),
            f"{statistics.median(spent) / statistics.median(taken):.0f} × ours",
        )
    yield from _growth(reader)


def _messages() -> Iterator[tuple[str, str]]:
    for path in sorted(DESK.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            case = json.loads(line)
            for turn in case["turns"]:
                yield turn["text"], case.get("locale", "en-US")


def _context() -> Context:
    clinic = demo_clinic().clinic
    return Context(
        now=NOW,
        time_zone=clinic.time_zone,
        office_hours=clinic.office_hours,
        staff=clinic.staff,
        types=clinic.types,
    )


def _timed(reader: Understanding, texts: list[str]) -> list[float]:
    context = _context()
    return [_once(lambda text=text: reader.read(text, context)) for text in texts]


def _once(work: object) -> float:
    began = time.perf_counter()
    work()  # type: ignore[operator]
    return time.perf_counter() - began


def _library_calls(texts: list[str]) -> tuple[int, int]:
    spans: list[str] = []

    def counting(span: str, language: str, now: datetime, order: str) -> list[Moment]:
        spans.append(span)
        return []

    reader, context = Understanding(Leftovers([counting])), _context()
    for text in texts:
        reader.read(text, context)
    return len(spans), sum(map(len, spans))


def _growth(reader: Understanding) -> Iterator[Row]:
    """The cost of twice the text: about 2 means linear."""
    for name, unit in (
        ("a booking over and over", "book Ana Ruiz 206-555-0142 Thursday half past 2. "),
        ("7-7-7-", "7-7-7-"),
    ):
        lengths = [1_250, 2_500, 5_000, 10_000]
        spent = [min(_timed(reader, [(unit * length)[:length]] * 3)) for length in lengths]
        ratios = ", ".join(f"{later / earlier:.1f}" for earlier, later in pairwise(spent))
        yield f"10,000 characters of {name!r}", _ms(spent[-1]), f"cost of doubling: {ratios}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"
