"""Each calendar a clinic can have: every backend, as the app and as a signed-in person, on the emulator and a tenant.

``pytest -m live`` runs the same bodies on a real tenant, from settings, and removes what it made.
"""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bot.clock import Clock
from bot.graph.backend import GraphEdge, open_graph
from bot.graph.client import http_client
from bot.graph.config import Backend, GraphConfig
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.demo import demo_world
from bot.graph.emulator.world import World
from bot.graph.emulator_tokens import EmulatorSignIn
from bot.graph.identity import Identities, Identity, acting_as
from bot.graph.pace import Patience
from bot.visits.models.clinic import StaffMember
from bot.visits.models.people import Client
from bot.visits.models.values import StaffId, VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.calendar import Calendar
from tests.clock import HandClock
from tests.contracts.tenant import GIVEN, tenant_for
from tests.personas import JORDAN, KIM, PATEL, TENANT_ID, Persona

NOW = datetime(2026, 9, 1, 15, 0, tzinfo=UTC)
"""A Tuesday, eight in the morning in Los Angeles."""

BACKENDS: tuple[Backend, ...] = ("outlook", "meeting", "bookings", "virtual-appointment")
IDENTITIES: tuple[Identity, ...] = ("app", "delegated")
FRIDAY = 4
BUSINESS = "clinic@contoso.example"


async def no_wait(seconds: float) -> None:
    """A wait that takes no time."""


def staff_member(persona: Persona, title: str = "") -> StaffMember:
    """A persona as someone who works at the clinic."""
    return StaffMember(
        id=StaffId(persona.object_id),
        name=persona.name,
        title=title,
        mailbox=f"{persona.name.lower().replace(' ', '.')}@contoso.example",
        time_zone="America/Los_Angeles",
    )


DR_KIM = staff_member(KIM, "Dr")
DR_PATEL = staff_member(PATEL, "Dr")


@dataclass
class Office:
    """A calendar, the clock it goes by, and what it is played on."""

    backend: Backend
    identity: Identity
    clock: Clock
    edge: GraphEdge
    emulator: GraphEmulator | None = None
    made: list[Visit] = field(default_factory=list)
    patel: StaffMember = DR_PATEL
    kim: StaffMember = DR_KIM
    requested_by: str = JORDAN.object_id
    client_email: str = "ana.ruiz@example.com"
    type_name: str = "Follow-up"

    @property
    def calendar(self) -> Calendar:
        """The port under test."""
        return self.edge.calendar

    @property
    def played(self) -> GraphEmulator:
        """The emulator; a test that needs it is not for a tenant."""
        if self.emulator is None:
            pytest.skip("looks inside the emulator")
        return self.emulator

    def may_write_to_the_client(self) -> None:
        """Skip, where a tenant was given nobody who may be written to."""
        if not self.client_email:
            pytest.skip("writes to the client: set LIVE_CLIENT_EMAIL")

    def visit(self, **changes: Any) -> Visit:
        """A visit on a weekday in two days or more, at 21:00 UTC, as the clinic's rows hold one."""
        start = (self.clock.now() + timedelta(days=2)).replace(hour=21, minute=0, second=0, microsecond=0)
        start += timedelta(days=max(0, 7 - start.weekday()) if start.weekday() > FRIDAY else 0)
        number = len(self.made)
        fields: dict[str, Any] = {
            "id": VisitId(uuid.uuid4().hex if self.emulator is None else f"0f6d6f0e5a7b4f4f9d8f3c1d2e3f{number:04x}"),
            "client": Client(
                name="Ana Ruiz", phone="+12065550142", email=self.client_email or None, time_zone="America/New_York"
            ),
            "organizer": self.kim,
            "type_name": self.type_name,
            "starts_at": start,
            "duration": timedelta(minutes=30),
            "time_zone": "America/Los_Angeles",
            "notes": "Only for staff",
            "text_client": True,
            "requested_by": self.requested_by,
            "created_at": self.clock.now(),
            "backend": self.calendar.backend,
        }
        visit = Visit.model_validate({**fields, **changes})
        self.made.append(visit)
        return visit

    async def booked(self, **changes: Any) -> Visit:
        """A visit that is in the calendar, with its meeting known."""
        visit = self.visit(**changes)
        entry = await self.calendar.add(visit, request_id=f"add-{visit.id}")
        visit = visit.model_copy(
            update={"event_id": entry.event_id, "join_url": entry.join_url, "calendar_starts_at": visit.starts_at}
        )
        visit = visit.model_copy(update={"meeting_id": await self.calendar.meeting_of(visit)})
        self.made[-1] = visit
        return visit

    def posts(self, ending: str) -> list[dict[str, Any]]:
        """Bodies of what was posted to paths with this ending, in order."""
        return [
            each.body for each in self.played.state.requests if each.method == "POST" and each.path.endswith(ending)
        ]

    async def tidy(self) -> None:
        """Remove what the test made, as a real tenant demands; also what it never learned the id of."""
        for visit in self.made if self.emulator is None else ():
            event_id = visit.event_id
            if event_id is None:
                meeting = self.backend in ("meeting", "virtual-appointment")  # where adding again is the look-up
                found = await (self.calendar.add(visit, request_id="tidy") if meeting else self.calendar.find(visit))
                event_id = found.event_id if found else None
            if event_id is not None:
                await self.calendar.cancel(visit.model_copy(update={"event_id": event_id}))
        await self.edge.close()


