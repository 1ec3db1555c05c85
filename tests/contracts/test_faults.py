"""Every fault Graph is known for, on every call, for every backend and identity.

A careful caller books, texts, moves and cancels one visit while one call fails. Whatever happens, there are never two
events, two meetings or two texts of a kind; what is said of each step is true; and there are words for it.
"""

import os
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any, Literal

import pytest

from bot.graph.calls import ALL_CALLS, Call
from bot.graph.config import Backend
from bot.graph.emulator.faults import Fault
from bot.graph.identity import Identity, acting_as
from bot.strings.translate import Translator
from bot.visits.errors import CalendarBusy, CalendarError, CalendarRefused, CalendarUnreadable, OutcomeUnknown
from bot.visits.models.visit import Visit
from bot.visits.ports.calendar import SmsKind
from tests.clock import HandClock
from tests.contracts.conftest import BACKENDS, IDENTITIES, Office, emulated

TRIES = 6
WORDS = Translator("en-US")
SMS: tuple[SmsKind, ...] = ("confirmation", "reminder", "reschedule", "cancellation")
ONCE = (*SMS, "mail")
"""Steps that nothing makes repeatable."""

PASSING: dict[str, dict[str, Any]] = {
    "401 expired token": {"status": 401},
    "429": {"status": 429},
    "429 in seconds": {"status": 429, "retry_after": 3},
    "429 in decimals": {"status": 429, "retry_after": 2.128},
    "429 by date": {"status": 429, "retry_after": "Tue, 01 Sep 2026 15:00:30 GMT"},
    "500 without a word": {"status": 500},
    "502": {"status": 502},
    "503": {"status": 503},
    "503 in seconds": {"status": 503, "retry_after": 20},
    "504": {"status": 504},
    "509": {"status": 509},
    "stalled": {"delay_s": 600},
    "cut after the commit": {"drop_after_commit": True},
}
FINAL: dict[str, dict[str, Any]] = {
    "400": {"status": 400},
    "402 no licence": {"status": 402},
    "403 no permission": {"status": 403},
    "404": {"status": 404},
    "405": {"status": 405},
    "409": {"status": 409},
    "412": {"status": 412},
    "422": {"status": 422},
    "501": {"status": 501},
    "507": {"status": 507},
}
ALIKE = {"429 in decimals", "429 by date", "502", "509", "405", "412", "422", "501", "507"}
"""Faults that take the same way through our code as others: all backends meet them where ALL_FAULTS is set."""

LASTING = {name: {**PASSING[name], "times": 1000} for name in ("429 in seconds", "500 without a word", "stalled")}

State = Literal["done", "refused", "unknown", "given up"]


@dataclass
class Step:
    """What became of one step."""

    name: str
    state: State
    code: str = ""


