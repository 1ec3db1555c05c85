"""Change notifications of Graph, opened: decrypted, their signatures and senders checked, read as news of a visit.

Order and uniqueness are not promised, and what a browser visitor looks like is documented nowhere: whoever is not a
user of our tenant is a client.
Source: learn.microsoft.com/graph/change-notifications-with-resource-data, /graph/changenotifications-for-onlinemeeting
"""

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Self, TypeVar, cast

import jwt
from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from pydantic import Field, ValidationError

from bot.graph.wire import Wire, read_instant
from bot.visits.models.values import VisitId
from bot.visits.ports.arrivals import Arrival

log = logging.getLogger(__name__)

SENDER = "0bf30f3b-4a52-48df-9a82-234910c4a086"
"""Graph's own application, which signs the validation tokens."""

Lifecycle = Literal["reauthorizationRequired", "subscriptionRemoved", "missed"]


class NoticeRefused(Exception):
    """A notification that is not from Graph, or not for us."""


class Notice(Wire):
    """One notification of a post."""

    client_state: str | None = None
    subscription_id: str = ""
    lifecycle_event: str | None = None
    encrypted_content: dict[str, str] = Field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, item: object) -> Self:
        """Raises NoticeRefused for anything that is none."""
        return _understood(cls, item)


class NoticePost(Wire):
    """One post of notifications, each of which is read on its own."""

    value: list[object] = Field(default_factory=list, repr=False)
    validation_tokens: list[str] = Field(default_factory=list, repr=False)

    @classmethod
    def read(cls, body: object) -> Self:
        """Raises NoticeRefused for anything that is none."""
        return _understood(cls, body)


Told = TypeVar("Told", bound=Wire)


def _understood(kind: type[Told], data: object) -> Told:
    try:
        return kind.model_validate(data)
    except ValidationError:
        raise NoticeRefused("not a notification") from None


def key_id_of(token: str) -> str:
    """Which key a token says it was signed with. Raises NoticeRefused."""
    try:
        return str(jwt.get_unverified_header(token).get("kid", ""))
    except jwt.InvalidTokenError:
        raise NoticeRefused("validation token") from None


def decrypted(content: Mapping[str, str], keys: Mapping[str, rsa.RSAPrivateKey]) -> dict[str, Any]:
    """The resource inside ``encryptedContent``. ``keys`` are private keys by certificate id, old ones too.

    The symmetric key comes under RSA-OAEP with SHA-1; the signature is checked before anything is decrypted; the IV
    is the key's first 16 bytes. Raises NoticeRefused.
    """
    key = keys.get(content.get("encryptionCertificateId", ""))
    if key is None:
        raise NoticeRefused("unknown certificate")
    try:
        oaep = padding.OAEP(mgf=padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None)
        secret = key.decrypt(base64.b64decode(content["dataKey"]), oaep)
        data = base64.b64decode(content["data"])
        signature = base64.b64decode(content["dataSignature"])
        if not hmac.compare_digest(hmac.new(secret, data, hashlib.sha256).digest(), signature):
            raise NoticeRefused("wrong signature")
        decryptor = Cipher(algorithms.AES(secret), modes.CBC(secret[:16])).decryptor()
        padded = decryptor.update(data) + decryptor.finalize()
        unpadder = PKCS7(128).unpadder()
        resource = json.loads(unpadder.update(padded) + unpadder.finalize())
        if not isinstance(resource, dict):
            raise NoticeRefused("not a resource")
        return resource
    except (KeyError, ValueError, InvalidKey) as wrong:
        raise NoticeRefused("cannot be decrypted") from wrong


def check_validation_token(token: str, key: Any, *, app_id: str, tenant_id: str, now: datetime) -> None:
    """Whether one of ``validationTokens`` is Graph's, for our app, of our tenant and still good.

    Raises NoticeRefused. Source: learn.microsoft.com/graph/change-notifications-with-resource-data
    """
    try:
        said = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=app_id,
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False, "require": ["exp", "iss"]},
        )
    except jwt.InvalidTokenError as wrong:
        raise NoticeRefused("validation token") from wrong
    if float(said["exp"]) <= now.timestamp():
        raise NoticeRefused("validation token is over")
    if tenant_id not in str(said["iss"]):
        raise NoticeRefused("validation token of another tenant")
    if SENDER not in (said.get("azp"), said.get("appid")):
        raise NoticeRefused("validation token of another sender")


class ClientState:
    """A word of ours on each subscription that names its visit and cannot be made up by others."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, visit_id: VisitId) -> str:
        """At most 128 characters, as Graph demands."""
        return f"{visit_id}.{self._mark(visit_id)}"

    def visit_in(self, text: str | None) -> VisitId:
        """The visit a notification is about. Raises NoticeRefused where the word is not ours."""
        visit_id, _, mark = (text or "").rpartition(".")
        if not visit_id or not (text or "").isascii() or not hmac.compare_digest(mark, self._mark(visit_id)):
            raise NoticeRefused("client state")
        return VisitId(visit_id)

    def _mark(self, visit_id: str) -> str:
        return hmac.new(self._secret, visit_id.encode(), hashlib.sha256).hexdigest()[:40]


@dataclass(frozen=True)
class LifecycleNotice:
    """News of a subscription itself."""

    visit_id: VisitId
    subscription_id: str
    event: str
    """A ``Lifecycle``, or a kind that came later."""


def arrivals_in(event: Mapping[str, Any], visit_id: VisitId, *, staff: frozenset[str]) -> list[Arrival]:
    """One call event as news of a visit. ``staff`` are object ids; a kind we do not know is no news.

    Samples name the kind ``eventType``, the schema ``callEventType``: both are read.
    """
    kind = str(event.get("eventType") or event.get("callEventType") or "")
    try:
        at = read_instant(str(event["eventDateTime"]))
        if at.tzinfo is None:
            raise ValueError("no offset")
    except (KeyError, ValueError):
        log.warning("arrivals.not_understood", extra={"visit_id": visit_id})
        return []
    event_id = str(event.get("id", at.isoformat()))
    if kind == "callEnded":
        return [Arrival(visit_id=visit_id, kind="ended", at=at, key=f"{event_id}:ended")]
    if kind != "rosterUpdated":
        return []
    people = event.get("participants@delta") or event.get("participants") or ()
    return [
        Arrival(visit_id=visit_id, kind=_kind(each, staff), at=at, key=f"{event_id}:{each.get('id', '')}")
        for each in cast(Sequence[Mapping[str, Any]], people)
        if isinstance(each, dict)
    ]


def _kind(
    participant: Mapping[str, Any], staff: frozenset[str]
) -> Literal["client_waiting", "client_admitted", "client_left", "staff_joined", "staff_left"]:
    removed = participant.get("removedState")
    gone = isinstance(removed, dict) and bool(removed.get("reason"))
    if _is_staff(participant, staff):
        return "staff_left" if gone else "staff_joined"
    if gone:
        return "client_left"
    return "client_waiting" if participant.get("isInLobby") else "client_admitted"


def _is_staff(participant: Mapping[str, Any], staff: frozenset[str]) -> bool:
    identity = (participant.get("info") or {}).get("identity") or {}
    user = identity.get("user") if isinstance(identity, dict) else None
    return isinstance(user, dict) and user.get("id") in staff
