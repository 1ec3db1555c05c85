"""The lobbies of near visits, kept in view: which are watched, and the post that comes of it.

Implements the web edge's ``Mailbox``. Where Graph grants nothing of this, it rests, and nothing else changes.
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.clock import Clock
from bot.graph.arrival_keys import kept_key, new_key, post_for
from bot.graph.arrivals import AFTER, BEFORE, ArrivalWatch
from bot.graph.backend import GraphEdge
from bot.graph.client import http_client
from bot.graph.emulator_tokens import APP_ID
from bot.graph.notices import ClientState, LifecycleNotice, NoticeRefused
from bot.key_sets import KeySet, KeysUnavailable
from bot.visits.errors import CalendarError, CalendarRefused
from bot.visits.models.visit import Visit
from bot.visits.ports.arrivals import Arrivals
from bot.visits.ports.store import VisitStore

log = logging.getLogger(__name__)

LONGEST_VISIT = timedelta(days=1)
LOOKED_AGAIN = timedelta(minutes=15)
"""So often the subscriptions are compared with Graph's own list although no visit came near or went by."""
RESTS = timedelta(hours=1)
"""After Graph refused all of it for want of a permission."""
KEY_SECONDS = 10.0

OpenWatch = Callable[[], Awaitable[ArrivalWatch]]


class Lobby:
    """Tends the subscriptions, round after round, and takes the post."""

    def __init__(self, open_watch: OpenWatch, visits: VisitStore, arrivals: Arrivals, clock: Clock) -> None:
        """``open_watch`` is called once it is needed: making a key takes a moment."""
        self._open_watch = open_watch
        self._visits = visits
        self._arrivals = arrivals
        self._clock = clock
        self._watch: ArrivalWatch | None = None
        self._opening = asyncio.Lock()
        self._watched: frozenset[str] = frozenset()
        self._look_again_at: datetime | None = None
        self._under_way: set[asyncio.Task[None]] = set()

    async def look(self) -> None:
        """One round: Graph is asked only when a visit came near or is over, and now and then."""
        now = self._clock.now()
        if self._is_resting(now):
            return
        near = await self._near(now)
        wanted = frozenset(f"{each.id}:{each.join_url}" for each in near)
        if wanted == self._watched and (not wanted or (self._look_again_at is not None and now < self._look_again_at)):
            return
        try:
            changed = await (await self._opened()).tend(near)
        except CalendarRefused as refused:
            self._look_again_at, self._watched = now + RESTS, _RESTING
            log.warning("arrivals.not_granted", extra={"status": refused.status, "permission": refused.permission})
            return
        except CalendarError as error:
            log.info("arrivals.not_tended", extra={"code": error.code})
            return
        self._look_again_at, self._watched = now + LOOKED_AGAIN, wanted
        log.info("arrivals.tended", extra={"watched": len(wanted), "changed": changed})

    async def receive(self, post: Mapping[str, Any]) -> bool:
        """See ``Mailbox``."""
        try:
            delivered = await (await self._opened()).open(post)
        except NoticeRefused:
            return False
        for arrival in delivered.arrivals:
            await self._arrivals.arrived(arrival)
        for notice in delivered.lifecycle:
            task = asyncio.create_task(self._live_on(notice))
            self._under_way.add(task)
            task.add_done_callback(self._under_way.discard)
        return True

    async def settled(self) -> None:
        """Wait until what lifecycle events asked for is done."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def stop(self) -> None:
        """Give up what is under way."""
        for each in self._under_way:
            each.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _live_on(self, notice: LifecycleNotice) -> None:
        try:
            await (await self._opened()).live_on(notice, await self._visits.visit(notice.visit_id))
        except CalendarError as error:
            self._look_again_at = self._clock.now()
            log.warning("arrivals.lifecycle_failed", extra={"visit_id": notice.visit_id, "code": error.code})

    async def _near(self, now: datetime) -> list[Visit]:
        around = await self._visits.between(now - AFTER - LONGEST_VISIT, now + BEFORE)
        return [
            each
            for each in around
            if not each.is_cancelled and each.join_url is not None and now <= each.ends_at + AFTER
        ]

    def _is_resting(self, now: datetime) -> bool:
        return self._watched is _RESTING and self._look_again_at is not None and now < self._look_again_at

    async def _opened(self) -> ArrivalWatch:
        async with self._opening:
            if self._watch is None:
                self._watch = await self._open_watch()
            return self._watch


_RESTING: frozenset[str] = frozenset({"resting"})


def watch_opener(
    edge: GraphEdge,
    clock: Clock,
    *,
    public_url: str,
    key: str | Path | None,
    staff: frozenset[str],
    transport: httpx.AsyncBaseTransport | None = None,
) -> OpenWatch:
    """How the watch is opened: ``key`` is a PEM text or file (made there the first time); None is one for this run."""

    async def open_watch() -> ArrivalWatch:
        private = await asyncio.to_thread(_private_key, key)
        return ArrivalWatch(
            edge.graph,
            clock,
            post_for(public_url, private, clock.now()),
            ClientState(_secret_of(private)),
            KeySet(lambda: _login_keys(edge, transport), clock),
            app_id=edge.config.client_id or APP_ID,
            staff=staff,
        )

    return open_watch


async def _login_keys(edge: GraphEdge, transport: httpx.AsyncBaseTransport | None) -> Iterable[Mapping[str, Any]]:
    """What the sign-in service signs with, in both of its versions: validation tokens may be of either."""
    config = edge.config
    if config.credential is None:
        urls = [f"{(config.root or config.cloud.root).rstrip('/')}/{config.tenant_id}/discovery/v2.0/keys"]
    else:
        urls = [f"https://{config.cloud.login}/common/discovery/{version}keys" for version in ("v2.0/", "")]
    found: dict[str, Any] = {}
    async with http_client(transport=transport) as http:
        for url in urls:
            try:
                answer = await http.get(url, timeout=KEY_SECONDS)
                answer.raise_for_status()
                found |= {each["kid"]: each for each in answer.json()["keys"]}
            except (httpx.HTTPError, ValueError, KeyError, TypeError) as failed:
                log.warning("arrivals.signing_keys_unavailable", extra={"reason": type(failed).__name__})
                raise KeysUnavailable from failed
    return found.values()


def _private_key(key: str | Path | None) -> rsa.RSAPrivateKey:
    if key is None:
        return new_key()
    if isinstance(key, Path):
        return kept_key(key)
    private = serialization.load_pem_private_key(key.encode(), password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise ValueError("the key for notifications is no RSA key")
    return private


def _secret_of(private: rsa.RSAPrivateKey) -> bytes:
    """What our client states are marked with; whoever holds the key can make it, and nobody else."""
    der = private.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return hashlib.sha256(b"client state\0" + der).digest()
