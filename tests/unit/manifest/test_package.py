"""The Teams app package can be uploaded as it is: its zip, its icons, its words, its ids."""

import io
import json
import os
import re
import shutil
import struct
import subprocess
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from bot.settings import Settings
from bot.strings.translate import languages
from manifest.__main__ import main
from manifest.package import Identity, command_titles, localization, localized_places, manifest, package

APP_ID = "11111111-2222-4333-8444-555555555555"
SSO_ID = "66666666-7777-4888-8999-aaaaaaaaaaaa"
OURS = Identity(app_id=APP_ID, sso_app_id=SSO_ID, host="bot.example.org", token_host="token.botframework.com")
SIGN_IN_SETTINGS = ("APP_ID", "PUBLIC_URL", "OAUTH_CONNECTION", "TOKEN_CACHE_KEY", "GRAPH_CLIENT_ID", "CHANNEL_SERVICE")
WAYS_TO_SIGN_IN = {
    "nobody signs in": Identity(app_id=APP_ID, host="bot.example.org"),
    "our own exchange": Identity(app_id=APP_ID, sso_app_id=APP_ID, host="bot.example.org"),
    "a connection": OURS,
}
SCHEMAS = "@microsoft/app-manifest/build/json-schemas/teams"


def unpacked(identity: Identity = OURS) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(package(identity))) as archive:
        return {each: archive.read(each) for each in archive.namelist()}


def test_the_zip_holds_the_manifest_its_icons_and_languages_at_its_root_and_nothing_else() -> None:
    others = {f"{each}.json" for each in languages() if each != "en"}
    assert set(unpacked()) - others == {"manifest.json", "color.png", "outline.png"}


def test_the_same_input_makes_the_same_bytes() -> None:
    assert package(OURS) == package(OURS)


def test_its_json_is_utf_8_without_a_byte_order_mark_and_every_placeholder_is_filled() -> None:
    for name, content in unpacked().items():
        if name.endswith(".json"):
            assert not content.startswith(b"\xef\xbb\xbf")
            assert b"${{" not in content
            json.loads(content.decode("utf-8"))


def test_ids_agree_and_the_hosts_are_valid() -> None:
    made = manifest(OURS)
    assert made["bots"][0]["botId"] == made["id"] == APP_ID
    assert made["webApplicationInfo"] == {"id": SSO_ID, "resource": f"api://botid-{APP_ID}"}
    assert made["validDomains"] == ["bot.example.org", "token.botframework.com"]
    assert all(made["developer"][each].startswith("https://") for each in ("websiteUrl", "privacyUrl", "termsOfUseUrl"))


def test_where_nobody_signs_in_it_names_no_app_and_no_domain() -> None:
    made = manifest(WAYS_TO_SIGN_IN["nobody signs in"])
    assert "webApplicationInfo" not in made
    assert "validDomains" not in made


def test_our_own_exchange_needs_the_bots_host_and_no_other() -> None:
    assert manifest(WAYS_TO_SIGN_IN["our own exchange"])["validDomains"] == ["bot.example.org"]


def test_the_command_reads_the_settings_file_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    (tmp_path / ".env").write_text(f"APP_ID={APP_ID}\nPUBLIC_URL=https://bot.example.org\n", encoding="utf-8")
    assert main(["--out", "app.zip"]) == 0
    assert Path("app.zip").read_bytes() == package(Identity(app_id=APP_ID, host="bot.example.org"))


