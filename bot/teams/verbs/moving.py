"""What the buttons do with which a visit is moved."""

from bot.teams.verbs.on_card import active, length_on
from bot.understanding.reading import Reading
from bot.visits.errors import CalendarUnreadable, SlotTaken, VisitChanged
from bot.visits.models.objections import Override
from bot.visits.models.visit import Visit
from cards.payload import typed_day, typed_reason
from cards.slot_card import slot_card
from cards.visit_verbs import MoveAnyway, MoveVisit, OtherTimes, PickTime, RescheduleVisit
from dialogs.conversation import Conversation
from dialogs.desk import Desk
from dialogs.finding import Meant
from dialogs.memory import Topic
from dialogs.reschedule_visit import RESCHEDULE_VISIT, moving
from dialogs.talk import Talk


class MovingVerbs:
    """One method a verb. A card that shows a superseded version answers with the present one and does nothing else."""

    def __init__(self, desk: Desk, conversation: Conversation) -> None:
        """``conversation`` goes on asking where a press leaves something open."""
        self._desk = desk
        self._conversation = conversation

    async def reschedule(self, press: RescheduleVisit, talk: Talk) -> None:
        """Offer the nearest free times."""
        if press.below:
            talk.keep_card()
        visit = await active(self._desk, press, talk)
        if visit is not None:
            await self._conversation.begin(talk, RESCHEDULE_VISIT, moving(Meant((visit,)), Reading()))

    async def other_times(self, press: OtherTimes, talk: Talk) -> None:
        """Offer the free times of the day typed, or those earlier or later than the ones on the card."""
        visit = await active(self._desk, press, talk)
        if visit is None:
            return
        day = press.day or typed_day(press.inputs.day)
        try:
            if press.toward is None or press.edge is None:
                free = await self._desk.visits.free_for(visit.id, talk.person, day=day)
            elif press.toward == "earlier":
                day, free = None, await self._desk.visits.free_for(visit.id, talk.person, before=press.edge)
            else:
                day, free = None, await self._desk.visits.free_for(visit.id, talk.person, after=press.edge)
        except CalendarUnreadable:
            await self._desk.show_times(talk, visit)
            return
        await self._desk.show_about(
            talk, slot_card(visit, free, talk.reader, day=day), Topic(kind="visit", id=visit.id)
        )

    async def pick_time(self, press: PickTime, talk: Talk) -> None:
        """Read the move back, for one confirmation."""
        visit = await active(self._desk, press, talk)
        if visit is not None:
            await self._conversation.leave(talk)
            await self._desk.show_move(talk, visit, press.starts_at, length_on(press))

    async def move(self, press: MoveVisit, talk: Talk) -> None:
        """Move the visit."""
        visit = await active(self._desk, press, talk)
        if visit is not None:
            await self._move(visit, press, talk, override=None)

    async def move_anyway(self, press: MoveAnyway, talk: Talk) -> None:
        """Move the visit against the objections that the card showed, once a reason is given."""
        visit = await active(self._desk, press, talk)
        if visit is None:
            return
        reason = typed_reason(press.inputs.reason)
        if reason:
            override = Override(reason=reason, seen=frozenset(press.seen))
            await self._move(visit, press, talk, override=override)
        else:
            error = talk.t("confirm.reason_missing")
            await self._desk.show_move(talk, visit, press.starts_at, length_on(press), reason_error=error)

    async def _move(
        self, visit: Visit, press: MoveVisit | MoveAnyway, talk: Talk, *, override: Override | None
    ) -> None:
        length = length_on(press) or visit.duration
        await self._conversation.leave(talk)
        moved = visit.model_copy(update={"starts_at": press.starts_at, "duration": length})
        message_id = await self._desk.show_working(talk, moved)
        try:
            stored = await self._desk.visits.reschedule(
                visit.id, visit.version, press.starts_at, talk.person, override=override, duration=length
            )
        except SlotTaken as taken:
            await self._desk.show_move(talk, visit, press.starts_at, length, verdict=taken.verdict)
        except CalendarUnreadable:
            await self._desk.show_move(talk, visit, press.starts_at, length, unread=True)
        except VisitChanged as changed:
            await self._desk.show_visit(talk, changed.visit, note=talk.t("visit_card.changed"))
        else:
            await self._desk.goes_on(talk, stored, message_id)
