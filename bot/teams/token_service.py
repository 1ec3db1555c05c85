"""Bot Framework's token service: it keeps people's tokens under one OAuth connection of the bot.

Source: learn.microsoft.com "Bot Framework token service" (api/usertoken, api/botsignin), "Enable SSO for bot"
"""

import base64
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx

from bot.visits.errors import CalendarBusy

log = logging.getLogger(__name__)

PUBLIC = "https://api.botframework.com"
US_GOVERNMENT = "https://api.botframework.azure.us"
CHANNEL = "msteams"
SECONDS = 10.0


@dataclass(frozen=True)
class KeptToken:
    """A person's token for the connection's resource."""

    value: str = field(repr=False)
    expires_at: datetime


class TokenService:
    """One connection. ``user_id`` is the person's Teams id, which the service keys tokens by."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        bot_token: Callable[[], Awaitable[str]],
        *,
        url: str,
        connection: str,
        app_id: str,
    ) -> None:
        self._http = http
        self._bot_token = bot_token
        self._url = url.rstrip("/")
        self.connection = connection
        self._app_id = app_id

    async def token_of(self, user_id: str, *, code: str = "") -> KeptToken | None:
        """The person's token; ``code`` is what the sign-in window gave. None where they have to sign in."""
        query = self._about(user_id) | ({"code": code} if code else {})
        return _token_in(await self._ask("GET", "/api/usertoken/GetToken", query))

    async def exchange(self, user_id: str, assertion: str) -> KeptToken | None:
        """Exchange Teams' single sign-on token; None where the person has to consent first."""
        body = {"token": assertion}
        return _token_in(await self._ask("POST", "/api/usertoken/exchange", self._about(user_id), body))

    async def sign_out(self, user_id: str) -> None:
        """Forget the person's token."""
        await self._ask("DELETE", "/api/usertoken/SignOut", self._about(user_id))

    async def sign_in_link(self, reference: Mapping[str, Any]) -> str:
        """Where a person signs in by hand; empty where the service gives none."""
        state = {
            "ConnectionName": self.connection,
            "Conversation": reference,
            "MsAppId": self._app_id,
        }
        encoded = base64.b64encode(json.dumps(state).encode()).decode()
        found = await self._ask("GET", "/api/botsignin/GetSignInResource", {"state": encoded})
        link = found.get("signInLink") if isinstance(found, dict) else None
        return link if isinstance(link, str) and link.startswith("https://") else ""

    def _about(self, user_id: str) -> dict[str, str]:
        return {"userId": user_id, "connectionName": self.connection, "channelId": CHANNEL}

    async def _ask(self, method: str, path: str, query: Mapping[str, str], body: Any = None) -> Any:
        """The service's JSON; None where it has nothing for this person. Raises CalendarBusy while it is away."""
        headers = {"Authorization": f"Bearer {await self._bot_token()}"}
        try:
            answer = await self._http.request(
                method, self._url + path, params=dict(query), json=body, headers=headers, timeout=SECONDS
            )
        except httpx.TransportError as lost:
            raise CalendarBusy(None) from lost
        if answer.status_code in (429, 500, 502, 503, 504):
            raise CalendarBusy(None)
        if not answer.is_success:
            log.info("token_service.refused", extra={"status": answer.status_code})
            return None
        try:
            return answer.json() if answer.content else {}
        except ValueError:
            return None


def _token_in(found: Any) -> KeptToken | None:
    token = found.get("token") if isinstance(found, dict) else None
    if not isinstance(token, str) or not token:
        return None
    try:
        expires_at = datetime.fromisoformat(str(found.get("expiration", "")).replace("Z", "+00:00"))
    except ValueError:
        return None
    return KeptToken(token, expires_at) if expires_at.tzinfo is not None else None
