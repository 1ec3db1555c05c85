"""One Adaptive Card element each, as plain dicts: the only place that knows the card schema's words.

Text is a TextRun, which reads no markdown and expands no DATE(), so that what a person typed stays what they typed; a
TextBlock holds only headings of our own. Source: adaptivecards.io/explorer, learn.microsoft.com "Cards reference".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cards.payload import VerbPayload, input_id

Element = dict[str, Any]
Tone = Literal["default", "accent", "attention"]
"""Good and warning are pale in Teams' light theme: they are for boxes, not for text."""
Box = Literal["default", "emphasis", "good", "attention", "warning", "accent"]

SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
VERSION = "1.5"
LABEL_WIDTH = "96px"
PHONE_WIDTH, LETTER_WIDTH, BUTTON_PADDING = 296, 7.5, 34
"""Pixels: what a card has on a narrow phone and the gap after it, a letter of a button, what surrounds its words."""


@dataclass(frozen=True)
class Card:
    """A card's JSON and the one line that stands in for it: notification, screen reader, transcript."""

    content: dict[str, Any]
    summary: str


def card(summary: str, body: Iterable[Element | None], *, language: str = "en") -> Card:
    """A whole card. Parts that are None are dropped."""
    return Card(
        content={
            "type": "AdaptiveCard",
            "$schema": SCHEMA,
            "version": VERSION,
            "lang": language,
            "fallbackText": summary,
            "body": _present(body),
        },
        summary=summary,
    )


# --- text -----------------------------------------------------------------------------------------


def heading(words: str, *, size: Literal["medium", "large"] = "large") -> Element:
    """The title of a card or part: words of our own only, as a TextBlock reads markdown."""
    return {"type": "TextBlock", "text": words, "style": "heading", "size": size, "weight": "bolder", "wrap": True}


def run(
    words: str,
    *,
    tone: Tone = "default",
    bold: bool = False,
    subtle: bool = False,
    size: Literal["small", "default", "medium", "large"] = "default",
) -> Element:
    """A stretch of text in one style."""
    styles = {
        "color": tone if tone != "default" else None,
        "weight": "bolder" if bold else None,
        "isSubtle": True if subtle else None,
        "size": size if size != "default" else None,
    }
    return {"type": "TextRun", "text": words} | {key: value for key, value in styles.items() if value is not None}


def text(
    *runs: Element | str | None,
    spacing: Literal["none", "small", "default", "medium"] = "default",
    separator: bool = False,
) -> Element:
    """A paragraph. It wraps, and nothing in it is markup."""
    inlines = [run(each) if isinstance(each, str) else each for each in runs if each is not None]
    return _without_defaults({"type": "RichTextBlock", "inlines": inlines, "spacing": spacing, "separator": separator})


def small(words: str, *, tone: Tone = "default") -> Element:
    """A quiet line under something."""
    return text(run(words, subtle=tone == "default", tone=tone, size="small"), spacing="small")


def lines(rows: Iterable[tuple[str, Element | str | None]]) -> Element | None:
    """Label and value, line by line. A row whose value is None or empty is left out."""
    kept = [_line(label, value) for label, value in rows if value]
    return {"type": "Container", "items": kept, "spacing": "medium"} if kept else None


def _line(label: str, value: Element | str | None) -> Element:
    shown = text(value) if isinstance(value, str) or (value is not None and value["type"] == "TextRun") else value
    return {
        "type": "ColumnSet",
        "spacing": "small",
        "columns": [
            {"type": "Column", "width": LABEL_WIDTH, "items": [text(run(label, subtle=True))]},
            {"type": "Column", "width": "stretch", "items": [shown]},
        ],
    }


# --- containers -----------------------------------------------------------------------------------


def box(
    items: Iterable[Element | None],
    *,
    style: Box = "default",
    bleed: bool = False,
    separator: bool = False,
    spacing: Literal["none", "small", "default", "medium", "large"] = "default",
    on_tap: Element | None = None,
) -> Element | None:
    """Elements that belong together; None when there are none."""
    kept = _present(items)
    if not kept:
        return None
    element = {"type": "Container", "items": kept, "style": style, "bleed": bleed, "separator": separator}
    return _without_defaults(element | {"spacing": spacing} | ({"selectAction": on_tap} if on_tap else {}))


def side_by_side(left: Element | None, right: Element | None) -> Element:
    """Two halves. Only for what stays readable at half a phone's width."""
    halves = [{"type": "Column", "width": "stretch", "items": [each]} for each in (left, right) if each]
    return {"type": "ColumnSet", "columns": halves}


# --- inputs ---------------------------------------------------------------------------------------


