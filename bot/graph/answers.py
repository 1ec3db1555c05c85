"""Reading the small print of a Graph answer: the error's code, a claims challenge. Pure."""

import base64
import json
import re
from collections.abc import Mapping

from bot.retry_after import header, retry_after

BROKEN = (500, 502, 504)


def may_have_happened(status: int, headers: Mapping[str, str], *, repeatable: bool) -> bool:
    """A gateway that gave up may have passed the write on; a broken server may have done it first, which matters where
    a second time does harm. 429, and 503 that names a time, turned the request away unread.
    """
    if repeatable:
        return status == 504
    return status in BROKEN or (status == 503 and retry_after(headers) is None)


def _error(body: bytes) -> Mapping[str, object]:
    try:
        error = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return error if isinstance(error, dict) else {}


def error_code(body: bytes) -> str:
    """``error.code``, or the innermost code where the outer one says nothing; empty when there is none.

    Source: learn.microsoft.com/graph/errors
    """
    error = _error(body)
    code = str(error.get("code") or "")
    inner = error.get("innerError") or error.get("innererror")
    while code in ("", "UnknownError") and isinstance(inner, dict):
        code = str(inner.get("code") or code)
        inner = inner.get("innerError") or inner.get("innererror")
    return code[:120]


def error_text(body: bytes) -> str:
    """``error.message``: not contract, so only ever a hint for which words to choose, and never logged."""
    return str(_error(body).get("message") or "")


def claims_challenge(headers: Mapping[str, str]) -> str | None:
    """The claims a 401 demands, decoded to JSON: continuous access evaluation, or conditional access.

    Source: learn.microsoft.com/entra/identity-platform/claims-challenge
    """
    said = header(headers, "www-authenticate") or ""
    found = re.search(r'claims="([^"]+)"', said)
    if not found:
        return None
    value = found.group(1)
    if value.lstrip().startswith("{"):
        return value
    try:
        padded = value + "=" * (-len(value) % 4)
        return base64.b64decode(padded.replace("-", "+").replace("_", "/"), validate=True).decode()
    except ValueError:
        return None
