"""Tokens kept and renewed before they end, with one sign-in at a time for each identity."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock
from bot.visits.errors import CalendarBusy, SignInNeeded

log = logging.getLogger(__name__)

EARLY = timedelta(minutes=5)
"""How long before its end a token is renewed."""
LAST = timedelta(seconds=30)
"""What a token must still last to be used at all: a call takes its time."""


@dataclass(frozen=True)
class Token:
    """A Graph token and when it ends."""

    value: str = field(repr=False)
    expires_at: datetime


SignIn = Callable[[str | None], Awaitable[Token]]
"""Signs in; its argument is the claims a 401 demanded, empty for "anew", None for the ordinary case."""


class TokenCache:
    """Tokens by key. Whoever asks while a sign-in for the same key is under way waits for that one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._tokens: dict[str, Token] = {}
        self._claims: dict[str, str | None] = {}
        """The claims each kept token was made with."""
        self._locks: dict[str, asyncio.Lock] = {}

    async def get(self, key: str, sign_in: SignIn, *, claims: str | None = None) -> str:
        """The kept token while it is good, else a new one. With ``claims`` the kept one is not good any more.

        One that is renewed early is used to its end while sign-in is away.
        """
        seen = self._tokens.get(key)
        if claims is None and seen is not None and self._lasts(seen, EARLY):
            return seen.value
        async with self._locks.setdefault(key, asyncio.Lock()):
            kept = self._tokens.get(key)
            if kept is not None and self._lasts(kept, EARLY) and self._answers(key, kept, seen, claims):
                return kept.value
            try:
                token = await sign_in(claims)
            except CalendarBusy:
                if claims is None and kept is not None and self._lasts(kept, LAST):
                    log.warning("graph.token_used_to_its_end")
                    return kept.value
                raise
            self._tokens[key], self._claims[key] = token, claims
            return token.value

    def _answers(self, key: str, kept: Token, seen: Token | None, claims: str | None) -> bool:
        """Whether the token kept by now does for whoever found that ``seen`` did not."""
        if claims is None:
            return True
        return kept is not seen and (not claims or self._claims.get(key) == claims)

    def forget(self, key: str) -> None:
        """Drop a token, as at sign-out."""
        self._tokens.pop(key, None)

    def _lasts(self, token: Token, span: timedelta) -> bool:
        return token.expires_at - self._clock.now() > span


class AppSignIn(Protocol):
    """Signs the app in as itself."""

    async def for_app(self, claims: str | None) -> Token:
        """A token for the app. Raises CalendarBusy, CalendarRefused."""
        ...


class PersonSignIn(Protocol):
    """Signs people in from what they granted before."""

    async def for_person(self, person: str, claims: str | None) -> Token:
        """A token for a person. Raises SignInNeeded, CalendarBusy, CalendarRefused."""
        ...

    async def has_grant(self, person: str) -> bool:
        """Whether anything is kept for this person."""
        ...


class GraphTokens:
    """Implements ``TokenProvider``: the app's tokens and people's, cached."""

    def __init__(self, clock: Clock, app: AppSignIn, people: PersonSignIn | None = None) -> None:
        self._cache = TokenCache(clock)
        self._app = app
        self._people = people

    async def token(self, person: str | None, *, claims: str | None = None) -> str:
        """A token for the app (None) or a person, renewed five minutes before its end."""
        if person is None:
            return await self._cache.get("app", self._app.for_app, claims=claims)
        people = self._people
        if people is None:
            raise SignInNeeded(person)

        async def sign_in(demanded: str | None) -> Token:
            return await people.for_person(person, demanded)

        return await self._cache.get(f"person:{person}", sign_in, claims=claims)

    async def has_grant(self, person: str) -> bool:
        """Whether a token for this person can be had without asking them."""
        return self._people is not None and await self._people.has_grant(person)

    def forget(self, person: str) -> None:
        """Drop what is kept of a person, as at sign-out."""
        self._cache.forget(f"person:{person}")
