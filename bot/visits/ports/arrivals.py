"""Who came to a visit: ``bot.graph`` hears of it, ``bot.work`` keeps it."""

from typing import Literal, Protocol

from bot.visits.models.people import Person
from bot.visits.models.presence import Presence
from bot.visits.models.values import Frozen, Instant, VisitId
from bot.visits.models.visit import Visit

BY_HAND = "by_hand"
"""Begins the key of what staff noted themselves, and stands for whoever they saw."""


class Arrival(Frozen):
    """Someone came to a visit, or left. Order is not promised."""

    visit_id: VisitId
    kind: Literal["client_waiting", "client_admitted", "client_left", "staff_joined", "staff_left", "ended"]
    at: Instant
    key: str
    """The same for the same news told twice: what happened, a colon, and the number of who it happened to."""

    @property
    def who(self) -> str:
        """The number of who it happened to."""
        return BY_HAND if self.key.startswith(f"{BY_HAND}:") else self.key.rpartition(":")[2]


class Arrivals(Protocol):
    """Takes news of who came."""

    async def arrived(self, arrival: Arrival) -> None:
        """Note it on the visit. Hearing it twice is once."""
        ...


class Presences(Protocol):
    """Who came to a visit."""

    async def presence_of(self, visit: Visit) -> Presence:
        """What is known of it; nothing for a visit nobody came to yet."""
        ...

    async def mark_arrived(self, visit: Visit, *, by: Person) -> None:
        """Note by hand that the client is there. Twice is once."""
        ...
