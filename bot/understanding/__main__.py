"""``python -m bot.understanding``: reads JSON lines, writes one JSON line each; ``--explain`` adds the reasons."""

import argparse
import io
import json
import sys

from bot.clinic import demo_clinic
from bot.understanding.protocol import answer_line
from bot.understanding.reader import Understanding


def main() -> None:
    """Answer line by line until the input ends."""
    parser = argparse.ArgumentParser(prog="python -m bot.understanding", description=__doc__)
    parser.add_argument("--explain", action="store_true", help="say in words how each reading came about")
    chosen = parser.parse_args()
    reader, clinic = Understanding(), demo_clinic().clinic
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    for line in sys.stdin:
        if line.strip():
            written = answer_line(line, clinic, reader, explain=chosen.explain)
            sys.stdout.write(json.dumps(written, ensure_ascii=False) + "\n")
            sys.stdout.flush()


main()
