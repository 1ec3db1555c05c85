"""Sends one message that belongs to no visit's plan: at most once by itself, whatever dies in between.

A message in Teams has no key and cannot be looked up, nor can a text or an e-mail. So an intent without an outcome is
*unknown* and stays so until a person decides; only what certainly did not go out is tried again.
"""

import asyncio
import logging
import random
import weakref
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from bot.clock import Clock
from bot.logs import trace_of
from bot.store.effects import NEEDS_SOMEBODY, EffectRow, SqlLedger
from bot.visits.errors import (
    CalendarBusy,
    CalendarRefused,
    ChatBusy,
    OutcomeUnknown,
    RecipientUnreachable,
    SignInNeeded,
    StoreUnavailable,
    VisitError,
    lacked,
)
from bot.visits.models.effects import EffectKind, EffectState
from bot.work.calling import BEGIN_WITHIN
from bot.work.ops import CLOSED
from bot.work.outcomes import persistently
from bot.work.settling import Probe, no_probe

log = logging.getLogger(__name__)

IN_TEAMS = 50.0
"""Seconds for a message in Teams: its sender waits for its place in the pace before it posts."""
IN_GRAPH = 11.0
SHORTEST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=2)


@dataclass(frozen=True)
class Message:
    """What is to be sent. ``work`` (kind and payload) is what begins it again when a person has it retried."""

    key: str
    kind: EffectKind
    visit_id: str | None = None
    version: int = 0
    requested_by: str | None = None
    work: tuple[str, Mapping[str, Any]] | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Sent:
    """What became of it: ``state`` as in the ledger; ``again_at`` when it certainly did not go out and is due again."""

    state: EffectState
    again_at: datetime | None = None
    code: str | None = None
    reference: str | None = None
    """What the call returned, such as where the message is; of a refusal, what it lacked."""

    @property
    def lacks(self) -> str:
        """What ``CalendarRefused.lacks`` said, if that was the reason."""
        return lacked(self.code, self.reference)

    @property
    def is_done(self) -> bool:
        """Whether it went out for sure, now or before."""
        return self.state is EffectState.done


Call = Callable[[], Awaitable[str | None]]