@dataclass
class Story:
    """What became of a visit."""

    office: Office
    visit: Visit
    steps: list[Step] = field(default_factory=list)

    def state(self, name: str) -> State | None:
        """How a step ended; None where it was never reached."""
        return next((each.state for each in self.steps if each.name == name), None)

    async def run(self) -> None:
        """Book, text, move, text, text, cancel: each step as a careful caller does it."""
        if not await self._do("busy", self._busy, repeat_unknown=True):
            return
        if not await self._do("add", self._add, repeat_unknown=True):
            return
        await self._do("meeting", self._meeting)
        await self._do("lobby", lambda: self.office.calendar.keep_clients_waiting(self.visit), repeat_unknown=True)
        await self._do("link", lambda: self.office.calendar.client_link(self.visit), repeat_unknown=True)
        await self._do("invite", lambda: self.office.calendar.invite_client(self.visit), repeat_unknown=True)
        await self._do("confirmation", lambda: self.office.calendar.send_sms(self.visit, "confirmation"))
        await self._do("reminder", lambda: self.office.calendar.send_sms(self.visit, "reminder"))
        await self._do("mail", self._mail)
        await self._do("drift", lambda: self.office.edge.calendar.drifts([self.visit]))
        await self._do("attendance", lambda: self.office.edge.calendar.attendance(self.visit))
        before = self.visit
        self.visit = before.model_copy(update={"starts_at": before.starts_at + timedelta(hours=1), "version": 2})
        moved = await self._do("move", lambda: self.office.calendar.move(self.visit), repeat_unknown=True)
        if moved:
            await self._do("reschedule", lambda: self.office.calendar.send_sms(self.visit, "reschedule"))
        await self._do("cancellation", lambda: self.office.calendar.send_sms(self.visit, "cancellation"))
        await self._do("cancel", lambda: self.office.calendar.cancel(self.visit, "Closed"), repeat_unknown=True)

    async def _busy(self) -> None:
        await self.office.calendar.busy([self.office.kim], self.visit.starts_at, self.visit.ends_at)

    async def _add(self) -> None:
        entry = await self.office.calendar.add(self.visit, request_id="one")
        self.visit = self.visit.model_copy(
            update={
                "event_id": entry.event_id,
                "join_url": entry.join_url,
                "calendar_starts_at": self.visit.starts_at,
            }
        )

    async def _mail(self) -> None:
        await self.office.edge.calendar.email_client(self.visit, subject="Running late", text="Ten minutes.")

    async def _meeting(self) -> None:
        self.visit = self.visit.model_copy(update={"meeting_id": await self.office.calendar.meeting_of(self.visit)})

    async def _do(self, name: str, work: Callable[[], Awaitable[Any]], *, repeat_unknown: bool = False) -> bool:
        clock = self.office.clock
        assert isinstance(clock, HandClock)
        step = Step(name, "given up")
        self.steps.append(step)
        for _ in range(TRIES):
            try:
                await work()
            except (CalendarBusy, CalendarUnreadable) as later:
                step.code = later.code
                clock.advance(seconds=(getattr(later, "retry_after", None) or 5) + 1)
            except OutcomeUnknown as unknown:
                step.state, step.code = "unknown", unknown.code
                if not repeat_unknown:
                    return False
                if name == "add" and (entry := await self._looked_up()) is not None:
                    self.visit = self.visit.model_copy(update={"event_id": entry[0], "join_url": entry[1]})
                    step.state = "done"
                    return True
            except CalendarRefused as refused:
                step.state, step.code = "refused", refused.reason
                return False
            else:
                step.state = "done"
                return True
        return False

    async def _looked_up(self) -> tuple[str, str | None] | None:
        try:
            found = await self.office.calendar.find(self.visit)
        except CalendarError:
            return None
        return None if found is None else (found.event_id, found.join_url)

    def check(self, *, lied_of_absence: bool) -> None:
        """What must hold whatever failed. ``lied_of_absence``: the fault said 404 of something that was there."""
        state = self.office.played.state
        assert len(state.events) <= 1, "one visit, one event"
        assert len(state.meetings) <= 1, "one visit, one meeting"
        assert sum(len(each.appointments) for each in state.businesses.values()) <= 1, "one visit, one appointment"
        texts = Counter(each.type for each in state.sms)
        for kind in SMS:
            allowed = {"done": {1}, "refused": {0}, "given up": {0}, "unknown": {0, 1}, None: {0}}[self.state(kind)]
            assert texts[kind] in allowed, f"{kind}: {self.state(kind)}, but {texts[kind]} were sent"
        late = [each for each in state.mails if each.subject == "Running late"]
        assert len(late) <= 1, "one mail"
        assert self.state("mail") != "done" or late, "a mail that is done was sent"
        mails = [each.to for each in state.mails if each.kind == "invitation"]
        assert mails.count("ana.ruiz@example.com") <= 1, "one invitation"
        live = [each for each in state.meetings.values() if each.deleted_at is None]
        if self.state("cancel") == "done" and not lied_of_absence:
            assert live == [], "cancelled means gone"
        kept = self.state("cancel") in ("refused", "given up")
        if self.state("move") == "done" and kept and not lied_of_absence:
            assert [each.starts_at for each in live] == [self.visit.starts_at], "moved means moved"
        for each in self.steps:
            if each.state != "done":
                said = WORDS.has(f"effect_reason.{each.code}") or WORDS.has(f"error.{each.code}")
                assert said, f"no words for {each.code!r} at {each.name}"


