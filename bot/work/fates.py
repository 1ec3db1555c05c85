"""What becomes of effects that were begun or wait, once a change of the visit or time itself has made them pointless.

Pure, as the plan is: what is left standing here is what ``bot.work.plan`` goes on from.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.visits.models.effects import EffectState
from bot.visits.models.visit import Visit
from bot.work.ops import PREPARING, SMS_OF, Entry, Op, generation

CANCELLATION_WAITS = timedelta(minutes=2)
"""How long the event of a cancelled visit waits for its text to go out first; then it goes all the same."""


@dataclass(frozen=True)
class Fate:
    """What becomes of an effect that will not be done any more."""

    state: EffectState
    code: str | None = None


SKIPPED = Fate(EffectState.skipped)
NO_LONGER_ASKED = Fate(EffectState.skipped, "outcome_unknown")
"""Nobody knows whether it went out, and nobody need: the client has heard something newer."""
TOO_LATE = Fate(EffectState.failed, "too_late")


def superseded(visit: Visit, ledger: Sequence[Entry], now: datetime) -> Mapping[str, Fate]:
    """Effects that a change since, or time itself, has made pointless. Nobody may be in the middle of one."""
    judging = _Judging(visit, ledger, now)
    fates = {each.key: judging.fate(each) for each in ledger}
    return {key: fate for key, fate in fates.items() if fate is not None}


@dataclass(frozen=True)
class _Judging:
    visit: Visit
    ledger: Sequence[Entry]
    now: datetime

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
                return SKIPPED if is_gone or entry.number != generation(self.ledger) else None
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
        later = [each for each in self.ledger if each.op is Op.move and each.number > move.number]
        return not move.is_unresolved or any(each.is_closed for each in later)

    def _was_told_since(self, text: Entry) -> bool:
        """Whether a later text told the client for sure, so that nobody need decide about this one."""
        return text.op in SMS_OF and any(
            each.op in SMS_OF and each.state is EffectState.done and each.schedule_version > text.schedule_version
            for each in self.ledger
        )
