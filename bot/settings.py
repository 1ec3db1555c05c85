"""Every setting, read once at the start. What is missing or half set is named before anything runs."""

import ipaddress
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import AliasChoices, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    SettingsConfigDict,
)

from bot.written import Ids, Listed, TenantId, Tenants, is_key

AppType = Literal["SingleTenant", "UserAssignedMSI", "MultiTenant"]
Backend = Literal["outlook", "meeting", "bookings", "virtual-appointment"]
Identity = Literal["app", "delegated"]
LobbyScope = Literal["organizer", "organization", "organizationAndFederated", "invited", "organizationExcludingGuests"]
Cloud = Literal["global", "gcc", "gcc-high", "dod", "china"]


class SettingsError(Exception):
    """The settings cannot be used; each line names one setting and what is wrong with it."""


class Settings(BaseSettings):
    """One field a setting; its environment variable is the field's name in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True, populate_by_name=True
    )

    # where it listens and keeps its data
    host: str = "127.0.0.1"
    port: int = Field(default=3978, ge=0, le=65535)
    database: str = Field(default=".data/app.db", validation_alias=AliasChoices("database", "database_url"))
    """A SQLAlchemy URL, or the path of an SQLite file or of the folder it lies in."""
    clinic: Path | None = None
    """The clinic's TOML file; None plays the demo clinic."""

    # the bot's own identity, under Bot Framework's names
    app_id: str = ""
    app_password: SecretStr = SecretStr("")
    app_type: AppType = "SingleTenant"
    app_tenantid: TenantId = ""
    channel_service: Literal["", "https://botframework.azure.us"] = ""
    """Empty, or the second for US Government."""
    allowed_tenants: Tenants = ()
    """Tenants whose people may speak to the bot beside APP_TENANTID."""
    trusted_service_hosts: Listed = ()
    """Host suffixes a bot token may be sent to, beside Microsoft's own."""

    # Microsoft Graph
    emulator: bool = False
    """Use the emulator although a tenant is configured."""
    emulator_url: str = ""
    """An emulator that runs on its own."""
    graph_tenant_id: TenantId = ""
    """The tenant whose calendars are used; empty means APP_TENANTID."""
    graph_client_id: str = ""
    """Who signs in to Graph; empty means the bot's own APP_ID, with its password or managed identity."""
    graph_client_secret: SecretStr = SecretStr("")
    graph_certificate: Path | None = None
    """A PFX file to sign in with instead of a secret."""
    graph_certificate_password: SecretStr = SecretStr("")
    graph_managed_identity: str = ""
    """Client id of a managed identity, or "system"."""
    graph_federated_identity: str = ""
    """Client id of the managed identity whose token GRAPH_CLIENT_ID's federated credential trusts."""
    cloud: Cloud = "global"
    backend: Backend = "outlook"
    graph_login: str = ""
    """Another sign-in host than the cloud's: sources name two for China."""
    graph_identity: Identity = "app"
    """Who keeps the calendars where both may: the app itself, or whoever is signed in."""
    visits_identity: Identity = "delegated"
    """Who fetches client links and sends SMS: the pages promise only delegated, the permission table says both."""
    without_grant: Literal["app", "nudge"] = "nudge"
    """Where a delegated call is due and nobody is signed in: the app makes it, or a person is asked."""
    lobby_scope: LobbyScope = "organization"
    """Who need not wait in the lobby; clients always do."""
    sms_shape: Literal["v1.0", "2022"] = "v1.0"
    """2022 is the old beta body, for a tenant or emulator of that time."""
    calendars_elsewhere: bool = False
    """For backends without events: staff keep their calendars outside Outlook, so free and busy is not read there."""
    bookings_business: str = ""
    bookings_tells: Literal["us", "bookings"] = "us"
    """Who writes to the client of a Bookings appointment: our own effects, or Bookings itself. Never both."""
    reminder_sms: bool = False
    """Send the client Graph's own reminder SMS; its timing is not documented."""
    oauth_connection: str = ""
    """The bot's OAuth connection for Teams single sign-on."""
    token_cache_key: SecretStr = SecretStr("")
    """Encrypts stored delegated tokens; 32 bytes, base64. Of several, with commas, the first seals and all open."""
    public_url: str = ""
    """The https address of this host, for Graph's notifications and for the sign-in page."""
    notification_key: SecretStr = SecretStr("")
    """The RSA key under which Graph encrypts who waits: a PEM file (made there the first time), or its text."""
    drift_minutes: float = Field(default=3, ge=0.5, le=60)
    """How often calendars are looked at for visits that somebody changed there."""

    # what people notice
    quiet_window_seconds: int = Field(default=20, ge=0, le=3600)
    keep_visits_days: int = Field(default=365, ge=31)
    """How long after its end a visit is kept, with everything that was noted about it; then all of it is forgotten."""
    desk_chat: str = ""
    """Conversation id of the desk's group chat: told, without client data, when a person cannot be reached."""
    admins: Ids = ()
    """Entra object ids told when something needs an administrator."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] | None = None
    """What is logged; None is INFO for a registered bot, and WARNING where somebody tries it out at a terminal."""

    playground: bool = False
    playground_port: int = Field(default=56150, ge=1, le=65535)

    @property
    def token_cache_keys(self) -> list[str]:
        """The keys of TOKEN_CACHE_KEY: the first seals, all open."""
        return [each.strip() for each in self.token_cache_key.get_secret_value().split(",") if each.strip()]

    @property
    def quiet_window(self) -> timedelta:
        """How long what the client would be told waits."""
        return timedelta(seconds=self.quiet_window_seconds)

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the bot."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def authenticated(self) -> bool:
        """Whether Teams signs its requests, as it does for every bot that is registered."""
        return bool(self.app_id)

    @property
    def uses_emulator(self) -> bool:
        """Whether Graph is played by the emulator."""
        return self.emulator or bool(self.emulator_url) or not self.graph_client

    @property
    def graph_client(self) -> str:
        """The client id that signs in to Graph; empty without a tenant."""
        return self.graph_client_id or self.graph_managed_identity or self.app_id

    @property
    def graph_secret(self) -> SecretStr:
        """The secret of ``graph_client``, where it signs in with one."""
        own = not self.graph_client_id or self.graph_client_id == self.app_id
        return self.graph_client_secret if self.graph_client_secret or not own else self.app_password

    @property
    def graph_identity_of_host(self) -> str:
        """The managed identity that signs in to Graph, if one does."""
        own = self.app_id if self.app_type == "UserAssignedMSI" and not self.graph_client_id else ""
        return self.graph_managed_identity or own

    @property
    def graph_tenant(self) -> str:
        """The tenant whose Graph is spoken to."""
        return self.graph_tenant_id or self.app_tenantid

    @property
    def tenants(self) -> frozenset[str]:
        """Whose people may use the bot; none where nobody signs requests, as on a developer's own machine."""
        return frozenset(each.lower() for each in (self.app_tenantid, *self.allowed_tenants) if each)

    @property
    def can_sign_in(self) -> bool:
        """Whether there is a way for people to sign in."""
        return bool(self.oauth_connection or self.token_cache_keys)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        wrong = [*self._bot_faults(), *self._graph_faults(), *self._sign_in_faults(), *self._address_faults()]
        if wrong:
            raise ValueError("\n".join(wrong))
        return self

    def _bot_faults(self) -> list[str]:
        wrong = []
        password = self.app_password.get_secret_value()
        if not self.app_id:
            wrong += [
                f"{name} is set but APP_ID is not: without it nobody would be authenticated"
                for name, value in (("APP_PASSWORD", password), ("APP_TENANTID", self.app_tenantid))
                if value
            ]
            if not self.on_loopback and not wrong:
                wrong.append(
                    f"APP_ID is not set: without authentication HOST must be a loopback address, not {self.host}"
                )
            return wrong
        if self.app_type != "UserAssignedMSI" and not password:
            wrong.append("APP_PASSWORD is not set, and APP_TYPE is not UserAssignedMSI")
        if self.app_type != "MultiTenant" and not self.app_tenantid:
            wrong.append(f"APP_TENANTID is not set, and APP_TYPE {self.app_type} needs it")
        if self.app_type == "MultiTenant" and not (self.allowed_tenants or self.app_tenantid):
            wrong.append("ALLOWED_TENANTS is not set: a MultiTenant bot must name whose people may use it")
        if self.playground:
            wrong.append("PLAYGROUND does not sign its requests: it cannot be used together with APP_ID")
        return wrong

    def _graph_faults(self) -> list[str]:
        if self.emulator or self.emulator_url:
            return []
        wrong = []
        chosen = [
            name
            for name, value in (
                ("GRAPH_CLIENT_SECRET", self.graph_client_secret.get_secret_value()),
                ("GRAPH_CERTIFICATE", self.graph_certificate),
                ("GRAPH_MANAGED_IDENTITY", self.graph_managed_identity),
                ("GRAPH_FEDERATED_IDENTITY", self.graph_federated_identity),
            )
            if value
        ]
        if len(chosen) > 1:
            wrong.append(f"{' and '.join(chosen)} exclude each other: set one")
        if self.graph_certificate and not self.graph_certificate.is_file():
            wrong.append(f"GRAPH_CERTIFICATE: there is no file {self.graph_certificate}")
        if self.graph_client_id and not chosen and not self.graph_secret.get_secret_value():
            wrong.append(
                "GRAPH_CLIENT_SECRET is not set, nor GRAPH_CERTIFICATE, nor GRAPH_FEDERATED_IDENTITY: "
                "GRAPH_CLIENT_ID needs one of them to sign in"
            )
        if chosen and not self.graph_client:
            wrong.append(f"GRAPH_CLIENT_ID is not set, but {chosen[0]} is")
        if self.graph_client and not self.graph_tenant:
            wrong.append("GRAPH_TENANT_ID is not set, nor APP_TENANTID: whose calendars?")
        if self.graph_tenant_id and not self.graph_client:
            wrong.append("GRAPH_CLIENT_ID is not set, but GRAPH_TENANT_ID is")
        if self.graph_client and self.backend == "bookings" and not self.bookings_business:
            wrong.append("BOOKINGS_BUSINESS is not set, and BACKEND is bookings")
        return wrong

    def _address_faults(self) -> list[str]:
        """What is amiss with where Microsoft and people's browsers reach us, and with what is for that alone."""
        if self.uses_emulator:
            return []
        wrong = []
        if self.public_url and not self.public_url.startswith("https://"):
            wrong.append("PUBLIC_URL does not begin with https://, and Microsoft reaches nothing else")
        if self.token_cache_keys and not self.public_url:
            wrong.append("PUBLIC_URL is not set, but TOKEN_CACHE_KEY is: where would people sign in?")
        has_key = bool(self.notification_key.get_secret_value())
        if has_key and not self.public_url:
            wrong.append("PUBLIC_URL is not set, but NOTIFICATION_KEY is: where would notifications arrive?")
        if self.public_url and not has_key and not self.can_sign_in:
            wrong.append("NOTIFICATION_KEY is not set, but PUBLIC_URL is: nobody would hear who waits")
        return wrong

    def _sign_in_faults(self) -> list[str]:
        wrong = []
        if self.oauth_connection and not self.app_id:
            wrong.append("OAUTH_CONNECTION is set but APP_ID is not: a connection belongs to the bot's registration")
        if not all(is_key(each) for each in self.token_cache_keys):
            wrong.append("TOKEN_CACHE_KEY is no key: it takes 32 bytes in base64, as `openssl rand -base64 32` prints")
        alone = self.graph_identity_of_host and not self.graph_federated_identity
        if self.token_cache_keys and not self.uses_emulator and alone:
            wrong.append(
                "TOKEN_CACHE_KEY cannot be used with a managed identity, which acts for nobody but itself: "
                "set GRAPH_FEDERATED_IDENTITY, or OAUTH_CONNECTION instead"
            )
        return wrong


def read_settings(**given: object) -> Settings:
    """The settings from environment and ``.env``, with ``given`` (the command line) on top. Raises SettingsError."""
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as reason:
        told: list[str] = []
        for each in reason.errors():
            name = "_".join(str(part) for part in each["loc"]).upper()
            message = str(each["msg"]).removeprefix("Value error, ")
            told += [f"{name}: {message}"] if name else message.splitlines()
        raise SettingsError("\n".join(told)) from reason


def variables() -> Mapping[str, str]:
    """What environment and ``.env`` set, by the fields' names and unchecked: for tools that need only some of it."""
    found = {**DotEnvSettingsSource(Settings)(), **EnvSettingsSource(Settings)()}
    return {name: str(value) for name, value in found.items()}
