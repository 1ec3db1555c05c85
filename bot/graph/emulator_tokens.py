"""Signing in to the emulator, over the same HTTP client as its Graph: MSAL refuses an address without TLS.

Source: MicrosoftDocs/entra-docs v2-oauth2-client-creds-grant-flow, v2-oauth2-on-behalf-of-flow
"""

from datetime import timedelta

import httpx

from bot.clock import Clock
from bot.graph.auth import understood
from bot.graph.config import GraphConfig
from bot.graph.tokens import Token
from bot.visits.errors import CalendarBusy, SignInNeeded

APP_ID = "00000000-0000-4000-8000-0000000000bb"
SECRET = "emulator-secret"
"""What the emulator's demo world calls its app, and the word it lets it in by. No secret anywhere else."""

ON_BEHALF_OF = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class EmulatorSignIn:
    """Signs the app and people in at the emulator. Implements ``AppSignIn`` and ``PersonSignIn``."""

    def __init__(self, http: httpx.AsyncClient, config: GraphConfig, clock: Clock) -> None:
        self._http = http
        self._config = config
        self._clock = clock
        self._assertions: dict[str, str] = {}

    def exchange(self, person: str, assertion: str) -> None:
        """Keep what Teams handed over at single sign-on, to be exchanged when a token is needed."""
        self._assertions[person] = assertion

    def sign_out(self, person: str) -> None:
        """Forget a person."""
        self._assertions.pop(person, None)

    async def has_grant(self, person: str) -> bool:
        """Whether this person signed in."""
        return person in self._assertions

    async def for_app(self, claims: str | None) -> Token:
        """A token for the app."""
        return await self._token({"grant_type": "client_credentials", "scope": self._config.cloud.scope}, claims)

    async def for_person(self, person: str, claims: str | None) -> Token:
        """A token for a person. Raises SignInNeeded."""
        assertion = self._assertions.get(person)
        if assertion is None:
            raise SignInNeeded(person)
        form = {
            "grant_type": ON_BEHALF_OF,
            "requested_token_use": "on_behalf_of",
            "assertion": assertion,
            "scope": self._config.cloud.scope,
        }
        return await self._token(form, claims)

    async def _token(self, form: dict[str, str], claims: str | None) -> Token:
        root = (self._config.root or self._config.cloud.root).rstrip("/")
        client = {"client_id": self._config.client_id or APP_ID, "client_secret": SECRET}
        asked = {"claims": claims} if claims else {}
        try:
            answer = await self._http.post(
                f"{root}/{self._config.tenant_id}/oauth2/v2.0/token", data=form | client | asked
            )
        except httpx.TransportError as lost:
            raise CalendarBusy(None) from lost
        said = understood(answer.json())
        return Token(str(said["access_token"]), self._clock.now() + timedelta(seconds=int(said["expires_in"])))
