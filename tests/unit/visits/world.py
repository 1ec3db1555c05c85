"""A small clinic, its people and a calendar made of lists, for the domain's tests."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from bot.visits.models.clinic import AppointmentType, Clinic, OfficeHours, OpenSpan, StaffMember
from bot.visits.models.objections import PlaceRules, no_place_rules
from bot.visits.models.people import Client, Person
from bot.visits.models.slots import BusySpan, Slot
from bot.visits.models.values import StaffId, VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.work import ChangeKind
from bot.visits.rules import Surroundings, Wanted
from tests.personas import JORDAN, KIM, PATEL, Persona

ZONE = "America/Los_Angeles"
NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
"""A Friday, ten in the morning in Los Angeles."""


def at(written: str, zone: str = ZONE) -> datetime:
    """``"2026-11-26 14:30"`` in Los Angeles, as an instant."""
    return datetime.fromisoformat(written).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def staff(persona: Persona, title: str = "Dr") -> StaffMember:
    mailbox = f"{persona.name.lower().replace(' ', '.')}@contoso.example"
    return StaffMember(id=StaffId(persona.object_id), name=persona.name, title=title, mailbox=mailbox, time_zone=ZONE)


DR_KIM = staff(KIM)
DR_PATEL = staff(PATEL)
FOLLOW_UP = AppointmentType(name="Follow-up", duration=timedelta(minutes=30))
PHYSIO = AppointmentType(
    name="Physiotherapy",
    duration=timedelta(minutes=60),
    buffer_before=timedelta(minutes=10),
    buffer_after=timedelta(minutes=15),
)
LAB = AppointmentType(name="Lab results", duration=timedelta(minutes=20))


def clinic(**changes: Any) -> Clinic:
    """Open 8 to 18 from Monday to Friday, closed on Thanksgiving; everyone of the tenant may schedule."""
    week = {day: (OpenSpan(opens=time(8), closes=time(18)),) for day in range(5)}
    facts: dict[str, Any] = {
        "name": "Contoso Clinic",
        "time_zone": ZONE,
        "office_hours": OfficeHours(days=week, holidays=frozenset({date(2026, 11, 26)})),
        "staff": (DR_KIM, DR_PATEL),
        "types": (FOLLOW_UP, PHYSIO, LAB),
        "schedulers": "everyone",
    }
    return Clinic(**{**facts, **changes})


def person(persona: Persona = JORDAN, **changes: Any) -> Person:
    facts = {"id": persona.object_id, "tenant_id": persona.tenant_id, "name": persona.name, "time_zone": ZONE}
    return Person(**{**facts, **changes})


def client(name: str = "Ana Ruiz", phone: str | None = "+12065550142", **changes: Any) -> Client:
    return Client(**{"name": name, "phone": phone, "time_zone": ZONE, **changes})


def visit(starts_at: datetime, **changes: Any) -> Visit:
    facts: dict[str, Any] = {
        "id": VisitId(uuid4().hex),
        "client": client(),
        "organizer": DR_KIM,
        "type_name": FOLLOW_UP.name,
        "starts_at": starts_at,
        "duration": FOLLOW_UP.duration,
        "time_zone": ZONE,
        "text_client": True,
        "requested_by": JORDAN.object_id,
        "created_at": NOW,
        "changed_at": NOW,
    }
    return Visit(**{**facts, **changes})


def wanted(starts_at: datetime, kind: AppointmentType = FOLLOW_UP, **changes: Any) -> Wanted:
    facts: dict[str, Any] = {
        "slot": Slot(starts_at=starts_at, duration=kind.duration),
        "staff": DR_KIM,
        "client": client("Ben Okafor", "+12065550117"),
        "buffer_before": kind.buffer_before,
        "buffer_after": kind.buffer_after,
    }
    return Wanted(**{**facts, **changes})


def around(
    *visits: Visit, busy: Sequence[BusySpan] = (), now: datetime = NOW, place: PlaceRules = no_place_rules
) -> Surroundings:
    return Surroundings(now=now, busy=tuple(busy), visits=visits, place=place)


def busy(since: str, until: str, status: str = "busy", **more: bool) -> BusySpan:
    return BusySpan(starts_at=at(since), ends_at=at(until), status=status, **more)


class ListedCalendar:
    """Staff calendars as lists of busy spans, which a test fills, delays or breaks. It is only read."""

    backend = "listed"

    def __init__(self) -> None:
        self.spans: dict[StaffId, list[BusySpan]] = {DR_KIM.id: [], DR_PATEL.id: []}
        self.rules: PlaceRules = no_place_rules
        self.rules_fault: Exception | None = None
        self.fault: Exception | None = None
        self.is_silent = False
        self.has_messages = True

    def tells(self, visit: Visit) -> bool:
        return self.has_messages and visit.client_can_be_told

    async def busy(
        self, staff: Sequence[StaffMember], since: datetime, until: datetime
    ) -> Mapping[StaffId, Sequence[BusySpan]]:
        if self.is_silent:
            await asyncio.Event().wait()
        if self.fault is not None:
            raise self.fault
        return {each.id: tuple(self.spans[each.id]) for each in staff if each.id in self.spans}

    async def place_rules(self, *_: object, **__: object) -> PlaceRules:
        if self.rules_fault is not None:
            raise self.rules_fault
        return self.rules


class NotedWork:
    """Writes down what work was started."""

    def __init__(self) -> None:
        self.started: list[tuple[ChangeKind, int]] = []
        self.is_away = False

    async def start(self, kind: ChangeKind, visit: Visit) -> None:
        if self.is_away:
            raise ConnectionError("the engine is away")
        self.started.append((kind, visit.version))
