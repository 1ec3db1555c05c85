"""Reminders and agendas by hand: a real store, an engine whose time is moved by hand, and a Teams that can fail."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import uuid4

from bot.clinic import demo_clinic
from bot.store.effects import EffectRow, SqlLedger
from bot.store.engine import Database
from bot.store.visit_cards import SqlVisitCards
from bot.store.visits import SqlVisitStore
from bot.visits import changes
from bot.visits.models.clinic import Clinic
from bot.visits.models.people import Person, Preferences
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Told, Visit
from bot.visits.ports.drift import CalendarDrift
from bot.visits.ports.messages import MessageRef
from bot.work.agenda import Agendas
from bot.work.pieces import TIMED, Handler
from bot.work.reminders import Office, Reminders
from bot.work.sending import Sending
from bot.work.visit_cards import CardsOfVisits
from cards.reader import Readers
from tests.clock import HandClock
from tests.personas import JORDAN, KIM, TENANT_ID
from tests.unit.work.world import KIM as DR_KIM
from tests.unit.work.world import Killed

DESK = "19:desk@thread.v2"
ADMIN = "00000000-0000-4000-8000-00000000000f"
EIGHT = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
"""Tuesday, eight in the morning in Los Angeles."""
NINE = EIGHT + timedelta(hours=1)


class HandEngine:
    """Keeps ``Durable``'s promises without a database: an id begins once, what is scheduled waits for its instant."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self._handlers: dict[str, Handler] = {}
        self._waiting: list[tuple[datetime, str, str, Mapping[str, Any]]] = []
        self._under_way: tuple[datetime, str, str, Mapping[str, Any]] | None = None
        self.known: set[str] = set()
        self.early_by = timedelta(0)
        """The next piece of work begins so much too early, as after a step of the clock."""

    def on(self, kind: str, handler: Handler, *, queue: str = TIMED) -> None:
        self._handlers[kind] = handler

    async def start(self, kind: str, work_id: str, payload: Mapping[str, Any]) -> None:
        await self.schedule(kind, work_id, payload, due=self._clock.now())

    async def schedule(self, kind: str, work_id: str, payload: Mapping[str, Any], *, due: datetime) -> None:
        if work_id not in self.known:
            self.known.add(work_id)
            self._waiting.append((due, work_id, kind, payload))

    def next_due(self) -> datetime | None:
        """When the next piece of work begins."""
        return min((each[0] for each in self._waiting), default=None)

    async def goes_until(self, until: datetime) -> None:
        """Move the clock to an instant, and begin on the way whatever is due."""
        while True:
            due = sorted(
                (each for each in self._waiting if each[0] - self.early_by <= until), key=lambda each: each[:2]
            )
            if not due:
                break
            self._waiting.remove(due[0])
            moment, self.early_by = due[0][0] - self.early_by, timedelta(0)
            self._clock.advance(seconds=max(0.0, (moment - self._clock.now()).total_seconds()))
            await self._runs(due[0])
        self._clock.advance(seconds=max(0.0, (until - self._clock.now()).total_seconds()))

    async def again(self) -> None:
        """The work under way is begun once more, by whoever is registered now: as where it was taken over too early."""
        if self._under_way is not None:
            _, work_id, kind, payload = self._under_way
            await self._handlers[kind](_Run(work_id), payload)

    async def _runs(self, work: tuple[datetime, str, str, Mapping[str, Any]]) -> None:
        """Run a piece of work. Where the process dies over it, it is the next one's to take up."""
        before, self._under_way = self._under_way, work
        try:
            await self._handlers[work[2]](_Run(work[1]), work[3])
        except Killed:
            self._waiting.append(work)
            raise
        finally:
            self._under_way = before


class _Run:
    def __init__(self, work_id: str) -> None:
        self.id = work_id

    async def step(self, name: str, work: Callable[[], Awaitable[Any]]) -> Any:
        return await work()


class Chats:
    """Teams, as a notifier: who was shown what, and failures in order."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock
        self.posts: list[tuple[datetime, str, str]] = []
        self.cards: list[Mapping[str, object]] = []
        self.edits: list[tuple[str, str]] = []
        self.failures: dict[str, list[Exception]] = {}
        self.lost: list[Exception] = []
        self.people: dict[str, Person] = {}

    async def post(self, object_id: str, card: Mapping[str, object], *, summary: str) -> MessageRef:
        if self.failures.get(object_id):
            raise self.failures[object_id].pop(0)
        self.posts.append((self._clock.now(), object_id, summary))
        self.cards.append(card)
        if self.lost:
            raise self.lost.pop(0)
        return MessageRef(conversation_id=f"a:{object_id}", activity_id=str(len(self.posts)))

    async def post_to_chat(self, conversation_id: str, card: Mapping[str, object], *, summary: str) -> MessageRef:
        return await self.post(conversation_id, card, summary=summary)

    async def edit(self, message: MessageRef, card: Mapping[str, object], *, summary: str) -> None:
        self.edits.append((message.activity_id, summary))

    async def person(self, object_id: str) -> Person | None:
        return self.people.get(object_id)

    def told(self, who: str) -> list[str]:
        return [summary for _, whom, summary in self.posts if whom == who]


class Wishes:
    """What people chose for themselves."""

    def __init__(self) -> None:
        self.of: dict[str, Preferences] = {}

    async def preferences(self, object_id: str) -> Preferences:
        return self.of.get(object_id, Preferences())

    async def prefer(self, object_id: str, preferences: Preferences) -> None:
        self.of[object_id] = preferences


class Client:
    """The client's phone and mailbox."""

    backend = "outlook"

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.mails: list[tuple[str, str]] = []
        self.failures: list[Exception] = []
        self.by_hand: list[CalendarDrift] = []

    async def drifts(self, visits: Sequence[Visit]) -> Sequence[CalendarDrift]:
        return self.by_hand

    async def send_sms(self, visit: Visit, kind: str) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.texts.append(kind)

    async def email_client(self, visit: Visit, *, subject: str, text: str) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.mails.append((subject, text))


