"""One turn: who said or pressed what, where, and the ways to answer.

A bot is an object with ``async def on_turn(turn: Turn) -> Answer | None``. What it returns is put where it belongs:

- something typed: ``Show`` posts a card, ``Say`` posts a text;
- a button pressed, whichever way it arrived: ``Show`` takes the place of the pressed card, ``Say`` is a toast where
  the client can show one, else a message;
- None: the bot has posted what it wanted through the turn, or wants nothing said.

A ``VisitError`` that leaves ``on_turn`` is told in its own words; any other exception is logged and told plainly.
Dialog state that the turn changed through ``turn.dialogs`` or ``turn.state`` is saved after ``on_turn`` returned
without an exception.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from botbuilder.core import ConversationState, StatePropertyAccessor, TurnContext

from bot.strings.translate import Translator
from bot.teams.answers import Answer, Card, Show, card_message, summary_of, text_message
from bot.teams.ports import ConversationType, Reference
from bot.visits.models.people import Person, Preferences
from bot.visits.ports.messages import MessageRef


class TurnKind(StrEnum):
    """What arrived."""

    message = "message"  # words: ``text``
    verb = "verb"  # a button pressed: ``verb`` and ``data``
    invoke = "invoke"  # any other invoke, by ``name`` with ``value``: never reaches ``Bot.on_turn``
    install = "install"  # the app came into this conversation; reaches the bot once per conversation
    signed_in = "signed_in"  # the person's sign-in token has just been exchanged
    event = "event"  # anything else, by ``name``


class Bot(Protocol):
    """What talks with people. One object serves every conversation: it keeps nothing of a turn."""

    async def on_turn(self, turn: "Turn") -> Answer | None:
        """Take part in one turn.

        Called anew for one activity where its state was changed meanwhile and nothing was said yet: what it does has
        keys of its own.
        """
        ...


class Outbox(Protocol):
    """Sends for a turn, in order; raises MessageGone, RecipientUnreachable, ChatBusy or OutcomeUnknown."""

    async def send(self, reference: Reference, activity: Mapping[str, Any]) -> str:
        """Post an activity; returns its id ("" where Teams named none)."""
        ...

    async def update(self, reference: Reference, activity_id: str, activity: Mapping[str, Any]) -> None:
        """Replace one of the bot's own messages."""
        ...

    async def delete(self, reference: Reference, activity_id: str) -> None:
        """Delete one of the bot's own messages; one that is gone is fine."""
        ...


class TurnState(Protocol):
    """The conversation's bot state in this turn. Loaded on first use."""

    conversation: ConversationState
    dialogs: StatePropertyAccessor
    """Where a DialogSet keeps its stack."""

    @property
    def restarted(self) -> str | None:
        """Why a dialog that was under way is gone: "expired", "new_version" or "refused". Known once state was read."""
        ...


