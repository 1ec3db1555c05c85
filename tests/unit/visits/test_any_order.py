"""Whatever people do in whatever order: no slot is held twice, no version is lost, nobody is told by an Undo alone."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from bot.store.engine import open_database
from bot.store.migrating import migrate
from bot.store.visits import SqlVisitStore
from bot.visits.errors import VisitError
from bot.visits.models.clinic import AppointmentType
from bot.visits.models.objections import Override, SlotVerdict
from bot.visits.models.people import Person
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.rules import Wanted, collide
from bot.visits.slots import GRID
from tests.clock import HandClock
from tests.personas import JORDAN, KIM
from tests.unit.visits.conftest import Desk
from tests.unit.visits.world import FOLLOW_UP, NOW, PHYSIO, ZONE, at, person

PEOPLE = st.sampled_from((person(JORDAN), person(KIM)))
STARTS = st.integers(min_value=0, max_value=4).map(lambda step: at("2026-11-23 09:00") + GRID * step)
KINDS = st.sampled_from((FOLLOW_UP, FOLLOW_UP, PHYSIO))
INSISTS = st.sampled_from((False, False, False, True))


class AnyOrder(RuleBasedStateMachine):
    """Two people, one calendar, one morning."""

    booked: Bundle[VisitId] = Bundle("booked")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = TemporaryDirectory()
        self.database = open_database(Path(self.folder.name) / "app.db")
        migrate(self.database.engine)
        self.clock = HandClock(NOW)
        self.desk = Desk(SqlVisitStore(self.database, self.clock), self.clock)
        self.chosen: set[frozenset[VisitId]] = set()
        """Pairs that somebody let overlap with a reason, having seen it."""
        self.old: Override | None = None
        """What somebody insisted on last, offered again with every move."""

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()

    def tries(self, act: Callable[[], Any]) -> Visit | None:
        """What came of it; a refusal is an answer too."""
        try:
            done: Visit = self.runner.run(act())
        except VisitError:
            return None
        return done

    def chooses(self, visit_id: VisitId, verdict: SlotVerdict) -> Override:
        """Somebody has seen what objects, and goes over it."""
        there = (VisitId(each.facts["visit_id"]) for each in verdict.objections if "visit_id" in each.facts)
        self.chosen |= {frozenset({visit_id, each}) for each in there}
        return Override(reason="it is urgent", seen=verdict.keys)

    def visits(self) -> list[Visit]:
        since = at("2026-11-23 00:00")
        return list(self.runner.run(self.desk.store.between(since, since + timedelta(days=1))))

    def stored(self, visit_id: VisitId) -> Visit:
        visit = self.runner.run(self.desk.store.visit(visit_id))
        assert visit is not None
        return visit

    @rule(target=booked, starts_at=STARTS, kind=KINDS, who=st.sampled_from("ABC"), by=PEOPLE, insists=INSISTS)
    def book(self, starts_at: datetime, kind: AppointmentType, who: str, by: Person, insists: bool) -> Any:
        draft = self.runner.run(
            self.desk.draft(
                client_name=f"Client {who}",
                phone=f"+120655501{'ABC'.index(who):02}",
                type_name=kind.name,
                at=starts_at.astimezone(ZoneInfo(ZONE)).time(),
            )
        )
        override = None
        if insists:
            override = self.chooses(draft.id, self.runner.run(self.desk.visits.verdict_for(draft, by)))
        visit = self.tries(lambda: self.desk.visits.reserve(draft.id, draft.version, by, override=override))
        return visit.id if visit is not None else multiple()

    @rule(visit_id=booked, by=PEOPLE)
    def press_book_again(self, visit_id: VisitId, by: Person) -> None:
        assert self.tries(lambda: self.desk.visits.reserve(visit_id, 1, by)) == self.stored(visit_id)

    @rule(visit_id=booked, starts_at=STARTS, by=PEOPLE, stale=st.sampled_from((0, 0, 1)))
    def move(self, visit_id: VisitId, starts_at: datetime, by: Person, stale: int) -> None:
        version = self.stored(visit_id).version - stale
        self.tries(lambda: self.desk.visits.reschedule(visit_id, version, starts_at, by, override=self.old))

    @rule(visit_id=booked, starts_at=STARTS, by=PEOPLE)
    def move_against_what_is_seen(self, visit_id: VisitId, starts_at: datetime, by: Person) -> None:
        visit = self.stored(visit_id)
        if visit.is_cancelled:
            return
        seen = self.runner.run(self.desk.visits.propose_move(visit_id, visit.version, by, starts_at=starts_at))
        self.old = self.chooses(visit_id, seen.verdict)
        self.tries(lambda: self.desk.visits.reschedule(visit_id, visit.version, starts_at, by, override=self.old))

    @rule(visit_id=booked, by=PEOPLE, tell=st.booleans())
    def cancel(self, visit_id: VisitId, by: Person, tell: bool) -> None:
        version = self.stored(visit_id).version
        self.tries(lambda: self.desk.visits.cancel(visit_id, version, by, tell_client=tell))

    @rule(visit_id=booked, by=PEOPLE, correcting=st.booleans())
    def undo(self, visit_id: VisitId, by: Person, correcting: bool) -> None:
        before = self.stored(visit_id)
        undone = self.tries(lambda: self.desk.visits.undo(visit_id, before.version, by, correcting=correcting))
        if undone is not None:
            assert before.undoes is None
            assert before.requested_by == by.id
            assert self.tries(lambda: self.desk.visits.undo(visit_id, undone.version, by, correcting=True)) is None

    @rule(seconds=st.sampled_from((1, 5, 30)))
    def wait(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)

    @invariant()
    def no_slot_is_held_twice_unless_somebody_chose_it(self) -> None:
        live = [each for each in self.visits() if not each.is_cancelled]
        for one in live:
            for other in live:
                if one.id < other.id and one.organizer.id == other.organizer.id and collide(one, _as_wanted(other)):
                    assert frozenset({one.id, other.id}) in self.chosen

    @invariant()
    def every_version_is_kept_in_order(self) -> None:
        for visit in self.visits():
            versions = self.runner.run(self.desk.store.versions(visit.id))
            assert [each.version for each in versions] == list(range(1, visit.version + 1))
            assert versions[-1] == visit
            schedules = [each.schedule_version for each in versions]
            assert schedules == sorted(schedules)


def _as_wanted(visit: Visit) -> Wanted:
    return Wanted(
        slot=visit.slot, staff=visit.organizer, buffer_before=visit.buffer_before, buffer_after=visit.buffer_after
    )


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
