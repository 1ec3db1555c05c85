"""One activity on its way through this process: the HTTP answer once it is known, and the right to act on it."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bot.clock import Clock
from bot.logs import trace_of
from bot.strings.translate import Translator
from bot.teams.answers import Show, action_answer
from bot.teams.arrivals import ACTION, locale_of, text_at
from bot.teams.invokes import is_waited_for, runs_in_order
from bot.teams.ports import Begun, Reference, StoredAnswer, TurnLog
from bot.teams.sender import IN_TURN, Manner, Sender

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Timing:
    """How long things may take, in seconds."""

    budget: float = 2.5
    """After so long a turn is acknowledged over HTTP, and goes on behind it."""
    sign_in_budget: float = 9.0
    """The same for a sign-on, which Teams waits ten seconds for: the first one of a process reads keys and metadata."""
    typing_after: float = 1.5
    typing_every: float = 2.8
    limit: float = 60.0
    """After so long a turn is stopped."""
    lease: float = 8.0
    """How long a turn of a process that died holds up its conversation."""
    poll: float = 0.1
    """How often is asked whether another replica's turn is over."""


LATE = Manner(patience=30.0, keeps_pace=False)


class TurnLost(Exception):
    """Another replica took the turn over, as this process slept for too long. Nothing more may be done."""


@dataclass(eq=False)
class Run:
    """One activity being processed."""

    activity: Mapping[str, Any]
    turn_log: TurnLog
    clock: Clock
    owner: str
    timing: Timing
    answered: "asyncio.Future[StoredAnswer]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    early: bool = False
    """Whether HTTP was answered before the turn was over: what it ends with goes into the chat."""
    put_up: Show | None = None
    """The card that the bot itself put up while the turn goes on, and that something has to follow."""
    is_asked_again: bool = False
    """Whether it was delivered again after HTTP had been answered: that answer is on its way once more."""
    lost: bool = False
    locale: str = ""
    """The person's own, once it is known; until then what Teams says."""
    lease_until: datetime | None = None

    @property
    def t(self) -> Translator:
        """Words for the person."""
        return Translator(self.locale or locale_of(self.activity))

    @property
    def conversation_id(self) -> str:
        """Where it happens."""
        return text_at(self.activity, "conversation", "id")

    @property
    def activity_id(self) -> str:
        """The same for every delivery; empty where the channel sent none."""
        return text_at(self.activity, "id")

    @property
    def is_execute(self) -> bool:
        """Whether the HTTP answer can carry a card."""
        return text_at(self.activity, "type") == "invoke" and text_at(self.activity, "name") == ACTION

    @property
    def hides_card(self) -> bool:
        """Whether our own "working" is where the pressed card was, and nobody but us will put anything else there."""
        is_automatic = text_at(self.activity, "value", "trigger") == "automatic"
        return self.is_execute and self.early and self.put_up is None and not is_automatic

    @property
    def budget(self) -> float:
        """Seconds until HTTP is answered in any case."""
        waits = text_at(self.activity, "type") == "invoke" and is_waited_for(text_at(self.activity, "name"))
        return self.timing.sign_in_budget if waits else self.timing.budget

    @property
    def in_order(self) -> bool:
        """Whether it takes its place in the conversation's turns."""
        return text_at(self.activity, "type") != "invoke" or runs_in_order(text_at(self.activity, "name"))

    def answer_early(self, answer: StoredAnswer) -> bool:
        """Answer HTTP while the turn goes on; False when it was answered before."""
        if self.answered.done():
            return False
        self.early = True
        self.answered.set_result(answer)
        return True

    def answer_finally(self, answer: StoredAnswer) -> bool:
        """Answer HTTP with what the turn ended with; False when it was answered early."""
        if self.answered.done():
            return False
        self.answered.set_result(answer)
        return True

    def show_now(self, show: Show) -> bool:
        """Answer a pressed button with a card while the turn goes on; False when HTTP cannot carry it any more."""
        self.put_up = show
        return self.is_execute and self.answer_early(action_answer(show))

    async def claim(self) -> StoredAnswer | None:
        """Wait until the turn may run. Returns the stored answer of one that ran before."""
        if not self.activity_id or not self.in_order:
            return None
        while True:
            now = self.clock.now()
            lease_until = now + timedelta(seconds=self.timing.lease)
            start = await self.turn_log.begin(
                self.conversation_id,
                self.activity_id,
                owner=self.owner,
                alone=True,
                now=now,
                lease_until=lease_until,
            )
            if start.begun is Begun.mine:
                self.lease_until = lease_until
                return None
            if start.begun is Begun.finished:
                return start.answer or StoredAnswer(status=200)
            await asyncio.sleep(self.timing.poll)

    @contextlib.asynccontextmanager
    async def leased(self) -> AsyncIterator[None]:
        """Renew the lease meanwhile; the turn is cancelled when it is lost."""
        task = asyncio.current_task()
        assert task is not None
        lease = asyncio.create_task(self._keep_lease(task))
        try:
            yield
        finally:
            lease.cancel()

    async def _keep_lease(self, task: "asyncio.Task[Any]") -> None:
        while self.lease_until is not None:
            await asyncio.sleep(self.timing.lease / 3)
            try:
                kept = await self._renewed()
            except Exception as failed:  # the store is away: whether the turn is still ours is checked before it speaks
                log.warning("turn.lease_not_renewed", extra={"trace": trace_of(failed)})
                continue
            if not kept:
                self.lost = True
                task.cancel()
                return

    async def check_lease(self) -> None:
        """Before anything is told: raises TurnLost if this process slept so long that another took over."""
        if self.lease_until is None or self.clock.now() < self.lease_until:
            return
        if not await self._renewed():
            self.lost = True
            raise TurnLost

    async def finish(self, answer: StoredAnswer) -> None:
        """Store the answer for later deliveries, and let the conversation go on."""
        if self.lease_until is not None:
            await self.turn_log.finish(
                self.conversation_id, self.activity_id, owner=self.owner, answer=answer, now=self.clock.now()
            )

    async def _renewed(self) -> bool:
        until = self.clock.now() + timedelta(seconds=self.timing.lease)
        kept = await self.turn_log.renew(self.conversation_id, self.activity_id, owner=self.owner, lease_until=until)
        if kept:
            self.lease_until = until
        return kept


class RunOutbox:
    """The outbox of one turn. Implements ``bot.teams.turns.Outbox``."""

    def __init__(self, sender: Sender, run: Run) -> None:
        """One for each turn."""
        self._sender = sender
        self._run = run

    async def send(self, reference: Reference, activity: Mapping[str, Any]) -> str:
        """Post an activity; returns its id."""
        await self._run.check_lease()
        return await self._sender.send(reference, activity, self._manner)

    async def update(self, reference: Reference, activity_id: str, activity: Mapping[str, Any]) -> None:
        """Replace one of the bot's own messages."""
        await self._run.check_lease()
        await self._sender.update(reference, activity_id, activity, self._manner)

    async def delete(self, reference: Reference, activity_id: str) -> None:
        """Delete one of the bot's own messages."""
        await self._run.check_lease()
        await self._sender.delete(reference, activity_id, self._manner)

    @property
    def _manner(self) -> Manner:
        return LATE if self._run.early else IN_TURN
