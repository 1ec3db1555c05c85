"""The command line: options before or after a sub-command alike, each over its environment variable."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from bot.clinic import ClinicFileError
from bot.settings import Settings, SettingsError, read_settings

USAGE_ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, or 2 where the settings cannot be used, 1 where the work failed."""
    given = vars(_parser().parse_args(arguments))
    command = given.pop("command", "serve")
    words: dict[str, Any] = {name: given.pop(name) for name in ("action", "key", "live") if name in given}
    try:
        settings = read_settings(**given)
        return _run(command, settings, words)
    except (SettingsError, ClinicFileError) as reason:
        print(reason, file=sys.stderr)  # noqa: T201
        return USAGE_ERROR


def _run(command: str, settings: Settings, words: dict[str, Any]) -> int:
    # Each command imports what it needs: `effects` need not wait for the whole bot to load.
    _refuse_database(settings)
    if command == "effects":
        from bot.effects_command import run_effects

        return run_effects(settings, action=words.get("action"), key=words.get("key"))
    if command == "doctor":
        from bot.doctor_command import run_doctor

        return run_doctor(settings, live=bool(words.get("live")))
    from bot.doctor_command import problems_of
    from bot.serve import run_server

    if problems := problems_of(settings):
        raise SettingsError("\n".join(problems))
    return run_server(settings)


def _refuse_database(settings: Settings) -> None:
    """Raise SettingsError unless the database named is one."""
    from bot.store.engine import url_of

    try:
        url_of(settings.database)
    except ValueError as reason:
        raise SettingsError(f"DATABASE_URL: {reason}") from reason


def _parser() -> argparse.ArgumentParser:
    common = _common_options()
    parser = argparse.ArgumentParser(
        prog="app.py", description="Book and run virtual visits from a Microsoft Teams chat.", parents=[common]
    )
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("serve", parents=[common], help="run the bot (the default)")
    effects = commands.add_parser("effects", parents=[common], help="list effects that are pending, failed or unknown")
    effects.add_argument("action", nargs="?", choices=["list", "retry", "drop"], default="list")
    effects.add_argument("key", nargs="?", help="which effect to retry or drop, as listed")
    doctor = commands.add_parser("doctor", parents=[common], help="say what the configuration needs, and what it lacks")
    doctor.add_argument("--live", action="store_true", help="also ask Graph, reading only")
    parser.set_defaults(command="serve")
    return parser


def _common_options() -> argparse.ArgumentParser:
    """Options every command takes. None has a default here, so that one given before a sub-command is not lost."""
    options = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    options.add_argument("--host", help="address to listen on (HOST, 127.0.0.1)")
    options.add_argument("--port", type=int, help="port to listen on (PORT, 3978)")
    options.add_argument("--database", help="SQLAlchemy URL, file or folder (DATABASE_URL, .data/app.db)")
    options.add_argument("--clinic", help="the clinic's TOML file (CLINIC, the demo clinic)")
    options.add_argument("--emulator", action="store_true", help="play Graph although a tenant is set (EMULATOR)")
    options.add_argument("--emulator-url", help="an emulator that runs on its own (EMULATOR_URL)")
    options.add_argument("--playground", action="store_true", help="also start the Agents Playground (PLAYGROUND)")
    options.add_argument("--playground-port", type=int, help="port of the Playground (PLAYGROUND_PORT, 56150)")
    return options