def emulated(backend: Backend, identity: Identity, **changes: Any) -> Office:
    """A calendar on an emulator of its own that checks every token. Delegated, staff and receptionist are signed in."""
    clock = changes.pop("clock", None) or HandClock(NOW)
    world = changes.pop("world", None) or world_for(backend)
    signed_in = changes.pop("signed_in", (KIM, PATEL, JORDAN))
    sleep, notify = changes.pop("sleep", no_wait), changes.pop("notify", None)
    patience = changes.pop("patience", Patience(first_wait=0.001, budget=0.05))
    emulator = GraphEmulator(world, clock=clock, sleep=sleep, notify=notify)
    config = GraphConfig(
        tenant_id=TENANT_ID,
        client_id=emulator.world.app.id,
        backend=backend,
        identities=Identities(calendar=identity, visits=identity),
        bookings_business=BUSINESS if backend == "bookings" else "",
        reminder_sms=True,
    )
    config = replace(config, **changes)
    transport = httpx.MockTransport(emulator.handle)
    people = EmulatorSignIn(http_client(transport=transport), config, clock)
    if identity == "delegated" or backend == "virtual-appointment":
        for person in signed_in:
            people.exchange(person.object_id, emulator.identity.assertion(person.object_id))
    edge = open_graph(config, clock, people=people, transport=transport, patience=patience)
    return Office(backend, identity, clock, edge, emulator)


def world_for(backend: Backend) -> World:
    """The demo world with tokens checked; with the resource of 2022 where the backend is about it."""
    world = demo_world()
    switches: dict[str, object] = {"check_tokens": True}
    if backend == "virtual-appointment":
        switches["resource_of_2022"] = True
    return world.model_copy(update={"switches": world.switches.model_copy(update=switches)})


CASES = [
    pytest.param((backend, identity, where), id=f"{backend}-{identity}-{where}", marks=marks)
    for backend in BACKENDS
    for identity in IDENTITIES
    for where, marks in (("emulator", ()), ("tenant", pytest.mark.live))
]


@pytest.fixture(params=CASES)
async def office(request: pytest.FixtureRequest) -> AsyncIterator[Office]:
    """One clinic for each backend, identity and place."""
    backend, identity, where = request.param
    made = await on_tenant(backend, identity) if where == "tenant" else emulated(backend, identity)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(made.tidy)
        stack.enter_context(acting_as(made.requested_by))
        yield made


async def on_tenant(backend: Backend, identity: Identity) -> Office:
    """The calendar that the variables of ``tests.contracts.tenant`` name. Skipped where they name none."""
    tenant = tenant_for(backend, identity)
    config = tenant.config(backend, identity)
    person = None
    kim = _staff_of_tenant("LIVE_STAFF", DR_KIM)
    if identity == "delegated":
        grants = await asyncio.to_thread(tenant.signed_in)
        person = next(iter(grants))
        if backend == "bookings" and kim.id not in grants:
            pytest.skip("no live tenant: LIVE_REFRESH_TOKEN of LIVE_STAFF_ID too")
        for each, grant in grants.items():
            await tenant.grants.save(each, grant)
    return Office(
        backend,
        identity,
        tenant.clock,
        open_graph(config, tenant.clock, tokens=tenant.tokens(config, person)),
        kim=kim,
        patel=_staff_of_tenant("LIVE_OTHER_STAFF", kim),
        requested_by=person or kim.id,
        client_email=GIVEN.get("LIVE_CLIENT_EMAIL", ""),
        type_name=GIVEN.get("LIVE_TYPE", "Follow-up"),
    )


def _staff_of_tenant(name: str, otherwise: StaffMember) -> StaffMember:
    found, mailbox = GIVEN.get(f"{name}_ID"), GIVEN.get(f"{name}_MAILBOX")
    return otherwise.model_copy(update={"id": found, "mailbox": mailbox}) if found and mailbox else otherwise


@pytest.fixture
async def open_office() -> AsyncIterator[Callable[..., Office]]:
    """Clinics on emulators of their own, for tests that need a particular one."""
    opened: list[Office] = []

    def opens(backend: Backend, identity: Identity, **changes: Any) -> Office:
        opened.append(emulated(backend, identity, **changes))
        return opened[-1]

    yield opens
    for each in opened:
        await each.edge.close()
