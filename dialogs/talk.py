"""One turn as dialogs see it: who speaks, in which words to answer, and where to put a card."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Protocol

from botbuilder.core import StatePropertyAccessor, TurnContext

from bot.strings.translate import Translator
from bot.visits.models.people import Person, Preferences
from cards.elements import Card
from cards.payload import VerbPayload
from cards.reader import Reader

TALK = "talk"
"""Where the turn state keeps the talk."""


class Talk(Protocol):
    """One turn. The Teams edge implements it for a typed message and for a press alike."""

    person: Person
    """Who speaks, in their chosen zone and language."""
    reader: Reader
    """The same person as a reader of cards."""
    memory: dict[str, Any]
    """What this conversation is about, as JSON; kept with the dialog state."""

    @property
    def t(self) -> Translator:
        """Words for this person."""
        ...

    context: TurnContext
    """The same turn for the dialogs SDK."""
    dialogs: StatePropertyAccessor
    """Where a DialogSet keeps its stack."""
    is_aside: bool
    """Whether this is written into a chat other than the one the person wrote in: only cards can be answered there."""

    @property
    def text(self) -> str:
        """What was typed; empty in a press's turn."""
        ...

    @property
    def now(self) -> datetime:
        """When the turn began."""
        ...

    @property
    def conversation_id(self) -> str:
        """Which chat this is."""
        ...

    async def say(self, text: str) -> None:
        """Send words."""
        ...

    async def show(self, card: Card) -> str:
        """Put up a card: a new message, or, in a press's turn, first of all in the place of the card pressed.

        Returns the id of the message that shows it.
        """
        ...

    async def at_once(self, card: Card) -> str:
        """Put up a card now, before anything slow: in a press's turn in the place of the card pressed.

        The next ``show`` takes its place. Returns the id of the message that shows it.
        """
        ...

    def keep_card(self) -> None:
        """Leave the card pressed as it is: what is shown from now on comes below it."""
        ...

    def prefer(self, preferences: Preferences) -> None:
        """From now on answer in what the person has just chosen."""
        ...

    async def edit(self, activity_id: str, card: Card) -> None:
        """Replace an earlier message of this chat; one that is gone is no error."""
        ...


Press = Callable[[Talk, VerbPayload], Awaitable[None]]
"""Does what pressing this button would do, because a person said so in words."""


def talk_of(context: TurnContext) -> Talk:
    """The talk of this turn."""
    talk: Talk = context.turn_state[TALK]
    return talk
