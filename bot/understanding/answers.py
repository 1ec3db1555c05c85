"""A message read as the answer to the question last asked: "the second", "pm", "2", a bare name."""

from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from bot.understanding.numbers import cardinal
from bot.understanding.questions import Ask, Option
from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Vocabulary
from bot.visits.models.clinic import StaffMember

_ORDER = ("first", "second", "third", "fourth")
_NOON = 12


def chosen_option(tokens: Sequence[Token], words: Vocabulary, asked: Ask) -> Option | None:
    """The option that a short message picks, or None."""
    said = [each for each in tokens if each.kind != "sign" or each.norm == "#"]
    said = _without_polite(said, words)
    if not said or len(said) > 6 or not asked.options:
        return None
    return _by_hour(said, words, asked) or _by_place(said, words, asked) or _by_half(said, words, asked)


def taken_from(option: Option, asked: Ask, staff: Sequence[StaffMember]) -> Mapping[str, Any]:
    """What an option says once it is picked, by the names of a reading's fields."""
    named = ("day", "at", "time_zone")
    values = {name: value for name in named if (value := getattr(option, name)) is not None}
    values["fold"] = option.fold
    if option.value is not None:
        name = {"client": "client_name", "phone": "phone", "type": "type_name"}.get(asked.about[0])
        if name is not None:
            values[name] = option.value
        elif "staff" in asked.about:
            member = next((each for each in staff if each.display_name == option.value), None)
            values |= {"staff": option.value, "staff_id": member.id if member is not None else None}
    return values


def _without_polite(said: list[Token], words: Vocabulary) -> list[Token]:
    polite = words.phrases("polite")
    while len(said) > 1 and (tail := polite.before(said, len(said))) is not None and tail[0] > 0:
        said = said[: tail[0]]
    return said


def _by_place(said: Sequence[Token], words: Vocabulary, asked: Ask) -> Option | None:
    for index, name in enumerate(_ORDER):
        if words.phrases(f"answers.{name}").whole(said) is not None:
            return asked.options[index] if index < len(asked.options) else None
    if words.phrases("answers.last").whole(said) is not None:
        return asked.options[-1]
    return None


def _by_hour(said: Sequence[Token], words: Vocabulary, asked: Ask) -> Option | None:
    """A bare number that is the hour or the day of exactly one option."""
    number = cardinal(said, 0, words)
    if number is None or number[1] != len(said):
        return None
    value = number[0]
    if "time" in asked.about:
        fits = [each for each in asked.options if each.at is not None and not each.at.minute and value in _hours(each)]
    else:
        fits = [each for each in asked.options if each.day is not None and each.day.day == value]
    return fits[0] if len(fits) == 1 else None


def _hours(option: Option) -> tuple[int, ...]:
    hour = option.at.hour if option.at is not None else 0
    return hour, (hour % _NOON) or _NOON


def _by_half(said: Sequence[Token], words: Vocabulary, asked: Ask) -> Option | None:
    """ "pm", "in the morning": the one option in that half of the day."""
    fits = _in_half(said, words, asked)
    return fits[0] if len(fits) == 1 else None


def _in_half(said: Sequence[Token], words: Vocabulary, asked: Ask) -> list[Option]:
    if "time" not in asked.about:
        return []
    half = ""
    for name in ("am", "pm"):
        if words.phrases(name).whole(said) is not None:
            half = name
    part = words.parts_clock.whole(said) or words.parts_bare.whole(said)
    if not half and part is None:
        return []
    low, high = (0, _NOON) if half == "am" else (_NOON, 24) if half == "pm" else words.hours_of_parts[part]
    return [each for each in asked.options if each.at is not None and low <= each.at.hour < high]


def remaining(asked: Ask, *, day: date | None, at: time | None) -> Ask | Option | None:
    """What is left of a question about day and hour once the message settled one of them."""
    if set(asked.about) != {"date", "time"}:
        return None
    fits = [each for each in asked.options if (day is None or each.day == day) and (at is None or each.at == at)]
    if not fits or len(fits) == len(asked.options):
        return None
    if len(fits) == 1:
        return fits[0]
    return asked.model_copy(update={"about": ("time",) if day is not None else ("date",), "options": tuple(fits)})


def half_of(tokens: Sequence[Token], words: Vocabulary, asked: Ask) -> Ask | None:
    """The question with only the options in the half of the day that was said: "pm" to four options."""
    said = _without_polite([each for each in tokens if each.kind != "sign"], words)
    fits = _in_half(said, words, asked)
    hours = {each.at for each in fits}
    if len(fits) < 2 or len(hours) != 1 or len(fits) == len(asked.options):
        return None
    return asked.model_copy(update={"about": ("date",), "options": tuple(fits)})


def narrowed(ask: Ask, asked: Ask) -> Option | None:
    """The one option of the earlier question that this message's own doubtful words still allow."""
    if ask.about != asked.about or not asked.options:
        return None
    fits = [each for each in asked.options if any((each.day, each.at) == (one.day, one.at) for one in ask.options)]
    if not fits:
        days = {one.day for one in ask.options if one.day is not None}
        fits = [each for each in asked.options if each.day in days] if "date" in ask.about else []
    return fits[0] if len(fits) == 1 else None
