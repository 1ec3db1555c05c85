"""Several calls in one. Source: learn.microsoft.com/graph/json-batching"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from bot.graph.emulator.asked import Asked
from bot.graph.emulator.bodies import Body, parse
from bot.graph.emulator.exchange import Answer, bad_request

MOST = 20


class Item(Body):
    """One call of a batch."""

    id: str
    method: str
    url: str
    headers: dict[str, str] | None = None
    body: Any = None
    depends_on: list[str] | None = None


class BatchBody(Body):
    """The whole of it."""

    requests: list[Item]


async def run(outer: Asked, body: Any, version: str, one: Callable[[Asked], Awaitable[Answer]]) -> Answer:
    """200 with an answer per call, in no promised order; 400 where the batch itself is malformed.

    A call whose parent failed is answered 424 and not made.
    """
    items = parse(BatchBody, body, kind="batch").requests
    _check(items)
    answers: dict[str, Answer] = {}
    for item in items:
        failed = [each for each in item.depends_on or [] if answers[each.casefold()].status >= 400]
        if failed:
            answers[item.id.casefold()] = Answer(424, {"error": {"code": "FailedDependency", "message": failed[0]}})
        else:
            answers[item.id.casefold()] = await one(_asked(outer, item, version))
    rows = [_row(item, answers[item.id.casefold()]) for item in reversed(items)]
    return Answer(200, {"responses": rows})


def _check(items: list[Item]) -> None:
    if not 1 <= len(items) <= MOST:
        raise bad_request(f"Number of batch request steps must be between 1 and {MOST}.")
    seen: set[str] = set()
    for item in items:
        if item.id.casefold() in seen:
            raise bad_request(f"Batch request id '{item.id}' is not unique.")
        if not all(each.casefold() in seen for each in item.depends_on or []):
            raise bad_request(f"Batch request '{item.id}' depends on a request that does not come before it.")
        if "://" in item.url:
            raise bad_request(f"Batch request '{item.id}' needs a relative url.")
        typed = {name.casefold() for name in item.headers or {}}
        if item.body is not None and "content-type" not in typed:
            raise bad_request(f"Batch request '{item.id}' has a body and no Content-Type header.")
        seen.add(item.id.casefold())


def _asked(outer: Asked, item: Item, version: str) -> Asked:
    headers = {name.lower(): value for name, value in (item.headers or {}).items()}
    if "authorization" in outer.headers:
        headers.setdefault("authorization", outer.headers["authorization"])
    body = b"" if item.body is None else json.dumps(item.body).encode()
    return Asked(item.method.upper(), f"/{version}/{item.url.lstrip('/')}", headers, body)


def _row(item: Item, answer: Answer) -> dict[str, Any]:
    row: dict[str, Any] = {"id": item.id, "status": answer.status}
    row["headers"] = {"Content-Type": "application/json", **answer.headers}
    if answer.status != 204:
        row["body"] = {} if answer.body is None else answer.body
    return row
