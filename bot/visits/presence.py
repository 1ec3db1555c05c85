"""Who came to a visit, read from the news of it. Pure: order and repetition do not matter."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.visits.models.presence import Attended, Presence
from bot.visits.models.visit import Visit
from bot.visits.ports.arrivals import BY_HAND, Arrival

EARLY = timedelta(hours=3)
"""News from longer before the visit belongs to an earlier time it was to take place at."""

_IN_TURN = ("staff_joined", "client_waiting", "client_admitted", "client_left", "staff_left", "ended")
"""At one instant, going comes after coming, and the end last."""


def presence_of(visit: Visit, arrivals: Iterable[Arrival], attended: Attended | None) -> Presence:
    """What is known now. The wait is from the first coming to the first admission, whoever of the clients it was.

    People are told apart: a window that was opened anew waits on when the old one is found closed, and a client has
    left when no client is there any more.
    """
    came = admitted = left = ended = None
    waiting: dict[str, datetime] = {}
    inside: set[str] = set()
    staff: set[str] = set()
    news = {each.key: each for each in arrivals if each.at >= visit.starts_at - EARLY}
    for each in sorted(news.values(), key=lambda one: (one.at, _IN_TURN.index(one.kind), one.key)):
        match each.kind:
            case "client_waiting":
                waiting.setdefault(each.who, each.at)
                came, left, ended = came or each.at, None, None
            case "client_admitted":
                waiting.clear()
                inside.add(each.who)
                admitted, left, ended = admitted or each.at, None, None
            case "client_left":
                waiting = {who: at for who, at in waiting.items() if who not in (each.who, BY_HAND)}
                inside.discard(each.who)
                left = None if waiting or inside else each.at
            case "staff_joined":
                staff.add(each.who)
                ended = None
            case "staff_left":
                staff.discard(each.who)
            case "ended":
                waiting, inside, staff = {}, set(), set()
                ended = each.at
    return Presence(
        waiting_since=min(waiting.values(), default=None),
        admitted_at=admitted,
        left_at=left,
        waited=admitted - came if admitted and came and admitted > came else None,
        staff_is_in=bool(staff),
        ended_at=attended.ended_at if attended else ended,
        lasted=attended.lasted if attended else None,
        nobody_came=attended is not None and not attended.clients_came,
    )
