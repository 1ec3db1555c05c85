"""Tokens: who may have one, and what they say.

Source: MicrosoftDocs/entra-docs v2-oauth2-client-creds-grant-flow, v2-oauth2-on-behalf-of-flow,
learn.microsoft.com/entra/identity-platform/claims-challenge
"""

import base64
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import jwt

from bot.graph.emulator.authorizing import OF_OPENID, Codes
from bot.graph.emulator.exchange import Answer, Caller, GraphError
from bot.graph.emulator.keys import KEY_ID, SIGNING_ALGORITHM, public_jwk, signing_key
from bot.graph.emulator.parts import User
from bot.graph.emulator.refused_sign_in import RefusedSignIn, oauth_error
from bot.graph.emulator.world import World

GRAPH_APP = "00000003-0000-0000-c000-000000000000"
LIFETIME = timedelta(hours=1)
REFRESH_LIFETIME = timedelta(days=90)
ON_BEHALF_OF = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass
class SignIn:
    """A token that was asked for, without anything secret."""

    grant: str
    client_id: str
    granted: str
    user_id: str | None
    at: datetime
    status: int = 200


@dataclass
class Identity:
    """The login service. The emulator trusts only tokens it made."""

    world: World
    now: Callable[[], datetime]
    began_at: datetime
    sign_ins: list[SignIn] = field(default_factory=list)
    revoked: dict[str, datetime] = field(default_factory=dict)
    """Since when earlier tokens of a user or an app are refused with a claims challenge."""
    is_away: bool = False
    """Whether the token endpoint answers 503."""

    def __post_init__(self) -> None:
        self.codes = Codes(self.world, self.now)
        """What the sign-in page gave out."""

    # --- making tokens ------------------------------------------------------------------------------

    def app_token(self, *, roles: tuple[str, ...] | None = None, audience: str | None = None, claims: str = "") -> str:
        """An app-only Graph token, with all consented roles unless told otherwise."""
        granted = self.world.app.roles if roles is None else roles
        return self._sign({"idtyp": "app", "roles": list(granted), "oid": self.world.app.id}, audience, claims)

    def user_token(
        self, user: str, *, scopes: tuple[str, ...] | None = None, audience: str | None = None, claims: str = ""
    ) -> str:
        """A delegated Graph token for a person of the world, with all consented scopes unless told otherwise."""
        person = self._person(user)
        granted = self.world.app.scopes if scopes is None else scopes
        said = {"idtyp": "user", "scp": " ".join(granted), "oid": person.id, "upn": person.upn or person.mailbox}
        return self._sign(said, audience, claims)

    def assertion(self, user: str) -> str:
        """What Teams hands a bot at single sign-on: the person's token for our own app, to be exchanged."""
        person = self._person(user)
        return self._sign(
            {"idtyp": "user", "scp": "access_as_user", "oid": person.id, "name": person.name}, self.world.app.id
        )

    def _person(self, key: str) -> User:
        person = self.world.user(key)
        if person is None:
            raise KeyError(key)
        return person

    def _sign(
        self, said: dict[str, Any], audience: str | None, claims: str = "", *, lifetime: timedelta = LIFETIME
    ) -> str:
        now = self.now()
        token = {
            "aud": audience or self.world.cloud.graph,
            "iss": f"https://sts.windows.net/{self.world.tenant_id}/",
            "tid": self.world.tenant_id,
            "appid": self.world.app.id,
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
            "uti": uuid.uuid4().hex,
            **said,
        }
        if claims:
            token["emulator_claims"] = claims
        return jwt.encode(token, signing_key(), algorithm=SIGNING_ALGORITHM, headers={"kid": KEY_ID})

    # --- the token endpoint -------------------------------------------------------------------------

    def grant(self, tenant: str, form: Mapping[str, str]) -> Answer:
        """``POST /{tenant}/oauth2/v2.0/token``: client credentials, on behalf of, a page's code, refresh."""
        kind, nonce = form.get("grant_type", ""), ""
        granted, person, answer = "", None, self._refused_client(tenant, form)
        if answer is None:
            try:
                if kind == "authorization_code":
                    code = self.codes.redeem(form)
                    nonce, form = code.request.nonce, {**form, "scope": code.request.scope}
                    granted, person = self._consented(code.person, form)
                else:
                    granted, person = self._granted(kind, form)
            except RefusedSignIn as refused:
                answer = refused.answer
        if answer is None:
            answer = Answer(200, self._token_answer(granted, person, form, nonce))
        self.sign_ins.append(
            SignIn(kind, form.get("client_id", ""), granted, person.id if person else None, self.now(), answer.status)
        )
        return answer

    def _refused_client(self, tenant: str, form: Mapping[str, str]) -> Answer | None:
        if self.is_away:
            return oauth_error(503, "temporarily_unavailable", "AADSTS90033: A transient error has occurred.")
        if tenant.casefold() not in (self.world.tenant_id.casefold(), self.world.domain.casefold()):
            return oauth_error(400, "invalid_request", f"AADSTS90002: Tenant '{tenant}' not found.")
        if form.get("client_id") != self.world.app.id:
            return oauth_error(400, "unauthorized_client", "AADSTS700016: Application was not found in the directory.")
        by_secret = form.get("client_secret") == self.world.app.secret
        by_assertion = form.get("client_assertion_type") == ASSERTION_TYPE and bool(form.get("client_assertion"))
        if not (by_secret or by_assertion):
            return oauth_error(401, "invalid_client", "AADSTS7000215: Invalid client secret provided.")
        return None

    def _granted(self, kind: str, form: Mapping[str, str]) -> tuple[str, User | None]:
        everything = f"{self.world.cloud.graph}/.default"
        if kind == "client_credentials":
            if _asked(form) != [everything]:
                raise RefusedSignIn(400, "invalid_scope", "AADSTS1002012: The provided value for scope is not valid.")
            return " ".join(self.world.app.roles), None
        if kind == ON_BEHALF_OF:
            person = self._asserted(form.get("assertion", ""))
        elif kind == "refresh_token":
            person = self._asserted(form.get("refresh_token", ""), audience=f"refresh:{self.world.app.id}")
        else:
            raise RefusedSignIn(
                400, "unsupported_grant_type", "AADSTS70003: The app requested an unsupported grant type."
            )
        return self._consented(person, form)

    def _consented(self, person: User, form: Mapping[str, str]) -> tuple[str, User]:
        """What this person lets the app do, of what it asks for."""
        asked, everything = _asked(form), f"{self.world.cloud.graph}/.default"
        if not person.consented:
            raise RefusedSignIn(
                400, "invalid_grant", "AADSTS65001: The user has not consented.", suberror="consent_required"
            )
        if person.needs_claims and "capolids" not in form.get("claims", ""):
            raise RefusedSignIn(
                400, "interaction_required", "AADSTS50076: Multi-factor authentication is needed.", claims=_CA_CLAIMS
            )
        wanted = [each.removeprefix(self.world.cloud.graph + "/") for each in asked]
        if asked == [everything]:
            wanted = list(self.world.app.scopes)
        if any("://" in each for each in wanted):
            raise RefusedSignIn(400, "invalid_scope", "AADSTS70011: The provided value for scope is not valid.")
        if missing := [each for each in wanted if each not in self.world.app.scopes]:
            message = f"AADSTS65001: The user or administrator has not consented to {missing[0]}."
            raise RefusedSignIn(400, "invalid_grant", message, suberror="consent_required")
        return " ".join(wanted), person

    def _asserted(self, token: str, audience: str | None = None) -> User:
        audiences = [audience] if audience else [self.world.app.id, f"api://botid-{self.world.app.id}"]
        try:
            said = self.read(token, audiences)
        except jwt.InvalidTokenError as wrong:
            raise RefusedSignIn(400, "invalid_grant", f"AADSTS500133: Assertion is not valid: {wrong}.") from None
        person = self.world.user(str(said.get("oid", "")))
        if person is None or said.get("idtyp") == "app":
            raise RefusedSignIn(
                400, "invalid_grant", "AADSTS50034: The assertion names no user; an app cannot be exchanged."
            )
        return person

    def _token_answer(self, granted: str, person: User | None, form: Mapping[str, str], nonce: str) -> dict[str, Any]:
        claims = form.get("claims", "")
        answer: dict[str, Any] = {
            "token_type": "Bearer",
            "expires_in": int(LIFETIME.total_seconds()),
            "ext_expires_in": 3600,
        }
        if person is None:
            return answer | {"access_token": self.app_token(claims=claims)}
        answer |= {
            "access_token": self.user_token(person.id, scopes=tuple(granted.split()), claims=claims),
            "scope": granted,
        }
        answer["client_info"] = _base64url(json.dumps({"uid": person.id, "utid": self.world.tenant_id}).encode())
        if "openid" in form.get("scope", "").split():
            said = {"oid": person.id, "sub": person.id, "name": person.name, "preferred_username": person.upn}
            said |= {"nonce": nonce} if nonce else {}
            answer["id_token"] = self._sign(said, self.world.app.id)
        if "offline_access" in form.get("scope", ""):
            said = {"oid": person.id, "idtyp": "user"}
            answer["refresh_token"] = self._sign(said, f"refresh:{self.world.app.id}", lifetime=REFRESH_LIFETIME)
        return answer

    def read(self, token: str, audiences: list[str]) -> dict[str, Any]:
        """What a token of ours says. Raises jwt.InvalidTokenError; expiry is by the emulator's clock."""
        options: Any = {"verify_exp": False, "verify_nbf": False, "verify_iat": False}
        said: dict[str, Any] = jwt.decode(
            token, signing_key().public_key(), algorithms=[SIGNING_ALGORITHM], audience=audiences, options=options
        )
        if said["exp"] <= self.now().timestamp():
            raise jwt.ExpiredSignatureError("Lifetime validation failed, the token is expired")
        return said

    def caller(self, authorization: str) -> Caller:
        """Whoever calls. Without the token check anyone unknown is our app, alone, with every role."""
        token = authorization.removeprefix("Bearer ").strip()
        anyone = Caller(self.world.app.id, granted=frozenset(self.world.app.roles))
        if not token:
            if self.world.switches.check_tokens:
                raise _unauthorized("Access token is empty.")
            return anyone
        root = self.world.cloud.graph
        try:
            said = self.read(token, [root, root + "/", GRAPH_APP])
        except jwt.InvalidTokenError as wrong:
            if self.world.switches.check_tokens:
                raise _unauthorized(f"Access token validation failure. {wrong}.") from None
            return anyone
        self._challenge(said)
        if said.get("idtyp") == "app":
            return Caller(said["appid"], granted=frozenset(said.get("roles", [])))
        return Caller(said["appid"], self.world.user(said["oid"]), frozenset(str(said.get("scp", "")).split()))

    def _challenge(self, said: dict[str, Any]) -> None:
        since = self.revoked.get(said["oid"])
        if since is None or said["iat"] > since.timestamp():
            return
        wanted = str(int(since.timestamp()))
        if wanted in str(said.get("emulator_claims", "")):
            return
        claims = json.dumps({"access_token": {"nbf": {"essential": True, "value": wanted}}})
        encoded = base64.b64encode(claims.encode()).decode()
        challenge = (
            'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
            f'client_id="{GRAPH_APP}", error="insufficient_claims", claims="{encoded}"'
        )
        message = "Continuous access evaluation resulted in challenge with result: InteractionRequired."
        raise GraphError(401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": challenge})

    def revoke(self, who: str) -> None:
        """Refuse the present tokens of a user or an app with a claims challenge (continuous access evaluation)."""
        person = self.world.user(who)
        self.revoked[person.id if person else who] = self.now()

    # --- discovery ----------------------------------------------------------------------------------

    def discovery(self, root: str, tenant: str) -> dict[str, Any]:
        """OpenID configuration of the login service at ``root``."""
        return {
            "issuer": f"{root}/{tenant}/v2.0",
            "token_endpoint": f"{root}/{tenant}/oauth2/v2.0/token",
            "authorization_endpoint": f"{root}/{tenant}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{root}/{tenant}/oauth2/v2.0/devicecode",
            "jwks_uri": f"{root}/{tenant}/discovery/v2.0/keys",
            "tenant_region_scope": "NA",
            "id_token_signing_alg_values_supported": [SIGNING_ALGORITHM],
        }

    def keys(self) -> dict[str, Any]:
        """The public half of the signing key."""
        return {"keys": [public_jwk()]}


def _asked(form: Mapping[str, str]) -> list[str]:
    return [each for each in form.get("scope", "").split() if each not in OF_OPENID]


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


_CA_CLAIMS = '{"access_token":{"capolids":{"essential":true,"values":["00000000-0000-4000-8000-0000000000ca"]}}}'


def _unauthorized(message: str) -> GraphError:
    return GraphError(401, "InvalidAuthenticationToken", message, headers={"WWW-Authenticate": 'Bearer realm=""'})
