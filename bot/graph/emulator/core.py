"""The emulator itself: a request goes in, the answer Graph would give comes out, and everything is remembered."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import httpx

from bot.clock import Clock, SystemClock
from bot.graph.emulator import batch, login
from bot.graph.emulator.areas import areas
from bot.graph.emulator.asked import Asked, json_of, readable, recorded, subject_of, version_and_rest
from bot.graph.emulator.bookings_world import opened
from bot.graph.emulator.by_hand import ChangesByHand
from bot.graph.emulator.calendar import CalendarArea
from bot.graph.emulator.courier import Courier
from bot.graph.emulator.demo import demo_world
from bot.graph.emulator.event_book import EventBook
from bot.graph.emulator.exchange import Answer, Call, Caller, GraphError, bad_request, not_found
from bot.graph.emulator.faults import Fault, Faults
from bot.graph.emulator.gate import Gate
from bot.graph.emulator.identity import Identity
from bot.graph.emulator.keeping import Keeper, Memory, shortened
from bot.graph.emulator.parts import User, busy_between
from bot.graph.emulator.room import Room
from bot.graph.emulator.routing import Route, Router, routes_of, segments_of
from bot.graph.emulator.snapshot import snapshot
from bot.graph.emulator.state import Recorded, State
from bot.graph.emulator.waiting_room import WaitingRoom
from bot.graph.emulator.world import World

Sleep = Callable[[float], Awaitable[None]]
REQUESTS_IN_MEMORY = 5000


class GraphEmulator:
    """Graph without a tenant. ``handle`` is an ``httpx.MockTransport`` handler; the same core is served over HTTP.

    ``visit_base`` is where the client's waiting-room page is served, such as ``http://127.0.0.1:3978``; without it
    client links look like the real ones. ``notify`` carries change notifications to subscribers.
    """

    identity: Identity
    """Makes tokens, and checks them where the world says so."""
    waiting_room: WaitingRoom
    """Plays clients and staff at the door of a meeting."""
    courier: Courier
    """The subscriptions, and what was delivered to them."""
    outlook: EventBook
    """Plays people who change events by hand."""
    routes: list[Route]
    """Every call it answers."""

    def __init__(
        self,
        world: World | None = None,
        *,
        clock: Clock | None = None,
        visit_base: str | None = None,
        sleep: Sleep = asyncio.sleep,
        notify: httpx.AsyncBaseTransport | None = None,
        state_file: Path | None = None,
    ) -> None:
        self.visit_base = visit_base
        self.before_reset: Callable[[], Awaitable[None]] | None = None
        self.clock = clock or SystemClock()
        self.faults = Faults()
        self._first_world = world or demo_world()
        self._sleep = sleep
        self.courier = Courier(self.clock.now, sleep, notify)
        self._at_work: Counter[str] = Counter()
        self._keeper = None if state_file is None else Keeper(state_file, self._memory)
        self._begin(self._keeper.load() if self._keeper else None)

    async def start_over(self) -> None:
        """As ``reset``, once whoever runs beside the emulator has let go of what lies in it."""
        if self.before_reset is not None:
            await self.before_reset()
        self.reset()

    def reset(self) -> None:
        """Back to the world as it was given, with nothing asked and nothing done."""
        self._begin(None)
        self.changed()

    def _begin(self, memory: Memory | None) -> None:
        now = self.clock.now
        self.world = self._first_world.model_copy(deep=True)
        opening = {each.id: opened(each, self.world.users, now()) for each in self.world.businesses}
        self.state = State(businesses=opening)
        self.faults.clear()
        self.identity = Identity(self.world, now, now())
        self._gate = Gate(self.world, self.identity)
        self.courier.start_over(self.world)
        if memory is not None:
            memory.by_hand.apply(self.world)
            self.state = memory.linked(self.world).state
            self.courier.subscriptions.update(memory.subscriptions)
            self.identity.revoked.update(memory.revoked)
            self.identity.codes.consented.update(memory.consented)
        self.waiting_room = WaitingRoom(self.world, self.state, self.courier, now)
        self.outlook = EventBook(self.world, self.state, self.courier, lambda: self.visit_base)
        calendar = CalendarArea(self.world, self.state, self.outlook)
        everything = [calendar, *areas(self.world, self.state, self.courier, lambda: self.visit_base)]
        self.routes = [each for area in everything for each in routes_of(area)]
        self._router = Router(self.routes)

    def snapshot(self) -> dict[str, Any]:
        """Everything asked and everything that came of it, as ``GET /emulator/state`` shows it."""
        return snapshot(self.state, self.clock.now())

    def changed(self) -> None:
        """Note that the memory changed, for those who change it otherwise than by a call."""
        del self.state.requests[:-REQUESTS_IN_MEMORY]
        if self._keeper is not None:
            self._keeper.changed()

    def block(self, who: str, starts_at: datetime, ends_at: datetime, subject: str = "Busy") -> None:
        """Put something else into someone's calendar. Raises KeyError for a stranger."""
        user = next((each for each in self.world.users if each.answers_to(who)), None)
        if user is None:
            raise KeyError(who)
        user.busy = (*user.busy, *busy_between(starts_at, ends_at, user.time_zone, subject))
        self.changed()

    def _memory(self) -> bytes:
        memory = Memory(
            state=shortened(self.state),
            subscriptions=self.courier.subscriptions,
            revoked=self.identity.revoked,
            by_hand=ChangesByHand.between(self._first_world, self.world),
            consented=frozenset(self.identity.codes.consented),
        )
        return memory.model_dump_json().encode()

    async def close(self) -> None:
        """Give up deliveries and write the memory, where it is kept."""
        await self.courier.close()
        if self._keeper is not None:
            await self._keeper.close()

    async def quiet(self) -> None:
        """Return once every notification was delivered or given up."""
        await self.courier.quiet()

    async def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer one request to Graph or to the login service.

        Raises httpx.ReadError where the script cuts the connection, and httpx.ReadTimeout where it delays the answer
        beyond the caller's own patience; the request has been carried out in both.
        """
        body = await request.aread()
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(request.method, request.url.raw_path.decode("ascii"), headers, body)
        if login.is_login(request.url.path):
            root = f"{request.url.scheme}://{request.url.netloc.decode('ascii')}"
            return _response(login.answer(self.identity, asked.method, request.url.path, root, body), request)
        fault = self.faults.next_for(asked.method, readable(asked.target.partition("?")[0]))
        record = self._recorded(asked)
        answer = await self._carry_out(asked, record, fault)
        record.status = record.answer = None
        self.changed()
        if fault is not None:
            await self._stall(fault, request)
        record.status, record.answer = answer.status, answer.body
        return _response(answer, request)

    async def _stall(self, fault: Fault, request: httpx.Request) -> None:
        if fault.delay_s:
            patience = (request.extensions.get("timeout") or {}).get("read")
            if patience is not None and patience < fault.delay_s:
                await self._sleep(patience)
                raise httpx.ReadTimeout("the emulator stalls", request=request)
            await self._sleep(fault.delay_s)
        if fault.drop_after_commit:
            raise httpx.ReadError("the emulator cut the connection", request=request)

    async def _carry_out(self, asked: Asked, record: Recorded, fault: Fault | None) -> Answer:
        """The answer to one call, alone or inside a batch, with the headers every answer has."""
        began = time.perf_counter()
        now = self.clock.now()
        self.state.settle(now)
        request_id = str(uuid.uuid4())
        client_request_id = asked.headers.get("client-request-id", request_id)
        try:
            if fault is not None and (refusal := fault.error()) is not None:
                raise refusal
            answer = await self._dispatch(asked, record)
        except GraphError as error:
            answer = error.answer(now, request_id, client_request_id)
        answer.headers |= {
            "request-id": request_id,
            "client-request-id": client_request_id,
            "x-ms-ags-diagnostic": '{"ServerInfo":{"DataCenter":"Emulator","Slice":"E","Ring":"0","ScaleUnit":"000"}}',
            "Date": format_datetime(now, usegmt=True),
        }
        record.status, record.answer = answer.status, answer.body
        record.took_ms = (time.perf_counter() - began) * 1000
        return answer

    async def _one_of_batch(self, asked: Asked) -> Answer:
        fault = self.faults.next_for(asked.method, readable(asked.target.partition("?")[0]))
        return await self._carry_out(asked, self._recorded(asked), fault)

    async def _dispatch(self, asked: Asked, record: Recorded) -> Answer:
        raw_path = asked.target.partition("?")[0]
        version, rest = version_and_rest(raw_path)
        caller = self.identity.caller(asked.headers.get("authorization", ""))
        record.caller = "app" if caller.is_app else "delegated"
        if rest == "$batch" and asked.method == "POST":
            return await batch.run(asked, json_of(asked), version, self._one_of_batch)
        segments, subject_key = subject_of(segments_of(rest))
        route, parameters = self._router.find(asked.method, version, self.world.cloud, segments)
        call = Call(
            method=asked.method,
            version=version,
            path=f"/{rest}",
            parameters=parameters,
            query=record.query,
            headers=asked.headers,
            body=json_of(asked),
            now=self.clock.now(),
            caller=caller,
            subject=self._named(subject_key, caller),
        )
        self._gate.permit(route, call)
        async with Room(self._at_work, segments, call.subject):
            if self.world.switches.latency_s:
                await self._sleep(self.world.switches.latency_s)
            found = route.handler(call)
            return await found if isinstance(found, Awaitable) else found

    def _recorded(self, asked: Asked) -> Recorded:
        record = recorded(asked, self.clock.now())
        self.state.requests.append(record)
        return record

    def _named(self, key: str | None, caller: Caller) -> User | None:
        """The person the path is about. ``/me`` needs one who is signed in."""
        if key is None:
            return None
        if key == "me":
            if caller.user is None:
                raise bad_request("/me request is only valid with delegated authentication flow.")
            return caller.user
        found = self.world.user(key)
        if found is None:
            message = f"Resource '{key}' does not exist or one of its queried reference-property objects are not here."
            raise not_found(message, "Request_ResourceNotFound")
        return found


def _response(answer: Answer, request: httpx.Request) -> httpx.Response:
    if answer.status == 204:
        return httpx.Response(204, headers=answer.headers, request=request)
    body = {} if answer.body is None else answer.body
    return httpx.Response(answer.status, json=body, headers=answer.headers, request=request)
