"""Every table of ours. Migrations make them; a test compares the two.

What is looked for has a column; the rest of a row is JSON as the models write it. Instants are UTC.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    false,
    text,
    true,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware instant: TIMESTAMPTZ on PostgreSQL, its UTC wall clock on SQLite, which has no zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; a naive value is a fault of ours and fails here."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant carries its zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware again, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Length(TypeDecorator[timedelta]):
    """A duration, in whole seconds."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        """To seconds."""
        return None if value is None else int(value.total_seconds())

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        """From seconds."""
        return None if value is None else timedelta(seconds=value)


PlainJson = JSON(none_as_null=True)
"""Text to the database: PostgreSQL's JSONB would refuse a NUL that somebody typed."""


visits = Table(
    "visits",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("schedule_version", Integer, nullable=False),
    Column("organizer_id", Text, nullable=False),
    Column("client_name", Text, nullable=False, comment="folded: case and accents aside"),
    Column("client_phone", Text),
    Column("client_email", Text, comment="folded"),
    Column("starts_at", Moment, nullable=False, index=True),
    Column("ends_at", Moment, nullable=False),
    Column("guarded_from", Moment, nullable=False),
    Column("guarded_until", Moment, nullable=False),
    Column("cancelled_at", Moment),
    Column("requested_by", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False, index=True, comment="of the latest change by a person"),
    Column("facts", PlainJson, nullable=False, comment="what people decided"),
    # what effects found out, each written by itself
    Column("event_id", Text),
    Column("join_url", Text),
    Column("meeting_id", Text),
    Column("client_join_url", Text),
    Column("client_invited", Boolean, nullable=False, server_default=false()),
    Column("told", PlainJson),
    Column("calendar_starts_at", Moment),
    Column("calendar_duration", Length),
    Index("ix_visits_organizer_id_starts_at", "organizer_id", "starts_at"),
    Index("ix_visits_client_phone", "client_phone"),
    Index("ix_visits_client_name", "client_name"),
    Index("ix_visits_client_email", "client_email"),
    Index("ix_visits_event_id", "event_id"),
)

visit_versions = Table(
    "visit_versions",
    metadata,
    Column("visit_id", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("requested_by", Text, nullable=False),
    Column("changed_at", Moment, nullable=False, index=True),
    Column("facts", PlainJson, nullable=False, comment="the whole visit as it was then"),
)

drafts = Table(
    "drafts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("requested_by", Text, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("facts", PlainJson, nullable=False),
)

visit_cards = Table(
    "visit_cards",
    metadata,
    Column("visit_id", Text, primary_key=True),
    Column("conversation_id", Text, primary_key=True),
    Column("activity_id", Text, primary_key=True),
    Column("viewer", Text, comment="object id of who reads it"),
    Column("shown", Text, comment="digest of what it shows"),
    Column("language", Text, comment="what it was shown in"),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
)

effects = Table(
    "effects",
    metadata,
    Column("key", Text, primary_key=True),
    Column("visit_id", Text, index=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("code", Text),
    Column("provider_ref", Text),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("begun", Integer, nullable=False, server_default=text("0"), comment="how many calls, ever"),
    Column("version", Integer, comment="of the visit it was for"),
    Column("owner", Text),
    Column("claimed_until", Moment),
    Column("until", Moment),
    Column("requested_by", Text),
    Column("payload", PlainJson),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False, index=True),
)

effect_requests = Table(
    "effect_requests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("effect_key", Text, nullable=False),
    Column("action", Text, nullable=False, comment="retry or drop"),
    Column("begun", Integer, comment="of the effect when it was asked for"),
    Column("requested_by", Text),
    Column("created_at", Moment, nullable=False),
    Column("taken_at", Moment, index=True),
    Column("outcome", Text),
)

conversations = Table(
    "conversations",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    Column("object_id", Text, nullable=False),
    Column("conversation_type", Text, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("is_installed", Boolean, nullable=False, server_default=true()),
    Column("dead_reason", Text),
    Column("facts", PlainJson, nullable=False, comment="the conversation reference"),
    Index("ix_conversations_object_id_seen_at", "object_id", "seen_at"),
)

people = Table(
    "people",
    metadata,
    Column("object_id", Text, primary_key=True),
    Column("seen_at", Moment, nullable=False),
    Column("facts", PlainJson, nullable=False, comment="tenant, name, locale and zone as Teams tells them"),
)

preferences = Table(
    "preferences",
    metadata,
    Column("object_id", Text, primary_key=True),
    Column("facts", PlainJson, nullable=False),
)

turns = Table(
    "turns",
    metadata,
    Column("conversation_id", Text, primary_key=True),
    Column("activity_id", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("lease_until", Moment, nullable=False),
    Column("alone", Boolean, nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("finished_at", Moment, index=True),
    Column("status", Integer, comment="HTTP status of the answer; 0 where the turn was abandoned"),
    Column("body", PlainJson),
    Index(
        "uq_turns_running",
        "conversation_id",
        unique=True,
        sqlite_where=text("alone AND finished_at IS NULL"),
        postgresql_where=text("alone AND finished_at IS NULL"),
    ),
)

bot_state = Table(
    "bot_state",
    metadata,
    Column("key", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("document", PlainJson, nullable=False),
)

firsts = Table(
    "firsts",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)

paces = Table(
    "paces",
    metadata,
    Column("bucket", Text, primary_key=True),
    Column("tat", Moment, comment="theoretical arrival time of the next send"),
    Column("held_until", Moment),
)

drifts = Table(
    "drifts",
    metadata,
    Column("visit_id", Text, primary_key=True),
    Column("seen", Text, primary_key=True, comment="what the calendar says instead"),
    Column("found_at", Moment, nullable=False),
    Column("asked_at", Moment),
    Column("conversation_id", Text),
    Column("activity_id", Text),
    Column("answer", Text, comment="adopted, put_back, ignored, or gone when it was as agreed again"),
    Column("answered_at", Moment),
)

arrivals = Table(
    "arrivals",
    metadata,
    Column("visit_id", Text, primary_key=True),
    Column("key", Text, primary_key=True, comment="the same for the same news told twice"),
    Column("kind", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("noted_at", Moment, nullable=False),
    Column("noted_by", Text, comment="who marked it by hand"),
)

attendances = Table(
    "attendances",
    metadata,
    Column("visit_id", Text, primary_key=True),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column(
        "due_at", Moment, index=True, comment="when the report is asked for again; none when there is nothing to ask"
    ),
    Column("facts", PlainJson, comment="what the report said"),
    Column("updated_at", Moment, nullable=False),
)

grants = Table(
    "grants",
    metadata,
    Column("person", Text, primary_key=True, comment="Entra object id"),
    Column("sealed", Text, nullable=False, comment="what they granted, encrypted"),
    Column("updated_at", Moment, nullable=False),
)
