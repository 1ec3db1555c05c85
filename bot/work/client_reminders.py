"""The client's reminder: Graph's own text behind its setting, else a nudge to staff who send it with one tap."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.visits.models.effects import EffectKind
from bot.visits.models.people import Person
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.messages import MessageRef, Notifier
from bot.visits.ports.store import VisitStore
from bot.work.agreeing import ShownCalendar, require_agreement
from bot.work.due import spread
from bot.work.kinds import Kinds, go_on_later
from bot.work.notices import TROUBLE, Notices
from bot.work.pieces import PATIENT, Json, Run
from bot.work.sending import IN_GRAPH, Message, Sending
from bot.work.visit_cards import CardsOfVisits
from cards.notice_cards import nudge_card
from cards.reader import Readers

log = logging.getLogger(__name__)

TEXT = "client_reminder"
NUDGE = "nudge"
EFFECT_OF = {TEXT: ("sms_reminder", EffectKind.sms_reminder), NUDGE: (NUDGE, EffectKind.reminder)}
TEXT_BEFORE = timedelta(minutes=16)
NUDGE_BEFORE = timedelta(minutes=60)
TOO_CLOSE = timedelta(minutes=2)
"""A text that comes any later than this before the start helps nobody."""
A_MINUTE = timedelta(seconds=50)


class ClientReminders:
    """At most one reminder text for each start of a visit, whoever begins it."""

    def __init__(
        self,
        engine: Kinds,
        calendar: ShownCalendar,
        visits: VisitStore,
        notifier: Notifier,
        readers: Readers,
        cards: CardsOfVisits,
        sending: Sending,
        notices: Notices,
        clock: Clock,
        *,
        by_itself: bool,
        can_text: Callable[[Visit], bool],
    ) -> None:
        """``by_itself``: whether the text goes out without a tap; ``can_text``: whether the visit's cloud has texts."""
        self._engine = engine
        self._calendar = calendar
        self._visits = visits
        self._notifier = notifier
        self._readers = readers
        self._cards = cards
        self._sending = sending
        self._notices = notices
        self._clock = clock
        self._by_itself = by_itself
        self._can_text = can_text
        engine.on(TEXT, self._run(TEXT, self._text), queue=PATIENT)
        engine.on(NUDGE, self._run(NUDGE, self._nudge), queue=PATIENT)

    async def plan_for(self, visit: Visit) -> None:
        """Schedule the text, or the nudge. Whoever was booked closer to the start has just been told."""
        if not self._may_text(visit):
            return
        kind, before = (TEXT, TEXT_BEFORE) if self._by_itself else (NUDGE, NUDGE_BEFORE)
        due = visit.starts_at - before + spread(f"{visit.id}:{kind}", A_MINUTE)
        if due > self._clock.now():
            payload = {"visit_id": visit.id, "schedule_version": visit.schedule_version, "due": due.isoformat()}
            await self._engine.schedule(kind, f"{kind}:{visit.id}:{visit.schedule_version}", payload, due=due)

    async def send_now(self, visit: Visit, *, by: Person) -> None:
        """Send the text, because a person said so. Two taps are one text."""
        payload = {"visit_id": visit.id, "schedule_version": visit.schedule_version, "by": by.id}
        await self._engine.start(TEXT, f"{TEXT}:{visit.id}:{visit.schedule_version}:asked", payload)

    def _may_text(self, visit: Visit) -> bool:
        return visit.is_to_be_texted and self._can_text(visit)

    def _run(
        self, kind: str, look: Callable[[Visit, Mapping[str, Json]], Awaitable[str | None]]
    ) -> Callable[[Run, Mapping[str, Json]], Awaitable[None]]:
        async def look_at(payload: Mapping[str, Json]) -> str | None:
            visit = await self._visits.visit(VisitId(str(payload["visit_id"])))
            if visit is None or not self._stands(visit, payload):
                name, effect = EFFECT_OF[kind]
                key = f"{name}:{payload['visit_id']}:{payload['schedule_version']}"
                state = await self._sending.give_up(Message(key, effect), "superseded", only_if_begun=True)
                if visit is not None and effect in TROUBLE and state is not None:
                    await self._notices.tell_of(visit, key, state)
                return None
            due = payload.get("due")
            if due and self._clock.now() < datetime.fromisoformat(due):
                return str(due)
            return await look(visit, payload)

        async def run(this: Run, payload: Mapping[str, Json]) -> None:
            again = await this.step("look", partial(look_at, payload))
            await go_on_later(self._engine, kind, this.id, payload, [again])

        return run

    def _stands(self, visit: Visit, payload: Mapping[str, Json]) -> bool:
        is_same = not visit.is_cancelled and visit.schedule_version == int(payload["schedule_version"])
        return is_same and self._may_text(visit) and self._clock.now() < visit.starts_at

    async def _text(self, visit: Visit, payload: Mapping[str, Json]) -> str | None:
        message = Message(
            f"sms_reminder:{visit.id}:{visit.schedule_version}",
            EffectKind.sms_reminder,
            visit.id,
            visit.schedule_version,
            requested_by=payload.get("by"),
            work=(TEXT, payload),
        )
        was_asked = "by" in payload
        if not was_asked and not self._knows_of(visit):
            await self._sending.give_up(message, "superseded")  # a reminder of what was never told only puzzles
            return None
        if not was_asked and self._clock.now() > visit.starts_at - TOO_CLOSE:
            await self._sending.give_up(message, "too_late")
            return None

        async def call() -> None:
            await require_agreement(self._calendar, visit, waits=not was_asked)
            await self._calendar.send_sms(visit, "reminder")

        sent = await self._sending.once(message, call, within=IN_GRAPH)
        await self._notices.tell_of(visit, message.key, sent.state, lacks=sent.lacks)
        await self._cards.bring_up_to_date(visit.id)
        return sent.again_at.isoformat() if sent.again_at else None

    def _knows_of(self, visit: Visit) -> bool:
        return visit.told is not None and visit.told.starts_at == visit.starts_at and visit.meeting_id is not None

    async def _nudge(self, visit: Visit, payload: Mapping[str, Json]) -> str | None:
        key = f"{NUDGE}:{visit.id}:{visit.schedule_version}"
        message = Message(key, EffectKind.reminder, visit.id, visit.schedule_version, work=(NUDGE, payload))
        viewer = visit.organizer.id
        card = nudge_card(visit, self._readers.of(await self._notifier.person(viewer)))

        async def call() -> str:
            posted = await self._notifier.post(viewer, card.content, summary=card.summary)
            return f"{posted.conversation_id}\n{posted.activity_id}"

        sent = await self._sending.once(message, call)
        if sent.is_done and sent.reference:
            conversation_id, _, activity_id = sent.reference.partition("\n")
            where = MessageRef(conversation_id=conversation_id, activity_id=activity_id)
            await self._cards.keep(visit.id, where, viewer=viewer)
        return sent.again_at.isoformat() if sent.again_at else None
