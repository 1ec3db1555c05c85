"""Puts the bot together from its settings. The one place that knows every part."""

import asyncio
import logging
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import aiohttp.web
import httpx
from sqlalchemy import URL

from bot.application import Application
from bot.clinic import ClinicFile, demo_clinic, load_clinic
from bot.clock import Clock, SystemClock
from bot.graph.backend import GraphEdge, open_graph
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.serve import mount
from bot.graph.lobby import watch_opener
from bot.played import emulator_of, link_origins, network_of, own_address_of, sign_in_played
from bot.settings import Settings, SettingsError
from bot.signing import ActingBot, Signing, ways_in
from bot.store.arrivals import SqlArrivals
from bot.store.bot_state import SqlFirsts, SqlStateStore
from bot.store.contacts import SqlContacts
from bot.store.effects import SqlLedger
from bot.store.engine import Database, open_database, url_of
from bot.store.migrating import migrate
from bot.store.pace import SqlPace
from bot.store.retention import Retention
from bot.store.turn_log import SqlTurnLog
from bot.store.visit_cards import SqlVisitCards
from bot.store.visits import SqlVisitStore
from bot.teams.bot import VisitsBot
from bot.teams.edge import EdgeSettings, TeamsEdge
from bot.teams.pace import LocalPace
from bot.teams.participation import Stores
from bot.teams.routes import add_messages
from bot.teams.runs import Timing
from bot.teams.signing import SignInAsk, SigningBot
from bot.tenancy import graph_config, invitation
from bot.understanding.reader import Understanding
from bot.visits.models.visit import Visit
from bot.visits.service import Visits
from bot.watching import Parts, watch
from bot.web.health import add_health
from bot.work.durable import Surroundings, durable_work
from bot.work.engine import AroundStep, EngineSettings, engine_database
from bot.work.lock import FolderLock, hold_folder
from bot.work.plan import Abilities
from bot.work.settling import Probe, no_probe
from bot.work.visit_cards import CardsOfVisits
from cards.reader import Keeping, Readers
from dialogs.desk import Desk

log = logging.getLogger(__name__)

ALONE = "only"
"""The executor's name where there can be but one: it takes its own work up again after a restart."""


@dataclass(frozen=True)
class Transports:
    """How the outside is reached; None is the network. Tests put stubs here."""

    connector: httpx.AsyncBaseTransport | None = None
    emulator: GraphEmulator | None = None
    """An emulator that is there already, instead of one of the application's own."""
    timing: Timing = field(default_factory=Timing)
    """How long Teams waits for a turn."""


@dataclass(frozen=True)
class CrashSeams:
    """Moments at which crash tests end the process."""

    probe: Probe = no_probe
    around_step: AroundStep | None = None
    looks_up: bool = True
    """Off for proving that the tests notice."""


async def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    transports: Transports | None = None,
    seams: CrashSeams | None = None,
    clinic_file: ClinicFile | None = None,
) -> Application:
    """Build the bot; nothing runs before ``start``.

    Raises ClinicFileError, SettingsError, StoreUnavailable, EngineError where another process works in the data folder.
    """
    clinic_file = clinic_file or (load_clinic(settings.clinic) if settings.clinic else demo_clinic())
    url = url_of(settings.database)
    lock = _hold_data(url)
    try:
        database = open_database(settings.database)
        try:
            await asyncio.to_thread(migrate, database.engine)
            return _assembled(
                settings,
                clinic_file,
                clock or SystemClock(),
                transports or Transports(),
                seams or CrashSeams(),
                url=url,
                database=database,
                lock=lock,
            )
        except BaseException:
            await database.close()
            raise
    except BaseException:
        if lock is not None:
            lock.release()
        raise


