"""A small Teams around the edge: a connector that records and refuses, keys that sign, activities as recorded."""

import itertools
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import aiohttp.web
import httpx
import jwt
from aiohttp.test_utils import TestClient, TestServer
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.clock import SystemClock
from bot.teams.answers import Answer
from bot.teams.conversations import Redraw, nobodys
from bot.teams.edge import EdgeSettings, TeamsEdge
from bot.teams.invokes import Handler
from bot.teams.pace import LocalPace
from bot.teams.participation import Stores
from bot.teams.ports import SignIns
from bot.teams.routes import add_messages
from bot.teams.runs import Timing
from bot.teams.tokens import PUBLIC, BotIdentity
from bot.teams.turns import Turn
from tests.personas import JORDAN, Persona
from tests.unit.teams.memory import MemoryContacts, MemoryFirsts, MemoryStates, MemoryTurnLog

APP_ID = "11111111-2222-4333-8444-555555555555"
BOT = {"id": f"28:{APP_ID}", "name": "Visits"}
SERVICE_URL = "https://smba.trafficmanager.net/amer/"
NOW = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
QUICK = Timing(budget=0.15, typing_after=0.05, typing_every=0.05, limit=5.0, lease=1.0, poll=0.005)

_ids = itertools.count(1)


class Teams:
    """Teams' connector, and the host of its signing keys: an httpx handler that records."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self.tokens: list[str | None] = []
        self.refusals: list[Callable[[httpx.Request], httpx.Response | Exception | None]] = []
        self.keys: dict[str, rsa.RSAPrivateKey] = {}
        self.endorsements = ["msteams"]
        self.key_requests = 0
        self.is_down = False
        self.rotate("key-1")

    def rotate(self, key_id: str) -> None:
        """Sign with this key from now on; no other is published."""
        self.keys = {key_id: rsa.generate_private_key(public_exponent=65537, key_size=2048)}

    @property
    def http(self) -> httpx.AsyncClient:
        """A client that reaches nothing but this."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self.handle))

    async def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        url = str(request.url)
        if url == PUBLIC.channel_metadata:
            self.key_requests += 1
            if self.is_down:
                raise httpx.ConnectTimeout("down")
            return httpx.Response(200, json={"jwks_uri": "https://login.botframework.com/keys"})
        if url == "https://login.botframework.com/keys":
            return httpx.Response(200, json={"keys": [self._jwk(key_id) for key_id in self.keys]})
        body = json.loads(request.content) if request.content else None
        self.calls.append((request.method, request.url.raw_path.decode(), body))
        self.tokens.append(request.headers.get("authorization"))
        for refuse in list(self.refusals):
            answer = refuse(request)
            if isinstance(answer, Exception):
                raise answer
            if answer is not None:
                return answer
        return httpx.Response(201, json={"id": f"sent-{len(self.calls)}"})

    def refuse_once(self, status: int, body: Any = None, headers: Mapping[str, str] | None = None) -> None:
        """Answer the next call so."""

        def refuse(request: httpx.Request) -> httpx.Response:
            self.refusals.remove(refuse)
            content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
            return httpx.Response(status, content=content, headers=dict(headers or {}))

        self.refusals.append(refuse)

    def break_once(self, failure: Exception) -> None:
        """Break the next call so."""

        def refuse(request: httpx.Request) -> Exception:
            self.refusals.remove(refuse)
            return failure

        self.refusals.append(refuse)

    def posted(self, method: str = "POST") -> list[Any]:
        """The messages posted (or with PUT: edited), without typing."""
        return [body for verb, _, body in self.calls if verb == method and body and body.get("type") == "message"]

    def texts(self) -> list[str]:
        """What was said in plain text."""
        return [body["text"] for body in self.posted() if "text" in body]

    def sign(self, *, key_id: str | None = None, key: rsa.RSAPrivateKey | None = None, **claims: Any) -> str:
        """The header of a request from Teams; ``claims`` replace those of a good token."""
        chosen = key_id or next(iter(self.keys))
        good = {
            "iss": PUBLIC.channel_issuer,
            "aud": APP_ID,
            "exp": int(time.time()) + 3600,
            "serviceurl": SERVICE_URL,
        }
        token = jwt.encode(
            {**good, **claims}, key or next(iter(self.keys.values())), algorithm="RS256", headers={"kid": chosen}
        )
        return f"Bearer {token}"

    def _jwk(self, key_id: str) -> dict[str, Any]:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.keys[key_id].public_key(), as_dict=True)
        return {**public, "kid": key_id, "endorsements": self.endorsements}


