"""Reads a clinic's TOML file. What is wrong in it is told with the line it stands on."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from bot.visits.models.clinic import AppointmentType, Clinic, OfficeHours, OpenSpan, StaffMember
from bot.visits.models.values import Frozen, IanaZone, PhoneNumber, StaffId

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN = re.compile(r"^(\d{1,2}:\d{2})\s*[-–]\s*(\d{1,2}:\d{2})$")
_OBJECT_ID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"


class ClinicFileError(Exception):
    """The clinic file cannot be used; the message names the file, the line and what is wrong there."""


class DemoVisit(Frozen):
    """A visit that is there from the start, so that a demo's day is not empty. ``at`` is clinic time."""

    client: str
    phone: PhoneNumber
    type: str
    staff: str
    at: time


class ClinicFile(Frozen):
    """A clinic together with what only its file knows."""

    clinic: Clinic
    demo_visits: tuple[DemoVisit, ...] = ()


def demo_clinic() -> ClinicFile:
    """The clinic the bot plays when it has none of its own."""
    source = files("bot.clinics") / "demo.toml"
    return parse_clinic(source.read_text(encoding="utf-8"), "demo.toml")


def load_clinic(path: Path) -> ClinicFile:
    """The clinic in a TOML file. Raises ClinicFileError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as reason:
        raise ClinicFileError(f"The clinic file {path} cannot be read: {reason}.") from reason
    return parse_clinic(text, str(path))


def parse_clinic(text: str, name: str) -> ClinicFile:
    """The clinic in TOML text; ``name`` is what errors call the file. Raises ClinicFileError."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as reason:
        raise ClinicFileError(f"{name}: {reason}") from reason
    try:
        return _Sheet.model_validate(data).to_clinic_file()
    except ValidationError as reason:
        lines = dict(_lines_of(text))
        told = [f"{name}, line {_line_at(lines, each['loc'])}: {_in_words(each)}" for each in reason.errors()]
        raise ClinicFileError("\n".join(told)) from reason


# --- the file's own shape -------------------------------------------------------------------------


