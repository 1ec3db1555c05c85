"""What callers may send: one model per body, nothing beside it accepted.

Graph refuses a property its schema does not know; so does every model here, and the refusal names it.
Source: learn.microsoft.com/graph/errors, the property tables of each resource page
"""

from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel

from bot.graph.emulator.exchange import GraphError, bad_request

M = TypeVar("M", bound="Body")


class Body(BaseModel):
    """Part of a request: camelCase on the wire, unknown properties and wrong types refused."""

    model_config = ConfigDict(alias_generator=to_camel, extra="forbid", strict=True)

    def sent(self) -> set[str]:
        """The fields the caller named, also those sent as null."""
        return self.model_fields_set


def without_annotations(value: Any) -> Any:
    """The JSON without OData's own ``@odata.…`` members, which any body may carry."""
    if isinstance(value, dict):
        return {k: without_annotations(v) for k, v in value.items() if "@odata." not in k}
    if isinstance(value, list):
        return [without_annotations(each) for each in value]
    return value


def parse(
    model: type[M],
    body: Any,
    *,
    kind: str,
    code: str = "BadRequest",
    read_code: str = "BadRequest",
    action: bool = False,
    lacks: frozenset[str] = frozenset(),
) -> M:
    """Check a body. ``kind`` is the schema type the refusal names; ``code`` is for wrong values, ``read_code`` for
    properties that do not exist. An action's parameters may begin with a capital: the schema writes them so, the
    pages mostly do not. ``lacks`` are properties this cloud does not have.
    """
    if not isinstance(body, dict):
        raise bad_request(
            "Empty Payload. JSON content expected." if body is None else "Unable to read JSON request payload."
        )
    if action:
        body = {name[:1].lower() + name[1:]: value for name, value in body.items()}
    for name in lacks & body.keys():
        raise stranger(name, kind, read_code)
    try:
        return model.model_validate(without_annotations(body))
    except ValidationError as wrong:
        raise refusal(wrong, kind, code, read_code) from None


def refusal(wrong: ValidationError, kind: str, code: str, read_code: str) -> GraphError:
    """The first fault of a body in Graph's words."""
    first = wrong.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(each) for each in first["loc"])
    if first["type"] == "extra_forbidden":
        name, owner = str(first["loc"][-1]), ".".join(str(each) for each in first["loc"][:-1])
        place = f"{kind}.{owner}" if owner else kind
        return stranger(name, place, read_code)
    return bad_request(f"Invalid value for '{where}' of 'microsoft.graph.{kind}': {first['msg']}.", code)


def stranger(name: str, kind: str, code: str) -> GraphError:
    """A property the schema does not know."""
    return bad_request(
        f"The property '{name}' does not exist on type 'microsoft.graph.{kind}'. Make sure to only use property "
        "names that are defined by the type or mark the type as open type.",
        code,
    )
