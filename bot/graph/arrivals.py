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
from typing import Any
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric import rsa

from bot.clock import Clock
from bot.graph import calls
from bot.graph.client import GraphClient
from bot.graph.identity import Seat
from bot.graph.notices import (
    ClientState,
    LifecycleNotice,
    Notice,
    NoticePost,
    NoticeRefused,
    arrivals_in,
    check_validation_token,
    decrypted,
    key_id_of,
)
from bot.graph.wire import Wire, read_instant, zulu
from bot.key_sets import KeySet
from bot.visits.errors import CalendarError, CalendarRefused
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.arrivals import Arrival

log = logging.getLogger(__name__)

LIFETIME = timedelta(minutes=4200)
"""A page prints both 4230 and 4320 minutes as the most; this is less than either."""
RENEW_BEFORE = timedelta(hours=12)
BEFORE = timedelta(hours=2)
"""How long before a visit its lobby is watched."""
AFTER = timedelta(hours=2)


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
        signing: KeySet,
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
        """Read one post of notifications. Those that are not Graph's, or not for us, are counted and left out.

        Client states are looked at first: nobody makes us fetch keys with a word that is not ours.
        Raises NoticeRefused where it is no post at all.
        """
        post = NoticePost.read(body)
        ours: list[tuple[VisitId, Notice]] = []
        lifecycle: list[LifecycleNotice] = []
        refused = 0
        for each in post.value:
            try:
                notice = Notice.read(each)
                visit_id = self._state.visit_in(notice.client_state)
            except NoticeRefused as why:
                refused += _refuse(why)
                continue
            if notice.lifecycle_event is not None:
                lifecycle.append(LifecycleNotice(visit_id, notice.subscription_id, notice.lifecycle_event))
            else:
                ours.append((visit_id, notice))
        if ours and not await self._is_signed(post.validation_tokens):
            refused += _refuse(NoticeRefused("validation tokens"))
            return Delivered((), lifecycle, refused)
        arrivals: list[Arrival] = []
        for visit_id, notice in ours:
            try:
                # RSA and AES are quick, but a post may hold many
                event_data = await asyncio.to_thread(decrypted, notice.encrypted_content, self._post.keys)
                arrivals += arrivals_in(event_data, visit_id, staff=self._staff)
            except NoticeRefused as why:
                refused += _refuse(why)
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

    async def _is_signed(self, tokens: Sequence[str]) -> bool:
        """Whether there are validation tokens and every one of them is good."""
        for token in tokens:
            try:
                key = await self._signing.find(key_id_of(token))
                if key is None:
                    raise NoticeRefused("unknown signing key")
                check_validation_token(
                    token, key.key, app_id=self._app_id, tenant_id=self._graph.tenant_id, now=self._clock.now()
                )
            except NoticeRefused as why:
                _refuse(why)
                return False
        return bool(tokens)


def _refuse(why: NoticeRefused) -> int:
    log.warning("arrivals.refused", extra={"why": str(why)})
    return 1


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
