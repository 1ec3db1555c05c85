"""A visit, its ledger in memory and a calendar that can be made to fail: stories of settling, without a database."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.store.effects import Decide, EffectRow
from bot.visits import changes
from bot.visits.models.clinic import StaffMember
from bot.visits.models.effects import EffectState
from bot.visits.models.people import Client
from bot.visits.models.values import StaffId, VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.calendar import CalendarEntry, SmsKind
from bot.visits.ports.drift import CalendarDrift
from bot.work.ops import CLOSED
from bot.work.plan import Abilities
from bot.work.settling import Settled, Settler
from tests.clock import HandClock

NOON = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
NINE = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
QUIET = timedelta(seconds=20)
KIM = StaffMember(
    id=StaffId("00000000-0000-4000-8000-000000000001"),
    name="Min Kim",
    title="Dr",
    mailbox="min.kim@contoso.example",
    time_zone="America/Los_Angeles",
)


class Killed(BaseException):
    """The process dies here."""


class MemoryLedger:
    """What ``SqlLedger.transact`` promises, over dictionaries."""

    def __init__(self) -> None:
        self.visits: dict[str, Visit] = {}
        self.rows: dict[str, EffectRow] = {}

    async def transact(self, visit_id: VisitId, decide: Decide) -> Visit | None:
        rows = [each for each in self.rows.values() if each.visit_id == visit_id]
        changed = decide(self.visits.get(visit_id), rows)
        for row in changed.rows:
            self.rows[row.key] = row
        if changed.results and visit_id in self.visits:
            self.visits[visit_id] = self.visits[visit_id].model_copy(update=dict(changed.results))
        return self.visits.get(visit_id)


class Outlook:
    """A calendar and a phone: events, mails to the client, texts to the client, each call in ``calls``.

    A failure raised ``before`` a call leaves nothing; ``after`` it, the call went through and its answer is lost.
    """

    backend = "outlook"

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self.events: dict[str, dict[str, Any]] = {}
        self.requests: dict[str, str] = {}
        self.calls: list[str] = []
        self.texts: list[tuple[str, datetime | None]] = []
        self.mails: list[tuple[str, datetime | None]] = []
        self.before: dict[str, list[BaseException]] = {}
        self.after: dict[str, list[BaseException]] = {}
        self.pauses: dict[str, Callable[[], Awaitable[None]]] = {}
        self.lobbies = 0
        self.by_hand: list[CalendarDrift] = []
        """What somebody changed in the calendar itself."""

    async def _call(self, name: str) -> None:
        self.calls.append(name)
        if name in self.pauses:
            await self.pauses.pop(name)()
        if self.before.get(name):
            raise self.before[name].pop(0)

    def _done(self, name: str) -> None:
        if self.after.get(name):
            raise self.after[name].pop(0)

    def tells(self, visit: Visit) -> bool:
        raise NotImplementedError

    async def busy(self, *_: object) -> Any:
        raise NotImplementedError

    async def place_rules(self, *_: object, **__: object) -> Any:
        raise NotImplementedError

    async def add(self, visit: Visit, *, request_id: str) -> CalendarEntry:
        await self._call("add")
        if request_id not in self.requests:
            event_id = f"event-{len(self.requests) + 1}"
            self.requests[request_id] = event_id
            self.events[event_id] = {
                "visit": visit.id,
                "starts_at": visit.starts_at,
                "duration": visit.duration,
                "clients": set(),
            }
        self._done("add")
        return CalendarEntry(event_id=self.requests[request_id], join_url="https://teams.microsoft.com/l/1")

    async def find(self, visit: Visit) -> CalendarEntry | None:
        await self._call("find")
        found = next((key for key, each in self.events.items() if each["visit"] == visit.id), None)
        return CalendarEntry(event_id=found, join_url="https://teams.microsoft.com/l/1") if found else None

    async def read(self, visit: Visit) -> CalendarEntry | None:
        await self._call("read")
        if visit.event_id not in self.events:
            return None
        return CalendarEntry(event_id=visit.event_id, join_url="https://teams.microsoft.com/l/1")

    async def meeting_of(self, visit: Visit) -> str:
        await self._call("meeting")
        return f"meeting of {visit.event_id}"

    async def keep_clients_waiting(self, visit: Visit) -> None:
        await self._call("lobby")
        self.lobbies += 1
        self._done("lobby")

    async def client_link(self, visit: Visit) -> str:
        await self._call("link")
        return "https://teams.microsoft.com/client"

    async def move(self, visit: Visit) -> CalendarEntry:
        await self._call("move")
        assert visit.event_id is not None
        event = self.events[visit.event_id]
        if (event["starts_at"], event["duration"]) != (visit.starts_at, visit.duration):
            event.update(starts_at=visit.starts_at, duration=visit.duration)
            self.mails += [("moved", visit.starts_at) for _ in event["clients"]]
        self._done("move")
        return CalendarEntry(event_id=visit.event_id)

    async def invite_client(self, visit: Visit) -> None:
        await self._call("invite")
        assert visit.event_id is not None
        event = self.events[visit.event_id]
        if visit.client.email not in event["clients"]:
            event["clients"].add(visit.client.email)
            self.mails.append(("invited", event["starts_at"]))
        self._done("invite")

    async def cancel(self, visit: Visit, comment: str = "") -> None:
        await self._call("cancel")
        event = self.events.pop(str(visit.event_id), None)
        if event is not None and visit.client_invited:
            self.mails += [("cancelled", event["starts_at"]) for _ in event["clients"]]
        self._done("cancel")

    def keeps(self, visit: Visit) -> bool:
        return True

    async def drifts(self, visits: Sequence[Visit]) -> Sequence[CalendarDrift]:
        return [each for each in self.by_hand if each.visit_id in {visit.id for visit in visits}]

    async def send_sms(self, visit: Visit, kind: SmsKind) -> None:
        await self._call(f"sms_{kind}")
        event = self.events[str(visit.event_id)]  # Graph's text is bound to the meeting
        self.texts.append((kind, None if kind == "cancellation" else event["starts_at"]))
        self._done(f"sms_{kind}")


class Story:
    """One visit through its life: what people do to it, and a process (or several) that settles it."""

    def __init__(self, *, quiet: timedelta = QUIET, email: str | None = None, text: bool = True) -> None:
        self.clock = HandClock(NOON)
        self.outlook = Outlook(self.clock)
        self.ledger = MemoryLedger()
        self.abilities = Abilities()
        self.quiet = quiet
        self.moment: str | None = None
        self.on_moment: Callable[[str], Awaitable[None]] | None = None
        self._versions: list[Visit] = []
        self._email, self._text = email, text
        self.settler = self.process("A")

    def process(self, owner: str, *, looks_up: bool = True) -> Settler:
        """A process that settles."""
        return Settler(
            self.outlook,
            self.ledger,
            self.clock,
            owner=owner,
            abilities=lambda _: self.abilities,
            probe=self._probe,
            looks_up=looks_up,
            jitter=lambda: 1.0,
        )

    async def _probe(self, moment: str) -> None:
        if moment == self.moment:
            self.moment = None
            raise Killed
        if self.on_moment is not None:
            await self.on_moment(moment)

    # --- what people do ---

    def books(self, starts_at: datetime = NINE) -> None:
        now = self.clock.now()
        self._keep(
            Visit(
                id=VisitId("v1"),
                client=Client(
                    name="Ana Ruiz", phone="+12065550142", email=self._email, time_zone="America/Los_Angeles"
                ),
                organizer=KIM,
                type_name="Follow-up",
                starts_at=starts_at,
                duration=timedelta(minutes=30),
                time_zone="America/Los_Angeles",
                text_client=self._text,
                requested_by="jordan",
                created_at=now,
                quiet_until=changes.quiet_until(now, self.quiet),
            )
        )

    def moves(self, starts_at: datetime, *, minutes: int = 30) -> None:
        length = timedelta(minutes=minutes)
        self._keep(changes.moved(self.visit, starts_at, length, by="jordan", now=self.clock.now(), quiet=self.quiet))

    def cancels(self, *, tell: bool = True) -> None:
        self._keep(
            changes.cancelled(
                self.visit, by="jordan", now=self.clock.now(), quiet=self.quiet, reason=None, tell_client=tell
            )
        )

    def undoes(self) -> None:
        self._keep(changes.undone(self.visit, self._versions, by="jordan", now=self.clock.now()))

    def _keep(self, visit: Visit) -> None:
        self._versions.append(visit)
        self.ledger.visits[visit.id] = visit

    @property
    def visit(self) -> Visit:
        return self.ledger.visits["v1"]

    # --- settling ---

    async def settles(self, settler: Settler | None = None) -> Settled:
        """Everything that is due now."""
        for _ in range(60):
            settled = await (settler or self.settler).advance(VisitId("v1"))
            if not settled.again:
                return settled
        raise AssertionError(f"never settles: {self.outlook.calls[-20:]}")

    async def settles_all(self, settler: Settler | None = None) -> None:
        """Everything, waiting as long as it takes."""
        for _ in range(200):
            settled = await self.settles(settler)
            if settled.until is None:
                return
            self.clock.advance(seconds=max(0.0, (settled.until - self.clock.now()).total_seconds()))
        raise AssertionError(f"never comes to rest: {self.outlook.calls[-20:]}")

    async def dies_at(self, moment: str) -> None:
        """Settle until the process dies at a moment."""
        self.moment = moment
        try:
            await self.settles_all()
        except Killed:
            return
        raise AssertionError(f"never came to {moment}")

    # --- what is so ---

    def state_of(self, op: str) -> EffectState | None:
        """Where the latest effect of a kind stands."""
        found = [each for each in self.ledger.rows.values() if each.key.startswith(f"{op}:")]
        return found[-1].state if found else None

    def open_rows(self) -> Sequence[str]:
        """Effects that are not closed."""
        return [key for key, each in self.ledger.rows.items() if each.state not in CLOSED]

    def event(self) -> dict[str, Any] | None:
        """The one event, if there is one. Two are a fault."""
        assert len(self.outlook.events) <= 1
        return next(iter(self.outlook.events.values()), None)
