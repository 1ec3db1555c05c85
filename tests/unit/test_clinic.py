"""A clinic file is read, or its fault is told with the line it stands on."""

from datetime import date, time, timedelta
from importlib.resources import files
from pathlib import Path

import pytest

from bot.clinic import ClinicFileError, demo_clinic, load_clinic, parse_clinic

DEMO = (files("bot.clinics") / "demo.toml").read_text(encoding="utf-8")


def _fault(old: str, new: str) -> str:
    assert old in DEMO
    with pytest.raises(ClinicFileError) as told:
        parse_clinic(DEMO.replace(old, new, 1), "ours.toml")
    return str(told.value)


def _line_of(words: str) -> int:
    return next(n for n, line in enumerate(DEMO.splitlines(), 1) if words in line)


def test_the_demo_clinic_is_the_one_that_is_promised() -> None:
    clinic = demo_clinic().clinic
    assert clinic.time_zone == "America/Los_Angeles"
    assert [each.display_name for each in clinic.staff] == [
        "Dr Min Kim",
        "Dr Asha Patel",
        "Maria Lopez RN",
        "Tom Becker",
    ]
    assert {each.name: each.duration // timedelta(minutes=1) for each in clinic.types} == {
        "Follow-up": 30,
        "New patient": 45,
        "Prescription renewal": 15,
        "Lab results": 20,
        "Physiotherapy": 60,
    }
    thursday = clinic.office_hours.on(date(2026, 11, 26))
    assert [(each.opens, each.closes) for each in thursday] == [(time(8), time(18))]
    assert clinic.office_hours.on(date(2026, 11, 28)) == ()
    assert clinic.office_hours.on(date(2026, 12, 25)) == ()
    assert clinic.may_act("anybody in the tenant")
    assert demo_clinic().demo_visits


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ('"America/Los_Angeles"', '"Pacific"', 'time_zone = "America', "not an IANA time zone"),
        ("minutes = 45", 'minutes = "long"', "minutes = 45", "integer"),
        ("minutes = 45", "minuts = 45", "minutes = 45", "misspelt"),
        ('tuesday = ["08:00-18:00"]', 'tuesday = ["8 to 6"]', "tuesday = ", "not a span"),
        ('tuesday = ["08:00-18:00"]', 'tuesday = ["18:00-08:00"]', "tuesday = ", "closes before it opens"),
        ("asha.patel@contoso.example", "asha.patel", "asha.patel@", "pattern"),
    ],
)
def test_a_fault_names_its_line(old: str, new: str, line: str, words: str) -> None:
    told = _fault(old, new)
    assert f"ours.toml, line {_line_of(line)}:" in told
    assert words in told


def test_a_missing_key_is_told_at_its_table() -> None:
    told = _fault("minutes = 45\n", "")
    table = _line_of('name = "New patient"') - 1
    assert f"ours.toml, line {table}: types.1.minutes: Field required" in told


def test_broken_toml_names_its_line() -> None:
    assert f"line {_line_of('minutes = 45')}" in _fault("minutes = 45", "minutes = = 45")


def test_two_people_with_one_object_id_are_refused() -> None:
    assert "stands there twice" in _fault("000000000002", "000000000001")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ClinicFileError, match=r"none\.toml"):
        load_clinic(tmp_path / "none.toml")


def test_only_staff_and_named_schedulers_may_act_where_not_everyone_may() -> None:
    scheduler = "00000000-0000-4000-8000-00000000000f"
    named = DEMO.replace('schedulers = "everyone"', f'schedulers = ["{scheduler.upper()}"]')
    clinic = parse_clinic(named, "ours.toml").clinic
    assert clinic.may_act(scheduler)
    assert clinic.may_act(clinic.staff[0].id)
    assert not clinic.may_act("00000000-0000-4000-8000-0000000000ff")
    assert not clinic.may_act("")
