"""Which tenant the Graph edge speaks to, and as whom: from the settings to the edge's own configuration."""

from bot.graph.auth import Certificate, ClientSecret, Credential, Federated, ManagedIdentity
from bot.graph.config import GraphConfig
from bot.graph.identity import Identities
from bot.graph.outlook import InvitationText
from bot.settings import Settings
from bot.visits.models.clinic import Clinic
from bot.visits.models.visit import Visit

EMULATED_TENANT = "00000000-0000-4000-8000-0000000000aa"


def graph_config(settings: Settings) -> GraphConfig:
    """What the Graph edge is told at the start. The emulator takes any caller, so there the bot acts
    as itself unless GRAPH_IDENTITY says otherwise.
    """
    played = settings.uses_emulator
    app_alone = Identities(calendar="app", visits="app")
    identities = Identities(
        calendar=settings.graph_identity, visits=settings.visits_identity, without_grant=settings.without_grant
    )
    return GraphConfig(
        tenant_id=settings.graph_tenant or (EMULATED_TENANT if played else ""),
        client_id="" if played else settings.graph_client,
        credential=None if played else _credential(settings),
        cloud_name="global" if settings.cloud == "gcc" else settings.cloud,
        login=settings.graph_login or None,
        root=(settings.emulator_url.rstrip("/") or None) if played else None,
        backend=settings.backend,
        identities=app_alone if played and settings.graph_identity == "app" else identities,
        lobby=settings.lobby_scope,
        reminder_sms=True,  # by itself only where the setting says so: see bot.work.client_reminders
        sms_shape=settings.sms_shape,
        bookings_business=settings.bookings_business,
        bookings_tells=settings.bookings_tells,
        calendars_elsewhere=settings.calendars_elsewhere,
        arrivals=bool(settings.public_url and settings.notification_key.get_secret_value()),
    )


def invitation(clinic: Clinic) -> InvitationText:
    """What an invitation tells the client, in their language: the type, their name, and the clinic file's text."""

    def words(visit: Visit) -> str:
        language = visit.client.language
        kind = clinic.type_named(visit.type_name)
        name = kind.name_in(language) if kind else visit.type_name
        text = kind.client_text.get(language, kind.client_text.get(clinic.language, "")) if kind else ""
        return f"{name}: {visit.client.name}. {text}".strip() if text else f"{name}: {visit.client.name}"

    return words


def _credential(settings: Settings) -> Credential:
    if settings.graph_certificate:
        return Certificate(settings.graph_certificate, settings.graph_certificate_password.get_secret_value())
    if settings.graph_federated_identity:
        return Federated(identity=ManagedIdentity(settings.graph_federated_identity))
    if identity := settings.graph_identity_of_host:
        return ManagedIdentity(None if identity == "system" else identity)
    return ClientSecret(settings.graph_secret.get_secret_value())
