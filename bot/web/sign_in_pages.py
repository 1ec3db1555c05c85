"""The window in which a person signs in by hand: to Microsoft's page and back, then the code goes to Teams.

Teams hands the code to the bot (signin/verifyState), which redeems it only for the person who pressed the button.
Source: learn.microsoft.com "Add authentication to your Teams bot", "Microsoft Teams JavaScript client library"
"""

from urllib.parse import urlencode

from aiohttp import web

from bot.strings.translate import Translator

START = "/auth/start"
END = "/auth/end"
SCRIPT = "/auth/end.js"
TEAMS_JS = "https://res.cdn.office.net/teams-js/2.31.1/js/MicrosoftTeams.min.js"
POLICY = (
    "default-src 'none'; script-src 'self' https://res.cdn.office.net; base-uri 'none'; form-action 'none'; "
    "connect-src https://*.office.net"
)

_JS = """\
"use strict";
const said = new URLSearchParams(location.search);
const code = said.get("code");
document.getElementById(code ? "done" : "failed").hidden = false;
microsoftTeams.app.initialize().then(() =>
  code
    ? microsoftTeams.authentication.notifySuccess(code)
    : microsoftTeams.authentication.notifyFailure(said.get("error") || "no code"),
);
"""


def authorize_url(login: str, tenant_id: str, client_id: str, scopes: list[str], redirect: str) -> str:
    """Microsoft's sign-in page for our app. Source: v2-oauth2-auth-code-flow"""
    query = {
        "client_id": client_id,
        "response_type": "code",
        "response_mode": "query",
        "redirect_uri": redirect,
        "scope": " ".join(["openid", "profile", "offline_access", *scopes]),
        "prompt": "select_account",
    }
    return f"https://{login}/{tenant_id}/oauth2/v2.0/authorize?{urlencode(query)}"


def add_sign_in_pages(app: web.Application, authorize: str) -> None:
    """Serve the window's two pages. ``authorize`` is Microsoft's page."""

    async def start(_: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(authorize)

    async def end(request: web.Request) -> web.StreamResponse:
        t = Translator(request.headers.get("Accept-Language", "en").split(",")[0].split(";")[0])
        page = (
            f'<!doctype html><html lang="{t.language}"><meta charset="utf-8"><title>{t("sign_in.title")}</title>'
            f'<p id="done" hidden>{t("sign_in.page_done")}</p><p id="failed" hidden>{t("sign_in.page_failed")}</p>'
            f'<script src="{TEAMS_JS}"></script><script src="{SCRIPT}"></script></html>'
        )
        headers = {"Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"}
        return web.Response(text=page, content_type="text/html", headers=headers)

    async def script(_: web.Request) -> web.StreamResponse:
        return web.Response(text=_JS, content_type="text/javascript", headers={"X-Content-Type-Options": "nosniff"})

    app.router.add_get(START, start)
    app.router.add_get(END, end)
    app.router.add_get(SCRIPT, script)