@pytest.mark.parametrize(
    ("settings", "app", "domains"),
    [
        ({}, None, None),
        ({"TOKEN_CACHE_KEY": "k"}, APP_ID, ["bot.example.org"]),
        ({"TOKEN_CACHE_KEY": "k", "GRAPH_CLIENT_ID": SSO_ID}, SSO_ID, ["bot.example.org"]),
        ({"OAUTH_CONNECTION": "graph"}, APP_ID, ["bot.example.org", "token.botframework.com"]),
        (
            {"OAUTH_CONNECTION": "graph", "CHANNEL_SERVICE": "https://botframework.azure.us"},
            APP_ID,
            ["bot.example.org", "token.botframework.azure.us"],
        ),
    ],
)
def test_the_command_reads_from_the_bots_settings_how_people_sign_in(
    settings: dict[str, str],
    app: str | None,
    domains: list[str] | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in SIGN_IN_SETTINGS:
        monkeypatch.delenv(name, raising=False)
    given = {"APP_ID": APP_ID, "PUBLIC_URL": "https://bot.example.org/", **settings}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    out = tmp_path / "app.zip"
    assert main(["--out", str(out)]) == 0
    with zipfile.ZipFile(out) as archive:
        made = json.loads(archive.read("manifest.json"))
    assert made.get("validDomains") == domains
    assert made.get("webApplicationInfo") == (app and {"id": app, "resource": f"api://botid-{APP_ID}"})


@pytest.mark.parametrize("language", languages())
def test_words_keep_to_their_lengths(language: str) -> None:
    words = localization(language)
    assert len(words["name.short"]) <= 30
    assert len(words["name.full"]) <= 100
    assert len(words["description.short"]) <= 80
    assert len(words["description.full"]) <= 4000
    assert all(len(text) <= 128 for place, text in words.items() if place.endswith("].title"))


def test_every_localized_place_exists_in_the_manifest() -> None:
    made = manifest(OURS)
    for place, _ in localized_places():
        node: Any = made
        for name, index in re.findall(r"([A-Za-z]+)|\[(\d+)\]", place):
            node = node[name] if name else node[int(index)]
        assert node == localization("en")[place]


@pytest.mark.parametrize("language", languages())
def test_commands_are_short_enough_to_be_seen_and_said_once(language: str) -> None:
    titles = command_titles(language)
    assert 0 < len(titles) <= 12
    assert len({each.casefold() for each in titles}) == len(titles)


def test_the_commands_are_the_ones_people_look_for() -> None:
    assert {"Book a visit", "Today", "Find a visit", "Help"} <= set(command_titles("en"))


# --- icons ----------------------------------------------------------------------------------------


def pixels(png: bytes) -> tuple[int, int, list[tuple[int, ...]]]:
    """Width, height and the RGBA of each pixel. Source: w3.org/TR/png"""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert (depth, colour) == (8, 6), "eight bits, with transparency"
    at, data = 8, b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += length + 12
    return width, height, _unfiltered(zlib.decompress(data), width, height)


def _unfiltered(raw: bytes, width: int, height: int) -> list[tuple[int, ...]]:
    stride, before, found = width * 4, bytearray(width * 4), []
    for row in range(height):
        start = row * (stride + 1)
        kind, line = raw[start], bytearray(raw[start + 1 : start + 1 + stride])
        for i in range(stride):
            left = line[i - 4] if i >= 4 else 0
            corner = before[i - 4] if i >= 4 else 0
            line[i] = (line[i] + _predicted(kind, left, before[i], corner)) & 0xFF
        found += [tuple(line[i : i + 4]) for i in range(0, stride, 4)]
        before = line
    return found


def _predicted(kind: int, left: int, up: int, corner: int) -> int:
    if kind == 4:
        return min((left, up, corner), key=lambda each: abs(left + up - corner - each))
    return (0, left, up, (left + up) // 2)[kind]


def test_the_colour_icon_is_square_and_full() -> None:
    width, height, drawn = pixels(unpacked()["color.png"])
    assert (width, height) == (192, 192)
    assert all(alpha == 255 for *_, alpha in drawn)


def test_the_outline_icon_is_white_on_nothing() -> None:
    width, height, drawn = pixels(unpacked()["outline.png"])
    assert (width, height) == (32, 32)
    assert {tuple(rgb) for *rgb, alpha in drawn if alpha > 8} <= {(255, 255, 255)} | nearly_white(drawn)
    assert any(alpha == 0 for *_, alpha in drawn)
    assert any(alpha == 255 for *_, alpha in drawn)


def nearly_white(drawn: list[tuple[int, ...]]) -> set[tuple[int, ...]]:
    """Half-transparent edges lose a little of their white when they are stored."""
    return {tuple(rgb) for *rgb, alpha in drawn if 0 < alpha < 255 and min(rgb) >= 250}


# --- the command ----------------------------------------------------------------------------------


def test_the_command_writes_the_zip(tmp_path: Path) -> None:
    out = tmp_path / "app.zip"
    assert main(["--app-id", APP_ID, "--host", "bot.example.org", "--out", str(out)]) == 0
    assert out.read_bytes() == package(Identity(app_id=APP_ID, host="bot.example.org"))


@pytest.mark.parametrize("wrong", [["--app-id", "abc"], ["--host", "https://x"], ["--privacy", "http://x"]])
def test_the_command_names_what_is_wrong(wrong: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "app.zip"
    assert main([*wrong, "--out", str(out)]) == 2
    assert wrong[0] in capsys.readouterr().err
    assert not out.exists()


# --- Microsoft's own checks -----------------------------------------------------------------------


def node_modules() -> Path:
    """Where npm's @microsoft/app-manifest is, beside fs-extra, which it needs and does not declare."""
    folder = Path(os.environ.get("NODE_MODULES", "node_modules"))
    if not ((folder / SCHEMAS).exists() and (folder / "fs-extra").exists()):
        missing = "NOT VALIDATED: set NODE_MODULES to a folder with npm's @microsoft/app-manifest and fs-extra"
        if os.environ.get("NO_SKIPS"):
            pytest.fail(missing)
        pytest.skip(missing)
    return folder.resolve()


def wrong_by(schema: Path, content: Mapping[str, Any]) -> list[str]:
    validator = Draft4Validator(json.loads(schema.read_text(encoding="utf-8")))
    return [f"{each.json_path}: {each.message}" for each in validator.iter_errors(content)]


@pytest.mark.parametrize("way", WAYS_TO_SIGN_IN)
def test_the_manifest_fits_microsofts_schema(way: str) -> None:
    made = manifest(WAYS_TO_SIGN_IN[way])
    schema = node_modules() / SCHEMAS / f"v{made['manifestVersion']}" / "MicrosoftTeams.schema.json"
    assert wrong_by(schema, made) == []


@pytest.mark.parametrize("language", languages())
def test_each_language_fits_microsofts_schema(language: str) -> None:
    version = manifest(OURS)["manifestVersion"]
    schema = node_modules() / SCHEMAS / f"v{version}" / "MicrosoftTeams.Localization.schema.json"
    assert wrong_by(schema, localization(language)) == []


@pytest.mark.parametrize("way", WAYS_TO_SIGN_IN)
def test_microsofts_own_validator_accepts_the_manifest(way: str, tmp_path: Path) -> None:
    modules = node_modules()
    node = shutil.which("node")
    assert node, "Node.js is missing beside its modules"
    for name, content in unpacked(WAYS_TO_SIGN_IN[way]).items():
        (tmp_path / name).write_bytes(content)
    script = (
        "const {AppManifestUtils} = require(process.argv[1] + '/@microsoft/app-manifest');"
        "AppManifestUtils.readAndValidateTeamsManifest(process.argv[2])"
        ".then(() => console.log('valid'), wrong => { console.log(String(wrong)); process.exit(1); });"
    )
    run = [node, "-e", script, str(modules), str(tmp_path / "manifest.json")]
    said = subprocess.run(run, check=False, capture_output=True, text=True, timeout=60)
    assert said.stdout.strip() == "valid", said.stdout + said.stderr
