"""What the buttons of a visit's cards do."""

from datetime import timedelta

from bot.understanding.reading import Intent, Reading
from bot.visits.errors import (
    CalendarUnreadable,
    NothingToUndo,
    SlotTaken,
    UndoTellsClient,
    VisitChanged,
    VisitOver,
)
from bot.visits.models.objections import Override
from bot.visits.models.visit import Visit
from cards.change_cards import undo_card
from cards.notice_cards import reminder_card
from cards.payload import typed_day
from cards.slot_card import slot_card
from cards.visit_verbs import (
    BookAgain,
    CancelVisit,
    ChooseVisit,
    ConfirmCancel,
    EffectVerb,
    KeepVisit,
    LeaveEffect,
    MarkArrived,
    MoveAnyway,
    MoveVisit,
    OtherTimes,
    PickTime,
    RescheduleVisit,
    ResendEffect,
    RunningLate,
    SendReminderSms,
    ShowVisit,
    UndoAnyway,
    UndoChange,
    VisitVerb,
)
from dialogs.cancel_visit import CANCEL_VISIT, cancelling
from dialogs.conversation import Conversation
from dialogs.desk import Desk
from dialogs.finding import Meant
from dialogs.memory import Topic
from dialogs.reschedule_visit import RESCHEDULE_VISIT, moving, new_time, says_when
from dialogs.talk import Talk


