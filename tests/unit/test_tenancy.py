"""From settings to the Graph edge: who signs in where, and what an invitation says."""

from datetime import UTC, datetime, timedelta

from bot.clinic import demo_clinic
from bot.graph.auth import ClientSecret, ManagedIdentity
from bot.settings import read_settings
from bot.tenancy import graph_config, invitation
from bot.visits.models.people import Client
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from tests.personas import TENANT_ID

TEAMS = {"app_id": "app", "app_password": "secret", "app_tenantid": TENANT_ID}
NOW = datetime(2026, 11, 20, 19, tzinfo=UTC)


def _visit(language: str, type_name: str) -> Visit:
    clinic = demo_clinic().clinic
    return Visit(
        id=VisitId("v"),
        client=Client(name="Ana Ruiz", time_zone=clinic.time_zone, language=language),
        organizer=clinic.staff[0],
        type_name=type_name,
        starts_at=NOW,
        duration=timedelta(minutes=30),
        time_zone=clinic.time_zone,
        notes="afraid of needles",
        text_client=False,
        requested_by="p",
        created_at=NOW,
        changed_at=NOW,
    )


def test_on_the_emulator_the_bot_acts_as_itself_and_signs_in_nowhere() -> None:
    config = graph_config(read_settings(emulator=True, **TEAMS))
    assert config.credential is None
    assert (config.identities.calendar, config.identities.visits) == ("app", "app")


def test_on_a_tenant_the_pages_promise_decides_who_sends_texts() -> None:
    config = graph_config(read_settings(**TEAMS))
    assert config.credential == ClientSecret("secret")
    assert (config.identities.calendar, config.identities.visits, config.identities.without_grant) == (
        "app",
        "delegated",
        "nudge",
    )


def test_a_bot_that_is_a_managed_identity_signs_in_to_graph_as_that() -> None:
    config = graph_config(read_settings(app_id="app", app_type="UserAssignedMSI", app_tenantid=TENANT_ID))
    assert config.credential == ManagedIdentity("app")


def test_an_invitation_speaks_the_clients_language_and_keeps_staff_notes() -> None:
    words = invitation(demo_clinic().clinic)
    assert words(_visit("es", "Follow-up")) == "Seguimiento: Ana Ruiz. Tenga a mano su lista de medicamentos."
    assert words(_visit("en", "Lab results")) == "Lab results: Ana Ruiz"
    assert "needles" not in words(_visit("en", "Follow-up"))
