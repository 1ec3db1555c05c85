"""Makes the one call that was intended, and says what came of it: done, refused, to be tried again, or in doubt."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.logs import trace_of
from bot.store.effects import EffectRow
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
from bot.visits.models.visit import Visit
from bot.visits.ports.store import NOT_IN_CALENDAR, VisitResults
from bot.work.agreeing import LOOKS_FOR, ShownCalendar, require_agreement
from bot.work.entries import ended, entry_of, told_by
from bot.work.intending import Intent
from bot.work.ops import SMS_OF, Op

log = logging.getLogger(__name__)

BEGIN_WITHIN = timedelta(seconds=3)
"""A process that slept longer between intent and call does not call any more."""
CALL_SECONDS = 11.0
PROVISIONING_PAUSE = timedelta(seconds=60)
LONGEST_PAUSE = timedelta(minutes=5)
MOST_ATTEMPTS = 40
KEEPS_TRYING = timedelta(hours=2)
"""An effect is given up after both: so many attempts, and this long."""


class Calling:
    """Speaks to the calendar and the client's phone."""

    def __init__(
        self, calendar: ShownCalendar, clock: Clock, *, jitter: Callable[[], float], looks_up: bool = True
    ) -> None:
        """``jitter`` returns something between 0 and 1. ``looks_up`` as for ``Intending``."""
        self._calendar = calendar
        self._clock = clock
        self._jitter = jitter
        self._looks_up = looks_up

    async def call(self, intent: Intent) -> tuple[EffectRow, VisitResults]:
        """Make the call; returns the row as it is to be noted, and what the call taught."""
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
        except StoreUnavailable as away:  # before the request; one before it may have gone out, as ``attempts`` says
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

    def _in_doubt(self, intent: Intent, row: EffectRow, code: str) -> tuple[EffectRow, VisitResults]:
        """Whether it was done is not known: a text is never repeated by itself, and everything else may be."""
        if intent.act.op in SMS_OF:
            return self._closed(row, EffectState.unknown, "outcome_unknown"), told_by(row, self._clock.now())
        return self._later(row, EffectState.retrying, self._pause(row, None), code), {}

    def _check_time(self, due: datetime) -> None:
        """Just before a call. Raises Deadline where this process slept since it wrote the intent."""
        if self._clock.now() > due:
            raise Deadline(due=due)

    async def _carry_out(self, intent: Intent) -> tuple[bool, VisitResults]:
        """Make the call. Returns whether there was anything to do it to, and what it taught."""
        calendar, visit = self._calendar, intent.visit
        match intent.act.op:
            case Op.add:
                first = Visit.model_validate(intent.row.payload)
                may_be_there = intent.is_repeat or entry_of(intent.row).number > 1
                found = await calendar.find(first) if may_be_there and self._looks_up else None
                added = found or await calendar.add(first, request_id=_request_id(intent.row))
                results = _added(first, added.event_id, added.join_url)
                if found and entry_of(intent.row).number > 1:
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
                return True, told_by(intent.row, self._clock.now())

    def _closed(self, row: EffectRow, state: EffectState, code: str | None) -> EffectRow:
        return ended(row, state, code, self._clock.now())

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


def _added(first: Visit, event_id: str, join_url: str | None) -> VisitResults:
    results: VisitResults = {
        "event_id": event_id,
        "calendar_starts_at": first.starts_at,
        "calendar_duration": first.duration,
    }
    if join_url is not None:
        results["join_url"] = join_url
    return results


def _request_id(row: EffectRow) -> str:
    """Graph's transactionId: the same for every repeat of one creation, another for a creation after a cancellation."""
    return row.key.partition(":")[2].replace(":", "-")