class Listener:
    """A bot that does what the test says; it keeps the turns."""

    def __init__(self, answer: Callable[[Turn], Awaitable[Answer | None]] | None = None) -> None:
        self.turns: list[Turn] = []
        self._answer = answer

    async def on_turn(self, turn: Turn) -> Answer | None:
        """Take part."""
        self.turns.append(turn)
        return await self._answer(turn) if self._answer else None


class Office:
    """One process of the bot behind HTTP. Several may share their stores."""

    def __init__(
        self,
        bot: Listener,
        *,
        teams: Teams | None = None,
        like: "Office | None" = None,
        signed: bool = False,
        timing: Timing = QUICK,
        clock: Any = None,
        handlers: Mapping[str, Handler] | None = None,
        sign_ins: SignIns | None = None,
        dialog_version: int = 1,
        acquire: Callable[[], dict[str, Any]] | None = None,
        turn_log: MemoryTurnLog | None = None,
        redraw: Redraw = nobodys,
    ) -> None:
        self.bot = bot
        self.teams: Teams = teams or (like.teams if like else Teams())
        self.contacts: MemoryContacts = like.contacts if like else MemoryContacts()
        self.states: MemoryStates = like.states if like else MemoryStates()
        self.turn_log: MemoryTurnLog = turn_log or (like.turn_log if like else MemoryTurnLog())
        self.firsts: MemoryFirsts = like.firsts if like else MemoryFirsts()
        self.signed = signed
        identity = BotIdentity(APP_ID, tenant_id=JORDAN.tenant_id, password="secret") if signed else None
        self.edge = TeamsEdge(
            EdgeSettings(
                identity=identity,
                tenants=[JORDAN.tenant_id],
                time_zone="America/Los_Angeles",
                timing=timing,
                dialog_version=dialog_version,
            ),
            Stores(self.contacts, self.states, self.firsts),
            self.turn_log,
            LocalPace(),
            clock or SystemClock(),
            http=self.teams.http,
            acquire=acquire or (lambda: {"access_token": "bot-token", "expires_in": 3600}),
        )
        app = aiohttp.web.Application()
        add_messages(app, self.edge.adapter_for(bot, handlers=handlers, sign_ins=sign_ins, redraw=redraw))
        self.client = TestClient(TestServer(app))

    async def __aenter__(self) -> "Office":
        await self.client.start_server()
        await self.edge.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.edge.stop(within=1.0)
        await self.client.close()

    async def post(self, activity: Mapping[str, Any], *, header: str | None = None) -> tuple[int, Any]:
        """Deliver an activity. Returns status and body."""
        given = header if header is not None else (self.teams.sign() if self.signed else "")
        headers = {"Authorization": given} if given else {}
        async with self.client.post("/api/messages", json=activity, headers=headers) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else None


def arrived(kind: str, *, by: Persona = JORDAN, chat: str = "", local: bool = True, **more: Any) -> dict[str, Any]:
    """An activity as Teams sends it; ``local`` for one from this machine, as the Playground's."""
    return {
        "type": kind,
        "id": f"act-{next(_ids)}",
        "timestamp": "2026-11-20T17:00:00.000Z",
        "channelId": "msteams",
        "serviceUrl": "http://127.0.0.1:56150/_connector" if local else SERVICE_URL,
        "locale": by.locale,
        "localTimezone": by.teams_zone,
        "from": {"id": by.teams_id, "name": by.name, "aadObjectId": by.object_id},
        "recipient": BOT,
        "conversation": {"id": chat or f"a:{by.teams_id}", "conversationType": "personal", "tenantId": by.tenant_id},
        "channelData": {"tenant": {"id": by.tenant_id}},
        **more,
    }


def said(text: str, **more: Any) -> dict[str, Any]:
    """A typed message."""
    return arrived("message", text=text, textFormat="plain", **more)


def executed(
    verb: str, data: Mapping[str, Any] | None = None, *, trigger: str = "manual", **more: Any
) -> dict[str, Any]:
    """A pressed Action.Execute."""
    action = {"type": "Action.Execute", "verb": verb, "data": {"verb": verb, **(data or {})}}
    more.setdefault("replyToId", "card-1")
    return invoked("adaptiveCard/action", {"action": action, "trigger": trigger}, **more)


def submitted(verb: str, data: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A pressed Action.Submit: a message without text."""
    more.setdefault("replyToId", "card-1")
    return arrived("message", value={"verb": verb, **(data or {})}, **more)


def invoked(name: str, value: Any = None, **more: Any) -> dict[str, Any]:
    """Any invoke."""
    return arrived("invoke", name=name, value=value if value is not None else {}, **more)


def card(text: str) -> dict[str, Any]:
    """Some card."""
    body = [{"type": "TextBlock", "text": text}]
    return {"type": "AdaptiveCard", "version": "1.5", "fallbackText": text, "body": body}
