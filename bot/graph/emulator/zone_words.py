"""Zones as Windows shows them to people: ``(UTC-08:00) Pacific Time (US & Canada)``.

Source: learn.microsoft.com/windows-hardware/manufacture/desktop/default-time-zones
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.graph.zones import iana_name, windows_name

WORDS = {
    "UTC": "Coordinated Universal Time",
    "Hawaiian Standard Time": "Hawaii",
    "Alaskan Standard Time": "Alaska",
    "Pacific Standard Time": "Pacific Time (US & Canada)",
    "US Mountain Standard Time": "Arizona",
    "Mountain Standard Time": "Mountain Time (US & Canada)",
    "Central Standard Time": "Central Time (US & Canada)",
    "Eastern Standard Time": "Eastern Time (US & Canada)",
    "US Eastern Standard Time": "Indiana (East)",
    "Atlantic Standard Time": "Atlantic Time (Canada)",
    "GMT Standard Time": "Dublin, Edinburgh, Lisbon, London",
    "W. Europe Standard Time": "Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna",
    "Romance Standard Time": "Brussels, Copenhagen, Madrid, Paris",
    "SE Asia Standard Time": "Bangkok, Hanoi, Jakarta",
    "India Standard Time": "Chennai, Kolkata, Mumbai, New Delhi",
    "Tokyo Standard Time": "Osaka, Sapporo, Tokyo",
}


def display_name(iana: str) -> str:
    """The zone's name for people, with its offset in winter; summer time does not show in it."""
    windows = windows_name(iana)
    words = WORDS.get(windows) or windows.replace(" Standard Time", "")
    return f"({_winter(ZoneInfo(iana_name(windows)))}) {words}"


def _winter(zone: ZoneInfo) -> str:
    offsets = [datetime(2026, month, 1, tzinfo=zone).utcoffset() or timedelta(0) for month in (1, 7)]
    minutes = int(min(offsets).total_seconds()) // 60
    if minutes == 0:
        return "UTC"
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"
