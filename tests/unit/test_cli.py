"""Options stand before or after a sub-command alike, and a fault in them ends the start with its name."""

import pytest

from bot.cli import USAGE_ERROR, main
from bot.cli import _parser as parser


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "4000", "--database", "d", "effects"],
        ["effects", "--port", "4000", "--database", "d"],
        ["--port", "4000", "effects", "--database", "d"],
    ],
)
def test_options_may_stand_on_either_side_of_a_command(arguments: list[str]) -> None:
    given = vars(parser().parse_args(arguments))
    assert (given["command"], given["port"], given["database"]) == ("effects", 4000, "d")


def test_without_a_command_the_bot_is_served() -> None:
    assert vars(parser().parse_args(["--playground"])) == {"command": "serve", "playground": True}


def test_a_half_configured_start_is_refused_and_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: object
) -> None:
    monkeypatch.chdir(str(tmp_path))
    monkeypatch.setenv("APP_PASSWORD", "x")
    assert main(["serve"]) == USAGE_ERROR
    assert "APP_ID" in capsys.readouterr().err


def test_a_clinic_file_with_a_fault_is_refused_with_its_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: object
) -> None:
    monkeypatch.chdir(str(tmp_path))
    with open("ours.toml", "w", encoding="utf-8") as file:
        file.write('name = "Ours"\ntime_zone = "Pacific"\n')
    assert main(["--clinic", "ours.toml"]) == USAGE_ERROR
    assert "ours.toml, line 2: time_zone" in capsys.readouterr().err
