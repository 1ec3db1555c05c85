"""Sends into a conversation at the pace Teams allows, and does what the failure table says about a refusal."""

import asyncio
import logging
import random
import weakref
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from bot.clock import Clock
from bot.teams.connector import Connector
from bot.teams.failures import Failure, FailureKind, SendFailed
from bot.teams.hosts import in_gcc
from bot.teams.pace import PER_CONVERSATION, PER_TENANT
from bot.teams.ports import Contacts, Pace, Reference
from bot.visits.errors import ChatBusy, MessageGone, OutcomeUnknown, RecipientUnreachable

log = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[object]]
Done = TypeVar("Done")

MOST_TRIES = 4
STOP_AFTER_401 = timedelta(seconds=60)


@dataclass(frozen=True)
class Manner:
    """How a send goes about it."""

    patience: float
    """Seconds that may be spent on waiting in all."""
    keeps_pace: bool
    """Whether it waits for a place in the buckets. Answers do not: people do not write seven times a second."""


IN_TURN = Manner(patience=4.0, keeps_pace=False)
PROACTIVE = Manner(patience=30.0, keeps_pace=True)


class Sender:
    """Posts, edits and deletes. Raises MessageGone, RecipientUnreachable, ChatBusy (certainly not delivered),
    OutcomeUnknown (may have been delivered: a POST has no idempotency key, so it is not repeated), CredentialsRefused.
    """

    def __init__(
        self,
        connector: Connector,
        contacts: Contacts,
        pace: Pace,
        clock: Clock,
        *,
        sleep: Sleep = asyncio.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """``pace`` is shared by all replicas. ``jitter`` returns something between 0 and 1."""
        self._connector = connector
        self._contacts = contacts
        self._pace = pace
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._in_flight: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()
        self._stopped_until: datetime | None = None

    async def send(self, reference: Reference, activity: Mapping[str, Any], manner: Manner) -> str:
        """Post an activity. Returns its id."""
        addressed = _addressed(activity, reference)

        async def call(service_url: str) -> str:
            return await self._connector.send(service_url, reference.conversation_id, addressed)

        return await self._carefully(reference, manner, call, repeatable=activity.get("type") == "typing")

    async def update(self, reference: Reference, activity_id: str, activity: Mapping[str, Any], manner: Manner) -> None:
        """Replace one of the bot's own messages. Repeating is harmless."""
        addressed = _addressed(activity, reference)

        async def call(service_url: str) -> None:
            await self._connector.update(service_url, reference.conversation_id, activity_id, addressed)

        await self._carefully(reference, manner, call, repeatable=True)

    async def delete(self, reference: Reference, activity_id: str, manner: Manner) -> None:
        """Delete one of the bot's own messages. One that is gone is fine."""

        async def call(service_url: str) -> None:
            await self._connector.delete(service_url, reference.conversation_id, activity_id)

        try:
            await self._carefully(reference, manner, call, repeatable=True)
        except MessageGone:
            return

    async def create_personal_chat(self, reference: Reference, manner: Manner) -> Reference:
        """The person's 1:1 chat made anew; ``reference`` says whose. Repeating is harmless."""

        async def call(service_url: str) -> str:
            return await self._connector.create_personal_chat(
                service_url,
                bot_id=reference.bot_id,
                member_id=reference.object_id or reference.user_id,
                tenant_id=reference.tenant_id,
            )

        conversation_id = await self._carefully(reference, manner, call, repeatable=True)
        if not conversation_id:
            raise RecipientUnreachable("conversation_gone")
        return reference.model_copy(update={"conversation_id": conversation_id})

    async def _carefully(
        self, reference: Reference, manner: Manner, call: Callable[[str], Awaitable[Done]], *, repeatable: bool
    ) -> Done:
        """Call at the right pace, one at a time for a conversation, until it is done or the table says to stop."""
        began = self._clock.now()
        until = began + timedelta(seconds=manner.patience)
        service_url = reference.service_url
        in_flight = self._in_flight.setdefault(reference.conversation_id or reference.object_id, asyncio.Lock())
        for attempt in range(1, MOST_TRIES + 1):
            await self._wait_for_place(reference, manner, until)
            try:
                async with in_flight:
                    return await call(service_url)
            except SendFailed as failed:
                failure = failed.failure
                self._note(reference, failure, attempt)
                if failure.policy.remedy == "new_host" and (other := in_gcc(service_url)):
                    service_url = other
                    await self._contacts.move(reference.conversation_id, other)
                    continue
                repeats = attempt < MOST_TRIES and _may_repeat(failure, repeatable)
                if not repeats or not await self._backed_off(reference, failure, attempt, until):
                    raise await self._verdict(reference, failure, began, repeatable) from failed
        raise ChatBusy

    async def _wait_for_place(self, reference: Reference, manner: Manner, until: datetime) -> None:
        now = self._clock.now()
        if self._stopped_until and now < self._stopped_until:
            raise ChatBusy((self._stopped_until - now).total_seconds())
        if not manner.keeps_pace:
            return
        for bucket, rate in (
            (f"conversation:{reference.conversation_id}", PER_CONVERSATION),
            (f"tenant:{reference.tenant_id}", PER_TENANT),
        ):
            now = self._clock.now()
            left = max(0.0, (until - now).total_seconds())
            wait = await self._pace.reserve(
                bucket, per_second=rate.per_second, burst=rate.burst, now=now, max_wait=left
            )
            if wait > left:
                raise ChatBusy(wait)
            if wait > 0:
                await self._sleep(wait)

    async def _backed_off(self, reference: Reference, failure: Failure, attempt: int, until: datetime) -> bool:
        """Wait as Teams asked, or with full jitter; False when patience does not last that long."""
        now = self._clock.now()
        wait = failure.retry_after if failure.retry_after is not None else self._jitter() * 0.5 * 2**attempt
        if failure.kind is FailureKind.throttled:
            await self._pace.hold(f"conversation:{reference.conversation_id}", now + timedelta(seconds=wait))
        if now + timedelta(seconds=wait) > until:
            return False
        await self._sleep(wait)
        return True

    async def _verdict(self, reference: Reference, failure: Failure, began: datetime, repeatable: bool) -> Exception:
        """What the caller is told."""
        policy = failure.policy
        if failure.kind is FailureKind.message_gone:
            return MessageGone()
        if failure.kind is FailureKind.bot_not_registered:
            self._stopped_until = self._clock.now() + STOP_AFTER_401
            return ChatBusy(STOP_AFTER_401.total_seconds())
        if policy.kills:
            await self._contacts.mark_dead(reference.conversation_id, failure.kind, seen_before=began)
        if policy.may_have_arrived and not repeatable:
            return OutcomeUnknown()
        if policy.remedy == "wait" or policy.may_have_arrived:
            return ChatBusy(failure.retry_after)
        return RecipientUnreachable(failure.kind)

    def _note(self, reference: Reference, failure: Failure, attempt: int) -> None:
        level = logging.ERROR if failure.policy.alerts else logging.WARNING
        extra = {"conversation_id": reference.conversation_id, "failure": failure.kind, "status": failure.status}
        log.log(level, "teams.send_failed", extra={**extra, "code": failure.code, "attempt": attempt})


def _may_repeat(failure: Failure, repeatable: bool) -> bool:
    return failure.policy.remedy == "wait" and (repeatable or not failure.policy.may_have_arrived)


def _addressed(activity: Mapping[str, Any], reference: Reference) -> dict[str, Any]:
    """The activity with sender and receiver. No ``replyToId``: a reply to an id that is gone would be refused."""
    to = {"recipient": {"id": reference.user_id}} if reference.user_id else {}
    return {**activity, "from": {"id": reference.bot_id}, **to, "conversation": {"id": reference.conversation_id}}
