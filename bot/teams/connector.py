"""Teams' connector over HTTP: send, edit, delete, create a 1:1 chat. Plain JSON, one client for all turns.

The SDK's models silently drop every property they do not know, and its client makes a connection per turn.
Source: learn.microsoft.com "Bot Connector REST API reference"; "Send proactive messages" (create by Entra object id).
"""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from bot.clock import Clock
from bot.teams.failures import Failure, FailureKind, SendFailed, classified
from bot.teams.hosts import TrustedHosts
from bot.teams.tokens import Tokens

log = logging.getLogger(__name__)

TIMEOUT = httpx.Timeout(10.0, connect=3.0)
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


class Connector:
    """One call each; raises SendFailed with the failure understood, CredentialsRefused without a token of our own."""

    def __init__(
        self, http: httpx.AsyncClient, clock: Clock, *, tokens: Tokens | None, hosts: TrustedHosts | None = None
    ) -> None:
        """``tokens`` is None only in development, where nothing is signed and only this machine is called."""
        self._http = http
        self._clock = clock
        self._tokens = tokens
        self._hosts = hosts if hosts is not None else TrustedHosts(loopback=tokens is None)

    async def send(self, service_url: str, conversation_id: str, activity: Mapping[str, Any]) -> str:
        """Post an activity. Returns its id; "" where Teams named none: sent, but it cannot be edited."""
        answer = await self._call("POST", service_url, _activities(conversation_id), activity)
        return str(answer.get("id") or "")

    async def update(
        self, service_url: str, conversation_id: str, activity_id: str, activity: Mapping[str, Any]
    ) -> None:
        """Replace one of the bot's own messages. Safe to repeat."""
        path = _activities(conversation_id, activity_id)
        await self._call("PUT", service_url, path, {**activity, "id": activity_id})

    async def delete(self, service_url: str, conversation_id: str, activity_id: str) -> None:
        """Delete one of the bot's own messages. Safe to repeat."""
        await self._call("DELETE", service_url, _activities(conversation_id, activity_id), None)

    async def create_personal_chat(self, service_url: str, *, bot_id: str, member_id: str, tenant_id: str) -> str:
        """The 1:1 chat with a person, new or as it is. Returns the conversation's id. Safe to repeat.

        ``member_id`` is the Entra object id or the Teams id, in ``id``: in ``aadObjectId`` it is refused.
        """
        body = {
            "bot": {"id": bot_id},
            "members": [{"id": member_id}],
            "isGroup": False,
            "tenantId": tenant_id,
            "channelData": {"tenant": {"id": tenant_id}},
        }
        answer = await self._call("POST", service_url, "v3/conversations", body)
        return str(answer.get("id") or "")

    async def _call(
        self, method: str, service_url: str, path: str, body: Mapping[str, Any] | None
    ) -> Mapping[str, Any]:
        if not self._hosts.allow(service_url):
            log.error("teams.untrusted_service_url")
            raise SendFailed(Failure(FailureKind.untrusted_host))
        headers = {"Authorization": f"Bearer {await self._tokens.token()}"} if self._tokens else {}
        try:
            answer = await self._http.request(
                method, f"{service_url.rstrip('/')}/{path}", json=body, headers=headers, timeout=TIMEOUT
            )
        except _NEVER_SENT as failed:
            raise SendFailed(Failure(FailureKind.unreachable, code=type(failed).__name__)) from failed
        except httpx.HTTPError as failed:
            raise SendFailed(Failure(FailureKind.no_answer, code=type(failed).__name__)) from failed
        if not answer.is_success:
            failure = classified(answer.status_code, answer.headers, answer.content, now=self._clock.now())
            if failure.kind is FailureKind.conversation_gone and not failure.code and method != "POST":
                failure = Failure(FailureKind.message_gone, failure.status)
            raise SendFailed(failure)
        return _object_in(answer)


def _activities(conversation_id: str, activity_id: str | None = None) -> str:
    path = f"v3/conversations/{quote(conversation_id, safe='')}/activities"
    return f"{path}/{quote(activity_id, safe='')}" if activity_id else path


def _object_in(answer: httpx.Response) -> Mapping[str, Any]:
    """The answer's JSON object; an empty body, or one that is no JSON, is a success without an id."""
    try:
        read = answer.json() if answer.content else {}
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
