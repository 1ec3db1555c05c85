"""The login service's addresses, beside Graph's.

Source: MicrosoftDocs/entra-docs v2-protocols-oidc, v2-oauth2-client-creds-grant-flow
"""

import re
from urllib.parse import parse_qsl

from bot.graph.emulator.exchange import Answer
from bot.graph.emulator.identity import Identity

_TOKEN = re.compile(r"/([^/]+)/oauth2/v2\.0/token")
_CONFIGURATION = re.compile(r"/([^/]+)(?:/v2\.0)?/\.well-known/openid-configuration")
_KEYS = re.compile(r"/([^/]+)/discovery/v2\.0/keys")
_INSTANCES = "/common/discovery/instance"


def is_login(path: str) -> bool:
    """Whether this path is the login service's."""
    return path == _INSTANCES or any(each.fullmatch(path) for each in (_TOKEN, _CONFIGURATION, _KEYS))


def answer(identity: Identity, method: str, path: str, root: str, body: bytes) -> Answer:
    """Tokens for POST, discovery for GET. ``root`` is how the caller reached us."""
    if (match := _TOKEN.fullmatch(path)) is not None:
        if method != "POST":
            return Answer(405, {"error": "invalid_request"})
        return identity.grant(match[1], dict(parse_qsl(body.decode("utf-8", "replace"))))
    if (match := _CONFIGURATION.fullmatch(path)) is not None:
        return Answer(200, identity.discovery(root, match[1]))
    if _KEYS.fullmatch(path):
        return Answer(200, identity.keys())
    host = root.partition("//")[2]
    metadata = [{"preferred_network": host, "preferred_cache": host, "aliases": [host]}]
    endpoint = f"{root}/{identity.world.tenant_id}/v2.0/.well-known/openid-configuration"
    return Answer(200, {"tenant_discovery_endpoint": endpoint, "api-version": "1.1", "metadata": metadata})
