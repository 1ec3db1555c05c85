"""The window in which a person signs in by hand: to Microsoft's page and back, then a code of ours goes to Teams.

Microsoft's answer comes by POST, so that neither its code nor its state is in an address. Our own code is what Teams
hands to the bot (signin/verifyState); in a chat that does not, the person writes it there.
Source: learn.microsoft.com "Add authentication to your Teams bot", "Microsoft Teams JavaScript client library"
"""

from collections.abc import Mapping
from functools import cache
from typing import Protocol
from urllib.parse import quote

from aiohttp import web
from jinja2 import Environment, Template

from bot.strings.translate import Translator

START = "/auth/start"
END = "/auth/end"
SCRIPT = "/auth/end.js"
STYLE = "/auth/page.css"
TEAMS_JS = "https://res.cdn.office.net/teams-js/2.31.1/js/MicrosoftTeams.min.js"
TEAMS_JS_IS = "sha384-ihAqYgEJz9hzEU+HaYodG1aTzjebC/wKXQi1nWKZG7OLAUyOL9ZrzD/SfZu79Jeu"
"""Nothing else may run on the page that shows the code. Source: README of @microsoft/teams-js 2.31.1"""
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self' https://res.cdn.office.net; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; connect-src https://*.office.net"
    ),
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}
LONGEST_ANSWER = 100_000
STATUS = {"done": 200, "expired": 410, "away": 503}
"""HTTP status by how a step ended; the others are 403."""

_PAGE = """\
<!doctype html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title><link rel="stylesheet" href="{{ style }}">
</head>
<body><main>
<h1>{{ title }}</h1>
<p role="status">{{ words }}</p>
{% if code %}<p class="quiet">{{ code_words }}</p><p id="code">{{ code }}</p>
<script src="{{ teams_js }}" integrity="{{ teams_js_is }}" crossorigin="anonymous"></script>
<script src="{{ script }}"></script>{% endif %}
{% if again %}<p><a href="{{ again }}">{{ again_words }}</a></p>{% endif %}
</main></body>
</html>
"""
_JS = """\
"use strict";
const code = document.getElementById("code").textContent;
if (window.microsoftTeams) {
  microsoftTeams.app.initialize().then(() => microsoftTeams.authentication.notifySuccess(code));
}
"""
_CSS = """\
:root { color-scheme: light dark; font: 16px/1.5 "Segoe UI", system-ui, sans-serif; }
body { margin: 0; }
main { max-width: 26rem; margin: 10vh auto; padding: 0 1.5rem; }
h1 { font-size: 1.4rem; }
#code { font-size: 2rem; letter-spacing: 0.2em; margin: 0; user-select: all; }
.quiet { opacity: 0.8; }
"""


class Step(Protocol):
    """How a step ended."""

    @property
    def ending(self) -> str:
        """``goes_on``, ``done``, or what went wrong: a key of the strings as ``sign_in.page_{ending}``."""
        ...

    @property
    def locale(self) -> str:
        """The person's; empty where nobody knows who it is."""
        ...

    @property
    def address(self) -> str:
        """Where it goes on."""
        ...

    @property
    def code(self) -> str:
        """What the chat wants to see."""
        ...

    @property
    def again(self) -> str:
        """The link's own secret, for another try."""
        ...


class ByHand(Protocol):
    """The steps behind the pages."""

    async def begin(self, secret: str) -> Step:
        """Somebody opened the link of a sign-in card."""
        ...

    async def finish(self, answer: Mapping[str, str]) -> Step:
        """Microsoft's page sent its answer."""
        ...


def add_sign_in_pages(app: web.Application, by_hand: ByHand) -> None:
    """Serve the window's two pages."""

    async def start(request: web.Request) -> web.StreamResponse:
        step = await by_hand.begin(request.query.get("ask", ""))
        if step.address:
            raise web.HTTPFound(step.address, headers={"Referrer-Policy": "no-referrer", "Cache-Control": "no-store"})
        return _page(request, step)

    async def end(request: web.Request) -> web.StreamResponse:
        if (request.content_length or 0) > LONGEST_ANSWER:
            raise web.HTTPRequestEntityTooLarge(LONGEST_ANSWER, request.content_length or 0)
        form = await request.post()
        answer = {name: value for name, value in form.items() if isinstance(value, str)}
        return _page(request, await by_hand.finish(answer))

    async def script(_: web.Request) -> web.StreamResponse:
        return web.Response(text=_JS, content_type="text/javascript", headers=HEADERS)

    async def style(_: web.Request) -> web.StreamResponse:
        return web.Response(text=_CSS, content_type="text/css", headers=HEADERS)

    app.router.add_get(START, start, allow_head=False)
    app.router.add_post(END, end)
    app.router.add_get(SCRIPT, script)
    app.router.add_get(STYLE, style)


def _page(request: web.Request, step: Step) -> web.Response:
    t = Translator(step.locale or request.headers.get("Accept-Language", "").split(",")[0].split(";")[0])
    text = _template().render(
        language=t.language,
        title=t("sign_in.title"),
        words=t(f"sign_in.page_{step.ending}"),
        style=STYLE,
        script=SCRIPT,
        teams_js=TEAMS_JS,
        teams_js_is=TEAMS_JS_IS,
        code=step.code,
        code_words=t("sign_in.page_code"),
        again=f"{START}?ask={quote(step.again)}" if step.again else "",
        again_words=t("sign_in.page_again"),
    )
    status = STATUS.get(step.ending, 403)
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)


@cache
def _template() -> Template:
    return Environment(autoescape=True).from_string(_PAGE)
