"""``python -m tests.contracts.sign_in``: sign in once by hand, and print LIVE_REFRESH_TOKEN for ``pytest -m live``.

The app's registration needs the web redirect URI http://localhost:8400/ for it (LIVE_SIGN_IN_PORT: another port).
Variables: ``tests/contracts/tenant.py``.
"""

import os
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl

import msal

from bot.graph.doctor import diagnosis
from tests.contracts.tenant import Tenant

PORT = int(os.environ.get("LIVE_SIGN_IN_PORT", "8400"))


def wait_for_answer() -> dict[str, str]:
    """What the sign-in page sends back to this machine, by POST."""
    answers: list[dict[str, str]] = []

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answers.append(dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode())))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"Done. The terminal has the token.")

        def log_message(self, *_: object) -> None:
            """No log: it is about a code."""

    with HTTPServer(("127.0.0.1", PORT), Taker) as server:
        while not answers:
            server.handle_request()
    return answers[0]


def main() -> None:
    """Print where to sign in, then the token."""
    tenant = Tenant()
    scopes = tenant.cloud.scopes(*diagnosis(tenant.config("outlook", "delegated")).delegated, "User.Read")
    cache = msal.SerializableTokenCache()
    client = tenant.client(cache)
    flow = client.initiate_auth_code_flow(
        scopes, redirect_uri=f"http://localhost:{PORT}/", response_mode="form_post", prompt="select_account"
    )
    page = flow["auth_uri"].replace(f"https://{tenant.cloud.login}", tenant.root or f"https://{tenant.cloud.login}", 1)
    print(f"Open and sign in: {page}", flush=True)
    said = client.acquire_token_by_auth_code_flow(flow, wait_for_answer())
    if "refresh_token" not in said:
        raise SystemExit(f"No token: {said.get('error')} {said.get('error_description', '')}")
    print(f"LIVE_REFRESH_TOKEN={said['refresh_token']}", flush=True)


if __name__ == "__main__":
    main()
