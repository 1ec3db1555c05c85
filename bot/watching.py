"""What the bot keeps an eye on by itself, put together: the calendar, the lobbies, the reports of visits."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp.web
from sqlalchemy import URL

from bot.clock import Clock
from bot.graph.backend import GraphEdge
from bot.graph.lobby import Lobby, OpenWatch
from bot.settings import Settings
from bot.store.arrivals import SqlArrivals
from bot.store.bot_state import SqlFirsts
from bot.store.drifts import SqlDrifts
from bot.store.effects import SqlLedger
from bot.store.engine import Database
from bot.store.visits import SqlVisitStore
from bot.visits.models.clinic import Clinic
from bot.visits.ports.messages import Notifier
from bot.web.notifications import add_notifications
from bot.work.arrivals import ArrivalDesk
from bot.work.attendance import AttendanceReader
from bot.work.drift import DriftWatch, TellsDesk
from bot.work.nudging import SignInNudges
from bot.work.rounds import Round, Rounds
from bot.work.visit_cards import CardsOfVisits
from bot.work.waiting import Waiting
from cards.reader import Readers

LOBBY_EVERY = timedelta(seconds=10)
ARRIVALS_EVERY = timedelta(seconds=10)
REPORTS_EVERY = timedelta(seconds=15)
NUDGES_EVERY = timedelta(seconds=30)
QUICK = timedelta(seconds=15)
"""How often the emulator's calendar is looked at, so that somebody who tries it out need not wait."""


@dataclass(frozen=True)
class Watching:
    """The rounds, and those who answer about what they found."""

    drift: DriftWatch
    arrivals: ArrivalDesk
    lobby: Lobby | None
    rounds: Rounds

    def start(self) -> None:
        """Begin."""
        self.rounds.start()

    async def stop(self) -> None:
        """Stop, letting what has begun end."""
        await self.rounds.stop()
        await self.arrivals.stop()
        if self.lobby is not None:
            await self.lobby.stop()

    async def settled(self) -> None:
        """Wait until everything that followed from news is done."""
        if self.lobby is not None:
            await self.lobby.settled()
        await self.arrivals.settled()


@dataclass(frozen=True)
class Parts:
    """What watching stands on."""

    settings: Settings
    clinic: Clinic
    database: Database
    database_url: URL
    store: SqlVisitStore
    ledger: SqlLedger
    graph: GraphEdge
    notifier: Notifier
    desk: TellsDesk
    waiting: Waiting
    readers: Readers
    clock: Clock


def watch(
    parts: Parts,
    rows: SqlArrivals,
    cards: CardsOfVisits,
    web: aiohttp.web.Application,
    *,
    own_address: str,
    opener: Callable[..., OpenWatch],
    has_grant: Callable[[str], Awaitable[bool]] | None = None,
) -> Watching:
    """Put the rounds together; with lobbies only where Graph can reach this host under a key of ours.

    ``opener`` is ``watch_opener`` on this process' network; ``has_grant`` says who signed in, where people do.
    """
    settings, clock, graph = parts.settings, parts.clock, parts.graph
    drift = DriftWatch(
        graph.calendar,
        parts.store,
        parts.ledger,
        SqlDrifts(parts.database, clock),
        parts.notifier,
        parts.desk,
        parts.readers,
        clock,
    )
    arrivals = ArrivalDesk(rows, parts.store, cards, parts.waiting, clock)
    every = QUICK if settings.uses_emulator else timedelta(minutes=settings.drift_minutes)
    rounds = [Round("drift", every, drift.look), Round("arrivals", ARRIVALS_EVERY, arrivals.look)]
    if graph.calendar.features.attendance:
        reports = AttendanceReader(graph.calendar, rows, parts.store, cards, clock)
        rounds.append(Round("attendance", REPORTS_EVERY, reports.look))
    if has_grant is not None:
        rounds.append(Round("nudges", NUDGES_EVERY, _nudges(parts, has_grant).look))
    lobby = None
    if watches_lobbies(settings, graph):
        open_watch = opener(
            graph,
            clock,
            public_url=settings.public_url or own_address,
            key=_key(settings, parts.database_url),
            staff=_staff(parts.clinic),
        )
        lobby = Lobby(open_watch, parts.store, arrivals, clock)
        add_notifications(web, lobby)
        rounds.append(Round("lobby", LOBBY_EVERY, lobby.look))
    return Watching(drift, arrivals, lobby, Rounds(rounds))


def _nudges(parts: Parts, has_grant: Callable[[str], Awaitable[bool]]) -> SignInNudges:
    return SignInNudges(
        parts.ledger.waiting_for_sign_in,
        has_grant,
        parts.store,
        parts.notifier,
        parts.desk,
        parts.readers,
        SqlFirsts(parts.database),
        parts.clock,
    )


def watches_lobbies(settings: Settings, graph: GraphEdge) -> bool:
    """Whether Graph is asked who waits: where the cloud knows it, and Graph can write to us."""
    is_reachable = settings.uses_emulator or bool(settings.public_url and settings.notification_key.get_secret_value())
    return is_reachable and graph.calendar.features.arrivals


def _key(settings: Settings, url: URL) -> str | Path | None:
    """The PEM text or file set; for the emulator a file beside its memory, or a key for this run."""
    given = settings.notification_key.get_secret_value()
    if given:
        return given if "BEGIN" in given else Path(given)
    lies_on_disk = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)).with_name("notifications.pem") if lies_on_disk else None


def _staff(clinic: Clinic) -> frozenset[str]:
    """Whoever is no client: staff, and those who book for them."""
    schedulers = clinic.schedulers if not isinstance(clinic.schedulers, str) else ()
    return frozenset({*(str(each.id) for each in clinic.staff), *schedulers})
