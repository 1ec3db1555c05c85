"""Whether a request really comes from Teams: the rules for connector tokens, with signing keys that may change.

The SDK fetches keys on the event loop without a timeout, and after a key rotation refuses everybody for a day: it
looks an unknown key up with ``[0]`` and never gets to fetching again. Every failure here is a PermissionError.
Source: learn.microsoft.com "Authentication with the Bot Connector API" (connector to bot), steps 3 to 5.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import timedelta
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
from bot.key_sets import KeySet, KeysUnavailable

log = logging.getLogger(__name__)

LEEWAY = timedelta(minutes=5)
TIMEOUT_SECONDS = 5.0


def connector_keys(metadata_url: str, http: httpx.AsyncClient, clock: Clock) -> KeySet:
    """The connector's public keys. ``http`` lives as long as the bot."""

    async def get(url: str) -> Any:
        answer = await http.get(url, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
        return answer.json()

    async def fetch() -> Iterable[Mapping[str, Any]]:
        try:
            keys = (await get(str((await get(metadata_url))["jwks_uri"])))["keys"]
            return [each for each in keys if isinstance(each, dict)]
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as failed:
            log.warning("teams.signing_keys_unavailable", extra={"reason": type(failed).__name__})
            raise KeysUnavailable from failed

    return KeySet(fetch, clock)


class ChannelAuthentication(BotFrameworkAuthentication):  # type: ignore[misc]
    """Requests must carry a token of the connector, made for this bot, this channel and this service URL."""

    def __init__(self, app_id: str, issuer: str, keys: KeySet) -> None:
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
            if key is None:
                raise PermissionError("unknown signing key")
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
