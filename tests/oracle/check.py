"""Holds requests and answers against ``facts.json``: path, method, names, types, enumerations, permissions, clouds."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from bot.graph.emulator.core import GraphEmulator

ROOTS = re.compile(r"^/(v1\.0|beta)(/.*)$")

BETA_CALLS = {
    "POST /subscriptions",
    "GET /subscriptions",
    "PATCH /subscriptions/{id}",
    "DELETE /subscriptions/{id}",
    "POST /subscriptions/{id}/reauthorize",
    *(
        f"{method} {owner}/onlineMeetings/{{id}}/virtualAppointment"
        for method in ("PUT", "GET", "PATCH", "DELETE")
        for owner in ("/me", "/users/{id}")
    ),
    *(f"POST {owner}/onlineMeetings/{{id}}/sendVirtualAppointmentSms" for owner in ("/me", "/users/{id}")),
}
"""What may be asked of beta, which has no schema to hold it against: the lobby's roster, and the resource of 2022."""

GRANT_TYPES = {
    "authorization_code",
    "client_credentials",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
}
"""How one may sign in."""

ALIASES = {"Calendars.ReadBasic.All": "Calendars.ReadBasic"}
"""The permission table's one name for what tenants provision under another for the app."""

MISSING_IN_TABLE = {"GET /me/calendarView": "GET /users/{id}/calendarView"}
"""Calls the permission table forgot, and the one beside it that it knows."""

READ_BY_WRITERS = {"GET /me/events/{id}": "Calendars.ReadWrite", "GET /users/{id}/events/{id}": "Calendars.ReadWrite"}
"""Reads the permission table forgot under a permission whose own description there says "create, read, update"."""

FREE_OF_CASE = ("getSchedule", "cancel", "sendMail")
"""Outlook's old actions: the schema writes their parameters with a capital, every page without."""

SERVICE_MADE = {"UnknownFutureValue", "unknownFutureValue"}


@dataclass(frozen=True)
class Exchange:
    """A request and its answer, as the emulator recorded them. ``identity`` is app, delegated or None where unknown."""

    method: str
    path: str
    body: Any
    status: int | None
    answer: Any
    identity: str | None = None
    cloud: str = "global"


@dataclass
class Tally:
    """What was checked, and what was wrong with it."""

    v1: Counter[str] = field(default_factory=Counter)
    beta: Counter[str] = field(default_factory=Counter)
    sign_ins: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    faults: list[str] = field(default_factory=list)


@cache
def facts() -> dict[str, Any]:
    """The derived facts."""
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name("facts.json").read_text(encoding="utf-8"))
    return loaded


def template_of(method: str, path: str, known: Iterable[str]) -> str | None:
    """The known call this path is one of: literal segments win over ids."""
    segments = path.strip("/").split("/")
    matching: list[tuple[int, str]] = []
    for each in known:
        verb, _, pattern = each.partition(" ")
        wanted = pattern.strip("/").split("/")
        if verb != method or len(wanted) != len(segments):
            continue
        ids = [one == "{id}" for one in wanted]
        fits = all(
            is_id or one.casefold() == two.casefold().removesuffix("()")
            for is_id, one, two in zip(ids, wanted, segments, strict=True)
        )
        if fits:
            matching.append((sum(ids), each))
    return min(matching)[1] if matching else None


def check(exchange: Exchange, tally: Tally) -> None:
    """Check one exchange and count it."""
    found = ROOTS.match(exchange.path)
    if found is None:
        tally.faults.append(f"{exchange.method} {exchange.path}: neither v1.0 nor beta")
        return
    version, path = found.groups()
    if version == "beta":
        known = template_of(exchange.method, path, BETA_CALLS)
        if known is None:
            tally.faults.append(f"{exchange.method} {exchange.path}: beta, and not listed")
        else:
            tally.beta[known] += 1
        return
    name = template_of(exchange.method, path, facts()["calls"])
    if name is None:
        tally.faults.append(f"{exchange.method} {exchange.path}: not in the schema")
        return
    tally.v1[name] += 1
    call = facts()["calls"][name]
    tally.faults += [f"{name}: {each}" for each in _wrong_request(name, call, exchange)]
    if exchange.status is not None:
        tally.answers += 1
        tally.faults += [f"{name} -> {exchange.status}: {each}" for each in _wrong_answer(call, exchange)]


def _wrong_request(name: str, call: Mapping[str, Any], exchange: Exchange) -> list[str]:
    wrong: list[str] = []
    if exchange.cloud not in call["clouds"] and exchange.status in (200, 201, 202, 204):
        wrong.append(f"answered in the cloud {exchange.cloud}, which does not have it")
    body = exchange.body
    if body is None:
        return wrong
    if "parameters" in call:
        parameters = dict(call["parameters"])
        if name.rpartition("/")[2] in FREE_OF_CASE:
            parameters = {each[0].lower() + each[1:]: type_ for each, type_ in parameters.items()}
        return wrong + _wrong_members(body, parameters, "", is_open=False)
    if call.get("body"):
        members = facts()["types"][call["body"]]
        known = {**members["navigation"], **members["properties"]}
        return wrong + _wrong_members(body, known, "", is_open=False)  # what we send is named, even in an open type
    return [*wrong, "takes no body"]


