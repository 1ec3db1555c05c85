"""One HTTP answer of Graph into data or an error, and the one client that asks.

``decipher`` has no I/O: each branch is a one-line test. ``GraphClient`` adds what a network needs: tokens, time
limits, patience with reads, four requests at once per mailbox, a breaker per tenant, and an id on every call.
"""

import asyncio
import json
import logging
import time
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from bot.clock import Clock
from bot.graph import refusals
from bot.graph.answers import BROKEN, claims_challenge, error_code, error_text, may_have_happened
from bot.graph.calls import Call
from bot.graph.clouds import Cloud
from bot.graph.connections import Connections
from bot.graph.identity import Seat, TokenProvider
from bot.graph.pace import Breaker, MailboxGate, Patience, Sleep
from bot.retry_after import retry_after
from bot.visits.acted import note
from bot.visits.errors import CalendarBusy, CalendarRefused, OutcomeUnknown, SignInNeeded, TenantProvisioning

log = logging.getLogger(__name__)

OK = (200, 201)
DONE = (202, 204)
AWAY = (429, 500, 502, 503, 504, 509)

Json = Mapping[str, object]


def decipher(status: int, headers: Mapping[str, str], body: bytes, *, provisions: bool = False) -> Any:
    """Turn one Graph answer into data or an error. ``provisions``: the call may find its tenant being set up.

    Raises: TenantProvisioning, CalendarBusy (wait ``retry_after`` seconds), CalendarRefused (repeating won't help).
    Source: learn.microsoft.com/graph/errors
    """
    if status in OK:
        try:
            return json.loads(body)
        except ValueError:
            raise CalendarRefused(status, "not_json", reason="not_understood") from None
    if status in DONE:
        return None
    wait = retry_after(headers)
    if provisions and status in (409, 503) and wait is not None:
        raise TenantProvisioning(wait)
    if status in AWAY or (status == 423 and wait is not None):
        raise CalendarBusy(wait)
    raise CalendarRefused(status, error_code(body), reason=refusals.reason(status, error_code(body), error_text(body)))


@dataclass(frozen=True)
class _Said:
    """What a request says beside its address and who sends it."""

    body: Json | None = None
    query: Mapping[str, str] | None = None
    prefer: Sequence[str] = ()
    language: str | None = None

    @property
    def content(self) -> bytes | None:
        """The same JSON for the same body, byte for byte: Graph compares a repeated event with the first."""
        if self.body is None:
            return None
        return json.dumps(self.body, ensure_ascii=False, separators=(",", ":")).encode()

    def headers(self) -> dict[str, str]:
        """Those that the request's own content asks for."""
        headers = {"Accept": "application/json"}
        if self.prefer:
            headers["Prefer"] = ", ".join(self.prefer)
        if self.language:
            headers["Accept-Language"] = self.language
        if self.body is not None:
            headers["Content-Type"] = "application/json"
        return headers


