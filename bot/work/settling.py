"""Does one effect of a visit: intent, call, outcome. Repeating it after a crash does nothing twice.

The intent is written in the transaction that read the visit, so what is called fits what people decided; at most one
call of a visit is under way at any time. A call that was begun and never reported is looked up where that is possible
(the event, by the visit's own id) or harmless to repeat (edits), and otherwise becomes *unknown*: a person decides.
"""

import asyncio
import logging
import random
import weakref
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from bot.clock import Clock
from bot.logs import trace_of
from bot.store.effects import EffectRow, LedgerChanges
from bot.visits.acted import noting
from bot.visits.errors import (
    CalendarBusy,
    CalendarError,
    CalendarRefused,
    Deadline,
    OutcomeUnknown,
    SignInNeeded,
    StoreUnavailable,
    TenantProvisioning,
    VisitError,
)
from bot.visits.models.effects import EffectState
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Told, Visit
from bot.visits.ports.store import NOT_IN_CALENDAR, VisitResults
from bot.work.agreeing import LOOKS_FOR, ShownCalendar, require_agreement
from bot.work.plan import SMS_OF, Abilities, Act, Entry, Op, Wait, held_up, next_effect, superseded

log = logging.getLogger(__name__)

BEGIN_WITHIN = timedelta(seconds=3)
"""A process that slept longer between intent and call does not call any more."""
CALL_SECONDS = 11.0
CLAIM_LASTS = timedelta(seconds=15)
"""After that, a call whose process said nothing is somebody else's to resolve. Longer than the two above."""
PROVISIONING_PAUSE = timedelta(seconds=60)
LONGEST_PAUSE = timedelta(minutes=5)
MOST_ATTEMPTS = 40
KEEPS_TRYING = timedelta(hours=2)
"""An effect is given up after both: so many attempts, and this long."""
OUTCOME_TRIES = 12

Probe = Callable[[str], Awaitable[None]]
"""Told each moment a crash could fall into: ``{op}.intended``, ``{op}.called``, ``{op}.noted``. For crash tests."""


async def no_probe(_moment: str) -> None:
    """Nobody listens."""


class Ledger(Protocol):
    """The part of the store this needs."""

    async def transact(
        self, visit_id: VisitId, decide: Callable[[Visit | None, Sequence[EffectRow]], LedgerChanges]
    ) -> Visit | None:
        """See ``bot.store.effects``."""
        ...


@dataclass(frozen=True)
class Settled:
    """What one call of ``advance`` came to: go on at once, go on at ``until``, or nothing left to do."""

    again: bool = False
    until: datetime | None = None


@dataclass(frozen=True)
class _Intent:
    """A call about to be made: ``visit`` as it was when the intent was written."""

    act: Act
    visit: Visit
    row: EffectRow
    is_repeat: bool


