"""MSAL's HTTP client towards the emulator's sign-in, which has no TLS: MSAL is told the cloud's own address."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import requests

from bot.graph.auth import TIMEOUT
from bot.graph.clouds import Cloud


@dataclass(frozen=True)
class Answered:
    """What MSAL reads of an HTTP answer."""

    status_code: int
    text: str
    headers: Mapping[str, str]

    def raise_for_status(self) -> None:
        """Raises what ``requests`` would, which is how MSAL says that sign-in is away."""
        if self.status_code >= 400:
            raise requests.HTTPError(str(self.status_code))


class PlayedLogin:
    """Carries MSAL's requests from its thread to the loop they are answered on.

    ``root`` is an emulator that runs on its own; empty means that ``http``'s transport answers every host.
    """

    def __init__(
        self, http: httpx.AsyncClient, cloud: Cloud, *, root: str = "", page: str = "", patience: float = TIMEOUT
    ) -> None:
        """``page`` is where a browser reaches the emulator; ``patience`` the seconds of one request. Made on the loop
        that ``http`` belongs to.
        """
        self._http = http
        self._cloud = f"https://{cloud.login}"
        self._root = root.rstrip("/") or self._cloud
        self._page = page.rstrip("/") or self._root
        self._patience = patience
        self._loop = asyncio.get_running_loop()

    def get(self, url: str, **kwargs: Any) -> Answered:
        """From MSAL's thread."""
        return self._wait_for("GET", url, kwargs)

    def post(self, url: str, **kwargs: Any) -> Answered:
        """From MSAL's thread."""
        return self._wait_for("POST", url, kwargs)

    def close(self) -> None:
        """What it speaks through is closed by its owner."""

    def in_browser(self, url: str) -> str:
        """A page of sign-in as a browser reaches it."""
        return url.replace(self._cloud, self._page, 1)

    def _wait_for(self, method: str, url: str, said: Mapping[str, Any]) -> Answered:
        asked = self._ask(method, url.replace(self._cloud, self._root, 1), said)
        answer = asyncio.run_coroutine_threadsafe(asked, self._loop)
        try:
            return answer.result(self._patience)
        except TimeoutError as late:
            answer.cancel()
            raise requests.Timeout("sign-in") from late

    async def _ask(self, method: str, url: str, said: Mapping[str, Any]) -> Answered:
        try:
            answer = await self._http.request(
                method, url, params=said.get("params"), data=said.get("data"), headers=said.get("headers")
            )
        except httpx.TransportError as lost:
            raise requests.ConnectionError(type(lost).__name__) from lost
        return Answered(answer.status_code, answer.text.replace(self._root, self._cloud), dict(answer.headers))