def _span(value: object) -> OpenSpan:
    if isinstance(value, OpenSpan):
        return value
    match = _SPAN.match(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{value!r} is not a span such as '08:00-18:00'")
    opens, closes = (time.fromisoformat(each.rjust(5, "0")) for each in match.groups())
    if closes <= opens:
        raise ValueError(f"{value!r} closes before it opens")
    return OpenSpan(opens=opens, closes=closes)


def _known_region(region: str) -> str:
    if not re.fullmatch(r"[A-Z]{2}", region):
        raise ValueError(f"{region!r} is not a two-letter region such as US")
    return region


def _clock_time(value: object) -> object:
    return time.fromisoformat(value.rjust(5, "0")) if isinstance(value, str) else value


ClockTime = Annotated[time, BeforeValidator(_clock_time)]
Minutes = Annotated[int, Field(ge=0, le=24 * 60)]
Spans = tuple[Annotated[OpenSpan, BeforeValidator(_span)], ...]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Hours(_Part):
    monday: Spans = ()
    tuesday: Spans = ()
    wednesday: Spans = ()
    thursday: Spans = ()
    friday: Spans = ()
    saturday: Spans = ()
    sunday: Spans = ()
    holidays: tuple[date, ...] = ()

    def to_office_hours(self) -> OfficeHours:
        days = {number: getattr(self, name) for number, name in enumerate(WEEKDAYS)}
        return OfficeHours(days=days, holidays=frozenset(self.holidays))


class _Staff(_Part):
    name: str = Field(min_length=1)
    title: str = ""
    object_id: str = Field(pattern=_OBJECT_ID)
    mailbox: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    time_zone: IanaZone | None = None


class _Type(_Part):
    name: str = Field(min_length=1)
    minutes: Annotated[int, Field(ge=5, le=24 * 60)]
    buffer_before_minutes: Minutes = 0
    buffer_after_minutes: Minutes = 0
    names: Mapping[str, str] = Field(default_factory=dict)
    client_text: Mapping[str, str] = Field(default_factory=dict)
    reminder_minutes: tuple[Minutes, ...] | None = None


class _Sheet(_Part):
    name: str = Field(min_length=1)
    time_zone: IanaZone
    phone_region: Annotated[str, AfterValidator(_known_region)] = "US"
    language: str = "en"
    schedulers: Literal["everyone"] | tuple[Annotated[str, Field(pattern=_OBJECT_ID)], ...] = ()
    reminder_minutes: tuple[Minutes, ...] = (15,)
    agenda_at: ClockTime | None = None
    office_hours: _Hours
    staff: tuple[_Staff, ...] = Field(min_length=1)
    types: tuple[_Type, ...] = Field(min_length=1)
    demo_visits: tuple[DemoVisit, ...] = ()

    @model_validator(mode="after")
    def _consistent(self) -> "_Sheet":
        _no_repeats("staff", "object_id", [each.object_id.lower() for each in self.staff])
        _no_repeats("staff", "name", [each.name for each in self.staff])
        _no_repeats("types", "name", [each.name.casefold() for each in self.types])
        for each in self.demo_visits:
            if each.type not in {one.name for one in self.types} or each.staff not in {one.name for one in self.staff}:
                raise ValueError(f"demo_visits: the visit of {each.client} names a type or staff not in this file")
        return self

    def to_clinic_file(self) -> ClinicFile:
        clinic = Clinic(
            name=self.name,
            time_zone=self.time_zone,
            phone_region=self.phone_region,
            language=self.language,
            office_hours=self.office_hours.to_office_hours(),
            staff=tuple(self._staff_member(each) for each in self.staff),
            types=tuple(_appointment_type(each) for each in self.types),
            schedulers=self.schedulers
            if self.schedulers == "everyone"
            else tuple(each.lower() for each in self.schedulers),
            reminders=_minutes(self.reminder_minutes),
            agenda_at=self.agenda_at,
        )
        return ClinicFile(clinic=clinic, demo_visits=self.demo_visits)

    def _staff_member(self, row: _Staff) -> StaffMember:
        return StaffMember(
            id=StaffId(row.object_id.lower()),
            name=row.name,
            title=row.title,
            mailbox=row.mailbox,
            time_zone=row.time_zone or self.time_zone,
        )


def _appointment_type(row: _Type) -> AppointmentType:
    return AppointmentType(
        name=row.name,
        duration=timedelta(minutes=row.minutes),
        buffer_before=timedelta(minutes=row.buffer_before_minutes),
        buffer_after=timedelta(minutes=row.buffer_after_minutes),
        names=row.names,
        client_text=row.client_text,
        reminders=None if row.reminder_minutes is None else _minutes(row.reminder_minutes),
    )


def _minutes(numbers: Sequence[int]) -> tuple[timedelta, ...]:
    return tuple(timedelta(minutes=each) for each in numbers)


def _no_repeats(table: str, field: str, values: Sequence[str]) -> None:
    repeated = next((each for each in values if values.count(each) > 1), None)
    if repeated is not None:
        raise ValueError(f"{table}: {field} {repeated!r} stands there twice")


# --- which line a value stands on -----------------------------------------------------------------

Path_ = tuple[str | int, ...]


def _lines_of(text: str) -> Iterator[tuple[Path_, int]]:
    """Each table's and key's path with its line, counted from 1. Enough TOML for that: headers and bare keys."""
    table: Path_ = ()
    counts: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"^\s*\[\[\s*([\w.-]+)\s*\]\]", line):
            name = header[1]
            counts[name] = counts.get(name, -1) + 1
            table = (name, counts[name])
            yield table, number
        elif header := re.match(r"^\s*\[\s*([\w.-]+)\s*\]", line):
            table = tuple(header[1].split("."))
            yield table, number
        elif key := re.match(r"^\s*([\w-]+)\s*=", line):
            yield (*table, key[1]), number


def _line_at(lines: Mapping[Path_, int], place: Sequence[str | int]) -> int:
    """The line of the innermost part of a path that stands in the file; the first line if none does."""
    path = tuple(place)
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def _in_words(error: Mapping[str, Any]) -> str:
    place = ".".join(str(each) for each in error["loc"])
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        message = "this key is not known; is it misspelt?"
    return f"{place}: {message}" if place else message
