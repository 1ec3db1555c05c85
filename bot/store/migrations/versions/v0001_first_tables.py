"""Visits, drafts, effects, and what the Teams edge keeps."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Length, Moment, PlainJson

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """All tables."""
    op.create_table(
        "bot_state",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("document", PlainJson, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_bot_state"),
    )
    op.create_index("ix_bot_state_expires_at", "bot_state", ["expires_at"], unique=False)
    op.create_table(
        "conversations",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("conversation_type", sa.Text(), nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("is_installed", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("dead_reason", sa.Text(), nullable=True),
        sa.Column("facts", PlainJson, nullable=False, comment="the conversation reference"),
        sa.PrimaryKeyConstraint("conversation_id", name="pk_conversations"),
    )
    op.create_index("ix_conversations_object_id_seen_at", "conversations", ["object_id", "seen_at"], unique=False)
    op.create_table(
        "drafts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("expires_at", Moment, nullable=False),
        sa.Column("facts", PlainJson, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_expires_at", "drafts", ["expires_at"], unique=False)
    op.create_table(
        "effect_requests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("effect_key", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False, comment="retry or drop"),
        sa.Column("requested_by", sa.Text(), nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("taken_at", Moment, nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_effect_requests"),
    )
    op.create_index("ix_effect_requests_taken_at", "effect_requests", ["taken_at"], unique=False)
    op.create_table(
        "effects",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("visit_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("provider_ref", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True, comment="of the visit it was for"),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("claimed_until", Moment, nullable=True),
        sa.Column("until", Moment, nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=True),
        sa.Column("payload", PlainJson, nullable=True),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_effects"),
    )
    op.create_index("ix_effects_state", "effects", ["state"], unique=False)
    op.create_index("ix_effects_updated_at", "effects", ["updated_at"], unique=False)
    op.create_index("ix_effects_visit_id", "effects", ["visit_id"], unique=False)
    op.create_table(
        "firsts",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("kind", "key", name="pk_firsts"),
    )
    op.create_table(
        "paces",
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("tat", Moment, nullable=True, comment="theoretical arrival time of the next send"),
        sa.Column("held_until", Moment, nullable=True),
        sa.PrimaryKeyConstraint("bucket", name="pk_paces"),
    )
    op.create_table(
        "people",
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("seen_at", Moment, nullable=False),
        sa.Column("facts", PlainJson, nullable=False, comment="tenant, name, locale and zone as Teams tells them"),
        sa.PrimaryKeyConstraint("object_id", name="pk_people"),
    )
    op.create_table(
        "preferences",
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("facts", PlainJson, nullable=False),
        sa.PrimaryKeyConstraint("object_id", name="pk_preferences"),
    )
    op.create_table(
        "turns",
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("activity_id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("lease_until", Moment, nullable=False),
        sa.Column("alone", sa.Boolean(), nullable=False),
        sa.Column("began_at", Moment, nullable=False),
        sa.Column("finished_at", Moment, nullable=True),
        sa.Column(
            "status", sa.Integer(), nullable=True, comment="HTTP status of the answer; 0 where the turn was abandoned"
        ),
        sa.Column("body", PlainJson, nullable=True),
        sa.PrimaryKeyConstraint("conversation_id", "activity_id", name="pk_turns"),
    )
    op.create_index("ix_turns_finished_at", "turns", ["finished_at"], unique=False)
    op.create_index(
        "uq_turns_running",
        "turns",
        ["conversation_id"],
        unique=True,
        sqlite_where=sa.text("alone AND finished_at IS NULL"),
        postgresql_where=sa.text("alone AND finished_at IS NULL"),
    )
    op.create_table(
        "visit_cards",
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("conversation_id", sa.Text(), nullable=False),
        sa.Column("activity_id", sa.Text(), nullable=False),
        sa.Column("viewer", sa.Text(), nullable=True, comment="object id of who reads it"),
        sa.Column("shown", sa.Text(), nullable=True, comment="digest of what it shows"),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("visit_id", "conversation_id", "activity_id", name="pk_visit_cards"),
    )
    op.create_table(
        "visit_versions",
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("changed_at", Moment, nullable=False),
        sa.Column("facts", PlainJson, nullable=False, comment="the whole visit as it was then"),
        sa.PrimaryKeyConstraint("visit_id", "version", name="pk_visit_versions"),
    )
    op.create_index("ix_visit_versions_changed_at", "visit_versions", ["changed_at"], unique=False)
    op.create_table(
        "visits",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("schedule_version", sa.Integer(), nullable=False),
        sa.Column("organizer_id", sa.Text(), nullable=False),
        sa.Column("client_name", sa.Text(), nullable=False, comment="folded: case and accents aside"),
        sa.Column("client_phone", sa.Text(), nullable=True),
        sa.Column("client_email", sa.Text(), nullable=True, comment="folded"),
        sa.Column("starts_at", Moment, nullable=False),
        sa.Column("ends_at", Moment, nullable=False),
        sa.Column("guarded_from", Moment, nullable=False),
        sa.Column("guarded_until", Moment, nullable=False),
        sa.Column("cancelled_at", Moment, nullable=True),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("created_at", Moment, nullable=False),
        sa.Column("updated_at", Moment, nullable=False, comment="of the latest change by a person"),
        sa.Column("facts", PlainJson, nullable=False, comment="what people decided"),
        sa.Column("event_id", sa.Text(), nullable=True),
        sa.Column("join_url", sa.Text(), nullable=True),
        sa.Column("meeting_id", sa.Text(), nullable=True),
        sa.Column("client_join_url", sa.Text(), nullable=True),
        sa.Column("client_invited", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("told", PlainJson, nullable=True),
        sa.Column("calendar_starts_at", Moment, nullable=True),
        sa.Column("calendar_duration", Length, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_visits"),
    )
    op.create_index("ix_visits_client_email", "visits", ["client_email"], unique=False)
    op.create_index("ix_visits_client_name", "visits", ["client_name"], unique=False)
    op.create_index("ix_visits_client_phone", "visits", ["client_phone"], unique=False)
    op.create_index("ix_visits_event_id", "visits", ["event_id"], unique=False)
    op.create_index("ix_visits_organizer_id_starts_at", "visits", ["organizer_id", "starts_at"], unique=False)
    op.create_index("ix_visits_starts_at", "visits", ["starts_at"], unique=False)
    op.create_index("ix_visits_updated_at", "visits", ["updated_at"], unique=False)
