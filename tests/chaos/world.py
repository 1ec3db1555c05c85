"""One visit, its settler, and Graph played by the emulator over a network that fails as told.

Everything the client hears is noted at the instant it is sent, with what the row says then: that is where a lie shows.
"""

import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from bot.graph.backend import open_graph
from bot.graph.config import Backend, GraphConfig
from bot.graph.emulator.core import GraphEmulator
from bot.graph.identity import Identities
from bot.graph.pace import Patience
from bot.store.effects import EffectRow, LedgerChanges
from bot.visits import changes
from bot.visits.drifting import as_in_calendar
from bot.visits.errors import CalendarError, NothingToUndo, VisitOver
from bot.visits.models.effects import EffectState
from bot.visits.models.people import Client
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.drift import CalendarDrift
from bot.visits.ports.store import VisitResults
from bot.work.decisions import Decisions
from bot.work.ops import SMS_OF
from bot.work.plan import Abilities
from bot.work.reminders import Reminders
from bot.work.settling import Settled, Settler
from bot.work.sweep import OVERDUE
from tests.chaos.hearing import EMAIL, Hearing
from tests.chaos.ledgers import Blinkers, InMemory, InSql, ShownLedger
from tests.chaos.outside import Outside
from tests.chaos.reminding import JORDAN_AS_PERSON, reminders_of
from tests.chaos.wire import Wire
from tests.clock import HandClock
from tests.contracts.conftest import BUSINESS, DR_KIM
from tests.oracle.check import Tally, check_emulator
from tests.personas import JORDAN, TENANT_ID
from tests.unit.work.morning import Chats, HandEngine
from tests.unit.work.world import NINE, NOON, Killed

QUIET = timedelta(seconds=20)
LOOKS = 50
NEARLY = timedelta(minutes=14)
A_RETRY = timedelta(minutes=6)
"""What is planned later than this is no retry: it waits for its own time."""
LEAD: Mapping[Backend, timedelta] = {"outlook": timedelta(0), "meeting": timedelta(0), "bookings": timedelta(days=2)}
"""Bookings takes nothing on the same day."""
VISIT_ID = VisitId("0f6d6f0e5a7b4f4f9d8f3c1d2e3f0001")
STUCK = frozenset({EffectState.unknown, EffectState.refused, EffectState.failed, EffectState.left})
"""What the card, the desk's chat and ``effects`` show: whoever looks knows that the client may not know."""


