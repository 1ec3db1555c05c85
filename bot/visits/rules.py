"""What may be booked when: pure rules over a wanted slot and what is known around it.

Objections carry facts, and words are made of them elsewhere. A fact whose name ends in ``_at`` is an instant in ISO
format, ``day`` is an ISO date, ``opens`` and ``closes`` are wall times of the clinic's zone, ``visit_id`` is a visit:

- ``past``: ``now_at``
- ``closed_day``: ``day``
- ``outside_hours``: ``day``, ``opens``, ``closes`` (the span of the day that is nearest)
- ``busy``: ``staff``, ``since_at``, ``until_at``, ``status``
- ``overlaps_visit``: ``staff``, ``client``, ``since_at``, ``until_at``, ``visit_id``
- ``buffer``: as ``busy`` or ``overlaps_visit``, with ``minutes``, the longest buffer around the wanted slot
- ``client_busy``: ``client``, ``staff``, ``since_at``, ``until_at``, ``visit_id``
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.visits.models import BusySpan, Client, Clinic, Frozen, Instant, Objection, OpenSpan, Slot, StaffMember, Visit
from bot.visits.names import same_client

NOT_IN_THE_WAY = frozenset({"free", "workingElsewhere"})
"""Calendar states that leave a slot free; tentative and unknown ones do not."""

Code = Literal["past", "closed_day", "outside_hours", "busy", "overlaps_visit", "buffer", "client_busy"]


class Wanted(Frozen):
    """A slot somebody would like, with whom and for whom."""

    slot: Slot
    staff: StaffMember
    client: Client | None = None
    buffer_before: timedelta = timedelta(0)
    buffer_after: timedelta = timedelta(0)
    own: Visit | None = None
    """The visit that would move here, so that it does not stand in its own way."""

    @property
    def guarded(self) -> Slot:
        """The slot together with its buffers."""
        length = self.buffer_before + self.slot.duration + self.buffer_after
        return Slot(starts_at=self.slot.starts_at - self.buffer_before, duration=length)

    def at(self, starts_at: datetime) -> "Wanted":
        """The same at another time."""
        return self.model_copy(update={"slot": Slot(starts_at=starts_at, duration=self.slot.duration)})


class Surroundings(Frozen):
    """What is known around a wanted slot."""

    now: Instant
    busy: tuple[BusySpan, ...] = ()
    """The staff member's calendar."""
    visits: tuple[Visit, ...] = ()
    """Our own visits, of this staff member and of this client; those of others are looked past."""

    def in_the_way(self, wanted: Wanted) -> tuple[Visit, ...]:
        """The visits of the same organizer that could collide with the wanted slot."""
        mine = wanted.own.id if wanted.own else None
        return tuple(
            each
            for each in self.visits
            if not each.is_cancelled and each.id != mine and each.organizer.id == wanted.staff.id
        )

    def of_client(self, wanted: Wanted) -> tuple[Visit, ...]:
        """The client's other visits, with whomever."""
        client = wanted.client
        if client is None:
            return ()
        mine = wanted.own.id if wanted.own else None
        return tuple(
            each
            for each in self.visits
            if not each.is_cancelled and each.id != mine and same_client(each.client, client)
        )

    def foreign(self, wanted: Wanted) -> tuple[BusySpan, ...]:
        """The calendar without our own visits: they are judged as visits, and a moving one is not in its own way.

        One span is left out for each visit, so that an event beside it at the same time still counts.
        """
        left = [each for each in self.busy if each.status not in NOT_IN_THE_WAY and each.starts_at < each.ends_at]
        ours = (*self.in_the_way(wanted), *((wanted.own,) if wanted.own else ()))
        for visit in ours:
            span = _in_calendar(visit)
            match = next((each for each in left if (each.starts_at, each.ends_at) == span), None)
            if match is not None:
                left.remove(match)
        return tuple(left)


def _in_calendar(visit: Visit) -> tuple[datetime, datetime]:
    """The stretch under which the visit's own event shows in the calendar."""
    starts_at = visit.calendar_starts_at or visit.starts_at
    return starts_at, starts_at + (visit.calendar_duration or visit.duration)


