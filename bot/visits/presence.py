"""Who came to a visit, read from the news of it. Pure: order and repetition do not matter."""

from collections.abc import Iterable
from datetime import timedelta

from bot.visits.models import Attended, Presence, Visit
from bot.visits.ports import Arrival

EARLY = timedelta(hours=3)
"""News from longer before the visit belongs to an earlier time it was to take place at."""


def presence_of(visit: Visit, arrivals: Iterable[Arrival], attended: Attended | None) -> Presence:
    """What is known now. The wait is from the first coming to the first admission, whoever of the clients it was."""
    came = admitted = left = ended = None
    waiting = None
    staff = 0
    news = {each.key: each for each in arrivals if each.at >= visit.starts_at - EARLY}
    for each in sorted(news.values(), key=lambda one: (one.at, _LAST.get(one.kind, 0))):
        match each.kind:
            case "client_waiting":
                waiting, came, ended = waiting or each.at, came or each.at, None
            case "client_admitted":
                waiting, admitted, left, ended = None, admitted or each.at, None, None
            case "client_left":
                waiting, left = None, each.at
            case "staff_joined":
                staff, ended = staff + 1, None
            case "staff_left":
                staff = max(0, staff - 1)
            case "ended":
                waiting, staff, ended = None, 0, each.at
    return Presence(
        waiting_since=waiting,
        admitted_at=admitted,
        left_at=left,
        waited=admitted - came if admitted and came and admitted > came else None,
        staff_is_in=staff > 0,
        ended_at=attended.ended_at if attended else ended,
        lasted=attended.lasted if attended else None,
        nobody_came=attended is not None and not attended.clients_came,
    )


_LAST = {"client_left": 1, "staff_left": 1, "ended": 2}
"""At the same second, going comes after coming."""
