"""Writing to people outside a turn. Implements ``bot.visits.ports.messages.Notifier``."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from bot.clock import Clock
from bot.teams.answers import card_message
from bot.teams.ports import Contacts, ConversationType, Reference, StoredReference
from bot.teams.sender import PROACTIVE, STOP_AFTER_401, Sender
from bot.teams.tokens import CredentialsRefused
from bot.visits.errors import ChatBusy, RecipientUnreachable
from bot.visits.models.people import Person
from bot.visits.ports.messages import MessageRef

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Home:
    """Where to begin with people and chats that the bot was installed for but never heard from."""

    tenant_id: str
    app_id: str
    service_url: str


class TeamsNotifier:
    """Posts and edits cards in chats. One that Teams refuses is not tried again until the person is heard."""

    def __init__(
        self, sender: Sender, contacts: Contacts, clock: Clock, *, time_zone: str, home: Home | None = None
    ) -> None:
        """``time_zone`` is the clinic's. Without a ``home`` only whoever was heard from can be reached."""
        self._sender = sender
        self._contacts = contacts
        self._clock = clock
        self._time_zone = time_zone
        self._home = home

    async def post(self, object_id: str, card: Mapping[str, object], *, summary: str) -> MessageRef:
        """Post a card in the person's 1:1 chat.

        Raises: RecipientUnreachable, ChatBusy (certainly not delivered), OutcomeUnknown (may have been delivered).
        """
        stored = await self._contacts.personal_chat_of(object_id)
        reference = _alive(stored).reference if stored else await self._first_chat(object_id)
        try:
            return await self._send(reference, card, summary)
        except RecipientUnreachable as gone:
            if gone.reason != "conversation_gone":
                raise
        return await self._send(await self._anew(reference), card, summary)

    async def post_to_chat(self, conversation_id: str, card: Mapping[str, object], *, summary: str) -> MessageRef:
        """Post a card in a known conversation, such as the desk's. Raises as ``post``."""
        return await self._send(await self._chat(conversation_id), card, summary)

    async def edit(self, message: MessageRef, card: Mapping[str, object], *, summary: str) -> None:
        """Replace a message. Repeating is harmless. Raises MessageGone, RecipientUnreachable, ChatBusy."""
        reference = await self._chat(message.conversation_id)
        try:
            await self._sender.update(reference, message.activity_id, card_message(card, summary), PROACTIVE)
        except CredentialsRefused as refused:
            raise ChatBusy(STOP_AFTER_401.total_seconds()) from refused

    async def person(self, object_id: str) -> Person | None:
        """What is known of this person: the zone they chose or the clinic's, the language they chose or Teams'."""
        known = await self._contacts.person(object_id)
        if known is None:
            return None
        person, chosen = known
        return person.model_copy(
            update={
                "time_zone": chosen.time_zone or self._time_zone,
                "locale": chosen.language or person.locale,
            }
        )

    async def _send(self, reference: Reference, card: Mapping[str, object], summary: str) -> MessageRef:
        try:
            activity_id = await self._sender.send(reference, card_message(card, summary), PROACTIVE)
        except CredentialsRefused as refused:
            raise ChatBusy(STOP_AFTER_401.total_seconds()) from refused
        return MessageRef(conversation_id=reference.conversation_id, activity_id=activity_id)

    async def _chat(self, conversation_id: str) -> Reference:
        stored = await self._contacts.conversation(conversation_id)
        if stored is not None:
            return _alive(stored).reference
        if self._home is None:
            raise RecipientUnreachable("never_met")
        return self._at_home(conversation_id, ConversationType.group_chat, object_id="")

    async def _first_chat(self, object_id: str) -> Reference:
        """The 1:1 chat with someone who never wrote; Teams allows it where the app is installed for them."""
        if self._home is None or not object_id:
            raise RecipientUnreachable("never_met")
        return await self._anew(self._at_home("", ConversationType.personal, object_id=object_id))

    async def _anew(self, reference: Reference) -> Reference:
        try:
            created = await self._sender.create_personal_chat(reference, PROACTIVE)
        except CredentialsRefused as refused:
            raise ChatBusy(STOP_AFTER_401.total_seconds()) from refused
        await self._contacts.replace(reference.conversation_id, created)
        return created

    def _at_home(self, conversation_id: str, kind: ConversationType, *, object_id: str) -> Reference:
        assert self._home is not None
        return Reference(
            conversation_id=conversation_id,
            conversation_type=kind,
            tenant_id=self._home.tenant_id,
            service_url=self._home.service_url,
            bot_id=f"28:{self._home.app_id}",
            user_id="",
            object_id=object_id,
            seen_at=self._clock.now(),
        )


def _alive(stored: StoredReference) -> StoredReference:
    if stored.dead_reason is not None:
        raise RecipientUnreachable(stored.dead_reason)
    if not stored.is_installed:
        raise RecipientUnreachable("not_installed")
    return stored
