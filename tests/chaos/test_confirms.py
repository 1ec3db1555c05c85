"""One slot is one visit, however many press at one instant."""

from bot.store.engine import Database
from tests.chaos.confirms import twenty_at_once


async def test_twenty_simultaneous_confirms_of_one_slot_are_one_visit_and_nineteen_kind_answers(
    database: Database,
) -> None:
    visits, answers = await twenty_at_once(database)
    assert len(visits) == 1
    assert len(answers) == 19
    assert all(each.verdict.alternatives for each in answers), "each is offered the nearest free times"
