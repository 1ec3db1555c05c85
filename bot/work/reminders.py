"""What is told before a visit begins: its organizer is reminded, the client is texted, the desk hears who is late.

Everything is judged when it is sent, not when it was planned: a visit that was moved, called off or has begun is not
reminded of. Whoever changed the visit planned reminders of their own.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, Self

from bot.clock import Clock
from bot.store.effects import EffectRow, SqlLedger
from bot.visits.models.clinic import Clinic
from bot.visits.models.effects import EffectKind, EffectState, LateTold
from bot.visits.models.people import Person
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.calendar import Mailer
from bot.visits.ports.messages import MessageRef, Notifier
from bot.visits.ports.store import People, VisitStore
from bot.work.agreeing import ShownCalendar
from bot.work.client_reminders import ClientReminders
from bot.work.due import minutes_of, nearer_is_due, reminder_due, wanted_reminders
from bot.work.kinds import Kinds, go_on_later
from bot.work.notices import Notices
from bot.work.ops import Op
from bot.work.pieces import PATIENT, Json, Run
from bot.work.running_late import RunningLate
from bot.work.sending import Message, Sending
from bot.work.visit_cards import CardsOfVisits
from cards.elements import Card
from cards.notice_cards import reminder_card
from cards.reader import Readers

log = logging.getLogger(__name__)

KIND = "reminder"


class Outside(ShownCalendar, Mailer, Protocol):
    """What texts and writes to clients, and shows the calendar as it is."""


@dataclass(frozen=True)
class Office:
    """Whom reminders are for, and what they speak to."""

    clinic: Clinic
    visits: VisitStore
    people: People
    notifier: Notifier
    readers: Readers
    cards: CardsOfVisits
    clock: Clock

    async def post(self, viewer: str, card: Card) -> str:
        """Put up a card in a person's own chat; returns a reference to where it stands."""
        posted = await self.notifier.post(viewer, card.content, summary=card.summary)
        return f"{posted.conversation_id}\n{posted.activity_id}"

    async def follow(self, visit_id: VisitId, reference: str, *, viewer: str) -> None:
        """From the visit's next change on, the message shows the visit as it stands."""
        conversation_id, _, activity_id = reference.partition("\n")
        where = MessageRef(conversation_id=conversation_id, activity_id=activity_id)
        await self.cards.keep(visit_id, where, viewer=viewer)


