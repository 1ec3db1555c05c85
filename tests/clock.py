"""Time that a test moves by hand."""

from datetime import datetime, timedelta


class HandClock:
    """A clock that stands still until it is told to move. ``sleep`` moves it too, so nothing waits."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self.slept: list[float] = []
        """What was asked of ``sleep``, in seconds."""

    def now(self) -> datetime:
        """Where the hands are."""
        return self._now

    def advance(self, **by: float) -> None:
        """Move it on, in ``timedelta``'s words: ``advance(minutes=5)``."""
        self._now += timedelta(**by)

    async def sleep(self, seconds: float) -> None:
        """Move it on by what somebody wanted to wait."""
        self.slept.append(seconds)
        self.advance(seconds=seconds)
