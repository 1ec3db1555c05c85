"""Visits and drafts as people act on them: who may, what the rules say, what is stored, and what work follows.

A visit's ``version`` rises with every change a person makes and with nothing else, so that a button on a card is stale
only when someone decided something since. What effects find out (``record``) touches columns of its own.
"""

from typing import Unpack

from bot.visits.drafting import Drafting
from bot.visits.drifting import Drifting
from bot.visits.looking import Looking
from bot.visits.models import Visit, VisitId
from bot.visits.moving import Moving
from bot.visits.ports import VisitResults
from bot.visits.taking_back import TakingBack


class Visits(Drafting, Moving, Drifting, TakingBack, Looking):
    """What people do to visits. Every method checks that ``by`` may, and raises NotEntitled otherwise."""

    async def record(self, visit_id: VisitId, **results: Unpack[VisitResults]) -> Visit:
        """Keep what an effect found out, beside whatever people change meanwhile. For the work, not for people."""
        return await self._store.record(visit_id, **results)
