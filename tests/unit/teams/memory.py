"""The edge's stores in memory, shared by several edges at will: what the ports say, in as few words as possible."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.teams.ports import (
    Begun,
    Reference,
    StateConflict,
    StoredAnswer,
    StoredReference,
    StoredState,
    TurnStart,
)
from bot.visits.models.people import Person, Preferences


class MemoryContacts:
    """Implements ``bot.teams.ports.Contacts``."""

    def __init__(self) -> None:
        self.chats: dict[str, StoredReference] = {}
        self.chosen: dict[str, Preferences] = {}

    async def seen(self, reference: Reference) -> Preferences:
        self.chats[reference.conversation_id] = StoredReference(reference=reference)
        return self.chosen.get(reference.object_id, Preferences())

    async def conversation(self, conversation_id: str) -> StoredReference | None:
        return self.chats.get(conversation_id)

    async def personal_chat_of(self, object_id: str) -> StoredReference | None:
        return next((each for each in self.chats.values() if each.reference.object_id == object_id), None)

    async def person(self, object_id: str) -> tuple[Person, Preferences] | None:
        chat = await self.personal_chat_of(object_id)
        if chat is None:
            return None
        said = chat.reference
        zone = said.teams_time_zone or "UTC"
        person = Person(
            id=object_id,
            tenant_id=said.tenant_id,
            name=said.name,
            locale=said.locale,
            time_zone=zone,
            teams_time_zone=said.teams_time_zone,
        )
        return person, self.chosen.get(object_id, Preferences())

    async def mark_dead(self, conversation_id: str, reason: str, *, seen_before: datetime) -> None:
        chat = self.chats.get(conversation_id)
        if chat is not None and chat.reference.seen_at < seen_before:
            self.chats[conversation_id] = chat.model_copy(update={"dead_reason": reason})

    async def mark_uninstalled(self, conversation_id: str) -> None:
        if conversation_id in self.chats:
            self.chats[conversation_id] = self.chats[conversation_id].model_copy(update={"is_installed": False})

    async def move(self, conversation_id: str, service_url: str) -> None:
        if conversation_id in self.chats:
            moved = self.chats[conversation_id].reference.model_copy(update={"service_url": service_url})
            self.chats[conversation_id] = StoredReference(reference=moved)

    async def replace(self, dead_conversation_id: str, alive: Reference) -> None:
        self.chats.pop(dead_conversation_id, None)
        self.chats[alive.conversation_id] = StoredReference(reference=alive)


class MemoryTurnLog:
    """Implements ``bot.teams.ports.TurnLog``."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], dict[str, Any]] = {}

    async def begin(
        self, conversation_id: str, activity_id: str, *, owner: str, alone: bool, now: datetime, lease_until: datetime
    ) -> TurnStart:
        row = self.rows.get((conversation_id, activity_id))
        if row is not None and row["answer"] is not None and row["answer"].status:
            return TurnStart(begun=Begun.finished, answer=row["answer"])
        if row is not None and row["answer"] is None and row["lease_until"] > now:
            return TurnStart(begun=Begun.running)
        others = [
            each
            for (chat, activity), each in self.rows.items()
            if chat == conversation_id and activity != activity_id and each["alone"] and each["answer"] is None
        ]
        if alone and any(each["lease_until"] > now for each in others):
            return TurnStart(begun=Begun.busy)
        for each in others if alone else []:
            each["answer"] = StoredAnswer(status=0)
        self.rows[conversation_id, activity_id] = {
            "owner": owner,
            "alone": alone,
            "lease_until": lease_until,
            "answer": None,
        }
        return TurnStart(begun=Begun.mine)

    async def renew(self, conversation_id: str, activity_id: str, *, owner: str, lease_until: datetime) -> bool:
        row = self.rows.get((conversation_id, activity_id))
        if row is None or row["owner"] != owner or row["answer"] is not None:
            return False
        row["lease_until"] = lease_until
        return True

    async def finish(
        self, conversation_id: str, activity_id: str, *, owner: str, answer: StoredAnswer, now: datetime
    ) -> None:
        row = self.rows.get((conversation_id, activity_id))
        if row is not None and row["owner"] == owner and row["answer"] is None:
            row["answer"] = answer

    async def purge(self, before: datetime) -> int:
        return 0


class MemoryStates:
    """Implements ``bot.teams.ports.StateStore``: documents go through JSON text."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, int]] = {}
        self.conflicts = 0

    async def load(self, key: str) -> StoredState | None:
        if key not in self.rows:
            return None
        text, version = self.rows[key]
        return StoredState(document=json.loads(text), version=version)

    async def save(self, key: str, document: Mapping[str, Any], *, expected_version: int, expires_at: datetime) -> int:
        if self.rows.get(key, ("", 0))[1] != expected_version:
            self.conflicts += 1
            raise StateConflict(key)
        self.rows[key] = (json.dumps(document), expected_version + 1)
        return expected_version + 1

    async def forget(self, key: str) -> None:
        self.rows.pop(key, None)

    async def purge(self, before: datetime) -> int:
        return 0


class MemoryFirsts:
    """Implements ``bot.teams.ports.Firsts``."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, str]] = set()

    async def first(self, kind: str, key: str, *, now: datetime) -> bool:
        is_first = (kind, key) not in self.seen
        self.seen.add((kind, key))
        return is_first

    async def purge(self, kind: str, before: datetime) -> int:
        return 0
