"""${message}"""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Length, Moment

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is new."""
    ${upgrades if upgrades else "pass"}
