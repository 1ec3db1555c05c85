"""A visit that is called off leaves nothing in any calendar, also where the answer to its making was lost."""

from datetime import timedelta

import pytest

from bot.graph.config import Backend
from bot.graph.emulator.faults import Fault
from bot.graph.identity import Identity, acting_as
from bot.visits import changes
from bot.visits.models.effects import EffectState
from bot.work.settling import Settler
from tests.clock import HandClock
from tests.contracts.conftest import BACKENDS, IDENTITIES, Office, emulated
from tests.unit.work.world import MemoryLedger

MAKING = "/(events|createOrGet|appointments)$"


async def settles(settler: Settler, office: Office) -> None:
    """Everything there is to do for the visit, waiting as long as it takes."""
    assert isinstance(office.clock, HandClock)
    for _ in range(60):
        settled = await settler.advance(office.made[0].id)
        if settled.until is not None:
            office.clock.advance(seconds=max(0.0, (settled.until - office.clock.now()).total_seconds()))
        elif not settled.again:
            return
    raise AssertionError("never comes to rest")


@pytest.mark.parametrize("identity", IDENTITIES)
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("arrived", [True, False])
async def test_what_was_made_and_never_answered_goes_with_its_visit(
    backend: Backend, identity: Identity, arrived: bool
) -> None:
    office = emulated(backend, identity)
    lost: dict[str, object] = {"drop_after_commit": True} if arrived else {"status": 504}
    office.played.faults.add(Fault.model_validate({"method": "POST", "path": MAKING} | lost))
    ledger, now = MemoryLedger(), office.clock.now()
    visit = office.visit(text_client=False)
    ledger.visits[visit.id] = visit
    settler = Settler(office.edge.calendar, ledger, office.clock, owner="A")
    with acting_as(office.requested_by):
        await settler.advance(visit.id)
        ledger.visits[visit.id] = changes.cancelled(
            ledger.visits[visit.id], by=office.requested_by, now=now, quiet=timedelta(0), reason=None, tell_client=False
        )
        await settles(settler, office)
    state = office.played.state
    assert not [each for each in state.meetings.values() if each.deleted_at is None]
    assert not [each for each in state.events.values() if each.deleted_at is None]
    appointments = [each for business in state.businesses.values() for each in business.appointments.values()]
    assert all(each.cancelled for each in appointments)
    assert {each.state for each in ledger.rows.values()} <= {EffectState.done, EffectState.skipped}
