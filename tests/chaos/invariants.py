"""What is so whatever was said and pressed, in whatever order and however often: events and texts fit the rows."""

from collections import Counter
from collections.abc import Collection

from bot.visits.models.effects import EffectState
from bot.visits.models.visit import Visit
from bot.work.ops import SMS_OF
from tests.chaos.judge import put_on_again
from tests.office import Office


async def broken(office: Office, confirmed: Collection[str]) -> list[str]:
    """What should not be, in words. ``confirmed`` are the ids of visits whose booking somebody confirmed."""
    wrong: list[str] = []
    visits = {each.id: each for each in await office.all_visits()}
    wrong += [f"{each} was booked, and nobody confirmed it" for each in visits.keys() - set(confirmed)]

    made: Counter[str] = Counter()
    there: Counter[str] = Counter()
    visit_of_meeting: dict[str, str] = {}
    for event in office.emulator.state.events.values():
        visit_id = str(event.transaction_id).partition("-")[0]
        made[visit_id] += 1
        there[visit_id] += not (event.cancelled or event.deleted_at)
        if event.meeting is not None:
            visit_of_meeting[event.meeting.id] = visit_id
    wrong += [f"an event of {each}, which is no visit" for each in made.keys() - visits.keys()]

    texts = Counter((visit_of_meeting.get(each.meeting_id, "?"), each.type) for each in office.emulator.state.sms)
    wrong += [f"a text ({kind}) of no visit" for (visit_id, kind) in texts if visit_id not in visits]
    for visit_id, visit in visits.items():
        versions = await office.app.store.versions(visit.id)
        wrong += _events(visit, versions, made[visit_id], there[visit_id])
        rows = await office.app.ledger.rows_of(visit.id)
        schedules = len({each.schedule_version for each in versions})
        for op, kind in SMS_OF.items():
            count = texts[visit_id, kind]
            told = sum(row.key.startswith(f"{op}:") and row.state is EffectState.done for row in rows)
            if count != told or count > schedules:
                wrong.append(f"{visit_id}: {count} texts ({kind}); {told} in the ledger, {schedules} schedules")
    return wrong


def _events(visit: Visit, versions: Collection[Visit], made: int, there: int) -> list[str]:
    """One event at most; one more for each time a visit that was off is on again."""
    back = put_on_again(versions)
    wrong = []
    if made > 1 + back:
        wrong.append(f"{visit.id}: {made} events, and it was taken back {back} times")
    if there > (not visit.is_cancelled):
        wrong.append(f"{visit.id}: {there} events there, cancelled: {visit.is_cancelled}")
    return wrong
