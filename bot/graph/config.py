"""What the Graph edge is told at the start."""

from dataclasses import dataclass, field
from typing import Literal

from bot.graph.auth import Credential
from bot.graph.clouds import Cloud, cloud_named
from bot.graph.identity import Identities
from bot.graph.online import LobbyScope, SmsShape

Backend = Literal["outlook", "meeting", "bookings", "virtual-appointment"]
Teller = Literal["us", "bookings"]


@dataclass(frozen=True)
class GraphConfig:
    """A tenant, how to sign in to it, and which of its ways of holding visits is used."""

    tenant_id: str
    client_id: str = ""
    credential: Credential | None = None
    """None signs in nowhere: for the emulator."""
    cloud_name: str = "global"
    login: str | None = None
    """Another sign-in host than the cloud's."""
    root: str | None = None
    """Another address than the cloud's Graph: an emulator's."""
    backend: Backend = "outlook"
    identities: Identities = field(default_factory=Identities)
    lobby: LobbyScope = "organization"
    reminder_sms: bool = False
    """Whether Graph's reminder SMS is used, though nobody documents when it goes out."""
    sms_shape: SmsShape = "v1.0"
    bookings_business: str = ""
    """Id of the Bookings business, such as ``clinic@contoso.onmicrosoft.com``."""
    bookings_tells: Teller = "us"
    """Who writes to the client of a Bookings appointment: our own effects, or Bookings itself. Never both."""
    calendars_elsewhere: bool = False
    """For the backends without events: the clinic keeps its calendars outside Outlook, so free and busy is not read."""
    arrivals: bool = False
    """Whether Graph is asked who waits in the lobby: beta, and it needs a public address."""

    @property
    def cloud(self) -> Cloud:
        """The national cloud. Raises ValueError where the name is none."""
        return cloud_named(self.cloud_name, login=self.login)
