"""What is told before a visit begins, by production's own reminders, over an engine and a Teams played by hand."""

from typing import Any

from bot.clinic import demo_clinic
from bot.graph.backends import Backends
from bot.visits.models.people import Person
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.work.reminders import Office, Reminders
from bot.work.sending import Sending
from bot.work.settling import Probe
from cards.reader import Readers
from tests.chaos.ledgers import ShownLedger
from tests.clock import HandClock
from tests.personas import JORDAN, TENANT_ID
from tests.unit.work.morning import ADMIN, DESK, Chats, HandEngine, Wishes

JORDAN_AS_PERSON = Person(id=JORDAN.object_id, tenant_id=TENANT_ID, name="Jordan", time_zone="America/Los_Angeles")


def reminders_of(
    engine: HandEngine,
    chats: Chats,
    ledger: ShownLedger,
    calendar: Backends,
    clock: HandClock,
    *,
    owner: str,
    probe: Probe,
) -> Reminders:
    """A process's reminders. Clients are texted without a tap, and the desk is told."""
    clinic = demo_clinic().clinic
    visits: Any = _Visits(ledger)
    cards: Any = _NoCards()
    rows: Any = ledger
    office = Office(
        clinic=clinic,
        visits=visits,
        people=Wishes(),
        notifier=chats,
        readers=Readers(clinic),
        cards=cards,
        clock=clock,
    )
    sending = Sending(rows, clock, owner=owner, probe=probe, jitter=lambda: 1.0)
    return Reminders.of(engine, office, calendar, sending, rows, desk_chat=DESK, admins=(ADMIN,), texts_by_itself=True)


class _Visits:
    def __init__(self, ledger: ShownLedger) -> None:
        self._ledger = ledger

    async def visit(self, visit_id: VisitId) -> Visit | None:
        return self._ledger.visits.get(visit_id)


class _NoCards:
    async def bring_up_to_date(self, _visit_id: VisitId) -> None:
        """Nobody looks."""

    async def keep(self, *_: object, **__: object) -> None:
        """Nobody looks."""
