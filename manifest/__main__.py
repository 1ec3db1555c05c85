"""Builds the Teams app package: ``python -m manifest --app-id ID --host bot.example.org``."""

import argparse
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from manifest.package import NOBODY, NOWHERE, Identity, package


def main(arguments: list[str]) -> int:
    """Write the zip and say where it is. What is not given is read from the bot's own settings."""
    options = argparse.ArgumentParser(prog="python -m manifest", description="Build the Teams app package")
    options.add_argument("--app-id", default=os.environ.get("APP_ID"), help="the Azure Bot's app id (APP_ID)")
    options.add_argument("--manifest-id", help="the app's id in the catalog, where it is another than the bot's")
    options.add_argument("--sso-app-id", help="the Entra app that people sign in to, for single sign-on")
    options.add_argument("--host", default=_host_of(os.environ.get("PUBLIC_URL")), help="the bot's host (PUBLIC_URL)")
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


def _host_of(url: str | None) -> str | None:
    return urlsplit(url).hostname if url else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
