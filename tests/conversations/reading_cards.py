"""What a person sees of a card and can do with it."""

from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]


def card_of(activity: Json) -> Json | None:
    """The Adaptive Card in a message, if it has one."""
    for each in activity.get("attachments") or []:
        if each.get("contentType") == "application/vnd.microsoft.card.adaptive":
            content: Json = each["content"]
            return content
    return None


def _inside(node: object) -> Iterator[Json]:
    """Each visible element and action, in reading order; what a ShowCard hides comes after it."""
    if isinstance(node, list):
        for each in node:
            yield from _inside(each)
    elif isinstance(node, Mapping) and node.get("isVisible", True) is not False:
        yield node
        for key in ("body", "columns", "items", "inlines", "rows", "cells", "facts", "card", "actions"):
            if key in node:
                yield from _inside(node[key])


def words_on(card: Json) -> str:
    """Everything that can be read on a card, one part a line."""
    found: list[str] = []
    for each in _inside(card):
        kind = each.get("type", "Fact")
        if kind == "RichTextBlock":
            found.append("".join(one if isinstance(one, str) else one.get("text", "") for one in each["inlines"]))
        elif kind == "TextRun":
            continue
        elif kind == "Fact":
            found.append(f"{each.get('title', '')} {each.get('value', '')}")
        elif kind.startswith("Input."):
            found.extend(_words_of_input(each))
        else:
            found.extend(str(each[key]) for key in ("text", "title", "altText") if each.get(key))
    return "\n".join(found)


def _words_of_input(element: Json) -> list[str]:
    said = [str(element.get("label") or ""), str(element.get("title") or "")]
    choices = {each["value"]: each["title"] for each in element.get("choices", [])}
    said.extend(choices.values())
    value = str(element.get("value") or "")
    if value and value not in choices:
        said.append(value)
    return [each for each in said if each]


def actions_on(card: Json) -> list[Json]:
    """Every button, in order."""
    found = [each for each in _inside(card) if str(each.get("type", "")).startswith("Action.")]
    found += [each["selectAction"] for each in _inside(card) if "selectAction" in each]
    return found


def titles_on(card: Json) -> tuple[str, ...]:
    """The words on the buttons, in order."""
    return tuple(str(each["title"]) for each in actions_on(card) if each.get("title"))


def action_titled(card: Json, title: str) -> Json | None:
    """The button with these words."""
    return next((each for each in actions_on(card) if each.get("title") == title), None)


def inputs_on(card: Json) -> list[Json]:
    """Every input that can be filled."""
    return [each for each in _inside(card) if str(each.get("type", "")).startswith("Input.")]


def filled_in(card: Json, fills: Mapping[str, str]) -> dict[str, str]:
    """The inputs' values as a client sends them: what stands there, with ``fills`` (by label) on top.

    A label that is not on the card, or a choice that is not offered, is an error of the test.
    """
    wanted = dict(fills)
    values: dict[str, str] = {}
    for each in inputs_on(card):
        default = each.get("value", each.get("valueOff", "false") if each["type"] == "Input.Toggle" else "")
        label = str(each.get("label") or each.get("title") or "")
        key = next((one for one in (label, str(each.get("title") or ""), str(each["id"])) if one in wanted), None)
        values[each["id"]] = str(default) if key is None else _typed(each, wanted.pop(key))
    assert not wanted, (
        f"no such input on the card: {sorted(wanted)}; there are {[i.get('label') for i in inputs_on(card)]}"
    )
    return values


def _typed(element: Json, words: str) -> str:
    if element["type"] == "Input.Toggle":
        return str(element.get("valueOn", "true") if words in {"on", "yes"} else element.get("valueOff", "false"))
    if element["type"] != "Input.ChoiceSet" or not words:
        return words
    for choice in element.get("choices", []):
        if words in (choice["title"], choice["value"]):
            return str(choice["value"])
    raise AssertionError(f"{words!r} is not offered: {[each['title'] for each in element.get('choices', [])]}")


def what_blocks(card: Json, values: Mapping[str, str]) -> str | None:
    """The error a client shows instead of submitting, where a required input is empty."""
    for each in inputs_on(card):
        if each.get("isRequired") and not values.get(each["id"]):
            return str(each.get("errorMessage") or f"{each.get('label')} is required")
    return None
