"""The one place that puts the Graph edge together: settings in, a calendar out."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

from bot.clock import Clock
from bot.graph.auth import Credential, ManagedIdentity, MsalApp, Registration
from bot.graph.backends import Backends
from bot.graph.bookings import BookingsCalendar
from bot.graph.client import GraphClient, http_client
from bot.graph.config import Backend, GraphConfig
from bot.graph.connections import Connections
from bot.graph.delegated import DelegatedTokens, GrantStore, Sealed
from bot.graph.doctor import diagnosis
from bot.graph.emulator_tokens import EmulatorSignIn
from bot.graph.identity import Seating, TokenProvider
from bot.graph.meeting import MeetingCalendar
from bot.graph.online import OnlineMeetings
from bot.graph.online_backend import Footing, VisitBackend
from bot.graph.outlook import InvitationText, OutlookCalendar, plain_invitation
from bot.graph.pace import Patience
from bot.graph.schedules import Schedules
from bot.graph.tokens import GraphTokens, PersonSignIn
from bot.graph.virtual_appointment import VirtualAppointmentCalendar


@dataclass(frozen=True)
class GraphEdge:
    """Everything that speaks to Graph, over one client. Close it when the process ends."""

    config: GraphConfig
    graph: GraphClient
    seating: Seating
    meetings: OnlineMeetings
    calendar: Backends

    async def close(self) -> None:
        """Close the connections."""
        await self.graph.close()


def open_graph(
    config: GraphConfig,
    clock: Clock,
    *,
    people: PersonSignIn | None = None,
    tokens: TokenProvider | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
    invitation: InvitationText = plain_invitation,
    patience: Patience | None = None,
) -> GraphEdge:
    """Build the edge. ``people`` signs people in; ``tokens`` replaces signing in altogether; ``transport`` the network.

    Raises ValueError where the configuration names what does not exist.
    """
    connections = Connections(lambda: http_client(transport=transport))
    graph = GraphClient(
        connections,
        tokens or _tokens(config, clock, connections.apart(), people),
        cloud=config.cloud,
        tenant_id=config.tenant_id,
        clock=clock,
        root=config.root,
        patience=patience,
    )
    seating = Seating(config.identities, graph.tokens)
    meetings = OnlineMeetings(
        graph, seating, lobby=config.lobby, sms_shape=config.sms_shape, reminder_sms=config.reminder_sms
    )
    deadline = (patience or Patience()).at_form
    on = Footing(graph, seating, meetings, Schedules(graph, seating, deadline=deadline))

    def outlook() -> VisitBackend:
        return OutlookCalendar(on, invitation=invitation)

    def meeting() -> VisitBackend:
        return MeetingCalendar(on, calendars_elsewhere=config.calendars_elsewhere)

    def virtual_appointment() -> VisitBackend:
        return VirtualAppointmentCalendar(on, calendars_elsewhere=config.calendars_elsewhere)

    def bookings() -> VisitBackend:
        return BookingsCalendar(
            on,
            business=config.bookings_business,
            clock=clock,
            bookings_tells=config.bookings_tells == "bookings",
            deadline=deadline,
        )

    makers: dict[Backend, Callable[[], VisitBackend]] = {
        "outlook": outlook,
        "meeting": meeting,
        "virtual-appointment": virtual_appointment,
    }
    if config.bookings_business:
        makers["bookings"] = bookings
    if config.backend not in makers:
        raise ValueError("The bookings backend needs the id of a business: set BOOKINGS_BUSINESS")
    return GraphEdge(config, graph, seating, meetings, Backends(config.backend, makers))


def open_people(
    config: GraphConfig, clock: Clock, store: GrantStore, sealed: Sealed, *, http: Any = None
) -> DelegatedTokens:
    """People's sign-in: on their behalf, or by hand. ``http`` replaces MSAL's own, as for an emulator.

    Raises ValueError where the credential cannot act for people.
    """
    if config.credential is None or isinstance(config.credential, ManagedIdentity):
        raise ValueError("To act for people, sign in with a secret, a certificate or a federated credential")
    return DelegatedTokens(
        _registration(config, config.credential),
        store,
        sealed,
        permissions=diagnosis(config).delegated,
        clock=clock,
        http=http,
    )


def _tokens(config: GraphConfig, clock: Clock, http: httpx.AsyncClient, people: PersonSignIn | None) -> TokenProvider:
    if config.credential is None:
        played = EmulatorSignIn(http, config, clock)
        return GraphTokens(clock, played, people or played)
    app = MsalApp(_registration(config, config.credential), clock=clock)
    return GraphTokens(clock, app, people)


def _registration(config: GraphConfig, credential: Credential) -> Registration:
    return Registration(credential, client_id=config.client_id, tenant_id=config.tenant_id, cloud=config.cloud)
