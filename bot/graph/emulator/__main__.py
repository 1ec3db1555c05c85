"""``python -m bot.graph.emulator --port N [--world FILE] [--state FILE]``: the emulator as a process, on loopback."""

import argparse
import asyncio
import contextlib
import signal
from pathlib import Path

from aiohttp import web

from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.serve import mount
from bot.graph.emulator.world import load_world

HOST = "127.0.0.1"


async def serve(port: int, world: Path | None, state: Path | None) -> None:
    """Serve until interrupted."""
    emulator = GraphEmulator(load_world(world) if world else None, state_file=state)
    app = web.Application()
    mount(app, emulator)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2)
    await runner.setup()
    site = web.TCPSite(runner, HOST, port)
    try:
        await site.start()
    except OSError as taken:
        raise SystemExit(f"Port {port} on {HOST} cannot be used: {taken.strerror}.") from None
    root = f"http://{HOST}:{runner.addresses[0][1]}"
    emulator.visit_base = root
    print(f"Graph emulator: {root}  Page: {root}/emulator", flush=True)
    stopped = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C ends the process instead
            asyncio.get_running_loop().add_signal_handler(each, stopped.set)
    await stopped.wait()
    await runner.cleanup()
    await emulator.close()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m bot.graph.emulator", description="Microsoft Graph, no tenant.")
    parser.add_argument("--port", type=int, default=3979, help="0 takes any free one")
    parser.add_argument("--world", type=Path, help="a world file, JSON or TOML; the demo clinic without one")
    parser.add_argument("--state", type=Path, help="keep the memory in this file; without it, it ends with the process")
    chosen = parser.parse_args()
    asyncio.run(serve(chosen.port, chosen.world, chosen.state))


if __name__ == "__main__":
    main()
