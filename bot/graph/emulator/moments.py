"""Graph's ways to write a time: ``dateTimeTimeZone`` pairs, offset timestamps, and zones named in headers."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bot.graph.emulator.exchange import Call, GraphError, bad_request
from bot.graph.zones import WINDOWS_TO_IANA

IANA_NAMES = frozenset(
    """
    Etc/GMT+12 Etc/GMT+11 Pacific/Honolulu America/Anchorage America/Santa_Isabel America/Los_Angeles America/Phoenix
    America/Chihuahua America/Denver America/Guatemala America/Chicago America/Mexico_City America/Regina America/Bogota
    America/New_York America/Indiana/Indianapolis America/Caracas America/Asuncion America/Halifax America/Cuiaba
    America/La_Paz America/Santiago America/St_Johns America/Sao_Paulo America/Argentina/Buenos_Aires America/Cayenne
    America/Godthab America/Montevideo America/Bahia Etc/GMT+2 Atlantic/Azores Atlantic/Cape_Verde Africa/Casablanca
    Etc/GMT Europe/London Atlantic/Reykjavik Europe/Berlin Europe/Budapest Europe/Paris Europe/Warsaw Africa/Lagos
    Africa/Windhoek Europe/Bucharest Asia/Beirut Africa/Cairo Asia/Damascus Africa/Johannesburg Europe/Kiev
    Europe/Istanbul Asia/Jerusalem Asia/Amman Asia/Baghdad Europe/Kaliningrad Asia/Riyadh Africa/Nairobi Asia/Tehran
    Asia/Dubai Asia/Baku Europe/Moscow Indian/Mauritius Asia/Tbilisi Asia/Yerevan Asia/Kabul Asia/Karachi Asia/Tashkent
    Asia/Kolkata Asia/Colombo Asia/Kathmandu Asia/Almaty Asia/Dhaka Asia/Yekaterinburg Asia/Rangoon Asia/Bangkok
    Asia/Novosibirsk Asia/Shanghai Asia/Krasnoyarsk Asia/Singapore Australia/Perth Asia/Taipei Asia/Ulaanbaatar
    Asia/Irkutsk Asia/Tokyo Asia/Seoul Australia/Adelaide Australia/Darwin Australia/Brisbane Australia/Sydney
    Pacific/Port_Moresby Australia/Hobart Asia/Yakutsk Pacific/Guadalcanal Asia/Vladivostok Pacific/Auckland Etc/GMT-12
    Pacific/Fiji Asia/Magadan Pacific/Tongatapu Pacific/Apia Pacific/Kiritimati
    """.split()  # noqa: SIM905
)
"""IANA names Graph takes beside Windows ones. Source: learn.microsoft.com/graph/api/resources/datetimetimezone"""

LONGEST_VIEW = timedelta(days=1825)
"""Beyond it Outlook refuses a view. Observed: "the maximum allowed duration is 1825 days"."""

_LOCAL = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,7}))?(Z|[+-]\d\d:\d\d)?")


def zone_of(name: str) -> ZoneInfo:
    """The zone a calendar call names. Raises Graph's refusal for any name outside its list."""
    if name in WINDOWS_TO_IANA:
        return ZoneInfo(WINDOWS_TO_IANA[name])
    if name in IANA_NAMES:
        return ZoneInfo(name)
    raise GraphError(
        400,
        "TimeZoneNotSupportedException",
        f"A valid TimeZone value must be specified. The following TimeZone value is not supported: '{name}'.",
    )


def read_text(text: str, zone: ZoneInfo, code: str = "ErrorPropertyValidationFailure") -> datetime:
    """An instant from a wall time in a zone; up to seven fractional digits, and an offset wins where there is one.

    Years nobody books in are refused, so that arithmetic here cannot leave the calendar.
    """
    match = _LOCAL.fullmatch(text)
    try:
        if match is None:
            raise ValueError(text)
        plain = datetime.fromisoformat(match[1] + (match[3] or "").replace("Z", "+00:00"))
        if not 1900 <= plain.year <= 2500:
            raise ValueError(text)
        aware = plain if plain.tzinfo else plain.replace(tzinfo=zone)
        return aware.astimezone(UTC)
    except ValueError:
        raise bad_request(f"Cannot parse '{text}' as a date and time.", code) from None


def read(pair: Any) -> datetime:
    """The instant of a checked ``dateTimeTimeZone``."""
    return read_text(pair.date_time, zone_of(pair.time_zone))


def read_offset(text: str, code: str = "BadRequest") -> datetime:
    """The instant of a timestamp with offset, as online meetings use. Without an offset it is refused."""
    match = _LOCAL.fullmatch(text)
    if match is None or match[3] is None:
        raise bad_request(f"Cannot convert '{text}' to Edm.DateTimeOffset.", code)
    return read_text(text, ZoneInfo("UTC"), code)


def pair(moment: datetime, zone_name: str = "UTC") -> dict[str, str]:
    """An instant as ``dateTimeTimeZone``, seven fractional digits as Outlook writes them."""
    local = moment.astimezone(zone_of(zone_name) if zone_name != "UTC" else UTC)
    return {"dateTime": local.strftime("%Y-%m-%dT%H:%M:%S") + f".{local.microsecond:06d}0", "timeZone": zone_name}


def stamp(moment: datetime) -> str:
    """An instant as a timestamp in UTC, ``2026-09-01T15:00:00Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def answer_zone(call: Call) -> tuple[str, dict[str, str]]:
    """The zone answers are written in, and the header that says the preference was heard.

    ``Prefer: outlook.timezone`` changes only how answers are written.
    Source: learn.microsoft.com/graph/api/user-list-calendarview (request headers)
    """
    wanted = call.preferences().get("outlook.timezone")
    if not wanted:
        return "UTC", {}
    zone_of(wanted)
    return wanted, {"Preference-Applied": f'outlook.timezone="{wanted}"'}


def iso_duration(length: timedelta) -> str:
    """``PT30M``, ``P1D``: a duration as OData writes it."""
    days, rest = divmod(int(length.total_seconds()), 86400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    clock = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    return (
        "P"
        + (f"{days}D" if days else "")
        + (f"T{clock}" if clock or not days else "")
        + ("0S" if not clock and not days else "")
    )


_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.\d+)?S)?)?")


def read_duration(text: str) -> timedelta:
    """The length an OData duration means."""
    match = _DURATION.fullmatch(text)
    if match is None or text in ("P", "PT"):
        raise bad_request(f"Cannot convert the literal '{text}' to the expected type 'Edm.Duration'.")
    days, hours, minutes, seconds = (int(each or 0) for each in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
