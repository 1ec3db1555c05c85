"""Windows time zone names for IANA ones and back. Nothing else in the bot knows Windows names.

Graph takes every Windows name but only some IANA ones, so we always send the Windows name. Many IANA zones share one
Windows name, so the way back gives an example of the zone, not the one we started from.
Source: learn.microsoft.com/graph/api/resources/datetimetimezone, unicode-org/cldr windowsZones.xml
"""

import json
from importlib import resources

_TABLE: dict[str, dict[str, str]] = json.loads(
    resources.files("bot.graph").joinpath("windows_zones.json").read_text(encoding="utf-8")
)

WINDOWS_TO_IANA: dict[str, str] = _TABLE["windows"]
IANA_TO_WINDOWS: dict[str, str] = _TABLE["iana"]


class ZoneUnknown(ValueError):
    """No Windows name is known for this zone, or no zone for this name: a person has to choose another."""


def windows_name(iana: str) -> str:
    """``America/Los_Angeles`` -> ``Pacific Standard Time``; old names such as ``US/Pacific`` too.

    Raises: ZoneUnknown for the few zones Windows has no name for (``Antarctica/Troll``).
    """
    try:
        return IANA_TO_WINDOWS[iana]
    except KeyError:
        raise ZoneUnknown(iana) from None


def iana_name(windows: str) -> str:
    """``Pacific Standard Time`` -> ``America/Los_Angeles``. Case is ignored, as Exchange does.

    Raises: ZoneUnknown.
    """
    try:
        return WINDOWS_TO_IANA.get(windows) or _FOLDED[windows.casefold()]
    except KeyError:
        raise ZoneUnknown(windows) from None


def is_windows_name(name: str) -> bool:
    """Whether this is a Windows zone name, spelled exactly."""
    return name in WINDOWS_TO_IANA


_FOLDED = {name.casefold(): zone for name, zone in WINDOWS_TO_IANA.items()}
