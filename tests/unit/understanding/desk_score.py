"""How the reader's answers compare with what a careful receptionist would write down, one kind of sentence at a time.

Every line of ``desk/*.jsonl`` is a conversation: ``now``, ``time_zone``, ``locale`` and perhaps ``staff``, ``types``
and ``office_hours``, and its ``turns``, each a ``text`` and what is to be held after it. A wanted slot is a value, null
(nothing, and no question), ``{"ask": [values]}`` (a question that offers at least these), ``{"any": […]}`` (several
are defensible) or ``{"free": true}``. Slots that are not named are to stay null. Run as a module it prints what is not
right: ``python -m tests.unit.understanding.desk_score [KIND]``; the folder of other sentences may be in ``DESK``.
"""

import json
import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bot.clinic import demo_clinic
from bot.understanding.protocol import answer
from bot.understanding.reader import Understanding

FOLDER = Path(os.environ.get("DESK") or Path(__file__).parent / "desk")
ABOUT = {
    "date": "date",
    "time": "time",
    "client_name": "client",
    "phone": "phone",
    "appointment_type": "type",
    "staff": "staff",
}
VERDICTS = ("right", "asked", "missed", "invented", "wrong")
"""From best to worst. Asked: a question where an answer, or nothing, was wanted. Missed: null or a question that does
not offer it. Invented: a value where nothing was said. Wrong: silently another value."""


class Judged(NamedTuple):
    """One slot after one turn."""

    kind: str
    slot: str
    verdict: str
    text: str
    wanted: object
    got: object


def kinds() -> list[str]:
    """The kinds of sentences there are."""
    return sorted(path.stem for path in FOLDER.glob("*.jsonl"))


def cases(kind: str) -> list[dict[str, Any]]:
    """The conversations of one kind."""
    return [json.loads(line) for line in (FOLDER / f"{kind}.jsonl").read_text(encoding="utf-8").splitlines()]


def judged(kind: str) -> Iterator[Judged]:
    """Every slot of every turn of one kind."""
    reader, clinic = Understanding(), demo_clinic().clinic
    for case in cases(kind):
        turns, given = case["turns"], {key: value for key, value in case.items() if key != "turns"}
        draft: dict[str, Any] | None = None
        told = []
        for turn in turns:
            draft = answer({**given, "text": turn["text"], **({"draft": draft} if draft else {})}, clinic, reader)
            told.append(turn["text"])
            for slot in (*ABOUT, "duration_minutes", "intent"):
                wanted = turn["want"].get(slot, {"free": True} if slot == "intent" else None)
                if wanted != {"free": True}:
                    said = " / ".join(told) + f"  [{case['now']} {case['locale']}]"
                    yield Judged(kind, slot, verdict(slot, wanted, draft), said, wanted, _shown(slot, draft))


def verdict(slot: str, wanted: Any, got: Mapping[str, Any]) -> str:
    """How one slot was read."""
    if isinstance(wanted, dict) and "any" in wanted:
        return min((verdict(slot, each, got) for each in wanted["any"]), key=VERDICTS.index)
    if wanted == {"free": True}:
        return "right"
    value = _plain(got.get(slot))
    is_asked = ABOUT.get(slot) in got["asks_about"]
    offered = _offered(slot, got)
    if isinstance(wanted, dict):
        if is_asked:
            is_short = 1 <= len(offered) <= 4 or slot not in ("date", "time")
            return "right" if is_short and {_plain(each) for each in wanted["ask"]} <= offered else "missed"
        return "missed" if value is None else "wrong"
    if wanted is None:
        return "asked" if is_asked else "right" if value is None else "invented"
    if is_asked:
        return "asked" if _plain(wanted) in offered else "missed"
    if value == _plain(wanted):
        return "right"
    return "missed" if value in (None, "none") else "wrong"


def _offered(slot: str, got: Mapping[str, Any]) -> set[object]:
    if slot in ("date", "time"):
        return {each[slot] for each in got["options"] if each[slot]}
    return {
        _plain(option["value"]) for ask in got["asks"] if ABOUT.get(slot) in ask["about"] for option in ask["options"]
    }


def _plain(value: Any) -> Any:
    return value.casefold().replace("’", "'").rstrip(".") if isinstance(value, str) else value


def _shown(slot: str, got: Mapping[str, Any]) -> object:
    if ABOUT.get(slot) in got["asks_about"]:
        return {"asks": sorted(str(each) for each in _offered(slot, got))}
    return got.get(slot)


def table(rows: list[Judged]) -> str:
    """The counts, a line per kind and slot."""
    count = Counter((each.kind, each.slot, each.verdict) for each in rows)
    lines = []
    for kind in sorted({each.kind for each in rows}):
        for slot in (*ABOUT, "duration_minutes", "intent"):
            found = [count[kind, slot, each] for each in VERDICTS]
            if sum(found[1:]):
                parts = " ".join(f"{name} {n:4}" for name, n in zip(VERDICTS, found, strict=True))
                lines.append(f"{kind:18} {slot:18} {parts}")
        total = Counter(each.verdict for each in rows if each.kind == kind)
        whole: dict[str, set[str]] = {}
        for each in rows:
            if each.kind == kind:
                whole.setdefault(each.text, set()).add(each.verdict)
        clean = sum(each == {"right"} for each in whole.values())
        lines.append(f"{kind:18} {'ALL':18} {dict(total)}; turns wholly right {clean}/{len(whole)}")
    return "\n".join(lines)


def main() -> None:
    """Print what is not right, then the counts."""
    chosen = [each for each in sys.argv[1:] if not each.startswith("-")] or kinds()
    rows = [row for kind in chosen for row in judged(kind)]
    for row in rows:
        if row.verdict != "right":
            print(f"{row.verdict:8} {row.kind}/{row.slot}: {row.text!r} wants {row.wanted} got {row.got}")
    print(table(rows))


if __name__ == "__main__":
    main()
