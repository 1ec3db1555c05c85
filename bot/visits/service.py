"""Visits and drafts as people act on them: who may, what the rules say, what is stored, and what work follows.

A visit's ``version`` rises with every change a person makes and with nothing else, so that a button on a card is stale
only when someone decided something since. What effects find out goes straight to the store, into columns of its own.
"""

from bot.visits.drafting import Drafting
from bot.visits.drifting import Drifting
from bot.visits.looking import Looking
from bot.visits.moving import Moving
from bot.visits.taking_back import TakingBack


class Visits(Drafting, Moving, Drifting, TakingBack, Looking):
    """What people do to visits. Every method checks that ``by`` may, and raises NotEntitled otherwise."""
