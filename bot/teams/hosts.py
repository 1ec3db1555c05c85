"""Where a bot token may be sent. Whoever controls a stored service URL would receive it, so each one is checked."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

TRUSTED = (
    "botframework.com",
    "botframework.azure.us",
    "smba.trafficmanager.net",
    "teams.microsoft.com",
    "teams.microsoft.us",
)
"""Host suffixes of Teams' connector. Graph and storage hosts are Microsoft's too, and take no bot token."""

GCC = "https://smba.infra.gcc.teams.microsoft.com/gcc"


@dataclass(frozen=True)
class TrustedHosts:
    """The service URLs that may be called."""

    more: tuple[str, ...] = ()
    """Further host suffixes."""
    loopback: bool = False
    """Development without authentication: this machine, and nothing but this machine; no token is ever attached."""

    def allow(self, service_url: str) -> bool:
        """Whether a service URL may be called."""
        try:
            parts = urlsplit(service_url)
            host = (parts.hostname or "").rstrip(".").lower()
        except ValueError:
            return False
        if parts.username or parts.password:
            return False
        if self.loopback:
            return parts.scheme in ("http", "https") and _is_loopback(host)
        suffixes = (*TRUSTED, *self.more)
        return parts.scheme == "https" and any(host == each or host.endswith(f".{each}") for each in suffixes)


def in_gcc(service_url: str) -> str | None:
    """The service URL of a GCC tenant that was called at the global host; None where there is none."""
    host = (urlsplit(service_url).hostname or "").lower()
    return GCC if host == "smba.trafficmanager.net" else None


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
