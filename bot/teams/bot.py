"""The one thing turns reach: what is typed goes to the dialogs, what is pressed to its verb."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, cast

from botbuilder.dialogs import DialogState

from bot.strings.translate import Translator
from bot.teams.answers import Answer, Say, Show
from bot.teams.talking import MEMORY, AsideTalk, TurnTalk
from bot.teams.turns import Turn, TurnKind
from bot.teams.verbs.drafts import DraftVerbs
from bot.teams.verbs.drift import DriftVerbs
from bot.teams.verbs.menu import MenuVerbs
from bot.teams.verbs.moving import MovingVerbs
from bot.teams.verbs.telling import TellingVerbs
from bot.teams.verbs.visits import VisitVerbs
from bot.understanding.context import Slots
from bot.visits.errors import DraftGone, RecipientUnreachable, SignInNeeded, VisitError, VisitNotFound
from bot.visits.ports.messages import Notifier
from cards import draft_verbs, menu_verbs, visit_verbs
from cards.menu_cards import help_card, welcome_card
from cards.menu_verbs import MenuHelp
from cards.notice_cards import error_card, notice_card
from cards.payload import MalformedPayload, VerbPayload
from cards.reader import Readers
from cards.verbs import parse
from dialogs.answering import Answering
from dialogs.conversation import Conversation
from dialogs.desk import Desk
from dialogs.main_dialog import MainDialog
from dialogs.memory import Memory, Topic, remember, remembered
from dialogs.overhearing import speaking_as
from dialogs.talk import Talk

log = logging.getLogger(__name__)

A_WORD_OR_TWO = 2

SHORT = 500
"""Characters of a message that is read between two breaths of the event loop; a longer one is read in a thread."""

Verb = Callable[[Any, Talk], Awaitable[None]]
AsksSignIn = Callable[[Turn], Awaitable[bool]]


class VisitsBot:
    """Takes part in turns. One object serves every conversation. Implements ``bot.teams.turns.Bot``."""

    def __init__(
        self, desk: Desk, readers: Readers, notifier: Notifier, *, asks_sign_in: AsksSignIn | None = None
    ) -> None:
        """``notifier`` writes to people in their own chat when they ask something in a shared one.

        ``asks_sign_in`` puts up the sign-in card where something can be done only for a person who signed in.
        """
        self._asks_sign_in = asks_sign_in
        self._desk = desk
        self._readers = readers
        self._notifier = notifier
        self._conversation = Conversation(MainDialog(desk, self.press))
        self.verbs = _verbs(desk, self._conversation, Answering(desk, self.press))

    async def on_turn(self, turn: Turn) -> Answer | None:
        """Take part in one turn."""
        if turn.kind is TurnKind.install:
            return self._welcome(turn)
        if turn.kind not in (TurnKind.message, TurnKind.verb) or turn.is_automatic:
            return None
        if not self._desk.visits.entitled(turn.person):
            return self._not_entitled(turn)
        if turn.kind is TurnKind.message:
            return await (self._hear(turn) if turn.is_personal else self._hear_aside(turn))
        return await self._pressed(turn)

    async def press(self, talk: Talk, payload: VerbPayload) -> None:
        """Do what a button does, whether it was pressed or said in words."""
        verb = self.verbs.get(type(payload))
        if verb is None:
            await talk.show(notice_card(talk.t("chat.not_yet"), talk.reader))
        else:
            await verb(payload, talk)

    # --- one's own chat ---------------------------------------------------------------------------

    async def _hear(self, turn: Turn) -> Answer | None:
        talk = await self._talk(turn)
        if turn.state.restarted is not None:
            await talk.say(talk.t("chat.restarted"))
        return await self._safely(talk, lambda: self._understand(talk, turn.text))

    async def _understand(self, talk: TurnTalk, text: str) -> None:
        memory = remembered(talk)
        about = await self._slots_of(talk, memory.topic)
        read = partial(self._desk.read, talk, text, about=about, asked=memory.asked)
        reading = read() if len(text) <= SHORT else await asyncio.to_thread(read)
        own = Translator(talk.turn.person.locale).language
        heard = own if _is_no_reason_to_switch(talk.turn, text) else reading.language
        talk.speak(heard)
        reading = speaking_as(reading, text, talk.person, self._desk.visits.clinic)
        remember(talk, memory.model_copy(update={"language": None if heard == own else heard}))
        await self._conversation.hears(talk, reading)

    async def _slots_of(self, talk: Talk, topic: Topic | None) -> Slots | None:
        """What is known of what is being spoken of, so that "half an hour later" has something to be later than."""
        if topic is None:
            return None
        try:
            if topic.kind == "draft":
                return Slots.of_draft(await self._desk.visits.draft(topic.id, talk.person))
            visit = await self._desk.visits.visit(topic.id, talk.person)
        except (DraftGone, VisitNotFound):
            return None
        return Slots.of_visit(topic.as_proposed(visit), talk.person.time_zone)

    async def _pressed(self, turn: Turn) -> Answer | None:
        try:
            payload = parse(turn.data)
        except MalformedPayload:
            log.info("verb.malformed", extra={"conversation_id": turn.conversation_id})
            return Say(turn.t("error.malformed"))
        if not turn.is_personal:
            return await self._pressed_aside(turn, payload)
        talk = await self._talk(turn)
        return await self._safely(talk, lambda: self.press(talk, payload))

    async def _safely(self, talk: TurnTalk, act: Callable[[], Awaitable[None]]) -> Answer | None:
        """Act; what the domain objects to is told, and what was under way is left, so that nobody is stuck in it."""
        try:
            await act()
        except VisitError as error:
            log.info("turn.objection", extra={"code": error.code})
            await talk.dialogs.set(talk.context, DialogState())
            remember(talk, Memory(language=remembered(talk).language))
            talk.answer = None
            if isinstance(error, SignInNeeded) and self._asks_sign_in and await self._asks_sign_in(talk.turn):
                return None
            await talk.show(error_card(error.code, talk.reader, **error.facts))
        return talk.answer

    async def _talk(self, turn: Turn) -> TurnTalk:
        accessor = turn.state.conversation.create_property(MEMORY)
        memory = cast(dict[str, Any], await accessor.get(turn.context, dict))
        talk = TurnTalk(turn, self._readers, memory)
        language = remembered(talk).language
        if language is not None:
            talk.speak(language)
        return talk

    # --- chats that others read ------------------------------------------------------------------

    async def _hear_aside(self, turn: Turn) -> Answer | None:
        aside = AsideTalk(turn, self._readers, self._notifier)
        return await self._aside(turn, aside, lambda: self._understand(aside, turn.text))

    async def _pressed_aside(self, turn: Turn, payload: VerbPayload) -> Answer | None:
        if isinstance(payload, MenuHelp):
            return _shown(help_card(self._readers.at_clinic(), now=turn.now))
        aside = AsideTalk(turn, self._readers, self._notifier)
        return await self._aside(turn, aside, lambda: self.press(aside, payload))

    async def _aside(self, turn: Turn, aside: AsideTalk, act: Callable[[], Awaitable[None]]) -> Answer | None:
        """Answer in the person's own chat; here only that it was done. Nothing of a client is shown to others."""
        t = self._readers.at_clinic().t
        try:
            await self._safely(aside, act)
        except RecipientUnreachable:
            return Say(t("chat.cannot_write_to_you"))
        return Say(t("chat.written_to_you"))

    # --- others -----------------------------------------------------------------------------------

    def _welcome(self, turn: Turn) -> Answer:
        reader = self._readers.of(turn.person) if turn.is_personal else self._readers.at_clinic()
        return _shown(welcome_card(reader))

    def _not_entitled(self, turn: Turn) -> Answer:
        """A polite word on who can help; no data, and no buttons that would only be refused."""
        reader = self._readers.of(turn.person)
        words = reader.t("error.not_entitled", clinic=reader.clinic.name)
        return Say(words)


