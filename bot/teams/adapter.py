"""The adapter between HTTP, the Bot Framework SDK and the bot's own turns.

A subclass of the SDK's CloudAdapter with a ``process`` of its own: the stock one cannot write an invoke answer that
is a dict, answers most authentication failures with 500, and makes clients and connections on every turn.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import aiohttp.web
from botbuilder.core import TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity, ConversationReference, ResourceResponse

from bot.logs import trace_of
from bot.teams.arrivals import MalformedActivity, checked, tenant_of, text_at
from bot.teams.authentication import ChannelAuthentication
from bot.teams.conversations import Conversations
from bot.teams.participation import TURN
from bot.teams.ports import StoredAnswer
from bot.teams.turns import Turn

log = logging.getLogger(__name__)

NOT_SENT = ("trace", "delay", "invokeResponse")


class TeamsAdapter(CloudAdapter):  # type: ignore[misc]
    """Checks a request, hands its activity to the conversations, and writes the answer."""

    def __init__(
        self,
        authentication: ChannelAuthentication,
        conversations: Conversations,
        *,
        tenants: Collection[str] | None,
    ) -> None:
        """``tenants`` may speak to the bot; None admits every tenant and is for development only."""
        super().__init__(authentication)
        self._authentication = authentication
        self._conversations = conversations
        self._tenants = None if tenants is None else frozenset(each.casefold() for each in tenants)
        # the SDK warns about every field its models do not know, on every activity
        logging.getLogger("msrest").setLevel(logging.ERROR)

    async def process(self, request: aiohttp.web.Request, *_: Any) -> aiohttp.web.Response:
        """Answer one request.

        415 and 400 for what is no activity, 401 for whoever is not Teams, 403 for another tenant, 413 beyond a
        megabyte, 503 while shutting down; an invoke's own answer, else 200, or 202 for a turn that goes on.
        """
        if request.content_type != "application/json":
            return _answer(415)
        try:
            activity = checked(await request.json())
            sdk_activity = Activity().deserialize(activity)
        except aiohttp.web.HTTPException as refused:
            return _answer(refused.status)
        except MalformedActivity as malformed:
            log.info("teams.malformed_activity", extra={"fields": str(malformed)})
            return _answer(400)
        except Exception as malformed:  # whatever the SDK's deserializer raises, the request is at fault
            log.info("teams.malformed_activity", extra={"reason": type(malformed).__name__})
            return _answer(400)
        try:
            await self._authentication.claims(
                request.headers.get("Authorization", ""),
                channel_id=text_at(activity, "channelId"),
                service_url=text_at(activity, "serviceUrl"),
            )
        except Exception as refused:
            log.warning("teams.not_authenticated", extra={"reason": f"{type(refused).__name__}: {refused}"[:120]})
            return _answer(401)
        if self._tenants is not None and tenant_of(activity).casefold() not in self._tenants:
            log.warning("teams.foreign_tenant", extra={"tenant_id": tenant_of(activity)[:64]})
            return _answer(403)
        try:
            return _written(await self._conversations.arrive(activity, sdk_activity, self))
        except Exception as crash:
            log.error("turn.crashed", extra={"trace": trace_of(crash)})
            return _answer(500)

    async def send_activities(self, context: TurnContext, activities: Sequence[Activity]) -> list[ResourceResponse]:
        """Send what a dialog sends through its TurnContext: through the turn's own outbox, like everything else."""
        responses = []
        for activity in activities:
            sent = "" if activity.type in NOT_SENT else await _turn_of(context).send_raw(_wire(activity))
            responses.append(ResourceResponse(id=sent))
        return responses

    async def update_activity(self, context: TurnContext, activity: Activity) -> ResourceResponse:
        """Replace one of the bot's own messages."""
        await _turn_of(context).update_raw(activity.id, _wire(activity))
        return ResourceResponse(id=activity.id)

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:
        """Delete one of the bot's own messages."""
        await _turn_of(context).delete(reference.activity_id)


def _turn_of(context: TurnContext) -> Turn:
    turn = context.turn_state.get(TURN)
    if not isinstance(turn, Turn):
        raise RuntimeError("this TurnContext was not made by bot.teams")
    return turn


def _wire(activity: Activity) -> Mapping[str, Any]:
    return {name: value for name, value in activity.serialize().items() if value is not None}


def _answer(status: int) -> aiohttp.web.Response:
    return aiohttp.web.Response(status=status)


def _written(answer: StoredAnswer) -> aiohttp.web.Response:
    if answer.body is None:
        return aiohttp.web.Response(status=answer.status)
    return aiohttp.web.json_response(answer.body, status=answer.status)
