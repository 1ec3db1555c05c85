"""Days, times, zones, lengths and phone numbers as a person reads them.

Words are made here and nowhere else: Teams does not promise DATE() and TIME(), and a screen reader says
"09/10" badly. Example: "Thu 26 Nov 2026, 2:30 PM Pacific".
"""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import phonenumbers
from babel.dates import format_date, format_time, get_timezone_name

from bot.strings.translate import Translator

MINUTES_IN_HOUR = 60


def local(moment: datetime, zone: str) -> datetime:
    """The wall clock of a zone at an instant."""
    return moment.astimezone(ZoneInfo(zone))


def day_in_words(day: date, t: Translator, *, with_year: bool = True) -> str:
    """Thu 26 Nov 2026; in Spanish jue 26 nov 2026. Weekday, then day before month in every locale: never ambiguous."""
    pattern = "EEE d MMM y" if with_year else "EEE d MMM"
    return str(format_date(day, pattern, locale=t.locale)).replace(".", "")


def time_in_words(at: time | datetime, t: Translator) -> str:
    """2:30 PM or 14:30, as the reader's locale writes it, with plain spaces."""
    naive = at.replace(tzinfo=None) if isinstance(at, datetime) else at
    return str(format_time(naive, "short", locale=t.locale)).replace(" ", " ").replace("\xa0", " ")


def zone_in_words(moment: datetime, zone: str, t: Translator) -> str:
    """Pacific, Eastern, United Kingdom: the zone's everyday name, without "Time" where English says it so.

    A zone that keeps its clock while its neighbours change theirs says so: Mountain Standard in Phoenix.
    """
    info = ZoneInfo(zone)
    if zone in UTC_NAMES:
        return "UTC"
    if t.has(everyday := f"words.zones.{zone}"):
        return t(everyday)
    name = _zone_name(zone, "generic", t)
    if len({datetime(moment.year, month, 1, tzinfo=info).utcoffset() for month in (1, 4, 7, 10)}) == 1:
        standard = _zone_name(zone, "standard", t)
        name = standard if standard.startswith(name.removesuffix(" Time")) else name
    return _short(name, t.language)


UTC_NAMES = frozenset({"UTC", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "Universal", "Zulu", "UCT"})


def _short(name: str, language: str) -> str:
    """Without the word for time, which buttons on a phone have no room for."""
    if language == "en":
        return name.removesuffix(" Time")
    if language == "es":
        return name.removeprefix("hora del ")  # Pacífico; "central" alone would read as English
    return name


def _zone_name(zone: str, variant: str, t: Translator) -> str:
    return str(get_timezone_name(zone, width="long", zone_variant=variant, locale=t.locale))


def moment_in_words(moment: datetime, zone: str, t: Translator) -> str:
    """Thu 26 Nov 2026, 2:30 PM Pacific. Where the wall time exists twice, the UTC offset follows."""
    here = local(moment, zone)
    words = f"{day_in_words(here.date(), t)}, {time_in_words(here, t)} {zone_in_words(moment, zone, t)}"
    if _exists_twice(here):
        words += f" (UTC{here.strftime('%z')[:3]})"
    return words


def _exists_twice(here: datetime) -> bool:
    return here.replace(fold=0).utcoffset() != here.replace(fold=1).utcoffset()


def duration_in_words(length: timedelta, t: Translator) -> str:
    """45 min, 1 h, 1 h 30 min."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, MINUTES_IN_HOUR)
    parts = []
    if hours:
        parts.append(t("words.hours", count=hours))
    if minutes or not hours:
        parts.append(t("words.minutes", count=minutes))
    return " ".join(parts)


def phone_in_words(phone: str, region: str) -> str:
    """(206) 555-0142 for a number of the region, +44 20 7946 0958 for any other."""
    number = phonenumbers.parse(phone, None)
    home = phonenumbers.region_code_for_number(number) == region
    form = phonenumbers.PhoneNumberFormat
    return str(phonenumbers.format_number(number, form.NATIONAL if home else form.INTERNATIONAL))


def lack_in_words(lacks: str, t: Translator) -> str:
    """What an administrator does about a refusal: grants the permission and, where there is a second line, runs it."""
    permission, _, command = lacks.partition("\n")
    if command:
        return t("graph.no_permission_policy", permission=permission, command=command)
    return t("graph.no_permission", permission=permission)
