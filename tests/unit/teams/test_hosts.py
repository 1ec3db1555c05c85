"""Bot tokens go to Teams' connector and nowhere else."""

import pytest

from bot.teams.hosts import TrustedHosts


@pytest.mark.parametrize(
    "url",
    [
        "https://smba.trafficmanager.net/amer/",
        "https://smba.infra.gcc.teams.microsoft.com/gcc",
        "https://smba.infra.gov.teams.microsoft.us/gcch",
        "https://webchat.botframework.com/",
        "https://SMBA.TRAFFICMANAGER.NET./teams/",
    ],
)
def test_teams_own_hosts_are_trusted(url: str) -> None:
    assert TrustedHosts().allow(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://smba.trafficmanager.net/amer/",
        "https://evil.trafficmanager.net/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://xsmba.trafficmanager.net/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://user:pass@smba.trafficmanager.net/",
        "https://graph.microsoft.com/",
        "https://contoso.sharepoint.com/",
        "https://x.blob.core.windows.net/",
        "http://127.0.0.1:56150/",
        "https://[::1",
        "",
    ],
)
def test_others_are_not(url: str) -> None:
    assert not TrustedHosts().allow(url)


def test_more_hosts_may_be_named() -> None:
    assert TrustedHosts(("teams.example",)).allow("https://eu.teams.example/")


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://127.0.0.1:56150/_connector", True),
        ("http://localhost:56150/_connector", True),
        ("http://[::1]:56150/", True),
        ("https://smba.trafficmanager.net/amer/", False),
        ("http://10.0.0.7/", False),
    ],
)
def test_development_calls_this_machine_only(url: str, allowed: bool) -> None:
    assert TrustedHosts(loopback=True).allow(url) is allowed
