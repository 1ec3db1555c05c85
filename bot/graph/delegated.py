"""Acting for people: what they granted is kept encrypted, exchanged on their behalf, and forgotten when they say so.

Teams hands the bot a token for the bot itself; MSAL exchanges it for one for Graph and keeps a refresh token, so that
effects which run later need nobody at a screen.
Source: learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow, and MSAL's own source:
``acquire_token_on_behalf_of`` asks the login service every time, so the cache is ours to look in first.
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Protocol

import msal
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.clock import Clock
from bot.graph.auth import (
    DiscoveryOnce,
    Registration,
    confidential_client,
    http_session,
    in_thread,
    understood,
)
from bot.graph.tokens import Token
from bot.visits.errors import SignInNeeded

log = logging.getLogger(__name__)

ASK_AGAIN = frozenset({"invalid_grant", "interaction_required", "login_required", "consent_required"})
"""Errors that only the person can mend: consent, another factor, a password that changed."""


NOTHING_KEPT = {"error": "login_required"}
"""What it amounts to where MSAL finds neither an account nor a refresh token in what is kept."""
DECLINED = frozenset({"access_denied"})
"""What the sign-in page answers where the person, or their administrator, does not want it."""


class Declined(Exception):
    """The person did not consent on the sign-in page."""


class AnotherPerson(Exception):
    """Somebody else signed in than the one who asked."""


class GrantStore(Protocol):
    """Keeps what people granted, as opaque bytes."""

    async def load(self, person: str) -> bytes | None:
        """What is kept of this person."""
        ...

    async def save(self, person: str, grant: bytes) -> None:
        """Keep it, in place of what was."""
        ...

    async def renew(self, person: str, before: bytes, grant: bytes) -> None:
        """Keep it, if what is kept is still ``before``: who signed out meanwhile stays signed out."""
        ...

    async def delete(self, person: str, *, before: bytes | None = None) -> None:
        """Forget it; with ``before`` only that: who signed in again meanwhile stays signed in."""
        ...


class MemoryGrants:
    """Grants that end with the process: for tests and the emulator."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    async def load(self, person: str) -> bytes | None:
        """What is kept of this person."""
        return self._kept.get(person)

    async def save(self, person: str, grant: bytes) -> None:
        """Keep it."""
        self._kept[person] = grant

    async def renew(self, person: str, before: bytes, grant: bytes) -> None:
        """Keep it, if what is kept is still ``before``."""
        if self._kept.get(person) == before:
            self._kept[person] = grant

    async def delete(self, person: str, *, before: bytes | None = None) -> None:
        """Forget it; with ``before`` only that."""
        if before is None or self._kept.get(person) == before:
            self._kept.pop(person, None)


class Sealed:
    """Encrypts grants. The first key seals; all open, so that keys can be rotated.

    A key is 32 bytes in url-safe base64, from a setting or a Key Vault reference in it
    (learn.microsoft.com/azure/app-service/app-service-key-vault-references).
    """

    def __init__(self, *keys: str) -> None:
        """Raises ValueError where a key is not one."""
        if not keys:
            raise ValueError("a key is needed to keep what people grant")
        self._fernet = MultiFernet([Fernet(_url_safe(each)) for each in keys])

    def seal(self, text: str) -> bytes:
        """Encrypt and sign."""
        return self._fernet.encrypt(text.encode())

    def open(self, grant: bytes) -> str | None:
        """Decrypt; None where no key of ours fits, as after a key was dropped: the person signs in again."""
        try:
            return self._fernet.decrypt(grant).decode()
        except InvalidToken:
            return None


def new_key() -> str:
    """A key nobody had before."""
    return Fernet.generate_key().decode()


def _url_safe(key: str) -> str:
    return key.strip().replace("+", "-").replace("/", "_")


