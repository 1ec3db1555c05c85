"""Running late: the desk hears it, and the client who has an address gets an e-mail from the organizer."""

from collections.abc import Mapping
from functools import partial

from bot.clock import Clock
from bot.strings.translate import Translator
from bot.strings.words import moment_in_words
from bot.visits.errors import VisitOver
from bot.visits.models.effects import EffectKind, LateTold
from bot.visits.models.people import Person
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.calendar import Mailer
from bot.visits.ports.store import VisitStore
from bot.work.kinds import Kinds, go_on_later
from bot.work.notices import Notices
from bot.work.pieces import Json, Run
from bot.work.sending import IN_GRAPH, Message, Sending

KIND = "running_late"


class RunningLate:
    """Once for each version of a visit, however often it is pressed, and never once it is over."""

    def __init__(
        self, engine: Kinds, sending: Sending, visits: VisitStore, mailer: Mailer, notices: Notices, clock: Clock
    ) -> None:
        self._engine = engine
        self._sending = sending
        self._visits = visits
        self._mailer = mailer
        self._notices = notices
        self._clock = clock
        engine.on(KIND, self._tell)

    async def begin(self, visit: Visit, *, by: Person) -> LateTold:
        """Have it told, durably. Returns who hears it. Raises VisitOver."""
        if visit.ends_at <= self._clock.now():
            raise VisitOver()
        payload = {"visit_id": visit.id, "version": visit.version, "by": by.id}
        await self._engine.start(KIND, f"{KIND}:{visit.id}:{visit.version}", payload)
        return LateTold(desk=self._notices.reaches_desk, client=visit.client.email is not None)

    async def _tell(self, run: Run, payload: Mapping[str, Json]) -> None:
        await run.step("desk", partial(self._tell_desk, payload))
        again = await run.step("mail", partial(self._mail, payload))
        await go_on_later(self._engine, KIND, run.id, payload, [again])

    async def _visit(self, payload: Mapping[str, Json]) -> Visit | None:
        """The visit, while it is any use to know that somebody is late for it."""
        visit = await self._visits.visit(VisitId(str(payload["visit_id"])))
        is_past = visit is None or visit.is_cancelled or visit.ends_at <= self._clock.now()
        return None if is_past else visit

    async def _tell_desk(self, payload: Mapping[str, Json]) -> None:
        visit = await self._visit(payload)
        if visit is not None:
            await self._notices.tell(visit, "running_late", f"late:{visit.id}:{payload['version']}")

    async def _mail(self, payload: Mapping[str, Json]) -> str | None:
        visit = await self._visit(payload)
        key = f"late_email:{payload['visit_id']}:{payload['version']}"
        if visit is None or not visit.client.email:
            await self._sending.give_up(Message(key, EffectKind.late_email), "too_late", only_if_begun=True)
            return None
        t = Translator(visit.client.language)
        when = moment_in_words(visit.starts_at, visit.client.time_zone, t)
        staff = visit.organizer.display_name

        async def call() -> None:
            subject = t("reminder.late_subject", staff=staff)
            await self._mailer.email_client(
                visit, subject=subject, text=t("reminder.late_text", staff=staff, when=when)
            )

        message = Message(
            key,
            EffectKind.late_email,
            visit.id,
            visit.schedule_version,
            requested_by=str(payload["by"]),
            work=(KIND, payload),
        )
        sent = await self._sending.once(message, call, within=IN_GRAPH)
        await self._notices.tell_of(visit, message.key, sent.state, lacks=sent.lacks)
        return sent.again_at.isoformat() if sent.again_at else None
