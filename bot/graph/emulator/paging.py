"""Collections in pages. Source: learn.microsoft.com/graph/paging, learn.microsoft.com/graph/query-parameters"""

from typing import Any
from urllib.parse import quote, urlencode

from bot.graph.emulator.exchange import Answer, Call, bad_request
from bot.graph.emulator.world import World

KNOWN = {"$filter", "$top", "$skip", "$skiptoken", "$select", "$count", "$orderby", "$expand"}
LONGEST_COUNT = 9


def page(
    world: World, call: Call, rows: list[dict[str, Any]], entity: str, headers: dict[str, str] | None = None
) -> Answer:
    """One page of a collection; ``@odata.nextLink`` is there while more follow, opaque and to be followed verbatim."""
    strange = {name for name in call.query if name.startswith("$")} - KNOWN
    if strange:
        raise bad_request(f"The query specified in the URI is not valid: {', '.join(sorted(strange))}.")
    size = min(_number(call, "$top", world.switches.page_size), world.switches.largest_page)
    preferred = call.preferences().get("odata.maxpagesize", "")
    if _is_count(preferred):
        size = max(int(preferred), 1)
    start = _number(call, "$skip", 0) if "$skiptoken" not in call.query else _token(call.query["$skiptoken"])
    body: dict[str, Any] = {"@odata.context": f"{world.cloud.graph}/{call.version}/$metadata#{entity}"}
    if call.query.get("$count") == "true":
        body["@odata.count"] = len(rows)
    body["value"] = [selected(call, row) for row in rows[start : start + size]]
    if start + size < len(rows):
        following = {**call.query, "$skiptoken": f"emu{start + size:06x}"}
        following.pop("$skip", None)
        path = quote(call.path, safe="/()'=,:@$")
        body["@odata.nextLink"] = f"{world.cloud.graph}/{call.version}{path}?{urlencode(following)}"
    return Answer(200, body, dict(headers or {}))


def selected(call: Call, row: dict[str, Any]) -> dict[str, Any]:
    """Only the properties ``$select`` names, with id and annotations."""
    if "$select" not in call.query:
        return row
    wanted = {each.strip() for each in call.query["$select"].split(",")} | {"id"}
    return {name: value for name, value in row.items() if name in wanted or name.startswith("@")}


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name)
    if text is None:
        return default
    if not _is_count(text) or (name == "$top" and int(text) == 0):
        raise bad_request(f"Invalid value '{text}' for {name} query option found.")
    return int(text)


def _is_count(text: str) -> bool:
    """Whether it is a number that ``int`` takes: neither ¹ nor thousands of digits."""
    return text.isdecimal() and len(text) <= LONGEST_COUNT


def _token(text: str) -> int:
    try:
        return int(text.removeprefix("emu") if text.startswith("emu") else "", 16)
    except ValueError:
        raise bad_request("The $skiptoken is not valid.") from None
