"""The emulator over HTTP: Graph's paths, sign-in's, and what is under ``/emulator``, for this machine only."""

from collections.abc import Awaitable, Callable, Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx
from aiohttp import web

from bot.graph.emulator.control import Control
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.pages import Pages
from bot.graph.emulator.sign_in_page import SignInPage

LOCAL_NAMES = {"localhost", "127.0.0.1", "[::1]"}
PASSED_ON = ("Forwarded", "Via", "X-Real-IP")
"""What a proxy adds, beside everything that begins with ``X-Forwarded-``."""
HOP_BY_HOP = {"content-length", "content-encoding", "transfer-encoding", "connection"}
LOGIN_PATHS = (
    "/{tenant}/oauth2/v2.0/token",
    "/{tenant}/v2.0/.well-known/openid-configuration",
    "/{tenant}/discovery/v2.0/keys",
    "/common/discovery/instance",
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def mount(app: web.Application, emulator: GraphEmulator) -> None:
    """Serve the emulator from an application, beside whatever else it serves."""

    async def graph(request: web.Request) -> web.StreamResponse:
        return await _graph(emulator, request)

    for path in ("/v1.0/{tail:.*}", "/beta/{tail:.*}", *LOGIN_PATHS):
        app.router.add_route("*", path, local_only(graph))
    for method, path, handler in [
        *Control(emulator).routes(),
        *Pages(emulator).routes(),
        *SignInPage(emulator).routes(),
    ]:
        app.router.add_route(method, path, local_only(handler))


def local_only(handler: Handler) -> Handler:
    """Answer this machine alone: the peer must be loopback, and so must the Host header and, where a page sends one,
    the Origin; or a page elsewhere could reach the emulator through its visitor's browser. What a proxy or a tunnel
    on this machine passes on comes from elsewhere too, whatever Host it writes.
    """

    async def guarded(request: web.Request) -> web.StreamResponse:
        origin = request.headers.get("Origin")
        is_local_origin = origin is None or is_local_host(urlsplit(origin).netloc)
        is_from_here = is_local_peer(request.remote) and is_local_host(request.host) and is_local_origin
        if not is_from_here or was_passed_on(request.headers):
            return web.json_response({"error": "the emulator answers this machine only"}, status=403)
        return await handler(request)

    return guarded


def is_local_peer(remote: str | None) -> bool:
    """Whether the other end is this machine."""
    try:
        address = ip_address(remote or "")
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def was_passed_on(headers: Mapping[str, str]) -> bool:
    """Whether a proxy says that it passes on what somebody asked it. Source: RFC 7239, RFC 9110 section 7.6.3"""
    return any(name in headers for name in PASSED_ON) or any(
        name.casefold().startswith("x-forwarded-") for name in headers
    )


def is_local_host(host: str) -> bool:
    """Whether a Host header, or an origin without its scheme, names this machine."""
    name = host.rpartition(":")[0] if host.count(":") == 1 or "]:" in host else host
    return name.casefold() in LOCAL_NAMES


async def _graph(emulator: GraphEmulator, request: web.Request) -> web.StreamResponse:
    """One call. A connection that the script cuts is really cut."""
    asked = httpx.Request(
        request.method,
        f"http://{request.host}{request.raw_path}",
        headers=[(name, value) for name, value in request.headers.items()],
        content=await request.read(),
    )
    try:
        answer = await emulator.handle(asked)
    except httpx.TransportError:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)
    headers = [(name, value) for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP]
    return web.Response(status=answer.status_code, body=answer.content, headers=headers)
