"""What the domain needs of the database: ``bot.store`` gives it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypedDict, Unpack

from bot.visits.models.draft import Draft
from bot.visits.models.effects import EffectStatus
from bot.visits.models.people import Client, Preferences
from bot.visits.models.values import StaffId, VisitId
from bot.visits.models.visit import Told, Visit


class VisitResults(TypedDict, total=False):
    """What effects learn about a visit. Written column by column, beside people's changes and never against them."""

    event_id: str | None
    join_url: str | None
    meeting_id: str | None
    client_join_url: str | None
    client_invited: bool
    told: Told | None
    calendar_starts_at: datetime | None
    calendar_duration: timedelta | None


NOT_IN_CALENDAR: VisitResults = {
    "event_id": None,
    "join_url": None,
    "meeting_id": None,
    "client_join_url": None,
    "client_invited": False,
    "calendar_starts_at": None,
    "calendar_duration": None,
}
"""What is known of a visit without an event. What its client was told is not part of it."""


class VisitStore(Protocol):
    """Visits and drafts as rows. Each method is one transaction."""

    async def save_draft(self, draft: Draft) -> None:
        """Insert or replace a draft. Raises DraftChanged when a newer or different one is stored under its version."""
        ...

    async def draft(self, draft_id: VisitId) -> Draft | None:
        """The draft, unless it expired or was discarded."""
        ...

    async def discard_draft(self, draft_id: VisitId) -> None:
        """Forget a draft."""
        ...

    async def insert(self, visit: Visit, *, check_overlap: bool, except_with: Collection[VisitId] = ()) -> Visit:
        """Reserve the slot and forget the draft. The same visit again returns the stored one.

        Raises SlotTaken when another visit of this organizer overlaps and ``check_overlap``: a database fact, so of
        two confirms at one instant exactly one wins. ``except_with`` are visits a person chose to overlap.
        """
        ...

    async def update(
        self,
        visit: Visit,
        *,
        expected_version: int,
        check_overlap: bool = False,
        except_with: Collection[VisitId] = (),
    ) -> Visit:
        """Replace what people decide if the row still has ``expected_version``; ``VisitResults`` stay as stored.

        Raises VisitChanged with the present visit, SlotTaken as ``insert``.
        """
        ...

    async def record(self, visit_id: VisitId, **results: Unpack[VisitResults]) -> Visit:
        """Write these results and no other column; no version rises. Raises VisitNotFound."""
        ...

    async def visit(self, visit_id: VisitId) -> Visit | None:
        """The visit as it stands."""
        ...

    async def between(self, since: datetime, until: datetime, *, staff_id: StaffId | None = None) -> Sequence[Visit]:
        """Visits that start in the stretch, cancelled ones too, by start."""
        ...

    async def of_client(self, client: Client, since: datetime, until: datetime) -> Sequence[Visit]:
        """Visits that start in the stretch and share the client's phone, e-mail or name, by start."""
        ...

    async def matching(
        self, words: str, *, since: datetime, limit: int = 50, latest_first: bool = False
    ) -> Sequence[Visit]:
        """Visits from ``since`` on whose client's name contains the words, by start; case and accents aside.

        Words that are a phone number match its digits.
        """
        ...

    async def versions(self, visit_id: VisitId) -> Sequence[Visit]:
        """Every version of the visit, oldest first: what Undo goes back to, and the audit."""
        ...


class EffectReader(Protocol):
    """Where the effects of a visit stand."""

    async def effects_of(self, visit_id: VisitId) -> Sequence[EffectStatus]:
        """All effects of a visit, oldest first."""
        ...


class People(Protocol):
    """What people chose for themselves. Kept apart from what Teams says of them."""

    async def preferences(self, object_id: str) -> Preferences:
        """What this person chose; all None for someone who chose nothing."""
        ...

    async def prefer(self, object_id: str, preferences: Preferences) -> None:
        """Replace what this person chose. Works for someone the bot has not met yet."""
        ...
