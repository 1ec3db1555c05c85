"""A request before it found its route: read, and recorded."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from urllib.parse import parse_qsl, quote, unquote

from bot.graph.emulator.exchange import Version, bad_request
from bot.graph.emulator.routing import PERSON
from bot.graph.emulator.state import Recorded

NEVER_RECORDED = {"authorization", "cookie"}


@dataclass(frozen=True)
class Asked:
    """A request before it found its route. ``target`` is the path with version and query, still escaped."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = b""


def recorded(asked: Asked, now: datetime) -> Recorded:
    """What is kept of a request: everything but who may make it."""
    raw_path, _, raw_query = asked.target.partition("?")
    return Recorded(
        method=asked.method,
        path=readable(raw_path),
        query=dict(parse_qsl(raw_query, keep_blank_values=True)),
        body=_lenient(asked.body),
        at=now,
        headers={name: value for name, value in asked.headers.items() if name not in NEVER_RECORDED},
    )


def readable(raw_path: str) -> str:
    """A path decoded for reading; a slash inside a segment stays escaped."""
    return "/".join(unquote(each).replace("/", quote("/", safe="")) for each in raw_path.split("/"))


def version_and_rest(raw_path: str) -> tuple[Version, str]:
    """``/v1.0/me/events`` -> ``v1.0`` and ``me/events``."""
    head, _, rest = raw_path.lstrip("/").partition("/")
    if head not in ("v1.0", "beta"):
        raise bad_request(f"Invalid version: {head}")
    return cast(Version, head), rest


def subject_of(segments: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
    """Fold ``me`` and ``users/{id}`` into one ``{user}`` segment."""
    if PERSON in segments[:1]:
        raise bad_request(f"Resource not found for the segment '{PERSON}'.")
    if segments and segments[0].casefold() == "me":
        return (PERSON, *segments[1:]), "me"
    if len(segments) > 1 and segments[0].casefold() == "users":
        return (PERSON, *segments[2:]), segments[1]
    return segments, None


def json_of(asked: Asked) -> Any:
    """The body as JSON, which must be labelled so. Source: learn.microsoft.com/graph/use-the-api"""
    if not asked.body:
        return None
    if not asked.headers.get("content-type", "").lower().startswith("application/json"):
        raise bad_request("A Content-Type of application/json is required.", "RequestBodyRead")
    try:
        return json.loads(asked.body)
    except ValueError:
        raise bad_request("Unable to read JSON request payload.") from None


def _lenient(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
