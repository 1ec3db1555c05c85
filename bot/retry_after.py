"""When a service that turned a request away wants it again: the header ``Retry-After``. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 3600.0
"""In seconds: what says more than this is asked again all the same."""


def retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds to wait: ``120``, ``2.128`` or an HTTP date, at most an hour; None when nothing usable is said.

    A date is counted from ``now``, or else by the server's own clock, so that ours may be wrong.
    Source: RFC 9110 section 10.2.3, learn.microsoft.com/graph/throttling
    """
    said = header(headers, "retry-after")
    if said is None:
        return None
    try:
        seconds = float(said)
    except ValueError:
        until = _date(said)
        if until is None:
            return None
        seconds = (until - (now or _date(header(headers, "date")) or datetime.now(UTC))).total_seconds()
    if seconds != seconds:  # "nan" parses as a number
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)


def header(headers: Mapping[str, str], name: str) -> str | None:
    """A header by its name in small letters, however it was spelled."""
    return next((value.strip() for key, value in headers.items() if key.lower() == name), None)


def _date(said: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(said) if said else None
    except (ValueError, OverflowError):
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
