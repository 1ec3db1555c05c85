"""Runs the bot until it is told to stop, with the Agents Playground beside it where that is wished."""

import asyncio
import signal
import sys
from collections.abc import Awaitable
from contextlib import suppress

from aiohttp import web

from bot.application import Application
from bot.logs import configure_logs
from bot.played import own_address_of
from bot.playground.launcher import Playground, PlaygroundError, refuse_taken_port
from bot.settings import Settings
from bot.store.engine import url_of
from bot.visits.errors import StoreUnavailable
from bot.wiring import build
from bot.work.engine import EngineError

FAILED = 1


def say(words: str) -> None:
    """Tell whoever started the process; logs go elsewhere."""
    print(words, flush=True)  # noqa: T201


def say_wrong(words: str) -> None:
    """Tell them what went wrong."""
    print(words, file=sys.stderr)  # noqa: T201


def run_server(settings: Settings) -> int:
    """Serve until Ctrl-C or SIGTERM. Returns the process' exit code. Raises SettingsError, ClinicFileError."""
    configure_logs(settings.log_level or ("INFO" if settings.authenticated else "WARNING"))
    try:
        asyncio.run(_serve(settings))
    except StoreUnavailable:
        address = url_of(settings.database).render_as_string(hide_password=True)
        say_wrong(f"DATABASE_URL: the database {address} does not answer.")
        return FAILED
    except (PlaygroundError, EngineError) as reason:
        say_wrong(str(reason))
        return FAILED
    except KeyboardInterrupt:  # where signals cannot be handled on the loop, as on Windows
        pass
    return 0


async def _serve(settings: Settings) -> None:
    refuse_taken_port(settings.host, settings.port, "--port")
    if settings.playground:
        refuse_taken_port("127.0.0.1", settings.playground_port, "--playground-port")
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):
            loop.add_signal_handler(number, stopped.set)

    application = await build(settings)
    runner = web.AppRunner(application.web, access_log=None, handle_signals=False, shutdown_timeout=5)
    await runner.setup()
    playground = None
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
        for line in first_lines(settings, application):
            say(line)
        await application.start()
        if settings.playground:
            playground = Playground(f"{own_address_of(settings)}/api/messages", settings.playground_port, say)
            say("Starting the Agents Playground (the first time npm downloads it) ...")
            await playground.start()
            say(f"Chat with the bot:  {playground.address}   (Ctrl-C ends both)")
        await _until(stopped, playground)
    finally:
        if playground:
            await playground.stop()
        await application.stop()
        await runner.cleanup()


def first_lines(settings: Settings, application: Application) -> list[str]:
    """What the bot says of itself when it starts: what is played, what is real, and where to chat."""
    here = own_address_of(settings)
    clinic = f"{application.clinic.name} ({settings.clinic or 'the demo clinic'})"
    if settings.emulator_url:
        graph = f"the Graph emulator at {settings.emulator_url}"
    elif settings.uses_emulator:
        graph = f"a Graph emulator in this process: see {here}/emulator"
    else:
        graph = f"Microsoft Graph, tenant {settings.graph_tenant}"
    lines = [
        f"Visits for {clinic}",
        f"  Calendars and SMS:  {graph}",
        f"  Data:               {application.database_url.render_as_string(hide_password=True)}",
        f"  Messages:           {here}/api/messages"
        + ("" if settings.authenticated else "  (no authentication: this machine only)"),
    ]
    if not settings.playground and not settings.authenticated:
        lines.append("  To chat with it here, start it with --playground.")
    return lines


async def _until(stopped: asyncio.Event, playground: Playground | None) -> None:
    waits: list[asyncio.Task[object]] = [asyncio.create_task(_ended(stopped.wait()))]
    if playground:
        waits.append(asyncio.create_task(_ended(playground.ended())))
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for each in waits:
        each.cancel()


async def _ended(waiting: Awaitable[object]) -> object:
    return await waiting
