"""The public keys somebody signs with: fetched without blocking, renewed behind the calls, kept for a day.

Both edges lean on it: what Teams sends us, and what Graph does. Unknown key ids cost an attacker nothing to send, and a
service may be away: either way it is asked at most once a minute.
Source: learn.microsoft.com "Authentication with the Bot Connector API" (keys for 24 hours), RFC 7517
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import jwt

from bot.clock import Clock

log = logging.getLogger(__name__)

KEPT_FOR = timedelta(hours=24)
FRESH_FOR = timedelta(hours=1)
BETWEEN_LOOKUPS = timedelta(minutes=1)


class KeysUnavailable(Exception):
    """The key set could not be fetched."""


@dataclass(frozen=True)
class SigningKey:
    """One public key, and the channels it may speak for, where the set says so."""

    key: Any
    endorsements: frozenset[str]


Fetch = Callable[[], Awaitable[Iterable[Mapping[str, Any]]]]
"""Brings the keys as JSON web keys. Raises KeysUnavailable."""


class KeySet:
    """Keys by their id. A key of a kind we cannot read spoils no other."""

    def __init__(self, fetch: Fetch, clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._keys: Mapping[str, SigningKey] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._one = asyncio.Lock()
        self._renewal: asyncio.Task[None] | None = None

    async def find(self, key_id: str) -> SigningKey | None:
        """The key with this id; None where there is none such, or nobody can be asked."""
        age = self._age()
        if age > KEPT_FOR or (key_id not in self._keys and self._may_ask_again()):
            await self._fetch_once(key_id)
        elif age > FRESH_FOR and self._may_ask_again() and (self._renewal is None or self._renewal.done()):
            self._renewal = asyncio.create_task(self._fetch_once(""))
        return self._keys.get(key_id) if self._age() <= KEPT_FOR else None

    async def warm(self) -> None:
        """Fetch the keys before they are needed. What fails is tried again when they are."""
        await self._fetch_once("")

    async def close(self) -> None:
        """Stop renewing."""
        if self._renewal is not None:
            self._renewal.cancel()

    def _age(self) -> timedelta:
        return self._clock.now() - self._fetched_at if self._fetched_at else timedelta.max

    def _may_ask_again(self) -> bool:
        return self._tried_at is None or self._clock.now() - self._tried_at >= BETWEEN_LOOKUPS

    async def _fetch_once(self, wanted: str) -> None:
        async with self._one:
            if wanted in self._keys and self._age() <= KEPT_FOR:  # another call has just fetched it
                return
            if not self._may_ask_again():
                return
            self._tried_at = self._clock.now()
            try:
                self._keys = _readable(await self._fetch())
            except KeysUnavailable:
                return
            self._fetched_at = self._clock.now()


def _readable(keys: Iterable[Mapping[str, Any]]) -> Mapping[str, SigningKey]:
    found = {}
    for each in keys:
        try:
            key = jwt.PyJWK(dict(each), "RS256").key
            found[str(each["kid"])] = SigningKey(key, frozenset(each.get("endorsements") or ()))
        except (jwt.PyJWTError, KeyError, TypeError, ValueError, AttributeError):
            log.info("key_set.unreadable_key")
    return found
