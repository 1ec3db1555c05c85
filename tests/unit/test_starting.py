"""A start that cannot work ends at once with a sentence that names the setting: no traceback, and nothing half on."""

import base64
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import USAGE_ERROR, main
from bot.serve import FAILED

TENANT = "3c5f1a52-6f3b-4f0e-9d55-0a3f6f0f9a11"
REGISTERED = {"APP_ID": "bot", "APP_PASSWORD": "x", "APP_TENANTID": TENANT}
ALL_BY_THE_APP = {**REGISTERED, "VISITS_IDENTITY": "app"}
KEY = base64.urlsafe_b64encode(bytes(32)).decode()


@pytest.fixture
def taken_port() -> Iterator[str]:
    """A port on which nothing can be served, so that a start that should have been refused ends all the same."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield str(listener.getsockname()[1])


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"CHANNEL_SERVICE": "foo"}, "CHANNEL_SERVICE"),
        ({"DATABASE_URL": "mysql://x/y"}, "DATABASE_URL"),
        ({"DATABASE_URL": "sqlite://"}, "DATABASE_URL"),
        ({"DATABASE_URL": "://"}, "DATABASE_URL"),
        ({"TOKEN_CACHE_KEY": "short"}, "TOKEN_CACHE_KEY"),
        ({"OAUTH_CONNECTION": "graph"}, "OAUTH_CONNECTION"),
        ({**ALL_BY_THE_APP, "GRAPH_CERTIFICATE": "/nope.pfx"}, "GRAPH_CERTIFICATE"),
        ({**ALL_BY_THE_APP, "PUBLIC_URL": "https://v.example"}, "NOTIFICATION_KEY"),
        ({**ALL_BY_THE_APP, "NOTIFICATION_KEY": "key.pem"}, "PUBLIC_URL"),
        ({**ALL_BY_THE_APP, "PUBLIC_URL": "http://v.example", "NOTIFICATION_KEY": "key.pem"}, "PUBLIC_URL"),
        ({**REGISTERED, "TOKEN_CACHE_KEY": KEY}, "PUBLIC_URL"),
        (REGISTERED, "OAUTH_CONNECTION"),
    ],
)
def test_what_is_half_set_is_named_in_one_sentence(
    environment: dict[str, str],
    named: str,
    taken_port: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert main(["serve", "--port", taken_port]) == USAGE_ERROR
    (said,) = capsys.readouterr().err.splitlines()
    assert named in said


def test_what_is_whole_gets_as_far_as_the_port(
    taken_port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    whole = {**REGISTERED, "TOKEN_CACHE_KEY": KEY, "PUBLIC_URL": "https://v.example"}
    for name, value in whole.items():
        monkeypatch.setenv(name, value)
    assert main(["serve", "--port", taken_port]) == FAILED
    assert "--port" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["serve", "effects"])
def test_a_database_that_is_away_is_said_without_its_password(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "postgresql://visits:hunter2@127.0.0.1:1/x")
    assert main([command, "--port", "0"]) == FAILED
    (said,) = capsys.readouterr().err.splitlines()
    assert "DATABASE_URL" in said
    assert "hunter2" not in said


def test_a_folder_that_cannot_be_made_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    assert main(["serve", "--port", "0", "--database", "file/app.db"]) == USAGE_ERROR
    assert "DATABASE_URL" in capsys.readouterr().err
