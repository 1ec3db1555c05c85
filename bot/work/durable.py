"""Everything of durable work, put together: the engine, what it does, and who looks after it."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from bot.clock import Clock
from bot.settings import Settings
from bot.store.effects import SqlLedger
from bot.store.retention import Retention
from bot.visits.models.clinic import Clinic
from bot.visits.models.visit import Visit
from bot.visits.ports.messages import Notifier
from bot.visits.ports.store import People, VisitStore
from bot.work.agenda import Agendas
from bot.work.engine import AroundStep, DbosEngine, EngineSettings
from bot.work.lease import Lease
from bot.work.plan import Abilities
from bot.work.reminders import Office, Outside, Reminders
from bot.work.requests import EffectRequests
from bot.work.rounds import Round, Rounds
from bot.work.sending import Sending
from bot.work.service import VisitWork
from bot.work.settling import Probe, Settler, no_probe
from bot.work.sweep import Sweep
from bot.work.visit_cards import CardsOfVisits, PresenceReader
from bot.work.waiting import Waiting
from cards.reader import Readers

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Surroundings:
    """What durable work stands on and speaks to."""

    settings: Settings
    clinic: Clinic
    clock: Clock
    visits: VisitStore
    ledger: SqlLedger
    people: People
    notifier: Notifier
    readers: Readers
    cards: CardsOfVisits
    outside: Outside
    abilities: Callable[[Visit], Abilities]
    presences: PresenceReader
    retention: Retention


@dataclass
class DurableWork:
    """Start it when everything it speaks to is there; stop it before they go."""

    engine: DbosEngine
    work: VisitWork
    reminders: Reminders
    sweep: Sweep
    requests: EffectRequests
    agendas: Agendas
    waiting: Waiting
    lease: Lease | None = None
    """Held on PostgreSQL, where several replicas share the work."""
    _rounds: Rounds = field(init=False)

    def __post_init__(self) -> None:
        """The rounds of looking after it."""
        self._rounds = Rounds(
            [
                Round("requests", timedelta(seconds=2), self.requests.look),
                Round("sweep", timedelta(minutes=1), self.sweep.look),
                Round("agendas", timedelta(minutes=1), self.agendas.plan),
            ]
        )

    async def start(self) -> None:
        """Take up what was left, and begin to do what is due. Raises EngineError."""
        if self.lease is not None:
            await self.lease.start()
        await self.engine.launch()
        await self.sweep.look()
        await self.agendas.plan()
        self._rounds.start()

    async def stop(self) -> None:
        """Stop; what is under way goes on at the next start, or at another replica."""
        await self._rounds.stop()
        await self.engine.stop()
        if self.lease is not None:
            await self.lease.stop()


def durable_work(
    around: Surroundings,
    engine_settings: EngineSettings,
    *,
    probe: Probe = no_probe,
    around_step: AroundStep | None = None,
    looks_up: bool = True,
) -> DurableWork:
    """Put it together, every kind registered; nothing runs before ``start``."""
    settings, clock, ledger, visits = around.settings, around.clock, around.ledger, around.visits
    owner = engine_settings.executor_id
    engine = DbosEngine(engine_settings, clock, around_step=around_step)
    settler = Settler(
        around.outside, ledger, clock, owner=owner, abilities=around.abilities, probe=probe, looks_up=looks_up
    )
    sending = Sending(ledger, clock, owner=owner, probe=probe)
    office = Office(
        clinic=around.clinic,
        visits=visits,
        people=around.people,
        notifier=around.notifier,
        readers=around.readers,
        cards=around.cards,
        clock=clock,
    )
    reminders = Reminders.of(
        engine,
        office,
        around.outside,
        sending,
        ledger,
        desk_chat=settings.desk_chat,
        admins=settings.admins,
        texts_by_itself=settings.reminder_sms,
        can_text=lambda visit: around.abilities(visit).sms,
    )
    work = VisitWork(engine, settler, ledger, visits, around.cards, clock, reminders)
    return DurableWork(
        engine=engine,
        work=work,
        reminders=reminders,
        sweep=Sweep(engine, ledger, visits, work, reminders, around.retention, clock),
        requests=EffectRequests(ledger, work, reminders, sending),
        agendas=Agendas(engine, office, sending),
        waiting=Waiting(engine, office, sending, reminders.notices, around.presences),
        lease=Lease(engine_settings.database, owner, engine) if engine_settings.is_postgres else None,
    )