def pattern_of(call: Call) -> str:
    """The paths of a call, as the script of faults wants them."""
    path = re.sub(r"\{(?!owner)\w+\}", "[^/]+", f"/{call.version}{call.path}".replace(".", "[.]"))
    return f"^{path.replace('{owner}', '/(?:me|users/[^/]+)')}$"


async def told(
    backend: Backend, identity: Identity, fault: Fault | None = None, *, extra_properties: bool = False
) -> Story:
    """The story of one visit on an emulator of its own, with one fault scripted."""
    office = emulated(backend, identity)
    office.played.world.switches.extra_properties = extra_properties
    if fault is not None:
        office.played.faults.add(fault)
    story = Story(office, office.visit())
    with acting_as(office.requested_by):
        await story.run()
    return story


@cache
def _made() -> dict[tuple[str, str], list[Call]]:
    return {}


async def calls_of(backend: Backend, identity: Identity) -> list[Call]:
    """The calls a story makes when nothing fails."""
    known = _made()
    if (backend, identity) not in known:
        story = await told(backend, identity)
        asked = [(each.method, each.path) for each in story.office.played.state.requests]
        known[backend, identity] = [
            call
            for call in ALL_CALLS
            if any(method == call.method and re.search(pattern_of(call), path) for method, path in asked)
        ]
    return known[backend, identity]


COMBINATIONS = [(backend, identity) for backend in BACKENDS for identity in IDENTITIES]


def cases(faults: Iterable[str]) -> list[tuple[Backend, Identity, str]]:
    """Every backend and identity with every fault; those alike with the default backend alone."""
    everywhere = bool(os.environ.get("ALL_FAULTS"))
    return [
        (backend, identity, name)
        for backend, identity in COMBINATIONS
        for name in faults
        if everywhere or name not in ALIKE or backend == "outlook"
    ]


@pytest.mark.parametrize(("backend", "identity"), COMBINATIONS)
async def test_without_a_fault_everything_is_done(backend: Backend, identity: Identity) -> None:
    story = await told(backend, identity)
    assert {each.state for each in story.steps} == {"done"}
    story.check(lied_of_absence=False)
    assert len(await calls_of(backend, identity)) >= 6


@pytest.mark.parametrize(("backend", "identity"), COMBINATIONS)
async def test_what_graph_adds_tomorrow_breaks_nothing(backend: Backend, identity: Identity) -> None:
    story = await told(backend, identity, extra_properties=True)
    assert {each.state for each in story.steps} == {"done"}


@pytest.mark.parametrize(("backend", "identity", "name"), cases(PASSING))
async def test_a_passing_fault_leaves_the_visit_as_if_nothing_was(
    backend: Backend, identity: Identity, name: str
) -> None:
    for call in await calls_of(backend, identity):
        story = await told(backend, identity, Fault(method=call.method, path=pattern_of(call), **PASSING[name]))
        story.check(lied_of_absence=False)
        for step in story.steps:
            may_be_unknown = step.name in ONCE and not call.repeatable
            assert step.state == "done" or (may_be_unknown and step.state == "unknown"), f"{call.name}: {step}"


@pytest.mark.parametrize(("backend", "identity", "name"), cases(FINAL))
async def test_a_final_refusal_is_told_and_spoils_nothing_else(backend: Backend, identity: Identity, name: str) -> None:
    for call in await calls_of(backend, identity):
        fault = Fault(method=call.method, path=pattern_of(call), times=1000, **FINAL[name])
        story = await told(backend, identity, fault)
        story.check(lied_of_absence=name == "404")
        assert "unknown" not in {each.state for each in story.steps}, call.name


@pytest.mark.parametrize(("backend", "identity", "name"), cases(LASTING))
async def test_a_lasting_fault_is_given_up_or_unknown_never_done_twice(
    backend: Backend, identity: Identity, name: str
) -> None:
    for call in await calls_of(backend, identity):
        fault = Fault(method=call.method, path=pattern_of(call), **LASTING[name])
        story = await told(backend, identity, fault)
        story.check(lied_of_absence=False)
        if name != "stalled":  # what is carried out behind a stall is found by looking it up
            assert {each.state for each in story.steps} != {"done"} or call.name == "find_event", call.name
