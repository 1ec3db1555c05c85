"""The four national clouds: where Graph and sign-in answer, and what each cloud lacks.

Tokens do not cross clouds. What a cloud lacks is removed from cards and help, not only from calls.
Source: learn.microsoft.com/graph/deployments and the per-cloud service schemas (v1.0-Prod, -Fairfax, -Mooncake).
"""

from dataclasses import dataclass, field, replace
from typing import Literal

CloudName = Literal["global", "gcc-high", "dod", "china"]


@dataclass(frozen=True)
class Features:
    """What a cloud, or a backend in it, can do beside plain calendar events."""

    online_meetings: bool = True
    client_link: bool = True
    """A browser link of its own for the client; without it they get the ordinary join URL."""
    sms: bool = True
    attendance: bool = True
    arrivals: bool = True
    """Who waits in the lobby. In the US Government clouds nobody documents it, so it stays off there."""
    bookings: bool = True
    invitations: bool = True
    """Whether the backend mails the client by itself once they are invited."""
    meeting_times: bool = True


@dataclass(frozen=True)
class Cloud:
    """One national cloud."""

    name: CloudName
    graph: str
    """Host of Graph."""
    login: str
    """Host of sign-in."""
    exchange_audience: str
    """What a federated credential's assertion is made out to."""
    features: Features = field(default_factory=Features)

    @property
    def root(self) -> str:
        """``https://graph.microsoft.com``."""
        return f"https://{self.graph}"

    @property
    def scope(self) -> str:
        """The app-only scope: everything an administrator consented to, in this cloud."""
        return f"{self.root}/.default"

    def authority(self, tenant_id: str) -> str:
        """Where tokens for this tenant come from."""
        return f"https://{self.login}/{tenant_id}"

    def scopes(self, *permissions: str) -> list[str]:
        """Delegated permissions as scopes of this cloud's Graph."""
        return [f"{self.root}/{each}" for each in permissions]


_US_GOVERNMENT = Features(client_link=False, sms=False, arrivals=False)
_PLAIN_EVENTS = Features(
    online_meetings=False,
    client_link=False,
    sms=False,
    attendance=False,
    arrivals=False,
    bookings=False,
    meeting_times=False,
)

CLOUDS: dict[str, Cloud] = {
    "global": Cloud(
        "global",
        graph="graph.microsoft.com",
        login="login.microsoftonline.com",
        exchange_audience="api://AzureADTokenExchange",
    ),
    "gcc-high": Cloud(
        "gcc-high",
        graph="graph.microsoft.us",
        login="login.microsoftonline.us",
        exchange_audience="api://AzureADTokenExchangeUSGov",
        features=_US_GOVERNMENT,
    ),
    "dod": Cloud(
        "dod",
        graph="dod-graph.microsoft.us",
        login="login.microsoftonline.us",
        exchange_audience="api://AzureADTokenExchangeUSGov",
        features=_US_GOVERNMENT,
    ),
    "china": Cloud(
        "china",
        graph="microsoftgraph.chinacloudapi.cn",
        login="login.partner.microsoftonline.cn",
        exchange_audience="api://AzureADTokenExchangeChina",
        features=_PLAIN_EVENTS,
    ),
}


def cloud_named(name: str, *, login: str | None = None) -> Cloud:
    """The cloud of this name; ``login`` replaces its sign-in host, because sources disagree on China's.

    GCC is the global cloud. Raises ValueError naming the four where it is none of them.
    """
    name = "global" if name == "gcc" else name
    if name not in CLOUDS:
        raise ValueError(f"{name!r} is not a cloud: choose one of {', '.join(CLOUDS)}")
    return CLOUDS[name] if login is None else replace(CLOUDS[name], login=login)
