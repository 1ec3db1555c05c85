"""A line of the protocol as what the reader works with: its own staff, types and hours, and the earlier answer."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from pydantic import ValidationError

from bot.understanding.context import Context, Slots
from bot.understanding.hours import read_hours
from bot.understanding.questions import Ask, Option
from bot.visits.models.clinic import AppointmentType, Clinic, StaffMember
from bot.visits.models.values import StaffId

_TITLES_BEFORE = ("dr", "mr", "mrs", "ms", "miss", "mx", "prof", "dra", "sr", "sra")
_YEARS = (1900, 2200)
_USUAL, _LONGEST = 30, 24 * 60
"""Minutes of a type that tells none, and the most that one may tell."""


class UnreadableLineError(ValueError):
    """A line that cannot be answered; says which field."""


def context_of(given: Mapping[str, Any], clinic: Clinic, remarks: list[str]) -> Context:
    """What a line is read against: its own data, the clinic's by default. Fields passed over end up in ``remarks``."""
    zone = _zone(given, clinic)
    hours = read_hours(given["office_hours"]) if given.get("office_hours") else clinic.office_hours
    if hours is None:
        remarks.append("office_hours")
    return Context(
        now=_now(given, zone),
        time_zone=zone,
        locale=_locale(given, clinic, remarks),
        office_hours=hours or clinic.office_hours,
        staff=_each(given, "staff", lambda each: _staff(each, zone), remarks) or clinic.staff,
        types=_each(given, "types", _type, remarks) or clinic.types,
        phone_region=str(given.get("phone_region") or clinic.phone_region),
    )


def slots_of(earlier: Mapping[str, Any], context: Context) -> Slots:
    """What an earlier answer holds."""
    staff = next(
        (each.id for each in context.staff if earlier.get("staff") in (each.display_name, each.name, each.id)), None
    )
    minutes = earlier.get("duration_minutes")
    try:
        return Slots(
            client_name=earlier.get("client_name"),
            phone=earlier.get("phone"),
            email=earlier.get("email"),
            type_name=earlier.get("appointment_type"),
            staff_id=staff,
            day=date.fromisoformat(earlier["date"]) if earlier.get("date") else None,
            at=time.fromisoformat(earlier["time"]) if earlier.get("time") else None,
            fold=1 if earlier.get("fold") else 0,
            duration=timedelta(minutes=minutes) if minutes else None,
            time_zone=earlier.get("time_zone"),
            notes=earlier.get("notes"),
        )
    except (TypeError, ValueError) as error:
        raise UnreadableLineError("draft") from error


def asks_of(earlier: Mapping[str, Any]) -> list[Ask]:
    """The open questions of an earlier answer, also where it was given back without its ``asks``."""
    try:
        if earlier.get("asks"):
            return [Ask.model_validate(each) for each in earlier["asks"]]
        about = tuple(earlier.get("asks_about") or ())
        options = tuple(
            Option(
                day=date.fromisoformat(each["date"]) if each.get("date") else None,
                at=time.fromisoformat(each["time"]) if each.get("time") else None,
            )
            for each in earlier.get("options") or ()
        )
        return [Ask(about=about, why="two_readings", options=options)] if about and options else []
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise UnreadableLineError("draft") from error


def _zone(given: Mapping[str, Any], clinic: Clinic) -> str:
    name = str(given.get("time_zone") or clinic.time_zone)
    try:
        ZoneInfo(name)
    except (OSError, KeyError, ValueError) as error:
        raise UnreadableLineError("time_zone") from error
    return name


def _now(given: Mapping[str, Any], zone: str) -> datetime:
    try:
        now = datetime.fromisoformat(str(given["now"]))
    except (KeyError, ValueError) as error:
        raise UnreadableLineError("now") from error
    if not _YEARS[0] <= now.year <= _YEARS[1]:
        raise UnreadableLineError("now")
    return now.replace(tzinfo=ZoneInfo(zone)) if now.tzinfo is None else now


def _locale(given: Mapping[str, Any], clinic: Clinic, remarks: list[str]) -> str:
    name = str(given.get("locale") or "en-US")
    try:
        Locale.parse(name.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        remarks.append("locale")
        return clinic.language
    return name


def _each(given: Mapping[str, Any], name: str, made: Any, remarks: list[str]) -> tuple[Any, ...]:
    """The entries of a list that can be read."""
    entries = given.get(name) or ()
    if isinstance(entries, (str, Mapping)) or not isinstance(entries, Sequence):
        remarks.append(name)
        return ()
    found = []
    for each in entries:
        try:
            found.append(made(each))
        except (TypeError, ValueError, ValidationError):
            remarks.append(name)
    return tuple(found)


def _staff(given: Any, zone: str) -> StaffMember:
    if isinstance(given, Mapping):
        name, title = str(given.get("name") or given.get("full_name") or ""), str(given.get("title") or "")
        key = str(given.get("id") or name)
    else:
        name, title, key = str(given), "", str(given)
    name = " ".join(name.split())
    if not name:
        raise ValueError("staff without a name")
    if not title and " " in name:
        first, last = name.split()[0], name.split()[-1]
        if first.rstrip(".").lower() in _TITLES_BEFORE:
            title, name = first, name.removeprefix(first).strip()
        elif last.isupper() and len(last) <= 4:
            title, name = last, name.removesuffix(last).strip(" ,")
    return StaffMember(id=StaffId(key), name=name, title=title, mailbox="nobody@example.invalid", time_zone=zone)


def _type(given: Any) -> AppointmentType:
    if not isinstance(given, Mapping):
        return AppointmentType(name=str(given), duration=timedelta(minutes=_USUAL))
    minutes = given.get("duration_minutes") or given.get("minutes") or given.get("duration")
    usable = minutes if isinstance(minutes, int | float) and 0 < minutes <= _LONGEST else _USUAL
    names = given.get("names") if isinstance(given.get("names"), Mapping) else {}
    spoken = {str(language): str(name) for language, name in (names or {}).items()}
    return AppointmentType(name=str(given.get("name") or ""), duration=timedelta(minutes=usable), names=spoken)
