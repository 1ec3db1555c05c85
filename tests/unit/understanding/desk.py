"""A clinic to read against, and short ways to say "now" and "read this"."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.understanding.context import Context, Slots
from bot.understanding.merge import merged
from bot.understanding.questions import Ask
from bot.understanding.reader import Understanding
from bot.understanding.reading import Reading
from bot.visits.models.clinic import AppointmentType, OfficeHours, OpenSpan, StaffMember
from bot.visits.models.values import StaffId

KIM = StaffMember(id=StaffId("kim"), name="Min Kim", title="Dr", mailbox="k@x.example", time_zone="America/Los_Angeles")
PATEL = StaffMember(
    id=StaffId("patel"), name="Asha Patel", title="Dr", mailbox="p@x.example", time_zone="America/Los_Angeles"
)
LOPEZ = StaffMember(
    id=StaffId("lopez"), name="Maria Lopez", title="RN", mailbox="l@x.example", time_zone="America/Los_Angeles"
)
BECKER = StaffMember(id=StaffId("becker"), name="Tom Becker", mailbox="b@x.example", time_zone="America/Los_Angeles")
STAFF = (KIM, PATEL, LOPEZ, BECKER)
TYPES = tuple(
    AppointmentType(name=name, duration=timedelta(minutes=minutes), names={"es": spanish})
    for name, minutes, spanish in (
        ("Follow-up", 30, "Seguimiento"),
        ("New patient", 45, "Paciente nuevo"),
        ("Prescription renewal", 15, "Renovación de receta"),
        ("Lab results", 20, "Resultados de laboratorio"),
        ("Physiotherapy", 60, "Fisioterapia"),
    )
)
HOURS = OfficeHours(days={day: (OpenSpan(opens=time(8), closes=time(18)),) for day in range(5)})
READER = Understanding()
NOW = "2026-11-18T10:00"
"""A Wednesday."""


def context(
    now: str = NOW,
    *,
    zone: str = "America/Los_Angeles",
    locale: str = "en-US",
    about: Slots | None = None,
    asked: Ask | None = None,
    hours: OfficeHours = HOURS,
    region: str = "US",
) -> Context:
    """What a message is read against."""
    return Context(
        now=datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(zone)),
        time_zone=zone,
        locale=locale,
        office_hours=hours,
        staff=STAFF,
        types=TYPES,
        phone_region=region,
        about=about,
        asked=asked,
    )


def read(text: str, now: str = NOW, **more: object) -> Reading:
    """A message's reading at the desk."""
    return READER.read(text, context(now, **more))  # type: ignore[arg-type]


def when(text: str, now: str = NOW, **more: object) -> str:
    """The day and time of a message as one line: settled parts, then what is asked with its options."""
    said = read(text, now, **more)
    line = f"{said.day or '-'} {said.at.strftime('%H:%M') if said.at else '-'}"
    for ask in said.questions:
        options = " | ".join(
            f"{each.day or ''}{' ' if each.day and each.at else ''}{each.at.strftime('%H:%M') if each.at else ''}"
            f"{'*' if each.fold else ''}"
            for each in ask.options
        )
        line += f" ? {ask.why}: {options}"
    return line


def follow(first: str, *then: str, now: str = NOW, **more: object) -> Slots:
    """The slots after a message and its follow-ups."""
    slots = merged(None, read(first, now, **more))
    for text in then:
        slots = merged(slots, read(text, now, about=slots, **more))
    return slots
