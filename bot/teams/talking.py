"""A turn as dialogs and verbs see it: words and cards go where the person looks."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from botbuilder.core import StatePropertyAccessor, TurnContext

from bot.strings.translate import Translator
from bot.teams.answers import Show
from bot.teams.turns import Turn, TurnKind
from bot.visits.errors import MessageGone
from bot.visits.models.people import Preferences
from bot.visits.ports.messages import Notifier
from cards.elements import Card, card, text
from cards.reader import Readers
from dialogs.talk import TALK

MEMORY = "memory"


class TurnTalk:
    """The talk of a turn in a person's own chat. Implements ``dialogs.talk.Talk``.

    In a press's turn the first card shown takes the place of the one pressed; it is handed to the edge as the answer.
    """

    is_aside = False

    def __init__(self, turn: Turn, readers: Readers, memory: dict[str, Any], *, language: str | None = None) -> None:
        """``language``: what the person writes in, where that is not their own language."""
        self.turn = turn
        self.memory = memory
        self.answer: Show | None = None
        """What the turn ends with, once something was shown in the place of the card pressed."""
        self._readers = readers
        self._is_press = turn.kind is TurnKind.verb
        self._spot = turn.card_message_id if self._is_press else ""
        self._has_spoken = False
        self.context: TurnContext = turn.context
        self.context.turn_state[TALK] = self
        self.dialogs: StatePropertyAccessor = turn.dialogs
        self.person = turn.person
        self.reader = readers.of(turn.person)
        if language is not None:
            self.speak(language)

    @property
    def t(self) -> Translator:
        """Words for this person."""
        return self.reader.t

    @property
    def text(self) -> str:
        """What was typed; empty in a press's turn."""
        return "" if self.turn.kind is TurnKind.verb else self.turn.text

    @property
    def now(self) -> datetime:
        """When the turn began."""
        return self.turn.now

    @property
    def conversation_id(self) -> str:
        """Which chat this is."""
        return self.turn.conversation_id

    def speak(self, language: str) -> None:
        """Answer in this language from now on."""
        if language != self.reader.t.language:
            self.person = self.person.model_copy(update={"locale": language})
            self.reader = self._readers.of(self.person)

    def prefer(self, preferences: Preferences) -> None:
        """From now on answer in what the person has just chosen."""
        self.person = self.person.model_copy(
            update={
                "locale": preferences.language or self.turn.reference.locale,
                "time_zone": preferences.time_zone or self.reader.clinic.time_zone,
            }
        )
        self.reader = self._readers.of(self.person)

    def keep_card(self) -> None:
        """Leave the card pressed as it is: what is shown from now on comes below it."""
        self._spot = ""
        self._is_press = False

    async def say(self, text: str) -> None:
        """Send words."""
        await self.turn.say(text)

    async def show(self, card: Card) -> str:
        """Put up a card: in the place of the card pressed or held, else as a new message."""
        if self._is_press and self.answer is None:
            self.answer = Show(card.content, card.summary)
            return self._spot
        if not self._is_press and self._spot:
            spot, self._spot = self._spot, ""
            await self.edit(spot, card)
            return spot
        return await self.turn.post(card.content, summary=card.summary)

    async def at_once(self, card: Card) -> str:
        """Put up a card now, before anything slow; the next ``show`` takes its place."""
        if self._is_press:
            await self.turn.show_now(card.content, summary=card.summary)
        else:
            self._spot = await self.turn.post(card.content, summary=card.summary)
        return self._spot

    async def edit(self, activity_id: str, card: Card) -> None:
        """Replace an earlier message of this chat; one that is gone is no error."""
        with suppress(MessageGone):
            await self.turn.edit(activity_id, card.content, summary=card.summary)


class AsideTalk(TurnTalk):
    """The talk of a turn in a shared chat: everything goes to the person's own chat, since others read along."""

    is_aside = True

    def __init__(self, turn: Turn, readers: Readers, notifier: Notifier) -> None:
        """What is asked here is answered by the buttons of the cards: the other chat's dialogs are left alone."""
        super().__init__(turn, readers, {})
        self.dialogs = _NothingKept()
        self._notifier = notifier
        self._chat = turn.conversation_id
        self.keep_card()

    @property
    def conversation_id(self) -> str:
        """The person's own chat, once something was written there."""
        return self._chat

    async def say(self, text_: str) -> None:
        """Send words, as a card: the notifier posts nothing else."""
        await self.show(card(text_, [text(text_)], language=self.t.language))

    async def show(self, card: Card) -> str:
        """Post a card in the person's own chat. Raises RecipientUnreachable."""
        message = await self._notifier.post(self.person.id, card.content, summary=card.summary)
        self._chat = message.conversation_id
        return message.activity_id

    async def at_once(self, card: Card) -> str:
        """The same: nothing is waiting for it here."""
        return await self.show(card)

    async def edit(self, activity_id: str, card: Card) -> None:
        """Messages of the other chat are left as they are."""


class _NothingKept(StatePropertyAccessor):  # type: ignore[misc]
    """Dialog state for this turn alone."""

    def __init__(self) -> None:
        self._state: object = None

    async def get(self, turn_context: TurnContext, default_value_or_factory: object = None) -> object:
        if self._state is None and callable(default_value_or_factory):
            self._state = default_value_or_factory()
        return self._state

    async def set(self, turn_context: TurnContext, value: object) -> None:
        self._state = value

    async def delete(self, turn_context: TurnContext) -> None:
        self._state = None