class GraphClient:
    """Asks Graph. One per process: it holds the connections and one breaker per tenant."""

    def __init__(
        self,
        connections: Connections,
        tokens: TokenProvider,
        *,
        cloud: Cloud,
        tenant_id: str,
        clock: Clock,
        root: str | None = None,
        patience: Patience | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """``root`` replaces the cloud's own address, as for an emulator."""
        self.cloud = cloud
        self.tenant_id = tenant_id
        self.tokens = tokens
        self._connections = connections
        self._root = (root or cloud.root).rstrip("/")
        self._patience = patience or Patience()
        self._sleep = sleep
        self._gates = MailboxGate()
        self._breaker = Breaker(clock)

    async def close(self) -> None:
        """Close the connections. The client is of no use afterwards."""
        await self._connections.close()

    async def ask(
        self,
        call: Call,
        seat: Seat,
        *,
        body: Json | None = None,
        query: Mapping[str, str] | None = None,
        prefer: Sequence[str] = (),
        language: str | None = None,
        **ids: str,
    ) -> Any:
        """Make one call and return its JSON, or None where Graph answers without any.

        Raises: CalendarBusy, TenantProvisioning, CalendarRefused, SignInNeeded; OutcomeUnknown for a write whose
        answer was lost.
        """
        said = _Said(body, query, prefer, language)
        _, answer = await self._seated(call, seat, ids, said)
        return answer

    async def pages(
        self,
        call: Call,
        seat: Seat,
        *,
        query: Mapping[str, str] | None = None,
        prefer: Sequence[str] = (),
        **ids: str,
    ) -> AsyncIterator[dict[str, Any]]:
        """Every item of a list, page after page. The next page's address is followed as it stands.

        Raises: CalendarRefused where a page names another host: the token goes nowhere else.
        Source: learn.microsoft.com/graph/paging
        """
        seat, answer = await self._seated(call, seat, ids, _Said(query=query, prefer=prefer))
        while True:
            for item in answer.get("value", ()):
                yield item
            url = answer.get("@odata.nextLink")
            if not url:
                return
            answer = await self._patiently(call, seat, self._next(str(url)), _Said(prefer=prefer))

    async def _seated(self, call: Call, seat: Seat, ids: Mapping[str, str], said: _Said) -> tuple[Seat, Any]:
        """The answer, and from which seat it was had: the app's, where it may stand in for a sign-in that is over."""
        while True:
            try:
                answer = await self._patiently(call, seat, self._url(call, seat, ids), said)
            except SignInNeeded:
                if not seat.stand_in:
                    raise
                seat = seat.as_app()
                continue
            if not call.is_read:
                note(seat.acted)
            return seat, answer

    def _url(self, call: Call, seat: Seat, ids: Mapping[str, str]) -> str:
        if not call.exists_in(self.cloud):
            raise CalendarRefused(400, "not_in_cloud", reason="not_in_cloud")
        return self._root + call.url(seat.path, **ids)

    def _next(self, url: str) -> str:
        """A next page's address; an emulator that speaks of its cloud's own host is asked where it is."""
        for root in (self._root, self.cloud.root):
            if url.startswith(f"{root}/"):
                return self._root + url.removeprefix(root)
        raise CalendarRefused(200, "foreign_next_link", reason="not_understood")

    async def _patiently(self, call: Call, seat: Seat, url: str, said: _Said) -> Any:
        """Try a read again within the budget; a write is tried once, and the caller decides."""
        spent = 0.0
        attempt = 1
        while True:
            try:
                return await self._once(call, seat, url, said)
            except TenantProvisioning:
                raise
            except CalendarBusy as busy:
                if not call.is_read or attempt >= self._patience.tries or busy.facts.get("reason") == "resting":
                    raise
                wait = self._patience.wait_before(attempt, busy.retry_after)
                if spent + wait > self._patience.budget:
                    raise
                spent += wait
                attempt += 1
                await self._sleep(wait)

    async def _once(self, call: Call, seat: Seat, url: str, said: _Said) -> Any:
        """One try; two where a 401 demands other claims."""
        self._breaker.check(self.tenant_id)
        claims: str | None = None
        for last in (False, True):
            token = await self.tokens.token(seat.person, claims=claims)
            answer = await self._send(call, seat, url, said, token)
            if answer.status_code != 401 or last:
                break
            claims = claims_challenge(answer.headers) or ""
        return self._outcome(call, seat, answer)

    async def _send(self, call: Call, seat: Seat, url: str, said: _Said, token: str) -> httpx.Response:
        request_id = str(uuid.uuid4())
        noted: dict[str, object] = {"call": call.name, "client_request_id": request_id, "identity": seat.identity}
        began = time.monotonic()
        try:
            async with self._gates.entered(seat.owner or seat.shared):
                answer = await self._connections.request(
                    call.method,
                    url,
                    params=said.query,
                    content=said.content,
                    headers=said.headers() | {"Authorization": f"Bearer {token}", "client-request-id": request_id},
                    timeout=httpx.Timeout(self._patience.timeout, connect=self._patience.connect_timeout),
                )
        except httpx.TransportError as lost:
            self._breaker.failed(self.tenant_id)
            log.warning("graph.lost", extra=noted | {"error": type(lost).__name__})
            if call.is_read or _was_never_sent(lost):
                raise CalendarBusy(None) from lost
            raise OutcomeUnknown() from lost
        log.info(
            "graph.answered",
            extra=noted
            | {
                "status": answer.status_code,
                "request_id": answer.headers.get("request-id", ""),
                "diagnostic": answer.headers.get("x-ms-ags-diagnostic", ""),
                "took_ms": round((time.monotonic() - began) * 1000),
            },
        )
        return answer

    def _outcome(self, call: Call, seat: Seat, answer: httpx.Response) -> Any:
        status = answer.status_code
        if status in (*BROKEN, 503):
            self._breaker.failed(self.tenant_id)
        else:
            self._breaker.succeeded(self.tenant_id)
        if not call.is_read and may_have_happened(status, answer.headers, repeatable=call.repeatable):
            raise OutcomeUnknown()
        try:
            return decipher(status, answer.headers, answer.content, provisions=call.provisions)
        except CalendarRefused as refused:
            raise refusals.explained(refused, call, seat) from None


def _was_never_sent(lost: httpx.TransportError) -> bool:
    return isinstance(lost, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.UnsupportedProtocol)


def http_client(*, transport: httpx.AsyncBaseTransport | None = None, proxy: str | None = None) -> httpx.AsyncClient:
    """A connection pool: HTTP/2 where offered, redirects not followed.

    httpx's own log of addresses is hushed: join URLs are in them.
    """
    logging.getLogger("httpx").setLevel(logging.WARNING)
    limits = httpx.Limits(max_connections=50, max_keepalive_connections=20, keepalive_expiry=60)
    return httpx.AsyncClient(
        http2=True, transport=transport, proxy=proxy, limits=limits, follow_redirects=False, trust_env=transport is None
    )
