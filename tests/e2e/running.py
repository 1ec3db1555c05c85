"""The bot as a person starts it: ``python app.py --playground``, on ports of its own, in an empty folder."""

import asyncio
import json
import os
import shutil
import signal
import socket
import sys
import urllib.request
from pathlib import Path
from typing import Any

APP = Path(__file__).resolve().parents[2] / "app.py"
FIRST_START_SECONDS = 180


def chromium() -> str | None:
    """A browser of this machine, if it has one."""
    found = os.environ.get("CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return found or next((path for name in names if (path := shutil.which(name))), None)


def free_port() -> int:
    """A port nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class RunningBot:
    """The process; an async context manager. ``chat`` is the Playground's address, ``said`` what it printed."""

    def __init__(self, folder: Path, *arguments: str, **environment: str) -> None:
        self.port, self.chat_port = free_port(), free_port()
        self.said: list[str] = []
        self._folder = folder
        self._arguments = arguments
        self._environment = {**os.environ, **environment}
        self._process: asyncio.subprocess.Process | None = None

    @property
    def chat(self) -> str:
        """Where the Playground is."""
        return f"http://127.0.0.1:{self.chat_port}"

    async def __aenter__(self) -> "RunningBot":
        ports = ("--port", str(self.port), "--playground-port", str(self.chat_port))
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, str(APP), "--playground", *ports, *self._arguments),
            cwd=self._folder,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(FIRST_START_SECONDS):
                await self._until("Chat with the bot")
        except TimeoutError:
            await self.__aexit__()
            raise AssertionError("the bot did not start:\n" + "\n".join(self.said)) from None
        return self

    async def _until(self, words: str) -> None:
        assert self._process
        assert self._process.stdout
        async for line in self._process.stdout:
            self.said.append(line.decode().rstrip())
            if words in self.said[-1]:
                return
        raise AssertionError("the bot ended:\n" + "\n".join(self.said))

    async def __aexit__(self, *_: object) -> None:
        if self._process and self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)
            try:
                async with asyncio.timeout(20):
                    await self._process.communicate()
            except TimeoutError:
                self._process.kill()
                await self._process.communicate()

    @property
    def exit_code(self) -> int | None:
        """How it ended."""
        return self._process.returncode if self._process else None

    async def world(self) -> dict[str, Any]:
        """What the outside world saw."""
        address = f"http://127.0.0.1:{self.port}/emulator/state"
        answer = await asyncio.to_thread(lambda: urllib.request.urlopen(address, timeout=10).read())
        return dict(json.loads(answer))
