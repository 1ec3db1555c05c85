"""Where Graph's change notifications come in: the handshake, and the post. Opening it is somebody else's work.

Source: learn.microsoft.com/graph/change-notifications-delivery-webhooks
"""

import json
import logging
from collections.abc import Mapping
from typing import Any, Protocol

from aiohttp import web

from bot.visits.errors import StoreUnavailable

log = logging.getLogger(__name__)

NOTIFICATIONS = "/api/graph/notifications"
LIFECYCLE = "/api/graph/lifecycle"
LONGEST_POST = 1_000_000
LONGEST_TOKEN = 2_000


class Mailbox(Protocol):
    """Whoever opens the post."""

    async def receive(self, post: Mapping[str, Any]) -> bool:
        """Keep what is in it, and say whether it is a post at all.

        Raises StoreUnavailable where it could not be kept: then it is sent again.
        """
        ...


def add_notifications(app: web.Application, mailbox: Mailbox) -> None:
    """Serve both addresses."""

    async def receive(request: web.Request) -> web.StreamResponse:
        token = request.query.get("validationToken")
        if token is not None:
            headers = {"X-Content-Type-Options": "nosniff"}
            return web.Response(text=token[:LONGEST_TOKEN], content_type="text/plain", headers=headers)
        post = await _post_in(request)
        if post is None:
            return web.Response(status=400)
        try:
            is_post = await mailbox.receive(post)
        except StoreUnavailable:
            return web.Response(status=503)
        return web.Response(status=202 if is_post else 400)

    for path in (NOTIFICATIONS, LIFECYCLE):
        app.router.add_post(path, receive)


async def _post_in(request: web.Request) -> Mapping[str, Any] | None:
    """The JSON object in the body; None for anything else, also for more than a post ever holds."""
    if (request.content_length or 0) > LONGEST_POST:
        return None
    body = await request.content.read(LONGEST_POST + 1)
    if len(body) > LONGEST_POST or not request.content.at_eof():
        return None
    try:
        post = json.loads(body)
    except (ValueError, RecursionError):
        log.info("notifications.not_json")
        return None
    return post if isinstance(post, dict) else None