class Settler:
    """Brings the outside world to what a visit's row says, one effect at a time."""

    def __init__(
        self,
        calendar: ShownCalendar,
        ledger: Ledger,
        clock: Clock,
        *,
        owner: str,
        abilities: Callable[[Visit], Abilities] = lambda _: Abilities(),
        probe: Probe = no_probe,
        looks_up: bool = True,
        jitter: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """``owner`` names this process. ``looks_up`` off is for proving that the tests notice."""
        self._calendar = calendar
        self._ledger = ledger
        self._clock = clock
        self._owner = owner
        self._abilities = abilities
        self._probe = probe
        self._looks_up = looks_up
        self._jitter = jitter
        self._sleep = sleep
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    async def advance(self, visit_id: VisitId) -> Settled:
        """Do the next effect of a visit, if it is due."""
        lock = self._locks.setdefault(visit_id, asyncio.Lock())
        async with lock:
            intent = await self._intend(visit_id)
            if isinstance(intent, Settled):
                return intent
            await self._probe(f"{intent.act.op}.intended")
            row, results = await self._call(intent)
            await self._probe(f"{intent.act.op}.called")
            await self._note(intent, row, results)
            await self._probe(f"{intent.act.op}.noted")
            facts = {"effect": row.key, "state": row.state, "code": row.code, "requested_by": row.requested_by}
            log.info("effect.noted", extra=facts)
            return Settled(again=True)

    # --- intent -----------------------------------------------------------------------------------

    async def _intend(self, visit_id: VisitId) -> "_Intent | Settled":
        decided: list[_Intent | Settled] = []

        def decide(visit: Visit | None, rows: Sequence[EffectRow]) -> LedgerChanges:
            outcome, changes = self._decision(visit, rows)
            decided[:] = [outcome]
            return changes

        await self._ledger.transact(visit_id, decide)
        return decided[0]

    def _decision(self, visit: Visit | None, rows: Sequence[EffectRow]) -> "tuple[_Intent | Settled, LedgerChanges]":
        now = self._clock.now()
        rows = [each for each in rows if _op(each) is not None]
        if visit is None:
            return Settled(), LedgerChanges()
        if busy := self._elsewhere(rows, now):
            return Settled(until=busy), LedgerChanges()
        lost = [each for each in rows if each.state is EffectState.working and _op(each) in SMS_OF]
        if lost and self._looks_up:
            return Settled(again=True), self._unknown(visit, lost, now)
        fates = superseded(visit, [_entry(each) for each in rows], now)
        stale = [_ended(each, fates[each.key].state, fates[each.key].code, now) for each in rows if each.key in fates]
        kept = {each.key: each for each in [*rows, *stale]}
        following = next_effect(visit, [_entry(each) for each in kept.values()], now, self._abilities(visit))
        if following is None:
            return Settled(), self._at_rest(visit, kept, stale, now)
        if isinstance(following, Wait):
            waiting = [self._waiting(act, kept.get(act.key), visit, following.until, now) for act in following.acts]
            return Settled(until=following.until), LedgerChanges(rows=[*stale, *filter(None, waiting)])
        before = kept.get(following.key)
        sent = before.payload if before is not None else None
        begun = before.begun if before is not None else 0
        if before is not None and _entry(before).is_closed:
            before = None  # done once, and the world differs again: anew
        row = replace(self._claimed(following, before, visit, now), begun=begun + 1)
        if following.op is Op.look_up:
            row = replace(row, payload=sent)
        was_begun = before is not None and before.attempts > 0
        tells_attendees = following.op in (Op.cancel, Op.move)
        if tells_attendees and any(_entry(each).is_unresolved for each in rows if _op(each) is Op.invite):
            visit = visit.model_copy(update={"client_invited": True})  # they may be: then they are told by Outlook
        return _Intent(following, visit, row, was_begun), LedgerChanges(rows=[*stale, row])

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
        rows = [_ended(each, EffectState.unknown, "outcome_unknown", now) for each in lost]
        return LedgerChanges(rows=rows, results=_told(lost[-1], now))

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
        begun = [each for each in rows.values() if _entry(each).is_unresolved]
        given_up = [_ended(each, EffectState.failed, HELD_UP, now) for each in begun]
        results: VisitResults = {}
        if any(_op(each) is Op.move for each in begun):
            results["calendar_starts_at"] = None
        if any(_op(each) is Op.invite for each in begun):
            results["client_invited"] = True
        return LedgerChanges(rows=[*stale, *given_up, *self._held_up(visit, rows, now)], results=results)

    def _held_up(self, visit: Visit, rows: Mapping[str, EffectRow], now: datetime) -> list[EffectRow]:
        """Effects that were to follow on something that came to nothing. They go on once that succeeds."""
        entries = [_entry(each) for each in rows.values()]
        keys = {each.key: each.kind for each in held_up(visit, entries, now, self._abilities(visit))}
        keys |= {key: each.kind for key, each in rows.items() if each.attempts == 0 and not _entry(each).is_closed}
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

    # --- call and outcome -------------------------------------------------------------------------

    async def _call(self, intent: _Intent) -> tuple[EffectRow, VisitResults]:
        row = intent.row
        try:
            self._check_time(row.updated_at + BEGIN_WITHIN)
            with noting() as acted:
                async with asyncio.timeout(CALL_SECONDS):
                    found, results = await self._carry_out(intent)
        except Deadline:  # nothing was called, so it was no attempt
            not_begun = replace(row, attempts=row.attempts - 1)
            return self._later(not_begun, EffectState.retrying, timedelta(0), "deadline"), {}
        except TenantProvisioning as wait:
            pause = timedelta(seconds=wait.retry_after) if wait.retry_after is not None else PROVISIONING_PAUSE
            return self._later(row, EffectState.provisioning, pause, "tenant_provisioning"), {}
        except CalendarBusy as busy:
            code = str(busy.facts.get("reason", busy.code))
            return self._later(row, EffectState.retrying, self._pause(row, busy.retry_after), code), {}
        except (
            StoreUnavailable
        ) as away:  # before the call; what a call before it did is looked up, as ``attempts`` says
            return self._later(row, EffectState.retrying, self._pause(row, None), away.code), {}
        except SignInNeeded as needed:
            closed = self._closed(row, EffectState.refused, needed.reason)
            return replace(closed, provider_ref=needed.person or None), {}
        except CalendarRefused as refused:
            return replace(self._closed(row, EffectState.refused, refused.reason), provider_ref=refused.lacks), {}
        except (OutcomeUnknown, TimeoutError):
            return self._in_doubt(intent, row, "outcome_unknown")
        except VisitError as other:
            return self._closed(row, EffectState.failed, other.code), {}
        except Exception as fault:
            log.error("effect.fault", extra={"effect": row.key, "trace": trace_of(fault)})
            return self._in_doubt(intent, row, CalendarError.code)
        if not found:
            return self._closed(row, EffectState.skipped, None), results
        return self._closed(row, EffectState.done, acted[-1] if acted else None), results

    def _in_doubt(self, intent: _Intent, row: EffectRow, code: str) -> tuple[EffectRow, VisitResults]:
        """Whether it was done is not known: a text is never repeated by itself, and everything else may be."""
        if intent.act.op in SMS_OF:
            return self._closed(row, EffectState.unknown, "outcome_unknown"), _told(row, self._clock.now())
        return self._later(row, EffectState.retrying, self._pause(row, None), code), {}

    def _check_time(self, due: datetime) -> None:
        """Just before a call. Raises Deadline where this process slept since it wrote the intent."""
        if self._clock.now() > due:
            raise Deadline(due=due)

    async def _carry_out(self, intent: _Intent) -> tuple[bool, VisitResults]:
        """Make the call. Returns whether there was anything to do it to, and what it taught."""
        calendar, visit = self._calendar, intent.visit
        match intent.act.op:
            case Op.add:
                first = Visit.model_validate(intent.row.payload)
                may_be_there = intent.is_repeat or _entry(intent.row).number > 1
                found = await calendar.find(first) if may_be_there and self._looks_up else None
                added = found or await calendar.add(first, request_id=_request_id(intent.row))
                results = _added(first, added.event_id, added.join_url)
                if found and _entry(intent.row).number > 1:
                    results["calendar_starts_at"] = None  # it may be from an earlier try, with another time
                return True, results
            case Op.look_up:
                first = Visit.model_validate(intent.row.payload or visit.model_dump(mode="json"))
                # It lies where it was made, whoever changed the visit since. What is found is called off next.
                entry = await calendar.find(first.model_copy(update={"cancelled_at": visit.cancelled_at}))
                return entry is not None, _added(first, entry.event_id, entry.join_url) if entry else {}
            case Op.check:
                entry = await calendar.read(visit)
                return entry is None, {} if entry else NOT_IN_CALENDAR
            case Op.join_url:
                entry = await calendar.read(visit)
                if entry is None or entry.join_url is None:
                    raise CalendarBusy(2.0, reason="join_url_late")
                return True, {"join_url": entry.join_url}
            case Op.meeting:
                return True, {"meeting_id": await calendar.meeting_of(visit)}
            case Op.lobby:
                await calendar.keep_clients_waiting(visit)
                return True, {}
            case Op.link:
                return True, {"client_join_url": await calendar.client_link(visit)}
            case Op.move:
                await calendar.move(visit)
                return True, {"calendar_starts_at": visit.starts_at, "calendar_duration": visit.duration}
            case Op.invite:
                await calendar.invite_client(visit)
                return True, {"client_invited": True}
            case Op.cancel:
                await calendar.cancel(visit)
                return True, NOT_IN_CALENDAR
            case op:
                if op is not Op.sms_cancellation:
                    await require_agreement(calendar, visit)
                    self._check_time(intent.row.updated_at + BEGIN_WITHIN + timedelta(seconds=LOOKS_FOR))
                await calendar.send_sms(visit, SMS_OF[op])
                return True, _told(intent.row, self._clock.now())

    async def _note(self, intent: _Intent, row: EffectRow, results: VisitResults) -> None:
        """Write the outcome. Tried for a while when the database is away: an outcome lost makes a text unknown."""

        def decide(visit: Visit | None, rows: Sequence[EffectRow]) -> LedgerChanges:
            now_there = next((each for each in rows if each.key == row.key), None)
            if now_there is not None and _is_claim_of(intent.row, now_there):
                return LedgerChanges(rows=[row], results=results)
            return _late_news(intent, row, results, visit, now_there)

        for attempt in range(OUTCOME_TRIES):
            try:
                await self._ledger.transact(intent.visit.id, decide)
                return
            except StoreUnavailable:
                if attempt == OUTCOME_TRIES - 1:
                    raise
                await self._sleep(min(0.25 * 2**attempt, 5.0))

    def _closed(self, row: EffectRow, state: EffectState, code: str | None) -> EffectRow:
        return _ended(row, state, code, self._clock.now())

    def _later(self, row: EffectRow, state: EffectState, pause: timedelta, code: str) -> EffectRow:
        now = self._clock.now()
        if row.attempts >= MOST_ATTEMPTS and now >= row.created_at + KEEPS_TRYING:
            return self._closed(row, EffectState.failed, "gave_up")
        return replace(row, state=state, code=code, until=now + pause, claimed_until=None, updated_at=now)

    def _pause(self, row: EffectRow, retry_after: float | None) -> timedelta:
        if retry_after is not None:
            return timedelta(seconds=retry_after)
        longest = min(timedelta(seconds=2 ** min(row.attempts, 10)), LONGEST_PAUSE)
        return longest * (0.5 + self._jitter() / 2)


TOLD_BEFORE = "told_before"
"""In a text's payload: what the client knew before it, so that a person may have it sent again."""
SAYS = "says"
"""In a text's payload: the start it tells the client; None for a cancellation."""

HELD_UP = "held_up"


def _added(first: Visit, event_id: str, join_url: str | None) -> VisitResults:
    results: VisitResults = {
        "event_id": event_id,
        "calendar_starts_at": first.starts_at,
        "calendar_duration": first.duration,
    }
    if join_url is not None:
        results["join_url"] = join_url
    return results


def _told(text: EffectRow, now: datetime) -> VisitResults:
    """What the client knows once this text went out, or may have: what it said, whatever the visit is meanwhile."""
    says = (text.payload or {}).get(SAYS)
    return {"told": Told(starts_at=datetime.fromisoformat(says) if says else None, at=now)}


def _is_claim_of(intended: EffectRow, now_there: EffectRow) -> bool:
    """Whether nobody took the call over since the intent was written."""
    return (now_there.state, now_there.owner, now_there.attempts, now_there.updated_at) == (
        intended.state,
        intended.owner,
        intended.attempts,
        intended.updated_at,
    )


def _late_news(
    intent: _Intent, row: EffectRow, results: VisitResults, visit: Visit | None, now_there: EffectRow | None
) -> LedgerChanges:
    """What still counts of an outcome that comes after somebody else took the call over: this process slept.

    A text that was given up as unknown did go out. A calendar that was written late holds what was written, so that
    the next look sets it right; everything else was found out by whoever took over.
    """
    if row.state is not EffectState.done or visit is None:
        return LedgerChanges()
    if intent.act.op in SMS_OF:
        is_same = now_there is not None and now_there.state is EffectState.unknown and now_there.owner == row.owner
        return LedgerChanges(rows=[row] if is_same else [])
    if intent.act.op is Op.add:
        return LedgerChanges(results=results if visit.event_id is None else VisitResults())
    writes = intent.act.op in (Op.move, Op.invite, Op.cancel)
    return LedgerChanges(results=results if writes and visit.event_id == intent.visit.event_id else VisitResults())


def _ended(row: EffectRow, state: EffectState, code: str | None, now: datetime) -> EffectRow:
    return replace(row, state=state, code=code or row.code, until=None, claimed_until=None, updated_at=now)


def _request_id(row: EffectRow) -> str:
    """Graph's transactionId: the same for every repeat of one creation, another for a creation after a cancellation."""
    return row.key.partition(":")[2].replace(":", "-")


def _op(row: EffectRow) -> Op | None:
    name = row.key.partition(":")[0]
    return Op(name) if name in Op.__members__ else None


def _known_op(row: EffectRow) -> Op:
    return Op(row.key.partition(":")[0])


def _entry(row: EffectRow) -> Entry:
    return Entry(row.key, _known_op(row), row.state, row.version, row.created_at, row.until, row.attempts)
