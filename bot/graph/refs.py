"""Ids that remember in whose mailbox they lie, where that is not the organizer's.

The domain holds them as opaque text. Delegated, a visit lies in the calendar of whoever booked it: its event id reads
``{owner}|{id}``; app-only it lies with the organizer and the id is Graph's own.
"""

from typing import NamedTuple

from bot.visits.models import Visit

_MARK = "|"


class Ref(NamedTuple):
    """An id of Graph's, and the object id of the person in whose mailbox it is."""

    owner: str
    id: str


def read_ref(text: str, visit: Visit) -> Ref:
    """What ``written`` wrote."""
    owner, mark, graph_id = text.partition(_MARK)
    return Ref(owner, graph_id) if mark else Ref(visit.organizer.id, text)


def written(owner: str, graph_id: str, visit: Visit) -> str:
    """An id for the domain to keep."""
    return graph_id if owner == visit.organizer.id else f"{owner}{_MARK}{graph_id}"
