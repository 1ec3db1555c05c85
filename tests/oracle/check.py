"""Holds requests and answers against ``facts.json``: path, method, names, types, enumerations, permissions, clouds."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.graph.emulator.core import GraphEmulator
from tests.oracle.derive import NOT_DERIVED
from tests.oracle.schema import Schema, facts

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

BESIDE = {f"GET {path}" for path in NOT_DERIVED}
"""What the emulator answers and the facts leave out, by name."""

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

READ_BY_WRITERS = {
    f"GET {owner}{calendar}/events/{{id}}": "Calendars.ReadWrite"
    for owner in ("/me", "/users/{id}")
    for calendar in ("", "/calendar")
}
"""Reads the permission table forgot under a permission whose own description there says "create, read, update"."""

BY_WHAT_IS_WATCHED = "/subscriptions"
"""Whoever may read a thing may subscribe to it: the permission table has no rows for these paths."""

DELETED_BY_APPS = {"DELETE /solutions/bookingBusinesses/{id}": "Bookings.Manage.All"}
"""The page lists it for apps, the table does not."""

FREE_OF_CASE = ("getSchedule", "cancel", "sendMail")
"""Outlook's old actions take both: the schema writes their parameters with a capital, every page without."""


STRETCHES = {
    "GET /me/calendarView": {"startDateTime", "endDateTime"},
    "GET /users/{id}/calendarView": {"startDateTime", "endDateTime"},
    "GET /solutions/bookingBusinesses/{id}/calendarView": {"start", "end"},
}
"""Query parameters without a ``$``, which the schema does not write down: the pages do."""

COUNTS = {"$top", "$skip"}
FREE = {"$skiptoken", "$count"}


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
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Tally:
    """What was checked, and what was wrong with it."""

    v1: Counter[str] = field(default_factory=Counter)
    beta: Counter[str] = field(default_factory=Counter)
    beside: Counter[str] = field(default_factory=Counter)
    sign_ins: Counter[str] = field(default_factory=Counter)
    answers: int = 0
    faults: list[str] = field(default_factory=list)


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
    if name is None and (beside := template_of("GET", path, BESIDE)) and exchange.method == "GET":
        tally.beside[beside] += 1
        return
    if name is None:
        tally.faults.append(f"{exchange.method} {exchange.path}: not in the schema")
        return
    tally.v1[name] += 1
    call, schema = facts()["calls"][name], Schema(exchange.cloud)
    wrong = [*_wrong_caller(name, exchange), *_wrong_query(name, call, exchange, schema)]
    wrong += _wrong_request(name, call, exchange, schema)
    tally.faults += [f"{name}: {each}" for each in wrong]
    if exchange.status is not None:
        tally.answers += 1
        tally.faults += [f"{name} -> {exchange.status}: {each}" for each in _wrong_answer(call, exchange, schema)]


def _wrong_caller(name: str, exchange: Exchange) -> list[str]:
    """Some calls only an app alone can make, and some only a person."""
    if exchange.identity is None or name.partition(" ")[2].startswith(BY_WHAT_IS_WATCHED):
        return []
    kind = "application" if exchange.identity == "app" else "delegated"
    return [] if accepted(name, kind) else [f"cannot be called {exchange.identity}"]


def _wrong_query(name: str, call: Mapping[str, Any], exchange: Exchange, schema: Schema) -> list[str]:
    """Names in the query are properties of what is asked for, or known by the call's page."""
    if exchange.method != "GET":
        return [f"takes no query: {each}" for each in exchange.query]
    item = str(call.get("answer") or "").strip("[]")
    members = {each.casefold() for each in schema.members(item)} if item in facts()["types"] else set()
    wrong: list[str] = []
    for option, value in exchange.query.items():
        match option:
            case "$select" | "$expand" | "$orderby":
                named = {re.split(r"[(/ ]", each.strip())[0] for each in re.sub(r"\(.*?\)", "", value).split(",")}
            case "$filter":
                named = _filtered_by(value)
            case each if each in COUNTS:
                named = set()
                wrong += [] if value.isdigit() else [f"{option} {value!r} is no number"]
            case each if each in FREE or each in STRETCHES.get(name, ()):
                named = set()
            case _:
                named = set()
                wrong.append(f"the query option {option} is not known")
        wrong += [f"{option}: {each} is no property of {item}" for each in named if each.casefold() not in members]
    return wrong


