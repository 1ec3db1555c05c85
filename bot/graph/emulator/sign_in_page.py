"""The sign-in page: choose one of the world's people, consent or not, and go back where the request came from.

Source: MicrosoftDocs/entra-docs v2-oauth2-auth-code-flow (authorize, response_mode), RFC 6749 §4.1
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web
from jinja2 import Environment, Template

from bot.graph.emulator.authorizing import Request, Unanswerable, requested
from bot.graph.emulator.core import GraphEmulator
from bot.graph.emulator.parts import User

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
AUTHORIZE = "/{tenant}/oauth2/v2.0/authorize"


class SignInPage:
    """Plays Microsoft's page in a browser."""

    def __init__(self, emulator: GraphEmulator) -> None:
        self._emulator = emulator

    def routes(self) -> list[tuple[str, str, Handler]]:
        """Method, path and handler of each."""
        return [("GET", AUTHORIZE, self.shown), ("POST", AUTHORIZE, self.answered)]

    async def shown(self, request: web.Request) -> web.StreamResponse:
        """Who is it?"""
        try:
            self._requested(request)
        except Unanswerable as wrong:
            return _page(400, problem=str(wrong))
        return _page(200, people=self._emulator.world.users)

    async def answered(self, request: web.Request) -> web.StreamResponse:
        """An account was picked, or consent given or not."""
        try:
            asked = self._requested(request)
        except Unanswerable as wrong:
            return _page(400, problem=str(wrong))
        form = await request.post()
        codes, person = self._emulator.identity.codes, self._emulator.world.user(str(form.get("person", "")))
        choice = form.get("choice")
        if choice == "cancel":
            words = "AADSTS65004: User declined to consent to access the app."
            return _back(asked, {"error": "access_denied", "error_description": words})
        if person is None:
            return _page(400, problem="AADSTS50020: There is no such account in this world.")
        administrators = codes.needs_administrator(asked)
        if choice == "accept" and not administrators:
            codes.accept(person)
            self._emulator.changed()
        if codes.must_ask(person) or administrators:
            return _consent(person, asked, administrators)
        return _back(asked, {"code": codes.issue(person, asked)})

    def _requested(self, request: web.Request) -> Request:
        return requested(self._emulator.world, request.match_info["tenant"], request.query)


def _consent(person: User, asked: Request, administrators: tuple[str, ...]) -> web.Response:
    return _page(200, person=person, permissions=asked.permissions, administrators=administrators)


def _back(asked: Request, said: Mapping[str, str]) -> web.StreamResponse:
    answer = {**said, "state": asked.state}
    if asked.by_post:
        parts = urlsplit(asked.redirect)
        return _page(200, answer=answer, redirect=asked.redirect, goes_to=f"{parts.scheme}://{parts.netloc}")
    raise web.HTTPFound(f"{asked.redirect}{'&' if '?' in asked.redirect else '?'}{urlencode(answer)}")


def _page(status: int, *, goes_to: str = "", **said: Any) -> web.Response:
    policy = (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; base-uri 'none'; "
        f"form-action 'self' {goes_to}; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",  # with none a browser names no origin, and "null" is refused
        "Cache-Control": "no-store",
    }
    return web.Response(text=_template().render(**said), status=status, content_type="text/html", headers=headers)


@cache
def _template() -> Template:
    text = resources.files("bot.graph.emulator").joinpath("sign_in.html").read_text(encoding="utf-8")
    return Environment(autoescape=True).from_string(text)
