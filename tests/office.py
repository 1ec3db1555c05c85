"""The whole bot as production builds it, on the emulator, with a Teams that is a stub."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import httpx
from aiohttp.test_utils import TestClient, TestServer

from bot.clinic import ClinicFile, demo_clinic
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.faults import Fault
from bot.settings import Settings
from bot.teams.runs import Timing
from bot.visits.models.clinic import Clinic
from bot.visits.models.people import Client
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.wiring import Transports, build
from tests.clock import HandClock
from tests.connector import StubConnector
from tests.conversations.chat import Answer, Chat
from tests.personas import JORDAN, NADIA, SOFIA, Persona

MONDAY = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
"""Monday 23 November 2026, 9:00 in Los Angeles."""

BEFORE_DAWN = time(5, 30)
"""When the staff's agendas are due. At nine that is too long ago for one to come into a conversation by itself."""

PATIENT = Timing(budget=50, sign_in_budget=50)
"""A Teams that waits for every turn: how slow the machine is makes no answer an early one."""

_LONG_AGO, _FAR_OFF = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def lakeside() -> Clinic:
    """The demo clinic, with its receptionists as the only schedulers beside the staff, and with early risers."""
    receptionists = tuple(each.object_id for each in (JORDAN, SOFIA, NADIA))
    return demo_clinic().clinic.model_copy(update={"schedulers": receptionists, "agenda_at": BEFORE_DAWN})


class Office:
    """The bot, its outside world and its people. Its clock stands still unless a test puts it forward."""

    chats: type[Chat] = Chat
    """What a person's chat is."""

    def __init__(self, folder: Path, *, quiet_window_seconds: int = 0, desk_chat: str = "") -> None:
        """``folder`` keeps the database over restarts; ``desk_chat`` is the chat that hears what needs somebody."""
        self.clock = HandClock(MONDAY)
        self.connector = StubConnector()
        self.emulator = GraphEmulator(clock=self.clock)
        self._settings = Settings(
            database=str(folder / "app.db"),
            emulator=True,
            quiet_window_seconds=quiet_window_seconds,
            desk_chat=desk_chat,
        )
        self._client: TestClient[Any, Any] | None = None

    # --- the bot ---

    async def __aenter__(self) -> Self:
        try:
            await self.opens()
        except BaseException:
            await self.closes()
            raise
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.closes()

    async def opens(self) -> None:
        """Start the bot."""
        await self.serves()
        await self.app.start()

    async def serves(self) -> None:
        """Answer at the door, as the bot does before it has started."""
        self.app = await build(
            self._settings,
            clock=self.clock,
            transports=Transports(
                connector=httpx.MockTransport(self.connector.handle), emulator=self.emulator, timing=PATIENT
            ),
            clinic_file=ClinicFile(clinic=lakeside()),
        )
        self._client = TestClient(TestServer(self.app.web))
        await self._client.start_server()

    async def closes(self) -> None:
        """Stop the bot."""
        await self.leaves()
        await self.app.stop()

    async def leaves(self) -> None:
        """Answer at the door no more."""
        if self._client is not None:
            await self._client.close()

    async def restarts(self) -> None:
        """Stop the bot and start it again on the same database."""
        await self.closes()
        await self.opens()

    async def settles(self) -> None:
        """Wait until nothing is under way."""
        await self.app.idle()

    def chat_with(
        self,
        persona: Persona,
        *,
        conversation_id: str | None = None,
        kind: str = "personal",
        old_client: bool = False,
    ) -> Chat:
        """A chat of this person with the bot: their own unless told otherwise."""
        return self.chats(
            persona, self._door, self.connector, conversation_id=conversation_id, kind=kind, old_client=old_client
        )

    async def asks(self, path: str) -> tuple[int, dict[str, Any]]:
        """Status and JSON of a page of the bot's own, as a load balancer gets them."""
        assert self._client is not None
        async with self._client.get(path) as answer:
            return answer.status, await answer.json()

    async def _door(self, activity: dict[str, Any]) -> Answer:
        assert self._client is not None
        async with self._client.post("/api/messages", json=activity) as response:
            body = await response.json() if response.content_type == "application/json" else None
            return Answer(response.status, body if isinstance(body, dict) else None)

    async def time_passes(self, **span: float) -> None:
        """Put the clock forward, and let everything happen that is due by then: ``time_passes(seconds=20)``."""
        await self.settles()
        self.clock.advance(**span)
        for visit in await self.all_visits():
            await self.app.work.go_on(visit.id)
        await self.settles()

    async def all_visits(self) -> Sequence[Visit]:
        """Every visit's row."""
        return await self.app.store.between(_LONG_AGO, _FAR_OFF)

    # --- what goes on outside ---

    def keeps_busy(self, mailbox: str, since: str, until: str) -> None:
        """Somebody puts an appointment of their own into a calendar."""
        self.emulator.block(mailbox, datetime.fromisoformat(since), datetime.fromisoformat(until))

    def frees(self, mailbox: str) -> None:
        """Everything that somebody put into a calendar by hand is taken out again."""
        user = next(each for each in self.emulator.world.users if each.answers_to(mailbox))
        user.busy = ()

    def fails(self, method: str, path: str, *, status: int, times: int = 1) -> None:
        """Graph fails calls whose path matches."""
        self.emulator.faults.add(Fault(method=method, path=path, status=status, times=times))

    def loses_answers(self, method: str, path: str) -> None:
        """Graph does what the next matching call asks, but its answer is lost."""
        self.emulator.faults.add(Fault(method=method, path=path, drop_after_commit=True))

    def works_again(self) -> None:
        """Graph fails no more."""
        self.emulator.faults.clear()

    async def has_visit(self, client: str, starts_at: str) -> None:
        """A visit with Dr Kim is there already."""
        clinic = self.app.clinic
        visit = Visit(
            id=VisitId(uuid4().hex),
            client=Client(name=client, time_zone=clinic.time_zone),
            organizer=clinic.staff[0],
            type_name="Follow-up",
            starts_at=datetime.fromisoformat(starts_at),
            duration=timedelta(minutes=30),
            time_zone=clinic.time_zone,
            text_client=False,
            requested_by=clinic.staff[0].id,
            created_at=self.clock.now(),
        )
        await self.app.store.insert(visit, check_overlap=False)

    # --- what the outside world saw ---

    def world(self) -> dict[str, Any]:
        """Everything, as the emulator shows it."""
        return self.emulator.snapshot()

    def events(self) -> list[dict[str, Any]]:
        """Every event ever made."""
        return list(self.world()["events"])

    def sms(self) -> list[tuple[str, str]]:
        """Every text message: to which number, of which kind."""
        return [(each["phone"], each["type"]) for each in self.world()["sms"]]

    def join_links(self) -> list[str]:
        """Where each meeting is joined."""
        return [each["join_url"] for each in self.world()["meetings"]]

    def came_before(self, first: str, second: str) -> bool:
        """Whether the last Graph request that holds ``first`` came before the last with ``second``."""
        requests = [f"{each['method']} {each['path']}" for each in self.world()["requests"]]
        return _last(requests, first) < _last(requests, second)


def _last(requests: list[str], part: str) -> int:
    return max(place for place, request in enumerate(requests) if part in request)
