"""A tenant for ``pytest -m live``, from environment variables; whatever is missing skips the bodies that need it.

GRAPH_TENANT_ID, GRAPH_CLIENT_ID, GRAPH_CLIENT_SECRET   the app; CLOUD where it is not the global one
LIVE_STAFF_ID, LIVE_STAFF_MAILBOX   object id and address of whoever visits are held with
LIVE_OTHER_STAFF_ID, LIVE_OTHER_STAFF_MAILBOX   a second one; without them the first stands for both
LIVE_REFRESH_TOKEN   of whoever signs in: ``python -m tests.contracts.sign_in`` prints it; several with commas, whoever
    books first. Bookings needs that of LIVE_STAFF_ID too, in whose name it makes the meeting
BOOKINGS_BUSINESS, LIVE_TYPE   for Bookings; the type is a service of it ("Follow-up")
LIVE_CLIENT_EMAIL   who may be invited; without it nobody is written to
LIVE_GRAPH_ROOT   an emulator that runs on its own, treated as if it were a tenant
"""

import os
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import msal
import pytest

from bot.clock import SystemClock
from bot.graph.auth import ClientSecret, DiscoveryOnce, MsalApp, Registration, confidential_client, http_session
from bot.graph.clouds import Cloud, cloud_named
from bot.graph.config import Backend, GraphConfig
from bot.graph.delegated import DelegatedTokens, MemoryGrants, Sealed, new_key
from bot.graph.doctor import diagnosis
from bot.graph.identity import Identities, Identity
from bot.graph.played_login import Answered
from bot.graph.tokens import GraphTokens

GIVEN = dict(os.environ)
"""As it was at the start: no test sees its reader's settings."""
NEEDED = ("GRAPH_TENANT_ID", "GRAPH_CLIENT_ID", "GRAPH_CLIENT_SECRET", "LIVE_STAFF_ID", "LIVE_STAFF_MAILBOX")


class Apart:
    """MSAL's HTTP client towards an emulator that runs on its own."""

    def __init__(self, cloud: Cloud, root: str) -> None:
        self._cloud, self._root = f"https://{cloud.login}", root.rstrip("/")
        self._http = http_session()

    def get(self, url: str, **said: Any) -> Answered:
        """From MSAL's thread."""
        return self._understood(self._http.get(url.replace(self._cloud, self._root), **said))

    def post(self, url: str, **said: Any) -> Answered:
        """From MSAL's thread."""
        return self._understood(self._http.post(url.replace(self._cloud, self._root), **said))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _understood(self, answer: Any) -> Answered:
        return Answered(answer.status_code, answer.text.replace(self._root, self._cloud), dict(answer.headers))


@dataclass(eq=False)
class Tenant:
    """Where the live bodies run, with one sign-in for all of them."""

    cloud: Cloud = field(default_factory=lambda: cloud_named(GIVEN.get("CLOUD", "global")))
    root: str = field(default_factory=lambda: GIVEN.get("LIVE_GRAPH_ROOT", ""))
    grants: MemoryGrants = field(default_factory=MemoryGrants)
    sealed: Sealed = field(default_factory=lambda: Sealed(new_key()))

    def __post_init__(self) -> None:
        self.id = GIVEN["GRAPH_TENANT_ID"]
        self.client_id = GIVEN["GRAPH_CLIENT_ID"]
        self.credential = ClientSecret(GIVEN["GRAPH_CLIENT_SECRET"])
        self.clock = SystemClock()
        self.http = DiscoveryOnce(Apart(self.cloud, self.root) if self.root else http_session())
        self.registration = Registration(self.credential, client_id=self.client_id, tenant_id=self.id, cloud=self.cloud)
        self.app = MsalApp(self.registration, clock=self.clock, http=self.http)

    def config(self, backend: Backend, identity: Identity) -> GraphConfig:
        """What the edge is told. Texts are never sent by the bodies, so their identity does not matter."""
        return GraphConfig(
            tenant_id=self.id,
            client_id=self.client_id,
            credential=self.credential,
            cloud_name=self.cloud.name,
            root=self.root or None,
            backend=backend,
            identities=Identities(calendar=identity, visits=identity),
            bookings_business=GIVEN.get("BOOKINGS_BUSINESS", ""),
        )

    def client(self, cache: Any) -> Any:
        """MSAL's client over a cache."""
        return confidential_client(self.registration, token_cache=cache, http=self.http)

    def tokens(self, config: GraphConfig, person: str | None) -> GraphTokens:
        """The app's tokens and, with somebody signed in, theirs: by MSAL, from the grant, as in production."""
        people = DelegatedTokens(
            self.registration,
            self.grants,
            self.sealed,
            permissions=diagnosis(config).delegated,
            clock=self.clock,
            http=self.http,
        )
        return GraphTokens(self.clock, self.app, people if person else None)

    @cache  # noqa: B019
    def signed_in(self) -> dict[str, bytes]:
        """Sealed grants of the people whose refresh tokens are given, by object id, in their order. Blocks."""
        return dict(self._grant(each.strip()) for each in GIVEN["LIVE_REFRESH_TOKEN"].split(","))

    def _grant(self, refresh_token: str) -> tuple[str, bytes]:
        kept = msal.SerializableTokenCache()
        said = self.client(kept).acquire_token_by_refresh_token(refresh_token, self.cloud.scopes("User.Read"))
        assert "access_token" in said, f"LIVE_REFRESH_TOKEN is not taken: {said.get('error')}"
        return str(said["id_token_claims"]["oid"]), self.sealed.seal(kept.serialize())


def tenant_for(backend: Backend, identity: Identity) -> Tenant:
    """The tenant that the variables name; skips where they name none for this."""
    missing = [name for name in NEEDED if not GIVEN.get(name)]
    missing += ["LIVE_REFRESH_TOKEN"] * (identity == "delegated" and not GIVEN.get("LIVE_REFRESH_TOKEN"))
    missing += ["BOOKINGS_BUSINESS"] * (backend == "bookings" and not GIVEN.get("BOOKINGS_BUSINESS"))
    if missing:
        pytest.skip(f"no live tenant: {', '.join(missing)}")
    return _tenant()


@cache
def _tenant() -> Tenant:
    return Tenant()
