"""Signing in with MSAL, which blocks: here it runs in a thread, and nowhere else.

App-only by secret, certificate, managed identity or federated credential. Only a person's own sign-in is elsewhere,
in ``bot.graph.delegated``.
Source: learn.microsoft.com/entra/msal/python, and MSAL's own source for what it caches
"""

import asyncio
import json
import logging
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import msal
import requests

from bot.clock import Clock
from bot.graph.clouds import Cloud
from bot.graph.tokens import Token
from bot.visits.errors import CalendarBusy, CalendarRefused

log = logging.getLogger(__name__)

CLIENT_CAPABILITIES = ["cp1"]
"""We understand claims challenges. Source: learn.microsoft.com/entra/identity-platform/claims-challenge"""

TIMEOUT = 10.0
"""Seconds for one request of sign-in; MSAL itself would wait for ever."""

OK = 200

PASSING = frozenset({"temporarily_unavailable", "server_error", "request_timeout", "service_unavailable"})


@dataclass(frozen=True)
class ClientSecret:
    """A password of the app registration."""

    secret: str = field(repr=False)


@dataclass(frozen=True)
class Certificate:
    """A certificate of the app registration, as a PFX file."""

    path: Path
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class ManagedIdentity:
    """The identity of the machine itself: app-only, and no secret anywhere. ``client_id`` None is the system's own."""

    client_id: str | None = None


@dataclass(frozen=True)
class Federated:
    """The app registration trusts someone else's token: a user-assigned managed identity's, or a file's.

    Source: learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
    """

    identity: ManagedIdentity | None = None
    token_file: Path | None = None


Credential = ClientSecret | Certificate | ManagedIdentity | Federated


@dataclass(frozen=True)
class Registration:
    """The app in its tenant: what it signs in as, with which credential, and where."""

    credential: Credential
    client_id: str
    tenant_id: str
    cloud: Cloud
    authority: str | None = None
    """Another than the cloud's for this tenant, as an emulator's."""


def msal_credential(credential: Credential, cloud: Cloud) -> Any:
    """The credential as ``ConfidentialClientApplication`` takes it."""
    match credential:
        case ClientSecret(secret):
            return secret
        case Certificate(path, password):
            return {"private_key_pfx_path": str(path), "passphrase": password or None, "public_certificate": True}
        case Federated():
            return {"client_assertion": _assertion(credential, cloud)}
        case ManagedIdentity():
            raise TypeError("a managed identity signs in by itself")


def _assertion(credential: Federated, cloud: Cloud) -> Callable[[], str]:
    """Fetches a fresh assertion whenever MSAL asks for one."""
    file = credential.token_file or _token_file_of_host()
    if credential.identity is None and file is not None:
        return lambda: file.read_text(encoding="utf-8").strip()
    client = managed_identity(credential.identity or ManagedIdentity())

    def from_identity() -> str:
        answer = client.acquire_token_for_client(resource=cloud.exchange_audience)
        return str(understood(answer)["access_token"])

    return from_identity


def _token_file_of_host() -> Path | None:
    """Kubernetes' workload identity says where its token lies."""
    named = os.environ.get("AZURE_FEDERATED_TOKEN_FILE")
    return Path(named) if named else None


def managed_identity(identity: ManagedIdentity, http: Any = None) -> Any:
    """MSAL's client for the machine's identity."""
    which = (
        msal.UserAssignedManagedIdentity(client_id=identity.client_id)
        if identity.client_id
        else msal.SystemAssignedManagedIdentity()
    )
    return msal.ManagedIdentityClient(
        which, http_client=http or http_session(), client_capabilities=CLIENT_CAPABILITIES
    )


def http_session() -> Any:
    """MSAL's own kind of HTTP session, with a time limit on every request."""
    from requests.adapters import HTTPAdapter

    class Limited(HTTPAdapter):
        def send(self, *args: Any, **kwargs: Any) -> Any:
            kwargs["timeout"] = kwargs.get("timeout") or TIMEOUT
            return super().send(*args, **kwargs)

    session = requests.Session()
    session.mount("https://", Limited(max_retries=1))
    session.mount("http://", Limited(max_retries=1))
    return session


