"""Sign-in by hand: what the page is asked for, the codes it gives out, and their redemption.

Source: MicrosoftDocs/entra-docs v2-oauth2-auth-code-flow; RFC 7636 (PKCE)
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from bot.graph.emulator.parts import User
from bot.graph.emulator.refused_sign_in import RefusedSignIn
from bot.graph.emulator.world import World

CODE_LIFETIME = timedelta(minutes=10)
OF_OPENID = ("offline_access", "openid", "profile", "email")


@dataclass(frozen=True)
class Request:
    """What an application sends a browser to the sign-in page with."""

    redirect: str
    scope: str
    state: str
    nonce: str = field(repr=False)
    challenge: str
    by_post: bool

    @property
    def permissions(self) -> tuple[str, ...]:
        """The permissions asked for, by their names."""
        return tuple(each.rpartition("/")[2] for each in self.scope.split() if each not in OF_OPENID)


@dataclass
class Code:
    """A code that was given out, for one use."""

    person: User
    request: Request
    expires_at: datetime
    is_used: bool = False


class Unanswerable(Exception):
    """The page says so itself: nothing is sent to an address that is not the application's."""


def requested(world: World, tenant: str, query: Mapping[str, str]) -> Request:
    """The request in the page's address. Raises Unanswerable."""
    if tenant.casefold() not in (world.tenant_id.casefold(), world.domain.casefold()):
        raise Unanswerable(f"AADSTS90002: Tenant '{tenant}' not found.")
    if query.get("client_id") != world.app.id:
        raise Unanswerable("AADSTS700016: Application was not found in the directory.")
    redirect = query.get("redirect_uri", "")
    if not _is_registered(world, redirect):
        raise Unanswerable("AADSTS50011: The redirect URI specified in the request does not match.")
    if query.get("response_type") != "code" or query.get("response_mode", "query") not in ("query", "form_post"):
        raise Unanswerable("AADSTS700054: response_type or response_mode is not enabled for the application.")
    challenge = query.get("code_challenge", "")
    if challenge and query.get("code_challenge_method") != "S256":
        raise Unanswerable("AADSTS9002325: Only S256 is taken for Proof Key for Code Exchange.")
    return Request(
        redirect=redirect,
        scope=query.get("scope", ""),
        state=query.get("state", ""),
        nonce=query.get("nonce", ""),
        challenge=challenge,
        by_post=query.get("response_mode") == "form_post",
    )


def _is_registered(world: World, redirect: str) -> bool:
    """An address of the application's registration; where the world lists none, https or this machine's own."""
    if world.app.redirects:
        return redirect in world.app.redirects
    parts = urlsplit(redirect)
    if parts.scheme == "https" and parts.hostname:
        return True
    try:
        return parts.scheme == "http" and ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return parts.scheme == "http" and parts.hostname == "localhost"


class Codes:
    """The codes given out, and who consented on the page."""

    def __init__(self, world: World, now: Callable[[], datetime]) -> None:
        self._world = world
        self._now = now
        self._codes: dict[str, Code] = {}
        self.consented: set[str] = set()

    def must_ask(self, person: User) -> bool:
        """Whether the page asks this person for consent: the first time, as Microsoft's does."""
        return not person.consented or person.id not in self.consented

    def needs_administrator(self, request: Request) -> tuple[str, ...]:
        """Permissions asked for that the world's administrator did not grant: no person can."""
        return tuple(each for each in request.permissions if each not in self._world.app.scopes)

    def accept(self, person: User) -> None:
        """The person consents."""
        person.consented = True
        self.consented.add(person.id)

    def issue(self, person: User, request: Request) -> str:
        """A code for whoever signed in."""
        code = secrets.token_urlsafe(48)
        self._codes[code] = Code(person, request, self._now() + CODE_LIFETIME)
        return code

    def redeem(self, form: Mapping[str, str]) -> Code:
        """The code, for the first who shows it with the verifier it was asked for with. Raises RefusedSignIn."""
        found = self._codes.get(form.get("code", ""))
        if found is None:
            raise _no("AADSTS9002313: Invalid request. The code is malformed or unknown.")
        if found.is_used:
            raise _no("AADSTS54005: OAuth2 Authorization code was already redeemed.")
        if found.expires_at <= self._now():
            raise _no("AADSTS70008: The provided authorization code has expired.")
        if form.get("redirect_uri") != found.request.redirect:
            raise _no("AADSTS500112: The reply address does not match the one of the authorization request.")
        if not hmac.compare_digest(_challenge(form.get("code_verifier", "")), found.request.challenge):
            raise _no("AADSTS501481: The Code_Verifier does not match the code_challenge of the authorization request.")
        found.is_used = True
        return found


def _challenge(verifier: str) -> str:
    if not verifier:
        return ""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")


def _no(description: str) -> RefusedSignIn:
    return RefusedSignIn(400, "invalid_grant", description)
