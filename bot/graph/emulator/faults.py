"""Failures by script: the next so many matching calls are delayed, refused, or lose their answer.

Source for what is refused how: learn.microsoft.com/graph/throttling, learn.microsoft.com/graph/errors
"""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.graph.emulator.exchange import GraphError


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as wrong:
        raise ValueError(f"not a regular expression: {wrong}") from None
    return text


class Fault(BaseModel):
    """One entry of the script. ``path`` is searched in the path with its version, ``/v1.0/users/…/events``.

    Without ``status`` the call is carried out; ``delay_s`` then delays its answer, ``drop_after_commit`` cuts the
    connection instead of answering.
    """

    model_config = ConfigDict(extra="forbid")

    method: str = ".*"
    path: Annotated[str, AfterValidator(_pattern)] = ""
    times: int = Field(default=1, ge=1)
    status: int | None = Field(default=None, ge=400, le=599)
    retry_after: int | float | str | None = None
    delay_s: float = Field(default=0, ge=0)
    drop_after_commit: bool = False
    code: str | None = None
    message: str | None = None

    def hits(self, method: str, path: str) -> bool:
        """Whether the script means this call."""
        return re.fullmatch(self.method, method, re.IGNORECASE) is not None and re.search(self.path, path) is not None

    def error(self) -> GraphError | None:
        """The refusal, if the script wants one."""
        if self.status is None:
            return None
        headers = {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}
        code, message, inner = _WORDS.get(self.status, ("UnknownError", "", {}))
        return GraphError(self.status, self.code or code, self.message or message, headers=headers, inner=inner)


_WORDS: dict[int, tuple[str, str, dict[str, Any]]] = {
    400: ("BadRequest", "The request is malformed.", {}),
    401: ("InvalidAuthenticationToken", "Access token has expired or is not yet valid.", {}),
    402: ("PaymentRequired", "A license is required.", {}),
    403: ("Forbidden", "Insufficient privileges to complete the operation.", {}),
    404: ("ErrorItemNotFound", "The specified object was not found in the store.", {}),
    409: ("Conflict", "The request conflicts with the present state.", {}),
    429: ("TooManyRequests", "Too many requests.", {"code": "429", "status": "429"}),
    500: ("UnknownError", "", {}),
    502: ("BadGateway", "The gateway had no answer.", {}),
    503: ("ServiceUnavailable", "The service is temporarily unavailable.", {}),
    504: ("GatewayTimeout", "The gateway timed out.", {}),
    507: ("InsufficientStorage", "The quota is used up.", {}),
    509: ("BandwidthLimitExceeded", "The bandwidth is used up.", {}),
}


class Faults:
    """The script, first entry first. An entry is gone once it hit often enough."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Put a failure at the end of the script."""
        self._waiting.append(fault.model_copy())

    def next_for(self, method: str, path: str) -> Fault | None:
        """The failure this call meets, if any; counted down."""
        for each in self._waiting:
            if each.hits(method, path):
                each.times -= 1
                if each.times == 0:
                    self._waiting.remove(each)
                return each.model_copy()
        return None

    def clear(self) -> None:
        """Forget the script."""
        self._waiting.clear()

    def waiting(self) -> list[dict[str, Any]]:
        """What is still to come."""
        return [each.model_dump() for each in self._waiting]