def _is_no_reason_to_switch(turn: Turn, text: str) -> bool:
    """Whether a word or two are answered in the language the person chose, though they are of the other."""
    return turn.preferences.language is not None and len(text.split()) <= A_WORD_OR_TWO


def _shown(card: Any) -> Show:
    return Show(card.content, card.summary)


def _verbs(desk: Desk, conversation: Conversation, answering: Answering) -> Mapping[type[VerbPayload], Verb]:
    """What each payload reaches."""
    drafts = DraftVerbs(desk, conversation)
    telling = TellingVerbs(desk)
    visits = VisitVerbs(desk, conversation, telling)
    moving = MovingVerbs(desk, conversation)
    menu = MenuVerbs(desk, conversation, answering)
    drift = DriftVerbs(desk)
    return {
        menu_verbs.MenuBook: menu.book,
        menu_verbs.MenuToday: menu.today,
        menu_verbs.MenuHelp: menu.help,
        menu_verbs.AnswerQuestion: menu.answer,
        menu_verbs.ListPage: menu.page,
        menu_verbs.ShowSettings: menu.show_settings,
        menu_verbs.SaveSettings: menu.save_settings,
        draft_verbs.CheckTimes: drafts.check_times,
        draft_verbs.SubmitForm: drafts.submit,
        draft_verbs.PickSlot: drafts.pick_slot,
        draft_verbs.BookDraft: drafts.book,
        draft_verbs.BookAnyway: drafts.book_anyway,
        draft_verbs.ChangeDraft: drafts.change,
        draft_verbs.DiscardDraft: drafts.discard,
        draft_verbs.TryAgain: drafts.try_again,
        draft_verbs.AnswerDraft: drafts.answer,
        visit_verbs.ShowVisit: visits.show,
        visit_verbs.ChooseVisit: visits.choose,
        visit_verbs.RescheduleVisit: moving.reschedule,
        visit_verbs.OtherTimes: moving.other_times,
        visit_verbs.PickTime: moving.pick_time,
        visit_verbs.MoveVisit: moving.move,
        visit_verbs.MoveAnyway: moving.move_anyway,
        visit_verbs.CancelVisit: visits.cancel,
        visit_verbs.ConfirmCancel: visits.confirm_cancel,
        visit_verbs.KeepVisit: visits.keep,
        visit_verbs.UndoChange: visits.undo,
        visit_verbs.UndoAnyway: visits.undo_anyway,
        visit_verbs.BookAgain: visits.book_again,
        visit_verbs.ResendEffect: telling.resend,
        visit_verbs.LeaveEffect: telling.leave,
        visit_verbs.RunningLate: telling.running_late,
        visit_verbs.SendReminderSms: telling.send_reminder,
        visit_verbs.MarkArrived: telling.arrived,
        visit_verbs.AdoptDrift: drift.adopt,
        visit_verbs.PutBackDrift: drift.put_back,
        visit_verbs.IgnoreDrift: drift.ignore,
    }