class Morning:
    """A clinic at eight, with whatever visits a test books."""

    def __init__(
        self,
        database: Database,
        *,
        texts_by_itself: bool = False,
        desk_chat: str = DESK,
        admins: Sequence[str] = (ADMIN,),
        agenda_at: time | None = None,
        reminders: tuple[timedelta, ...] = (timedelta(minutes=15),),
        now: datetime = EIGHT,
    ) -> None:
        self.clock = HandClock(now)
        self.clinic: Clinic = demo_clinic().clinic.model_copy(update={"agenda_at": agenda_at, "reminders": reminders})
        self.engine = HandEngine(self.clock)
        self.chats = Chats(self.clock)
        self.wishes = Wishes()
        self.client = Client()
        self.store = SqlVisitStore(database, self.clock)
        self.ledger = SqlLedger(database, self.clock)
        self.readers = Readers(self.clinic)
        self.rows = SqlVisitCards(database, self.clock)
        self.cards = CardsOfVisits(self.rows, self.store, self.ledger, self.chats, self.readers, self.clock)
        self.moment: str | None = None
        self._how: dict[str, Any] = {"desk_chat": desk_chat, "admins": admins, "texts_by_itself": texts_by_itself}
        self.process("A")

    def process(self, owner: str) -> None:
        """A process takes over: same engine, same database."""
        office = Office(
            clinic=self.clinic,
            visits=self.store,
            people=self.wishes,
            notifier=self.chats,
            readers=self.readers,
            cards=self.cards,
            clock=self.clock,
        )
        self.sending = Sending(self.ledger, self.clock, owner=owner, probe=self._probe, jitter=lambda: 1.0)
        client: Any = self.client
        self.reminders = Reminders.of(self.engine, office, client, self.sending, self.ledger, **self._how)
        self.agendas = Agendas(self.engine, office, self.sending)

    async def _probe(self, moment: str) -> None:
        if moment == self.moment:
            self.moment = None
            raise Killed

    async def books(self, starts_at: datetime = NINE, **how: Any) -> Visit:
        """A visit that was booked yesterday, settled, and whose client knows of it."""
        yesterday = self.clock.now() - timedelta(days=1)
        facts: dict[str, Any] = {
            "id": VisitId(uuid4().hex),
            "client": {"name": "Ana Ruiz", "phone": "+12065550142", "time_zone": "America/Los_Angeles"},
            "organizer": DR_KIM,
            "type_name": self.clinic.types[0].name,
            "starts_at": starts_at,
            "duration": timedelta(minutes=30),
            "time_zone": "America/Los_Angeles",
            "text_client": False,
            "requested_by": JORDAN.object_id,
            "created_at": yesterday,
            "told": Told(starts_at=starts_at, at=yesterday),
            "event_id": "e1",
            "meeting_id": "m1",
            "calendar_starts_at": starts_at,
        }
        visit = await self.store.insert(Visit.model_validate({**facts, **how}), check_overlap=False)
        await self.reminders.plan_for(visit)
        return visit

    async def moves(self, visit: Visit, starts_at: datetime) -> Visit:
        moved = changes.moved(
            visit,
            starts_at,
            visit.duration,
            by=JORDAN.object_id,
            now=self.clock.now(),
            quiet=timedelta(0),
        )
        return await self._changes(visit, moved)

    async def cancels(self, visit: Visit) -> Visit:
        off = changes.cancelled(
            visit, by=JORDAN.object_id, now=self.clock.now(), quiet=timedelta(0), reason=None, tell_client=True
        )
        return await self._changes(visit, off)

    async def _changes(self, before: Visit, after: Visit) -> Visit:
        stored = await self.store.update(after, expected_version=before.version)
        await self.cards.bring_up_to_date(stored.id)
        await self.reminders.plan_for(stored)
        return stored

    def meets(self, object_id: str, *, locale: str = "en-US", zone: str = "America/Los_Angeles") -> None:
        """The bot knows this person."""
        self.chats.people[object_id] = Person(
            id=object_id, tenant_id=TENANT_ID, name="Somebody", locale=locale, time_zone=zone
        )

    async def goes_until(self, moment: datetime) -> None:
        """Time passes."""
        await self.engine.goes_until(moment)

    async def effect(self, key: str) -> EffectRow:
        """One effect, which is there."""
        row = await self.ledger.effect(key)
        assert row is not None, key
        return row


__all__ = ["ADMIN", "DESK", "EIGHT", "KIM", "NINE", "Morning"]
