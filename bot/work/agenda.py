"""The morning agenda: once a day, at each staff member's own time on their own wall clock, if they have visits."""

import logging
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot.visits.models.clinic import StaffMember
from bot.visits.models.effects import EffectKind
from bot.work.due import day_of, morning, spread
from bot.work.kinds import Kinds, go_on_later
from bot.work.pieces import PATIENT, Json, Run
from bot.work.reminders import Office
from bot.work.sending import Message, Sending
from cards.list_card import agenda_card

log = logging.getLogger(__name__)

KIND = "agenda"
MOST_REMEMBERED = 10_000
AHEAD = timedelta(hours=26)
STILL_MORNING = timedelta(hours=3)
"""So much later it is still sent, as after a night of standing still."""
A_MINUTE = timedelta(seconds=50)


class Agendas:
    """Looks ahead a day at a time, so that a changed wish holds from the next morning on."""

    def __init__(self, engine: Kinds, office: Office, sending: Sending) -> None:
        self._engine = engine
        self._office = office
        self._sending = sending
        self._planned: set[str] = set()
        engine.on(KIND, self._tell, queue=PATIENT)

    async def plan(self) -> None:
        """Schedule everybody's next agenda. Repeating is harmless; call it every minute."""
        now = self._office.clock.now()
        if len(self._planned) > MOST_REMEMBERED:  # what is planned again is planned once all the same
            self._planned.clear()
        for staff in self._office.clinic.staff:
            wish = await self._wish(staff)
            if wish is None:
                continue
            at, zone = wish
            today = now.astimezone(ZoneInfo(zone)).date()
            for day in (today, today + timedelta(days=1)):
                due = _due(staff, day, at, zone)
                if now - STILL_MORNING < due < now + AHEAD:
                    await self._schedule(staff, day, at, zone, due)

    async def _schedule(self, staff: StaffMember, day: date, at: time, zone: str, due: datetime) -> None:
        work_id = f"{KIND}:{staff.id}:{day.isoformat()}:{at:%H%M}:{zone}"
        if work_id not in self._planned:
            payload = {"staff_id": staff.id, "day": day.isoformat(), "at": at.isoformat(), "zone": zone}
            await self._engine.schedule(KIND, work_id, payload, due=due)
            self._planned.add(work_id)

    async def _wish(self, staff: StaffMember) -> tuple[time, str] | None:
        """When on their wall clock, and where that hangs: as they chose, else the clinic's hour in their own zone."""
        chosen = await self._office.people.preferences(staff.id)
        at = chosen.agenda_at or self._office.clinic.agenda_at
        return None if at is None else (at, chosen.time_zone or staff.time_zone)

    async def _tell(self, run: Run, payload: Mapping[str, Json]) -> None:
        again = await run.step("tell", partial(self._send, payload))
        await go_on_later(self._engine, KIND, run.id, payload, [again])

    async def _send(self, payload: Mapping[str, Json]) -> str | None:
        """Send it, if this is still the hour they want it at. Returns when to look again."""
        office, now = self._office, self._office.clock.now()
        staff = office.clinic.staff_member(str(payload["staff_id"]))
        day, at, zone = date.fromisoformat(payload["day"]), time.fromisoformat(payload["at"]), str(payload["zone"])
        key = f"{KIND}:{payload['staff_id']}:{day.isoformat()}"
        message = Message(key, EffectKind.agenda, work=(KIND, payload))
        if staff is None or await self._wish(staff) != (at, zone):
            await self._sending.give_up(message, "superseded", only_if_begun=True)
            return None
        due = _due(staff, day, at, zone)
        if now < due:
            return due.isoformat()
        if now > due + STILL_MORNING:
            await self._sending.give_up(message, "too_late")
            return None
        since, until = day_of(day, zone)
        visits = await office.visits.between(since, until, staff_id=staff.id)
        theirs = [each for each in visits if not each.is_cancelled and each.ends_at > now]
        if not theirs:
            await self._sending.give_up(message, "superseded", only_if_begun=True)
            return None
        card = agenda_card(theirs, day, office.readers.of(await office.notifier.person(staff.id)), now=now)

        async def call() -> str:
            posted = await office.notifier.post(staff.id, card.content, summary=card.summary)
            return posted.activity_id

        sent = await self._sending.once(message, call)
        return sent.again_at.isoformat() if sent.again_at else None


def _due(staff: StaffMember, day: date, at: time, zone: str) -> datetime:
    return morning(day, at, zone) + spread(f"{staff.id}:{day.isoformat()}", A_MINUTE)
