"""Teams is answered while Graph holds its answer: no turn waits for Microsoft longer than Teams waits for the turn."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.faults import Fault
from bot.teams.runs import Timing
from tests.conversations.ana import BOOKED
from tests.office import Office
from tests.personas import JORDAN

TEAMS_WAITS = 3.0
"""Seconds that a turn may take before Teams calls it lost, by our own reckoning; its budget must be shorter."""


class SlowOffice(Office):
    """A Graph whose answers lie on the way until they are let go."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._goes_on = asyncio.Event()
        self.emulator = GraphEmulator(clock=self.clock, sleep=self._held)

    def stalls(self, path: str = "") -> None:
        """From now on what is asked of these paths is answered when ``goes_on`` says so."""
        self.emulator.faults.add(Fault(path=path, delay_s=1, times=1000))

    def goes_on(self) -> None:
        """Everything asked is answered."""
        self.emulator.faults.clear()
        self._goes_on.set()

    async def _held(self, seconds: float) -> None:
        await self._goes_on.wait()


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[SlowOffice]:
    async with SlowOffice(tmp_path) as office:
        yield office
        office.goes_on()


def test_a_turn_is_let_go_before_teams_gives_it_up() -> None:
    assert Timing().budget < TEAMS_WAITS


async def test_a_message_is_answered_although_no_calendar_is(office: SlowOffice) -> None:
    chat = office.chat_with(JORDAN)
    office.stalls()
    answer = await chat.says("book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2")
    assert answer.status in (200, 202)
    await chat.plays("""
        Bot: [card] Please check: …
            shows could not be read
    """)


async def test_book_is_answered_at_once_and_the_card_follows_when_graph_does(office: SlowOffice) -> None:
    chat = office.chat_with(JORDAN)
    await chat.plays("""
        Jordan: book Ana Ruiz 206-555-0142 follow-up with Dr Kim Friday half past 2
        Bot: [card] Please check: …
    """)
    office.stalls("/events$")
    answer = await chat.taps("Book")
    assert (answer.status, (answer.body or {})["type"]) == (200, "application/vnd.microsoft.card.adaptive")
    assert office.sms() == []
    office.goes_on()
    await chat.plays(f"    Bot: [same card] {BOOKED}\n        shows Confirmation accepted by Microsoft")
    await office.settles()
    assert len(office.events()) == 1
