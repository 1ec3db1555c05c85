"""The kinds of values that payloads hold, each with what it may be."""

from typing import Annotated

from pydantic import Field

from bot.visits.models.values import VisitId

Id = Annotated[VisitId, Field(pattern=r"^[0-9a-f]{32}$")]
Version = Annotated[int, Field(ge=1, le=1_000_000_000)]
EffectKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,199}$")]
Begun = Annotated[int, Field(ge=0, le=1_000_000_000)]
"""How many calls of an effect had been begun when the card was drawn: which of them a decision is about."""
MOST_OBJECTIONS = 24
"""So many objections a card shows, and so a reason goes over."""
Seen = Annotated[tuple[Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")], ...], Field(max_length=MOST_OBJECTIONS)]
"""The keys of the objections that the card showed."""
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]
