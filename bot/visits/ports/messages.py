"""What the domain needs to write to people in Teams outside a turn: ``bot.teams`` gives it."""

from collections.abc import Mapping
from typing import Protocol

from bot.visits.models.people import Person
from bot.visits.models.values import Frozen


class MessageRef(Frozen):
    """A message the bot posted, so that it can be edited."""

    conversation_id: str
    activity_id: str


class Notifier(Protocol):
    """Writes to people in Teams outside a turn. Cards are plain Adaptive Card JSON."""

    async def post(self, object_id: str, card: Mapping[str, object], *, summary: str) -> MessageRef:
        """Post a card in the person's 1:1 chat.

        Raises: RecipientUnreachable, ChatBusy (certainly not delivered), OutcomeUnknown (may have been delivered),
        StoreUnavailable (certainly not delivered: where to write to could not be read, nor whose turn it is to write).
        """
        ...

    async def post_to_chat(self, conversation_id: str, card: Mapping[str, object], *, summary: str) -> MessageRef:
        """Post a card in a known conversation, such as the desk's. Raises as ``post``."""
        ...

    async def edit(self, message: MessageRef, card: Mapping[str, object], *, summary: str) -> None:
        """Replace a message. Repeating is harmless. Raises MessageGone, RecipientUnreachable, ChatBusy."""
        ...

    async def person(self, object_id: str) -> Person | None:
        """What is known of this person: name, locale, zone; None if the bot never met them."""
        ...
