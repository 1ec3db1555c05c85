"""Where every typed message begins: what it asks for decides which dialog goes on, begins or is left."""

from botbuilder.dialogs import ComponentDialog, Dialog, DialogContext, DialogTurnResult

from bot.understanding.reading import SURE, Intent, Reading
from cards.notice_cards import notice_card
from dialogs.answering import Answering
from dialogs.book_visit import BOOK_VISIT, BookVisitDialog, about
from dialogs.cancel_visit import CANCEL_VISIT, CancelVisitDialog, cancelling
from dialogs.clarifying import Clarifying
from dialogs.desk import Desk
from dialogs.drafting import heard
from dialogs.finding import Meant, visits_meant
from dialogs.following import Following
from dialogs.memory import Memory, doubt, remember, remembered
from dialogs.overhearing import is_late, is_thanks, terms_of
from dialogs.prompts import heard_in, words_heard
from dialogs.reschedule_visit import RESCHEDULE_VISIT, RescheduleVisitDialog, moving
from dialogs.talk import Press, Talk, talk_of
from dialogs.telling import tell_what_is_left

MAIN = "main"

_ASIDE = frozenset(
    {
        Intent.help,
        Intent.greet,
        Intent.find,
        Intent.agenda,
        Intent.free,
        Intent.settings,
        Intent.language,
        Intent.time_zone,
        Intent.handover,
        Intent.out,
        Intent.arrived,
    }
)
"""What is answered in between; then what was being asked is asked again."""


