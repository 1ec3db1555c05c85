"""What is to be done next for a visit, from its row and its ledger alone.

The row says what people decided; the ledger says what the outside world was told. ``next_effect`` compares the two and
names one effect, so that whatever happened before (a crash, an undo, three changes in a minute) the next thing done is
the right one. Pure: every rule about what the client hears, and when, is a line of this file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.visits.models.effects import EffectKind, EffectState
from bot.visits.models.visit import Visit
from bot.visits.ports.calendar import SmsKind

CANCELLATION_WAITS = timedelta(minutes=2)
"""How long the event of a cancelled visit waits for its text to go out first; then it goes all the same."""

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


@dataclass(frozen=True)
class Wait:
    """Nothing to do before ``until``; ``acts`` are what then follows, to be shown as waiting."""

    until: datetime
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True)
class Abilities:
    """What the backend and the cloud can do beside plain calendar events."""

    online_meetings: bool = True
    client_link: bool = True
    sms: bool = True
    invitations: bool = True


Next = Act | Wait | None
"""None: the outside world is as it should be, or a person is needed."""


@dataclass(frozen=True)
class Fate:
    """What becomes of an effect that will not be done any more."""

    state: EffectState
    code: str | None = None


SKIPPED = Fate(EffectState.skipped)
NO_LONGER_ASKED = Fate(EffectState.skipped, "outcome_unknown")
"""Nobody knows whether it went out, and nobody need: the client has heard something newer."""
TOO_LATE = Fate(EffectState.failed, "too_late")


def next_effect(visit: Visit, ledger: Sequence[Entry], now: datetime, abilities: Abilities) -> Next:
    """The next thing to do for a visit, once ``superseded`` was written."""
    plan = _Plan(visit, {each.key: each for each in ledger}, now, abilities)
    return plan.calling_off() if visit.is_cancelled else plan.holding()


def superseded(visit: Visit, ledger: Sequence[Entry], now: datetime) -> Mapping[str, Fate]:
    """Effects that a change since, or time itself, has made pointless. Nobody may be in the middle of one."""
    plan = _Plan(visit, {each.key: each for each in ledger}, now, Abilities())
    fates = {each.key: plan.fate(each) for each in ledger}
    return {key: fate for key, fate in fates.items() if fate is not None}


def held_up(visit: Visit, ledger: Sequence[Entry], now: datetime, abilities: Abilities) -> Sequence[Act]:
    """What the client was still to hear when ``next_effect`` has nothing more to do: somebody has to know of it."""
    return _Plan(visit, {each.key: each for each in ledger}, now, abilities).held_up()


@dataclass(frozen=True)
class _Plan:
    visit: Visit
    ledger: Mapping[str, Entry]
    now: datetime
    abilities: Abilities

    # --- a visit that is on -----------------------------------------------------------------------

    def holding(self) -> Next:
        """Calendar first, then what the meeting needs, then the client."""
        if undone := next((each for each in self._entries(Op.cancel) if each.is_unresolved), None):
            return self._when_due(Act(Op.check, undone.key))
        if self.visit.event_id is None:
            return self._adding()
        if not self._calendar_agrees():
            move = self._act(Op.move, self.visit.version)
            if self._is_stuck(move):
                return None
            if self._may_be_invited() and self.visit.is_quiet(self.now):
                return self._quiet(move, *self._telling())
            return self._when_due(move)
        for act in self._preparing():
            entry = self.ledger.get(act.key)
            if entry is None or not entry.is_closed:
                return self._when_due(act)
        telling = self._telling()
        if not telling:
            return None
        return self._quiet(*telling) if self.visit.is_quiet(self.now) else self._when_due(telling[0])

    def _adding(self) -> Next:
        tries = self._entries(Op.add)
        latest = next((each for each in tries if each.is_unresolved), None)
        latest = latest or max(tries, key=lambda each: each.number, default=None)
        if latest is not None and not latest.is_closed:
            return self._when_due(Act(Op.add, latest.key))
        if (
            latest is not None
            and latest.state is not EffectState.done
            and latest.schedule_version == self.visit.schedule_version
        ):
            return None  # refused or given up as it stands: a person is needed
        return self._act(Op.add, latest.number + 1 if latest else 1)

    def _preparing(self) -> Sequence[Act]:
        """What the meeting behind a new event needs, once for each event."""
        if not self.abilities.online_meetings:
            return ()
        wanted = []
        if self.visit.join_url is None:
            wanted.append(Op.join_url)
        if self.visit.meeting_id is None:
            wanted.append(Op.meeting)
        wanted.append(Op.lobby)
        if self.visit.client_join_url is None:
            wanted.append(Op.link)
        acts = [self._act(each, self._generation()) for each in wanted]
        blocked = next(
            (n for n, act in enumerate(acts) if act.op in (Op.join_url, Op.meeting) and self._is_closed(act)), None
        )
        return acts if blocked is None else acts[:blocked]

    def _generation(self) -> int:
        """Which event this is: one called off is another when the visit is on again."""
        return max((each.number for each in self._entries(Op.add)), default=1)

    def _calendar_agrees(self) -> bool:
        """Whether the calendar surely holds the visit as it stands: a move without an answer may have gone through."""
        there = (self.visit.calendar_starts_at, self.visit.calendar_duration or self.visit.duration)
        is_sure = not any(each.is_unresolved for each in self._entries(Op.move))
        return is_sure and there == (self.visit.starts_at, self.visit.duration)

    def _may_be_invited(self) -> bool:
        return self.visit.client_invited or any(each.is_unresolved for each in self._entries(Op.invite))

    def _telling(self, *, wanted_text: bool | None = None) -> Sequence[Act]:
        """What the client has still to hear of the visit as it stands."""
        if self.now >= self.visit.ends_at:
            return ()
        wanted = []
        if self.visit.client.email and not self.visit.client_invited and self.abilities.invitations:
            begun = next((each for each in self._entries(Op.invite) if each.is_unresolved), None)
            wanted.append(Act(Op.invite, begun.key) if begun else self._act(Op.invite, self.visit.schedule_version))
        told = self.visit.told.starts_at if self.visit.told else None
        texts = self._may_text() if wanted_text is None else wanted_text
        if texts and told != self.visit.starts_at:
            op = Op.sms_confirmation if told is None else Op.sms_reschedule
            wanted.append(self._act(op, self.visit.schedule_version))
        return [each for each in wanted if not self._is_closed(each) or self._was_held_up(each)]

    def _may_text(self) -> bool:
        return self._wants_text() and self.visit.meeting_id is not None

    def _wants_text(self) -> bool:
        return self.visit.is_to_be_texted and self.visit.tell_client and self.abilities.sms

    # --- a visit that is off ----------------------------------------------------------------------

    def calling_off(self) -> Next:
        """The text before the event goes, since it is bound to the meeting; both after the quiet window."""
        if self.visit.event_id is None:
            unresolved = next((each for each in self._entries(Op.add) if each.is_unresolved or each.was_in_doubt), None)
            return None if unresolved is None else self._when_due(Act(Op.look_up, unresolved.key))
        begun = next((each for each in self._entries(Op.cancel) if each.is_unresolved), None)
        cancel = Act(Op.cancel, begun.key) if begun else self._act(Op.cancel, self.visit.schedule_version)
        text = self._act(Op.sms_cancellation, self.visit.schedule_version)
        texts = self._knows_of_it() and self._may_text() and not self._is_closed(text) and self.now < self.visit.ends_at
        if self.visit.is_quiet(self.now):
            return self._quiet(*([text] if texts else []), cancel)
        if texts:
            return self._when_due(text)
        return None if self._is_stuck(cancel) else self._when_due(cancel)

    def _knows_of_it(self) -> bool:
        return self.visit.told is not None and self.visit.told.starts_at is not None

    # --- what cannot be done ----------------------------------------------------------------------

    def held_up(self) -> Sequence[Act]:
        """What the client was still to hear, where nothing is done any more that it could follow on."""
        if self.now >= self.visit.ends_at:
            return ()
        if not self.visit.is_cancelled:
            return self._telling(wanted_text=self._wants_text())
        text = self._act(Op.sms_cancellation, self.visit.schedule_version)
        return [text] if self._knows_of_it() and self._wants_text() and not self._is_closed(text) else ()

    # --- what will not be done any more -----------------------------------------------------------

    def fate(self, entry: Entry) -> Fate | None:
        """None while it stands, or may still be done."""
        is_old = entry.schedule_version < self.visit.schedule_version
        if entry.is_closed:
            return NO_LONGER_ASKED if entry.state is EffectState.unknown and self._was_told_since(entry) else None
        match entry.op:
            case Op.add:
                is_off = self.visit.is_cancelled and not entry.is_unresolved
                return SKIPPED if is_off or self.visit.event_id is not None else None
            case Op.move:
                return SKIPPED if self._is_past(entry) else None
            case Op.cancel:
                is_moot = (is_old or not self.visit.is_cancelled) and not entry.is_unresolved
                return SKIPPED if is_moot or self.visit.event_id is None else None
            case Op.invite:
                has_changed = not entry.is_unresolved and (is_old or self.visit.is_cancelled)
                is_gone = self.visit.event_id is None and entry.is_unresolved
                return SKIPPED if has_changed or self.visit.client_invited or is_gone else None
            case op if op in PREPARING:
                is_gone = self.visit.is_cancelled or self.visit.event_id is None
                return SKIPPED if is_gone or entry.number != self._generation() else None
            case _:
                return self._fate_of_text(entry, is_old=is_old)

    def _fate_of_text(self, entry: Entry, *, is_old: bool) -> Fate | None:
        if is_old or (entry.op is Op.sms_cancellation) != self.visit.is_cancelled:
            return SKIPPED
        if self.now >= self.visit.ends_at:
            return TOO_LATE
        if entry.op is not Op.sms_cancellation:
            return None
        since = max(entry.created_at, self.visit.quiet_until or entry.created_at)
        has_waited = entry.attempts > 0 and self.now >= since + CANCELLATION_WAITS  # tried once whatever happened
        return TOO_LATE if self.visit.event_id is None or has_waited else None

    def _is_past(self, move: Entry) -> bool:
        """A move that may have gone through stands until a later one brought the calendar to where it should be."""
        if self.visit.event_id is None:
            return True
        if move.number == self.visit.version and not self.visit.is_cancelled:
            return False
        later = [each for each in self._entries(Op.move) if each.number > move.number]
        return not move.is_unresolved or any(each.is_closed for each in later)

    def _was_told_since(self, text: Entry) -> bool:
        """Whether a later text told the client for sure, so that nobody need decide about this one."""
        return text.op in SMS_OF and any(
            each.op in SMS_OF and each.state is EffectState.done and each.schedule_version > text.schedule_version
            for each in self.ledger.values()
        )

    # --- shared -----------------------------------------------------------------------------------

    def _quiet(self, *acts: Act) -> Wait:
        assert self.visit.quiet_until is not None
        return Wait(self.visit.quiet_until, acts)

    def _when_due(self, act: Act) -> Next:
        entry = self.ledger.get(act.key)
        if entry is not None and entry.until is not None and entry.until > self.now and not entry.is_closed:
            return Wait(entry.until)
        return act

    def _entries(self, op: Op) -> list[Entry]:
        return [each for each in self.ledger.values() if each.op is op]

    def _is_closed(self, act: Act) -> bool:
        entry = self.ledger.get(act.key)
        return entry is not None and entry.is_closed

    def _was_held_up(self, act: Act) -> bool:
        """Given up before it was ever tried, since what it follows on had come to nothing."""
        entry = self.ledger.get(act.key)
        return entry is not None and entry.state is EffectState.failed and entry.attempts == 0

    def _is_stuck(self, act: Act) -> bool:
        """Closed and not done. One that was done is done again where the world differs all the same."""
        entry = self.ledger.get(act.key)
        return entry is not None and entry.is_closed and entry.state is not EffectState.done

    def _act(self, op: Op, number: int) -> Act:
        return Act(op, f"{op}:{self.visit.id}:{number}")
