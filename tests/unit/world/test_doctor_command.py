"""``python app.py doctor`` for administrators: what is needed, what cannot work, and an exit code."""

import pytest

from bot.cli import main
from bot.doctor_command import problems_of, run_doctor
from bot.settings import Settings

REAL = {"app_id": "bot", "app_password": "x", "app_tenantid": "contoso"}


def settings(**changes: object) -> Settings:
    return Settings(_env_file=None, **changes)  # type: ignore[arg-type]


def test_without_a_tenant_it_says_calmly_what_one_would_need(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_doctor(settings(), live=False) == 0
    said = capsys.readouterr().out
    assert said.startswith("Microsoft Graph is played by the emulator")
    assert "Calendars.ReadWrite" in said
    assert "Attention" not in said


def test_live_without_a_tenant_asks_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_doctor(settings(), live=True) == 0
    assert "Nothing was asked of Microsoft" in capsys.readouterr().out


def test_calls_for_people_who_cannot_sign_in_are_a_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_doctor(settings(**REAL), live=False) == 1
    assert "set OAUTH_CONNECTION or TOKEN_CACHE_KEY" in capsys.readouterr().out


@pytest.mark.parametrize(
    "enough", [{"oauth_connection": "graph"}, {"token_cache_key": "k"}, {"visits_identity": "app"}]
)
def test_any_way_out_of_it_is_enough(enough: dict[str, str]) -> None:
    assert problems_of(settings(**REAL, **enough)) == []


def test_half_of_what_notifications_need_is_a_problem() -> None:
    half = settings(**REAL, visits_identity="app", public_url="https://visits.contoso.example")
    (problem,) = problems_of(half)
    assert "NOTIFICATION_KEY" in problem


def test_who_waits_needs_a_right_of_its_own_only_where_it_is_set_up(capsys: pytest.CaptureFixture[str]) -> None:
    run_doctor(settings(**REAL), live=False)
    assert "/subscriptions" not in capsys.readouterr().out
    run_doctor(settings(**REAL, public_url="https://v.example", notification_key="key.pem"), live=False)
    assert "/subscriptions [beta]: OnlineMeetings.Read.All" in capsys.readouterr().out


def test_the_command_line_reaches_it(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    for name in ("APP_ID", "GRAPH_CLIENT_ID", "GRAPH_TENANT_ID"):
        monkeypatch.delenv(name, raising=False)
    assert main(["doctor"]) == 0
    assert "played by the emulator" in capsys.readouterr().out