def text_input(
    name: str,
    label: str,
    *,
    value: str = "",
    placeholder: str = "",
    max_length: int | None = None,
    multiline: bool = False,
    style: Literal["text", "tel", "email", "url"] = "text",
    error: str | None = None,
) -> Element:
    """A text field, with what is wrong with it beneath."""
    given = {"value": value, "placeholder": placeholder, "maxLength": max_length, "isMultiline": multiline or None}
    given["style"] = style if style != "text" else None
    return _field({"type": "Input.Text", "id": input_id(name), "label": label} | _given(given), error)


def date_input(name: str, label: str, *, value: str = "", error: str | None = None) -> Element:
    """A day. ``value`` is ``2026-11-26``; anything else is left out, as the client would show nothing."""
    return _field({"type": "Input.Date", "id": input_id(name), "label": label} | _given({"value": value}), error)


def choice(
    name: str,
    label: str,
    options: Sequence[tuple[str, str]],
    *,
    value: str = "",
    expanded: bool = False,
    placeholder: str = "",
    error: str | None = None,
) -> Element:
    """One of several. Options are (words, value); ``expanded`` shows them all, else a list opens."""
    element: Element = {
        "type": "Input.ChoiceSet",
        "id": input_id(name),
        "label": label,
        "style": "expanded" if expanded else "compact",
        "wrap": True,
        "choices": [{"title": words, "value": each} for words, each in options],
    }
    known = value if any(each == value for _, each in options) else ""
    return _field(element | _given({"value": known, "placeholder": placeholder}), error)


def toggle(name: str, label: str, words: str, *, on: bool) -> Element:
    """A switch that says what it does."""
    return {
        "type": "Input.Toggle",
        "id": input_id(name),
        "label": label,
        "title": words,
        "value": "true" if on else "false",
        "valueOn": "true",
        "valueOff": "false",
        "wrap": True,
    }


def _field(element: Element, error: str | None) -> Element:
    if not error:
        return element
    return {"type": "Container", "items": [element, small(error, tone="attention")]}


# --- actions --------------------------------------------------------------------------------------


def execute(
    words: str, payload: VerbPayload, *, style: Literal["default", "positive", "destructive"] = "default"
) -> Element:
    """A button. Clients without Action.Execute fall back on Action.Submit with the same data.

    A verb that reads no inputs leaves them out, so that a half-filled form never blocks it.
    """
    shared: Element = {"title": words, "data": payload.to_data()}
    if not payload.accepts():
        shared["associatedInputs"] = "none"
    if style != "default":
        shared["style"] = style
    return {
        "type": "Action.Execute",
        "verb": payload.verb,
        **shared,
        "fallback": {"type": "Action.Submit", **shared},
    }


def open_url(
    words: str, url: str | None, *, allowed: bool, style: Literal["default", "positive"] = "default"
) -> Element | None:
    """A button that opens a link; None, so no button, without a link or where its host is not on the allow-list."""
    if not url or not allowed:
        return None
    return _without_defaults({"type": "Action.OpenUrl", "title": words, "url": url, "style": style})


def actions(*buttons: Element | None) -> Element | None:
    """Buttons in the body, where an action's fallback is honoured, in rows that a phone shows uncut.

    None when there are none.
    """
    rows: list[list[Element]] = []
    room = 0.0
    for each in _present(buttons):
        width = len(each["title"]) * LETTER_WIDTH + BUTTON_PADDING
        if not rows or width > room:
            rows.append([])
            room = PHONE_WIDTH
        rows[-1].append(each)
        room -= width
    sets: list[Element] = [{"type": "ActionSet", "actions": each} for each in rows]
    if len(sets) > 1:
        return {"type": "Container", "items": [sets[0], *(each | {"spacing": "small"} for each in sets[1:])]}
    return sets[0] if sets else None


def stacked(buttons: Iterable[Element | None]) -> Element | None:
    """Buttons below each other, for words that need a line of their own."""
    rows = [{"type": "ActionSet", "actions": [each], "spacing": "small"} for each in _present(buttons)]
    return {"type": "Container", "items": rows} if rows else None


# --- helpers --------------------------------------------------------------------------------------


def _present(parts: Iterable[Element | None]) -> list[Element]:
    return [each for each in parts if each is not None]


def _given(options: Mapping[str, Any]) -> Element:
    return {key: value for key, value in options.items() if value not in ("", None)}


_DEFAULTS = {"spacing": "default", "separator": False, "style": "default", "bleed": False}


def _without_defaults(element: Element) -> Element:
    return {key: value for key, value in element.items() if key not in _DEFAULTS or value != _DEFAULTS[key]}
