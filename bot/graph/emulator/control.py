"""The switches under ``/emulator``: what happened, failures by script, and the hand of whoever runs a test."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any, Literal, TypeVar

from aiohttp import web
from pydantic import AwareDatetime, BaseModel, ConfigDict, TypeAdapter, ValidationError, model_validator

from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.faults import Fault

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
T = TypeVar("T")
FAULTS: TypeAdapter[list[Fault]] = TypeAdapter(list[Fault])


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ByHand(_Sent):
    """Someone changes an event in Outlook: moves it, or deletes it."""

    event_id: str
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None
    deleted: bool = False

    @model_validator(mode="after")
    def _is_one_change(self) -> "ByHand":
        if self.deleted:
            if self.start is not None or self.end is not None:
                raise ValueError("what is deleted is not moved")
        elif self.start is None or self.end is None:
            raise ValueError("a move needs a start and an end")
        else:
            _must_begin_before(self.start, self.end)
        return self


class Blocked(_Sent):
    """Someone puts something else into a calendar."""

    user: str
    start: AwareDatetime
    end: AwareDatetime
    subject: str = "Busy"

    @model_validator(mode="after")
    def _is_a_stretch(self) -> "Blocked":
        _must_begin_before(self.start, self.end)
        return self


def _must_begin_before(start: datetime, end: datetime) -> None:
    if end <= start:
        raise ValueError("the end must come after the start")


class Revoked(_Sent):
    """Whose tokens are refused from now on, until asked for anew with claims."""

    who: str


class Lifecycle(_Sent):
    """A lifecycle event for a subscription."""

    subscription_id: str
    event: Literal["reauthorizationRequired", "subscriptionRemoved", "missed"]


class Control:
    """JSON in, JSON out."""

    def __init__(self, emulator: GraphEmulator) -> None:
        self._emulator = emulator

    def routes(self) -> list[tuple[str, str, Handler]]:
        """Method, path and handler of each."""
        return [
            ("GET", "/emulator/state", self.state),
            ("GET", "/emulator/faults", self.faults),
            ("POST", "/emulator/faults", self.add_faults),
            ("DELETE", "/emulator/faults", self.clear_faults),
            ("POST", "/emulator/reset", self.reset),
            ("GET", "/emulator/switches", self.switches),
            ("POST", "/emulator/switches", self.switch),
            ("POST", "/emulator/outlook", self.by_hand),
            ("POST", "/emulator/busy", self.block),
            ("POST", "/emulator/revoke", self.revoke),
            ("POST", "/emulator/lifecycle", self.lifecycle),
        ]

    async def state(self, request: web.Request) -> web.StreamResponse:
        """Everything asked and everything that came of it."""
        return web.json_response(self._emulator.snapshot())

    async def faults(self, request: web.Request) -> web.StreamResponse:
        """Failures still to come."""
        return web.json_response({"waiting": self._emulator.faults.waiting()})

    async def add_faults(self, request: web.Request) -> web.StreamResponse:
        """Script failures: one, or a list of them."""
        sent = await body_of(request)
        for each in checked(FAULTS, sent if isinstance(sent, list) else [sent]):
            self._emulator.faults.add(each)
        return web.json_response({"waiting": self._emulator.faults.waiting()}, status=201)

    async def clear_faults(self, request: web.Request) -> web.StreamResponse:
        """No more failures."""
        self._emulator.faults.clear()
        return web.json_response({"waiting": []})

    async def reset(self, request: web.Request) -> web.StreamResponse:
        """Begin again."""
        await self._emulator.start_over()
        return web.json_response({"reset": True})

    async def switches(self, request: web.Request) -> web.StreamResponse:
        """How the world is set."""
        return web.json_response(self._emulator.world.switches.model_dump())

    async def switch(self, request: web.Request) -> web.StreamResponse:
        """Change some of the world's switches."""
        sent = await body_of(request)
        present = self._emulator.world.switches
        try:
            wanted = type(present).model_validate({**present.model_dump(), **(sent if isinstance(sent, dict) else {})})
        except ValidationError as wrong:
            raise refused(wrong) from None
        for name in wanted.model_fields_set:
            setattr(present, name, getattr(wanted, name))
        self._emulator.changed()
        return web.json_response(present.model_dump())

    async def by_hand(self, request: web.Request) -> web.StreamResponse:
        """Move or delete an event as a person would."""
        wanted = checked(TypeAdapter(ByHand), await body_of(request))
        now = self._emulator.clock.now()
        try:
            if wanted.deleted:
                self._emulator.outlook.delete_by_hand(wanted.event_id, now)
            elif wanted.start is not None and wanted.end is not None:
                self._emulator.outlook.move_by_hand(wanted.event_id, wanted.start, wanted.end, now)
        except KeyError:
            return web.json_response({"error": "no such event"}, status=404)
        self._emulator.changed()
        return web.json_response({"done": True})

    async def block(self, request: web.Request) -> web.StreamResponse:
        """Take a stretch of someone's calendar."""
        wanted = checked(TypeAdapter(Blocked), await body_of(request))
        try:
            self._emulator.block(wanted.user, wanted.start, wanted.end, wanted.subject)
        except KeyError:
            return web.json_response({"error": "no such user"}, status=404)
        return web.json_response({"done": True})

    async def revoke(self, request: web.Request) -> web.StreamResponse:
        """Refuse present tokens with a claims challenge."""
        self._emulator.identity.revoke(checked(TypeAdapter(Revoked), await body_of(request)).who)
        self._emulator.changed()
        return web.json_response({"done": True})

    async def lifecycle(self, request: web.Request) -> web.StreamResponse:
        """Send a lifecycle event."""
        wanted = checked(TypeAdapter(Lifecycle), await body_of(request))
        return web.json_response({"sent": self._emulator.courier.lifecycle(wanted.subscription_id, wanted.event)})


async def body_of(request: web.Request) -> Any:
    """The JSON sent; 400 for anything else."""
    try:
        return json.loads(await request.read() or b"{}")
    except ValueError:
        raise web.HTTPBadRequest(text='{"error": "not JSON"}', content_type="application/json") from None


def checked(model: TypeAdapter[T], sent: Any) -> T:
    """What was sent as what is wanted; 400 naming what is wrong."""
    try:
        return model.validate_python(sent)
    except ValidationError as wrong:
        raise refused(wrong) from None


def refused(wrong: ValidationError) -> web.HTTPBadRequest:
    """400 with what is wrong."""
    details = wrong.errors(include_url=False, include_context=False, include_input=False)
    text = json.dumps({"error": "not understood", "details": details}, default=str)
    return web.HTTPBadRequest(text=text, content_type="application/json")
