"""The clinic: its staff, its appointment types, its hours."""

from collections.abc import Mapping
from datetime import date, time, timedelta
from typing import Literal, Self

from pydantic import Field, model_validator

from bot.visits.models.values import Frozen, IanaZone, StaffId


class StaffMember(Frozen):
    """Someone who works here and holds visits in their own calendar."""

    id: StaffId
    name: str
    title: str = ""
    mailbox: str
    time_zone: IanaZone

    @property
    def display_name(self) -> str:
        """Name with title, as people say it: ``Dr Min Kim``, ``Maria Lopez RN``."""
        if not self.title:
            return self.name
        return f"{self.title} {self.name}" if self.title.rstrip(".") in _TITLES_BEFORE else f"{self.name} {self.title}"


_TITLES_BEFORE = {"Dr", "Mr", "Mrs", "Ms", "Miss", "Mx", "Prof", "Dra", "Sr", "Sra"}


class AppointmentType(Frozen):
    """What a visit is for, and what it needs of the calendar."""

    name: str
    duration: timedelta
    buffer_before: timedelta = timedelta(0)
    buffer_after: timedelta = timedelta(0)
    names: Mapping[str, str] = Field(default_factory=dict)
    """The name in other languages, by language tag: ``{"es": "Seguimiento"}``."""
    client_text: Mapping[str, str] = Field(default_factory=dict)
    """What the invitation tells the client about this type, by language tag."""
    reminders: tuple[timedelta, ...] | None = None
    """How long before the visit its organizer is reminded; None means the clinic's own."""

    def name_in(self, language: str) -> str:
        """The name in a language, falling back on the plain name."""
        return self.names.get(language, self.name)


class OpenSpan(Frozen):
    """From a wall time to a later one on the same day, in the clinic's zone."""

    opens: time
    closes: time

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.closes <= self.opens:
            raise ValueError(f"closes ({self.closes}) must be later than opens ({self.opens})")
        return self


class OfficeHours(Frozen):
    """When visits may normally be held: spans by weekday (0 is Monday), and days that are closed."""

    days: Mapping[int, tuple[OpenSpan, ...]]
    holidays: frozenset[date] = frozenset()

    def on(self, day: date) -> tuple[OpenSpan, ...]:
        """The open spans of a day; none when it is closed."""
        return () if day in self.holidays else self.days.get(day.weekday(), ())


class Clinic(Frozen):
    """The place the bot works for, as its TOML file tells."""

    name: str
    time_zone: IanaZone
    phone_region: str = "US"
    language: str = "en"
    office_hours: OfficeHours
    staff: tuple[StaffMember, ...]
    types: tuple[AppointmentType, ...]
    schedulers: Literal["everyone"] | tuple[str, ...] = ()
    """Entra object ids of those who may act on any visit beside the staff, or everyone in the tenant."""
    reminders: tuple[timedelta, ...] = (timedelta(minutes=15),)
    agenda_at: time | None = None
    """When the morning agenda comes to staff who chose nothing, on their own wall clock; None means not at all."""

    def staff_member(self, staff_id: str) -> StaffMember | None:
        """The staff member with this object id."""
        return next((each for each in self.staff if each.id == staff_id), None)

    def type_named(self, name: str) -> AppointmentType | None:
        """The appointment type with exactly this name."""
        return next((each for each in self.types if each.name == name), None)

    def may_act(self, object_id: str) -> bool:
        """Whether this person may book, move and cancel visits here."""
        if self.schedulers == "everyone":
            return bool(object_id)
        return object_id in self.schedulers or self.staff_member(object_id) is not None
