"""What a refusal of Teams means, and what to do about it: one table. Pure.

Source: learn.microsoft.com "Send and receive messages with a bot" (status codes from bot conversational APIs),
"Send proactive messages", "Optimize your bot with rate limiting in Teams".
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from bot.retry_after import retry_after

LONGEST_BODY = 4_096


class FailureKind(StrEnum):
    """Why nothing, or nothing certain, was sent."""

    bad_request = "bad_request"
    bot_not_registered = "bot_not_registered"
    disabled_by_admin = "disabled_by_admin"
    not_in_conversation = "not_in_conversation"
    blocked_by_user = "blocked_by_user"
    writes_blocked = "writes_blocked"
    not_installed = "not_installed"
    wrong_host = "wrong_host"
    not_permitted = "not_permitted"
    forbidden = "forbidden"
    conversation_gone = "conversation_gone"
    message_gone = "message_gone"
    conflicting = "conflicting"
    too_big = "too_big"
    throttled = "throttled"
    service_error = "service_error"
    gateway = "gateway"
    unreachable = "unreachable"
    no_answer = "no_answer"
    untrusted_host = "untrusted_host"


Remedy = Literal["none", "wait", "new_host", "new_chat"]


@dataclass(frozen=True)
class Policy:
    """What to do: ``wait`` and repeat, change the host or the chat once and repeat, or nothing."""

    remedy: Remedy = "none"
    kills: bool = False
    """The conversation cannot be written to until the person is heard again."""
    may_have_arrived: bool = False
    """A message may be in the chat all the same: it is not repeated, while an edit may be."""
    alerts: bool = False
    """Somebody who runs the bot has to do something."""


POLICY: Mapping[FailureKind, Policy] = {
    FailureKind.bad_request: Policy(alerts=True),
    FailureKind.bot_not_registered: Policy(alerts=True),
    FailureKind.disabled_by_admin: Policy(kills=True, alerts=True),
    FailureKind.not_in_conversation: Policy(kills=True),
    FailureKind.blocked_by_user: Policy(kills=True),
    FailureKind.writes_blocked: Policy(kills=True),
    FailureKind.not_installed: Policy(kills=True),
    FailureKind.wrong_host: Policy(remedy="new_host"),
    FailureKind.not_permitted: Policy(alerts=True),
    FailureKind.forbidden: Policy(kills=True),
    FailureKind.conversation_gone: Policy(remedy="new_chat", kills=True),
    FailureKind.message_gone: Policy(),
    FailureKind.conflicting: Policy(remedy="wait"),
    FailureKind.too_big: Policy(alerts=True),
    FailureKind.throttled: Policy(remedy="wait"),
    FailureKind.service_error: Policy(may_have_arrived=True),
    FailureKind.gateway: Policy(remedy="wait", may_have_arrived=True),
    FailureKind.unreachable: Policy(remedy="wait"),
    FailureKind.no_answer: Policy(remedy="wait", may_have_arrived=True),
    FailureKind.untrusted_host: Policy(alerts=True),
}

_BY_CODE = {
    "BotNotRegistered": FailureKind.bot_not_registered,
    "BotDisabledByAdmin": FailureKind.disabled_by_admin,
    "BotNotInConversationRoster": FailureKind.not_in_conversation,
    "ConversationBlockedByUser": FailureKind.blocked_by_user,
    "MessageWritesBlocked": FailureKind.writes_blocked,
    "ForbiddenOperationException": FailureKind.not_installed,
    "InvalidBotApiHost": FailureKind.wrong_host,
    "NotEnoughPermissions": FailureKind.not_permitted,
    "ConversationNotFound": FailureKind.conversation_gone,
    "ActivityNotFoundInConversation": FailureKind.message_gone,
    "MessageSizeTooBig": FailureKind.too_big,
}

_BY_STATUS = {
    400: FailureKind.bad_request,
    401: FailureKind.bot_not_registered,
    403: FailureKind.forbidden,
    404: FailureKind.conversation_gone,
    408: FailureKind.gateway,
    412: FailureKind.conflicting,
    413: FailureKind.too_big,
    429: FailureKind.throttled,
    500: FailureKind.service_error,
    502: FailureKind.gateway,
    503: FailureKind.gateway,
    504: FailureKind.gateway,
}


@dataclass(frozen=True)
class Failure:
    """One refusal, understood."""

    kind: FailureKind
    status: int = 0
    code: str = ""
    """Teams' own code, if it named one."""
    retry_after: float | None = None
    """Seconds, if Teams named a time."""

    @property
    def policy(self) -> Policy:
        """What to do about it."""
        return POLICY[self.kind]


class SendFailed(Exception):
    """Teams did not take it, or did not say so."""

    def __init__(self, failure: Failure) -> None:
        """``failure`` says what to do."""
        super().__init__(f"{failure.kind} ({failure.status} {failure.code})".strip())
        self.failure = failure


def classified(status: int, headers: Mapping[str, str], body: bytes, *, now: datetime) -> Failure:
    """What an answer that is no success means. A named code decides before the status."""
    code = _code_in(body)
    kind = _BY_CODE.get(code)
    if kind is None or status in (412, 429) or status >= 500:
        kind = _BY_STATUS.get(status, FailureKind.service_error if status >= 500 else FailureKind.bad_request)
    if status == 400 and b"known activity id" in body.lower():
        kind = FailureKind.message_gone
    return Failure(kind, status, code, retry_after(headers, now=now))


def _code_in(body: bytes) -> str:
    """Teams' code: in ``{"error": {"code"}}``, in the JSON string of ``{"errorCode", "message"}``, or anywhere."""
    text = body[:LONGEST_BODY].decode("utf-8", "replace")
    for code in _codes(_json(text)):
        if code in _BY_CODE:
            return code
    return next((code for code in _BY_CODE if code in text), next(iter(_codes(_json(text))), ""))


def _codes(answer: Any) -> list[str]:
    if not isinstance(answer, Mapping):
        return []
    error = answer.get("error")
    inner = error if isinstance(error, Mapping) else answer
    nested = _json(inner.get("message"))
    said = [inner.get("code"), inner.get("subCode"), answer.get("code")]
    return [each[:80] for each in said if isinstance(each, str)] + _codes(nested)


def _json(text: object) -> Any:
    if not isinstance(text, str) or not text.lstrip().startswith("{"):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
