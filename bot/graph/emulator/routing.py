"""Which function answers which path, who may call it, and in which clouds it exists."""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from bot.graph.emulator.exchange import Answer, Call, GraphError, Version
from bot.graph.emulator.world import Cloud

Handler = Callable[[Call], Answer | Awaitable[Answer]]
EVERYWHERE = frozenset(Cloud)
NOT_CHINA = EVERYWHERE - {Cloud.china}
GLOBAL_ONLY = frozenset({Cloud.global_})
BOTH: tuple[Version, ...] = ("v1.0", "beta")
PERSON = "{user}"
"""The segment that ``me`` and ``users/{id}`` are folded into before a route is looked for."""


@dataclass(frozen=True)
class Needs:
    """The permissions of which any one is enough. An empty tuple means that kind of caller is not supported."""

    delegated: tuple[str, ...]
    app: tuple[str, ...]
    access_policy: bool = False
    """Whether an app alone also needs the Teams application access policy for the user in the path."""


@dataclass(frozen=True)
class Route:
    """One method on one path. ``{user}`` at the front stands for ``/me`` and ``/users/{id}``."""

    method: str
    pattern: str
    handler: Handler
    needs: Needs
    versions: tuple[Version, ...] = BOTH
    clouds: frozenset[Cloud] = EVERYWHERE
    segments: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "segments", tuple(self.pattern.strip("/").split("/")))

    def matches(self, segments: tuple[str, ...]) -> dict[str, str] | None:
        """The path's parameters if it is this route's path."""
        if len(segments) != len(self.segments):
            return None
        found: dict[str, str] = {}
        for mine, given in zip(self.segments, segments, strict=True):
            if mine == PERSON:
                if given != PERSON:
                    return None
            elif mine.startswith("{"):
                found[mine.strip("{}")] = given
            elif mine.casefold() != given.casefold():
                return None
        return found


@dataclass(frozen=True)
class _Declared:
    method: str
    pattern: str
    needs: Needs
    versions: tuple[Version, ...]
    clouds: frozenset[Cloud]


def route(
    method: str,
    pattern: str,
    needs: Needs,
    *,
    versions: tuple[Version, ...] = BOTH,
    clouds: frozenset[Cloud] = EVERYWHERE,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare that a method of an area answers this call."""

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        declared = [*getattr(function, "_routes", []), _Declared(method, pattern, needs, versions, clouds)]
        function._routes = declared  # type: ignore[attr-defined]
        return function

    return declare


def routes_of(area: object) -> Iterator[Route]:
    """The routes an area declares, bound to it; an area with a ``routes`` method lists them itself."""
    listed = getattr(area, "routes", None)
    if callable(listed):
        yield from listed()
    for name in dir(type(area)):
        for each in getattr(getattr(type(area), name), "_routes", []):
            yield Route(each.method, each.pattern, getattr(area, name), each.needs, each.versions, each.clouds)


_KEYED = re.compile(r"([A-Za-z.]+)\((?:[A-Za-z]+=)?'(.*)'\)", re.DOTALL)
_ALTERNATE = re.compile(r"([A-Za-z.]+)\(([A-Za-z]+)='(.*)'\)", re.DOTALL)


def segments_of(raw_path: str) -> tuple[str, ...]:
    """The path's segments, decoded once; ``name('key')`` is two, ``name()`` one, and types lose their namespace.

    An alternate key keeps its name: ``onlineMeetings(joinWebUrl='…')`` gives ``onlineMeetings``, ``joinWebUrl=…``.
    Source: OData 4.01 URL conventions
    """
    found: list[str] = []
    for raw in raw_path.strip("/").split("/"):
        segment = unquote(raw).removeprefix("microsoft.graph.")
        alternate, keyed = _ALTERNATE.fullmatch(segment), _KEYED.fullmatch(segment)
        if segment.endswith("()"):
            found.append(segment[:-2])
        elif alternate and alternate[1].casefold() == "onlinemeetings":
            found += [alternate[1], f"{alternate[2]}={alternate[3]}"]
        elif keyed and keyed[1].casefold() not in ("supportedtimezones", "getsmslog"):
            found += [keyed[1], keyed[2]]
        else:
            found.append(segment)
    return tuple(found)


class Router:
    """All routes of all areas."""

    def __init__(self, routes: list[Route]) -> None:
        self._routes = routes

    def find(
        self, method: str, version: Version, cloud: Cloud, segments: tuple[str, ...]
    ) -> tuple[Route, dict[str, str]]:
        """The route for a call.

        Raises GraphError: 400 for a segment that does not exist here (observed: microsoft-graph-docs issue 17246;
        in clouds without the call the same is assumed), 405 for another method.
        """
        allowed = [each for each in self._routes if version in each.versions and cloud in each.clouds]
        matching = [(each, found) for each in allowed if (found := each.matches(segments)) is not None]
        # A literal segment wins over a parameter: onlineMeetings/createOrGet is no meeting id.
        matching.sort(key=lambda pair: len(pair[1]))
        for each, found in matching:
            if each.method == method:
                return each, found
        if matching:
            raise GraphError(405, "BadRequest", f"{method} is not allowed on this resource.")
        raise GraphError(
            400, "BadRequest", f"Resource not found for the segment '{self._stranger(allowed, segments)}'."
        )

    def _stranger(self, allowed: list[Route], segments: tuple[str, ...]) -> str:
        for length in range(1, len(segments) + 1):
            head = segments[:length]
            if not any(
                Route.matches(_cut(each, length), head) is not None for each in allowed if len(each.segments) >= length
            ):
                return segments[length - 1]
        return segments[-1] if segments else ""


def _cut(whole: Route, length: int) -> Route:
    return Route(whole.method, "/".join(whole.segments[:length]), whole.handler, whole.needs)
