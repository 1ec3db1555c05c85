"""What every act on a visit shares: who may, the visit as it stands, what the rules accept, the work that follows."""

import logging
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.clock import Clock
from bot.visits import changes
from bot.visits.availability import CALENDAR_DEADLINE, Availability
from bot.visits.errors import NotEntitled, SlotTaken, VisitChanged, VisitNotFound
from bot.visits.models.clinic import Clinic
from bot.visits.models.objections import Override, SlotVerdict
from bot.visits.models.people import Person
from bot.visits.models.slots import Slot
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.calendar import KeepsVisits
from bot.visits.ports.store import VisitStore
from bot.visits.ports.work import StartsWork
from bot.visits.rules import Surroundings, Wanted
from bot.visits.slots import verdict_on

log = logging.getLogger(__name__)


class Acting:
    """Checks who may act, and holds what the acts stand on."""

    def __init__(
        self,
        clinic: Clinic,
        store: VisitStore,
        calendar: KeepsVisits,
        work: StartsWork,
        clock: Clock,
        *,
        quiet_window: timedelta = timedelta(0),
        tenant_ids: frozenset[str] = frozenset(),
        calendar_deadline: timedelta = CALENDAR_DEADLINE,
    ) -> None:
        """``tenant_ids``: people of any other tenant may nothing; none leaves that to the Teams edge."""
        self.clinic = clinic
        self._work = work
        self._store = store
        self._calendar = calendar
        self._clock = clock
        self._quiet_window = quiet_window
        self._tenant_ids = tenant_ids
        self._availability = Availability(clinic, store, calendar, clock, deadline=calendar_deadline)

    def entitled(self, person: Person) -> bool:
        """Whether this person may see and act on visits here. Unknown people and other tenants may not."""
        if not person.id or (self._tenant_ids and person.tenant_id not in self._tenant_ids):
            return False
        return self.clinic.may_act(person.id)

    def _require(self, person: Person) -> None:
        if not self.entitled(person):
            raise NotEntitled(clinic=self.clinic.name)

    async def visit(self, visit_id: VisitId, by: Person) -> Visit:
        """The visit as it stands. Raises VisitNotFound."""
        self._require(by)
        visit = await self._store.visit(visit_id)
        if visit is None:
            raise VisitNotFound()
        return visit

    async def _current(self, visit_id: VisitId, expected_version: int, by: Person) -> Visit:
        visit = await self.visit(visit_id, by)
        require_version(visit, expected_version)
        return visit

    def _accepted(self, wanted: Wanted, known: Surroundings, override: Override | None) -> SlotVerdict:
        """The verdict, if nothing objects or the override covers all that does. Raises SlotTaken."""
        verdict = verdict_on(wanted, known, self.clinic)
        if not all(override is not None and override.covers(each) for each in verdict.objections):
            raise SlotTaken(verdict)
        return verdict

    async def _start(self, visit: Visit, before: Visit | None) -> None:
        """Start the work of a change that is stored. If that fails the change still holds, and the sweep starts it."""
        try:
            await self._work.start(changes.kind_of(visit, before), visit)
        except Exception:
            # Whatever the engine's trouble is: telling the person that nothing was booked would be untrue.
            log.exception("work.not_started", extra={"visit_id": visit.id, "version": visit.version})

    def _midday(self, day: date) -> datetime:
        return datetime.combine(day, time(12), ZoneInfo(self.clinic.time_zone)).astimezone(UTC)


def wanted_for(visit: Visit, starts_at: datetime, duration: timedelta) -> Wanted:
    """The slot a visit would like to have instead of its own."""
    return Wanted(
        slot=Slot(starts_at=starts_at, duration=duration),
        staff=visit.organizer,
        type_name=visit.type_name,
        client=visit.client,
        buffer_before=visit.buffer_before,
        buffer_after=visit.buffer_after,
        own=visit,
    )


def require_version(visit: Visit, expected_version: int) -> None:
    """Raise VisitChanged unless the visit is on, and the version on the card."""
    if visit.version != expected_version or visit.is_cancelled:
        raise VisitChanged(visit)


def is_repeat(visit: Visit, expected_version: int, by: Person) -> bool:
    """Whether the visit's latest change may be this very press, delivered again."""
    return visit.version == expected_version + 1 and visit.requested_by == by.id and visit.undoes is None


def overlapped(verdict: SlotVerdict) -> frozenset[VisitId]:
    """The visits a person chose to book against; any other that comes up meanwhile still objects."""
    return frozenset(VisitId(each.facts["visit_id"]) for each in verdict.objections if "visit_id" in each.facts)


def marked(verdict: SlotVerdict) -> dict[str, object]:
    """For the log: over which rules it was booked."""
    return {"overridden": [each.code for each in verdict.objections]} if verdict.objections else {}
