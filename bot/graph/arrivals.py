"""Who waits in a visit's lobby: a subscription for each visit that is near, and the post it brings.

Nothing is stored: a subscription carries its visit in its client state, and Graph is asked which there are.
Source: learn.microsoft.com/graph/api/subscription-post-subscriptions,
learn.microsoft.com/graph/change-notifications-lifecycle-events
"""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import quote

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.clock import Clock
from bot.graph import calls
from bot.graph.client import GraphClient
from bot.graph.identity import Seat
from bot.graph.notices import (
    ClientState,
    LifecycleNotice,
    NoticeRefused,
    arrivals_in,
    check_validation_token,
    decrypted,
)
from bot.graph.wire import Wire, read_instant, zulu
from bot.visits.errors import CalendarError, CalendarRefused
from bot.visits.models import Visit, VisitId
from bot.visits.ports import Arrival

log = logging.getLogger(__name__)

LIFETIME = timedelta(minutes=4200)
"""A page prints both 4230 and 4320 minutes as the most; this is less than either."""
RENEW_BEFORE = timedelta(hours=12)
BEFORE = timedelta(hours=2)
"""How long before a visit its lobby is watched."""
AFTER = timedelta(hours=2)


class SigningKeys(Protocol):
    """The public keys of the sign-in service."""

    async def key_for(self, token: str) -> Any:
        """The key that signed this token. Raises NoticeRefused where there is none."""
        ...


@dataclass(frozen=True)
class Post:
    """Where Graph writes to us, and under which certificate."""

    notification_url: str
    lifecycle_url: str
    certificate: str = field(repr=False)
    """Base64 of the X.509 certificate."""
    certificate_id: str
    keys: Mapping[str, rsa.RSAPrivateKey] = field(repr=False)
    """Private keys by certificate id: the present one, and old ones while they rotate."""


class Subscription(Wire):
    """A subscription as Graph tells it."""

    id: str
    client_state: str | None = None
    resource: str = ""
    expiration_date_time: str = ""
    notification_url: str = ""
    encryption_certificate_id: str | None = None


@dataclass(frozen=True)
class Delivered:
    """What one post held, each part read on its own: one that is not for us spoils nothing else."""

    arrivals: Sequence[Arrival] = ()
    lifecycle: Sequence[LifecycleNotice] = ()
    refused: int = 0


