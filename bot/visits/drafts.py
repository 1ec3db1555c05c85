"""What a draft still lacks, what changes in it, and the visit it becomes. Pure."""

from datetime import date, datetime, time, timedelta
from typing import Literal, TypedDict

from bot.visits.errors import DraftIncomplete
from bot.visits.models.clinic import AppointmentType, Clinic, StaffMember
from bot.visits.models.draft import Draft
from bot.visits.models.people import Client
from bot.visits.models.slots import Slot
from bot.visits.models.values import StaffId
from bot.visits.models.visit import Visit
from bot.visits.rules import Wanted
from bot.visits.slots import wall_clock_says

Part = Literal["client", "phone", "type", "staff", "date", "time"]


class DraftParts(TypedDict, total=False):
    """The parts of a draft that people say; those left out stay as they are."""

    time_zone: str
    client_name: str | None
    phone: str | None
    email: str | None
    client_time_zone: str | None
    client_language: str
    type_name: str | None
    staff_id: StaffId | None
    day: date | None
    at: time | None
    fold: Literal[0, 1]
    duration: timedelta | None
    notes: str
    text_client: bool


def changed(draft: Draft, parts: DraftParts) -> Draft:
    """The draft with these parts, checked, one version on; the same draft where nothing differs.

    A new day or time means the first of two equal wall times unless ``fold`` says otherwise.
    """
    new = {**parts}
    if all(getattr(draft, name) == value for name, value in new.items()):
        return draft
    if ("day" in new or "at" in new) and "fold" not in new:
        new["fold"] = 0
    return Draft.model_validate({**draft.model_dump(), **new, "version": draft.version + 1})


def missing(draft: Draft, clinic: Clinic) -> tuple[Part, ...]:
    """The parts without which it cannot be booked, in the order a person would ask for them.

    A phone is one only while the client is to be texted. Staff or a type that the clinic no longer has is missing, and
    so is a wall time that the clock leaps over.
    """
    lacking: dict[Part, bool] = {
        "client": not (draft.client_name or "").strip(),
        "phone": draft.phone is None and draft.text_client,
        "type": _type_of(draft, clinic) is None,
        "staff": _staff_of(draft, clinic) is None,
        "date": draft.day is None,
        "time": draft.at is None or _leapt_over(draft),
    }
    return tuple(part for part, is_lacking in lacking.items() if is_lacking)


def wanted_of(draft: Draft, clinic: Clinic) -> Wanted:
    """The slot the draft asks for. Raises DraftIncomplete naming what it takes."""
    starts_at = draft.starts_at()
    return wanted_at(draft, clinic, starts_at if "time" not in missing(draft, clinic) else None)


def wanted_at(draft: Draft, clinic: Clinic, starts_at: datetime | None) -> Wanted:
    """The slot the draft would ask for at another instant; the draft's own time may be missing."""
    staff, kind = _staff_of(draft, clinic), _type_of(draft, clinic)
    if staff is None or kind is None or starts_at is None:
        needed = [each for each in missing(draft, clinic) if each not in ("client", "phone")]
        raise DraftIncomplete(missing=tuple(needed))
    return Wanted(
        slot=Slot(starts_at=starts_at, duration=draft.duration or kind.duration),
        staff=staff,
        type_name=kind.name,
        client=client_of(draft, clinic) if (draft.client_name or "").strip() else None,
        buffer_before=kind.buffer_before,
        buffer_after=kind.buffer_after,
    )


def client_of(draft: Draft, clinic: Clinic) -> Client:
    """Whom the draft is for, in the clinic's zone where no other was said."""
    return Client(
        name=(draft.client_name or "").strip(),
        phone=draft.phone,
        email=draft.email or None,
        time_zone=draft.client_time_zone or clinic.time_zone,
        language=draft.client_language,
    )


def visit_of(draft: Draft, wanted: Wanted, clinic: Clinic, *, backend: str, by: str, now: datetime) -> Visit:
    """The visit a complete draft becomes. Its id is the draft's."""
    return Visit(
        id=draft.id,
        client=client_of(draft, clinic),
        organizer=wanted.staff,
        type_name=draft.type_name or "",
        starts_at=wanted.slot.starts_at,
        duration=wanted.slot.duration,
        buffer_before=wanted.buffer_before,
        buffer_after=wanted.buffer_after,
        time_zone=clinic.time_zone,
        notes=draft.notes,
        text_client=draft.text_client and draft.phone is not None,
        requested_by=by,
        created_at=now,
        changed_at=now,
        backend=backend,
    )


def again(visit: Visit) -> DraftParts:
    """The parts of a draft for the same client, staff and type at another time."""
    return {
        "client_name": visit.client.name,
        "phone": visit.client.phone,
        "email": visit.client.email,
        "client_time_zone": visit.client.time_zone,
        "client_language": visit.client.language,
        "type_name": visit.type_name,
        "staff_id": visit.organizer.id,
        "duration": visit.duration,
        "notes": visit.notes,
        "text_client": visit.text_client or visit.client.phone is not None,
    }


def _staff_of(draft: Draft, clinic: Clinic) -> StaffMember | None:
    return clinic.staff_member(draft.staff_id) if draft.staff_id else None


def _type_of(draft: Draft, clinic: Clinic) -> AppointmentType | None:
    return clinic.type_named(draft.type_name) if draft.type_name else None


def _leapt_over(draft: Draft) -> bool:
    if draft.day is None or draft.at is None:
        return False
    return wall_clock_says(draft.day, draft.at, draft.time_zone) == "never"
