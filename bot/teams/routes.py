"""Where Teams posts to."""

import aiohttp.web

from bot.teams.adapter import TeamsAdapter

PATH = "/api/messages"


def add_messages(app: aiohttp.web.Application, adapter: TeamsAdapter) -> None:
    """Add ``POST /api/messages``. Keep aiohttp's own body limit of one megabyte."""
    app.router.add_post(PATH, adapter.process)
