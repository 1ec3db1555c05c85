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

Codes that begin with ``bookings_`` come from the place that keeps the visit (``Surroundings.place``), with its facts.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.visits.models.clinic import Clinic, OpenSpan, StaffMember
from bot.visits.models.objections import Objection, PlaceRules, no_place_rules
from bot.visits.models.people import Client
from bot.visits.models.slots import BusySpan, Slot
from bot.visits.models.values import Frozen, Instant
from bot.visits.models.visit import Visit
from bot.visits.names import same_client

NOT_IN_THE_WAY = frozenset({"free", "workingElsewhere"})
"""Calendar states that leave a slot free; tentative and unknown ones do not."""

SHUT = frozenset({"bookings_closed", "bookings_hours"})
OUT_OF_OFFICE = "outOfOffice"
"""What a view of availability calls the hours in which the place is shut: said once is enough."""


class Wanted(Frozen):
    """A slot somebody would like, with whom and for whom."""

    slot: Slot
    staff: StaffMember
    type_name: str = ""
    """What for, as the place that keeps the visit may have rules about it."""
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
    place: PlaceRules = no_place_rules
    """What the place that keeps the visit holds against a slot."""

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

        One event is left out for each visit, so that another beside it at the same time still counts. Of a view of
        availability, in which a visit runs together with its buffers and what lies beside it, its stretch is cut out.
        """
        taken = [each for each in self.busy if each.status not in NOT_IN_THE_WAY and each.starts_at < each.ends_at]
        events, views = [each for each in taken if each.is_event], [each for each in taken if not each.is_event]
        for visit in (*self.in_the_way(wanted), *((wanted.own,) if wanted.own else ())):
            starts_at, ends_at = _in_calendar(visit)
            match = next((each for each in events if (each.starts_at, each.ends_at) == (starts_at, ends_at)), None)
            if match is not None:
                events.remove(match)
            since, until = starts_at - visit.buffer_before, ends_at + visit.buffer_after
            views = [rest for each in views for rest in _outside(each, since, until)]
        return (*events, *views)

    def is_firm(self, *slots: Slot) -> bool:
        """Whether the calendar takes nothing over a stretch that touches each of these."""
        firm = (
            Slot(starts_at=each.starts_at, duration=each.ends_at - each.starts_at) for each in self.busy if each.is_firm
        )
        return any(all(each.overlaps(slot) for slot in slots) for each in firm)


def _in_calendar(visit: Visit) -> tuple[datetime, datetime]:
    """The stretch under which the visit's own event shows in the calendar."""
    starts_at = visit.calendar_starts_at or visit.starts_at
    return starts_at, starts_at + (visit.calendar_duration or visit.duration)


def _outside(span: BusySpan, since: datetime, until: datetime) -> Iterator[BusySpan]:
    """What is left of a span when a stretch is cut out of it."""
    if span.ends_at <= since or until <= span.starts_at:
        yield span
        return
    if span.starts_at < since:
        yield span.model_copy(update={"ends_at": since})
    if until < span.ends_at:
        yield span.model_copy(update={"starts_at": until})


def objections_to(wanted: Wanted, around: Surroundings, clinic: Clinic) -> tuple[Objection, ...]:
    """Everything that speaks against the slot, gravest first; nothing when it is free."""
    return (
        *_past(wanted, around),
        *around.place(wanted.slot, around.now),
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
        can_override = not around.is_firm(visit.guarded, wanted.guarded)
        if visit.slot.overlaps(wanted.slot):
            yield Objection(code="overlaps_visit", can_override=can_override, facts=facts)
        elif collide(visit, wanted):
            facts["minutes"] = _minutes(
                wanted.buffer_before, wanted.buffer_after, visit.buffer_before, visit.buffer_after
            )
            yield Objection(code="buffer", can_override=can_override, facts=facts)


def collide(visit: Visit, wanted: Wanted) -> bool:
    """Whether either stands in the other's slot or buffers. Two buffers may share their time."""
    return visit.slot.overlaps(wanted.guarded) or visit.guarded.overlaps(wanted.slot)


def _calendar(wanted: Wanted, around: Surroundings) -> Iterator[Objection]:
    is_shut = any(each.code in SHUT for each in around.place(wanted.slot, around.now))
    foreign = around.foreign(wanted)
    views = [each for each in foreign if not each.is_event and not (is_shut and each.status == OUT_OF_OFFICE)]
    for span in (*(each for each in foreign if each.is_event and not _lies_in(each, views)), *views):
        taken = Slot(starts_at=span.starts_at, duration=span.ends_at - span.starts_at)
        facts = {
            "staff": wanted.staff.display_name,
            "since_at": span.starts_at.isoformat(),
            "until_at": span.ends_at.isoformat(),
            "status": span.status,
        }
        if taken.overlaps(wanted.slot):
            yield Objection(code="busy", can_override=not span.is_firm, facts=facts)
        elif taken.overlaps(wanted.guarded):
            facts["minutes"] = _minutes(wanted.buffer_before, wanted.buffer_after)
            yield Objection(code="buffer", can_override=not span.is_firm, facts=facts)


def _lies_in(event: BusySpan, views: Sequence[BusySpan]) -> bool:
    """Whether a view of availability says the same, so that it is said once."""
    return any(each.starts_at <= event.starts_at and event.ends_at <= each.ends_at for each in views)


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
