"""A clock the tests advance, visits, and a Graph that says what it is told to say."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.graph.client import GraphClient, http_client
from bot.graph.clouds import cloud_named
from bot.graph.connections import Connections
from bot.graph.pace import Patience
from bot.visits.models.clinic import StaffMember
from bot.visits.models.people import Client
from bot.visits.models.values import StaffId, VisitId
from bot.visits.models.visit import Visit
from tests.clock import HandClock

NOW = datetime(2026, 9, 1, 15, 0, tzinfo=UTC)
TENANT = "00000000-0000-4000-8000-0000000000aa"
KIM = StaffMember(
    id=StaffId("00000000-0000-4000-8000-000000000001"),
    name="Min Kim",
    title="Dr",
    mailbox="min.kim@contoso.example",
    time_zone="America/Los_Angeles",
)
JORDAN_ID = "00000000-0000-4000-8000-000000000005"


class OpenDoor:
    """Tokens for everyone; remembers which claims were asked for."""

    def __init__(self) -> None:
        self.claims: list[str | None] = []

    async def token(self, person: str | None, *, claims: str | None = None) -> str:
        self.claims.append(claims)
        return f"token-{person or 'app'}-{len(self.claims)}"

    async def has_grant(self, person: str) -> bool:
        return True


Reply = httpx.Response | Exception


class ScriptedGraph:
    """Answers requests in the order of a script, and keeps them."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.requests: list[httpx.Request] = []
        self.answers: dict[str, object] = {}
        """By how a path ends: what is answered there whatever the script says."""

    def says(self, status: int = 200, body: object = None, **headers: str) -> "ScriptedGraph":
        content = b"" if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.replies.append(httpx.Response(status, content=content, headers=named))
        return self

    def fails(self, error: Exception) -> "ScriptedGraph":
        self.replies.append(error)
        return self

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        for ending, body in self.answers.items():
            if request.url.path.endswith(ending):
                return httpx.Response(200, json=body)
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply


def connections_to(graph: Callable[[httpx.Request], Any]) -> Connections:
    """Connections to a Graph that is played."""
    return Connections(lambda: http_client(transport=httpx.MockTransport(graph)))


class Naps:
    """Waits that take no time, and are remembered."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def script() -> ScriptedGraph:
    return ScriptedGraph()


@pytest.fixture
def door() -> OpenDoor:
    return OpenDoor()


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def graph(script: ScriptedGraph, door: OpenDoor, clock: HandClock, naps: Naps) -> GraphClient:
    return GraphClient(
        connections_to(script),
        door,
        cloud=cloud_named("global"),
        tenant_id=TENANT,
        clock=clock,
        patience=Patience(tries=3, budget=6),
        sleep=naps,
    )


@pytest.fixture
def new_visit() -> Callable[..., Visit]:
    def make(**changes: object) -> Visit:
        fields: Mapping[str, object] = {
            "id": VisitId("0f6d6f0e5a7b4f4f9d8f3c1d2e3f4a5b"),
            "client": Client(
                name="Ana Ruiz",
                phone="+12065550142",
                email="ana.ruiz@example.com",
                time_zone="America/Los_Angeles",
            ),
            "organizer": KIM,
            "type_name": "Follow-up",
            "starts_at": NOW + timedelta(days=2, hours=6),
            "duration": timedelta(minutes=30),
            "time_zone": "America/Los_Angeles",
            "notes": "Only for staff",
            "text_client": True,
            "requested_by": JORDAN_ID,
            "created_at": NOW,
        }
        return Visit.model_validate({**fields, **changes})

    return make


@pytest.fixture
def visit(new_visit: Callable[..., Visit]) -> Visit:
    return new_visit()
