"""Retry-After and claims challenges, in every shape they come in."""

import base64
from datetime import UTC, datetime

import pytest

from bot.graph.answers import claims_challenge
from bot.retry_after import LONGEST_WAIT, retry_after

NOW = datetime(2026, 9, 1, 15, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120),
        ("2.128", 2.128),
        (" 7 ", 7),
        ("0", 0),
        ("-3", 0),
        ("Tue, 01 Sep 2026 15:02:00 GMT", 120),
        ("Tue, 01 Sep 2026 14:59:00 GMT", 0),
        ("999999", LONGEST_WAIT),
        ("inf", LONGEST_WAIT),
        ("1e12", LONGEST_WAIT),
        ("Tue, 99999999999999999999 Sep 2026 15:02:00 GMT", None),
        ("nan", None),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds(said: str, seconds: float | None) -> None:
    assert retry_after({"Retry-After": said}, now=NOW) == seconds


def test_a_date_is_counted_by_the_servers_clock() -> None:
    headers = {"retry-after": "Tue, 01 Sep 2026 15:02:00 GMT", "date": "Tue, 01 Sep 2026 15:01:30 GMT"}
    assert retry_after(headers) == 30


def test_nothing_said_is_none() -> None:
    assert retry_after({}) is None


CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'


@pytest.mark.parametrize("encoded", [CLAIMS.replace('"', "'"), base64.b64encode(CLAIMS.encode()).decode().rstrip("=")])
def test_a_claims_challenge_is_read(encoded: str) -> None:
    header = f'Bearer realm="", error="insufficient_claims", claims="{encoded}"'
    found = claims_challenge({"WWW-Authenticate": header})
    assert found is not None
    assert found.replace("'", '"') == CLAIMS


@pytest.mark.parametrize("header", ["", 'Bearer realm=""', 'Bearer claims="%%%"'])
def test_no_challenge_is_none(header: str) -> None:
    assert claims_challenge({"www-authenticate": header}) is None
