"""Which resources can be watched, by whom and for how long.

Source: learn.microsoft.com/graph/api/resources/subscription, subscription-post-subscriptions,
learn.microsoft.com/graph/changenotifications-for-onlinemeeting
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.graph.emulator.exchange import Version
from bot.graph.emulator.routing import Needs
from bot.graph.emulator.state import Event, Meeting

Kind = Literal["meeting", "events", "callRecords"]

NEEDS: dict[Kind, Needs] = {
    "meeting": Needs((), ("OnlineMeetings.Read.All", "OnlineMeetings.ReadWrite.All")),
    "events": Needs(
        ("Calendars.ReadBasic", "Calendars.Read", "Calendars.ReadWrite"),
        ("Calendars.ReadBasic.All", "Calendars.Read", "Calendars.ReadWrite"),
    ),
    "callRecords": Needs((), ("CallRecords.Read.All",)),
}
CHANGES: dict[Kind, set[str]] = {
    "meeting": {"updated"},
    "events": {"created", "updated", "deleted"},
    "callRecords": {"created", "updated"},
}
LIFE_MINUTES: dict[Kind, int] = {"meeting": 4230, "events": 4230, "callRecords": 4230}

_MEETING = re.compile(r"communications/onlineMeetings\(joinWebUrl='(.+)'\)/meetingCallEvents", re.IGNORECASE)
_EVENTS = re.compile(r"(?:users/([^/]+)|me)/(?:calendar/)?events", re.IGNORECASE)


@dataclass
class Subscription:
    """Someone who wants to be told."""

    id: str
    kind: Kind
    watched: str
    """The join URL, or the mailbox' object id."""
    app_id: str
    creator_id: str
    change_type: str
    url: str
    resource: str
    expires_at: datetime
    version: Version
    client_state: str | None = None
    lifecycle_url: str | None = None
    with_data: bool = False
    certificate: str | None = None
    certificate_id: str | None = None


@dataclass(frozen=True)
class Watched:
    """What a ``resource`` means. ``key`` is the join URL as written there, or the mailbox' key (None: the caller's)."""

    kind: Kind
    key: str | None


def watched_by(resource: str, version: Version) -> Watched | None:
    """What a resource string asks to watch; None where nothing of that name can be. Lobby and roster are beta only."""
    path = resource.strip("/")
    if (match := _MEETING.fullmatch(path)) is not None:
        return Watched("meeting", match[1]) if version == "beta" else None
    if (match := _EVENTS.fullmatch(path)) is not None:
        return Watched("events", match[1])
    if path.casefold() == "communications/callrecords":
        return Watched("callRecords", None)
    return None


def watches_meeting(subscription: Subscription, meeting: Meeting) -> bool:
    """Whether this subscription is about this meeting."""
    return subscription.kind == "meeting" and subscription.watched == meeting.join_url


def watches_event(subscription: Subscription, event: Event) -> bool:
    """Whether this subscription is about the mailbox this event is in."""
    return subscription.kind == "events" and subscription.watched == event.organizer.id
