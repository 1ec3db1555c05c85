"""Values held against the types of ``facts.json``, as one cloud's schema has them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

SERVICE_MADE = {"UnknownFutureValue", "unknownFutureValue"}


@cache
def facts() -> dict[str, Any]:
    """The derived facts."""
    loaded: dict[str, Any] = json.loads(Path(__file__).with_name("facts.json").read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True)
class Schema:
    """One cloud's: what it lacks of the global one is as unknown as what nobody has."""

    cloud: str = "global"

    def members(self, type_: str) -> dict[str, str]:
        """What a type's values may hold, each with its own type; empty where the facts look no further."""
        known = facts()["types"][type_]
        absent = {
            name for each in (type_, *known["bases"]) for name in facts()["absent"].get(self.cloud, {}).get(each, ())
        }
        every = {**known["navigation"], **known["properties"]}
        return {name: inner for name, inner in every.items() if name not in absent}

    def wrong_value(self, value: Any, type_: str, at: str) -> list[str]:
        """What is wrong with a value of a type; nothing is, with null."""
        if value is None:
            return []
        if type_.startswith("["):
            if not isinstance(value, list):
                return [f"{at} is no list"]
            return [each for one in value for each in self.wrong_value(one, type_[1:-1], at)]
        if type_ in facts()["enums"]:
            known_members = set(facts()["enums"][type_]) | SERVICE_MADE
            return [] if isinstance(value, str) and value in known_members else [f"{at}: {value!r} is no {type_}"]
        if type_ in facts()["types"]:
            return self.wrong_object(value, type_, at)
        return [] if _is_primitive(value, type_) else [f"{at}: {type(value).__name__} is no {type_}"]

    def wrong_object(self, value: Any, type_: str, at: str, *, is_open: bool | None = None) -> list[str]:
        """What is wrong with an object of a type, or of one derived from it that it names.

        ``is_open`` says whether it may hold more; None leaves that to the schema.
        """
        if not isinstance(value, dict):
            return [f"{at or 'body'} is no object"]
        named = str(value.get("@odata.type", "")).removeprefix("#").removeprefix("microsoft.graph.")
        known = facts()["types"].get(named or type_)
        if known is None:
            return [f"{at}: unknown type {named}"]
        if named and named != type_ and type_ not in known["bases"]:
            return [f"{at}: {named} is no {type_}"]
        more = known["open"] if is_open is None else is_open
        return self.wrong_members(value, self.members(named or type_), at, is_open=more)

    def wrong_members(self, value: Any, members: Mapping[str, str], at: str, *, is_open: bool) -> list[str]:
        """What is wrong with the members of an object."""
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
                wrong += self.wrong_value(one, members[name], where)
        return wrong


def _is_primitive(value: Any, type_: str) -> bool:
    match type_:
        case "String" | "Stream" | "Binary":
            return isinstance(value, str)
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
    raise AssertionError(f"{type_} is neither in the facts nor a type we know how to check")


def _is_instant(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value)).tzinfo is not None
    except ValueError:
        return False
