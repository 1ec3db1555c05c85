"""Changes in the calendar itself, who came to a visit, attendance, and what people granted."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Moment, PlainJson

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Four tables more."""
    op.create_table(
        "drifts",
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("seen", sa.Text(), nullable=False, comment="what the calendar says instead"),
        sa.Column("found_at", Moment, nullable=False),
        sa.Column("asked_at", Moment, nullable=True),
        sa.Column("conversation_id", sa.Text(), nullable=True),
        sa.Column("activity_id", sa.Text(), nullable=True),
        sa.Column(
            "answer",
            sa.Text(),
            nullable=True,
            comment="adopted, put_back, ignored, or gone when it was as agreed again",
        ),
        sa.Column("answered_at", Moment, nullable=True),
        sa.PrimaryKeyConstraint("visit_id", "seen", name="pk_drifts"),
    )
    op.create_table(
        "arrivals",
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False, comment="the same for the same news told twice"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Moment, nullable=False),
        sa.Column("noted_at", Moment, nullable=False),
        sa.Column("noted_by", sa.Text(), nullable=True, comment="who marked it by hand"),
        sa.PrimaryKeyConstraint("visit_id", "key", name="pk_arrivals"),
    )
    op.create_table(
        "attendances",
        sa.Column("visit_id", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column(
            "due_at",
            Moment,
            nullable=True,
            comment="when the report is asked for again; none when there is nothing to ask",
        ),
        sa.Column("facts", PlainJson, nullable=True, comment="what the report said"),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("visit_id", name="pk_attendances"),
    )
    op.create_index("ix_attendances_due_at", "attendances", ["due_at"], unique=False)
    op.create_table(
        "grants",
        sa.Column("person", sa.Text(), nullable=False, comment="Entra object id"),
        sa.Column("sealed", sa.Text(), nullable=False, comment="what they granted, encrypted"),
        sa.Column("updated_at", Moment, nullable=False),
        sa.PrimaryKeyConstraint("person", name="pk_grants"),
    )
