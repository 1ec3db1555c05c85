"""What a turn may answer, and how that reads on the wire. Pure.

Source: learn.microsoft.com "Universal Action Model" (adaptiveCard/action response), "Invoke activities".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.teams.ports import StoredAnswer

Card = Mapping[str, Any]
"""An Adaptive Card as plain JSON. Its ``fallbackText`` is its summary unless another is given."""

CARD_TYPE = "application/vnd.microsoft.card.adaptive"
MESSAGE_TYPE = "application/vnd.microsoft.activity.message"
ERROR_TYPE = "application/vnd.microsoft.error"


@dataclass(frozen=True)
class Show:
    """Show this card: in the place of the one whose button was pressed, or as a new message to what was typed."""

    card: Card = field(repr=False)
    summary: str | None = None

    @property
    def line(self) -> str:
        """The one line that stands in for the card: notification and chat list."""
        return self.summary if self.summary is not None else summary_of(self.card)


@dataclass(frozen=True)
class Say:
    """Say this: as a short toast where a button was pressed (its card stays as it is), else as a message."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class Reply:
    """The HTTP body of an invoke as it is; for invokes other than a pressed button."""

    body: Any = field(default=None, repr=False)
    status: int = 200


Answer = Show | Say | Reply


@dataclass(frozen=True)
class Failed:
    """It went wrong, in words for the person. Made by the edge, for the turn that a bot left with an exception."""

    text: str = field(repr=False)
    code: str = "InternalServerError"


def summary_of(card: Card) -> str:
    """A card's one line."""
    return str(card.get("fallbackText") or "")


def card_message(card: Card, summary: str) -> dict[str, Any]:
    """A message activity that shows a card. Teams' toast and chat list show ``summary``, not the card."""
    return {
        "type": "message",
        "summary": summary,
        "attachments": [{"contentType": CARD_TYPE, "content": dict(card)}],
    }


def text_message(text: str) -> dict[str, Any]:
    """A message activity of plain text: what people typed is never read as markdown."""
    return {"type": "message", "text": text, "textFormat": "plain"}


def text_card(text: str) -> Card:
    """A card that only says something. A TextRun reads no markdown."""
    body = [{"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text}]}]
    return {"type": "AdaptiveCard", "version": "1.5", "fallbackText": text, "body": body}


def action_answer(answer: Show | Say | Failed) -> StoredAnswer:
    """The answer to ``adaptiveCard/action``: a card in the pressed one's place, a toast, or an error.

    HTTP stays 200: the client reads ``statusCode``.
    """
    if isinstance(answer, Show):
        return action_body(200, CARD_TYPE, dict(answer.card))
    if isinstance(answer, Failed):
        return action_body(500, ERROR_TYPE, {"code": answer.code, "message": answer.text})
    return action_body(200, MESSAGE_TYPE, answer.text)


def action_body(status: int, kind: str, value: Any) -> StoredAnswer:
    """The envelope that every answer to ``adaptiveCard/action`` and ``application/search`` comes in."""
    return StoredAnswer(status=200, body={"statusCode": status, "type": kind, "value": value})