class ArrivalWatch:
    """Keeps the subscriptions of near visits and opens the post. Only app-only: Graph offers it no other way."""

    def __init__(
        self,
        graph: GraphClient,
        clock: Clock,
        post: Post,
        state: ClientState,
        signing: SigningKeys,
        *,
        app_id: str,
        staff: frozenset[str],
    ) -> None:
        self._graph = graph
        self._clock = clock
        self._post = post
        self._state = state
        self._signing = signing
        self._app_id = app_id
        self._staff = staff

    async def tend(self, visits: Sequence[Visit]) -> int:
        """Bring the subscriptions to what these visits need: made, renewed, given up. Safe to repeat; how many changed.

        A subscription that was lost is missing from Graph's own list and so made again.
        Raises CalendarBusy, and CalendarRefused where nothing of this is granted.
        """
        now = self._clock.now()
        wanted = {each.id: each for each in visits if _is_near(each, now)}
        kept = await self._kept(visits)
        changed = 0
        for visit_id, subscription in kept.items():
            if visit_id not in wanted:
                changed += await self._quietly(self._give_up(subscription))
            elif not self._reaches_us(subscription):
                changed += await self._quietly(self._replace(subscription, wanted[visit_id]))
            elif _expires_at(subscription) - now < RENEW_BEFORE:
                changed += await self._quietly(self.renew(subscription.id))
        for visit_id, visit in wanted.items():
            if visit_id not in kept:
                changed += await self._quietly(self.watch(visit))
        return changed

    async def watch(self, visit: Visit) -> None:
        """Subscribe to a visit's lobby. One that exists already (409) is fine."""
        if visit.join_url is None:
            return
        body = {
            "changeType": "updated",
            "notificationUrl": self._post.notification_url,
            "lifecycleNotificationUrl": self._post.lifecycle_url,
            "resource": _resource(visit),
            "includeResourceData": True,
            "encryptionCertificate": self._post.certificate,
            "encryptionCertificateId": self._post.certificate_id,
            "expirationDateTime": zulu(self._clock.now() + LIFETIME),
            "clientState": self._state.of(visit.id),
        }
        try:
            await self._graph.ask(calls.SUBSCRIBE, Seat(), body=body)
        except CalendarRefused as refused:
            if refused.status != 409:
                raise

    async def renew(self, subscription_id: str) -> None:
        """Move a subscription's end."""
        body = {"expirationDateTime": zulu(self._clock.now() + LIFETIME)}
        await self._graph.ask(calls.RENEW_SUBSCRIPTION, Seat(), body=body, subscription=subscription_id)

    async def open(self, body: Mapping[str, Any]) -> Delivered:
        """Read one post of notifications. Those that are not Graph's, or not for us, are counted and left out."""
        notices = [each for each in body.get("value") or () if isinstance(each, dict)]
        trusted = await self._is_signed(body.get("validationTokens", ()))
        arrivals: list[Arrival] = []
        lifecycle: list[LifecycleNotice] = []
        refused = 0
        for notice in notices:
            try:
                visit_id = self._state.visit_in(notice.get("clientState"))
                if "lifecycleEvent" in notice:
                    event = str(notice["lifecycleEvent"])
                    lifecycle.append(LifecycleNotice(visit_id, str(notice.get("subscriptionId", "")), event))
                    continue
                if not trusted:
                    raise NoticeRefused("validation tokens")
                # RSA and AES are quick, but a post may hold many
                event_data = await asyncio.to_thread(decrypted, notice.get("encryptedContent") or {}, self._post.keys)
                arrivals += arrivals_in(event_data, visit_id, staff=self._staff)
            except NoticeRefused as why:
                refused += 1
                log.warning("arrivals.refused", extra={"why": str(why)})
        return Delivered(arrivals, lifecycle, refused)

    async def live_on(self, notice: LifecycleNotice, visit: Visit | None) -> None:
        """Do what a lifecycle event asks: authorize again, or subscribe again after a loss."""
        if notice.event == "reauthorizationRequired":
            await self._graph.ask(calls.REAUTHORIZE_SUBSCRIPTION, Seat(), subscription=notice.subscription_id)
        elif notice.event == "subscriptionRemoved" and visit is not None and _is_near(visit, self._clock.now()):
            await self.watch(visit)
        log.info("arrivals.lifecycle", extra={"visit_id": notice.visit_id, "lifecycle": notice.event})

    async def _kept(self, visits: Sequence[Visit]) -> dict[VisitId, Subscription]:
        """Our own subscriptions by visit, by their client state or what they watch; those of others are left alone."""
        by_resource = {_resource(each): each.id for each in visits if each.join_url is not None}
        kept: dict[VisitId, Subscription] = {}
        async for item in self._graph.pages(calls.LIST_SUBSCRIPTIONS, Seat()):
            subscription = Subscription.model_validate(item)
            try:
                visit_id = self._state.visit_in(subscription.client_state)
            except NoticeRefused:
                named = by_resource.get(subscription.resource)
                if named is None:
                    continue
                visit_id = named
            kept[visit_id] = subscription
        return kept

    def _reaches_us(self, subscription: Subscription) -> bool:
        """Whether its post comes here, under a certificate whose key we hold; what Graph does not tell is believed."""
        certificate, url = subscription.encryption_certificate_id, subscription.notification_url
        return (not certificate or certificate in self._post.keys) and url in ("", self._post.notification_url)

    async def _replace(self, subscription: Subscription, visit: Visit) -> None:
        await self._give_up(subscription)
        await self.watch(visit)

    async def _give_up(self, subscription: Subscription) -> None:
        try:
            await self._graph.ask(calls.UNSUBSCRIBE, Seat(), subscription=subscription.id)
        except CalendarRefused as refused:
            if refused.status != 404:
                raise

    async def _quietly(self, work: Any) -> int:
        """One visit's trouble is not the next one's; a missing permission is everybody's."""
        try:
            await work
        except CalendarRefused as refused:
            if refused.status in (401, 403):
                raise
            log.warning("arrivals.not_watched", extra={"status": refused.status, "graph_code": refused.graph_code})
            return 0
        except CalendarError as error:
            log.warning("arrivals.not_watched", extra={"error": error.code})
            return 0
        return 1

    async def _is_signed(self, tokens: Any) -> bool:
        """Whether there are validation tokens and every one of them is good."""
        if not isinstance(tokens, list) or not tokens:
            return False
        for token in tokens:
            try:
                key = await self._signing.key_for(str(token))
                check_validation_token(
                    str(token), key, app_id=self._app_id, tenant_id=self._graph.tenant_id, now=self._clock.now()
                )
            except NoticeRefused as why:
                log.warning("arrivals.refused", extra={"why": str(why)})
                return False
        return True


class LoginKeys:
    """The sign-in service's public keys, fetched over the Graph client's connections and kept for a day."""

    FRESH = timedelta(days=1)
    PAUSE = timedelta(minutes=5)
    """A key nobody knows does not make us fetch again and again."""

    def __init__(self, fetch: "Fetch", clock: Clock) -> None:
        """``fetch`` brings the JSON of the key set."""
        self._fetch = fetch
        self._clock = clock
        self._keys: dict[str, Any] = {}
        self._read_at: datetime | None = None
        self._lock = asyncio.Lock()

    async def key_for(self, token: str) -> Any:
        """The key that signed this token. Raises NoticeRefused."""
        try:
            key_id = str(jwt.get_unverified_header(token).get("kid", ""))
        except jwt.InvalidTokenError:
            raise NoticeRefused("validation token") from None
        async with self._lock:
            age = None if self._read_at is None else self._clock.now() - self._read_at
            if age is None or age > self.FRESH or (key_id not in self._keys and age > self.PAUSE):
                self._keys = {each["kid"]: jwt.PyJWK(each).key for each in (await self._fetch())["keys"]}
                self._read_at = self._clock.now()
        if key_id not in self._keys:
            raise NoticeRefused("unknown signing key")
        return self._keys[key_id]


class Fetch(Protocol):
    """Brings a key set."""

    async def __call__(self) -> Mapping[str, Any]:
        """``{"keys": [...]}``."""
        ...


def validation_reply(query: Mapping[str, str]) -> str | None:
    """What the handshake wants back as plain text: the token, decoded as the web framework did already."""
    return query.get("validationToken")


def _resource(visit: Visit) -> str:
    """The join URL, percent-encoded already, is encoded once more inside the resource."""
    encoded = quote(visit.join_url or "", safe="")
    return f"communications/onlineMeetings(joinWebUrl='{encoded}')/meetingCallEvents"


def _is_near(visit: Visit, now: datetime) -> bool:
    if visit.is_cancelled or visit.join_url is None:
        return False
    return visit.starts_at - BEFORE <= now <= visit.ends_at + AFTER


def _expires_at(subscription: Subscription) -> datetime:
    return read_instant(subscription.expiration_date_time)
