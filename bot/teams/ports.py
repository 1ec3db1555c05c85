"""What the Teams edge needs to have stored, in its own words. Each method is one transaction.

All instants come from the caller's clock, never from the database's: tests move time by hand, and replicas agree.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from pydantic import Field

from bot.visits.models.people import Person, Preferences
from bot.visits.models.values import Frozen, IanaZone, Instant

# --- who can be reached, and where ----------------------------------------------------------------


class ConversationType(StrEnum):
    """Teams' own names for the three kinds of conversation."""

    personal = "personal"
    group_chat = "groupChat"
    channel = "channel"


class Reference(Frozen):
    """A conversation reference: what is needed to write into a conversation later.

    Whoever controls ``service_url`` receives a bot token, so it is checked against an allow-list before each use.
    """

    conversation_id: str
    """In a channel it carries ``;messageid=...``: that is the thread."""
    conversation_type: ConversationType
    tenant_id: str
    service_url: str = Field(repr=False)
    channel_id: str = "msteams"
    bot_id: str
    user_id: str
    """The person's Teams id (``29:...``), which differs per bot; the person last heard, in a group."""
    object_id: str
    """The person's Entra object id; empty where Teams sent none."""
    name: str = Field(default="", repr=False)
    locale: str = "en-US"
    teams_time_zone: IanaZone | None = None
    """What Teams says of their device; None where it said nothing."""
    seen_at: Instant


class StoredReference(Frozen):
    """A reference as stored, and whether sending to it is pointless."""

    reference: Reference
    is_installed: bool = True
    dead_reason: str | None = None
    """Why Teams refuses it, in the failure classifier's words; None while it can be written to."""


class Contacts(Protocol):
    """Conversations and the people in them, as the inbound activities tell. Two tables: conversations, people."""

    async def seen(self, reference: Reference) -> Preferences:
        """Store what differs and return the person's preferences; one transaction, on every inbound activity.

        The conversation's row is replaced (key: conversation id), marked installed and **revived** (``dead_reason``
        None). The person's row (key: object id; skipped when empty) gets tenant, name, locale and Teams zone; a
        missing zone or an empty name leaves the known one; preferences are never touched.
        """
        ...

    async def conversation(self, conversation_id: str) -> StoredReference | None:
        """The reference of a conversation."""
        ...

    async def personal_chat_of(self, object_id: str) -> StoredReference | None:
        """The person's 1:1 chat with the bot, the latest seen where there are several; dead ones too."""
        ...

    async def person(self, object_id: str) -> tuple[Person, Preferences] | None:
        """What is known of a person; None if the bot never met them.

        ``Person.time_zone`` is the chosen zone, else Teams', else UTC.
        """
        ...

    async def mark_dead(self, conversation_id: str, reason: str, *, seen_before: datetime) -> None:
        """Note that Teams refuses this conversation, unless the person was heard at or after ``seen_before``."""
        ...

    async def mark_uninstalled(self, conversation_id: str) -> None:
        """Note that the app was removed there; the next inbound activity undoes it."""
        ...

    async def move(self, conversation_id: str, service_url: str) -> None:
        """Replace the service URL of a conversation."""
        ...

    async def replace(self, dead_conversation_id: str, alive: Reference) -> None:
        """Put a newly created 1:1 conversation in the place of one that is gone.

        The same id: revive it. An empty ``dead_conversation_id``: there was none, store the new one. Other people's
        facts and the person's preferences stay as they are; an empty name or missing zone replaces nothing.
        """
        ...


# --- turns, once each and in order ----------------------------------------------------------------


class Begun(StrEnum):
    """What became of the wish to run a turn."""

    mine = "mine"  # run it
    finished = "finished"  # it ran before: give the stored answer
    running = "running"  # the same activity is running elsewhere
    busy = "busy"  # another activity of this conversation is running elsewhere: ask again


class StoredAnswer(Frozen):
    """What was answered over HTTP, so that a repeated delivery gets the same."""

    status: int
    body: Any = Field(default=None, repr=False)
    """JSON, or None for an empty body."""


class TurnStart(Frozen):
    """The outcome of ``TurnLog.begin``; ``answer`` only with ``finished``."""

    begun: Begun
    answer: StoredAnswer | None = None


