"""What the outside world is told about a visit, and where each of it stands."""

from collections.abc import Sequence
from enum import StrEnum

from bot.visits.models.values import Frozen, Instant


class LateTold(Frozen):
    """Who hears that the organizer is late."""

    desk: bool
    client: bool


class EffectKind(StrEnum):
    """Each thing the outside world is told about a visit."""

    calendar = "calendar"
    lobby = "lobby"
    client_link = "client_link"
    invitation = "invitation"
    sms_confirmation = "sms_confirmation"
    sms_reschedule = "sms_reschedule"
    sms_cancellation = "sms_cancellation"
    sms_reminder = "sms_reminder"
    card = "card"
    reminder = "reminder"
    agenda = "agenda"
    desk_notice = "desk_notice"
    client_waits = "client_waits"
    late_email = "late_email"


class EffectState(StrEnum):
    """Where one effect stands."""

    waiting = "waiting"  # for the quiet window or its due time
    working = "working"
    provisioning = "provisioning"  # the tenant is being set up for virtual visits; takes minutes
    retrying = "retrying"
    done = "done"  # accepted by Microsoft; never "delivered"
    skipped = "skipped"  # superseded, or not wanted
    refused = "refused"
    unknown = "unknown"  # sent without an answer; needs a person: Resend or Leave
    left = "left"  # unknown, and a person chose to leave it
    failed = "failed"  # given up; needs a person


class EffectStatus(Frozen):
    """One effect as the visit's card shows it."""

    key: str
    kind: EffectKind
    state: EffectState
    code: str | None = None
    """Why it was refused or failed: a key in the strings files, under ``effect_reason``."""
    until: Instant | None = None
    """When it is tried again, or goes out."""
    at: Instant
    version: int = 0
    """The visit's schedule version it is for."""
    begun: int = 0
    """How many calls of it were ever begun: which of them a decision about it is about."""


def latest_of(effects: Sequence[EffectStatus], *kinds: EffectKind) -> EffectStatus | None:
    """The most recent effect of these kinds.

    The clock alone does not say which: it may be set back between two of them. So the visit's version comes before it,
    and within one instant what is not done comes last, since all else waits for it.
    """
    return max(
        (each for each in effects if each.kind in kinds),
        key=lambda each: (each.version, each.at, each.state is not EffectState.done),
        default=None,
    )