class DelegatedTokens:
    """Tokens of people, by on-behalf-of and silent refresh. Implements ``PersonSignIn``."""

    def __init__(
        self,
        registration: Registration,
        store: GrantStore,
        sealed: Sealed,
        *,
        permissions: Sequence[str],
        clock: Clock,
        http: Any = None,
    ) -> None:
        """``permissions`` are the delegated ones the configuration needs (``doctor.diagnosis``)."""
        self._registration = registration
        self._store = store
        self._sealed = sealed
        self._scopes = registration.cloud.scopes(*permissions)
        self._clock = clock
        self._http = DiscoveryOnce(http or http_session())
        self._locks: dict[str, asyncio.Lock] = {}

    async def exchange(self, person: str, assertion: str) -> Token:
        """Exchange the token Teams handed over, and keep the grant.

        Raises: SignInNeeded where the person must consent or prove more (answer the invoke with 412), CalendarBusy
        while sign-in is away, CalendarRefused where the app itself is refused.
        """
        async with self._lock(person):
            cache = msal.SerializableTokenCache()
            answer = await in_thread(
                lambda: self._client(cache).acquire_token_on_behalf_of(assertion, scopes=self._scopes)
            )
            token = self._token(person, answer)
            await self._store.save(person, self._sealed.seal(cache.serialize()))
            log.info("sign_in.exchanged")
            return token

    async def begin(self, redirect: str) -> dict[str, Any]:
        """MSAL's own record of a sign-in by hand: ``auth_uri`` to go to, and what is kept secret until it is over.

        The answer comes by POST, so that no address holds the code. Raises CalendarBusy, CalendarRefused.
        """
        cache = msal.SerializableTokenCache()
        flow: dict[str, Any] = await in_thread(
            lambda: self._client(cache).initiate_auth_code_flow(
                self._scopes, redirect_uri=redirect, response_mode="form_post", prompt="select_account"
            )
        )
        return flow

    async def granted(self, person: str, flow: Mapping[str, Any], answer: Mapping[str, str]) -> bytes:
        """Redeem what the sign-in page sent back; the grant, sealed. MSAL checks state, nonce and PKCE.

        Raises: Declined, AnotherPerson, SignInNeeded, CalendarBusy, CalendarRefused.
        """
        if answer.get("error") in DECLINED:
            raise Declined
        cache = msal.SerializableTokenCache()
        try:
            found = await in_thread(
                lambda: self._client(cache).acquire_token_by_auth_code_flow(dict(flow), dict(answer))
            )
        except (ValueError, RuntimeError):  # MSAL's words hold the state or the nonce, so they are not passed on
            log.warning("sign_in.not_the_same")
            raise SignInNeeded(person) from None
        self._token(person, found)
        said = found.get("id_token_claims") or {}
        if (said.get("oid"), said.get("tid")) != (person, self._registration.tenant_id):
            log.warning("sign_in.another_person")
            raise AnotherPerson
        return self._sealed.seal(cache.serialize())

    async def keep(self, person: str, grant: bytes) -> None:
        """Keep a grant that ``granted`` gave."""
        async with self._lock(person):
            await self._store.save(person, grant)
        log.info("sign_in.redeemed")

    async def for_person(self, person: str, claims: str | None) -> Token:
        """A token from the kept grant, refreshed where it ran out. Implements ``PersonSignIn``."""
        return await self.silent(person, claims=claims)

    async def silent(self, person: str, *, claims: str | None = None) -> Token:
        """A token without asking the person.

        Raises: SignInNeeded where nothing is kept or it no longer holds; it is then forgotten.
        """
        async with self._lock(person):
            grant, cache = await self._cache_of(person)
            answer = await in_thread(lambda: self._acquire(cache, claims))
            try:
                token = self._token(person, answer or NOTHING_KEPT)
            except SignInNeeded:
                await self._store.delete(person, before=grant)
                raise
            if cache.has_state_changed:
                await self._store.renew(person, grant, self._sealed.seal(cache.serialize()))
            return token

    async def has_grant(self, person: str) -> bool:
        """Whether anything that a key of ours opens is kept. It may turn out to hold no longer."""
        grant = await self._store.load(person)
        return grant is not None and self._sealed.open(grant) is not None

    async def sign_out(self, person: str) -> None:
        """Forget the person's grant. Whoever caches tokens forgets theirs too (``GraphTokens.forget``)."""
        async with self._lock(person):
            await self._store.delete(person)
        log.info("sign_in.signed_out")

    def _lock(self, person: str) -> asyncio.Lock:
        return self._locks.setdefault(person, asyncio.Lock())

    async def _cache_of(self, person: str) -> tuple[bytes, Any]:
        grant = await self._store.load(person)
        text = None if grant is None else self._sealed.open(grant)
        if grant is None or text is None:
            raise SignInNeeded(person)
        cache = msal.SerializableTokenCache()
        cache.deserialize(text)
        return grant, cache

    def _acquire(self, cache: Any, claims: str | None) -> Any:
        client = self._client(cache)
        accounts = client.get_accounts()
        if not accounts:
            return None
        return client.acquire_token_silent_with_error(
            self._scopes, account=accounts[0], force_refresh=claims is not None, claims_challenge=claims or None
        )

    def _client(self, cache: Any) -> Any:
        """A client over one person's cache. What discovery learned is shared, so only the first asks for it."""
        return confidential_client(self._registration, token_cache=cache, http=self._http)

    def _token(self, person: str, answer: Any) -> Token:
        error = str(answer.get("error", "")) if isinstance(answer, dict) else ""
        if error in ASK_AGAIN:
            raise SignInNeeded(person, error=error, claims=str(answer.get("claims", "")))
        said = understood(answer)
        return Token(said["access_token"], self._clock.now() + timedelta(seconds=int(said.get("expires_in", 0))))
