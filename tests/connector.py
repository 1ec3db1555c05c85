"""A Teams connector for tests: takes what the bot posts and keeps each chat as its people see it."""

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

import httpx

_ACTIVITIES = re.compile(r"/v3/conversations/(?P<conversation>[^/]+)/activities(?:/(?P<activity>[^/]+))?$")
_MEMBERS = re.compile(r"/v3/conversations/(?P<conversation>[^/]+)/(?:members|pagedmembers)(?:/(?P<member>[^/]+))?$")


PATIENCE = 60.0
"""Seconds, on however slow a machine: what has not come about by then never does."""


class Message:
    """One message of the bot, with every version it had. The last is what is seen now."""

    def __init__(self, activity_id: str, activity: dict[str, Any]) -> None:
        """The message as posted."""
        self.activity_id = activity_id
        self.versions = [activity]
        self.is_deleted = False

    @property
    def now(self) -> dict[str, Any]:
        """The activity as it is seen now."""
        return self.versions[-1]


class StubConnector:
    """Teams' side of the wire. ``handle`` is an httpx transport handler; each chat is a list of messages."""

    def __init__(self) -> None:
        """A Teams with no chats in it."""
        self.chats: dict[str, list[Message]] = {}
        self.refusals: list[Callable[[httpx.Request], httpx.Response | None]] = []
        self._changed = asyncio.Condition()
        self._last_id = 0

    async def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one call as Teams would."""
        for refuse in list(self.refusals):
            answer = refuse(request)
            if answer is not None:
                return answer
        path = request.url.path
        if path.endswith("/v3/conversations"):
            return self._create(json.loads(request.content))
        if members := _MEMBERS.search(path):
            return self._members(members["member"])
        found = _ACTIVITIES.search(path)
        assert found is not None, f"the bot called {request.method} {path}, which Teams does not know"
        conversation_id = str(httpx.URL(f"http://x/{found['conversation']}").path).removeprefix("/")
        return await self._activity(request, conversation_id, found["activity"])

    async def _activity(self, request: httpx.Request, conversation_id: str, activity_id: str | None) -> httpx.Response:
        chat = self.chats.setdefault(conversation_id, [])
        message = next((each for each in chat if each.activity_id == activity_id), None)
        if request.method == "DELETE":
            if message is not None:
                message.is_deleted = True
            return httpx.Response(200)
        activity = json.loads(request.content)
        if request.method == "PUT":
            if message is None or message.is_deleted:
                return httpx.Response(404, json={"error": {"code": "ActivityNotFoundInConversation"}})
            message.versions.append(activity)
        elif activity.get("type") == "message":
            message = Message(self._next_id(), activity)
            chat.append(message)
        async with self._changed:
            self._changed.notify_all()
        status = 200 if request.method == "PUT" else 201
        return httpx.Response(status, json={"id": message.activity_id if message else "0"})

    async def answered(self, conversation_id: str, activity_id: str, card: dict[str, Any]) -> None:
        """The answer to a press replaces the card on the screen of whoever pressed."""
        for message in self.chats.get(conversation_id, []):
            if message.activity_id == activity_id:
                attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
                summary = card.get("fallbackText")
                message.versions.append({"type": "message", "attachments": [attachment], "summary": summary})
        async with self._changed:
            self._changed.notify_all()

    def refuses_new_chats(self) -> None:
        """From now on nobody can be written to who has no chat with the bot yet."""

        def refuse(request: httpx.Request) -> httpx.Response | None:
            if request.url.path.endswith("/v3/conversations"):
                return httpx.Response(403, json={"error": {"code": "BotNotInConversationRoster"}})
            return None

        self.refusals.append(refuse)

    async def until(self, is_so: Callable[[], bool], *, seconds: float = PATIENCE) -> bool:
        """Wait until something is so, looking again at each thing the bot does; False when time is up."""
        try:
            async with asyncio.timeout(seconds):
                async with self._changed:
                    await self._changed.wait_for(is_so)
        except TimeoutError:
            return is_so()
        return True

    def _create(self, parameters: dict[str, Any]) -> httpx.Response:
        members = parameters.get("members") or [{}]
        conversation_id = f"a:1:1-{members[0].get('id', '')}"
        self.chats.setdefault(conversation_id, [])
        return httpx.Response(201, json={"id": conversation_id})

    def _members(self, member: str | None) -> httpx.Response:
        return httpx.Response(200, json={"id": member} if member else [])

    def _next_id(self) -> str:
        self._last_id += 1
        return f"bot-{self._last_id}"
