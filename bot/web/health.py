"""Whether the process lives, and whether it can take a turn."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

Check = Callable[[], Awaitable[bool]]


def add_health(app: web.Application, checks: Mapping[str, Check]) -> None:
    """``GET /healthz`` answers while the process lives; ``GET /readyz`` is 200 only when every check holds.

    A check that raises counts as not holding: its reason is for the log, not for whoever asks.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    async def readyz(_: web.Request) -> web.Response:
        held = {name: await _holds(check) for name, check in checks.items()}
        ready = all(held.values())
        return web.json_response({"ready": ready, **held}, status=200 if ready else 503)

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)


async def _holds(check: Check) -> bool:
    try:
        return await check()
    except Exception:
        return False
