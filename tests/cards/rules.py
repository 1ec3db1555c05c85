"""What every card must keep to beside the published schema, as complaints in words.

Sources: learn.microsoft.com "Format cards in Teams", "Cards reference", "Universal Actions for Adaptive Cards";
adaptivecards.io "Input validation".
"""

import json
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft6Validator

from cards import verbs
from cards.elements import Card
from cards.payload import INPUT_PREFIX, MalformedPayload
from cards.reader import Reader

LARGEST = 28 * 1024
"""Bytes as UTF-16: satisfies every limit that was ever published for a card in Teams."""
LONGEST_SUMMARY = 300
MOST_ACTIONS, MOST_COLUMNS = 6, 3
KNOWN = frozenset(
    {
        *("AdaptiveCard", "TextBlock", "RichTextBlock", "TextRun", "Container", "ColumnSet", "Column", "ActionSet"),
        *("Input.Text", "Input.Date", "Input.ChoiceSet", "Input.Toggle"),
        *("Action.Execute", "Action.Submit", "Action.OpenUrl"),
    }
)
"""Element types that Teams draws on every client. FactSet reads markdown, so it is not among them."""
_TYPED_PLACES = frozenset({"value", "placeholder"})
"""Of an input: shown as it is, never interpreted."""


@cache
def schema() -> Draft6Validator:
    """The official 1.5 schema, without the two root alternatives that make its messages useless."""
    source = files("adaptive_cards") / "schemas" / "schema-1.5.json"
    published = json.loads(source.read_text(encoding="utf-8"))
    card = {"$ref": "#/definitions/AdaptiveCard", "definitions": published["definitions"]}
    return Draft6Validator(card)


def complaints(card: Card, reader: Reader | None = None) -> list[str]:
    """Everything that is wrong with a card. ``reader`` says which links it may hold."""
    return [
        *_schema(card),
        *_whole(card),
        *(each for node in nodes(card.content) for each in _node(node, card, reader)),
    ]


def nodes(element: Any) -> Iterator[dict[str, Any]]:
    """Every element and action of a card, from the top."""
    if isinstance(element, dict):
        if "type" in element:
            yield element
        for key, value in element.items():
            if key != "data":
                yield from nodes(value)
    elif isinstance(element, list):
        for each in element:
            yield from nodes(each)


def words_of(card: Card) -> list[str]:
    """All text a person reads on a card, in order."""
    keys = ("text", "label", "title", "value")
    found = [str(node[key]) for node in nodes(card.content) for key in keys if isinstance(node.get(key), str)]
    choices = [str(each["title"]) for node in nodes(card.content) for each in node.get("choices", [])]
    return [*found, *choices]


def _schema(card: Card) -> Iterator[str]:
    for error in schema().iter_errors(card.content):
        yield f"schema: {'/'.join(str(each) for each in error.absolute_path)}: {error.message[:200]}"


def _whole(card: Card) -> Iterator[str]:
    if card.content.get("version") != "1.5":
        yield "the version is 1.5"
    if not card.content.get("fallbackText"):
        yield "fallbackText says what the card says"
    size = len(json.dumps(card.content, ensure_ascii=False, separators=(",", ":")).encode("utf-16-le"))
    if size > LARGEST:
        yield f"too large: {size} bytes"
    if not card.summary.strip() or len(card.summary) > LONGEST_SUMMARY or "\n" in card.summary:
        yield f"the summary is one short line: {card.summary[:80]!r}"
    ids = [node["id"] for node in nodes(card.content) if "id" in node]
    if len(set(ids)) != len(ids):
        yield "ids are said once"


def _node(node: dict[str, Any], card: Card, reader: Reader | None) -> Iterator[str]:
    kind = node["type"]
    if kind not in KNOWN:
        yield f"{kind} is not drawn everywhere"
    if kind == "TextBlock":
        yield from _text_block(node)
    if kind.startswith("Input."):
        yield from _input(node)
    if kind == "Action.Execute":
        yield from _execute(node)
    if kind == "Action.OpenUrl" and reader is not None and not reader.allows(node["url"]):
        yield "a link to a host that is not on the allow-list"
    if kind == "ActionSet" and len(node["actions"]) > MOST_ACTIONS:
        yield "more than six buttons in a row"
    if kind == "ColumnSet" and len(node["columns"]) > MOST_COLUMNS:
        yield "more columns than a phone shows"
    for key, value in node.items():
        is_typed = kind.startswith("Input.") and key in _TYPED_PLACES
        if isinstance(value, str) and not is_typed:
            yield from _text(kind, key, value)


def _text_block(node: dict[str, Any]) -> Iterator[str]:
    if node.get("wrap") is not True:
        yield "a TextBlock that does not wrap is cut off"
    if node.get("style") != "heading":
        yield "a TextBlock that is no heading: text belongs in a TextRun"
    if set(node["text"]) & set("*_[]`#<>{}|~"):
        yield f"a TextBlock reads markdown: {node['text'][:60]!r}"


def _input(node: dict[str, Any]) -> Iterator[str]:
    if not str(node.get("id", "")).startswith(INPUT_PREFIX):
        yield "an input's id begins so that it is never the key of a payload"
    if not node.get("label"):
        yield "an input without a label is silent to a screen reader"
    if node.get("isRequired") and not node.get("errorMessage"):
        yield "a required input says what is wrong"


def _execute(node: dict[str, Any]) -> Iterator[str]:
    fallback = node.get("fallback")
    if not isinstance(fallback, dict) or fallback.get("type") != "Action.Submit":
        yield "Action.Execute needs an Action.Submit to fall back on"
        return
    if any(fallback.get(each) != node.get(each) for each in ("title", "data", "associatedInputs")):
        yield "both arrivals carry the same"
    try:
        payload = verbs.parse(node["data"])
    except MalformedPayload as wrong:
        yield f"a payload that is refused: {wrong}"
        return
    if payload.verb != node["verb"]:
        yield "the verb is the payload's"
    if (node.get("associatedInputs") == "none") == bool(payload.accepts()):
        yield f"{payload.verb}: inputs go along exactly where they are read"


def _text(kind: str, key: str, value: str) -> Iterator[str]:
    if "{{" in value:
        yield f"{kind}.{key} holds a template: {value[:60]!r}"
    if "<at" in value.lower() or "</at" in value.lower():
        yield f"{kind}.{key} holds a mention: {value[:60]!r}"
    if any(ord(each) < 32 or 0x202A <= ord(each) <= 0x202E or 0x2066 <= ord(each) <= 0x2067 for each in value):
        yield f"{kind}.{key} holds control characters"
    if value.count("\u2068") != value.count("\u2069"):
        yield f"{kind}.{key} leaves a text direction open"
