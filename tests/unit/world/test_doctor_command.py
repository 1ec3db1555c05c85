"""``python app.py doctor`` for administrators: what is needed, what cannot work, and an exit code."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from bot.cli import main
from bot.clock import SystemClock
from bot.doctor_command import problems_of, run_doctor
from bot.graph.auth import ClientSecret, Registration
from bot.graph.client import http_client
from bot.graph.clouds import cloud_named
from bot.graph.delegated import DelegatedTokens, Sealed
from bot.graph.played_login import PlayedLogin
from bot.settings import Settings
from bot.store.engine import open_database
from bot.store.grants import SqlGrants
from bot.store.migrating import migrate
from tests.apart import emulator_apart, seen_by, strict_world
from tests.personas import KIM, TENANT_ID

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
REAL = {"app_id": "bot", "app_password": "x", "app_tenantid": TENANT_ID}


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
    "enough",
    [
        {"oauth_connection": "graph"},
        {"token_cache_key": KEY, "public_url": "https://v.example"},
        {"visits_identity": "app"},
        {"without_grant": "app"},
    ],
)
def test_any_way_out_of_it_is_enough(enough: dict[str, str]) -> None:
    assert problems_of(settings(**REAL, **enough)) == []


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


# --- three configurations, as an administrator reads them -------------------------------------------

SIGNED_IN = {"GRAPH_IDENTITY": "delegated", "TOKEN_CACHE_KEY": KEY, "PUBLIC_URL": "https://visits.contoso.example"}
CONFIGURATIONS = {
    "signed-in": SIGNED_IN,
    "bookings-by-a-connection": {
        "BACKEND": "bookings",
        "BOOKINGS_BUSINESS": "clinic@contoso.example",
        "GRAPH_IDENTITY": "delegated",
        "WITHOUT_GRANT": "app",
        "OAUTH_CONNECTION": "graph",
    },
    "china": {"CLOUD": "china"},
}
APPROVED = Path(__file__).parent / "approved"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., None]:
    """Sets the settings as an administrator does, and nothing else."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(tmp_path)

    def given(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return given


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_the_command_says_what_was_approved(
    name: str, environment: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    environment(APP_ID="visits", APP_PASSWORD="x", APP_TENANTID=TENANT_ID, **CONFIGURATIONS[name])
    assert main(["doctor"]) == 0
    said = capsys.readouterr().out.rstrip() + "\n"
    assert said == (APPROVED / f"doctor-{name}.txt").read_text(encoding="utf-8")


# --- live, on an emulator that runs on its own ------------------------------------------------------


def asked_of(address: str) -> set[str]:
    """Method and last part of every path the emulator was asked for."""
    return {f"{each['method']} {each['path'].rpartition('/')[2]}" for each in seen_by(address)["requests"]}


def test_live_asks_every_mailbox_and_only_reads(
    environment: Callable[..., None], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    environment()
    with emulator_apart(strict_world(), tmp_path) as address:
        assert main(["doctor", "--live", "--emulator-url", address]) == 0
        assert asked_of(address) == {"POST getSchedule", "GET events", "GET onlineMeetings"}
    said = capsys.readouterr().out
    assert f"Asked of the emulator at {address}, reading only:" in said
    assert said.count("  ok  get_schedule for ") == 4
    assert "  ok  find_meeting for Dr Min Kim" in said
    assert "  no  " not in said


def test_live_names_the_permission_that_is_missing(
    environment: Callable[..., None], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    environment()
    world = strict_world()
    world.app.roles = tuple(each for each in world.app.roles if not each.startswith("OnlineMeetings"))
    world.access_policies = ()
    with emulator_apart(world, tmp_path) as address:
        assert main(["doctor", "--live", "--emulator-url", address]) == 1
    said = capsys.readouterr().out
    assert "  ok  get_schedule for Dr Min Kim" in said
    assert (
        "  no  find_meeting for Dr Min Kim: grant OnlineMeetings.Read.All (an administrator), and for Teams: " in said
    )
    assert "Grant-CsApplicationAccessPolicy" in said


def test_live_reads_a_bookings_calendar(
    environment: Callable[..., None], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    environment(BACKEND="bookings", BOOKINGS_BUSINESS="clinic@contoso.example")
    with emulator_apart(strict_world(), tmp_path) as address:
        assert main(["doctor", "--live", "--emulator-url", address]) == 0
        assert {each.partition(" ")[0] for each in asked_of(address) if "getSchedule" not in each} == {"GET"}
    said = capsys.readouterr().out
    for name in ("list_businesses", "read_business", "list_services", "list_staff"):
        assert f"  ok  {name}\n" in said


def test_live_as_people_who_have_not_signed_in_asks_nobody(
    environment: Callable[..., None], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    environment(GRAPH_IDENTITY="delegated")
    with emulator_apart(strict_world(), tmp_path) as address:
        assert main(["doctor", "--live", "--emulator-url", address]) == 0
        assert asked_of(address) == set()
    assert "  ?   get_schedule for Dr Min Kim: they have not signed in" in capsys.readouterr().out


async def kim_signs_in(address: str, folder: Path) -> None:
    """As the bot keeps it: Kim's grant, sealed, in its database."""
    clock, cloud, app = SystemClock(), cloud_named("global"), strict_world().app
    database = open_database(f"sqlite:///{folder / 'app.db'}")
    await asyncio.to_thread(migrate, database.engine)
    tokens = DelegatedTokens(
        Registration(ClientSecret(app.secret), client_id=app.id, tenant_id=TENANT_ID, cloud=cloud),
        SqlGrants(database, clock),
        Sealed(KEY),
        permissions=("Calendars.ReadWrite", "OnlineMeetings.ReadWrite"),
        clock=clock,
        http=PlayedLogin(http_client(), cloud, root=address),
    )
    flow = await tokens.begin("http://127.0.0.1:3978/auth/end")
    page = flow["auth_uri"].replace("https://login.microsoftonline.com", address).replace("form_post", "query")
    async with httpx.AsyncClient(trust_env=False) as browser:
        sent_back = await browser.post(page, data={"person": KIM.object_id, "choice": "accept"})
    answer = dict(httpx.URL(sent_back.headers["Location"]).params)
    await tokens.keep(KIM.object_id, await tokens.granted(KIM.object_id, flow, answer))
    await database.close()


def test_live_as_somebody_who_signed_in_to_the_bot_asks_in_their_name(
    environment: Callable[..., None], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    environment(GRAPH_IDENTITY="delegated", TOKEN_CACHE_KEY=KEY, DATABASE_URL=str(tmp_path / "app.db"))
    with emulator_apart(strict_world(), tmp_path) as address:
        asyncio.run(kim_signs_in(address, tmp_path))
        assert main(["doctor", "--live", "--emulator-url", address]) == 0
        assert {each["path"].split("/")[2] for each in seen_by(address)["requests"]} == {"me"}
    said = capsys.readouterr().out
    assert "  ok  get_schedule for Dr Min Kim" in said
    assert "  ?   get_schedule for Dr Asha Patel: they have not signed in" in said


def test_live_with_nobody_there_says_so(environment: Callable[..., None], capsys: pytest.CaptureFixture[str]) -> None:
    environment()
    assert main(["doctor", "--live", "--emulator-url", "http://127.0.0.1:9"]) == 0
    assert "  ?   get_schedule for Dr Min Kim: no answer now, try again later" in capsys.readouterr().out
