"""What the buttons of a visit's cards do: show it, choose it, call it off, take a change back, book it again."""

from datetime import timedelta

from bot.teams.verbs.on_card import active, current, length_on
from bot.teams.verbs.telling import TellingVerbs
from bot.understanding.reading import Intent, Reading
from bot.visits.errors import (
    NothingToUndo,
    SlotTaken,
    UndoTellsClient,
    VisitChanged,
)
from bot.visits.models.visit import Visit
from cards.change_cards import undo_card
from cards.payload import typed_reason
from cards.visit_verbs import (
    BookAgain,
    CancelVisit,
    ChooseVisit,
    ConfirmCancel,
    KeepVisit,
    ShowVisit,
    UndoAnyway,
    UndoChange,
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

    def __init__(self, desk: Desk, conversation: Conversation, telling: TellingVerbs) -> None:
        """``conversation`` goes on asking where a press leaves something open."""
        self._desk = desk
        self._conversation = conversation
        self._telling = telling

    async def show(self, press: ShowVisit, talk: Talk) -> None:
        """Show the visit as it stands, below the card pressed."""
        talk.keep_card()
        await self._desk.show_visit(talk, await self._desk.visits.visit(press.visit_id, talk.person))

    async def choose(self, press: ChooseVisit, talk: Talk) -> None:
        """Go on with the visit chosen and what was wanted of it."""
        visit = await current(self._desk, press, talk)
        if visit is None:
            return
        if press.intent == "move":
            later = timedelta(minutes=press.later) if press.later is not None else None
            reading = Reading(intent=Intent.move, day=press.day, at=press.at, duration=length_on(press), shift=later)
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
            await self._telling.tell_late(visit, talk)
        elif press.intent == "arrived":
            await self._telling.note_arrival(visit, talk)
        else:
            await self._desk.show_visit(talk, visit)

    # --- cancelling -------------------------------------------------------------------------------

    async def cancel(self, press: CancelVisit, talk: Talk) -> None:
        """Ask whether it is to be cancelled."""
        if press.below:
            talk.keep_card()
        visit = await active(self._desk, press, talk)
        if visit is not None:
            await self._conversation.begin(talk, CANCEL_VISIT, cancelling(Meant((visit,)), Reading()))

    async def confirm_cancel(self, press: ConfirmCancel, talk: Talk) -> None:
        """Cancel the visit."""
        visit = await current(self._desk, press, talk)
        if visit is None:
            return
        await self._conversation.leave(talk)
        tell = press.inputs.tell_client is not False
        reason = typed_reason(press.inputs.reason)
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
