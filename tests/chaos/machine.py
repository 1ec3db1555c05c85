"""Any sequence of what people do and what fails: the client is never told what is not so, nothing twice, and is not
left untold without the desk knowing. Hypothesis looks for one that ends otherwise.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from bot.graph.config import Backend
from bot.store.effects import OPEN
from bot.visits.models.effects import EffectState
from bot.work.ops import SMS_OF
from tests.chaos.resting import amiss
from tests.chaos.wire import CALLS, CUT, FAULTS
from tests.chaos.world import World

HOURS = range(4)
ONCE = (*SMS_OF, "sms_reminder", "late_email")
"""What is at most once by itself."""
MOMENTS = ("intended", "called", "noted", *(f"{op}.{each}" for op in ONCE for each in ("intended", "called")))


class VisitMachine(RuleBasedStateMachine):
    """One visit. Each rule is something a person does, something that fails, or time."""

    looks_up: ClassVar[bool] = True
    sees_others: ClassVar[bool] = True
    backend: ClassVar[Backend] = "outlook"
    in_sql: ClassVar[bool] = False
    tally: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.steps = 0
        self.world: World | None = None

    def run_async(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run one on this machine's own loop."""
        return self.runner.run(coroutine)

    @initialize(email=st.booleans(), quiet=st.sampled_from([20, 0]))
    def opens(self, email: bool, quiet: int) -> None:
        """A world of its own."""
        window = timedelta(seconds=quiet)

        async def made() -> World:
            return World(
                email=email,
                quiet=window,
                looks_up=self.looks_up,
                sees_others=self.sees_others,
                backend=self.backend,
                in_sql=self.in_sql,
            )

        self.world = self.run_async(made())
        self._world.books()

    @property
    def _world(self) -> World:
        assert self.world is not None
        return self.world

    def _is_on(self) -> bool:
        return self.world is not None and self.world.visit is not None and not self.world.visit.is_cancelled

    def _is_in_calendar(self) -> bool:
        return self._is_on() and self._world.visit is not None and self._world.visit.meeting_id is not None

    def _is_at_rest_in_calendar(self) -> bool:
        return self._is_in_calendar() and not any(each.state in OPEN for each in self._world.ledger.rows.values())

    # --- people -----------------------------------------------------------------------------------

    @precondition(_is_on)
    @rule(later=st.sampled_from(HOURS), minutes=st.sampled_from([30, 45]))
    def moves(self, later: int, minutes: int) -> None:
        """Somebody moves it."""
        self._world.moves(self._world.nine + timedelta(hours=later), minutes)
        self._work_begins()

    @precondition(_is_on)
    @rule(tell=st.booleans())
    def cancels(self, tell: bool) -> None:
        """Somebody calls it off."""
        self._world.cancels(tell=tell)
        self._work_begins()

    @rule()
    def undoes(self) -> None:
        """Whoever changed it last takes that back."""
        self._world.undoes()
        self._work_begins()

    @rule()
    def resends(self) -> None:
        """A person has sent again what is stuck."""
        self.run_async(self._world.resends())
        self._work_begins()

    @rule()
    def leaves(self) -> None:
        """A person leaves what is unknown."""
        self.run_async(self._world.leaves())
        self._work_begins()

    @rule(number=st.integers(0, 5))
    def drops(self, number: int) -> None:
        """An administrator drops something."""
        self.run_async(self._world.drops(number))
        self._work_begins()

    @precondition(_is_on)
    @rule()
    def runs_late(self) -> None:
        """Whoever sees the client is late, and says so."""
        self.run_async(self._world.runs_late())
        self._work_begins()

    @precondition(_is_in_calendar)
    @rule()
    def asks_for_reminder(self) -> None:
        """A person has the client reminded now."""
        self.run_async(self._world.asks_for_reminder())
        self._work_begins()

    # --- hands in the calendar --------------------------------------------------------------------

    @precondition(_is_at_rest_in_calendar)
    @rule(later=st.sampled_from(HOURS))
    def drags(self, later: int) -> None:
        """Somebody drags it elsewhere in Outlook, once everything has been said of where it was."""
        self._world.drags(self._world.nine + timedelta(hours=later))
        self._step()

    @precondition(_is_at_rest_in_calendar)
    @rule()
    def deletes(self) -> None:
        """Somebody deletes it in Outlook."""
        self._world.deletes()
        self._step()

    @rule(answer=st.sampled_from(["adopts", "puts_back"]))
    def answers(self, answer: str) -> None:
        """A person says what is to become of what the calendar says; to ignore it is to say nothing."""
        drift = self.run_async(self._world.drift())
        if drift is not None:
            self.run_async(getattr(self._world, answer)(drift))
            self._work_begins()

    # --- failures ---------------------------------------------------------------------------------

    @rule(
        call=st.sampled_from(sorted(CALLS)),
        fault=st.sampled_from([*sorted(FAULTS), CUT]),
        times=st.sampled_from([1, 1, 3, 9]),
    )
    def fails(self, call: str, fault: str, times: int) -> None:
        """Graph, or the way to it, will fail."""
        self._world.wire.fails(call, fault, times)
        self._step()

    @rule(how=st.sampled_from(["answer lost", "gateway", CUT]))
    def nobody_knows_of_the_next_text(self, how: str) -> None:
        """The one call that cannot be looked up will end without an answer."""
        self._world.wire.fails("text", how, 1)
        self._step()

    @rule(moment=st.sampled_from(MOMENTS), how=st.sampled_from(["dies", "sleeps", "is_doubled"]))
    def process(self, moment: str, how: str) -> None:
        """The process will die, be frozen, or meet a second one at its next moment of this kind."""
        self._world.at(moment, getattr(self._world, how))
        self._step()

    # --- time -------------------------------------------------------------------------------------

    @rule()
    def settles(self) -> None:
        """What is due is done."""
        self.run_async(self._world.settles())
        self._step()

    @rule(seconds=st.sampled_from([1, 10, 20, 90]))
    def time_passes(self, seconds: int) -> None:
        """A little later what is due is done."""
        self._world.clock.advance(seconds=seconds)
        self.run_async(self._world.settles())
        self._step()

    @precondition(_is_on)
    @rule()
    def nearly_begins(self) -> None:
        """The visit begins in a quarter of an hour."""
        self.run_async(self._world.nearly_begins())
        self._step()

    @rule()
    def rests(self) -> None:
        """Long enough for everything to come to an end, and then the truth is looked at."""
        self.run_async(self._world.rests())
        self._step()
        self._is_right()

    def _work_begins(self) -> None:
        """Every press starts the work that follows it."""
        self.run_async(self._world.settles())
        self._step()

    def _step(self) -> None:
        self.steps += 1
        assert self._world.client.lies == [], "\n".join(self._world.client.lies)

    def _is_right(self) -> None:
        wrong = self.run_async(amiss(self._world))
        assert wrong == [], "\n".join(wrong)

    def teardown(self) -> None:
        """At the end of every sequence everything comes to rest, and all must be true or known."""
        try:
            if self.world is not None:
                self.run_async(self.world.rests())
                self._is_right()
                self.tally.update(
                    examples=1,
                    long_enough=self.steps >= 20,
                    steps=self.steps,
                    reminders=sum(each.kind == "reminder" for each in self.world.client.heard),
                    late=sum(each.kind == "late" for each in self.world.client.heard),
                    texts=sum(each.channel == "sms" for each in self.world.client.heard),
                    mails=sum(each.channel == "mail" for each in self.world.client.heard),
                    stuck=len(self.world.stuck()),
                    kills=self.world.kills,
                    unknown=sum(each.state is EffectState.unknown for each in self.world.stuck()),
                )
        finally:
            if self.world is not None:
                self.run_async(self.world.close())
            self.runner.close()
