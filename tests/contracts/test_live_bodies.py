"""The live bodies themselves, on an emulator reached as a tenant is: over HTTP, by MSAL, with tokens checked."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.apart import ROOT, emulator_apart, seen_by, strict_world
from tests.contracts.conftest import BUSINESS
from tests.personas import JORDAN, KIM, PATEL, TENANT_ID, Persona

OURS = ("LIVE_", "GRAPH_", "PYTEST_", "NO_SKIPS")
"""What of our own environment is not for them; of a tenant they skip what looks inside the emulator."""


def variables(address: str, **more: str) -> dict[str, str]:
    """What an administrator would set for a tenant."""
    app = strict_world().app
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(OURS)},
        "GRAPH_TENANT_ID": TENANT_ID,
        "GRAPH_CLIENT_ID": app.id,
        "GRAPH_CLIENT_SECRET": app.secret,
        "LIVE_STAFF_ID": KIM.object_id,
        "LIVE_STAFF_MAILBOX": "min.kim@contoso.example",
        "LIVE_OTHER_STAFF_ID": PATEL.object_id,
        "LIVE_OTHER_STAFF_MAILBOX": "asha.patel@contoso.example",
        "LIVE_CLIENT_EMAIL": "client@elsewhere.example",
        "BOOKINGS_BUSINESS": BUSINESS,
        "LIVE_GRAPH_ROOT": address,
        **more,
    }


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def signs_in(address: str, persona: Persona) -> str:
    """Sign in by hand as the command asks; the refresh token it prints."""
    given = variables(address, LIVE_SIGN_IN_PORT=str(free_port()))
    command = [sys.executable, "-m", "tests.contracts.sign_in"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=given, cwd=ROOT) as process:
        assert process.stdout is not None
        page = process.stdout.readline().split()[-1]
        chosen = {"person": persona.object_id, "choice": "accept"}
        answer = httpx.post(page, data=chosen, headers={"Origin": address}, trust_env=False)
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', answer.text))
        (redirect,) = parse_qs(urlsplit(page).query)["redirect_uri"]
        httpx.post(redirect.replace("localhost", "127.0.0.1"), data=fields, trust_env=False)
        printed = process.stdout.readline().strip()
    return printed.removeprefix("LIVE_REFRESH_TOKEN=")


def runs_live(given: dict[str, str]) -> str:
    """``pytest -m live`` as an administrator runs it; what it says."""
    command = [sys.executable, "-m", "pytest", "-m", "live", "-n0", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "tests/contracts/test_calendar.py"],
        cwd=ROOT, env=given, capture_output=True, text=True, timeout=500, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_the_live_bodies_run_for_every_backend_and_identity_and_leave_nothing_behind(tmp_path: Path) -> None:
    with emulator_apart(strict_world(), tmp_path) as address:
        grants = ",".join(signs_in(address, each) for each in (JORDAN, KIM))
        said = runs_live(variables(address, LIVE_REFRESH_TOKEN=grants))
        seen = seen_by(address)
    summary = said.splitlines()[-1]
    assert " passed" in summary, said
    assert "failed" not in summary, said
    assert "error" not in summary, said
    passed = int(re.findall(r"(\d+) passed", summary)[0])
    assert passed >= 8 * 14
    skips = re.findall(r"^SKIPPED \[\d+\] \S+ (.*)$", said, re.MULTILINE)
    assert {each for each in skips if "looks inside the emulator" not in each and "does not apply" not in each} == set()

    asked = seen["requests"]
    assert {f"/v1.0/{each}" for each in ("me", f"users/{KIM.object_id}", "solutions")} <= {
        "/".join(each["path"].split("/")[: 4 if "/users/" in each["path"] else 3]) for each in asked
    }
    assert seen["events"]
    assert [each for each in seen["events"] if each["deleted_at"] is None and not each.get("is_cancelled")] == []
    assert [each for each in seen["meetings"] if each["deleted_at"] is None and each.get("external_id")] == []
    assert seen["sms"] == []


@pytest.mark.parametrize("without", ["LIVE_REFRESH_TOKEN", "GRAPH_CLIENT_SECRET"])
def test_what_is_not_given_is_named_and_skips_what_needs_it(without: str) -> None:
    given = {name: value for name, value in variables("http://127.0.0.1:9").items() if name != without}
    if without == "LIVE_REFRESH_TOKEN":
        given = {name: value for name, value in given.items() if name != "BOOKINGS_BUSINESS"}
    command = [sys.executable, "-m", "pytest", "-m", "live", "-n0", "-q", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, "tests/contracts/test_calendar.py", "-k", "bookings-delegated and never_added_is_not_found"],
        cwd=ROOT, env=given, capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert "1 skipped" in done.stdout, done.stdout
    assert f"no live tenant: {without}" in done.stdout
