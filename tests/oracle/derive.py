"""Writes ``facts.json``: what Microsoft's own files say of the calls this bot makes and its emulator answers.

    python -m tests.oracle.derive SCHEMAS PERMISSIONS

SCHEMAS is the folder with ``v1.0-Prod.csdl``, ``v1.0-Fairfax.csdl`` and ``v1.0-Mooncake.csdl`` of
github.com/microsoftgraph/msgraph-metadata; PERMISSIONS is ``permissions/new/permissions.json`` of
github.com/microsoftgraph/microsoft-graph-devx-content. The checks run without the originals.
"""

import json
import re
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.graph.calls import ALL_CALLS
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.routing import Route

FACTS = Path(__file__).with_name("facts.json")
CLOUDS = {"global": "v1.0-Prod", "us-government": "v1.0-Fairfax", "china": "v1.0-Mooncake"}
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
FOLLOWED = {"singleValueExtendedProperties", "attendanceRecords"}
"""Navigation properties whose items are looked into; the others are known by name only."""


def calls_of_the_bot() -> list[tuple[str, str]]:
    """Method and path of every v1.0 call, from ``/me`` and from ``/users/{id}``."""
    found: list[tuple[str, str]] = []
    for call in ALL_CALLS:
        if call.version != "v1.0":
            continue
        for owner in ("/me", "/users/{id}") if "{owner}" in call.path else ("",):
            found.append((call.method, re.sub(r"\{(?!owner)\w+\}", "{id}", call.path).replace("{owner}", owner)))
    return sorted(set(found))


NOT_DERIVED = {
    "/app/onlineMeetings": "the permission table knows it, the v1.0 schema does not",
    "/me": "the directory, of which the emulator plays a few properties",
    "/users": "as /me",
    "/users/{id}": "as /me",
    "/me/mailboxSettings": "a property as a path; the emulator plays its zone",
    "/users/{id}/mailboxSettings": "as /me/mailboxSettings",
    "/me/outlook/{id}": "a function with its parameters in the path",
    "/users/{id}/outlook/{id}": "as /me/outlook/{id}",
}
"""What the emulator answers beside: nothing the bot asks for."""


def calls_of_the_emulator() -> dict[tuple[str, str], Route]:
    """Method and path of every v1.0 call it answers, each with the route that does."""
    found: dict[tuple[str, str], Route] = {}
    for each in GraphEmulator().routes:
        path = re.sub(r"\{(?!user)\w+\}", "{id}", f"/{each.pattern}")
        for owner in ("/me", "/users/{id}"):
            full = path.replace("/{user}", owner)
            if "v1.0" in each.versions and full not in NOT_DERIVED:
                found[each.method, full] = each
    return found


@dataclass
class Type:
    """An entity or complex type, with what it inherits."""

    name: str
    base: str | None
    is_open: bool
    properties: dict[str, str]
    navigation: dict[str, str]


@dataclass
class Operation:
    """An action or function: bound to a type, with parameters and an answer."""

    name: str
    bound_to: str
    parameters: dict[str, str]
    answer: str | None
    is_action: bool


@dataclass
class Schema:
    """One cloud's service schema."""

    types: dict[str, Type] = field(default_factory=dict)
    enums: dict[str, list[str]] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)
    roots: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Schema":
        """Read the ``microsoft.graph`` part of a CSDL file."""
        schema = cls()
        for part in ET.parse(path).iter(f"{EDM}Schema"):
            if part.get("Namespace") != "microsoft.graph":
                continue
            for node in part:
                schema._take(node)
        return schema

    def _take(self, node: ET.Element) -> None:
        kind, name = node.tag.removeprefix(EDM), node.get("Name", "")
        if kind in ("EntityType", "ComplexType"):
            children = [(each.tag.removeprefix(EDM), each.get("Name", ""), each.get("Type", "")) for each in node]
            self.types[name] = Type(
                name,
                _short(node.get("BaseType")),
                node.get("OpenType") == "true",
                {one: _plain(type_) for tag, one, type_ in children if tag == "Property"},
                {one: _plain(type_) for tag, one, type_ in children if tag == "NavigationProperty"},
            )
        elif kind == "EnumType":
            self.enums[name] = [each.get("Name", "") for each in node if each.tag == f"{EDM}Member"]
        elif kind in ("Action", "Function") and node.get("IsBound") == "true":
            parameters = {
                each.get("Name", ""): _plain(each.get("Type", "")) for each in node if each.tag == f"{EDM}Parameter"
            }
            bound = next(iter(parameters))
            answer = node.find(f"{EDM}ReturnType")
            self.operations.append(
                Operation(
                    name,
                    parameters.pop(bound),
                    parameters,
                    None if answer is None else _plain(answer.get("Type", "")),
                    kind == "Action",
                )
            )
        elif kind == "EntityContainer":
            for each in node:
                type_ = each.get("EntityType") or each.get("Type") or ""
                many = each.tag == f"{EDM}EntitySet"
                self.roots[each.get("Name", "")] = f"[{_plain(type_)}]" if many else _plain(type_)

    def lineage(self, name: str) -> list[Type]:
        """A type and what it inherits from, itself first."""
        found: list[Type] = []
        current: str | None = name
        while current and current in self.types:
            found.append(self.types[current])
            current = self.types[current].base
        return found

    def resolve(self, method: str, path: str) -> dict[str, Any] | None:
        """What a call takes and gives, or None where this cloud has no such call."""
        at: str | None = None
        for segment in path.strip("/").split("/"):
            if at is None:
                at = _look_up(self.roots, segment)
                if at is None:
                    return None
                continue
            if segment.startswith("{"):
                if not at.startswith("["):
                    return None
                at = at[1:-1]
                continue
            operation = self._operation(at, segment)
            if operation is not None:
                return {"parameters": operation.parameters, "answer": operation.answer, "action": operation.is_action}
            at = self._navigate(at, segment)
            if at is None:
                return None
        item = (at or "").strip("[]")
        if method == "GET":
            return {"answer": at}
        return {"body": item, "answer": None if method == "DELETE" else item}

    def _navigate(self, at: str, segment: str) -> str | None:
        for each in self.lineage(at):
            found = _look_up(each.navigation, segment)
            if found is not None:
                return found
        return None

    def _operation(self, at: str, segment: str) -> Operation | None:
        many = at.startswith("[")
        names = [each.name for each in self.lineage(at.strip("[]"))]
        bound = {f"[{name}]" if many else name for name in names}
        return next((each for each in self.operations if each.name == segment and each.bound_to in bound), None)

    def reached_from(self, names: set[str]) -> set[str]:
        """These types, what their properties are made of, and what derives from those parts."""
        found: set[str] = set()
        waiting = {each for each in names if each in self.types or each in self.enums}
        while waiting:
            name = waiting.pop()
            found.add(name)
            near: set[str] = set()
            for each in self.lineage(name):
                near |= {type_.strip("[]") for type_ in each.properties.values()}
                near |= {type_.strip("[]") for one, type_ in each.navigation.items() if one in FOLLOWED}
            if name not in names or name.endswith("Base"):
                near |= {each.name for each in self.types.values() if each.base == name and name != "entity"}
            waiting |= {each for each in near if each in self.types or each in self.enums} - found
        return found

    def facts_of(self, name: str) -> dict[str, Any]:
        """A type's own and inherited properties."""
        lineage = self.lineage(name)
        return {
            "open": any(each.is_open for each in lineage),
            "bases": [each.name for each in lineage[1:]],
            "properties": {k: v for each in reversed(lineage) for k, v in sorted(each.properties.items())},
            "navigation": {
                k: (v if k in FOLLOWED else "")
                for each in reversed(lineage)
                for k, v in sorted(each.navigation.items())
            },
        }


