"""What the domain needs done after a change, durably: ``bot.work`` gives it."""

from typing import Literal, Protocol

from bot.visits.models.effects import LateTold
from bot.visits.models.people import Person
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit

ChangeKind = Literal["booking", "reschedule", "cancellation"]


class StartsWork(Protocol):
    """The part of ``Work`` that a change of a visit needs."""

    async def start(self, kind: ChangeKind, visit: Visit) -> None:
        """Begin or resume the effects of this visit's present version."""
        ...


class Work(StartsWork, Protocol):
    """Does the effects of a change, durably. Starting the same change twice is once."""

    async def resend(self, visit_id: VisitId, effect_key: str, *, begun: int | None, by: Person) -> bool:
        """Send a stuck effect again, because a person said so of its call number ``begun``.

        Returns False where that is no longer how it stands, or nobody says of which call: nothing is done then.
        """
        ...

    async def leave(self, visit_id: VisitId, effect_key: str, *, begun: int | None, by: Person) -> bool:
        """Leave a stuck effect as it is, because a person said so of its call number ``begun``. Returns as above."""
        ...

    async def running_late(self, visit: Visit, *, by: Person) -> LateTold:
        """Tell the desk that the organizer is late, and by e-mail the client who has an address.

        Returns who hears it. Raises VisitOver.
        """
        ...

    async def send_reminder(self, visit: Visit, *, by: Person) -> None:
        """Have the client's reminder text sent now."""
        ...


class VisitCards(Protocol):
    """The cards that show a visit in chats, wherever they are."""

    async def remember(
        self,
        visit_id: VisitId,
        conversation_id: str,
        activity_id: str,
        *,
        viewer: str | None = None,
        language: str | None = None,
    ) -> None:
        """Note that this message shows the visit.

        ``viewer`` is the object id of its reader, for the zone; ``language`` is what it is written in now, and is kept.
        """
        ...

    async def forget(self, visit_id: VisitId, conversation_id: str, activity_id: str) -> None:
        """The message shows something else for now, such as a question about the visit: it is left alone."""
        ...

    async def refresh(self, visit: Visit) -> None:
        """Edit every card of the visit to its present state. Repeating is harmless."""
        ...
