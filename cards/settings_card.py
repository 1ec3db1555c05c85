"""A person's own settings: the zone they type and read in, their language, their reminders."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.strings.translate import languages
from bot.strings.words import duration_in_words, zone_in_words
from bot.visits.models.people import Preferences
from cards.booking_form import CLIENT_ZONES
from cards.elements import Card, Element, actions, box, card, choice, execute, heading, small, text
from cards.keeping_lines import keeping_lines
from cards.menu_verbs import SaveSettings
from cards.reader import Reader
from cards.typed_text import typed

REMINDERS = tuple(timedelta(minutes=each) for each in (5, 10, 15, 30, 60))
NO_REMINDERS = "none"
AS_CLINIC = "clinic"
AS_TEAMS = "teams"


def settings_card(
    preferences: Preferences,
    reader: Reader,
    *,
    now: datetime,
    saved: bool = False,
    businesses: Sequence[tuple[str, str]] = (),
) -> Card:
    """What the person chose, and what holds where they chose nothing. ``businesses``: name and id of each."""
    t = reader.t
    device = reader.teams_zone
    return card(
        t("settings.summary"),
        [
            heading(t("settings.title")),
            box([text(t("settings.saved"))], style="good") if saved else None,
            choice(
                "time_zone",
                t("settings.time_zone"),
                _zones(preferences, reader, now),
                value=preferences.time_zone or AS_CLINIC,
            ),
            small(t("settings.device", zone=zone_in_words(now, device, t))) if device else None,
            choice("language", t("settings.language"), _languages(reader), value=_language(preferences)),
            choice(
                "reminders",
                t("settings.reminders"),
                _reminders(preferences, reader),
                value=_reminder_value(preferences),
            ),
            _business(preferences, businesses, reader),
            *keeping_lines(reader),
            actions(execute(t("settings.save"), SaveSettings(), style="positive")),
        ],
        language=t.language,
    )


def _business(preferences: Preferences, businesses: Sequence[tuple[str, str]], reader: Reader) -> Element | None:
    """Which Bookings calendar, where there are several."""
    if len(businesses) < 2:
        return None
    options = [(reader.t("backend.business_usual"), AS_CLINIC), *((typed(name), each) for name, each in businesses)]
    return choice("business", reader.t("backend.business"), options, value=preferences.business or AS_CLINIC)


def _zones(preferences: Preferences, reader: Reader, now: datetime) -> list[tuple[str, str]]:
    t = reader.t
    zones = dict.fromkeys([*CLIENT_ZONES, reader.teams_zone, preferences.time_zone])
    own = t("settings.zone_clinic", zone=zone_in_words(now, reader.clinic.time_zone, t))
    return [(own, AS_CLINIC), *((zone_in_words(now, each, t), each) for each in zones if each)]


def _languages(reader: Reader) -> list[tuple[str, str]]:
    return [
        (reader.t("settings.language_teams"), AS_TEAMS),
        *(
            (reader.t(f"settings.languages.{each}"), each)
            for each in languages()
            if reader.t.has(f"settings.languages.{each}")
        ),
    ]


def _language(preferences: Preferences) -> str:
    return preferences.language.split("-")[0] if preferences.language else AS_TEAMS


def _reminders(preferences: Preferences, reader: Reader) -> list[tuple[str, str]]:
    t = reader.t
    clinic = ", ".join(duration_in_words(each, t) for each in reader.clinic.reminders) or t("settings.reminders_none")
    several = preferences.reminders if preferences.reminders and len(preferences.reminders) > 1 else None
    options = [(t("settings.reminders_clinic", before=clinic), AS_CLINIC), (t("settings.reminders_none"), NO_REMINDERS)]
    options += [
        (t("settings.before", duration=duration_in_words(each, t)), minutes_value((each,))) for each in REMINDERS
    ]
    if several:
        words = ", ".join(duration_in_words(each, t) for each in several)
        options.append((t("settings.before", duration=words), minutes_value(several)))
    return options


def _reminder_value(preferences: Preferences) -> str:
    if preferences.reminders is None:
        return AS_CLINIC
    return minutes_value(preferences.reminders) if preferences.reminders else NO_REMINDERS


def minutes_value(lengths: tuple[timedelta, ...]) -> str:
    """Lengths as a choice's value: ``60 15``."""
    return " ".join(str(int(each.total_seconds() // 60)) for each in lengths)
