"""Visits whose effects were refused because somebody has to sign in first."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from bot.store.engine import Database
from bot.store.tables import effects
from bot.visits.models import EffectState, VisitId

SIGN_IN_CODES = ("sign_in_needed", "not_signed_in")


async def waiting_for_sign_in(database: Database, since: datetime, *, limit: int = 100) -> Sequence[VisitId]:
    """Visits with such an effect, refused since then."""
    query = (
        select(effects.c.visit_id)
        .where(
            effects.c.state == EffectState.refused,
            effects.c.code.in_(SIGN_IN_CODES),
            effects.c.updated_at >= since,
            effects.c.visit_id.is_not(None),
        )
        .distinct()
        .limit(limit)
    )
    return await database.read(lambda connection: [VisitId(each) for each in connection.execute(query).scalars()])