class Reminders:
    """Implements ``bot.work.service.Reminding``."""

    def __init__(
        self,
        engine: Kinds,
        office: Office,
        sending: Sending,
        ledger: SqlLedger,
        notices: Notices,
        to_clients: ClientReminders,
        running_late: RunningLate,
    ) -> None:
        self._engine = engine
        self._office = office
        self._sending = sending
        self._ledger = ledger
        self._notices = notices
        self._to_clients = to_clients
        self._running_late = running_late
        engine.on(KIND, self._remind, queue=PATIENT)

    @classmethod
    def of(
        cls,
        engine: Kinds,
        office: Office,
        outside: Outside,
        sending: Sending,
        ledger: SqlLedger,
        *,
        desk_chat: str = "",
        admins: Sequence[str] = (),
        texts_by_itself: bool = False,
        can_text: Callable[[Visit], bool] = lambda _: True,
    ) -> Self:
        """Put together, every kind registered with the engine."""
        notices = Notices(
            engine, sending, office.visits, office.notifier, office.readers, desk_chat=desk_chat, admins=admins
        )
        to_clients = ClientReminders(
            engine,
            outside,
            office.visits,
            office.notifier,
            office.readers,
            office.cards,
            sending,
            notices,
            office.clock,
            by_itself=texts_by_itself,
            can_text=can_text,
        )
        late = RunningLate(engine, sending, office.visits, outside, notices, office.clock)
        return cls(engine, office, sending, ledger, notices, to_clients, late)

    @property
    def notices(self) -> Notices:
        """Tells the desk."""
        return self._notices

    async def plan_for(self, visit: Visit) -> None:
        """Schedule the reminders of the visit as it stands, resume what a person has retried, and have the desk told
        of what went wrong. Repeating is harmless.
        """
        rows = await self._ledger.rows_of(visit.id)
        await self._notices.tell_of_trouble(visit, rows)
        for row in rows:
            if row.state is EffectState.waiting and row.attempts == 0:
                await self.begin_again(row)
        if visit.is_cancelled or self._office.clock.now() >= visit.starts_at:
            return
        for before in await self.wanted(visit):
            await self.schedule(visit, before)
        await self._to_clients.plan_for(visit)

    async def schedule(self, visit: Visit, before: timedelta) -> None:
        """Plan one reminder; again is once."""
        payload = {
            "visit_id": visit.id,
            "minutes": minutes_of(before),
            "schedule_version": visit.schedule_version,
        }
        await self._engine.schedule(KIND, key_of(visit, before), payload, due=reminder_due(visit, before))

    async def begin_again(self, row: EffectRow) -> None:
        """Begin the work of a single message again, as a person or the sweep wants it."""
        work = row.payload or {}
        if _is_planned(row) or "kind" not in work:
            return
        work_id = f"again:{int(row.updated_at.timestamp() * 1000)}:{row.key}"
        await self._engine.start(str(work["kind"]), work_id, work["payload"])

    async def running_late(self, visit: Visit, *, by: Person) -> LateTold:
        """Tell the desk, and by e-mail the client who has an address, once for each version of the visit."""
        return await self._running_late.begin(visit, by=by)

    async def send_reminder(self, visit: Visit, *, by: Person) -> None:
        """Have the client's reminder text sent now, because a person said so."""
        await self._to_clients.send_now(visit, by=by)

    async def wanted(self, visit: Visit) -> tuple[timedelta, ...]:
        """How long before the visit its organizer is reminded."""
        chosen = await self._office.people.preferences(visit.organizer.id)
        return wanted_reminders(visit, self._office.clinic, chosen)

    # --- at the time ------------------------------------------------------------------------------

    async def _remind(self, run: Run, payload: Mapping[str, Json]) -> None:
        again = await run.step("remind", partial(self._send, payload))
        await go_on_later(self._engine, KIND, run.id, payload, [again])

    async def _send(self, payload: Mapping[str, Json]) -> str | None:
        """Remind, if it is time and still true. Returns when to look again."""
        office, now = self._office, self._office.clock.now()
        before = timedelta(minutes=int(payload["minutes"]))
        visit = await office.visits.visit(VisitId(str(payload["visit_id"])))
        if visit is None:
            return None
        key = f"{KIND}:{visit.id}:{payload['minutes']}:{payload['schedule_version']}"
        message = Message(key, EffectKind.reminder, visit.id, int(payload["schedule_version"]), work=(KIND, payload))
        due = reminder_due(visit, before)
        verdict = await self._verdict(visit, before, int(payload["schedule_version"]), now)
        if verdict is not None:
            log.info("reminder.not_sent", extra={"effect": key, "reason": verdict})
            await self._sending.give_up(message, verdict, only_if_begun=verdict == "superseded")
            return None
        if now < due:
            return due.isoformat()
        viewer = visit.organizer.id
        card = reminder_card(visit, office.readers.of(await office.notifier.person(viewer)))

        sent = await self._sending.once(message, partial(office.post, viewer, card))
        if sent.is_done and sent.reference:
            await office.follow(visit.id, sent.reference, viewer=viewer)
        if sent.state is EffectState.failed:
            what = "unreachable" if sent.code == "recipient_unreachable" else "reminder_missed"
            await self._notices.tell(visit, what, key, admins=True)
        return sent.again_at.isoformat() if sent.again_at else None

    async def _verdict(self, visit: Visit, before: timedelta, schedule_version: int, now: datetime) -> str | None:
        """Why it is not sent; None where it is."""
        if visit.is_cancelled or visit.schedule_version != schedule_version:
            return "superseded"
        if now >= visit.starts_at:
            return "too_late"
        wanted = await self.wanted(visit)
        if before not in wanted or nearer_is_due(visit, before, wanted, now):
            return "superseded"
        made_at = visit.changed_at or visit.created_at
        if visit.requested_by == visit.organizer.id and made_at >= reminder_due(visit, before):
            return "superseded"  # they have just made it themselves, closer to its start than this
        return None


def key_of(visit: Visit, before: timedelta) -> str:
    """The reminder's id, in the engine and in the ledger."""
    return f"{KIND}:{visit.id}:{minutes_of(before)}:{visit.schedule_version}"


def _is_planned(row: EffectRow) -> bool:
    """Whether a visit's plan takes care of it."""
    return row.key.partition(":")[0] in Op.__members__
