"""Every invoke by name: what it is answered, also when nobody handles it, when it takes too long, when it fails.

A handler returns the HTTP body as a plain dict. A pressed button (``adaptiveCard/action``) is a verb and goes to the
bot. Source: learn.microsoft.com "Using task modules in bots", "Respond to search command", "Typeahead search in
Adaptive Cards", "Bot configuration experience", "Enable SSO for bot".
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.strings.translate import Translator
from bot.teams.answers import ERROR_TYPE
from bot.teams.arrivals import text_at
from bot.teams.ports import StoredAnswer
from bot.teams.turns import Turn

log = logging.getLogger(__name__)

Handler = Callable[[Turn], Awaitable[Any]]
Body = Callable[[str], Any]
"""An HTTP body that says these words, as far as the invoke can say any."""

SEARCH_TYPE = "application/vnd.microsoft.search.searchResponse"


def nothing(words: str) -> Any:
    """An empty body."""
    return None


def task_message(words: str) -> Any:
    """A dialog that says something and closes."""
    return {"task": {"type": "message", "value": words}}


def extension_message(words: str) -> Any:
    """A message extension that says something in the place of results."""
    return {"composeExtension": {"type": "message", "text": words}}


def extension_results(words: str) -> Any:
    """A message extension that found nothing."""
    return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": []}}


def extension_settings(words: str) -> Any:
    """A message extension without settings of its own."""
    return {"composeExtension": {"type": "config", "suggestedActions": {"actions": []}}}


def config_message(words: str) -> Any:
    """A team's settings that say something and close."""
    return {"responseType": "config", "config": {"type": "message", "value": words}}


def tab_without_cards(words: str) -> Any:
    """A tab with no cards."""
    return {"tab": {"type": "continue", "value": {"cards": []}}}


def no_suggestions(words: str) -> Any:
    """A type-ahead search that found nothing: an empty list, not an error."""
    return {"statusCode": 200, "type": SEARCH_TYPE, "value": {"results": []}}


def search_failed(words: str) -> Any:
    """A type-ahead search that failed."""
    return {"statusCode": 500, "type": ERROR_TYPE, "value": {"code": "InternalServerError", "message": words}}


@dataclass(frozen=True)
class Shape:
    """How one invoke is answered when no handler answers it."""

    unhandled: Body = nothing
    failed: Body = nothing
    """Also what it says when it takes too long."""
    in_order: bool = True
    """False for one that only reads and changes no dialog: it waits for nothing and nothing waits for it."""
    waits: bool = False
    """Whether the client waits for what really came of it, and nobody looks at a card meanwhile."""


_TASK = Shape(unhandled=task_message, failed=task_message)
_QUERY = Shape(unhandled=extension_results, failed=extension_message, in_order=False)

SHAPES: Mapping[str, Shape] = {
    "application/search": Shape(unhandled=no_suggestions, failed=search_failed, in_order=False),
    "composeExtension/query": _QUERY,
    "composeExtension/queryLink": _QUERY,
    "composeExtension/anonymousQueryLink": _QUERY,
    "composeExtension/selectItem": _QUERY,
    "composeExtension/fetchTask": _TASK,
    "composeExtension/submitAction": _TASK,
    "composeExtension/querySettingUrl": Shape(unhandled=extension_settings, failed=extension_message),
    "composeExtension/setting": Shape(),
    "composeExtension/onCardButtonClicked": Shape(),
    "task/fetch": _TASK,
    "task/submit": _TASK,
    "tab/fetch": Shape(unhandled=tab_without_cards, failed=tab_without_cards),
    "tab/submit": Shape(unhandled=tab_without_cards, failed=tab_without_cards),
    "config/fetch": Shape(unhandled=config_message, failed=config_message),
    "config/submit": Shape(unhandled=config_message, failed=config_message),
    "message/fetchTask": _TASK,
    "message/submitAction": Shape(),
    "fileConsent/invoke": Shape(),
    "actionableMessage/executeAction": Shape(),
    "handoff/action": Shape(),
    "signin/tokenExchange": Shape(waits=True),
    "signin/verifyState": Shape(waits=True),
    "signin/failure": Shape(),
}
"""One row for each invoke there is; what a pressed button answers stands in ``deliveries``."""


class Invokes:
    """The router: by name, to a handler or to the shape's own answer."""

    def __init__(self, handlers: Mapping[str, Handler] | None = None) -> None:
        """``handlers`` by invoke name. One that is not in the table is a fault of ours."""
        self._handlers = dict(handlers or {})
        if unknown := self._handlers.keys() - SHAPES.keys():
            raise ValueError(f"no such invoke: {', '.join(sorted(unknown))}")

    async def answer(self, turn: Turn) -> StoredAnswer:
        """The answer to an invoke; 501 for one that is not in the table."""
        shape = SHAPES.get(turn.name)
        if shape is None:
            log.info("teams.unknown_invoke", extra={"invoke": turn.name[:100]})
            return StoredAnswer(status=501)
        handler = self._handlers.get(turn.name)
        if handler is None:
            return StoredAnswer(status=200, body=shape.unhandled(turn.t("turn.not_offered")))
        body = await handler(turn)
        return body if isinstance(body, StoredAnswer) else StoredAnswer(status=200, body=body)


def runs_in_order(name: str) -> bool:
    """Whether the invoke takes its place in the conversation's turns."""
    return name not in SHAPES or SHAPES[name].in_order


def is_waited_for(name: str) -> bool:
    """Whether HTTP is held until the work is over, as long as Teams allows it."""
    return name in SHAPES and SHAPES[name].waits


def not_exchanged(value: object) -> StoredAnswer:
    """What makes the client of a single sign-on ask for consent. ``value`` is the invoke's."""
    refusal = {
        "id": text_at(value, "id"),
        "connectionName": text_at(value, "connectionName"),
        "failureDetail": "The token could not be exchanged: the person has to consent first.",
    }
    return StoredAnswer(status=412, body=refusal)


def failed_answer(name: str, words: str) -> StoredAnswer:
    """The documented shape in which this invoke says that it failed."""
    if name not in SHAPES:
        return StoredAnswer(status=501)
    if name.startswith("signin/"):
        return StoredAnswer(status=500)
    return StoredAnswer(status=200, body=SHAPES[name].failed(words))


def late_answer(name: str, value: object, t: Translator) -> StoredAnswer:
    """What is answered when the time to answer is over and the work goes on.

    A sign-on is never said to have succeeded before it has; if it does later, the chat says so.
    """
    if name == "application/search":
        return StoredAnswer(status=200, body=no_suggestions(""))
    if name == "signin/tokenExchange":
        return not_exchanged(value)
    if name == "signin/verifyState":
        return StoredAnswer(status=404)
    if name == "signin/failure":
        return StoredAnswer(status=200)
    return failed_answer(name, t("turn.busy"))
