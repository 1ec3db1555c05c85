"""An emulator as its own process, reached over HTTP alone: as near to a tenant as one machine comes."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bot.graph.emulator.demo import demo_world
from bot.graph.emulator.world import World

ROOT = Path(__file__).parents[1]


@contextmanager
def emulator_apart(world: World, folder: Path) -> Iterator[str]:
    """``python -m bot.graph.emulator`` on this world; its address."""
    file = folder / "world.json"
    file.write_text(world.model_dump_json(), encoding="utf-8")
    command = [sys.executable, "-m", "bot.graph.emulator", "--port", "0", "--world", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().split()[2]
        finally:
            process.terminate()


def strict_world() -> World:
    """The demo world, with every token checked."""
    world = demo_world()
    world.switches.check_tokens = True
    return world


def seen_by(address: str) -> dict[str, Any]:
    """Everything it was asked, and what came of it."""
    with urllib.request.urlopen(f"{address}/emulator/state", timeout=10) as answer:
        return dict(json.load(answer))