class DiscoveryOnce:
    """Remembers what GET answered, so that a client for each person does not ask for discovery each time.

    MSAL's own ``http_cache`` is not safe to share between threads.
    """

    def __init__(self, http: Any) -> None:
        self._http = http
        self._answers: dict[str, Any] = {}
        self._lock = threading.Lock()

    def get(self, url: str, **kwargs: Any) -> Any:
        """The answer of the first good GET to this address."""
        key = f"{url} {sorted((kwargs.get('params') or {}).items())}"
        with self._lock:
            if key in self._answers:
                return self._answers[key]
        answer = self._http.get(url, **kwargs)
        if answer.status_code == OK:
            with self._lock:
                self._answers[key] = answer
        return answer

    def post(self, url: str, **kwargs: Any) -> Any:
        """Never remembered."""
        return self._http.post(url, **kwargs)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()


def confidential_client(registration: Registration, *, token_cache: Any = None, http: Any = None) -> Any:
    """MSAL's client for the app registration. It does OpenID discovery at once, so it is made in a thread.

    Always with the tenant's own authority: /common is not for app-only. Another authority than the cloud's is not
    looked up among Microsoft's. MSAL's own log is hushed: what it was answered is in it.

    Raises CalendarRefused where the tenant does not exist or the credential cannot be read.
    """
    logging.getLogger("msal").setLevel(logging.CRITICAL)
    try:
        return msal.ConfidentialClientApplication(
            registration.client_id,
            authority=registration.authority or registration.cloud.authority(registration.tenant_id),
            instance_discovery=False if registration.authority else None,
            client_credential=msal_credential(registration.credential, registration.cloud),
            client_capabilities=CLIENT_CAPABILITIES,
            token_cache=token_cache,
            http_client=http or http_session(),
        )
    except (ValueError, OSError) as wrong:
        if isinstance(wrong, requests.RequestException):
            raise
        log.error("graph.sign_in_impossible", extra={"error": type(wrong).__name__})
        raise CalendarRefused(401, "tenant_or_credential", reason="sign_in_refused") from wrong


def understood(answer: Any) -> dict[str, Any]:
    """MSAL's answer, or our error.

    Raises: CalendarBusy where sign-in is briefly away, CalendarRefused naming the error where it says no.
    """
    if isinstance(answer, dict) and "access_token" in answer:
        return answer
    error = str(answer.get("error", "")) if isinstance(answer, dict) else ""
    codes = answer.get("error_codes", ()) if isinstance(answer, dict) else ()
    log.warning("graph.sign_in_refused", extra={"error": error, "error_codes": list(codes)})
    if error in PASSING or not error:
        raise CalendarBusy(None)
    raise CalendarRefused(401, error, reason="sign_in_refused", codes=", ".join(str(each) for each in codes))


async def in_thread(work: Callable[[], Any]) -> Any:
    """Run MSAL in a thread. What it raises for a network or a service that is away becomes CalendarBusy, and so does
    an answer that is no JSON, as of a proxy in between.
    """
    from msal.exceptions import MsalServiceError

    try:
        return await asyncio.to_thread(work)
    except (requests.RequestException, MsalServiceError, json.JSONDecodeError) as lost:
        log.warning("graph.sign_in_lost", extra={"error": type(lost).__name__})
        raise CalendarBusy(None) from lost
    except (ValueError, OSError) as wrong:  # a file or an identity that the credential needs is not there
        log.error("graph.sign_in_impossible", extra={"error": type(wrong).__name__})
        raise CalendarRefused(401, "credential", reason="sign_in_refused") from wrong


class MsalApp:
    """Signs the app in as itself. Implements ``AppSignIn``."""

    def __init__(self, registration: Registration, *, clock: Clock, http: Any = None) -> None:
        """``http`` replaces MSAL's HTTP session, as for an emulator."""
        self._registration = registration
        self._clock = clock
        self._http = http
        self._client: Any = None

    async def for_app(self, claims: str | None) -> Token:
        """A token from MSAL's cache or the login service."""
        answer = understood(await in_thread(lambda: self._acquire(claims)))
        return Token(answer["access_token"], self._clock.now() + timedelta(seconds=int(answer.get("expires_in", 0))))

    def _acquire(self, claims: str | None) -> Any:
        if self._client is None:
            self._client = self._made()
        cloud = self._registration.cloud
        if isinstance(self._registration.credential, ManagedIdentity):
            return self._client.acquire_token_for_client(resource=cloud.root, claims_challenge=claims or None)
        if claims == "":  # a kept token was refused without a reason: MSAL would hand out the same again
            self._client.remove_tokens_for_client()
        return self._client.acquire_token_for_client(scopes=[cloud.scope], claims_challenge=claims or None)

    def _made(self) -> Any:
        if isinstance(self._registration.credential, ManagedIdentity):
            return managed_identity(self._registration.credential, self._http)
        return confidential_client(self._registration, http=self._http)
