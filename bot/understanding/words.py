"""Questions and their options in a person's words."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.strings.translate import Translator
from bot.strings.words import day_in_words, moment_in_words, phone_in_words, time_in_words
from bot.understanding.questions import Ask, Option


def question(ask: Ask, t: Translator) -> str:
    """The question in one sentence: "Which day do you mean by 03/04?"."""
    about = "moment" if len(ask.about) > 1 else ask.about[0]
    for key in (f"understanding.ask.{ask.why}.{about}", f"understanding.ask.{ask.why}.any"):
        if t.has(key):
            return t(key, said=ask.said)
    return t(f"understanding.ask.any.{about}", said=ask.said)


def option(choice: Option, t: Translator, *, time_zone: str, phone_region: str = "US") -> str:
    """An option as its button says it: "Thu 26 Nov 2026, 2:30 PM Pacific"."""
    if choice.value is not None:
        return phone_in_words(choice.value, phone_region) if choice.value.startswith("+") else choice.value
    zone = choice.time_zone or time_zone
    if choice.day is not None and choice.at is not None:
        moment = datetime.combine(choice.day, choice.at, ZoneInfo(zone)).replace(fold=choice.fold)
        return moment_in_words(moment, zone, t)
    if choice.day is not None:
        return day_in_words(choice.day, t)
    return time_in_words(choice.at, t) if choice.at is not None else ""