class Turn:
    """Everything about one inbound activity, and the ways to answer it."""

    def __init__(
        self,
        *,
        kind: TurnKind,
        activity: Mapping[str, Any],
        context: TurnContext,
        reference: Reference,
        person: Person,
        preferences: Preferences,
        state: TurnState,
        outbox: Outbox,
        show_now: "Callable[[Turn, Show], Awaitable[None]]",
        text: str = "",
        verb: str = "",
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Made by the edge, never by a bot."""
        self.kind = kind
        self.activity = activity
        """The activity as it came, camelCase JSON."""
        self.context = context
        """The same turn for the dialogs SDK."""
        self.reference = reference
        self.person = person
        self.preferences = preferences
        self.state = state
        self.text = text
        """What was typed, without mentions of the bot and without markup."""
        self.verb = verb
        """The verb of the pressed button, however it arrived; may be empty for a foreign card."""
        self.data: Mapping[str, Any] = data if data is not None else {}
        """The pressed button's data with the card's inputs merged in, and its verb. Hostile until checked."""
        self.t = Translator(person.locale)
        self._outbox = outbox
        self._show_now = show_now
        self._posted: list[str] = []

    @property
    def id(self) -> str:
        """The activity's id; the same for every delivery of it. Empty where the channel sent none."""
        return str(self.activity.get("id") or "")

    @property
    def name(self) -> str:
        """The name of an invoke or event."""
        return str(self.activity.get("name") or "")

    @property
    def value(self) -> Any:
        """The activity's raw value."""
        return self.activity.get("value")

    @property
    def now(self) -> datetime:
        """When the turn began, by our clock."""
        return self.reference.seen_at

    @property
    def conversation_id(self) -> str:
        """Where the turn happens."""
        return self.reference.conversation_id

    @property
    def tenant_id(self) -> str:
        """Whose organisation it is."""
        return self.reference.tenant_id

    @property
    def conversation_type(self) -> ConversationType:
        """Personal, group chat or channel."""
        return self.reference.conversation_type

    @property
    def is_personal(self) -> bool:
        """Whether nobody else reads along: details of visits are shown nowhere else."""
        return self.conversation_type is ConversationType.personal

    @property
    def is_automatic(self) -> bool:
        """Whether a client pressed by itself to refresh a card: answer by reading only."""
        return isinstance(self.value, Mapping) and self.value.get("trigger") == "automatic"

    @property
    def card_message_id(self) -> str:
        """The message that holds the pressed card, to remember or edit it; empty where unknown."""
        return str(self.activity.get("replyToId") or "") if self.kind is TurnKind.verb else ""

    @property
    def dialogs(self) -> StatePropertyAccessor:
        """Where a DialogSet keeps its stack: ``DialogSet(turn.dialogs)``."""
        return self.state.dialogs

    @property
    def has_signed_in(self) -> bool:
        """Whether this turn brought the person's sign-in."""
        return self.kind is TurnKind.signed_in

    @property
    def has_posted(self) -> bool:
        """Whether this turn has put anything into the chat."""
        return bool(self._posted) or bool(self.context.responded)

    def message(self, activity_id: str) -> MessageRef:
        """A message of this conversation, as the domain names it."""
        return MessageRef(conversation_id=self.conversation_id, activity_id=activity_id)

    async def say(self, text: str) -> str:
        """Post plain text. Returns the message's id."""
        return await self._post(text_message(text))

    async def post(self, card: Card, *, summary: str | None = None) -> str:
        """Post a card as a new message. Returns the message's id."""
        return await self._post(card_message(card, summary if summary is not None else summary_of(card)))

    async def edit(self, activity_id: str, card: Card, *, summary: str | None = None) -> None:
        """Replace a card the bot posted. Raises MessageGone."""
        line = summary if summary is not None else summary_of(card)
        await self._outbox.update(self.reference, activity_id, card_message(card, line))

    async def delete(self, activity_id: str) -> None:
        """Take a message of the bot's back."""
        await self._outbox.delete(self.reference, activity_id)

    async def show_now(self, card: Card, *, summary: str | None = None) -> None:
        """Put a card in the pressed one's place at once, as "working"; what ``on_turn`` returns later replaces it."""
        await self._show_now(self, Show(card, summary))

    async def typing(self) -> None:
        """Show that the bot is busy, for about three seconds."""
        await self._outbox.send(self.reference, {"type": "typing"})

    async def send_raw(self, activity: Mapping[str, Any]) -> str:
        """Post any activity as it is; for what a dialog sends through its TurnContext."""
        return await self._post(activity)

    async def update_raw(self, activity_id: str, activity: Mapping[str, Any]) -> None:
        """Replace one of the bot's own messages by any activity."""
        await self._outbox.update(self.reference, activity_id, activity)

    async def _post(self, activity: Mapping[str, Any]) -> str:
        activity_id = await self._outbox.send(self.reference, activity)
        self._posted.append(activity_id)
        return activity_id
