"""Whether a request really comes from Teams: the rules for connector tokens, with signing keys that may change.

The SDK fetches keys on the event loop without a timeout, and after a key rotation refuses everybody for a day: it
looks an unknown key up with ``[0]`` and never gets to fetching again. Every failure here is a PermissionError.
Source: learn.microsoft.com "Authentication with the Bot Connector API" (connector to bot), steps 3 to 5.
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import jwt
from botbuilder.schema import Activity
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
    UserTokenClient,
)

from bot.clock import Clock

log = logging.getLogger(__name__)

LEEWAY = timedelta(minutes=5)
KEPT_FOR = timedelta(hours=24)
FRESH_FOR = timedelta(hours=1)
BETWEEN_LOOKUPS = timedelta(minutes=1)
"""Unknown key ids cost an attacker nothing to send: they make us ask at most so often."""
TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True)
class SigningKey:
    """One of the connector's public keys, and the channels it may speak for."""

    key: Any
    endorsements: frozenset[str]


class SigningKeys:
    """The connector's public keys: fetched without blocking, renewed behind the turns, asked for again when unknown."""

    def __init__(self, metadata_url: str, http: httpx.AsyncClient, clock: Clock) -> None:
        """``http`` lives as long as the bot."""
        self._url = metadata_url
        self._http = http
        self._clock = clock
        self._keys: Mapping[str, SigningKey] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._one = asyncio.Lock()
        self._renewal: asyncio.Task[None] | None = None

    async def find(self, key_id: str) -> SigningKey:
        """The key with this id. Raises PermissionError when the connector has none such, or cannot be asked."""
        age = self._age()
        if age > KEPT_FOR or (key_id not in self._keys and self._may_ask_again()):
            await self._fetch_once(key_id)
        elif age > FRESH_FOR and self._may_ask_again() and (self._renewal is None or self._renewal.done()):
            self._renewal = asyncio.create_task(self._fetch_once(""))
        found = self._keys.get(key_id) if self._age() <= KEPT_FOR else None
        if found is None:
            raise PermissionError("unknown signing key")
        return found

    async def warm(self) -> None:
        """Fetch the keys before the first turn. One that fails is tried again by the first turn."""
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
            if wanted in self._keys and self._age() <= KEPT_FOR:  # another turn has just fetched it
                return
            if not self._may_ask_again():
                return
            self._tried_at = self._clock.now()
            try:
                metadata = await self._get(self._url)
                self._keys = _readable(await self._get(str(metadata["jwks_uri"])))
            except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as failed:
                log.warning("teams.signing_keys_unavailable", extra={"reason": type(failed).__name__})
                return
            self._fetched_at = self._clock.now()

    async def _get(self, url: str) -> Any:
        answer = await self._http.get(url, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        return answer.json()


def _readable(jwks: Mapping[str, Any]) -> Mapping[str, SigningKey]:
    keys = {}
    for each in jwks["keys"]:
        try:
            keys[str(each["kid"])] = SigningKey(jwt.PyJWK(each, "RS256").key, frozenset(each.get("endorsements") or ()))
        except (jwt.PyJWTError, KeyError):
            continue
    return keys


class ChannelAuthentication(BotFrameworkAuthentication):  # type: ignore[misc]
    """Requests must carry a token of the connector, made for this bot, this channel and this service URL."""

    def __init__(self, app_id: str, issuer: str, keys: SigningKeys) -> None:
        """``app_id`` is never empty: for the SDK that would mean no authentication at all."""
        if not app_id:
            raise ValueError("APP_ID is not set")
        self._app_id = app_id
        self._issuer = issuer
        self._keys = keys

    async def authenticate_request(self, activity: Activity, auth_header: str) -> AuthenticateRequestResult:
        """The caller's claims. Raises PermissionError."""
        claims = await self.claims(auth_header, channel_id=activity.channel_id, service_url=activity.service_url)
        result = AuthenticateRequestResult()
        result.claims_identity = ClaimsIdentity(dict(claims), True)
        return result

    async def claims(self, auth_header: str, *, channel_id: str, service_url: str) -> Mapping[str, Any]:
        """The token's claims, every rule checked. Raises PermissionError."""
        scheme, _, token = auth_header.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise PermissionError("no bearer token")
        try:
            header = jwt.get_unverified_header(token)
            if header.get("alg") != "RS256":
                raise PermissionError("signing algorithm")
            key = await self._keys.find(str(header.get("kid")))
            claims: Mapping[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=["RS256"],
                audience=self._app_id,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iss", "aud"]},
            )
        except (jwt.PyJWTError, ValueError) as refused:
            raise PermissionError(type(refused).__name__) from refused
        if key.endorsements and channel_id not in key.endorsements:
            raise PermissionError("key not endorsed for the channel")
        if _plain(str(claims.get("serviceurl") or claims.get("serviceUrl") or "")) != _plain(service_url):
            raise PermissionError("service URL claim")
        return claims

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> Any:
        """Refused: Teams posts."""
        raise PermissionError("no streaming")

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:
        """None: this bot sends through its own connector."""
        raise NotImplementedError("this bot sends through bot.teams.connector")

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> UserTokenClient:
        """None: sign-in goes through the SignIns port."""
        raise NotImplementedError("this bot signs people in through bot.teams.sign_in")


class NoAuthentication(ChannelAuthentication):
    """Development on a loopback address: everybody who can reach the port is believed."""

    def __init__(self) -> None:
        """Settings decide whether this may be used at all."""

    async def claims(self, auth_header: str, *, channel_id: str, service_url: str) -> Mapping[str, Any]:
        """No claims, whoever asks."""
        return {}


def _plain(service_url: str) -> str:
    return service_url.rstrip("/").casefold()