class Sending:
    """The ledger's rule for single messages: intent, call, outcome."""

    def __init__(
        self,
        ledger: SqlLedger,
        clock: Clock,
        *,
        owner: str,
        probe: Probe = no_probe,
        jitter: Callable[[], float] = random.random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """``owner`` names this process."""
        self._ledger = ledger
        self._clock = clock
        self._owner = owner
        self._probe = probe
        self._jitter = jitter
        self._sleep = sleep
        self._locks: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()

    async def once(self, message: Message, call: Call, *, within: float = IN_TEAMS) -> Sent:
        """Send it, unless it went out before or nobody knows. ``within`` are the seconds that the call may take."""
        lock = self._locks.setdefault(message.key, asyncio.Lock())
        async with lock:
            row, is_claimed = await self._claim(message, within)
            if not is_claimed:
                waits = None if row.state in CLOSED else (row.until or row.claimed_until)
                return Sent(row.state, waits, row.code, row.provider_ref)
            what = str(message.kind)
            await self._probe(f"{what}.intended")
            outcome = await self._call(row, call, within)
            await self._probe(f"{what}.called")
            await self._note(row, outcome)
            await self._probe(f"{what}.noted")
        facts = {"effect": outcome.key, "state": outcome.state, "code": outcome.code}
        log.info("effect.noted", extra={**facts, "requested_by": outcome.requested_by})
        return Sent(outcome.state, outcome.until, outcome.code, outcome.provider_ref)

    async def give_up(self, message: Message, code: str, *, only_if_begun: bool = False) -> EffectState | None:
        """Note that it will not be sent any more. One whose process died over it stays in doubt; one that another
        process is sending at this moment is left to it.
        """

        def change(row: EffectRow | None) -> EffectRow | None:
            now = self._clock.now()
            if row is None:
                begun = None if only_if_begun else replace(self._row(message, now), attempts=0, begun=0)
                return begun and self._closed(begun, EffectState.skipped, code)
            if row.state is EffectState.working:
                return None if self._is_elsewhere(row, now) else self._in_doubt(row)
            return None if row.state in CLOSED else self._closed(row, EffectState.skipped, code)

        async with self._locks.setdefault(message.key, asyncio.Lock()):
            row = await self._ledger.revise(message.key, change)
        return None if row is None else row.state

    async def again(self, key: str, *, begun: int | None) -> bool:
        """Let a stuck message that belongs to no visit be sent once more, as an administrator decided of its call
        number ``begun``; False where that is no longer how it stands.
        """

        def change(row: EffectRow) -> EffectRow | None:
            is_so = row.state in NEEDS_SOMEBODY and row.begun == begun
            return replace(row, state=EffectState.waiting, attempts=0) if is_so else None

        return await self._decide(key, change)

    async def drop(self, key: str) -> bool:
        """Do not send such a message any more, as an administrator decided; False where it cannot be decided."""

        def change(row: EffectRow) -> EffectRow | None:
            is_so = row.state in (*NEEDS_SOMEBODY, EffectState.waiting, EffectState.retrying)
            return replace(row, state=EffectState.left) if is_so else None

        return await self._decide(key, change)

    async def _decide(self, key: str, change: Callable[[EffectRow], EffectRow | None]) -> bool:
        decided: list[bool] = []

        def decide(row: EffectRow | None) -> EffectRow | None:
            after = None if row is None else change(row)
            decided[:] = [after is not None]
            return None if after is None else replace(after, until=None, updated_at=self._clock.now())

        await self._ledger.revise(key, decide)
        return decided[0]

    async def _claim(self, message: Message, within: float) -> tuple[EffectRow, bool]:
        now = self._clock.now()
        claimed_until = now + timedelta(seconds=within) + BEGIN_WITHIN
        claimed: list[bool] = []

        def change(row: EffectRow | None) -> EffectRow | None:
            claimed[:] = [False]
            if row is None:
                claimed[:] = [True]
                return replace(self._row(message, now), claimed_until=claimed_until)
            if row.state in CLOSED:
                return None
            if row.state is EffectState.working:
                return None if self._is_elsewhere(row, now) else self._in_doubt(row)
            if row.until is not None and row.until > now:
                return None
            claimed[:] = [True]
            return replace(
                self._row(message, now),
                created_at=row.created_at,
                attempts=row.attempts + 1,
                begun=row.begun + 1,
                claimed_until=claimed_until,
            )

        row = await self._ledger.revise(message.key, change)
        assert row is not None
        return row, claimed[0]

    async def _call(self, row: EffectRow, call: Call, within: float) -> EffectRow:
        try:
            if self._clock.now() > row.updated_at + BEGIN_WITHIN:
                return self._later(replace(row, attempts=row.attempts - 1), 0.0, "deadline")
            async with asyncio.timeout(within):
                reference = await call()
        except (ChatBusy, CalendarBusy) as busy:
            return self._later(row, busy.retry_after, str(busy.facts.get("reason", busy.code)))
        except StoreUnavailable as away:  # certainly not sent: it is read from before, see ``Notifier`` and ``Mailer``
            return self._later(row, None, away.code)
        except (OutcomeUnknown, TimeoutError):
            return self._closed(row, EffectState.unknown, "outcome_unknown")
        except SignInNeeded as needed:
            return replace(self._closed(row, EffectState.refused, needed.reason), provider_ref=needed.person or None)
        except CalendarRefused as refused:
            return replace(self._closed(row, EffectState.refused, refused.reason), provider_ref=refused.lacks)
        except RecipientUnreachable as unreachable:
            return self._closed(row, EffectState.failed, unreachable.code)
        except VisitError as other:
            return self._closed(row, EffectState.failed, other.code)
        except Exception as fault:  # it may have gone out
            log.error("effect.fault", extra={"effect": row.key, "trace": trace_of(fault)})
            return self._in_doubt(row)
        return replace(self._closed(row, EffectState.done, None), provider_ref=reference)

    async def _note(self, claimed: EffectRow, outcome: EffectRow) -> None:
        """Write the outcome, for a while also against an outage. Somebody who took over knew less than we do."""

        def change(row: EffectRow | None) -> EffectRow | None:
            is_ours = row is not None and (row.owner, row.attempts) == (claimed.owner, claimed.attempts)
            was_given_up = row is not None and row.state is EffectState.unknown and is_ours
            is_claim = row is not None and row.state is EffectState.working and is_ours
            return outcome if is_claim or (was_given_up and outcome.state is EffectState.done) else None

        await persistently(partial(self._ledger.revise, claimed.key, change), self._sleep)

    def _is_elsewhere(self, row: EffectRow, now: datetime) -> bool:
        """Whether another process may be sending it at this moment."""
        return row.owner != self._owner and row.claimed_until is not None and row.claimed_until > now

    def _in_doubt(self, row: EffectRow) -> EffectRow:
        return self._closed(row, EffectState.unknown, "outcome_unknown")

    def _row(self, message: Message, now: datetime) -> EffectRow:
        kind, payload = message.work or (None, None)
        return EffectRow(
            key=message.key,
            visit_id=message.visit_id,
            kind=message.kind,
            state=EffectState.working,
            version=message.version,
            created_at=now,
            updated_at=now,
            attempts=1,
            begun=1,
            owner=self._owner,
            requested_by=message.requested_by,
            payload={"kind": kind, "payload": dict(payload or {})} if kind else None,
        )

    def _closed(self, row: EffectRow, state: EffectState, code: str | None) -> EffectRow:
        return replace(row, state=state, code=code, until=None, claimed_until=None, updated_at=self._clock.now())

    def _later(self, row: EffectRow, retry_after: float | None, code: str) -> EffectRow:
        now = self._clock.now()
        if retry_after is None:
            pause = min(SHORTEST_PAUSE * 2 ** min(row.attempts - 1, 6), LONGEST_PAUSE) * (0.5 + self._jitter() / 2)
        else:
            pause = timedelta(seconds=retry_after)
        return replace(
            row, state=EffectState.retrying, code=code, until=now + pause, claimed_until=None, updated_at=now
        )