def _wrong_answer(call: Mapping[str, Any], exchange: Exchange) -> list[str]:
    status, answer = exchange.status, exchange.answer
    if status is not None and status >= 400:
        error = answer.get("error") if isinstance(answer, dict) else None
        return [] if isinstance(error, dict) and {"code", "message"} <= set(error) else ["no error envelope"]
    if status in (202, 204):
        return [] if answer in (None, {}, "") else ["a body where none is promised"]
    type_ = call.get("answer")
    if type_ is None:
        return ["a body where none is promised"]
    if not isinstance(answer, dict):
        return ["no object"]
    if type_.startswith("["):
        items = answer.get("value", answer.get("staffAvailabilityItem"))
        if not isinstance(items, list):
            return ["no list under 'value'"]
        return [each for item in items for each in _wrong_value(item, type_[1:-1], "value")]
    if type_ not in facts()["types"]:
        return _wrong_value(answer.get("value"), type_, "value")
    return _wrong_value(answer, type_, "")


def _wrong_value(value: Any, type_: str, at: str) -> list[str]:
    """What is wrong with a value of a type; nothing is, with null."""
    if value is None:
        return []
    if type_.startswith("["):
        if not isinstance(value, list):
            return [f"{at} is no list"]
        return [each for one in value for each in _wrong_value(one, type_[1:-1], at)]
    if type_ in facts()["enums"]:
        known_members = set(facts()["enums"][type_]) | SERVICE_MADE
        return [] if isinstance(value, str) and value in known_members else [f"{at}: {value!r} is no {type_}"]
    if type_ in facts()["types"]:
        if not isinstance(value, dict):
            return [f"{at} is no object"]
        named = str(value.get("@odata.type", "")).removeprefix("#microsoft.graph.")
        known = facts()["types"].get(named or type_)
        if known is None:
            return [f"{at}: unknown type {named}"]
        if named and named != type_ and type_ not in known["bases"]:
            return [f"{at}: {named} is no {type_}"]
        members = {**known["navigation"], **known["properties"]}
        return _wrong_members(value, members, at, is_open=known["open"])
    return [] if _is_primitive(value, type_) else [f"{at}: {type(value).__name__} is no {type_}"]


def _wrong_members(value: Any, members: Mapping[str, str], at: str, *, is_open: bool) -> list[str]:
    if not isinstance(value, dict):
        return [f"{at or 'body'} is no object"]
    wrong: list[str] = []
    for name, one in value.items():
        if "@" in name or name.startswith("odata."):
            continue
        where = f"{at}.{name}" if at else name
        if name not in members:
            if not is_open:
                wrong.append(f"{where} is not in the schema")
        elif members[name]:
            wrong += _wrong_value(one, members[name], where)
    return wrong


def _is_primitive(value: Any, type_: str) -> bool:
    match type_:
        case "String" | "Stream" | "Guid" | "Json":
            return isinstance(value, str) or type_ == "Json"
        case "Boolean":
            return isinstance(value, bool)
        case "Int16" | "Int32" | "Int64":
            return isinstance(value, int) and not isinstance(value, bool)
        case "Double" | "Single" | "Decimal":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "DateTimeOffset":
            return _is_instant(value)
        case "Duration":
            return (
                isinstance(value, str)
                and re.fullmatch(r"-?P(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?", value) is not None
            )
        case "TimeOfDay":
            return isinstance(value, str) and re.fullmatch(r"\d\d:\d\d(:\d\d(\.\d+)?)?", value) is not None
        case "Date":
            return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None
    return True  # a type whose inside the facts leave out


def _fits(pattern: str, value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def _is_instant(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value)).tzinfo is not None
    except ValueError:
        return False


def check_emulator(emulator: GraphEmulator, tally: Tally, *, identity: str | None = None) -> None:
    """Check everything an emulator was asked, and count how it was signed in to."""
    cloud = {"usgov": "us-government", "dod": "us-government"}.get(
        emulator.world.cloud.value, emulator.world.cloud.value
    )
    for each in emulator.state.requests:
        if each.path.endswith("/$batch"):
            continue
        check(Exchange(each.method, each.path, each.body, each.status, each.answer, identity, cloud), tally)
    for sign_in in emulator.identity.sign_ins:
        tally.sign_ins[sign_in.grant] += 1
        if sign_in.grant not in GRANT_TYPES:
            tally.faults.append(f"sign-in by {sign_in.grant}")


def accepted(name: str, kind: str) -> set[str]:
    """The permissions with which a call may be made, by the permission table and its known gaps."""
    known = set(facts()["calls"][MISSING_IN_TABLE.get(name, name)][kind])
    return known | {READ_BY_WRITERS[name]} if name in READ_BY_WRITERS else known


def permitted(name: str, identity: str, granted: Iterable[str]) -> bool:
    """Whether these permissions let this identity make a call."""
    kind = "application" if identity == "app" else "delegated"
    return bool({ALIASES.get(each, each) for each in granted} & accepted(name, kind))
