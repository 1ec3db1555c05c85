"""Builds the Teams app package: ``python -m manifest --app-id ID --host bot.example.org``."""

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from bot.settings import variables
from manifest.package import NOBODY, NOWHERE, Identity, package


def main(arguments: list[str]) -> int:
    """Write the zip and say where it is. What is not given is read from the bot's own settings."""
    given = variables()
    options = argparse.ArgumentParser(prog="python -m manifest", description="Build the Teams app package")
    options.add_argument("--app-id", default=given.get("app_id"), help="the Azure Bot's app id (APP_ID)")
    options.add_argument("--manifest-id", help="the app's id in the catalog, where it is another than the bot's")
    options.add_argument(
        "--sso-app-id",
        default=_signs_in_to(given),
        help="the Entra app that people sign in to (GRAPH_CLIENT_ID, else APP_ID; none without OAUTH_CONNECTION or "
        "TOKEN_CACHE_KEY)",
    )
    options.add_argument(
        "--token-host", default=_token_host(given), help="where Bot Framework signs people in (with OAUTH_CONNECTION)"
    )
    options.add_argument("--host", default=_host_of(given.get("public_url")), help="the bot's host (PUBLIC_URL)")
    options.add_argument("--developer", help="who publishes the app")
    options.add_argument("--website", help="https address of the publisher")
    options.add_argument("--privacy", help="https address of the privacy statement")
    options.add_argument("--terms", help="https address of the terms of use")
    options.add_argument("--out", type=Path, default=Path("dist/visits.zip"), help="the zip to write (dist/visits.zip)")
    wanted = vars(options.parse_args(arguments))
    out: Path = wanted.pop("out")
    try:
        identity = Identity.model_validate({name: value for name, value in wanted.items() if value})
    except ValidationError as wrong:
        for each in wrong.errors():
            print(f"--{str(each['loc'][0]).replace('_', '-')}: {each['msg']}", file=sys.stderr)
        return 2
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_bytes(package(identity))
    print(f"{out}: upload it in Teams under Apps, Manage your apps, Upload an app.")
    if identity.app_id == NOBODY:
        print("It has no bot behind it yet: give --app-id, or set APP_ID.")
    if identity.host == NOWHERE:
        print("It names no host yet: give --host, or set PUBLIC_URL.")
    return 0


def _signs_in_to(given: Mapping[str, str]) -> str | None:
    """The app people sign in to, where the bot's settings let them."""
    if not (given.get("oauth_connection") or given.get("token_cache_key")):
        return None
    return given.get("graph_client_id") or given.get("app_id")


def _token_host(given: Mapping[str, str]) -> str | None:
    """Source: learn.microsoft.com "Add authentication to your Teams bot" (validDomains), and its government page."""
    if not given.get("oauth_connection"):
        return None
    return "token.botframework.azure.us" if "azure.us" in given.get("channel_service", "") else "token.botframework.com"


def _host_of(url: str | None) -> str | None:
    return urlsplit(url).hostname if url else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
