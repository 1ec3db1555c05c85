"""Conversations, the people in them, and what they chose. Implements the Teams edge's ``Contacts`` and the domain's
``People``.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from bot.store.engine import Database
from bot.store.rows import facts_of, insert_into, model_of
from bot.store.tables import conversations, people, preferences
from bot.teams.ports import ConversationType, Reference, StoredReference
from bot.visits.models.people import Person, Preferences


class SqlContacts:
    """Each method is one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seen(self, reference: Reference) -> Preferences:
        """Store the conversation, alive again, and the person; return what they chose."""

        def work(connection: Connection) -> Preferences:
            _keep_conversation(connection, reference)
            if not reference.object_id:
                return Preferences()
            _keep_person(connection, reference)
            return _preferences(connection, reference.object_id)

        return await self._database.run(work)

    async def conversation(self, conversation_id: str) -> StoredReference | None:
        """The reference of a conversation."""
        query = select(conversations).where(conversations.c.conversation_id == conversation_id)
        return await self._database.read(lambda connection: _stored(connection.execute(query).one_or_none()))

    async def personal_chat_of(self, object_id: str) -> StoredReference | None:
        """The person's 1:1 chat with the bot, the latest seen where there are several; dead ones too."""
        query = (
            select(conversations)
            .where(
                conversations.c.object_id == object_id,
                conversations.c.conversation_type == ConversationType.personal.value,
            )
            .order_by(conversations.c.seen_at.desc())
            .limit(1)
        )
        return await self._database.read(lambda connection: _stored(connection.execute(query).one_or_none()))

    async def person(self, object_id: str) -> tuple[Person, Preferences] | None:
        """What is known of a person; None if the bot never met them."""

        def work(connection: Connection) -> tuple[Person, Preferences] | None:
            query = select(people.c.facts).where(people.c.object_id == object_id)
            facts = connection.execute(query).scalar_one_or_none()
            if facts is None:
                return None
            chosen = _preferences(connection, object_id)
            zone = chosen.time_zone or facts.get("teams_time_zone") or "UTC"
            return model_of(Person, {**facts, "id": object_id, "time_zone": zone}), chosen

        return await self._database.read(work)

    async def mark_dead(self, conversation_id: str, reason: str, *, seen_before: datetime) -> None:
        """Note that Teams refuses this conversation, unless the person was heard at or after ``seen_before``."""
        await self._write(
            update(conversations)
            .where(conversations.c.conversation_id == conversation_id, conversations.c.seen_at < seen_before)
            .values(dead_reason=reason)
        )

    async def mark_uninstalled(self, conversation_id: str) -> None:
        """Note that the app was removed there; the next inbound activity undoes it."""
        await self._write(
            update(conversations).where(conversations.c.conversation_id == conversation_id).values(is_installed=False)
        )

    async def move(self, conversation_id: str, service_url: str) -> None:
        """Replace the service URL of a conversation."""

        def work(connection: Connection) -> None:
            here = conversations.c.conversation_id == conversation_id
            query = select(conversations.c.facts).where(here).with_for_update()
            facts = connection.execute(query).scalar_one_or_none()
            if facts is not None:
                moved = {**facts, "service_url": service_url}
                connection.execute(update(conversations).where(here).values(facts=moved))

        await self._database.run(work)

    async def replace(self, dead_conversation_id: str, alive: Reference) -> None:
        """Put a newly created 1:1 conversation in the place of one that is gone; the same id: revive it.

        What only an inbound activity tells (name, zone, locale) is taken over from the one that is gone.
        """

        def work(connection: Connection) -> None:
            gone = conversations.c.conversation_id == dead_conversation_id
            known = connection.execute(select(conversations.c.facts).where(gone)).scalar_one_or_none() or {}
            if dead_conversation_id != alive.conversation_id:
                connection.execute(delete(conversations).where(gone))
            told = {name: known[name] for name in _TOLD if known.get(name) and name not in alive.model_fields_set}
            _keep_conversation(connection, model_of(Reference, {**facts_of(alive), **told}))

        await self._database.run(work)

    async def preferences(self, object_id: str) -> Preferences:
        """What this person chose; all None for someone who chose nothing."""
        return await self._database.read(lambda connection: _preferences(connection, object_id))

    async def prefer(self, object_id: str, preferences: Preferences) -> None:
        """Replace what this person chose."""
        await self._database.run(lambda connection: _prefer(connection, object_id, preferences))

    async def _write(self, statement: Any) -> None:
        await self._database.run(lambda connection: connection.execute(statement).close())


_TOLD = ("name", "teams_time_zone", "locale")


def _keep_conversation(connection: Connection, reference: Reference) -> None:
    values = {
        "conversation_id": reference.conversation_id,
        "object_id": reference.object_id,
        "conversation_type": reference.conversation_type.value,
        "seen_at": reference.seen_at,
        "is_installed": True,
        "dead_reason": None,
        "facts": facts_of(reference),
    }
    statement = insert_into(connection, conversations).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=[conversations.c.conversation_id], set_=values))


def _keep_person(connection: Connection, reference: Reference) -> None:
    """What this activity tells of the person; what it leaves out stays as known."""
    query = select(people.c.facts).where(people.c.object_id == reference.object_id).with_for_update()
    known: Mapping[str, Any] = connection.execute(query).scalar_one_or_none() or {}
    facts = {
        "tenant_id": reference.tenant_id,
        "name": reference.name or known.get("name", ""),
        "locale": reference.locale,
        "teams_time_zone": reference.teams_time_zone or known.get("teams_time_zone"),
    }
    values = {"object_id": reference.object_id, "seen_at": reference.seen_at, "facts": facts}
    statement = insert_into(connection, people).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=[people.c.object_id], set_=values))


def _preferences(connection: Connection, object_id: str) -> Preferences:
    query = select(preferences.c.facts).where(preferences.c.object_id == object_id)
    return model_of(Preferences, connection.execute(query).scalar_one_or_none() or {})


def _prefer(connection: Connection, object_id: str, chosen: Preferences) -> None:
    values = {"object_id": object_id, "facts": facts_of(chosen)}
    statement = insert_into(connection, preferences).values(values)
    connection.execute(statement.on_conflict_do_update(index_elements=[preferences.c.object_id], set_=values))


def _stored(row: Row[Any] | None) -> StoredReference | None:
    if row is None:
        return None
    return StoredReference(
        reference=model_of(Reference, row._mapping["facts"]),
        is_installed=row._mapping["is_installed"],
        dead_reason=row._mapping["dead_reason"],
    )
