"""Token buckets within one process. Replicas share theirs through the database.

Source: learn.microsoft.com "Optimize your bot with rate limiting in Teams": 7 sends a second and thread, 30 requests a
second, app and tenant, of which answers to people keep their share.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.teams.ports import place


@dataclass(frozen=True)
class Rate:
    """So many a second, and so many at once."""

    per_second: float
    burst: int


PER_CONVERSATION = Rate(per_second=7, burst=7)
PER_TENANT = Rate(per_second=20, burst=20)

_MOST_BUCKETS = 10_000


class LocalPace:
    """Implements ``bot.teams.ports.Pace`` for a single process."""

    def __init__(self) -> None:
        """All buckets full."""
        self._arrivals: dict[str, datetime] = {}
        self._holds: dict[str, datetime] = {}

    async def reserve(self, bucket: str, *, per_second: float, burst: int, now: datetime, max_wait: float) -> float:
        """Take one place and return how many seconds to wait before using it; nothing is taken beyond ``max_wait``."""
        wait, tat = place(self._arrivals.get(bucket), self._holds.get(bucket), now, per_second=per_second, burst=burst)
        if wait <= max_wait:
            self._forget_idle(now)
            self._arrivals[bucket] = tat
        return wait

    async def hold(self, bucket: str, until: datetime) -> None:
        """Let nothing pass before an instant."""
        self._holds[bucket] = max(until, self._holds.get(bucket, until))

    def _forget_idle(self, now: datetime) -> None:
        if len(self._arrivals) > _MOST_BUCKETS:
            self._arrivals = {bucket: at for bucket, at in self._arrivals.items() if at > now}
            self._holds = {bucket: at for bucket, at in self._holds.items() if at > now}
