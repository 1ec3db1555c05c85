"""The Teams edge put together: one HTTP client, one token, one set of keys, for the life of the process."""

import asyncio
import contextlib
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Self

import httpx

from bot.clock import Clock
from bot.key_sets import KeySet
from bot.logs import trace_of
from bot.settings import Settings
from bot.teams.adapter import TeamsAdapter
from bot.teams.authentication import ChannelAuthentication, NoAuthentication, connector_keys
from bot.teams.connector import TIMEOUT, Connector
from bot.teams.conversations import Conversations, Redraw, nobodys
from bot.teams.hosts import TrustedHosts
from bot.teams.invokes import Handler, Invokes
from bot.teams.participation import Participation, Stores
from bot.teams.ports import Pace, SignIns, TurnLog
from bot.teams.proactive import Home, TeamsNotifier
from bot.teams.runs import Timing
from bot.teams.sender import Sender, Sleep
from bot.teams.sign_in import FIRST, SignInInvokes
from bot.teams.state import DIALOG_VERSION
from bot.teams.token_service import PUBLIC as TOKENS_PUBLIC
from bot.teams.token_service import US_GOVERNMENT as TOKENS_US_GOVERNMENT
from bot.teams.token_service import TokenService
from bot.teams.tokens import (
    PUBLIC,
    Acquire,
    BotCloud,
    BotIdentity,
    BotTokens,
    CredentialsRefused,
    cloud_of,
    msal_acquire,
)
from bot.teams.turns import Bot

log = logging.getLogger(__name__)

TURNS_KEPT_FOR = timedelta(hours=24)
STATE_KEPT_FOR = timedelta(days=7)
"""After its expiry: an expired dialog is still told of when the person comes back."""
TIDY_EVERY_SECONDS = 3600.0


@dataclass(frozen=True)
class EdgeSettings:
    """What the edge needs of the settings."""

    identity: BotIdentity | None
    """None is development without authentication; whoever builds the edge has made sure of a loopback bind."""
    tenants: Collection[str] = ()
    """Whose people may speak to the bot."""
    time_zone: str = "UTC"
    """The clinic's."""
    cloud: BotCloud = PUBLIC
    trusted_service_hosts: tuple[str, ...] = ()
    home_service_url: str = ""
    """Where to begin with people never heard from; empty means the cloud's global address."""
    timing: Timing = field(default_factory=Timing)
    dialog_version: int = DIALOG_VERSION

    @classmethod
    def of(cls, settings: Settings, *, time_zone: str) -> Self:
        """From the bot's settings. Raises ValueError, naming the setting; without APP_ID only on a loopback bind."""
        cloud = cloud_of(settings.channel_service)
        more: dict[str, Any] = {
            "time_zone": time_zone,
            "cloud": cloud,
            "trusted_service_hosts": settings.trusted_service_hosts,
        }
        if not settings.app_id:
            if not settings.on_loopback:
                raise ValueError("APP_ID is not set: without authentication HOST must be a loopback address")
            return cls(identity=None, **more)
        identity = BotIdentity(
            settings.app_id, settings.app_type, settings.app_tenantid, settings.app_password.get_secret_value()
        )
        tenants = [each for each in (settings.app_tenantid, *settings.allowed_tenants) if each]
        return cls(identity=identity, tenants=tenants, **more)