class VisitVerbs:
    """One method a verb. A card that shows a superseded version answers with the present one and does nothing else."""

    def __init__(self, desk: Desk, conversation: Conversation) -> None:
        """``conversation`` goes on asking where a press leaves something open."""
        self._desk = desk
        self._conversation = conversation

    async def show(self, press: ShowVisit, talk: Talk) -> None:
        """Show the visit as it stands, below the card pressed."""
        talk.keep_card()
        await self._desk.show_visit(talk, await self._desk.visits.visit(press.visit_id, talk.person))

    async def choose(self, press: ChooseVisit, talk: Talk) -> None:
        """Go on with the visit chosen and what was wanted of it."""
        visit = await self._current(press, talk)
        if visit is None:
            return
        if press.intent == "move":
            later = timedelta(minutes=press.later) if press.later is not None else None
            reading = Reading(intent=Intent.move, day=press.day, at=press.at, duration=_length(press), shift=later)
            if says_when(reading):
                starts_at, duration = new_time(visit, reading, talk.person.time_zone)
                await self._conversation.leave(talk)
                await self._desk.show_move(talk, visit, starts_at, duration)
            else:
                await self._conversation.begin(talk, RESCHEDULE_VISIT, moving(Meant((visit,)), Reading()))
        elif press.intent == "cancel":
            await self._conversation.begin(talk, CANCEL_VISIT, cancelling(Meant((visit,)), Reading()))
        elif press.intent == "book_again":
            await self._book_again(visit, talk)
        elif press.intent == "running_late":
            await self._running_late(visit, talk)
        elif press.intent == "arrived":
            await self._arrived(visit, talk)
        else:
            await self._desk.show_visit(talk, visit)

    # --- moving -----------------------------------------------------------------------------------

    async def reschedule(self, press: RescheduleVisit, talk: Talk) -> None:
        """Offer the nearest free times."""
        if press.below:
            talk.keep_card()
        visit = await self._active(press, talk)
        if visit is not None:
            await self._conversation.begin(talk, RESCHEDULE_VISIT, moving(Meant((visit,)), Reading()))

    async def other_times(self, press: OtherTimes, talk: Talk) -> None:
        """Offer the free times of the day typed, or those earlier or later than the ones on the card."""
        visit = await self._active(press, talk)
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
        visit = await self._active(press, talk)
        if visit is not None:
            await self._conversation.leave(talk)
            await self._desk.show_move(talk, visit, press.starts_at, _length(press))

    async def move(self, press: MoveVisit, talk: Talk) -> None:
        """Move the visit."""
        visit = await self._active(press, talk)
        if visit is not None:
            await self._move(visit, press, talk, override=None)

    async def move_anyway(self, press: MoveAnyway, talk: Talk) -> None:
        """Move the visit against the objections that the card showed, once a reason is given."""
        visit = await self._active(press, talk)
        if visit is None:
            return
        reason = " ".join(press.inputs.reason.split())[:300]
        if reason:
            override = Override(reason=reason, seen=frozenset(press.seen))
            await self._move(visit, press, talk, override=override)
        else:
            error = talk.t("confirm.reason_missing")
            await self._desk.show_move(talk, visit, press.starts_at, _length(press), reason_error=error)

    async def _move(
        self, visit: Visit, press: MoveVisit | MoveAnyway, talk: Talk, *, override: Override | None
    ) -> None:
        length = _length(press) or visit.duration
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

    # --- cancelling -------------------------------------------------------------------------------

    async def cancel(self, press: CancelVisit, talk: Talk) -> None:
        """Ask whether it is to be cancelled."""
        if press.below:
            talk.keep_card()
        visit = await self._active(press, talk)
        if visit is not None:
            await self._conversation.begin(talk, CANCEL_VISIT, cancelling(Meant((visit,)), Reading()))

    async def confirm_cancel(self, press: ConfirmCancel, talk: Talk) -> None:
        """Cancel the visit."""
        visit = await self._current(press, talk)
        if visit is None:
            return
        await self._conversation.leave(talk)
        tell = press.inputs.tell_client is not False
        reason = " ".join(press.inputs.reason.split())[:300]
        going = visit.model_copy(update={"cancelled_at": talk.now, "cancel_reason": reason or None})
        message_id = await self._desk.show_working(talk, going)
        try:
            stored = await self._desk.visits.cancel(
                visit.id, visit.version, talk.person, reason=reason, tell_client=tell
            )
        except VisitChanged as changed:
            await self._desk.show_visit(talk, changed.visit, note=talk.t("visit_card.changed"))
        else:
            await self._desk.goes_on(talk, stored, message_id)

    async def keep(self, press: KeepVisit, talk: Talk) -> None:
        """Leave the visit as it is: back to its card."""
        await self._conversation.leave(talk)
        visit = await self._desk.visits.visit(press.visit_id, talk.person)
        note = "visit_card.kept" if visit.version == press.version else "visit_card.changed"
        await self._desk.show_visit(talk, visit, note=talk.t(note))

    # --- taking back, and again -------------------------------------------------------------------

    async def undo(self, press: UndoChange, talk: Talk) -> None:
        """Take the latest change back; where the client was told already, ask first."""
        await self._undo(press, talk, correcting=False)

    async def undo_anyway(self, press: UndoAnyway, talk: Talk) -> None:
        """Take the latest change back although the client is told of the correction."""
        await self._undo(press, talk, correcting=True)

    async def _undo(self, press: UndoChange | UndoAnyway, talk: Talk, *, correcting: bool) -> None:
        await self._conversation.leave(talk)
        try:
            visit = await self._desk.visits.undo(press.visit_id, press.version, talk.person, correcting=correcting)
        except UndoTellsClient as told:
            topic = Topic(kind="visit", id=told.visit.id)
            await self._desk.show_about(talk, undo_card(told.visit, told.back, talk.reader), topic)
        except NothingToUndo as refused:
            visit = await self._desk.visits.visit(press.visit_id, talk.person)
            reason = str(refused.facts.get("reason", refused.code))
            await self._desk.show_visit(talk, visit, note=talk.t(f"error.{reason}"))
        except SlotTaken as taken:
            visit = await self._desk.visits.visit(press.visit_id, talk.person)
            await self._desk.show_visit(talk, visit, note=talk.t(f"error.{taken.code}"))
        else:
            await self._desk.show_visit(talk, visit, note=talk.t("undo.done"))

    async def book_again(self, press: BookAgain, talk: Talk) -> None:
        """Open a new draft with everything of this visit but its time, below its card."""
        await self._book_again(await self._desk.visits.visit(press.visit_id, talk.person), talk)

    async def _book_again(self, visit: Visit, talk: Talk) -> None:
        talk.keep_card()
        draft = await self._desk.visits.book_again(visit.id, talk.person)
        await self._conversation.go_on(talk, draft)

    # --- effects and reminders --------------------------------------------------------------------

    async def resend(self, press: ResendEffect, talk: Talk) -> None:
        """Send an effect again whose outcome is unknown."""
        visit = await self._desk.visits.visit(press.visit_id, talk.person)
        resent = await self._desk.work.resend(visit.id, press.effect_key, begun=press.begun, by=talk.person)
        await self._desk.show_visit(talk, visit, note=None if resent else _moved_on(press, talk))

    async def leave(self, press: LeaveEffect, talk: Talk) -> None:
        """Leave an effect whose outcome is unknown as it is."""
        visit = await self._desk.visits.visit(press.visit_id, talk.person)
        left = await self._desk.work.leave(visit.id, press.effect_key, begun=press.begun, by=talk.person)
        await self._desk.show_visit(talk, visit, note=None if left else _moved_on(press, talk))

    async def running_late(self, press: RunningLate, talk: Talk) -> None:
        """Tell the desk, and the client who has an e-mail address."""
        visit = await self._active(press, talk)
        if visit is not None:
            await self._running_late(visit, talk)

    async def _running_late(self, visit: Visit, talk: Talk) -> None:
        try:
            told = await self._desk.work.running_late(visit, by=talk.person)
        except VisitOver:
            await self._desk.show_visit(talk, visit, note=talk.t("reminder.late_over"))
        else:
            await talk.show(reminder_card(visit, talk.reader, late_told=told))

    async def arrived(self, press: MarkArrived, talk: Talk) -> None:
        """Note by hand that the client is there."""
        visit = await self._active(press, talk)
        if visit is not None:
            await self._arrived(visit, talk)

    async def _arrived(self, visit: Visit, talk: Talk) -> None:
        if self._desk.presences is not None:
            await self._desk.presences.mark_arrived(visit, by=talk.person)
        await self._desk.show_visit(talk, visit, note=talk.t("arrival.marked"))

    async def send_reminder(self, press: SendReminderSms, talk: Talk) -> None:
        """Text the client a reminder now."""
        visit = await self._active(press, talk)
        if visit is not None:
            await self._desk.work.send_reminder(visit, by=talk.person)
            await self._desk.show_visit(talk, visit)

    # --- inside -----------------------------------------------------------------------------------

    async def _current(self, press: VisitVerb, talk: Talk) -> Visit | None:
        """The visit if it is the version on the card. Otherwise it is shown as it stands, and nothing else is done."""
        visit = await self._desk.visits.visit(press.visit_id, talk.person)
        if visit.version == press.version:
            return visit
        await self._desk.show_visit(talk, visit, note=talk.t("visit_card.changed"))
        return None

    async def _active(self, press: VisitVerb, talk: Talk) -> Visit | None:
        """The same for what only a visit that still takes place can do."""
        visit = await self._current(press, talk)
        if visit is not None and visit.is_cancelled:
            await self._desk.show_visit(talk, visit)
            return None
        return visit


def _moved_on(press: EffectVerb, talk: Talk) -> str:
    """Why a decision about an effect was not taken: a copy of a press, or a card of before."""
    return talk.t("visit_card.changed" if press.begun is None else "visit_card.moved_on")


def _length(press: PickTime | MoveVisit | MoveAnyway | ChooseVisit) -> timedelta | None:
    """The new length on the card, where it is not the visit's own."""
    return timedelta(minutes=press.minutes) if press.minutes else None
