"""The bot's own token for Teams: one MSAL client for the life of the process, never waited for on the event loop.

The SDK makes a new client, a discovery request and a token request on every turn, all of them blocking.
Source: learn.microsoft.com "Authentication with the Bot Connector API" (bot to connector).
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

import msal
import requests

from bot.clock import Clock

log = logging.getLogger(__name__)

AppType = Literal["SingleTenant", "UserAssignedMSI", "MultiTenant"]

EARLY = timedelta(minutes=5)
"""How long before its end a token is renewed in the background."""
TIMEOUT_SECONDS = 10.0


class CredentialsRefused(Exception):
    """Microsoft Entra does not accept the bot's own credentials: expired secret, wrong tenant, no identity."""


@dataclass(frozen=True)
class BotCloud:
    """The addresses of one cloud."""

    login: str
    scope: str
    channel_issuer: str
    channel_metadata: str
    service_url: str
    """Where Teams is reached as long as nobody was heard from."""


PUBLIC = BotCloud(
    login="https://login.microsoftonline.com",
    scope="https://api.botframework.com/.default",
    channel_issuer="https://api.botframework.com",
    channel_metadata="https://login.botframework.com/v1/.well-known/openidconfiguration",
    service_url="https://smba.trafficmanager.net/teams/",
)
US_GOVERNMENT = BotCloud(
    login="https://login.microsoftonline.us",
    scope="https://api.botframework.us/.default",
    channel_issuer="https://api.botframework.us",
    channel_metadata="https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
    service_url="https://smba.infra.gov.teams.microsoft.us/gcch",
)


def cloud_of(channel_service: str) -> BotCloud:
    """The cloud that CHANNEL_SERVICE names. Raises ValueError for any other text."""
    clouds = {"": PUBLIC, "https://botframework.azure.us": US_GOVERNMENT}
    if channel_service not in clouds:
        raise ValueError(f"CHANNEL_SERVICE is {channel_service!r}: leave it empty or say https://botframework.azure.us")
    return clouds[channel_service]


@dataclass(frozen=True)
class BotIdentity:
    """Who the bot is, under Bot Framework's names for the settings."""

    app_id: str
    app_type: AppType = "SingleTenant"
    tenant_id: str = ""
    password: str = ""

    def __post_init__(self) -> None:
        """Raises ValueError, naming the setting: a misspelt APP_TYPE would silently mean MultiTenant to the SDK."""
        if self.app_type not in ("SingleTenant", "UserAssignedMSI", "MultiTenant"):
            raise ValueError(f"APP_TYPE is {self.app_type!r}: say SingleTenant, UserAssignedMSI or MultiTenant")
        if not self.app_id:
            raise ValueError("APP_ID is not set")
        if self.app_type != "MultiTenant" and not self.tenant_id:
            raise ValueError(f"APP_TENANTID is not set, and APP_TYPE {self.app_type} needs it")
        if self.app_type != "UserAssignedMSI" and not self.password:
            raise ValueError(f"APP_PASSWORD is not set, and APP_TYPE {self.app_type} needs it")

    def __repr__(self) -> str:
        """Without the password."""
        return f"BotIdentity({self.app_id}, {self.app_type})"


class Tokens(Protocol):
    """Where the connector gets the bot's token."""

    async def token(self) -> str:
        """A token that is valid for a while yet. Raises CredentialsRefused."""
        ...


Acquire = Callable[[], dict[str, Any]]
"""Asks for a token and blocks: MSAL's answer, with ``access_token`` and ``expires_in``, or ``error``."""


def msal_acquire(identity: BotIdentity, cloud: BotCloud, http_client: Any = None) -> Acquire:
    """Ask MSAL. The client is made on the first call, as making it goes out to the network."""
    made: list[Any] = []

    def acquire() -> dict[str, Any]:
        if not made:
            made.append(_msal_client(identity, cloud, http_client or _session()))
        if identity.app_type == "UserAssignedMSI":
            return dict(made[0].acquire_token_for_client(resource=cloud.scope.removesuffix("/.default")))
        return dict(made[0].acquire_token_for_client(scopes=[cloud.scope]))

    return acquire


def _msal_client(identity: BotIdentity, cloud: BotCloud, http_client: Any) -> Any:
    if identity.app_type == "UserAssignedMSI":
        managed = msal.UserAssignedManagedIdentity(client_id=identity.app_id)
        return msal.ManagedIdentityClient(managed, http_client=http_client)
    tenant = "botframework.com" if identity.app_type == "MultiTenant" else identity.tenant_id
    return msal.ConfidentialClientApplication(
        identity.app_id,
        client_credential=identity.password,
        authority=f"{cloud.login}/{tenant}",
        http_client=http_client,
    )


class _TimedSession(requests.Session):
    """Requests waits for ever unless every call says otherwise."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        """One call with a timeout."""
        kwargs.setdefault("timeout", TIMEOUT_SECONDS)
        return super().request(*args, **kwargs)


def _session() -> requests.Session:
    return _TimedSession()


class BotTokens:
    """The bot's token, kept and renewed ahead of its end; one request at a time, in a thread of its own."""

    def __init__(self, acquire: Acquire, clock: Clock) -> None:
        """``acquire`` may block."""
        self._acquire = acquire
        self._clock = clock
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="bot-token")
        self._one = asyncio.Lock()
        self._token = ""
        self._ends_at: datetime | None = None
        self._renewal: asyncio.Task[str] | None = None

    async def token(self) -> str:
        """A token that is valid for a while yet. Raises CredentialsRefused."""
        left = self._left()
        if left > EARLY:
            return self._token
        if left > timedelta(seconds=30):
            self._renew_behind()
            return self._token
        return await self._fetched()

    async def renewed(self) -> None:
        """Wait for a renewal that is under way."""
        if self._renewal is not None:
            await asyncio.wait({self._renewal})

    async def close(self) -> None:
        """Stop renewing."""
        if self._renewal is not None:
            self._renewal.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _left(self) -> timedelta:
        return self._ends_at - self._clock.now() if self._ends_at else timedelta(0)

    def _renew_behind(self) -> None:
        if self._renewal is None or self._renewal.done():
            self._renewal = asyncio.create_task(self._fetched())
            self._renewal.add_done_callback(_forget_failure)

    async def _fetched(self) -> str:
        async with self._one:
            if self._left() > EARLY:  # another turn has just fetched it
                return self._token
            try:
                answer = await asyncio.get_running_loop().run_in_executor(self._threads, self._acquire)
            except (requests.RequestException, msal.ManagedIdentityError, ValueError, KeyError) as failed:
                log.error("teams.token_unavailable", extra={"reason": type(failed).__name__})
                raise CredentialsRefused(type(failed).__name__) from failed
            if "access_token" not in answer:
                log.error("teams.own_credentials_refused", extra={"reason": str(answer.get("error"))[:100]})
                raise CredentialsRefused(str(answer.get("error"))[:100])
            self._token = str(answer["access_token"])
            self._ends_at = self._clock.now() + timedelta(seconds=float(answer.get("expires_in", 0)))
            return self._token


def _forget_failure(task: "asyncio.Task[str]") -> None:
    """A renewal ahead of time that failed was logged; the next turn tries again."""
    if not task.cancelled():
        task.exception()
