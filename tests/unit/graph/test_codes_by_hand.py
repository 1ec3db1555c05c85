"""The code that ends a sign-in by hand is good for one use, however many try at once."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

import pytest

from bot.graph.delegated import DelegatedTokens, Sealed, new_key
from bot.graph.sign_in_by_hand import SignInByHand
from bot.visits.errors import SignInNeeded
from tests.clock import HandClock
from tests.personas import JORDAN
from tests.unit.graph.conftest import NOW

WHO = JORDAN.object_id


class Granting:
    """Microsoft's page says yes; what was kept in the end is noted."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, bytes]] = []

    async def begin(self, redirect: str) -> dict[str, Any]:
        return {"state": "s", "auth_uri": "https://login.example/authorize"}

    async def granted(self, person: str, flow: Mapping[str, Any], answer: Mapping[str, str]) -> bytes:
        return b"grant"

    async def keep(self, person: str, grant: bytes) -> None:
        self.kept.append((person, grant))


class Shelf:
    """Handovers in memory. Every access lets whoever else is at it go on first, as a database does."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    async def put(self, key: str, sealed: bytes, *, until: datetime) -> None:
        await asyncio.sleep(0)
        self._kept[key] = sealed

    async def look(self, key: str, *, now: datetime) -> bytes | None:
        await asyncio.sleep(0)
        return self._kept.get(key)

    async def take(self, key: str, *, now: datetime) -> bytes | None:
        await asyncio.sleep(0)
        return self._kept.pop(key, None)


@pytest.fixture
def granting() -> Granting:
    return Granting()


@pytest.fixture
def by_hand(granting: Granting) -> SignInByHand:
    tokens = cast(DelegatedTokens, granting)
    return SignInByHand(tokens, Sealed(new_key()), Shelf(), HandClock(NOW), redirect="https://bot.example/auth/end")


async def code_for(by_hand: SignInByHand) -> str:
    await by_hand.begin(await by_hand.ask(WHO, "en"))
    return (await by_hand.finish({"state": "s"})).code


def another(code: str) -> str:
    return "000000" if code != "000000" else "000001"


@pytest.mark.parametrize("first", ["right", "wrong"])
async def test_a_wrong_code_at_the_same_moment_brings_a_used_one_back_for_nobody(
    by_hand: SignInByHand, granting: Granting, first: str
) -> None:
    code = await code_for(by_hand)
    both = (code, another(code)) if first == "right" else (another(code), code)
    await asyncio.gather(*(by_hand.confirm(WHO, each) for each in both), return_exceptions=True)
    assert await by_hand.awaits_code(WHO) is (granting.kept == [])


async def test_a_code_is_good_once_and_a_slip_before_it_costs_nothing(
    by_hand: SignInByHand, granting: Granting
) -> None:
    code = await code_for(by_hand)
    with pytest.raises(SignInNeeded):
        await by_hand.confirm(WHO, another(code))
    await by_hand.confirm(WHO, code)
    with pytest.raises(SignInNeeded):
        await by_hand.confirm(WHO, code)
    assert granting.kept == [(WHO, b"grant")]