class TeamsEdge:
    """Everything between Teams and the bot. ``start`` before serving, ``stop`` after."""

    def __init__(
        self,
        settings: EdgeSettings,
        stores: Stores,
        turn_log: TurnLog,
        pace: Pace,
        clock: Clock,
        *,
        http: httpx.AsyncClient | None = None,
        acquire: Acquire | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        """Nothing is called yet.

        For tests: ``http``, ``acquire`` (asks for the bot's token), ``sleep`` (between sends; moves a clock by hand).
        """
        self._settings = settings
        self._stores = stores
        self._turn_log = turn_log
        self._clock = clock
        self._http = http or httpx.AsyncClient(timeout=TIMEOUT)
        self._tokens: BotTokens | None = None
        self._keys: KeySet | None = None
        self._authentication: ChannelAuthentication = NoAuthentication()
        identity = settings.identity
        if identity is not None:
            self._tokens = BotTokens(acquire or msal_acquire(identity, settings.cloud), clock)
            self._keys = connector_keys(settings.cloud.channel_metadata, self._http, clock)
            self._authentication = ChannelAuthentication(identity.app_id, settings.cloud.channel_issuer, self._keys)
        hosts = TrustedHosts(settings.trusted_service_hosts, loopback=identity is None)
        connector = Connector(self._http, clock, tokens=self._tokens, hosts=hosts)
        self._sender = Sender(connector, stores.contacts, pace, clock, sleep=sleep)
        self.notifier = TeamsNotifier(
            self._sender, stores.contacts, clock, time_zone=settings.time_zone, home=_home(settings)
        )
        """Writes to people outside a turn."""
        self._conversations: Conversations | None = None
        self._tidying: asyncio.Task[None] | None = None

    def adapter_for(
        self,
        bot: Bot,
        *,
        handlers: Mapping[str, Handler] | None = None,
        sign_ins: SignIns | None = None,
        redraw: Redraw = nobodys,
    ) -> TeamsAdapter:
        """The adapter that lets ``bot`` take part; ``handlers`` by invoke name. Once: the notifier comes first, since
        what the bot needs may need to write to people. ``redraw`` shows a message's card as it is by now.
        """
        sign_in = SignInInvokes(sign_ins, self._stores.firsts) if sign_ins else None
        participation = Participation(
            bot,
            self._stores,
            self._sender,
            self._clock,
            time_zone=self._settings.time_zone,
            invokes=Invokes({**(handlers or {}), **(sign_in.handlers() if sign_in else {})}),
            sign_in=sign_in,
            dialog_version=self._settings.dialog_version,
        )
        self._conversations = Conversations(
            participation, self._turn_log, self._clock, timing=self._settings.timing, redraw=redraw
        )
        tenants = self._settings.tenants if self._settings.identity is not None else None
        return TeamsAdapter(self._authentication, self._conversations, tenants=tenants)

    def token_service(self, connection: str) -> TokenService:
        """Where tokens of people are kept under an OAuth connection. Raises ValueError for a bot without identity."""
        tokens, identity = self._tokens, self._settings.identity
        if tokens is None or identity is None:
            raise ValueError("OAUTH_CONNECTION is set, but APP_ID is not: the token service knows registered bots only")
        url = TOKENS_US_GOVERNMENT if self._settings.cloud is not PUBLIC else TOKENS_PUBLIC
        return TokenService(self._http, tokens.token, url=url, connection=connection, app_id=identity.app_id)

    async def start(self) -> None:
        """Fetch keys and token before the first turn. What fails is logged, and tried again by the first turn."""
        if self._keys is not None and self._tokens is not None:
            with contextlib.suppress(CredentialsRefused):
                await asyncio.gather(self._keys.warm(), self._tokens.token())
        self._tidying = asyncio.create_task(self._keep_tidy())

    @property
    def running(self) -> int:
        """How many turns run or wait for their place."""
        return self._conversations.running if self._conversations is not None else 0

    async def settled(self) -> None:
        """Wait until no turn runs."""
        if self._conversations is not None:
            await self._conversations.settled()

    async def drain(self, within: float = 20.0) -> None:
        """Take nothing new, and let the turns that run end. Work behind them may still write."""
        if self._conversations is not None:
            await self._conversations.drain(within)

    async def stop(self, within: float = 20.0) -> None:
        """Take nothing new, let what runs end, close the connections."""
        await self.drain(within)
        if self._tidying is not None:
            self._tidying.cancel()
        if self._keys is not None:
            await self._keys.close()
        if self._tokens is not None:
            await self._tokens.close()
        await self._http.aclose()

    async def tidy(self) -> None:
        """Forget what is too old to matter."""
        now = self._clock.now()
        await self._turn_log.purge(now - TURNS_KEPT_FOR)
        await self._stores.states.purge(now - STATE_KEPT_FOR)
        await self._stores.firsts.purge(FIRST, now - TURNS_KEPT_FOR)

    async def _keep_tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY_EVERY_SECONDS)
            try:
                await self.tidy()
            except Exception as failed:
                log.error("teams.not_tidied", extra={"trace": trace_of(failed)})


def _home(settings: EdgeSettings) -> Home | None:
    if settings.identity is None or not settings.identity.tenant_id:
        return None
    url = settings.home_service_url or settings.cloud.service_url
    return Home(tenant_id=settings.identity.tenant_id, app_id=settings.identity.app_id, service_url=url)
