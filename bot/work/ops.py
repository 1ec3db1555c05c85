"""The single calls of which a visit's work is made, and what the ledger holds of each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.visits.models.effects import EffectKind, EffectState
from bot.visits.ports.calendar import SmsKind

CLOSED = frozenset(
    {
        EffectState.done,
        EffectState.skipped,
        EffectState.refused,
        EffectState.unknown,
        EffectState.left,
        EffectState.failed,
    }
)
"""Nothing more happens to such an effect by itself."""


class Op(StrEnum):
    """The single calls. Names are stored data: add, never rename."""

    add = "add"
    look_up = "look_up"
    check = "check"
    join_url = "join_url"
    meeting = "meeting"
    lobby = "lobby"
    link = "link"
    move = "move"
    invite = "invite"
    sms_confirmation = "sms_confirmation"
    sms_reschedule = "sms_reschedule"
    sms_cancellation = "sms_cancellation"
    cancel = "cancel"


KIND_OF: Mapping[Op, EffectKind] = {
    Op.add: EffectKind.calendar,
    Op.look_up: EffectKind.calendar,
    Op.check: EffectKind.calendar,
    Op.join_url: EffectKind.client_link,
    Op.meeting: EffectKind.client_link,
    Op.lobby: EffectKind.lobby,
    Op.link: EffectKind.client_link,
    Op.move: EffectKind.calendar,
    Op.invite: EffectKind.invitation,
    Op.sms_confirmation: EffectKind.sms_confirmation,
    Op.sms_reschedule: EffectKind.sms_reschedule,
    Op.sms_cancellation: EffectKind.sms_cancellation,
    Op.cancel: EffectKind.calendar,
}

SMS_OF: Mapping[Op, SmsKind] = {
    Op.sms_confirmation: "confirmation",
    Op.sms_reschedule: "reschedule",
    Op.sms_cancellation: "cancellation",
}
"""The calls that are at most once by themselves: Graph gives no receipt, no key and no way to look them up."""

PREPARING = (Op.join_url, Op.meeting, Op.lobby, Op.link)
"""What the meeting behind an event needs, once for each event."""

SENDER_TO_CLIENT: Mapping[tuple[str, str], str] = {
    ("confirmation", "e-mail"): "Outlook, by the invitation (Op.invite)",
    ("confirmation", "sms"): "Graph, by Op.sms_confirmation",
    ("reschedule", "e-mail"): "Outlook, by the changed event (Op.move)",
    ("reschedule", "sms"): "Graph, by Op.sms_reschedule",
    ("cancellation", "e-mail"): "Outlook, by the cancelled event (Op.cancel)",
    ("cancellation", "sms"): "Graph, by Op.sms_cancellation",
    ("reminder", "sms"): "Graph, by the reminder workflow",
    ("running late", "e-mail"): "the organizer's mailbox, by the press of Running late",
}
"""Exactly one sender for each message to the client."""


@dataclass(frozen=True)
class Entry:
    """One row of the ledger, as the plan reads it."""

    key: str
    op: Op
    state: EffectState
    schedule_version: int
    created_at: datetime
    until: datetime | None = None
    attempts: int = 0

    @property
    def is_closed(self) -> bool:
        """Whether nothing more happens by itself."""
        return self.state in CLOSED

    @property
    def is_unresolved(self) -> bool:
        """Whether a call was begun of which nobody knows yet that it did not happen."""
        return not self.is_closed and self.attempts > 0

    @property
    def was_in_doubt(self) -> bool:
        """Whether it was refused only when repeated or looked up: the try before that may have gone through."""
        return self.state in (EffectState.refused, EffectState.failed) and self.attempts > 1

    @property
    def number(self) -> int:
        """Which one of its kind: ``move:{visit id}:{number}``."""
        return int(self.key.rpartition(":")[2])


@dataclass(frozen=True)
class Act:
    """Do this now."""

    op: Op
    key: str

    @property
    def kind(self) -> EffectKind:
        """The effect as people see it."""
        return KIND_OF[self.op]


def generation(ledger: Iterable[Entry]) -> int:
    """Which event of a visit this is: one called off is another when the visit is on again."""
    return max((each.number for each in ledger if each.op is Op.add), default=1)
