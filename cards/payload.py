"""What a pressed button carries: written by the cards, read and checked again on arrival.

A payload holds ids and expected versions and nothing else; anyone can post a form. What a person typed or chose on
the card arrives beside it under ids that begin with ``input_``, so the two can never be taken for each other.
"""

import json
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.visits.models.objections import LONGEST_REASON
from bot.visits.models.values import EARLIEST, LATEST

INPUT_PREFIX = "input_"
LONGEST_INPUT = 5_000
"""Characters of one input that are read; the rest is cut off."""

_RESERVED = frozenset({"msteams", "inputs"})


class MalformedPayload(ValueError):
    """What was posted is no payload of ours. The message names fields only, never what was in them."""


def _as_typed(value: object) -> object:
    """Clients send nothing, text, numbers or booleans; control characters and overlong text are cut."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise ValueError("an input's value is text")
    cut = value[:LONGEST_INPUT].replace("\r\n", "\n")
    return "".join(each for each in cut if each == "\n" or unicodedata.category(each) not in {"Cc", "Cs"}).strip()


def _as_switch(value: object) -> object:
    """``"true"`` and ``"false"`` as Input.Toggle sends them; anything else means it was not touched."""
    return {"true": True, "false": False}.get(str(value).strip().lower())


Typed = Annotated[str, BeforeValidator(_as_typed)]
"""Text as a person typed or chose it, unchecked: the one who reads it explains what is wrong beside the field."""

Switch = Annotated[bool | None, BeforeValidator(_as_switch)]
"""On, off, or None where the card had no such switch."""


def typed_reason(typed: str) -> str:
    """A reason as it was typed into a card, in one line, as far as it is kept."""
    return " ".join(typed.split())[:LONGEST_REASON]


def typed_day(text: str) -> date | None:
    """The day in an answer of Input.Date, ``2026-11-26``; None for anything else, and where no visit can be."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


class Inputs(BaseModel):
    """What one verb reads from the card's inputs. Inputs of the card that it does not name are dropped."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class VerbPayload(BaseModel):
    """One button's data. ``verb`` names it with a version of its own; an old card in the history keeps the old one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verb: str
    inputs: Inputs = Field(default=Inputs(), exclude=True, repr=False)

    @classmethod
    def verb_name(cls) -> str:
        """The verb this class stands for: ``visit.cancel.v1``."""
        return str(cls.model_fields["verb"].default)

    @classmethod
    def accepts(cls) -> frozenset[str]:
        """The input fields this verb reads, without their prefix."""
        kind = cls.model_fields["inputs"].annotation
        return frozenset(kind.model_fields) if isinstance(kind, type) and issubclass(kind, Inputs) else frozenset()

    def to_data(self) -> dict[str, Any]:
        """The button's ``data``: the verb, ids and versions as JSON."""
        return self.model_dump(mode="json", exclude_none=True)

    def posted(self, **inputs: object) -> dict[str, Any]:
        """What a client posts when the button is pressed with these inputs filled in."""
        return self.to_data() | {input_id(name): value for name, value in inputs.items()}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> Self:
        """Read what was posted. Raises MalformedPayload."""
        own = {key: value for key, value in data.items() if key != "msteams" and not key.startswith(INPUT_PREFIX)}
        if _RESERVED & own.keys():
            raise MalformedPayload(f"{cls.verb_name()}: reserved field")
        typed = {name: data[input_id(name)] for name in cls.accepts() if input_id(name) in data}
        try:
            return cls.model_validate({**own, "inputs": typed} if typed else own)
        except ValidationError as wrong:
            fields = sorted({".".join(str(part) for part in each["loc"])[:80] for each in wrong.errors()})
            raise MalformedPayload(f"{cls.verb_name()}: {', '.join(fields)[:400]}") from None


def input_id(name: str) -> str:
    """The id of an input element: ``input_reason``. Never the key of a payload's own field."""
    return f"{INPUT_PREFIX}{name}"


def as_mapping(data: object) -> Mapping[str, Any]:
    """The posted value as a mapping; a client may send it as JSON text. Raises MalformedPayload."""
    if isinstance(data, str):
        try:
            data = json.loads(data)
        except (ValueError, RecursionError):
            raise MalformedPayload("not JSON") from None
    if not isinstance(data, Mapping) or not all(isinstance(key, str) for key in data):
        raise MalformedPayload("not an object")
    return data
