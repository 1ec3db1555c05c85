"""An emulator per test, with a clock moved by hand and a caller that speaks to it as the bot's client would."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.state import Meeting
from tests.clock import HandClock
from tests.personas import KIM

NOW = datetime(2026, 9, 1, 15, 0, tzinfo=UTC)
"""A Tuesday, eight in the morning in Los Angeles."""
PACIFIC = "Pacific Standard Time"
KIMS = f"/users/{KIM.object_id}"


class Caller:
    """Calls Graph in memory. Paths begin after the version."""

    def __init__(self, emulator: GraphEmulator, version: str = "v1.0", token: str | None = None) -> None:
        self._emulator = emulator
        self._token = token
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.AsyncClient(
            transport=httpx.MockTransport(emulator.handle),
            base_url=f"https://graph.microsoft.com/{version}",
            headers=headers,
        )

    async def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> httpx.Response:
        """Send one request."""
        if body is not None:
            more["json"] = body
        return await self._http.request(method, path, **more)

    def beta(self) -> "Caller":
        """The same caller, in beta."""
        return Caller(self._emulator, "beta", self._token)

    def with_token(self, token: str) -> "Caller":
        """Someone with this token."""
        return Caller(self._emulator, token=token)

    async def event(self, **changes: Any) -> dict[str, Any]:
        """Make an event of half an hour, on Thursday at half past two, and hand back what was answered."""
        answer = await self("POST", f"{KIMS}/events", new_event(**changes))
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def meeting_of(self, event: dict[str, Any]) -> dict[str, Any]:
        """The online meeting behind an event."""
        url = event["onlineMeeting"]["joinUrl"]
        answer = await self("GET", f"{KIMS}/onlineMeetings", params={"$filter": f"JoinWebUrl eq '{url}'"})
        found: dict[str, Any] = answer.json()["value"][0]
        return found

    async def meeting(self, **changes: Any) -> dict[str, Any]:
        """Make a stand-alone meeting."""
        times = {"startDateTime": "2026-09-03T21:30:00Z", "endDateTime": "2026-09-03T22:00:00Z"}
        answer = await self("POST", f"{KIMS}/onlineMeetings", {"subject": "Follow-up", **times, **changes})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


def new_event(**changes: Any) -> dict[str, Any]:
    """The body of a visit's event."""
    body = {
        "subject": "Follow-up",
        "start": {"dateTime": "2026-09-03T14:30:00", "timeZone": PACIFIC},
        "end": {"dateTime": "2026-09-03T15:00:00", "timeZone": PACIFIC},
        "isOnlineMeeting": True,
        "onlineMeetingProvider": "teamsForBusiness",
        **changes,
    }
    return {name: value for name, value in body.items() if value is not None}


def error_of(answer: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, and that it is in Graph's envelope."""
    error = answer.json()["error"]
    assert set(error) == {"code", "message", "innerError"}
    return answer.status_code, error["code"]


def played(emulator: GraphEmulator, meeting: dict[str, Any]) -> Meeting:
    """The emulator's own record of a meeting."""
    return emulator.state.meetings[meeting["id"]]


async def no_wait(seconds: float) -> None:
    """A wait that takes no time."""


@pytest.fixture
def clock() -> HandClock:
    """Moved by hand."""
    return HandClock(NOW)


@pytest.fixture
def asks_by_hand() -> bool:
    """Here nobody asks but tests, and half of them for a refusal."""
    return True


@pytest.fixture
def emulator(clock: HandClock) -> GraphEmulator:
    """The demo world, untouched."""
    return GraphEmulator(clock=clock, sleep=no_wait)


@pytest.fixture
def graph(emulator: GraphEmulator) -> Caller:
    """The bot's app, alone."""
    return Caller(emulator)