@dataclass
class World:
    """``looks_up`` and ``sees_others`` off are for proving that the checks notice."""

    email: bool = False
    quiet: timedelta = QUIET
    looks_up: bool = True
    sees_others: bool = True
    backend: Backend = "outlook"
    in_sql: bool = False
    clock: HandClock = field(default_factory=lambda: HandClock(NOON))
    kills: int = 0

    def __post_init__(self) -> None:
        """The emulator, the edge over it, and a first process."""
        self.emulator = GraphEmulator(clock=self.clock, sleep=_no_wait)
        self.versions: list[Visit] = []
        self.client = Hearing(self.emulator.state, self.clock, self._standing, self.versions)
        self.wire = Wire(self.emulator, in_doubt=self._is_in_doubt)
        self.outside = Outside(self.emulator, self.backend)
        config = GraphConfig(
            tenant_id=TENANT_ID,
            backend=self.backend,
            identities=Identities(calendar="app", visits="app"),
            bookings_business=BUSINESS if self.backend == "bookings" else "",
            reminder_sms=True,
        )
        self.edge = open_graph(
            config,
            self.clock,
            transport=httpx.MockTransport(self._network),
            patience=Patience(tries=2, first_wait=0.0, budget=0.0),
        )
        self.ledger: ShownLedger = InSql(self.clock) if self.in_sql else InMemory()
        self.engine = HandEngine(self.clock)
        self.chats = Chats(self.clock)
        self.nine = NINE + LEAD[self.backend]
        self.decisions = Decisions(self.ledger, self.clock)
        self.moment: tuple[str, Callable[[], Awaitable[None]]] | None = None
        self._processes = 0
        self.settler = self.process()

    async def close(self) -> None:
        """Close what was opened; all that was asked must be as Microsoft's schema has it."""
        await self.edge.close()
        await self.emulator.close()
        await self.ledger.close()
        tally = Tally()
        check_emulator(self.emulator, tally)
        assert tally.faults == []

    def process(self) -> Settler:
        """Another process: it settles, and takes up the reminders."""
        self._processes += 1
        owner = f"process {self._processes}"
        self.reminders: Reminders = reminders_of(
            self.engine,
            self.chats,
            self.ledger,
            self.edge.calendar,
            self.clock,
            owner=owner,
            probe=self._probe,
        )
        return Settler(
            self.edge.calendar,
            self.ledger if self.sees_others else Blinkers(self.ledger, owner),
            self.clock,
            owner=owner,
            abilities=lambda _: self.abilities(),
            probe=self._probe,
            looks_up=self.looks_up,
            jitter=lambda: 1.0,
            sleep=_no_wait,
        )

    def abilities(self) -> Abilities:
        features = self.edge.calendar.features
        return Abilities(features.online_meetings, features.client_link, features.sms, features.invitations)

    # --- what people do ---------------------------------------------------------------------------

    @property
    def visit(self) -> Visit | None:
        """The visit as it stands; None before it was booked."""
        return self.ledger.visits.get(VISIT_ID)

    def books(self, starts_at: datetime | None = None) -> None:
        """One visit, to be texted; invited too where the client has an address."""
        now = self.clock.now()
        self._keep(
            Visit(
                id=VISIT_ID,
                client=Client(
                    name="Ana Ruiz",
                    phone="+12065550142",
                    email=EMAIL if self.email else None,
                    time_zone="America/Los_Angeles",
                ),
                organizer=DR_KIM,
                type_name="Follow-up",
                starts_at=starts_at or self.nine,
                duration=timedelta(minutes=30),
                time_zone="America/Los_Angeles",
                text_client=True,
                requested_by=JORDAN.object_id,
                created_at=now,
                quiet_until=changes.quiet_until(now, self.quiet),
                backend=self.edge.calendar.backend,
            )
        )

    def moves(self, starts_at: datetime, minutes: int) -> None:
        """To another time, or another length, or both."""
        visit = self._standing()
        moved = changes.moved(
            visit,
            starts_at,
            timedelta(minutes=minutes),
            by=JORDAN.object_id,
            now=self.clock.now(),
            quiet=self.quiet,
        )
        self._keep(moved)

    def cancels(self, *, tell: bool) -> None:
        """Off."""
        visit, now = self._standing(), self.clock.now()
        self._keep(
            changes.cancelled(visit, by=JORDAN.object_id, now=now, quiet=self.quiet, reason=None, tell_client=tell)
        )

    def undoes(self) -> None:
        """The latest change taken back, where it still can be."""
        try:
            back = changes.undone(self._standing(), self.versions, by=JORDAN.object_id, now=self.clock.now())
        except NothingToUndo:
            return
        self._keep(back)

    async def runs_late(self) -> None:
        """Whoever sees the client is late, and says so."""
        with contextlib.suppress(VisitOver):
            await self.reminders.running_late(self._standing(), by=JORDAN_AS_PERSON)

    async def asks_for_reminder(self) -> None:
        """A person has the client reminded, by one tap on a card that says where the visit is."""
        await self.reminders.send_reminder(self._standing(), by=JORDAN_AS_PERSON)

    # --- what people do in the calendar itself ----------------------------------------------------

    def drags(self, starts_at: datetime) -> None:
        """Somebody drags it elsewhere in Outlook, which tells whoever is invited by itself."""
        self._by_hand(lambda: self.outside.move_by_hand(starts_at, timedelta(minutes=30)))

    def deletes(self) -> None:
        """Somebody deletes it in Outlook."""
        self._by_hand(self.outside.delete_by_hand)

    def _by_hand(self, act: Callable[[], bool]) -> None:
        with self.client.by_hand():
            act()

    async def drift(self) -> CalendarDrift | None:
        """What the calendar says otherwise, as the desk is asked about it: what cannot be read is read again later."""
        for _ in range(LOOKS):
            with contextlib.suppress(CalendarError):
                return next(iter(await self.edge.calendar.drifts([self._standing()])), None)
            self.clock.advance(seconds=30)
        raise AssertionError("the calendar is never read")

    async def adopts(self, drift: CalendarDrift) -> None:
        """What the calendar says is so."""
        if drift.kind == "deleted":
            self.cancels(tell=True)
        elif drift.starts_at is not None and drift.starts_at > self.clock.now():
            length = drift.duration or self._standing().duration
            self.moves(drift.starts_at, round(length.total_seconds() / 60))
            await self._learns(as_in_calendar(drift))

    async def puts_back(self, drift: CalendarDrift) -> None:
        """What was agreed is so."""
        visit = self._standing()
        is_gone = drift.kind == "deleted"
        self._keep(changes.put_back(visit, by=JORDAN.object_id, now=self.clock.now(), in_new_event=is_gone))
        if is_gone:
            self.client.is_told_anew(self._standing().schedule_version)
        await self._learns(as_in_calendar(drift))

    async def _learns(self, results: VisitResults) -> None:
        await self.ledger.transact(VISIT_ID, lambda _visit, _rows: LedgerChanges(results=results))

    async def resends(self) -> None:
        """A person has everything sent again that is stuck."""
        self.clock.advance(seconds=1)  # nobody presses twice at one instant
        for row in self.stuck():
            if await self.decisions.again(VISIT_ID, row.key, begun=row.begun):
                self.client.is_told_again()

    async def leaves(self) -> None:
        """A person leaves what is unknown."""
        for row in self.stuck():
            await self.decisions.leave(VISIT_ID, row.key, begun=row.begun)

    async def drops(self, number: int) -> None:
        """An administrator drops something that is stuck or still to come."""
        rows = [each for each in self.ledger.rows.values() if each.state in STUCK | UNFINISHED]
        if rows:
            await self.decisions.drop(VISIT_ID, rows[number % len(rows)].key)

    def _keep(self, visit: Visit) -> None:
        self.versions.append(visit)
        self.ledger.visits[visit.id] = visit

    def _standing(self) -> Visit:
        assert self.visit is not None
        return self.visit

    # --- what happens to the process --------------------------------------------------------------

    def at(self, moment: str, happens: Callable[[], Awaitable[None]]) -> None:
        """Have something happen when the settling process next comes to a moment, such as ``add.intended``."""
        self.moment = (moment, happens)

    async def dies(self) -> None:
        """The process is killed here."""
        self.kills += 1
        raise Killed

    async def sleeps(self) -> None:
        """The process is frozen for a while, and another one goes on."""
        self.clock.advance(seconds=16)
        await self.settles(self.process())
        self.clock.advance(seconds=4)

    async def is_doubled(self) -> None:
        """The same press was delivered again, to another process, which begins at this very moment."""
        await self.settles(self.process())
        await self.engine.again()

    async def _probe(self, moment: str) -> None:
        if self.moment is None or not moment.endswith(self.moment[0]):
            return
        _, happens = self.moment
        self.moment = None
        if moment.partition(".")[0] in SMS_OF:
            self.client.text_in_doubt(self._standing().schedule_version)
        await happens()

    # --- settling ---------------------------------------------------------------------------------

    async def settles(self, settler: Settler | None = None) -> Settled:
        """Everything that is due now; a process that dies is followed by another."""
        for _ in range(200):
            try:
                settled = await (settler or self.settler).advance(VISIT_ID)
            except Killed:
                self.settler = self.process()
                if settler is not None:
                    return Settled()
                continue
            if not settled.again and (settler is not None or await self._reminds()):
                return settled
        raise AssertionError("never settles")

    async def _reminds(self) -> bool:
        """What is planned before the visit, and what of it is due by now; False where the process died over it."""
        try:
            if self.visit is not None:
                await self.reminders.plan_for(self.visit)
            await self.engine.goes_until(self.clock.now())
        except Killed:
            self.settler = self.process()
            return False
        return True

    async def nearly_begins(self) -> None:
        """It is a few minutes before the start."""
        start = self._standing().starts_at - NEARLY
        self.clock.advance(seconds=max(0.0, (start - self.clock.now()).total_seconds()))
        await self.settles()

    async def rests(self) -> None:
        """Everything, however long it takes."""
        for _ in range(1000):
            settled = await self.settles()
            planned = self.engine.next_due()
            soon = planned if planned is not None and planned <= self.clock.now() + A_RETRY else None
            dues = [each for each in (settled.until, soon) if each is not None]
            if not dues and not await self._sweeps():
                return
            if not dues:
                continue
            self.clock.advance(seconds=max(0.0, (min(dues) - self.clock.now()).total_seconds()))
        raise AssertionError("never comes to rest")

    async def _sweeps(self) -> bool:
        """What a dead process was about to send is looked at again once its claim is over; False where nothing is."""
        left = [each for each in self.ledger.rows.values() if each.state is EffectState.working and each.claimed_until]
        for row in left:
            assert row.claimed_until is not None
            until = row.claimed_until + OVERDUE
            self.clock.advance(seconds=max(0.0, (until - self.clock.now()).total_seconds()))
            await self.reminders.begin_again(row)
        return bool(left)

    # --- what goes over the wire ------------------------------------------------------------------

    async def _network(self, request: httpx.Request) -> httpx.Response:
        try:
            return await self.wire.carries(request)
        finally:
            self.client.listens()

    def _is_in_doubt(self, request: httpx.Request) -> None:
        if request.url.path.endswith("sendVirtualAppointmentSms") and self.visit:
            self.client.text_in_doubt(self.visit.schedule_version)

    # --- at rest ----------------------------------------------------------------------------------

    def stuck(self) -> list[EffectRow]:
        """Effects that wait for a person, or were left by one."""
        return [each for each in self.ledger.rows.values() if each.state in STUCK]


UNFINISHED = frozenset({EffectState.working, EffectState.waiting, EffectState.retrying, EffectState.provisioning})


async def _no_wait(_seconds: float) -> None:
    """A wait that takes no time."""