def _hold_data(url: URL) -> FolderLock | None:
    """SQLite's folder, held by this process. Raises SettingsError where there can be none, EngineError."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return None
    folder = Path(url.database).parent
    try:
        return hold_folder(folder)
    except OSError as reason:
        raise SettingsError(f"DATABASE_URL: {folder} cannot be used: {reason.strerror}") from reason


def _assembled(
    settings: Settings,
    clinic_file: ClinicFile,
    clock: Clock,
    transports: Transports,
    seams: CrashSeams,
    *,
    url: URL,
    database: Database,
    lock: FolderLock | None,
) -> Application:
    """Every part, each given what it stands on."""
    clinic = clinic_file.clinic
    store, ledger, contacts = SqlVisitStore(database, clock), SqlLedger(database, clock), SqlContacts(database)

    emulator = transports.emulator or emulator_of(settings, url, clock)
    web = aiohttp.web.Application()
    edge = TeamsEdge(
        replace(EdgeSettings.of(settings, time_zone=clinic.time_zone), timing=transports.timing),
        Stores(contacts, SqlStateStore(database), SqlFirsts(database)),
        SqlTurnLog(database),
        SqlPace(database) if database.is_postgres else LocalPace(),
        clock,
        http=httpx.AsyncClient(transport=transports.connector) if transports.connector else None,
    )
    config = graph_config(settings)
    ways = ways_in(
        settings,
        config,
        clock,
        database=database,
        contacts=contacts,
        played=sign_in_played(settings, config, emulator),
        service=edge.token_service(settings.oauth_connection) if _has_connection(settings) else None,
        web=web,
    )
    graph = open_graph(
        config,
        clock,
        people=ways.people if ways else None,
        transport=network_of(emulator),
        invitation=invitation(clinic),
    )
    readers = Readers(
        clinic,
        link_origins(settings),
        can_text=graph.calendar.features.sms,
        can_mail=graph.calendar.features.invitations,
        keeping=lambda: _keeping(settings, graph),
    )
    executor = uuid4().hex if database.is_postgres else ALONE
    came = SqlArrivals(database, clock)
    cards = CardsOfVisits(SqlVisitCards(database, clock), store, ledger, edge.notifier, readers, clock, came)
    durable = durable_work(
        Surroundings(
            settings=settings,
            clinic=clinic,
            clock=clock,
            visits=store,
            ledger=ledger,
            people=contacts,
            notifier=edge.notifier,
            readers=readers,
            cards=cards,
            outside=graph.calendar,
            abilities=lambda visit: _abilities(graph, visit),
            presences=came,
            retention=Retention(database, keeps_visits=timedelta(days=settings.keep_visits_days)),
        ),
        EngineSettings(engine_database(url), executor),
        probe=seams.probe,
        around_step=seams.around_step,
        looks_up=seams.looks_up,
    )
    work = durable.work
    visits = Visits(
        clinic,
        store,
        graph.calendar,
        work,
        clock,
        quiet_window=settings.quiet_window,
        tenant_ids=settings.tenants,
    )
    understanding = Understanding()
    told, waiting = durable.reminders.notices, durable.waiting
    parts = Parts(settings, clinic, database, url, store, ledger, graph, edge.notifier, told, waiting, readers, clock)
    own_address = own_address_of(settings)
    opener = partial(watch_opener, transport=network_of(emulator))
    has_grant = ways.people.has_grant if ways else None
    watching = watch(parts, came, cards, web, own_address=own_address, opener=opener, has_grant=has_grant)
    desk = Desk(
        visits=visits,
        effects=ledger,
        visit_cards=cards,
        people=contacts,
        understanding=understanding,
        work=work,
        presences=watching.arrivals,
        drifts=watching.drift,
        places=graph.calendar,
    )
    application = Application(
        settings=settings,
        clinic=clinic,
        clock=clock,
        database=database,
        database_url=url,
        store=store,
        ledger=ledger,
        visits=visits,
        durable=durable,
        edge=edge,
        graph=graph,
        understanding=understanding,
        emulator=emulator,
        watching=watching,
        web=web,
        lock=lock,
        demo_visits=clinic_file.demo_visits if settings.uses_emulator else (),
    )
    signing = Signing(ways, graph, store, ledger, work, clock) if ways else None
    bot = SigningBot(VisitsBot(desk, readers, edge.notifier, asks_sign_in=SignInAsk(signing).ask), signing)
    add_messages(application.web, edge.adapter_for(ActingBot(bot), sign_ins=signing, redraw=work.redraw))
    add_health(application.web, {"warm": application.is_warm, "database": application.has_database})
    if emulator is not None:
        mount(application.web, emulator)
        emulator.before_reset = application.start_over
    return application


def _has_connection(settings: Settings) -> bool:
    """Whether the token service keeps people's tokens; with a key of our own they are kept here."""
    own = bool(settings.token_cache_key.get_secret_value())
    return bool(settings.oauth_connection) and not own and not settings.uses_emulator


def _keeping(settings: Settings, graph: GraphEdge) -> Keeping:
    """What settings and help say of how visits are kept."""
    features = graph.config.cloud.features
    named = ("online_meetings", "client_link", "sms", "attendance", "arrivals")
    return Keeping(
        backend=graph.config.backend,
        acts_as=graph.config.identities.calendar,
        lacks=frozenset(each for each in named if not getattr(features, each)),
        notices=tuple(graph.calendar.notices),
        is_played=settings.uses_emulator,
    )


def _abilities(graph: GraphEdge, visit: Visit) -> Abilities:
    features = graph.calendar.features_of(visit)
    return Abilities(
        online_meetings=features.online_meetings,
        client_link=features.client_link,
        sms=features.sms,
        invitations=features.invitations,
    )