def _short(name: str | None) -> str | None:
    return None if name is None else name.removeprefix("microsoft.").removeprefix("graph.")


def _plain(type_: str) -> str:
    """``Collection(graph.attendee)`` -> ``[attendee]``, ``Edm.String`` -> ``String``."""
    many = re.fullmatch(r"Collection\((.+)\)", type_)
    inner = many.group(1) if many else type_
    inner = (_short(inner) or "").removeprefix("Edm.")
    return f"[{inner}]" if many else inner


def _look_up(names: dict[str, str], segment: str) -> str | None:
    return next((type_ for name, type_ in names.items() if name.casefold() == segment.casefold()), None)


def permissions_of(table: dict[str, Any], method: str, path: str) -> dict[str, list[str]]:
    """Who may make a call: permissions by kind, the least first."""
    wanted = re.sub(r"\{\w+\}", "{id}", path).casefold()
    found: dict[str, list[str]] = {"delegated": [], "application": []}
    schemes = {"delegated": "DelegatedWork", "application": "Application"}
    for name, permission in table.items():
        for path_set in permission["pathSets"]:
            if method not in path_set["methods"]:
                continue
            for one, notes in path_set["paths"].items():
                if re.sub(r"\{\w+\}", "{id}", one).casefold() != wanted:
                    continue
                for kind, scheme in schemes.items():
                    if scheme not in path_set["schemeKeys"] or name in found[kind]:
                        continue
                    least = scheme in str(notes).partition("least=")[2].split(";")[0].split(",")
                    found[kind].insert(0 if least else len(found[kind]), name)
    return found


def derive(schemas: Path, permissions: Path) -> dict[str, Any]:
    """All facts, in an order that does not change."""
    clouds = {cloud: Schema.read(schemas / f"{name}.csdl") for cloud, name in CLOUDS.items()}
    table = json.loads(permissions.read_text(encoding="utf-8"))["permissions"]
    main = clouds["global"]
    calls: dict[str, Any] = {}
    named: set[str] = set()
    for method, path in sorted({*calls_of_the_bot(), *calls_of_the_emulator()}):
        resolved = main.resolve(method, path)
        if resolved is None:
            raise SystemExit(f"{method} {path} is not in the v1.0 schema")
        calls[f"{method} {path}"] = {
            **resolved,
            "clouds": [cloud for cloud, schema in clouds.items() if schema.resolve(method, path) is not None],
            **permissions_of(table, method, path),
        }
        parts = [resolved.get("body"), resolved.get("answer"), *resolved.get("parameters", {}).values()]
        named |= {each.strip("[]") for each in parts if each}
    reached = main.reached_from(named)
    return {
        "source": {
            "schemas": "github.com/microsoftgraph/msgraph-metadata schemas/v1.0-{Prod,Fairfax,Mooncake}.csdl",
            "permissions": "github.com/microsoftgraph/microsoft-graph-devx-content permissions/new/permissions.json",
        },
        "calls": calls,
        "types": {each: main.facts_of(each) for each in sorted(reached) if each in main.types},
        "enums": {each: main.enums[each] for each in sorted(reached) if each in main.enums},
        "absent": {
            cloud: {
                name: sorted(set(main.facts_of(name)["properties"]) - set(schema.facts_of(name)["properties"]))
                for name in sorted(reached)
                if name in main.types
                and name in schema.types
                and set(main.facts_of(name)["properties"]) - set(schema.facts_of(name)["properties"])
            }
            for cloud, schema in clouds.items()
            if cloud != "global"
        },
    }


if __name__ == "__main__":
    facts = derive(Path(sys.argv[1]), Path(sys.argv[2]))
    FACTS.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    print(f"{len(facts['calls'])} calls, {len(facts['types'])} types, {len(facts['enums'])} enumerations")
