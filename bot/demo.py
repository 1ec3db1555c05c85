"""The demo's own visits, so that a day that is shown to somebody is not empty."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5
from zoneinfo import ZoneInfo

from bot.clinic import DemoVisit
from bot.clock import Clock
from bot.visits import changes
from bot.visits.errors import SlotTaken, VisitChanged
from bot.visits.models.clinic import Clinic
from bot.visits.models.people import Client
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.store import VisitStore
from bot.visits.ports.work import Work

AHEAD = timedelta(days=3660)


async def seed(demo: Iterable[DemoVisit], clinic: Clinic, store: VisitStore, work: Work, clock: Clock) -> None:
    """Put the demo's visits into today, once a day, without a word to their clients.

    Only ever called while Graph is played by the emulator.
    """
    for each in demo:
        visit = _visit(each, clinic, clock)
        if await store.visit(visit.id) is None:
            try:
                await work.start("booking", await store.insert(visit, check_overlap=True))
            except SlotTaken:
                continue  # somebody booked that time on an earlier day


async def call_off(store: VisitStore, work: Work, clock: Clock) -> None:
    """Call off every visit that is not over, without a word to its client.

    Only ever called while Graph is played by the emulator, which is about to forget them.
    """
    now = clock.now()
    for visit in await store.between(now - timedelta(days=1), now + AHEAD):
        if visit.is_cancelled or visit.ends_at <= now:
            continue
        off = changes.cancelled(
            visit, by=visit.requested_by, now=now, quiet=timedelta(0), reason=None, tell_client=False
        )
        try:
            await work.start("cancellation", await store.update(off, expected_version=visit.version))
        except VisitChanged:
            continue  # somebody is acting on it at this moment


def _visit(demo: DemoVisit, clinic: Clinic, clock: Clock) -> Visit:
    now = clock.now()
    today = now.astimezone(ZoneInfo(clinic.time_zone)).date()
    staff = next(each for each in clinic.staff if each.name == demo.staff)
    kind = next(each for each in clinic.types if each.name == demo.type)
    return Visit(
        id=VisitId(uuid5(NAMESPACE_URL, f"demo:{today}:{demo.staff}:{demo.at}").hex),
        client=Client(name=demo.client, phone=demo.phone, time_zone=clinic.time_zone),
        organizer=staff,
        type_name=kind.name,
        starts_at=datetime.combine(today, demo.at, ZoneInfo(clinic.time_zone)),
        duration=kind.duration,
        buffer_before=timedelta(0),
        buffer_after=timedelta(0),
        time_zone=clinic.time_zone,
        text_client=False,
        tell_client=False,
        requested_by=staff.id,
        created_at=now,
        changed_at=now,
    )
