"""Between models and rows."""

from collections.abc import Mapping
from hashlib import blake2b
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel
from sqlalchemy import Connection, Table, text
from sqlalchemy.dialects import postgresql, sqlite

Model = TypeVar("Model", bound=BaseModel)


def facts_of(model: BaseModel, *, but: frozenset[str] = frozenset()) -> dict[str, Any]:
    """A model as JSON, without some of its fields."""
    return model.model_dump(mode="json", exclude=set(but))


def model_of(kind: type[Model], facts: Mapping[str, Any]) -> Model:
    """The model in stored JSON. Fields it does not know are left out: a newer replica may have written them."""
    return kind.model_validate(_known(kind, facts))


def _known(kind: type[BaseModel], facts: Mapping[str, Any]) -> dict[str, Any]:
    known: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        if name in facts:
            inner = _model_in(field.annotation)
            value = facts[name]
            known[name] = _known(inner, value) if inner is not None and isinstance(value, Mapping) else value
    return known


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds, also an optional one."""
    options = get_args(annotation) if get_origin(annotation) is UnionType else (annotation,)
    return next((each for each in options if isinstance(each, type) and issubclass(each, BaseModel)), None)


def insert_into(connection: Connection, table: Table) -> "postgresql.Insert | sqlite.Insert":
    """An insert that knows ON CONFLICT, which both databases spell alike."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def has_written(connection: Connection, statement: "postgresql.Insert | sqlite.Insert") -> bool:
    """Run an insert with ON CONFLICT of one row, and say whether it wrote. Row counts do not tell on every driver."""
    return connection.execute(statement.returning(text("1"))).first() is not None


def lock_number(*names: str) -> int:
    """The number of an advisory lock for something with a name."""
    digest = blake2b("\0".join(names).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
