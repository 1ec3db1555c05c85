"""Decides on the next call of a visit, inside the transaction that reads the visit and its ledger: the intent."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.store.effects import EffectRow, LedgerChanges
from bot.visits.models.effects import EffectState
from bot.visits.models.visit import Visit
from bot.visits.ports.store import VisitResults
from bot.work.entries import HELD_UP, SAYS, TOLD_BEFORE, ended, entry_of, op_of, told_by
from bot.work.fates import superseded
from bot.work.ops import SMS_OF, Act, Op
from bot.work.plan import Abilities, Wait, held_up, next_effect

CLAIM_LASTS = timedelta(seconds=15)
"""After that, a call whose process said nothing is somebody else's to resolve. Longer than ``BEGIN_WITHIN`` and
``CALL_SECONDS`` of ``bot.work.calling`` together."""


@dataclass(frozen=True)
class Settled:
    """What one call of ``advance`` came to: go on at once, go on at ``until``, or nothing left to do."""

    again: bool = False
    until: datetime | None = None


@dataclass(frozen=True)
class Intent:
    """A call about to be made: ``visit`` as it was when the intent was written."""

    act: Act
    visit: Visit
    row: EffectRow
    is_repeat: bool


class Intending:
    """What a process would do next for a visit."""

    def __init__(
        self, clock: Clock, *, owner: str, abilities: Callable[[Visit], Abilities], looks_up: bool = True
    ) -> None:
        """``owner`` names this process. ``looks_up`` off is for proving that the tests notice."""
        self._clock = clock
        self._owner = owner
        self._abilities = abilities
        self._looks_up = looks_up

    def decide(self, visit: Visit | None, rows: Sequence[EffectRow]) -> "tuple[Intent | Settled, LedgerChanges]":
        """The call to make, or that there is none now; and what is to be written of it. Pure."""
        now = self._clock.now()
        rows = [each for each in rows if op_of(each) is not None]
        if visit is None:
            return Settled(), LedgerChanges()
        if busy := self._elsewhere(rows, now):
            return Settled(until=busy), LedgerChanges()
        lost = [each for each in rows if each.state is EffectState.working and op_of(each) in SMS_OF]
        if lost and self._looks_up:
            return Settled(again=True), self._unknown(visit, lost, now)
        fates = superseded(visit, [entry_of(each) for each in rows], now)
        stale = [ended(each, fates[each.key].state, fates[each.key].code, now) for each in rows if each.key in fates]
        kept = {each.key: each for each in [*rows, *stale]}
        following = next_effect(visit, [entry_of(each) for each in kept.values()], now, self._abilities(visit))
        if following is None:
            return Settled(), self._at_rest(visit, kept, stale, now)
        if isinstance(following, Wait):
            waiting = [self._waiting(act, kept.get(act.key), visit, following.until, now) for act in following.acts]
            return Settled(until=following.until), LedgerChanges(rows=[*stale, *filter(None, waiting)])
        before = kept.get(following.key)
        sent = before.payload if before is not None else None
        begun = before.begun if before is not None else 0
        if before is not None and entry_of(before).is_closed:
            before = None  # done once, and the world differs again: anew
        row = replace(self._claimed(following, before, visit, now), begun=begun + 1)
        if following.op is Op.look_up:
            row = replace(row, payload=sent)
        was_begun = before is not None and before.attempts > 0
        tells_attendees = following.op in (Op.cancel, Op.move)
        if tells_attendees and any(entry_of(each).is_unresolved for each in rows if op_of(each) is Op.invite):
            visit = visit.model_copy(update={"client_invited": True})  # they may be: then they are told by Outlook
        return Intent(following, visit, row, was_begun), LedgerChanges(rows=[*stale, row])

    def _elsewhere(self, rows: Sequence[EffectRow], now: datetime) -> datetime | None:
        """Until when another process may be in the middle of a call for this visit."""
        held = [
            each.claimed_until
            for each in rows
            if each.state is EffectState.working and each.owner != self._owner and each.claimed_until is not None
        ]
        return max((each for each in held if each > now), default=None)

    def _unknown(self, visit: Visit, lost: Sequence[EffectRow], now: datetime) -> LedgerChanges:
        """Texts whose process died between intent and outcome: never sent again by themselves."""
        rows = [ended(each, EffectState.unknown, "outcome_unknown", now) for each in lost]
        return LedgerChanges(rows=rows, results=told_by(lost[-1], now))

    def _claimed(self, act: Act, before: EffectRow | None, visit: Visit, now: datetime) -> EffectRow:
        snapshot: dict[str, Any] | None = None
        if act.op is Op.add:
            snapshot = visit.model_dump(mode="json")
        elif act.op in SMS_OF:
            snapshot = {
                TOLD_BEFORE: visit.told.model_dump(mode="json") if visit.told else None,
                SAYS: None if act.op is Op.sms_cancellation else visit.starts_at.isoformat(),
            }
        return EffectRow(
            key=act.key,
            visit_id=visit.id,
            kind=act.kind,
            state=EffectState.working,
            version=before.version if before and before.attempts else visit.schedule_version,
            created_at=before.created_at if before else now,
            updated_at=now,
            attempts=(before.attempts if before else 0) + 1,
            owner=self._owner,
            claimed_until=now + CLAIM_LASTS,
            requested_by=visit.requested_by,
            payload=before.payload if before and before.attempts and before.payload else snapshot,
        )

    def _waiting(
        self, act: Act, before: EffectRow | None, visit: Visit, until: datetime, now: datetime
    ) -> EffectRow | None:
        if before is not None and (before.state is not EffectState.waiting or before.until == until):
            return None
        return EffectRow(
            key=act.key,
            visit_id=visit.id,
            kind=act.kind,
            state=EffectState.waiting,
            version=visit.schedule_version,
            created_at=before.created_at if before else now,
            updated_at=now,
            until=until,
            begun=before.begun if before else 0,
            requested_by=visit.requested_by,
        )

    def _at_rest(
        self, visit: Visit, rows: Mapping[str, EffectRow], stale: Sequence[EffectRow], now: datetime
    ) -> LedgerChanges:
        """Nothing more happens by itself, so nothing stays open. What may have gone through is taken into account."""
        begun = [each for each in rows.values() if entry_of(each).is_unresolved]
        given_up = [ended(each, EffectState.failed, HELD_UP, now) for each in begun]
        results: VisitResults = {}
        if any(op_of(each) is Op.move for each in begun):
            results["calendar_starts_at"] = None
        if any(op_of(each) is Op.invite for each in begun):
            results["client_invited"] = True
        return LedgerChanges(rows=[*stale, *given_up, *self._held_up(visit, rows, now)], results=results)

    def _held_up(self, visit: Visit, rows: Mapping[str, EffectRow], now: datetime) -> list[EffectRow]:
        """Effects that were to follow on something that came to nothing. They go on once that succeeds."""
        entries = [entry_of(each) for each in rows.values()]
        keys = {each.key: each.kind for each in held_up(visit, entries, now, self._abilities(visit))}
        keys |= {key: each.kind for key, each in rows.items() if each.attempts == 0 and not entry_of(each).is_closed}
        return [
            EffectRow(
                key=key,
                visit_id=visit.id,
                kind=kind,
                state=EffectState.failed,
                code=HELD_UP,
                version=visit.schedule_version,
                created_at=rows[key].created_at if key in rows else now,
                updated_at=now,
                begun=rows[key].begun if key in rows else 0,
                requested_by=visit.requested_by,
            )
            for key, kind in keys.items()
            if key not in rows or rows[key].state is not EffectState.failed
        ]
