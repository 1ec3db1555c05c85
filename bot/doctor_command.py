"""``python app.py doctor``: what this configuration needs of a tenant, and with ``--live`` whether it has it."""

import asyncio
import logging
from collections.abc import Sequence
from pathlib import Path

from bot.clinic import demo_clinic, load_clinic
from bot.clock import SystemClock
from bot.graph.backend import open_graph, open_people
from bot.graph.config import GraphConfig
from bot.graph.delegated import Sealed
from bot.graph.doctor import diagnosis, doctor
from bot.graph.doctor_live import examine
from bot.played import sign_in_played, with_played_app
from bot.settings import Settings
from bot.store.engine import open_database, url_of
from bot.store.grants import SqlGrants
from bot.tenancy import graph_config
from bot.visits.models.clinic import StaffMember
from bot.web.sign_in_pages import END

REFUSED = "  no  "


def run_doctor(settings: Settings, *, live: bool) -> int:
    """Print it. The exit code is 1 where nobody can do what is configured, or where the tenant refused something."""
    logging.getLogger().setLevel(logging.ERROR)
    for line in dry_lines(settings):
        _say(line)
    problems = problems_of(settings)
    for line in problems:
        _say(f"Attention: {line}")
    if not live:
        return 1 if problems else 0
    if settings.uses_emulator and not settings.emulator_url:
        _say("Nothing was asked of Microsoft: the emulator plays its part.")
        return 1 if problems else 0
    clinic = load_clinic(settings.clinic).clinic if settings.clinic else demo_clinic().clinic
    found = asyncio.run(live_lines(settings, clinic.staff))
    whom = f"the emulator at {settings.emulator_url}" if settings.uses_emulator else "the tenant"
    _say(f"Asked of {whom}, reading only:")
    for line in found:
        _say(line)
    return 1 if problems or any(line.startswith(REFUSED) for line in found) else 0


def dry_lines(settings: Settings) -> list[str]:
    """What the configuration needs. Played by the emulator, it says what a tenant would be asked for."""
    if not settings.uses_emulator:
        return [*doctor(graph_config(settings)), *sign_in_lines(settings)]
    where = f"at {settings.emulator_url}" if settings.emulator_url else "in the bot's own process"
    return [
        f"Microsoft Graph is played by the emulator {where}: nothing is needed, and no real calendar is touched.",
        "With a tenant (GRAPH_TENANT_ID, GRAPH_CLIENT_ID and a way to sign in) this configuration would need:",
        "",
        *doctor(_as_on_a_tenant(settings)),
    ]


def sign_in_lines(settings: Settings) -> list[str]:
    """What the app people sign in to has to be registered with, where they do.

    Source: learn.microsoft.com "Add SSO configuration to your bot", v2-oauth2-auth-code-flow
    """
    uri = f"api://botid-{settings.app_id}"
    if settings.token_cache_keys:
        root = settings.public_url.rstrip("/")
        page = f"{root}{END}" if root else "(none: PUBLIC_URL is not set, so only single sign-on works)"
        return [
            f"People sign in to the app {settings.graph_client}. Its registration needs:",
            f"  Application ID URI: {uri}, with the scope access_as_user",
            f"  Redirect URI (web): {page}",
            "",
        ]
    if settings.oauth_connection:
        return [
            f"People sign in by the bot's OAuth connection {settings.oauth_connection}. It needs:",
            f"  Token exchange URL: {uri}",
            f"  Scopes: {' '.join(diagnosis(graph_config(settings)).delegated)}",
            "",
        ]
    return []


def problems_of(settings: Settings) -> list[str]:
    """What cannot work as it is set, whatever the tenant grants."""
    if settings.uses_emulator:
        return []
    config = graph_config(settings)
    found = diagnosis(config)
    wrong: list[str] = []
    by_app = {each.call for each in found.needs if each.identity == "app"}
    by_person = sorted({each.call.name for each in found.needs if each.call not in by_app})
    if by_person and not settings.can_sign_in:
        wrong.append(
            f"nobody can sign in, but {', '.join(by_person)} are made for a signed-in person: set OAUTH_CONNECTION or "
            "TOKEN_CACHE_KEY, or let the app make them (VISITS_IDENTITY=app, GRAPH_IDENTITY=app, WITHOUT_GRANT=app)"
        )
    return wrong


async def live_lines(settings: Settings, staff: Sequence[StaffMember]) -> list[str]:
    """One line for each thing tried; as the people who signed in to the bot, where it keeps their grants itself."""
    clock, config = SystemClock(), graph_config(settings)
    database = open_database(settings.database) if _keeps_grants(settings) else None
    people = None
    if database is not None:
        played = sign_in_played(settings, config, None)
        signed_in_to = with_played_app(config) if played else config
        sealed = Sealed(*settings.token_cache_keys)
        people = open_people(signed_in_to, clock, SqlGrants(database, clock), sealed, http=played)
    edge = open_graph(config, clock, people=people)
    try:
        return await examine(edge, staff, clock)
    finally:
        await edge.close()
        if database is not None:
            await database.close()


def _keeps_grants(settings: Settings) -> bool:
    """Whether there are grants of our own to try with: under a key, in a database that is there."""
    if not settings.token_cache_keys:
        return False
    url = url_of(settings.database)
    return url.get_backend_name() != "sqlite" or Path(str(url.database)).exists()


def _as_on_a_tenant(settings: Settings) -> GraphConfig:
    """The configuration with the emulator taken away, for its list of permissions."""
    real = settings.model_copy(update={"emulator": False, "emulator_url": "", "graph_client_id": "<application id>"})
    return graph_config(real.model_copy(update={"graph_tenant_id": "<tenant id>"}))


def _say(line: str) -> None:
    print(line)  # noqa: T201
