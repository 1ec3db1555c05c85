"""Graph as the emulator plays it: where that runs, where it is reached, and what it serves to people."""

from dataclasses import replace
from pathlib import Path

import httpx
from sqlalchemy import URL

from bot.clock import Clock
from bot.graph.auth import ClientSecret
from bot.graph.client import http_client
from bot.graph.config import GraphConfig
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator_tokens import APP_ID, SECRET
from bot.graph.played_login import PlayedLogin
from bot.settings import Settings


def emulator_of(settings: Settings, url: URL, clock: Clock) -> GraphEmulator | None:
    """The emulator of this process, where no tenant and no other emulator is set. Its memory lies beside the data."""
    if not settings.uses_emulator or settings.emulator_url:
        return None
    lies_on_disk = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    memory = Path(str(url.database)).with_name("emulator.json") if lies_on_disk else None
    return GraphEmulator(clock=clock, visit_base=own_address_of(settings), state_file=memory)


def network_of(emulator: GraphEmulator | None) -> httpx.AsyncBaseTransport | None:
    """Graph's: an emulator in this process is reached without one."""
    return httpx.MockTransport(emulator.handle) if emulator else None


def sign_in_played(settings: Settings, config: GraphConfig, emulator: GraphEmulator | None) -> PlayedLogin | None:
    """Where people sign in while Graph is played."""
    if not settings.uses_emulator:
        return None
    http = http_client(transport=network_of(emulator))
    return PlayedLogin(http, config.cloud, root=config.root or "", page=config.root or own_address_of(settings))


def with_played_app(config: GraphConfig) -> GraphConfig:
    """The same, with the emulator's own app: people sign in to it there."""
    return replace(config, client_id=APP_ID, credential=ClientSecret(SECRET))


def own_address_of(settings: Settings) -> str:
    """Where this process is reached on this machine."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{settings.port}"


def link_origins(settings: Settings) -> tuple[str, ...]:
    """Whose links may be buttons beside Microsoft's: the emulator's waiting room."""
    if not settings.uses_emulator:
        return ()
    return (settings.emulator_url.rstrip("/") or own_address_of(settings),)
