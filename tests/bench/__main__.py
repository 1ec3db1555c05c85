"""``python -m tests.bench``: speed, mostly as ratios measured in one run. Nothing here decides a test.

Each module of this package that has ``rows()`` is run; a row is ``(what, figure, unit or note)``.
"""

import importlib
import pkgutil
import sys
from collections.abc import Iterable

import tests.bench as package

Row = tuple[str, str, str]


def main(names: list[str]) -> None:
    """Run the named modules, or all of them, and print one table each."""
    found = [each.name for each in pkgutil.iter_modules(package.__path__) if each.name != "__main__"]
    for name in names or found:
        module = importlib.import_module(f"tests.bench.{name}")
        if hasattr(module, "rows"):
            print(f"\n{name}")
            _print(module.rows())


def _print(rows: Iterable[Row]) -> None:
    for what, figure, note in rows:
        print(f"  {what:<58} {figure:>14}  {note}")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
