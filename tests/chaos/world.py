"""One visit, its settler, and Graph played by the emulator over a network that fails as told.

Everything the client hears is noted at the instant it is sent, with what the row says then: that is where a lie shows.
"""

import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

import httpx

from bot.graph.backend import open_graph
from bot.graph.config import Backend, GraphConfig
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.faults import Fault
from bot.graph.identity import Identities
from bot.graph.pace import Patience
from bot.store.effects import Decide, EffectRow, LedgerChanges
from bot.visits import changes
from bot.visits.drifting import as_in_calendar
from bot.visits.errors import CalendarError, NothingToUndo, VisitOver
from bot.visits.models.effects import EffectKind, EffectState
from bot.visits.models.people import Client
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.drift import CalendarDrift
from bot.visits.ports.store import VisitResults
from bot.work.decisions import Decisions
from bot.work.notices import TROUBLE
from bot.work.plan import SMS_OF, Abilities
from bot.work.reminders import Reminders
from bot.work.settling import Ledger, Settled, Settler
from bot.work.sweep import OVERDUE
from tests.chaos.ledgers import InMemory, InSql, ShownLedger
from tests.chaos.outside import Outside
from tests.chaos.reminding import JORDAN_AS_PERSON, reminders_of
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
EMAIL = "ana.ruiz@example.com"
VISIT_ID = VisitId("0f6d6f0e5a7b4f4f9d8f3c1d2e3f0001")
STUCK = frozenset({EffectState.unknown, EffectState.refused, EffectState.failed, EffectState.left})
"""What the card, the desk's chat and ``effects`` show: whoever looks knows that the client may not know."""

Channel = Literal["sms", "mail"]
CALLS: Mapping[str, tuple[str, str]] = {
    "add": ("POST", r"/events$"),
    "read": ("GET", r"/(events|onlineMeetings)"),
    "change": ("PATCH", r"/events/"),
    "lobby": ("PATCH", r"/onlineMeetings/"),
    "link": ("GET", r"getVirtualAppointmentJoinWebUrl"),
    "text": ("POST", r"sendVirtualAppointmentSms"),
    "reminder": ("POST", r"sendVirtualAppointmentReminderSms"),
    "mail": ("POST", r"sendMail"),
    "end": ("POST|DELETE", r"/events/[^/]+(/cancel)?$"),
    "any": (".*", ""),
}
FAULTS: Mapping[str, Mapping[str, object]] = {
    "throttled": {"status": 429, "retry_after": 7},
    "broken": {"status": 500},
    "provisioning": {"status": 503, "retry_after": 45},
    "gateway": {"status": 504},
    "forbidden": {"status": 403},
    "gone": {"status": 404},
    "answer lost": {"drop_after_commit": True},
}
ABOUT_MEETINGS = ("lobby", "link", "text", "reminder")
CUT = "cut before"
"""The one the emulator cannot play: the request goes out and is never carried out, and nobody hears of it."""


@dataclass(frozen=True)
class Heard:
    """Something the client was told: a start, or None that there is no visit any more."""

    channel: Channel
    says: datetime | None
    kind: str
    schedule_version: int