class MainDialog(ComponentDialog):  # type: ignore[misc]
    """Routes each message. ``help`` and ``stop`` work at every step; another wish takes the place of the one under way.

    Begins with None for a message, or with ``{"dialog": id, "options": ...}`` where a button starts a dialog.
    """

    def __init__(self, desk: Desk, press: Press) -> None:
        """``press`` does what a button would."""
        super().__init__(MAIN)
        self._desk = desk
        self._press = press
        self._answering = Answering(desk, press)
        self._following = Following(desk, press)
        self._clarifying = Clarifying(desk)
        for dialog in (BookVisitDialog(desk), RescheduleVisitDialog(desk), CancelVisitDialog(desk, press)):
            self.add_dialog(dialog)

    async def on_begin_dialog(self, inner_dc: DialogContext, options: object) -> DialogTurnResult:
        """Nothing is under way."""
        if isinstance(options, dict) and options.get("dialog"):
            return await inner_dc.begin_dialog(options["dialog"], options["options"])
        talk, reading = talk_of(inner_dc.context), _heard(inner_dc)
        if await self._clarifying.leaves(talk, reading):
            await talk.show(notice_card(talk.t("chat.stopped"), talk.reader))
            return await inner_dc.end_dialog()
        await tell_what_is_left(talk, reading)
        return await self._route(inner_dc, talk, self._clarifying.taken_up(talk, reading))

    async def on_continue_dialog(self, inner_dc: DialogContext) -> DialogTurnResult:
        """A question is open: the message answers it, unless it asks for something else."""
        talk, reading = talk_of(inner_dc.context), _heard(inner_dc)
        if await self._clarifying.leaves(talk, reading):
            await inner_dc.reprompt_dialog()
            return Dialog.end_of_turn
        if reading.intent is Intent.none and is_thanks(talk.text):  # the question stays open, and is not put again
            await talk.say(talk.t("chat.welcome"))
            return Dialog.end_of_turn
        await tell_what_is_left(talk, reading)
        reading = self._clarifying.taken_up(talk, reading)
        under_way = inner_dc.active_dialog.id if inner_dc.active_dialog else ""
        if reading.intent in _ASIDE and reading.is_sure:
            if await self._clarifying.asks(talk, reading):
                return Dialog.end_of_turn
            await self._answer_aside(talk, reading)
            if reading.intent is not Intent.free:  # its card is an answer itself
                await inner_dc.reprompt_dialog()
            return Dialog.end_of_turn
        if await self._stops(talk, reading, under_way):
            await inner_dc.cancel_all_dialogs()
            await self._following.stop(talk)
            return await inner_dc.end_dialog()
        if await self._turns_away(talk, reading, under_way):
            await inner_dc.cancel_all_dialogs()
            return await self._route(inner_dc, talk, reading)
        return await inner_dc.continue_dialog()

    async def _answer_aside(self, talk: Talk, reading: Reading) -> None:
        if reading.intent is Intent.arrived:
            await self._following.arrived(talk, reading)
        else:
            await self._answering.answer(talk, reading)

    async def _stops(self, talk: Talk, reading: Reading, under_way: str) -> bool:
        if under_way in (RESCHEDULE_VISIT, CANCEL_VISIT) and remembered(talk).topic is None:  # whose visit is open
            return reading.intent in (Intent.stop, Intent.no, Intent.cancel) and not reading.says_parts
        if under_way == CANCEL_VISIT:
            return False  # there, no and stop are answers
        if reading.intent is Intent.stop:
            return True
        return under_way == BOOK_VISIT and reading.intent is Intent.cancel and not reading.client_name

    async def _turns_away(self, talk: Talk, reading: Reading, under_way: str) -> bool:
        """Whether the message begins something else than what is under way."""
        if not reading.is_sure:
            return False
        if under_way == BOOK_VISIT:
            if reading.intent is Intent.book:
                return await self._following.is_about_another_client(talk, reading)
            return reading.intent in (Intent.move, Intent.cancel, Intent.undo)
        others = {Intent.book, Intent.move, Intent.cancel, Intent.undo}
        own = {RESCHEDULE_VISIT: Intent.move, CANCEL_VISIT: Intent.cancel}.get(under_way)
        return reading.intent in others and (reading.intent is not own or reading.client_name is not None)

    async def _route(self, inner_dc: DialogContext, talk: Talk, reading: Reading) -> DialogTurnResult:
        intent = reading.intent if reading.confidence >= SURE else Intent.none
        if await self._following.asks_for_a_day(talk, reading):
            reading, intent = reading.model_copy(update={"intent": Intent.agenda}), Intent.agenda
        if intent is Intent.none and is_late(talk.text) and await self._following.late(talk, reading):
            return await inner_dc.end_dialog()
        if intent in _ASIDE:
            if not await self._clarifying.asks(talk, reading):
                await self._answer_aside(talk, reading)
        elif intent is Intent.undo:
            await self._following.undo(talk)
        elif intent is Intent.stop:
            await self._following.stop(talk)
        elif await self._begins_booking(talk, reading, intent):
            return await self._book(inner_dc, talk, reading)
        elif intent is Intent.move:
            return await self._move(inner_dc, talk, reading)
        elif intent is Intent.cancel:
            return await self._cancel(inner_dc, talk, reading)
        else:
            return await self._follow(inner_dc, talk, reading)
        return await inner_dc.end_dialog()

    async def _begins_booking(self, talk: Talk, reading: Reading, intent: Intent) -> bool:
        """Whether the message begins a booking of its own; "book it for 3 pm" goes on with the draft spoken of."""
        if intent is Intent.book:
            return not await self._following.continues(talk, reading)
        return intent is Intent.none and await self._following.names_another_client(talk, reading)

    async def _book(self, inner_dc: DialogContext, talk: Talk, reading: Reading) -> DialogTurnResult:
        remember(talk, Memory(language=remembered(talk).language))
        draft = await self._desk.visits.start_draft(talk.person, client_language=self._desk.visits.clinic.language)
        draft = await self._desk.visits.keep_draft(heard(draft, reading), talk.person)
        doubt(talk, reading.questions)
        return await inner_dc.begin_dialog(BOOK_VISIT, about(draft))

    async def _move(self, inner_dc: DialogContext, talk: Talk, reading: Reading) -> DialogTurnResult:
        if await self._following.has_draft(talk) and not reading.client_name:
            return await self._follow(inner_dc, talk, reading)
        found = await self._meant(talk, reading)
        if found is None:
            return await inner_dc.end_dialog()
        return await inner_dc.begin_dialog(RESCHEDULE_VISIT, moving(found, reading))

    async def _cancel(self, inner_dc: DialogContext, talk: Talk, reading: Reading) -> DialogTurnResult:
        if await self._following.has_draft(talk) and not reading.client_name:
            await self._following.stop(talk)
            return await inner_dc.end_dialog()
        found = await self._meant(talk, reading)
        if found is None:
            return await inner_dc.end_dialog()
        return await inner_dc.begin_dialog(CANCEL_VISIT, cancelling(found, reading, terms_of(words_heard(talk))))

    async def _meant(self, talk: Talk, reading: Reading) -> Meant | None:
        """The visits meant; None where the message is asked about first, or the visit is off already and shown so."""
        if await self._clarifying.asks(talk, reading):
            return None
        found = await visits_meant(self._desk, talk, reading, remembered(talk).topic)
        if found.visit is not None and found.visit.is_cancelled:
            await self._desk.show_visit(talk, found.visit)
            return None
        return found

    async def _follow(self, inner_dc: DialogContext, talk: Talk, reading: Reading) -> DialogTurnResult:
        """What was said goes on with what is being spoken of; if nothing is, say what is possible."""
        following = await self._following.follow(talk, reading)
        if following is not None:
            return await inner_dc.begin_dialog(*following)
        return await inner_dc.end_dialog()


def _heard(inner_dc: DialogContext) -> Reading:
    return heard_in(inner_dc.context) or Reading()
