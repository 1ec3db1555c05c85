"""Sealed things that one step of a sign-in leaves for the next. Implements the Graph edge's ``Handovers``."""

from datetime import datetime

from bot.store.bot_state import SqlStateStore
from bot.store.engine import Database
from bot.teams.ports import StateConflict, StoredState

_TAKEN = {"taken": True}


class SqlHandovers:
    """Documents beside the bot's state, tidied away with it. What is kept is encrypted before it comes here."""

    def __init__(self, database: Database) -> None:
        self._states = SqlStateStore(database)

    async def put(self, key: str, sealed: bytes, *, until: datetime) -> None:
        """Keep it, in place of what was."""
        document = {"sealed": sealed.decode(), "until": until.isoformat()}
        while True:
            found = await self._states.load(key)
            try:
                version = 0 if found is None else found.version
                await self._states.save(key, document, expected_version=version, expires_at=until)
            except StateConflict:
                continue
            return

    async def look(self, key: str, *, now: datetime) -> bytes | None:
        """What is kept; None once taken or over."""
        return _kept(await self._states.load(key), now)

    async def take(self, key: str, *, now: datetime) -> bytes | None:
        """The same, for at most one caller ever: whoever marks it first."""
        found = await self._states.load(key)
        kept = _kept(found, now)
        if found is None or kept is None:
            return None
        try:
            await self._states.save(key, _TAKEN, expected_version=found.version, expires_at=now)
        except StateConflict:
            return None
        return kept


def _kept(found: StoredState | None, now: datetime) -> bytes | None:
    if found is None or "sealed" not in found.document or datetime.fromisoformat(found.document["until"]) <= now:
        return None
    return str(found.document["sealed"]).encode()
