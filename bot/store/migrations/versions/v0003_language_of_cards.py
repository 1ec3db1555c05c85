"""The language a visit's card was shown in, which its later edits keep."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column more; a card from before is drawn in its reader's own language."""
    op.add_column("visit_cards", sa.Column("language", sa.Text(), nullable=True, comment="what it was shown in"))
