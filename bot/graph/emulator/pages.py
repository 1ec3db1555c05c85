"""The pages: what the outside world saw, and the waiting room behind a client's link."""

import hashlib
import json
from collections.abc import Awaitable, Callable
from importlib import resources
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bot.graph.emulator.control import body_of, checked
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.state import Meeting
from bot.graph.emulator.view import said, view

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SERVED = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "visit.js": "text/javascript",
    "sign_in.css": "text/css",
    "sign_in.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}


class Arrival(BaseModel):
    """A client at the door."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(default="Client", min_length=1, max_length=80)


class Chosen(BaseModel):
    """Who is meant; everyone who waits without it."""

    model_config = ConfigDict(extra="forbid")

    participant_id: str | None = None


class Pages:
    """HTML, and the JSON it lives on."""

    def __init__(self, emulator: GraphEmulator) -> None:
        self._emulator = emulator

    def routes(self) -> list[tuple[str, str, Handler]]:
        """Method, path and handler of each."""
        visit = "/emulator/visit/{thread}"
        return [
            ("GET", "/emulator", self.page),
            ("GET", "/emulator/view", self.view),
            ("GET", "/emulator/static/{name}", self.static),
            ("GET", visit, self.waiting_room),
            ("GET", f"{visit}/state", self.visit_state),
            ("POST", f"{visit}/enter", self.enter),
            ("POST", f"{visit}/leave", self.leave),
            ("POST", f"{visit}/staff", self.staff),
            ("POST", f"{visit}/admit", self.admit),
            ("POST", f"{visit}/end", self.end),
        ]

    async def page(self, request: web.Request) -> web.StreamResponse:
        """What the outside world saw, live."""
        return _html("page.html")

    async def view(self, request: web.Request) -> web.StreamResponse:
        """What is on the page; 304 while nothing changed."""
        emulator = self._emulator
        shown = view(emulator.world, emulator.state, emulator.clock.now(), len(emulator.faults.waiting()))
        text = json.dumps(shown, ensure_ascii=False)
        tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:24]}"'
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        headers = {"ETag": tag, "Cache-Control": "no-cache"}
        return web.Response(text=text, content_type="application/json", headers=headers)

    async def static(self, request: web.Request) -> web.StreamResponse:
        """Style and script."""
        name = request.match_info["name"]
        if name not in SERVED:
            raise web.HTTPNotFound
        return web.Response(text=_read(name), content_type=SERVED[name], headers={"Cache-Control": "no-cache"})

    async def waiting_room(self, request: web.Request) -> web.StreamResponse:
        """What a client's link opens."""
        return _html("visit.html")

    async def visit_state(self, request: web.Request) -> web.StreamResponse:
        """The visit as the client sees it."""
        meeting = self._meeting(request)
        return web.json_response(self._seen(meeting, request.query.get("participant", "")))

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """A client opens their link and says their name."""
        meeting = self._open_meeting(request)
        arrival = checked(TypeAdapter(Arrival), await body_of(request))
        client = self._emulator.waiting_room.enter(meeting, arrival.name)
        self._emulator.changed()
        return web.json_response(self._seen(meeting, client.id) | {"participant_id": client.id}, status=201)

    async def leave(self, request: web.Request) -> web.StreamResponse:
        """Someone closes their window."""
        meeting, chosen = self._meeting(request), checked(TypeAdapter(Chosen), await body_of(request))
        self._emulator.waiting_room.leave(meeting, chosen.participant_id or "")
        self._emulator.changed()
        return web.json_response(self._seen(meeting, chosen.participant_id or ""))

    async def staff(self, request: web.Request) -> web.StreamResponse:
        """The organizer joins."""
        joined = self._emulator.waiting_room.staff_joins(self._open_meeting(request))
        self._emulator.changed()
        return web.json_response({"participant_id": joined.id}, status=201)

    async def admit(self, request: web.Request) -> web.StreamResponse:
        """Staff let clients in."""
        meeting, chosen = self._open_meeting(request), checked(TypeAdapter(Chosen), await body_of(request))
        admitted = self._emulator.waiting_room.admit(meeting, chosen.participant_id)
        self._emulator.changed()
        return web.json_response({"admitted": [each.id for each in admitted]})

    async def end(self, request: web.Request) -> web.StreamResponse:
        """The call ends."""
        self._emulator.waiting_room.end(self._meeting(request))
        self._emulator.changed()
        return web.json_response({"ended": True})

    def _meeting(self, request: web.Request) -> Meeting:
        found = self._emulator.state.meeting_by_thread(request.match_info["thread"])
        if found is None:
            raise web.HTTPNotFound(text='{"error": "no such visit"}', content_type="application/json")
        return found

    def _open_meeting(self, request: web.Request) -> Meeting:
        found = self._meeting(request)
        if found.deleted_at is not None:
            raise web.HTTPGone(text='{"error": "the visit was cancelled"}', content_type="application/json")
        return found

    def _seen(self, meeting: Meeting, participant_id: str) -> dict[str, Any]:
        who = self._emulator.waiting_room.participant(meeting, participant_id)
        status = "cancelled" if meeting.deleted_at else who.presence if who else "outside"
        return {
            "status": status,
            "subject": meeting.subject or "Virtual visit",
            "organizer": meeting.organizer.name,
            "starts_at": meeting.starts_at.isoformat(),
            "when": said(meeting.starts_at.astimezone()),
        }


def _read(name: str) -> str:
    return resources.files("bot.graph.emulator").joinpath(name).read_text(encoding="utf-8")


def _html(name: str) -> web.Response:
    headers = {"Content-Security-Policy": POLICY, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    return web.Response(text=_read(name), content_type="text/html", headers=headers)
