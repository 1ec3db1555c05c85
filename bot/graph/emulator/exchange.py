"""One request and one answer, as the routes see them, and the errors Graph answers with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.graph.emulator.parts import User

Version = Literal["v1.0", "beta"]


@dataclass(frozen=True)
class Caller:
    """Whoever the token speaks for: an app alone, or a person through an app."""

    app_id: str
    user: User | None = None
    granted: frozenset[str] = frozenset()
    """Roles of an app-only token, or scopes of a delegated one."""

    @property
    def is_app(self) -> bool:
        """Whether no person is signed in."""
        return self.user is None


@dataclass(frozen=True)
class Call:
    """A request that found its route. ``user`` is the person the path names, or the caller under ``/me``."""

    method: str
    version: Version
    path: str
    parameters: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any
    now: datetime
    caller: Caller
    subject: User | None = None

    @property
    def user(self) -> User:
        """The person the path is about."""
        if self.subject is None:
            raise TypeError(f"{self.path} names no user")
        return self.subject

    def __getitem__(self, name: str) -> str:
        return self.parameters[name]

    def preferences(self) -> dict[str, str]:
        """The ``Prefer`` header: names folded, values unquoted, a bare name as an empty string."""
        parts = (each.partition("=") for each in self.headers.get("prefer", "").split(",") if each.strip())
        return {name.strip().casefold(): value.strip().strip('"') for name, _, value in parts}


@dataclass
class Answer:
    """What goes back. ``body`` is JSON; None with a 202 is sent as ``{}``, with a 204 as nothing."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


class GraphError(Exception):
    """A refusal in Graph's envelope. Source: learn.microsoft.com/graph/errors"""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        headers: Mapping[str, str] | None = None,
        inner: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})
        self.inner = dict(inner or {})

    def answer(self, now: datetime, request_id: str, client_request_id: str) -> Answer:
        """The error as it goes over the wire."""
        inner = {
            **self.inner,
            "date": now.strftime("%Y-%m-%dT%H:%M:%S"),
            "request-id": request_id,
            "client-request-id": client_request_id,
        }
        body = {"error": {"code": self.code, "message": self.message, "innerError": inner}}
        return Answer(self.status, body, self.headers)


def bad_request(message: str, code: str = "BadRequest") -> GraphError:
    """400, the refusal for most things a caller gets wrong."""
    return GraphError(400, code, message)


def not_found(message: str = "The specified object was not found in the store.", code: str = "NotFound") -> GraphError:
    """404."""
    return GraphError(404, code, message)
