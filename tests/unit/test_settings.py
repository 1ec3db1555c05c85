"""A setting that is missing, half set or misspelt stops the start and is named."""

import pytest

from bot.settings import Settings, SettingsError, read_settings
from tests.personas import ANOTHER_TENANT_ID, TENANT_ID

GRAPH = {"graph_client_id": "client", "graph_client_secret": "secret", "graph_tenant_id": TENANT_ID}
TEAMS = {"app_id": "app", "app_password": "secret", "app_tenantid": TENANT_ID}

MACHINE = {"app_id": "app", "app_type": "UserAssignedMSI", "app_tenantid": TENANT_ID}
KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.chdir(str(tmp_path))


def _refusal(**given: object) -> str:
    with pytest.raises(SettingsError) as told:
        read_settings(**given)
    return str(told.value)


def test_with_nothing_set_everything_is_embedded() -> None:
    settings = read_settings()
    assert settings.uses_emulator
    assert not settings.authenticated
    assert settings.on_loopback
    assert settings.database == ".data/app.db"


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"app_password": "x"}, "APP_ID"),
        ({"app_tenantid": TENANT_ID}, "APP_ID"),
        ({"app_id": "x", "app_tenantid": TENANT_ID}, "APP_PASSWORD"),
        ({"app_id": "x", "app_password": "p"}, "APP_TENANTID"),
        ({"app_id": "x", "app_type": "UserAssignedMSI"}, "APP_TENANTID"),
        ({"app_id": "x", "app_password": "p", "app_type": "MultiTenant"}, "ALLOWED_TENANTS"),
        ({"app_type": "SingelTenant"}, "APP_TYPE"),
        ({"host": "0.0.0.0"}, "HOST"),
        ({"graph_client_id": "x", "graph_tenant_id": TENANT_ID}, "GRAPH_CLIENT_SECRET"),
        ({"graph_client_id": "x", "graph_client_secret": "s"}, "GRAPH_TENANT_ID"),
        ({"graph_tenant_id": TENANT_ID}, "GRAPH_CLIENT_ID"),
        ({"graph_client_secret": "s"}, "GRAPH_CLIENT_ID"),
        ({**GRAPH, "graph_managed_identity": "m"}, "exclude each other"),
        ({**GRAPH, "backend": "bookings"}, "BOOKINGS_BUSINESS"),
        ({**TEAMS, "playground": True}, "PLAYGROUND"),
        ({"token_cache_key": "secret"}, "TOKEN_CACHE_KEY"),
        ({"token_cache_key": f"{KEY},c2hvcnQ="}, "TOKEN_CACHE_KEY"),
        ({**MACHINE, "token_cache_key": KEY}, "GRAPH_FEDERATED_IDENTITY"),
        ({"port": 70000}, "PORT"),
        ({"quiet_window_seconds": -1}, "QUIET_WINDOW_SECONDS"),
    ],
)
def test_what_is_half_configured_is_named(given: dict[str, object], named: str) -> None:
    assert named in _refusal(**given)


@pytest.mark.parametrize("name", ["app_tenantid", "graph_tenant_id", "allowed_tenants"])
def test_a_tenant_named_otherwise_than_by_its_id_is_refused(name: str) -> None:
    said = _refusal(**{**TEAMS, **GRAPH, name: "contoso.onmicrosoft.com"})
    assert said.startswith(name.upper())
    assert "contoso.onmicrosoft.com is no tenant id" in said


def test_a_tenants_id_is_the_same_in_capitals() -> None:
    shouted = {"app_tenantid": TENANT_ID.upper(), "graph_tenant_id": TENANT_ID.upper()}
    both = f"{ANOTHER_TENANT_ID.upper()}, {TENANT_ID}"
    settings = read_settings(**{**TEAMS, **GRAPH, **shouted}, allowed_tenants=both)
    assert (settings.app_tenantid, settings.graph_tenant) == (TENANT_ID, TENANT_ID)
    assert settings.allowed_tenants == (ANOTHER_TENANT_ID, TENANT_ID)


def test_keys_that_were_rotated_stand_in_their_order() -> None:
    url_safe = "_-" + KEY[2:]
    settings = read_settings(**TEAMS, emulator=True, token_cache_key=f"{url_safe}, {KEY}")
    assert settings.token_cache_keys == [url_safe, KEY]


def test_the_bots_own_identity_signs_in_to_graph_unless_another_is_named() -> None:
    settings = read_settings(**TEAMS)
    assert not settings.uses_emulator
    assert (settings.graph_client, settings.graph_tenant) == ("app", TENANT_ID)
    assert settings.graph_secret.get_secret_value() == "secret"


def test_the_emulator_can_be_forced_although_a_tenant_is_configured() -> None:
    assert read_settings(**TEAMS, emulator=True).uses_emulator


def test_names_of_the_environment_are_the_bot_frameworks(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("APP_ID", "app"), ("APP_PASSWORD", "p"), ("APP_TENANTID", TENANT_ID), ("ADMINS", "A, b")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", "postgresql://u@h/d")
    settings = read_settings()
    assert settings.authenticated
    assert settings.admins == ("a", "b")
    assert settings.database == "postgresql://u@h/d"


def test_secrets_do_not_show() -> None:
    assert "hunter2" not in repr(read_settings(**{**TEAMS, "app_password": "hunter2"}))