class Blinkers:
    """A ledger without its de-duplication: a process does not see what another has begun."""

    def __init__(self, ledger: Ledger, owner: str) -> None:
        self._ledger = ledger
        self._owner = owner

    async def transact(self, visit_id: VisitId, decide: Decide) -> Visit | None:
        """As if nobody else were ever in the middle of a call."""

        def blind(visit: Visit | None, rows: Sequence[EffectRow]) -> LedgerChanges:
            seen = [each for each in rows if each.state is not EffectState.working or each.owner == self._owner]
            return decide(visit, seen)

        return await self._ledger.transact(visit_id, blind)


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
    heard: list[Heard] = field(default_factory=list)
    lies: list[str] = field(default_factory=list)
    kills: int = 0

    def __post_init__(self) -> None:
        """The emulator, the edge over it, and a first process."""
        self.emulator = GraphEmulator(clock=self.clock, sleep=_no_wait)
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
        self.versions: list[Visit] = []
        self.moment: tuple[str, Callable[[], Awaitable[None]]] | None = None
        self.cuts: list[str] = []
        self._processes = 0
        self._doubtful: set[int] = set()
        self._resent = False
        self._reminded: dict[str, int] = {}
        self._is_by_hand = False
        self._anew = 0
        self._belief: dict[Channel, datetime | None] = {"sms": None, "mail": None}
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
            abilities=lambda _: self._abilities(),
            probe=self._probe,
            looks_up=self.looks_up,
            jitter=lambda: 1.0,
            sleep=_no_wait,
        )

    def _abilities(self) -> Abilities:
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
        texts, mails = len(self.emulator.state.sms), len(self.emulator.state.mails)
        self._is_by_hand = True
        try:
            act()
            self._note_new(texts, mails)
        finally:
            self._is_by_hand = False

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
            self._belief["mail"] = None  # told anew, of a new meeting
            self._anew = self._standing().schedule_version
        await self._learns(as_in_calendar(drift))

    async def _learns(self, results: VisitResults) -> None:
        await self.ledger.transact(VISIT_ID, lambda _visit, _rows: LedgerChanges(results=results))

    async def resends(self) -> None:
        """A person has everything sent again that is stuck."""
        self.clock.advance(seconds=1)  # nobody presses twice at one instant
        for row in self.stuck():
            if await self.decisions.again(VISIT_ID, row.key, begun=row.begun):
                self._resent = True

    async def leaves(self) -> None:
        """A person leaves what is unknown."""
        for row in self.stuck():
            await self.decisions.leave(VISIT_ID, row.key, begun=row.begun)

    async def drops(self, number: int) -> None:
        """An administrator drops something that is stuck or still to come."""
        rows = [each for each in self.ledger.rows.values() if each.state in STUCK | _OPEN]
        if rows:
            await self.decisions.drop(VISIT_ID, rows[number % len(rows)].key)

    def _keep(self, visit: Visit) -> None:
        self.versions.append(visit)
        self.ledger.visits[visit.id] = visit

    def _standing(self) -> Visit:
        assert self.visit is not None
        return self.visit

    # --- what fails -------------------------------------------------------------------------------

    def fails(self, call: str, fault: str, times: int) -> None:
        """The next calls of a kind fail in a way."""
        method, path = CALLS[call]
        if fault == "gone" and call not in ABOUT_MEETINGS:
            fault = "forbidden"  # Graph does not call an event gone that is there
        if fault == CUT:
            self.cuts += [call] * times
        else:
            self.emulator.faults.add(
                Fault.model_validate({"method": method, "path": path, "times": times, **FAULTS[fault]})
            )

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
            self._doubtful.add(self._standing().schedule_version)
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
        for call in self.cuts:
            method, path = CALLS[call]
            if Fault(method=method, path=path).hits(request.method, request.url.path):
                self.cuts.remove(call)
                self._is_doubtful(request)
                raise httpx.ReadTimeout("cut before it was carried out", request=request)
        texts, mails = len(self.emulator.state.sms), len(self.emulator.state.mails)
        is_answered = False
        try:
            response = await self.emulator.handle(request)
            is_answered = response.status_code < 500 or "retry-after" in response.headers
            return response
        finally:
            if not is_answered:
                self._is_doubtful(request)
            self._note_new(texts, mails)

    def _is_doubtful(self, request: httpx.Request) -> None:
        if request.url.path.endswith("sendVirtualAppointmentSms") and self.visit:
            self._doubtful.add(self.visit.schedule_version)

    def _note_new(self, texts: int, mails: int) -> None:
        state = self.emulator.state
        for text in state.sms[texts:]:
            says = None if text.type == "cancellation" else text.starts_at
            heard = Heard("sms", says, str(text.type), self._standing().schedule_version)
            if text.type == "reminder":
                self._note_once(heard, f"reminder:{heard.schedule_version}")
            else:
                self._note(heard)
        for mail in state.mails[mails:]:
            if mail.to != EMAIL:
                continue
            if mail.kind == "message":
                self._note_once(
                    Heard("mail", self._standing().starts_at, "late", 0), f"late:{self._standing().version}"
                )
                continue
            on = [each for each in state.events.values() if not (each.cancelled or each.deleted_at)]
            says = None if mail.kind == "cancellation" else on[-1].starts_at
            self._note(Heard("mail", says, mail.kind, self._standing().schedule_version))

    def _note_once(self, heard: Heard, what: str) -> None:
        """Said of a visit that is on, where it is; once, unless a person had it sent again."""
        visit = self._standing()
        if visit.is_cancelled or heard.says != visit.starts_at:
            self.lies.append(f"untrue: {heard} while the visit is {'off' if visit.is_cancelled else visit.starts_at}")
        self._reminded[what] = self._reminded.get(what, 0) + 1
        if self._reminded[what] > 1 and not self._resent:
            self.lies.append(f"twice: {heard}")
        self.heard.append(heard)

    def _note(self, heard: Heard) -> None:
        """What the client hears must be so, must be meant for them by now, and must be news."""
        visit, before = self._standing(), self._belief[heard.channel]
        truth = None if visit.is_cancelled else visit.starts_at
        if self._is_by_hand:
            self.heard.append(heard)
            self._belief[heard.channel] = heard.says
            return
        if heard.says != truth:
            self.lies.append(f"untrue: {heard} while the visit is at {truth}")
        if visit.is_quiet(self.clock.now()):
            self.lies.append(f"inside the quiet window: {heard}")
        if heard.says == before and not self._may_repeat(heard):
            self.lies.append(f"twice: {heard} after {[each for each in self.heard if each.channel == heard.channel]}")
        if heard.channel == "sms":
            self._resent = False
        self.heard.append(heard)
        self._belief[heard.channel] = heard.says

    def _may_repeat(self, heard: Heard) -> bool:
        """Said again on purpose by a person; or of a later change, when nobody knows whether the text before it came;
        or a new length, of which Outlook tells with the same start.
        """
        if heard.channel == "mail":
            return (heard.kind == "update" and self._is_other_length()) or self._anew > 0
        if heard.schedule_version == self._anew:
            return True
        same = any(each.channel == "sms" and each.schedule_version == heard.schedule_version for each in self.heard)
        return self._resent or (not same and any(each < heard.schedule_version for each in self._doubtful))

    def _is_other_length(self) -> bool:
        return len({each.duration for each in self.versions}) > 1

    # --- at rest ----------------------------------------------------------------------------------

    def stuck(self) -> list[EffectRow]:
        """Effects that wait for a person, or were left by one."""
        return [each for each in self.ledger.rows.values() if each.state in STUCK]

    async def amiss(self) -> list[str]:
        """What is not as it should be, where the desk is not being asked about the calendar anyway."""
        if self.visit is not None and await self.drift() is not None:
            return [*self.lies, *self._never_closed(), *self._desk_untold()]
        return [*self.lies, *self.untold()]

    def untold(self) -> list[str]:
        """What is not as it should be once everything has come to rest, and nobody could know."""
        visit = self.visit
        if visit is None:
            return []
        truth = None if visit.is_cancelled else visit.starts_at
        wrong = [*self._never_closed(), *self._desk_untold(), *self._calendar_faults(visit)]
        texts = (EffectKind.sms_confirmation, EffectKind.sms_reschedule, EffectKind.sms_cancellation)
        is_over = self.clock.now() >= visit.ends_at
        if self._belief["sms"] != truth and visit.tell_client and not is_over and not self._is_known(visit, *texts):
            wrong.append(f"texts say {self._belief['sms']}, the visit is at {truth}, and nobody knows")
        is_mailed = self.email and self._abilities().invitations and not is_over
        if is_mailed and self._belief["mail"] != truth and not self._is_known(visit, EffectKind.invitation):
            wrong.append(f"mails say {self._belief['mail']}, the visit is at {truth}, and nobody knows")
        return wrong

    def _never_closed(self) -> list[str]:
        return [f"not closed: {key}" for key, row in self.ledger.rows.items() if row.state in _OPEN]

    def _desk_untold(self) -> list[str]:
        """Where somebody is needed, the desk's chat says so."""
        amiss = [each for each in self.stuck() if each.kind in TROUBLE and each.state is not EffectState.left]
        told = any(f"desk_notice:{each.key}" in self.engine.known for each in amiss)
        return [] if told or not amiss else [f"the desk was not told of {', '.join(each.key for each in amiss)}"]

    def _calendar_faults(self, visit: Visit) -> list[str]:
        there = self.outside.slots()
        if len(there) > 1:
            return [f"{len(there)} events"]
        if self._is_known(visit):
            return []
        if visit.is_cancelled:
            return ["cancelled, and still in the calendar"] if there and not self._is_orphan() else []
        if not there:
            return ["not in the calendar"] if self.clock.now() < visit.ends_at else []
        slot = there[0]
        return [] if slot == (visit.starts_at, visit.ends_at) else [f"in the calendar at {slot}"]

    def _is_orphan(self) -> bool:
        """A meeting made by a try whose answer was lost, of a visit called off since. Its only look-up would make it
        anew; it is in no calendar, and nobody has its link.
        """
        tries = [row for key, row in self.ledger.rows.items() if key.startswith("add:")]
        return self.backend == "meeting" and any(each.attempts and each.state is not EffectState.done for each in tries)

    def _is_known(self, visit: Visit, *kinds: EffectKind) -> bool:
        """Whether what stands on the card explains it: the effect itself is stuck, or what has to come before it is."""
        before = (EffectKind.calendar, EffectKind.client_link)
        return any(
            each.kind in (*kinds, *before) and (each.version == visit.schedule_version or each.state in _IN_DOUBT)
            for each in self.stuck()
        )


_OPEN = frozenset({EffectState.working, EffectState.waiting, EffectState.retrying, EffectState.provisioning})
_IN_DOUBT = frozenset({EffectState.unknown, EffectState.left})


async def _no_wait(_seconds: float) -> None:
    """A wait that takes no time."""
