"""Windows zone names: every zone has the right one, and the way back leads to the same time."""

from datetime import UTC, datetime
from importlib import resources
from zoneinfo import ZoneInfo

import pytest
from babel.core import get_global

from bot.graph.emulator.moments import IANA_NAMES
from bot.graph.emulator.zone_words import display_name
from bot.graph.zone_table import build
from bot.graph.zones import IANA_TO_WINDOWS, WINDOWS_TO_IANA, ZoneUnknown, iana_name, is_windows_name, windows_name

NAMELESS = {"Antarctica/Troll", "Factory"}
"""What CLDR has no Windows name for."""
MOVED_SINCE = {"America/Chihuahua": "Central Standard Time (Mexico)", "Asia/Almaty": "West Asia Standard Time"}
"""Zones that changed their time after the CLDR that the pinned Babel carries."""
TWO_WINTERS = [datetime(2026, month, 15, 12, tzinfo=UTC) for month in (1, 7)]


@pytest.mark.parametrize(
    ("zone", "windows"),
    [
        ("America/Los_Angeles", "Pacific Standard Time"),
        ("US/Pacific", "Pacific Standard Time"),
        ("America/Phoenix", "US Mountain Standard Time"),
        ("America/Indiana/Indianapolis", "US Eastern Standard Time"),
        ("America/Indianapolis", "US Eastern Standard Time"),
        ("US/East-Indiana", "US Eastern Standard Time"),
        ("America/Kentucky/Louisville", "Eastern Standard Time"),
        ("America/Argentina/Buenos_Aires", "Argentina Standard Time"),
        ("America/Buenos_Aires", "Argentina Standard Time"),
        ("America/Nuuk", "Greenland Standard Time"),
        ("America/Godthab", "Greenland Standard Time"),
        ("Asia/Ho_Chi_Minh", "SE Asia Standard Time"),
        ("Asia/Saigon", "SE Asia Standard Time"),
        ("Asia/Kolkata", "India Standard Time"),
        ("Asia/Calcutta", "India Standard Time"),
        ("Europe/Kyiv", "FLE Standard Time"),
        ("Europe/Kiev", "FLE Standard Time"),
        ("Europe/London", "GMT Standard Time"),
        ("Pacific/Honolulu", "Hawaiian Standard Time"),
        ("Etc/UTC", "UTC"),
        ("UTC", "UTC"),
        ("EST5EDT", "Eastern Standard Time"),
    ],
)
def test_a_zone_has_its_windows_name_under_old_names_too(zone: str, windows: str) -> None:
    assert windows_name(zone) == windows


def test_every_zone_of_the_tz_database_has_a_name() -> None:
    zones = resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split()
    assert {zone for zone in zones if zone not in IANA_TO_WINDOWS} <= NAMELESS


def test_every_windows_name_babel_knows_is_known_here() -> None:
    for windows, zone in get_global("windows_zone_mapping").items():
        assert windows_name(iana_name(windows)) == windows
        assert windows_name(zone) == MOVED_SINCE.get(zone, windows), zone


def test_there_and_back_is_the_same_time_today() -> None:
    for windows, zone in WINDOWS_TO_IANA.items():
        again = iana_name(windows_name(zone))
        for moment in TWO_WINTERS:
            offsets = {moment.astimezone(ZoneInfo(each)).utcoffset() for each in (zone, again)}
            assert len(offsets) == 1, windows


def test_what_nobody_names_is_said() -> None:
    for unknown in ("Antarctica/Troll", "Nowhere/City"):
        with pytest.raises(ZoneUnknown):
            windows_name(unknown)
    with pytest.raises(ZoneUnknown):
        iana_name("Nowhere Standard Time")


def test_case_is_ignored_on_the_way_back_and_minded_where_a_name_is_required() -> None:
    assert iana_name("pacific standard time") == "America/Los_Angeles"
    assert not is_windows_name("pacific standard time")
    assert is_windows_name("Pacific Standard Time")


def test_the_ones_graph_takes_beside_windows_names_are_known_here() -> None:
    assert all(zone in IANA_TO_WINDOWS for zone in IANA_NAMES)
    assert "Asia/Ho_Chi_Minh" not in IANA_NAMES


def test_the_table_is_as_its_generator_writes_it() -> None:
    pytest.importorskip("tzlocal")
    made = build()
    assert made["windows"] == WINDOWS_TO_IANA
    assert {zone: made["iana"].get(zone) for zone in IANA_TO_WINDOWS} == IANA_TO_WINDOWS


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("America/Los_Angeles", "(UTC-08:00) Pacific Time (US & Canada)"),
        ("Europe/Berlin", "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna"),
        ("UTC", "(UTC) Coordinated Universal Time"),
        ("Asia/Kathmandu", "(UTC+05:45) Nepal"),
    ],
)
def test_people_read_an_offset_and_places(zone: str, words: str) -> None:
    assert display_name(zone) == words
