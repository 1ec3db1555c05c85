"""The organizer hears once that the client waits, whatever dies in between; the desk hears when nobody knows."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.store.arrivals import SqlArrivals
from bot.store.engine import Database
from bot.visits.errors import ChatBusy, OutcomeUnknown, RecipientUnreachable
from bot.visits.models.effects import EffectState
from bot.visits.models.people import Person
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.arrivals import Arrival
from bot.visits.ports.messages import MessageRef
from bot.work.arrivals import ArrivalDesk
from bot.work.reminders import Office
from bot.work.visit_cards import CardsOfVisits
from bot.work.waiting import Waiting
from tests.clock import HandClock
from tests.unit.work.morning import ADMIN, DESK, EIGHT, KIM, NINE, Chats, Morning
from tests.unit.work.world import Killed

HERE = NINE - timedelta(minutes=5)


class Door(Morning):
    """The morning, with news of who came."""

    def process(self, owner: str) -> None:
        """A process takes over."""
        super().process(owner)
        office = Office(
            clinic=self.clinic,
            visits=self.store,
            people=self.wishes,
            notifier=self.chats,
            readers=self.readers,
            cards=self.cards,
            clock=self.clock,
        )
        self.waiting = Waiting(self.engine, office, self.sending, self.reminders.notices, self.came)
        visits: Any = _Visits(self)
        self.desk = ArrivalDesk(self.came, visits, self.cards, self.waiting, self.clock)

    def __init__(self, database: Database) -> None:
        self.news = 0
        self.broken: VisitId | None = None
        """The visit that cannot be read, as no edge foresaw."""
        self._database = database
        super().__init__(database, reminders=())

    @property
    def came(self) -> SqlArrivals:
        """What is kept of who came."""
        return SqlArrivals(self._database, self.clock)

    async def hears(self, visit: Visit, kind: str, *, at: datetime | None = None, dies: bool = False) -> None:
        """News comes; the process may die once it is noted."""
        self.news += 1
        moment, who = at or self.clock.now(), "kim" if kind.startswith("staff") else "ana"
        arrival = Arrival.model_validate(
            {"visit_id": visit.id, "kind": kind, "at": moment, "key": f"{self.news}:{who}"}
        )
        if dies:
            await self.came.note(arrival)
            return
        await self.desk.arrived(arrival)
        await self.desk.settled()

    async def waits_until(self, moment: datetime) -> None:
        """Time passes, and the rounds look every ten seconds."""
        while self.clock.now() < moment:
            await self.goes_until(min(moment, self.clock.now() + timedelta(seconds=10)))
            await self.desk.look()
            await self.goes_until(self.clock.now())

    def told(self) -> int:
        """How often Dr Kim was told."""
        return len(self.chats.told(KIM.object_id))

    async def state(self, visit: Visit) -> EffectState:
        """Where the message stands."""
        return (await self.effect(f"client_waits:{visit.id}:{visit.schedule_version}")).state


class _Visits:
    """The store as the desk sees it."""

    def __init__(self, door: Door) -> None:
        self._door = door

    async def visit(self, visit_id: VisitId) -> Visit | None:
        if visit_id == self._door.broken:
            raise ValueError
        return await self._door.store.visit(visit_id)


@pytest.fixture
async def door(database: Database) -> Door:
    return Door(database)


async def at_nine(door: Door) -> Visit:
    visit = await door.books()
    await door.goes_until(HERE)
    return visit


async def test_the_organizer_is_told_once_however_often_the_client_comes(door: Door) -> None:
    visit = await at_nine(door)
    for kind in ("client_waiting", "client_left", "client_waiting"):
        await door.hears(visit, kind)
        await door.waits_until(door.clock.now() + timedelta(seconds=30))
    assert door.told() == 1
    assert await door.state(visit) is EffectState.done


async def test_news_whose_process_died_is_followed_by_the_next(door: Door) -> None:
    visit = await at_nine(door)
    await door.hears(visit, "client_waiting", dies=True)
    door.process("B")
    await door.waits_until(door.clock.now() + timedelta(minutes=1))
    assert door.told() == 1


async def test_news_that_cannot_be_followed_holds_up_no_other_and_is_followed_later(
    door: Door,
) -> None:
    first, second = await door.books(), await door.books(NINE + timedelta(minutes=30))
    await door.goes_until(HERE)
    for visit in (first, second):
        await door.hears(visit, "client_waiting", dies=True)
    door.broken = first.id
    await door.waits_until(door.clock.now() + timedelta(minutes=1))
    assert await door.state(second) is EffectState.done
    assert door.told() == 1
    door.broken = None
    await door.waits_until(door.clock.now() + timedelta(seconds=30))
    assert door.told() == 2


@pytest.mark.parametrize("moment", ["intended", "called", "noted"])
async def test_it_survives_a_crash_at_any_moment_and_is_never_sent_twice(door: Door, moment: str) -> None:
    visit = await at_nine(door)
    door.moment = f"client_waits.{moment}"
    await door.hears(visit, "client_waiting")
    with pytest.raises(Killed):
        await door.goes_until(door.clock.now())
    door.process("B")
    await door.waits_until(door.clock.now() + timedelta(minutes=3))
    assert door.told() == (0 if moment == "intended" else 1)
    expected = EffectState.done if moment == "noted" else EffectState.unknown
    assert await door.state(visit) is expected
    assert len(door.chats.told(DESK)) == (0 if moment == "noted" else 1)


async def test_where_nobody_knows_whether_it_came_the_desk_hears_that_somebody_waits(door: Door) -> None:
    visit = await at_nine(door)
    door.chats.lost = [OutcomeUnknown()]
    await door.hears(visit, "client_waiting")
    await door.waits_until(NINE)
    assert (door.told(), len(door.chats.told(DESK))) == (1, 1)
    assert [row.key for row in await door.ledger.open_or_amiss()] == [f"client_waits:{visit.id}:1"]


async def test_an_organizer_who_cannot_be_reached_is_told_to_the_desk(door: Door) -> None:
    visit = await at_nine(door)
    door.chats.failures[KIM.object_id] = [RecipientUnreachable("blocked_by_user")]
    await door.hears(visit, "client_waiting")
    await door.waits_until(NINE)
    assert (door.told(), len(door.chats.told(DESK)), len(door.chats.told(ADMIN))) == (0, 1, 0)


async def test_while_teams_is_busy_it_is_tried_again_and_after_five_minutes_the_desk_hears_too(door: Door) -> None:
    visit = await at_nine(door)
    door.chats.failures[KIM.object_id] = [ChatBusy(60)] * 7
    await door.hears(visit, "client_waiting")
    await door.waits_until(HERE + timedelta(minutes=4))
    assert (door.told(), len(door.chats.told(DESK))) == (0, 0)
    await door.waits_until(HERE + timedelta(minutes=10))
    assert (door.told(), len(door.chats.told(DESK))) == (1, 1)


@pytest.mark.parametrize("kind", ["client_admitted", "client_left", "staff_joined", "ended"])
async def test_whoever_waits_no_more_is_not_told_of(door: Door, kind: str) -> None:
    visit = await at_nine(door)
    door.chats.failures[KIM.object_id] = [ChatBusy(20)]
    await door.hears(visit, "client_waiting")
    await door.goes_until(door.clock.now())
    await door.hears(visit, kind, at=door.clock.now() + timedelta(seconds=5))
    await door.waits_until(NINE)
    assert (door.told(), len(door.chats.told(DESK))) == (0, 0)


async def test_a_client_left_alone_by_staff_is_told_of(door: Door) -> None:
    visit = await at_nine(door)
    for kind in ("staff_joined", "client_waiting"):
        await door.hears(visit, kind)
        await door.waits_until(door.clock.now() + timedelta(seconds=30))
    assert door.told() == 0
    await door.hears(visit, "staff_left")
    await door.waits_until(door.clock.now() + timedelta(seconds=30))
    assert door.told() == 1


async def test_news_of_a_visit_that_was_moved_since_is_not_told(door: Door) -> None:
    visit = await at_nine(door)
    door.chats.failures[KIM.object_id] = [ChatBusy(20)]
    await door.hears(visit, "client_waiting")
    await door.goes_until(door.clock.now())
    await door.moves(visit, EIGHT + timedelta(hours=6))
    await door.waits_until(NINE)
    assert door.told() == 0


class SlowToKnow(Chats):
    """Whoever asks first who reads is told once it goes on."""

    def __init__(self, clock: HandClock) -> None:
        super().__init__(clock)
        self.asked, self.goes_on = asyncio.Event(), asyncio.Event()

    async def person(self, object_id: str) -> Person | None:
        if not self.asked.is_set():
            self.asked.set()
            await self.goes_on.wait()
        return None


async def test_a_message_that_is_just_being_kept_is_not_drawn_over(door: Door) -> None:
    visit = await at_nine(door)
    chats = SlowToKnow(door.clock)
    cards = CardsOfVisits(door.rows, door.store, door.ledger, chats, door.readers, door.clock)
    where = MessageRef(conversation_id="a:kim", activity_id="1")
    keeping = asyncio.create_task(cards.keep(visit.id, where, viewer=KIM.object_id))
    await chats.asked.wait()
    refreshing = asyncio.create_task(cards.refresh(visit))
    await asyncio.wait({refreshing}, timeout=0.5)  # it waits for its turn, and would be done by then if it did not
    chats.goes_on.set()
    await asyncio.gather(keeping, refreshing)
    assert chats.edits == []
