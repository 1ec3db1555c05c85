"""Drafts, what is free for them, and the visit they become."""

import logging
from datetime import date, datetime
from typing import Unpack
from uuid import uuid4

from bot.visits import changes, drafts
from bot.visits.acting import Acting, marked, overlapped
from bot.visits.drafts import DraftParts, Part
from bot.visits.errors import DraftChanged, DraftGone, DraftIncomplete, SlotTaken
from bot.visits.models.draft import Draft
from bot.visits.models.objections import Override, SlotVerdict
from bot.visits.models.people import Person
from bot.visits.models.slots import Slot
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.slots import ALTERNATIVES

log = logging.getLogger(__name__)


class Drafting(Acting):
    """What people do until a visit is booked."""

    async def start_draft(self, by: Person, **parts: Unpack[DraftParts]) -> Draft:
        """Begin a draft, whose id will be the visit's. Wall times are in ``by``'s zone unless a zone is given."""
        self._require(by)
        zone = parts.get("time_zone", by.time_zone)
        new = {**parts, "time_zone": zone, "id": uuid4().hex, "requested_by": by.id}
        draft = Draft.model_validate(new)
        await self._store.save_draft(draft)
        return draft

    async def draft(self, draft_id: VisitId, by: Person) -> Draft:
        """The draft as it stands. Raises DraftGone."""
        self._require(by)
        draft = await self._store.draft(draft_id)
        if draft is None:
            raise DraftGone()
        return draft

    async def keep_draft(self, draft: Draft, by: Person) -> Draft:
        """Store a draft that was changed by its holder. Raises DraftChanged when a newer one is stored."""
        self._require(by)
        await self._store.save_draft(draft)
        return draft

    async def discard_draft(self, draft_id: VisitId, by: Person) -> None:
        """Forget a draft. Repeating is harmless."""
        self._require(by)
        await self._store.discard_draft(draft_id)

    def missing(self, draft: Draft) -> tuple[Part, ...]:
        """The parts without which the draft cannot be booked, in the order a person would ask for them."""
        return drafts.missing(draft, self.clinic)

    async def verdict_for(self, draft: Draft, by: Person) -> SlotVerdict:
        """What the rules say of the draft's slot. Raises DraftIncomplete, CalendarUnreadable."""
        self._require(by)
        return await self._availability.verdict(drafts.wanted_of(draft, self.clinic))

    async def free_slots(self, draft: Draft, by: Person, *, day: date | None = None) -> tuple[Slot, ...]:
        """The free slots of the draft's day (or another) in the draft's zone, for its staff, type, length and client.

        Takes a type, a staff member and a day; the time may be missing. Raises DraftIncomplete, CalendarUnreadable.
        """
        self._require(by)
        on = day or draft.day
        if on is None:
            raise DraftIncomplete(missing=("date",))
        wanted = drafts.wanted_at(draft, self.clinic, self._midday(on))
        return await self._availability.free_on(on, draft.time_zone, wanted)

    async def nearest_free(
        self, draft: Draft, by: Person, *, near: datetime | None = None, count: int = ALTERNATIVES
    ) -> tuple[Slot, ...]:
        """The free slots nearest to ``near``, else to the draft's time, its day, or now, in order of time.

        Raises DraftIncomplete, CalendarUnreadable.
        """
        self._require(by)
        wish = near or draft.starts_at() or (self._midday(draft.day) if draft.day else self._clock.now())
        return await self._availability.nearest(drafts.wanted_at(draft, self.clinic, wish), count=count)

    async def reserve(
        self, draft_id: VisitId, expected_version: int, by: Person, *, override: Override | None = None
    ) -> Visit:
        """Make the draft a visit, and start its work. The same draft again returns the visit as it stands.

        An override goes over the objections its giver saw, and over no other.

        Raises: NotEntitled, DraftGone, DraftChanged, DraftIncomplete, SlotTaken (with alternatives),
        CalendarUnreadable.
        """
        self._require(by)
        booked = await self._store.visit(draft_id)
        if booked is not None:
            await self._resume(booked)
            return booked
        draft = await self._store.draft(draft_id)
        if draft is None:
            return await self._booked_meanwhile(draft_id)
        if draft.version != expected_version:
            raise DraftChanged()
        lacking = self.missing(draft)
        if lacking:
            raise DraftIncomplete(missing=lacking)
        wanted = drafts.wanted_of(draft, self.clinic)
        known = await self._availability.around(wanted)
        try:
            verdict = self._accepted(wanted, known, override)
        except SlotTaken:
            # What is in the way may be this very draft, booked by a press that ran beside this one.
            booked = await self._store.visit(draft_id)
            if booked is None:
                raise
            return booked
        now = self._clock.now()
        new = drafts.visit_of(draft, wanted, self.clinic, backend=self._calendar.backend, by=by.id, now=now)
        visit = new.model_copy(
            update={
                **changes.against_rules(override if verdict.objections else None),
                "quiet_until": changes.quiet_until(now, self._quiet_window),
            }
        )
        try:
            visit = await self._store.insert(visit, check_overlap=True, except_with=overlapped(verdict))
        except SlotTaken as taken:
            raise await self._availability.explained(taken, wanted, known) from taken
        log.info("visit.booked", extra={"visit_id": visit.id, "requested_by": by.id, **marked(verdict)})
        await self._resume(visit)
        return visit

    async def _booked_meanwhile(self, draft_id: VisitId) -> Visit:
        """A second press may find the draft gone because the first has just booked it."""
        visit = await self._store.visit(draft_id)
        if visit is None:
            raise DraftGone()
        return visit

    async def _resume(self, visit: Visit) -> None:
        """Start a booking's work, or start it again where a crash came between; once it changed, that is over."""
        if visit.version == 1:
            await self._start(visit, None)

    async def book_again(self, visit_id: VisitId, by: Person) -> Draft:
        """A new draft with everything of a visit but its time. Raises VisitNotFound."""
        visit = await self.visit(visit_id, by)
        return await self.start_draft(by, **drafts.again(visit))
