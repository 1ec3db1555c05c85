"""The JSON-lines form of the reader: one object in, one object out, as support and measurements use it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from bot.strings.translate import Translator
from bot.understanding import words
from bot.understanding.context import Context, Slots
from bot.understanding.given import UnreadableLineError, asks_of, context_of, slots_of
from bot.understanding.merge import merged
from bot.understanding.questions import Ask, Option
from bot.understanding.reading import Intent, Reader, Reading
from bot.visits.models.clinic import Clinic, StaffMember

_OUTER: Mapping[Intent, str] = {
    Intent.language: "settings",
    Intent.time_zone: "settings",
    Intent.arrived: "none",
    Intent.greet: "help",
    Intent.stop: "none",
    Intent.change: "none",
    Intent.book_anyway: "book",
    Intent.yes: "none",
    Intent.no: "none",
    Intent.skip: "none",
}
_EMPTY = (
    "date",
    "time",
    "question",
    "client_name",
    "phone",
    "appointment_type",
    "staff",
    "duration_minutes",
    "email",
    "notes",
    "time_zone",
)


def answer_line(line: str, clinic: Clinic, reader: Reader, *, explain: bool = False) -> dict[str, Any]:
    """The answer to one line of JSON; a line that cannot be read is answered, too, with nulls and an ``error``."""
    try:
        given = json.loads(line)
    except ValueError:
        return unread("the line is no JSON")
    if not isinstance(given, Mapping):
        return unread("the line is no JSON object")
    try:
        return answer(given, clinic, reader, explain=explain)
    except UnreadableLineError as error:
        return unread(f"{error} could not be read")


def unread(why: str) -> dict[str, Any]:
    """The answer that knows nothing, and why."""
    return {
        **dict.fromkeys(_EMPTY),
        "options": [],
        "asks_about": [],
        "used": {},
        "asks": [],
        "intent": "none",
        "error": why,
    }


def answer(given: Mapping[str, Any], clinic: Clinic, reader: Reader, *, explain: bool = False) -> dict[str, Any]:
    """The answer to one line's object. Raises :class:`UnreadableLineError` where it says no time to read it at."""
    text, earlier = given.get("text"), given.get("draft") or {}
    if not isinstance(text, str):
        raise UnreadableLineError("text")
    if not isinstance(earlier, Mapping):
        raise UnreadableLineError("draft")
    remarks: list[str] = []
    context = context_of(given, clinic, remarks)
    known = slots_of(earlier, context) if earlier else None
    open_asks = asks_of(earlier)
    if known is not None:
        context = context.model_copy(update={"about": known, "asked": open_asks[0] if open_asks else None})
    reading = reader.read(text, context)
    written = _written(reading, known, open_asks, earlier, context, explain=explain)
    if remarks:
        written["error"] = f"{', '.join(dict.fromkeys(remarks))} could not be read; the clinic's own was used"
    return written


def _written(
    reading: Reading,
    known: Slots | None,
    open_asks: Sequence[Ask],
    earlier: Mapping[str, Any],
    context: Context,
    *,
    explain: bool,
) -> dict[str, Any]:
    slots = merged(known, reading)
    if reading.until_day is not None:
        slots = slots.model_copy(update={"day": None})
    asks = list(reading.questions)
    spoken = {part for ask in asks for part in ask.about} | _settled_parts(reading)
    moved = "date" in spoken
    asks += [_rebased(each, slots) if moved else each for each in open_asks if not set(each.about) & spoken]
    t = Translator(reading.language)
    staff_id = reading.to_staff_id or slots.staff_id
    staff = next((_staff_name(each) for each in context.staff if each.id == staff_id), None)
    intent = _OUTER.get(reading.intent, reading.intent.value)
    if intent == "none" and earlier.get("intent"):
        intent = str(earlier["intent"])
    zone = slots.time_zone or context.time_zone
    result: dict[str, Any] = {
        "date": slots.day.isoformat() if slots.day else None,
        "time": slots.at.strftime("%H:%M") if slots.at else None,
        "options": [each for ask in asks for each in _options(ask)],
        "question": " ".join(words.question(each, t) for each in asks) or None,
        "intent": intent,
        "client_name": slots.client_name,
        "phone": slots.phone,
        "appointment_type": slots.type_name,
        "staff": staff,
        "duration_minutes": int(slots.duration.total_seconds()) // 60 if slots.duration else None,
        "asks_about": list(dict.fromkeys(part for ask in asks for part in ask.about)),
        "used": {name: " … ".join(each.text for each in spans) for name, spans in reading.used.items()},
        "email": slots.email,
        "notes": slots.notes,
        "time_zone": slots.time_zone,
        "fold": slots.fold,
        "language": reading.language,
        "confidence": round(reading.confidence, 2),
        "choices": [
            words.option(each, t, time_zone=zone, phone_region=context.phone_region)
            for ask in asks
            for each in ask.options
        ],
        "asks": [each.model_dump(mode="json") for each in asks],
    }
    if explain:
        result["explanation"] = explanation(reading)
    return result


def explanation(reading: Reading) -> list[str]:
    """How the reading came about, a sentence each, for whoever gives support."""
    said = [f"read as {'English' if reading.language == 'en' else reading.language}"]
    if reading.is_sure:
        said.append(f"intent {reading.intent.value}, confidence {reading.confidence:.2f}")
    elif reading.guesses:
        said.append("no sure intent; may be " + ", ".join(each.value for each in reading.guesses))
    for name, spans in reading.used.items():
        words_used = " … ".join(each.text for each in spans)
        value = getattr(reading, name, None)
        said.append(f"{name.replace('_', ' ')}: {value if value is not None else 'in question'}, from “{words_used}”")
    for ask in reading.questions:
        options = ", ".join(_spelled(each) for each in ask.options)
        about, why = " and ".join(ask.about), ask.why.replace("_", " ")
        said.append(f"asks about {about} ({why}) for “{ask.said}”: {options or 'no options'}")
    return said + list(reading.notes_on_reading)


def _spelled(option: Option) -> str:
    parts = [str(option.day or ""), option.at.strftime("%H:%M") if option.at else "", option.value or ""]
    return " ".join(each for each in parts if each) + (" (the later one)" if option.fold else "")


def _staff_name(member: StaffMember) -> str:
    """The full name as the line gave it, or with the title."""
    is_whole = bool(member.title) and member.name in member.id and member.title in member.id
    return str(member.id) if is_whole else member.display_name


def _rebased(ask: Ask, slots: Slots) -> Ask:
    """An open question about the hour, on the day that was said since."""
    if ask.about != ("time",):
        return ask
    return ask.model_copy(update={"options": tuple(each.model_copy(update={"day": slots.day}) for each in ask.options)})


def _settled_parts(reading: Reading) -> set[str]:
    named = {
        "date": reading.day,
        "time": reading.at,
        "client": reading.client_name,
        "phone": reading.phone,
        "staff": reading.staff_id,
        "type": reading.type_name,
    }
    return {part for part, value in named.items() if value is not None}


def _options(ask: Ask) -> list[dict[str, str | None]]:
    return [
        {"date": each.day.isoformat() if each.day else None, "time": each.at.strftime("%H:%M") if each.at else None}
        for each in ask.options
        if each.day is not None or each.at is not None
    ]
