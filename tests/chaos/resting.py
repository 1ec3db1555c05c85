"""What is not as it should be once everything has come to rest: untrue, told twice, or untold and nobody knows."""

from bot.visits.models.effects import EffectKind, EffectState
from bot.visits.models.visit import Visit
from bot.work.notices import TROUBLE
from tests.chaos.world import UNFINISHED, World

_IN_DOUBT = frozenset({EffectState.unknown, EffectState.left})


async def amiss(world: World) -> list[str]:
    """What is not as it should be, where the desk is not being asked about the calendar anyway."""
    if world.visit is not None and await world.drift() is not None:
        return [*world.client.lies, *_never_closed(world), *_desk_untold(world)]
    return [*world.client.lies, *untold(world)]


def untold(world: World) -> list[str]:
    """What is not as it should be once everything has come to rest, and nobody could know."""
    visit = world.visit
    if visit is None:
        return []
    truth = None if visit.is_cancelled else visit.starts_at
    wrong = [*_never_closed(world), *_desk_untold(world), *_calendar_faults(world, visit)]
    texts = (EffectKind.sms_confirmation, EffectKind.sms_reschedule, EffectKind.sms_cancellation)
    is_over = world.clock.now() >= visit.ends_at
    if (
        world.client.belief["sms"] != truth
        and visit.tell_client
        and not is_over
        and not _is_known(world, visit, *texts)
    ):
        wrong.append(f"texts say {world.client.belief['sms']}, the visit is at {truth}, and nobody knows")
    is_mailed = world.email and world.abilities().invitations and not is_over
    if is_mailed and world.client.belief["mail"] != truth and not _is_known(world, visit, EffectKind.invitation):
        wrong.append(f"mails say {world.client.belief['mail']}, the visit is at {truth}, and nobody knows")
    return wrong


def _never_closed(world: World) -> list[str]:
    return [f"not closed: {key}" for key, row in world.ledger.rows.items() if row.state in UNFINISHED]


def _desk_untold(world: World) -> list[str]:
    """Where somebody is needed, the desk's chat says so."""
    amiss = [each for each in world.stuck() if each.kind in TROUBLE and each.state is not EffectState.left]
    told = any(f"desk_notice:{each.key}" in world.engine.known for each in amiss)
    return [] if told or not amiss else [f"the desk was not told of {', '.join(each.key for each in amiss)}"]


def _calendar_faults(world: World, visit: Visit) -> list[str]:
    there = world.outside.slots()
    if len(there) > 1:
        return [f"{len(there)} events"]
    if _is_known(world, visit):
        return []
    if visit.is_cancelled:
        return ["cancelled, and still in the calendar"] if there else []
    if not there:
        return ["not in the calendar"] if world.clock.now() < visit.ends_at else []
    slot = there[0]
    return [] if slot == (visit.starts_at, visit.ends_at) else [f"in the calendar at {slot}"]


def _is_known(world: World, visit: Visit, *kinds: EffectKind) -> bool:
    """Whether what stands on the card explains it: the effect itself is stuck, or what has to come before it is."""
    before = (EffectKind.calendar, EffectKind.client_link)
    return any(
        each.kind in (*kinds, *before) and (each.version == visit.schedule_version or each.state in _IN_DOUBT)
        for each in world.stuck()
    )