def _filtered_by(expression: str) -> set[str]:
    """The properties a filter compares: ``start`` of ``start/dateTime ge '…'``, and what ``any`` looks into."""
    bare = re.sub(r"'(?:[^']|'')*'", "''", expression)
    looped = set(re.findall(r"\((\w+):", bare))
    compared = set(re.findall(r"(?<![\w/])([A-Za-z_]\w*)(?:/\w+)*\s+(?:eq|ne|gt|ge|lt|le)\b", bare))
    looked_into = set(re.findall(r"(?<![\w/])([A-Za-z_]\w*)/(?:any|all)\(", bare))
    return (compared | looked_into) - looped


def _wrong_request(name: str, call: Mapping[str, Any], exchange: Exchange, schema: Schema) -> list[str]:
    wrong: list[str] = []
    if exchange.cloud not in call["clouds"] and exchange.status in (200, 201, 202, 204):
        wrong.append(f"answered in the cloud {exchange.cloud}, which does not have it")
    body = exchange.body
    if body is None:
        return wrong
    if "parameters" in call:
        parameters = dict(call["parameters"])
        if name.rpartition("/")[2] in FREE_OF_CASE:
            parameters |= {each[0].lower() + each[1:]: type_ for each, type_ in parameters.items()}
        return wrong + schema.wrong_members(body, parameters, "", is_open=False)
    if call.get("body") and exchange.method != "DELETE":
        # what we send is named, even in an open type
        return wrong + schema.wrong_object(body, call["body"], "", is_open=False)
    return [*wrong, "takes no body"]


def _wrong_answer(call: Mapping[str, Any], exchange: Exchange, schema: Schema) -> list[str]:
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
        return [each for item in items for each in schema.wrong_value(item, type_[1:-1], "value")]
    if type_ not in facts()["types"]:
        return schema.wrong_value(answer.get("value"), type_, "value")
    return schema.wrong_value(answer, type_, "")


def check_emulator(emulator: GraphEmulator, tally: Tally, *, by_hand: bool = False) -> None:
    """Check everything an emulator was asked, and count how it was signed in to.

    ``by_hand``: asked by a test that plays the emulator, and not by the bot. It may ask wrongly, and then has to be
    refused; what it asks of beta, which has no schema, cannot be judged.
    """
    for each in _exchanges(emulator):
        is_taken = each.path.startswith("/v1.0/") and (each.status is None or each.status < 400)
        if is_taken or not by_hand:
            check(each, tally)
    for sign_in in emulator.identity.sign_ins:
        tally.sign_ins[sign_in.grant] += 1
        if sign_in.grant not in GRANT_TYPES and not by_hand:
            tally.faults.append(f"sign-in by {sign_in.grant}")


def _exchanges(emulator: GraphEmulator) -> Iterator[Exchange]:
    """What was asked; the calls of a batch are recorded one by one. A world that adds to its answers is only asked."""
    adds = emulator.world.switches.extra_properties
    cloud = {"gcc-high": "us-government", "dod": "us-government"}.get(
        emulator.world.cloud.value, emulator.world.cloud.value
    )
    for each in emulator.state.requests:
        if not each.path.endswith("/$batch"):
            status = None if adds else each.status
            yield Exchange(each.method, each.path, each.body, status, each.answer, each.caller, cloud, query=each.query)


def accepted(name: str, kind: str) -> set[str]:
    """The permissions with which a call may be made, by the permission table and its known gaps."""
    known = set(facts()["calls"][MISSING_IN_TABLE.get(name, name)][kind])
    more = READ_BY_WRITERS.get(name) or (DELETED_BY_APPS.get(name) if kind == "application" else None)
    return known | {more} if more else known


def permitted(name: str, identity: str, granted: Iterable[str]) -> bool:
    """Whether these permissions let this identity make a call."""
    kind = "application" if identity == "app" else "delegated"
    return bool({ALIASES.get(each, each) for each in granted} & accepted(name, kind))
