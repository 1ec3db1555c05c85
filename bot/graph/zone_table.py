"""Writes ``windows_zones.json``: CLDR's Windows zone names, with every tz database name resolved.

Run ``python -m bot.graph.zone_table`` after a CLDR or tz database update. The rows come from CLDR's
windowsZones.xml as the ``tzlocal`` package carries it; names it does not list are resolved through the
tz database's own links.
Source: unicode-org/cldr common/supplemental/windowsZones.xml, learn.microsoft.com/graph/api/resources/datetimetimezone
"""

import json
from importlib import resources
from pathlib import Path
from zoneinfo import available_timezones

POSIX_LIKE = {
    "CST6CDT": "America/Chicago",
    "EST5EDT": "America/New_York",
    "MST7MDT": "America/Denver",
    "PST8PDT": "America/Los_Angeles",
}
"""Names that are zones of their own in the tz database's older form, and links in its newer one."""

NOT_ZONES = {"localtime", "posixrules", "Factory"}

TABLE = Path(__file__).with_name("windows_zones.json")


def links() -> dict[str, str]:
    """The tz database's aliases, old name to target, as ``tzdata.zi`` spells them (``L target alias``)."""
    text = resources.files("tzdata").joinpath("zoneinfo/tzdata.zi").read_text(encoding="utf-8")
    rows = (line.split() for line in text.splitlines() if line.startswith("L "))
    return POSIX_LIKE | {alias: target for _, target, alias in rows}


def build() -> dict[str, dict[str, str]]:
    """Both directions: ``windows`` to the world's example zone, ``iana`` to the Windows name."""
    from tzlocal.windows_tz import tz_win, win_tz

    targets = links()
    siblings: dict[str, list[str]] = {}
    for alias, target in targets.items():
        siblings.setdefault(target, []).append(alias)

    def windows_of(name: str) -> str | None:
        target = targets.get(name, name)
        family = [name, target, *siblings.get(target, [])]
        return next((tz_win[each] for each in family if each in tz_win), None)

    named = {name: windows_of(name) for name in sorted((available_timezones() | set(tz_win)) - NOT_ZONES)}
    return {
        "windows": {name: targets.get(zone, zone) for name, zone in sorted(win_tz.items())},
        "iana": {name: windows for name, windows in named.items() if windows is not None},
    }


if __name__ == "__main__":
    TABLE.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
