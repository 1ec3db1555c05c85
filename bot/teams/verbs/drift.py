"""What the buttons of "the calendar says something else" do."""

from bot.visits.errors import SlotTaken, VisitChanged
from bot.visits.models.visit import Visit
from bot.visits.ports.drift import CalendarDrift, DriftAnswer, seen_of
from cards.notice_cards import drift_card
from cards.visit_verbs import (
    AdoptDrift,
    DriftVerb,
    IgnoreDrift,
    PutBackDrift,
)
from dialogs.desk import Desk
from dialogs.talk import Talk


class DriftVerbs:
    """One method a verb. Each looks at the calendar first: what the card saw may no longer be so."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def adopt(self, press: AdoptDrift, talk: Talk) -> None:
        """Take over what the calendar says: the new time, or that the visit is off."""
        found = await self._still_so(press, talk)
        if found is None:
            return
        visit, drift = found
        if drift.kind == "deleted":
            stored = await self._desk.visits.cancel(visit.id, visit.version, talk.person)
        else:
            try:
                stored = await self._desk.visits.adopt(visit.id, visit.version, drift, talk.person)
            except SlotTaken as taken:
                await self._desk.show_move(
                    talk, visit, drift.starts_at or visit.starts_at, drift.duration, verdict=taken.verdict
                )
                return
            except VisitChanged as changed:
                await self._desk.show_visit(talk, changed.visit, note=talk.t("visit_card.changed"))
                return
        await self._answered(visit, press, "adopted")
        await self._desk.show_visit(talk, stored)

    async def put_back(self, press: PutBackDrift, talk: Talk) -> None:
        """Bring the calendar back to what was agreed."""
        found = await self._still_so(press, talk)
        if found is None:
            return
        visit, drift = found
        try:
            stored = await self._desk.visits.put_back(visit.id, visit.version, drift, talk.person)
        except VisitChanged as changed:
            await self._desk.show_visit(talk, changed.visit, note=talk.t("visit_card.changed"))
            return
        await self._answered(visit, press, "put_back")
        await self._desk.show_visit(talk, stored, note=talk.t("drift.put_back_done"))

    async def ignore(self, press: IgnoreDrift, talk: Talk) -> None:
        """Leave both as they are, and do not ask about this again."""
        visit = await self._desk.visits.visit(press.visit_id, talk.person)
        await self._answered(visit, press, "ignored")
        await self._desk.show_visit(talk, visit, note=talk.t("drift.ignored"))

    async def _still_so(self, press: DriftVerb, talk: Talk) -> tuple[Visit, CalendarDrift] | None:
        """The visit and the difference, if both are what the card showed. Otherwise what is so now is shown."""
        visit = await self._desk.visits.visit(press.visit_id, talk.person)
        if visit.version != press.version or visit.is_cancelled:
            await self._desk.show_visit(talk, visit, note=talk.t("visit_card.changed"))
            return None
        drift = await self._desk.drifts.drift_now(visit)
        if drift is None:
            await self._desk.show_visit(talk, visit, note=talk.t("drift.settled"))
            return None
        if seen_of(drift) != press.seen:
            await talk.show(drift_card(visit, drift.starts_at, talk.reader, seen=seen_of(drift)))
            return None
        return visit, drift

    async def _answered(self, visit: Visit, press: DriftVerb, answer: DriftAnswer) -> None:
        await self._desk.drifts.answered(visit, press.seen, answer)
