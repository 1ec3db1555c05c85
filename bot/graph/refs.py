"""Ids that remember in whose mailbox they lie, where that is not the organizer's.

The domain holds them as opaque text. Delegated, a visit lies in the calendar of whoever booked it: its event id reads
``{owner}|{id}``; app-only it lies with the organizer and the id is Graph's own.
"""

import json
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from bot.visits.models.visit import Visit

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


def organizer_in(join_url: str) -> str | None:
    """The organizer's object id from a join URL's context, if it has one."""
    try:
        context = json.loads(parse_qs(urlsplit(join_url).query)["context"][0])
    except (KeyError, ValueError):
        return None
    organizer = context.get("Oid") if isinstance(context, dict) else None
    return organizer if isinstance(organizer, str) else None
