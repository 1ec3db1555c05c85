"""How often each effect was begun, so that a decision about one call is not taken for one about the next."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column more in the ledger, and one in what the command line asks of it."""
    begun = sa.Column(
        "begun", sa.Integer(), nullable=False, server_default=sa.text("0"), comment="how many calls, ever"
    )
    op.add_column("effects", begun)
    asked = sa.Column("begun", sa.Integer(), nullable=True, comment="of the effect when it was asked for")
    op.add_column("effect_requests", asked)
