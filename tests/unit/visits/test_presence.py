"""Who came to a visit, whatever order the news of it comes in, and however often."""

from datetime import timedelta
from itertools import combinations, permutations
from typing import get_args

import pytest

from bot.visits.models.presence import Presence
from bot.visits.models.visit import Visit
from bot.visits.ports.arrivals import Arrival
from bot.visits.presence import presence_of
from tests.unit.visits.world import at, visit

HALF_PAST = at("2026-11-23 14:30")
ANA, AGAIN, KIM, PATEL = "ana", "ana-again", "kim", "patel"
WHOLE = (
    ("client_waiting", ANA, -10),
    ("staff_joined", KIM, -2),
    ("client_admitted", ANA, -1),
    ("client_left", ANA, 20),
    ("staff_left", KIM, 21),
    ("ended", "ended", 22),
)
"""What happened, to whom, how many minutes after the visit was to begin."""


def news(kind: str, who: str, minutes: float) -> Arrival:
    moment = HALF_PAST + timedelta(minutes=minutes)
    key = f"{kind} at {minutes}:{who}"
    return Arrival.model_validate({"visit_id": "0" * 32, "kind": kind, "at": moment, "key": key})


def seen(*story: Arrival, of: Visit | None = None) -> Presence:
    return presence_of(of or visit(HALF_PAST), story, None)


def all_at_once(story: tuple[tuple[str, str, float], ...]) -> list[Arrival]:
    """The same news, of one instant."""
    return [each.model_copy(update={"at": HALF_PAST}) for each in (news(*one) for one in story)]


@pytest.mark.parametrize("at_once", [False, True], ids=["distinct instants", "one instant"])
def test_every_order_of_whatever_is_known_tells_the_same(at_once: bool) -> None:
    whole = all_at_once(WHOLE) if at_once else [news(*each) for each in WHOLE]
    assert {each.kind for each in whole} == set(get_args(Arrival.model_fields["kind"].annotation))
    for known in range(len(whole) + 1):
        for part in combinations(whole, known):
            expected = seen(*part)
            for order in permutations(part):
                twice = [each for one in order for each in (one, one)]
                assert seen(*order) == expected
                assert seen(*twice) == expected
                assert seen(*order, *reversed(order)) == expected


@pytest.mark.parametrize("at_once", [False, True], ids=["distinct instants", "one instant"])
def test_a_whole_visit_ends_with_nobody_there(at_once: bool) -> None:
    found = seen(*(all_at_once(WHOLE) if at_once else [news(*each) for each in WHOLE]))
    assert (found.waiting_since, found.staff_is_in) == (None, False)
    assert found.ended_at == HALF_PAST + timedelta(minutes=0 if at_once else 22)
    assert found.waited == (None if at_once else timedelta(minutes=9))


def test_a_client_who_comes_back_waits_again() -> None:
    back = seen(news("client_waiting", ANA, -10), news("client_left", ANA, -9), news("client_waiting", AGAIN, -5))
    assert (back.waiting_since, back.left_at) == (HALF_PAST - timedelta(minutes=5), None)


def test_a_window_opened_anew_waits_on_when_the_old_one_is_found_closed() -> None:
    found = seen(news("client_waiting", ANA, -10), news("client_waiting", AGAIN, -8), news("client_left", ANA, -7))
    assert (found.waiting_since, found.left_at) == (HALF_PAST - timedelta(minutes=8), None)


def test_a_client_has_left_when_no_client_is_there() -> None:
    both = [news("client_admitted", ANA, 0), news("client_admitted", AGAIN, 1), news("client_left", ANA, 5)]
    assert seen(*both).left_at is None
    assert seen(*both, news("client_left", AGAIN, 6)).left_at == HALF_PAST + timedelta(minutes=6)


def test_whoever_of_the_clients_is_let_in_the_waiting_is_over() -> None:
    found = seen(
        news("client_waiting", ANA, -10), news("client_waiting", AGAIN, -8), news("client_admitted", AGAIN, -1)
    )
    assert (found.waiting_since, found.waited) == (None, timedelta(minutes=9))


def test_staff_told_of_twice_are_one_and_leave_once() -> None:
    here = [news("staff_joined", KIM, -2), news("staff_joined", KIM, -1)]
    assert seen(*here).staff_is_in
    assert not seen(*here, news("staff_left", KIM, 3)).staff_is_in
    assert seen(*here, news("staff_joined", PATEL, 2), news("staff_left", KIM, 3)).staff_is_in


@pytest.mark.parametrize("kind", ["client_admitted", "client_left", "ended"])
def test_what_was_noted_by_hand_ends_with_graphs_own_news(kind: str) -> None:
    noted = news("client_waiting", "", -10).model_copy(update={"key": "by_hand:1"})
    assert seen(noted).waiting_since == noted.at
    assert seen(noted, news(kind, ANA, -1)).waiting_since is None


def test_a_call_that_goes_on_after_its_end_is_not_over() -> None:
    found = seen(news("ended", "ended", 5), news("staff_joined", KIM, 6))
    assert (found.ended_at, found.staff_is_in) == (None, True)


def test_news_of_an_earlier_time_of_the_visit_is_old() -> None:
    moved = visit(HALF_PAST + timedelta(days=1))
    assert not seen(news("client_waiting", ANA, -10), of=moved).is_known
