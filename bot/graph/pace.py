"""How hard Graph is asked: waits between tries, four requests at once in a mailbox, and a breaker per tenant.

Source: learn.microsoft.com/graph/throttling and /graph/throttling-limits (Outlook: four concurrent requests).
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.visits.errors import CalendarBusy

CONCURRENT_PER_MAILBOX = 4

Sleep = Callable[[float], Awaitable[None]]


@dataclass(frozen=True)
class Patience:
    """How often, and for how long altogether, a read is tried again before the caller is told to wait."""

    tries: int = 3
    first_wait: float = 0.4
    budget: float = 6.0
    """Seconds spent waiting over all tries of one call."""
    timeout: float = 15.0
    """Seconds for one answer."""
    connect_timeout: float = 5.0
    at_form: float = 2.0
    """Seconds a person at the form is kept waiting for free and busy."""

    def wait_before(self, attempt: int, named: float | None) -> float:
        """Seconds before the next try: what Graph named, and never sooner; otherwise doubling, with full jitter."""
        if named is not None:
            return named + random.uniform(0, 0.1 * named)
        ceiling = self.first_wait * 2 ** (attempt - 1)
        return random.uniform(0.5 * ceiling, ceiling)


class MailboxGate:
    """Lets four requests at once into each mailbox; the rest wait their turn."""

    def __init__(self, width: int = CONCURRENT_PER_MAILBOX) -> None:
        self._width = width
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._users: dict[str, int] = {}

    @asynccontextmanager
    async def entered(self, mailbox: str | None) -> AsyncIterator[None]:
        """Hold one of the mailbox's places. No mailbox, no gate."""
        if mailbox is None:
            yield
            return
        gate = self._gates.setdefault(mailbox, asyncio.Semaphore(self._width))
        self._users[mailbox] = self._users.get(mailbox, 0) + 1
        try:
            async with gate:
                yield
        finally:
            self._users[mailbox] -= 1
            if not self._users[mailbox]:
                del self._users[mailbox], self._gates[mailbox]


@dataclass
class _Circuit:
    failures: int = 0
    open_until: datetime | None = None


@dataclass
class Breaker:
    """Stops asking a tenant's Graph that keeps failing, and lets one request in to see whether it is back.

    Throttling is no failure: Graph is well and names its time.
    """

    clock: Clock
    after: int = 8
    """Failures in a row that open it."""
    rest: timedelta = timedelta(seconds=20)
    _circuits: dict[str, _Circuit] = field(default_factory=dict)

    def check(self, tenant_id: str) -> None:
        """Raise CalendarBusy while the tenant rests. The first to come after it may try; the others wait again."""
        circuit = self._circuits.get(tenant_id)
        if circuit is None or circuit.open_until is None:
            return
        now = self.clock.now()
        if now < circuit.open_until:
            raise CalendarBusy((circuit.open_until - now).total_seconds(), reason="resting")
        circuit.open_until = now + self.rest

    def succeeded(self, tenant_id: str) -> None:
        """Graph answered, whatever it said."""
        self._circuits.pop(tenant_id, None)

    def failed(self, tenant_id: str) -> None:
        """Graph did not answer, or answered that it is broken."""
        circuit = self._circuits.setdefault(tenant_id, _Circuit())
        circuit.failures += 1
        if circuit.failures >= self.after:
            circuit.open_until = self.clock.now() + self.rest
