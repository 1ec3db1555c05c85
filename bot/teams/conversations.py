"""Every conversation's turns: each once, in the order they came, acknowledged in time whatever they wait for."""

import asyncio
import contextlib
import logging
import uuid
import weakref
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from botbuilder.core import BotAdapter
from botbuilder.schema import Activity

from bot.clock import Clock
from bot.logs import trace_of
from bot.teams import arrivals
from bot.teams.answers import Say
from bot.teams.deliveries import Ending, card_under, goes_over_http, over_http, put_in_chat, while_working
from bot.teams.participation import Participation
from bot.teams.ports import StoredAnswer, TurnLog
from bot.teams.runs import Run, Timing, TurnLost
from bot.teams.turns import Turn
from bot.visits.errors import OutcomeUnknown
from bot.visits.ports.messages import MessageRef

log = logging.getLogger(__name__)

Redraw = Callable[[MessageRef], Awaitable[bool]]
"""Has a message show again what its card is by now; False where nobody knows what that is."""


async def nobodys(_: MessageRef) -> bool:
    """No message shows anything that changes."""
    return False


class Conversations:
    """Takes activities in and answers for HTTP. Turns go on behind the answer, and are waited for at the end."""

    def __init__(
        self,
        participation: Participation,
        turn_log: TurnLog,
        clock: Clock,
        *,
        timing: Timing | None = None,
        redraw: Redraw = nobodys,
    ) -> None:
        """``participation`` lets the bot take part in one turn; ``redraw`` shows a message's card as it is by now."""
        self._participation = participation
        self._turn_log = turn_log
        self._clock = clock
        self._timing = timing or Timing()
        self._redraw = redraw
        self._owner = uuid.uuid4().hex
        self._orders: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()
        self._running: dict[tuple[str, str], Run] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    async def arrive(self, activity: Mapping[str, Any], sdk_activity: Activity, adapter: BotAdapter) -> StoredAnswer:
        """Process an activity, or join the one that is being processed. Answers within the budget.

        Turns take their places in the order of the calls: nothing is awaited before.
        """
        key = (arrivals.text_at(activity, "conversation", "id"), arrivals.text_at(activity, "id"))
        run = self._running.get(key) if key[1] else None
        if run is None:
            if self._closing:
                return StoredAnswer(status=503)
            run = Run(activity, self._turn_log, self._clock, self._owner, self._timing)
            self._start(run, key, sdk_activity, adapter)
        elif run.answered.done():
            run.is_asked_again = True
        done, _ = await asyncio.wait({run.answered}, timeout=run.budget)
        if not done:
            run.answer_early(while_working(run))
        return run.answered.result()

    async def drain(self, within: float = 20.0) -> None:
        """Take nothing new, and give what runs some seconds to end."""
        self._closing = True
        if not self._tasks:
            return
        _, left = await asyncio.wait(self._tasks, timeout=within)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    @property
    def running(self) -> int:
        """How many turns run or wait for their place."""
        return len(self._tasks)

    async def settled(self) -> None:
        """Wait until no turn runs."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    def _start(self, run: Run, key: tuple[str, str], sdk_activity: Activity, adapter: BotAdapter) -> None:
        self._running[key] = run
        task = asyncio.create_task(self._in_its_place(run, sdk_activity, adapter))
        self._tasks.add(task)

        def over(task: "asyncio.Task[None]") -> None:
            self._tasks.discard(task)
            if self._running.get(key) is run:
                del self._running[key]
            run.answer_finally(StoredAnswer(status=200 if run.lost else 500))

        task.add_done_callback(over)

    async def _in_its_place(self, run: Run, sdk_activity: Activity, adapter: BotAdapter) -> None:
        order: contextlib.AbstractAsyncContextManager[Any] = contextlib.nullcontext()
        if run.in_order:
            order = self._orders.setdefault(run.conversation_id, asyncio.Lock())
        async with order:
            try:
                stored = await run.claim()
                if stored is not None:
                    run.answer_finally(stored)
                    await self._uncover(run, stored)
                    return
                async with run.leased():
                    await self._run(run, sdk_activity, adapter)
            except TurnLost:
                log.warning("turn.lost", extra={"conversation_id": run.conversation_id})
            except Exception as crash:
                log.error("turn.crashed", extra={"conversation_id": run.conversation_id, "trace": trace_of(crash)})
                answer = await self._participation.apologize(run, crash)
                await self._finish(run, answer)
                run.answer_finally(answer)

    async def _run(self, run: Run, sdk_activity: Activity, adapter: BotAdapter) -> None:
        """Take the turn, tell how it ended, store the answer, answer HTTP: in this order where nothing is late."""
        ended = await self._participation.ended(run, sdk_activity, adapter)
        if ended is None:
            await self._finish(run, StoredAnswer(status=200))
            run.answer_finally(StoredAnswer(status=200))
            return
        turn, ending = ended
        if ending is None and run.hides_card and not await self._redrawn(turn.message(turn.card_message_id)):
            ending = Say(turn.t("turn.done"))
        answer = over_http(turn, run, ending)
        silent = goes_over_http(turn, run) and not run.early
        if not silent and not await self._told(turn, run, ending):
            answer = StoredAnswer(status=500)
        await self._finish(run, answer)
        if not run.answer_finally(answer) and silent:
            await self._told(turn, run, ending)
        if run.is_asked_again:
            await self._uncover(run, answer)

    async def _uncover(self, run: Run, answer: StoredAnswer) -> None:
        """An answer given once more may be of long ago, and its card is now on the screen of whoever pressed."""
        if (message := card_under(run, answer)) is not None:
            await self._redrawn(message)

    async def _redrawn(self, message: MessageRef) -> bool:
        try:
            return await self._redraw(message)
        except Exception as failed:  # the turn itself is over
            log.error("turn.not_redrawn", extra={"conversation_id": message.conversation_id, "trace": trace_of(failed)})
            return False

    async def _finish(self, run: Run, answer: StoredAnswer) -> None:
        """Store the answer. If that fails, a later delivery runs the turn again: what it does has keys of its own."""
        try:
            await run.finish(answer)
        except Exception as failed:
            log.error("turn.unfinished", extra={"conversation_id": run.conversation_id, "trace": trace_of(failed)})

    async def _told(self, turn: Turn, run: Run, ending: Ending) -> bool:
        try:
            await put_in_chat(turn, run, ending)
        except TurnLost:
            raise
        except Exception as failed:
            log.error("turn.untold", extra={"conversation_id": run.conversation_id, "trace": trace_of(failed)})
            return isinstance(failed, OutcomeUnknown)
        return True
