"""What a message changes in a draft. Pure: a draft in, a draft out."""

from datetime import date, datetime, time
from typing import Literal

from bot.strings.words import local
from bot.understanding.context import Slots
from bot.understanding.merge import answered, merged
from bot.understanding.questions import Option, Part
from bot.understanding.reading import Reading
from bot.visits.drafts import DraftParts, changed
from bot.visits.models.clinic import StaffMember
from bot.visits.models.draft import Draft


def heard(draft: Draft, reading: Reading) -> Draft:
    """The draft after a message: only what it speaks of changes. A part in doubt is emptied until it is answered."""
    parts = parts_of(merged(Slots.of_draft(draft), reading), draft)
    if reading.no_phone and parts["phone"] is None:
        parts["text_client"] = False
    return changed(draft, parts)


def chosen(draft: Draft, option: Option, about: tuple[Part, ...], staff: tuple[StaffMember, ...]) -> Draft:
    """The draft once one of a question's options was chosen."""
    return changed(draft, parts_of(answered(Slots.of_draft(draft), option, about, staff), draft))


def parts_of(slots: Slots, draft: Draft) -> DraftParts:
    """The parts of a draft that these slots are. A phone said after all means that the client is texted."""
    parts: DraftParts = {
        "client_name": slots.client_name,
        "phone": slots.phone,
        "email": slots.email,
        "type_name": slots.type_name,
        "staff_id": slots.staff_id,
        "day": slots.day,
        "at": slots.at,
        "fold": slots.fold,
        "duration": slots.duration,
        "time_zone": slots.time_zone or draft.time_zone,
        "client_time_zone": slots.client_time_zone,
        "client_language": slots.client_language or draft.client_language,
        "notes": slots.notes or "",
    }
    if slots.phone is not None and draft.phone is None:
        parts["text_client"] = True
    return parts


def carried_over(draft: Draft) -> DraftParts:
    """The parts of a draft for another one of the same client at another time."""
    return {
        "client_name": draft.client_name,
        "phone": draft.phone,
        "email": draft.email,
        "client_time_zone": draft.client_time_zone,
        "client_language": draft.client_language,
        "type_name": draft.type_name,
        "staff_id": draft.staff_id,
        "duration": draft.duration,
        "notes": draft.notes,
        "text_client": draft.text_client,
    }


def at_slot(draft: Draft, starts_at: datetime) -> Draft:
    """The draft moved to an instant, on the wall clock it is in already."""
    day, at, fold = wall_clock(starts_at, draft.time_zone)
    return changed(draft, {"day": day, "at": at, "fold": fold})


def wall_clock(moment: datetime, zone: str) -> tuple[date, time, Literal[0, 1]]:
    """An instant as day, time and fold of a zone."""
    here = local(moment, zone)
    return here.date(), here.time().replace(tzinfo=None, fold=0), 1 if here.fold else 0