def objections_to(wanted: Wanted, around: Surroundings, clinic: Clinic) -> tuple[Objection, ...]:
    """Everything that speaks against the slot, gravest first; nothing when it is free."""
    return (
        *_past(wanted, around),
        *_hours(wanted, clinic),
        *collisions(wanted, around),
        *_calendar(wanted, around),
        *_client(wanted, around),
    )


def _past(wanted: Wanted, around: Surroundings) -> Iterator[Objection]:
    if wanted.slot.starts_at < around.now:
        yield Objection(code="past", can_override=False, facts={"now_at": around.now.isoformat()})


def _hours(wanted: Wanted, clinic: Clinic) -> Iterator[Objection]:
    day = wanted.slot.starts_at.astimezone(ZoneInfo(clinic.time_zone)).date()
    spans = clinic.office_hours.on(day)
    if not spans:
        yield Objection(code="closed_day", can_override=True, facts={"day": day.isoformat()})
        return
    opened = [(each, *open_between(each, day, clinic)) for each in spans]
    if any(opens <= wanted.slot.starts_at and wanted.slot.ends_at <= closes for _, opens, closes in opened):
        return
    nearest = min(
        opened, key=lambda each: max(each[1] - wanted.slot.starts_at, wanted.slot.ends_at - each[2], timedelta(0))
    )[0]
    facts = {"day": day.isoformat(), "opens": f"{nearest.opens:%H:%M}", "closes": f"{nearest.closes:%H:%M}"}
    yield Objection(code="outside_hours", can_override=True, facts=facts)


def open_between(span: OpenSpan, day: date, clinic: Clinic) -> tuple[datetime, datetime]:
    """The instants at which a span of a day opens and closes, whatever the clock does that day."""
    zone = ZoneInfo(clinic.time_zone)
    opens = datetime.combine(day, span.opens, zone)
    closes = datetime.combine(day, span.closes, zone).replace(fold=1)
    return opens.astimezone(ZoneInfo("UTC")), closes.astimezone(ZoneInfo("UTC"))


def collisions(wanted: Wanted, around: Surroundings) -> Iterator[Objection]:
    """The objections that our own visits of the same organizer make."""
    for visit in around.in_the_way(wanted):
        facts = {
            "staff": visit.organizer.display_name,
            "client": visit.client.name,
            "since_at": visit.starts_at.isoformat(),
            "until_at": visit.ends_at.isoformat(),
            "visit_id": str(visit.id),
        }
        if visit.slot.overlaps(wanted.slot):
            yield Objection(code="overlaps_visit", can_override=True, facts=facts)
        elif collide(visit, wanted):
            facts["minutes"] = _minutes(
                wanted.buffer_before, wanted.buffer_after, visit.buffer_before, visit.buffer_after
            )
            yield Objection(code="buffer", can_override=True, facts=facts)


def collide(visit: Visit, wanted: Wanted) -> bool:
    """Whether either stands in the other's slot or buffers. Two buffers may share their time."""
    return visit.slot.overlaps(wanted.guarded) or visit.guarded.overlaps(wanted.slot)


def _calendar(wanted: Wanted, around: Surroundings) -> Iterator[Objection]:
    for span in around.foreign(wanted):
        taken = Slot(starts_at=span.starts_at, duration=span.ends_at - span.starts_at)
        facts = {
            "staff": wanted.staff.display_name,
            "since_at": span.starts_at.isoformat(),
            "until_at": span.ends_at.isoformat(),
            "status": span.status,
        }
        if taken.overlaps(wanted.slot):
            yield Objection(code="busy", can_override=True, facts=facts)
        elif taken.overlaps(wanted.guarded):
            facts["minutes"] = _minutes(wanted.buffer_before, wanted.buffer_after)
            yield Objection(code="buffer", can_override=True, facts=facts)


def _client(wanted: Wanted, around: Surroundings) -> Iterator[Objection]:
    for visit in around.of_client(wanted):
        if visit.organizer.id != wanted.staff.id and visit.slot.overlaps(wanted.slot):
            facts = {
                "client": visit.client.name,
                "staff": visit.organizer.display_name,
                "since_at": visit.starts_at.isoformat(),
                "until_at": visit.ends_at.isoformat(),
                "visit_id": str(visit.id),
            }
            yield Objection(code="client_busy", can_override=True, facts=facts)


def _minutes(*buffers: timedelta) -> str:
    return str(int(max(buffers).total_seconds() // 60))
