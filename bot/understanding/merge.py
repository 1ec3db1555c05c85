"""A reading applied to what is known so far: only what it speaks of changes."""

from bot.understanding.context import Slots
from bot.understanding.questions import Option, Part
from bot.understanding.reading import Reading
from bot.visits.models.clinic import StaffMember

_PLAIN = (
    "client_name",
    "phone",
    "email",
    "type_name",
    "staff_id",
    "duration",
    "client_time_zone",
    "client_language",
)


def merged(known: Slots | None, reading: Reading) -> Slots:
    """The slots after this message. A part in doubt (see ``reading.questions``) is emptied until it is answered.

    A new type forgets a duration that was not said with it, because the duration was the former type's.
    """
    known = known or Slots()
    changes: dict[str, object] = {name: value for name in _PLAIN if (value := getattr(reading, name)) is not None}
    if reading.notes is not None:
        changes["notes"] = reading.notes
    if reading.day is not None:
        changes |= {"day": reading.day, "fold": reading.fold}
    if reading.at is not None:
        changes |= {"at": reading.at, "fold": reading.fold}
        if reading.time_zone is not None:
            changes["time_zone"] = reading.time_zone
    for ask in reading.questions:
        for part in ask.about:
            changes |= dict.fromkeys(_FIELDS[part])
            if part in ("date", "time"):
                changes["fold"] = 0
    return known.model_copy(update=changes)


def answered(known: Slots | None, option: Option, about: tuple[Part, ...], staff: tuple[StaffMember, ...]) -> Slots:
    """The slots once an option of a question was chosen, as by its button."""
    known = known or Slots()
    changes: dict[str, object] = {}
    if option.day is not None:
        changes["day"] = option.day
    if option.at is not None:
        changes |= {"at": option.at, "fold": option.fold}
    if option.time_zone is not None:
        changes["time_zone"] = option.time_zone
    if option.value is not None:
        if "staff" in about:
            changes["staff_id"] = next((each.id for each in staff if each.display_name == option.value), None)
        elif "type" in about:
            changes["type_name"] = option.value
        elif "phone" in about:
            changes["phone"] = option.value
        elif "client" in about:
            changes["client_name"] = option.value
    return known.model_copy(update=changes)


_FIELDS: dict[Part, tuple[str, ...]] = {
    "date": ("day",),
    "time": ("at",),
    "client": ("client_name",),
    "phone": ("phone",),
    "staff": ("staff_id",),
    "type": ("type_name",),
}