class TurnLog(Protocol):
    """Which activities were processed: a redelivered one does nothing twice, and turns of one conversation
    run one at a time across all replicas.

    One table: primary key (conversation_id, activity_id); owner, lease_until, alone, began_at, finished_at, status,
    body (JSON). A partial unique index on conversation_id where ``alone and finished_at is null`` makes "one at a
    time" a database fact; an insert that trips over it is ``busy``.
    """

    async def begin(
        self, conversation_id: str, activity_id: str, *, owner: str, alone: bool, now: datetime, lease_until: datetime
    ) -> TurnStart:
        """Claim the turn.

        - A finished row: ``finished`` with its answer.
        - An unfinished row whose lease still runs (``lease_until > now``): ``running``, also when it is the caller's.
        - An unfinished row whose lease ran out: its owner died; taken over: ``mine``.
        - ``alone`` and another unfinished ``alone`` row of the conversation whose lease runs: ``busy``, and nothing is
          written. If that lease ran out: that row is marked finished with no answer (status 0 means "abandoned": a
          later delivery of it is ``mine`` again), and this one is ``mine``.
        """
        ...

    async def renew(self, conversation_id: str, activity_id: str, *, owner: str, lease_until: datetime) -> bool:
        """Extend the lease; False when the turn is no longer this owner's, which must then stop."""
        ...

    async def finish(
        self, conversation_id: str, activity_id: str, *, owner: str, answer: StoredAnswer, now: datetime
    ) -> None:
        """Store the answer and let the conversation go on. Without effect when another owner took it over."""
        ...

    async def purge(self, before: datetime) -> int:
        """Forget turns that finished before an instant; returns how many."""
        ...


# --- bot state ------------------------------------------------------------------------------------


class StoredState(Frozen):
    """One JSON document with its version."""

    document: Mapping[str, Any] = Field(repr=False)
    version: int


class StateConflict(Exception):
    """Somebody else wrote the document meanwhile: it no longer has the expected version."""


class StateStore(Protocol):
    """Bot state as plain JSON documents with a version; compare and set."""

    async def load(self, key: str) -> StoredState | None:
        """The document, expired or not; None when there is none."""
        ...

    async def save(self, key: str, document: Mapping[str, Any], *, expected_version: int, expires_at: datetime) -> int:
        """Write the document if it still has the expected version; 0 means that it must not exist yet.

        Returns the new version. Raises StateConflict.
        """
        ...

    async def forget(self, key: str) -> None:
        """Delete the document, whatever its version."""
        ...

    async def purge(self, before: datetime) -> int:
        """Delete documents that expired before an instant; returns how many."""
        ...


# --- firsts ---------------------------------------------------------------------------------------


class Firsts(Protocol):
    """Things that happen once: the welcome of a chat, the exchange of one sign-in token."""

    async def first(self, kind: str, key: str, *, now: datetime) -> bool:
        """Insert if absent, key (kind, key): True for exactly one caller, ever."""
        ...

    async def purge(self, kind: str, before: datetime) -> int:
        """Forget those of a kind older than an instant; returns how many."""
        ...


# --- pace -----------------------------------------------------------------------------------------


class Pace(Protocol):
    """How fast may be sent: token buckets shared by all replicas. Bucket names: ``conversation:{id}``, ``tenant:{id}``.

    One row per bucket with two instants: ``tat``, the theoretical arrival time (GCRA), and ``held_until``. With
    ``step = 1 / per_second``, a send at ``now`` waits ``max(0, tat - now - step * (burst - 1), held_until - now)``
    seconds and moves ``tat`` to ``max(tat, now, held_until) + step``: see ``place``.
    """

    async def reserve(self, bucket: str, *, per_second: float, burst: int, now: datetime, max_wait: float) -> float:
        """Take one place and return how many seconds to wait before using it.

        When that would be longer than ``max_wait`` nothing is taken; the wait is returned all the same.
        """
        ...

    async def hold(self, bucket: str, until: datetime) -> None:
        """Let nothing pass before an instant (Retry-After): ``held_until`` never goes back."""
        ...


QUEUES_FOR = timedelta(seconds=60)
"""Nobody queues for longer. What lies further ahead was written by a clock that has been set back since."""


def place(
    tat: datetime | None, held_until: datetime | None, now: datetime, *, per_second: float, burst: int
) -> tuple[float, datetime]:
    """Seconds to wait for a place in a bucket, and its ``tat`` once it is taken. Pure: every ``Pace`` decides by it."""
    step = timedelta(seconds=1 / per_second)
    held = max(held_until or now, now)
    arrival = tat if tat is not None and tat <= held + step * burst + QUEUES_FOR else now
    wait = max(arrival - step * (burst - 1), held) - now
    return wait.total_seconds(), max(arrival, held) + step


# --- people's own tokens --------------------------------------------------------------------------


class SignIns(Protocol):
    """Where a person's own sign-in goes; the Graph edge keeps what comes of it. Repeating a token is harmless."""

    async def exchange(self, person: Person, token: str) -> bool:
        """Exchange Teams' single sign-on token; False when the person has to consent first."""
        ...

    async def redeem(self, person: Person, code: str) -> bool:
        """Redeem the code that the sign-in window gave; False when it is wrong or too old."""
        ...
