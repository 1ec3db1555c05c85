"""Subscriptions to changes: create with handshake, list, renew, reauthorize, delete.

Source: learn.microsoft.com/graph/api/subscription-post-subscriptions, subscription-update, subscription-delete,
subscription-reauthorize
"""

import uuid
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlsplit

from bot.graph.emulator.bodies import Body, parse
from bot.graph.emulator.courier import Courier
from bot.graph.emulator.envelope import CertificateRefused, public_key_of
from bot.graph.emulator.exchange import Answer, Call, GraphError, bad_request, not_found
from bot.graph.emulator.lacking import known, lacks
from bot.graph.emulator.moments import read_offset, stamp
from bot.graph.emulator.paging import page
from bot.graph.emulator.routing import Needs, route
from bot.graph.emulator.state import State
from bot.graph.emulator.subscription_rules import CHANGES, LIFE_MINUTES, NEEDS, Kind, Subscription, watched_by
from bot.graph.emulator.world import Cloud, World

ANY = Needs(
    tuple(each for needs in NEEDS.values() for each in needs.delegated),
    tuple(each for needs in NEEDS.values() for each in needs.app),
)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class SubscriptionBody(Body):
    """A subscription to create: what a caller may write."""

    change_type: str
    notification_url: str
    resource: str
    expiration_date_time: str
    client_state: str | None = None
    include_resource_data: bool | None = None
    encryption_certificate: str | None = None
    encryption_certificate_id: str | None = None
    lifecycle_notification_url: str | None = None
    latest_supported_tls_version: str | None = None
    notification_query_options: str | None = None
    notification_url_app_id: str | None = None


class RenewalBody(Body):
    """What may change later."""

    expiration_date_time: str | None = None
    notification_url: str | None = None


class SubscriptionArea:
    """``/subscriptions``."""

    def __init__(self, world: World, state: State, courier: Courier) -> None:
        self._world = world
        self._state = state
        self._courier = courier

    @route("POST", "subscriptions", ANY)
    async def create(self, call: Call) -> Answer:
        """201 once the addresses answered the handshake; 409 where this app watches this meeting already."""
        wanted = parse(
            SubscriptionBody,
            call.body,
            kind="subscription",
            code="InvalidRequest",
            lacks=lacks(self._world, "subscription"),
        )
        watched = watched_by(wanted.resource, call.version)
        if watched is None:
            raise bad_request(f"Unsupported resource '{wanted.resource}'.", "ExtensionError")
        self._permit(watched.kind, call)
        key = self._key(watched.kind, watched.key, call)
        if not set(wanted.change_type.split(",")) <= CHANGES[watched.kind]:
            raise bad_request(f"Invalid changeType '{wanted.change_type}' for this resource.", "InvalidRequest")
        expires_at = self._expiry(wanted.expiration_date_time, watched.kind, call.now)
        self._check(wanted)
        subscription = Subscription(
            id=str(uuid.uuid4()),
            kind=watched.kind,
            watched=key,
            app_id=call.caller.app_id,
            creator_id=call.caller.user.id if call.caller.user else call.caller.app_id,
            change_type=wanted.change_type,
            url=wanted.notification_url,
            resource=wanted.resource,
            expires_at=expires_at,
            version=call.version,
            client_state=wanted.client_state,
            lifecycle_url=wanted.lifecycle_notification_url,
            with_data=bool(wanted.include_resource_data),
            certificate=wanted.encryption_certificate,
            certificate_id=wanted.encryption_certificate_id,
        )
        self._refuse_second(subscription, call.now)
        for url in filter(None, (wanted.notification_url, wanted.lifecycle_notification_url)):
            if not await self._courier.handshake(url):
                message = "Subscription validation request failed. Notification endpoint must respond with 200 OK."
                raise bad_request(message, "ValidationError")
        self._courier.subscriptions[subscription.id] = subscription
        return self._shown(call, subscription, 201)

    @route("GET", "subscriptions", ANY)
    def every(self, call: Call) -> Answer:
        """This app's subscriptions."""
        rows = [
            known(self._world, "subscription", _render(each))
            for each in self._alive(call.now)
            if each.app_id == call.caller.app_id
        ]
        return page(self._world, call, rows, "subscriptions")

    @route("GET", "subscriptions/{subscription}", ANY)
    def read(self, call: Call) -> Answer:
        """200, or 404 once it ran out."""
        return self._shown(call, self._found(call), 200)

    @route("PATCH", "subscriptions/{subscription}", ANY)
    async def renew(self, call: Call) -> Answer:
        """200 with the new expiry."""
        subscription = self._found(call)
        wanted = parse(RenewalBody, call.body, kind="subscription", code="InvalidRequest")
        if wanted.notification_url is not None:
            if not await self._courier.handshake(wanted.notification_url):
                raise bad_request("Subscription validation request failed.", "ValidationError")
            subscription.url = wanted.notification_url
        if wanted.expiration_date_time is not None:
            subscription.expires_at = self._expiry(wanted.expiration_date_time, subscription.kind, call.now)
        return self._shown(call, subscription, 200)

    @route("POST", "subscriptions/{subscription}/reauthorize", ANY)
    def reauthorize(self, call: Call) -> Answer:
        """204."""
        self._found(call)
        return Answer(204)

    @route("DELETE", "subscriptions/{subscription}", ANY)
    def delete(self, call: Call) -> Answer:
        """204."""
        del self._courier.subscriptions[self._found(call).id]
        return Answer(204)

    # --- how it is done ---------------------------------------------------------------------------

    def _permit(self, kind: Kind, call: Call) -> None:
        needs = NEEDS[kind].app if call.caller.is_app else NEEDS[kind].delegated
        lacks = self._world.switches.check_tokens and not call.caller.granted & set(needs)
        if not needs or lacks:
            raise GraphError(403, "Forbidden", "Operation is not allowed with these permissions.")
        if kind != "events" and self._world.cloud is Cloud.china:
            raise bad_request("Unsupported resource.", "ExtensionError")

    def _key(self, kind: Kind, key: str | None, call: Call) -> str:
        if kind == "events":
            user = self._world.user(key) if key else call.caller.user
            if user is None:
                raise not_found("The mailbox was not found.", "ResourceNotFound")
            return user.id
        if kind == "meeting":
            url = unquote(key or "")
            known = [each for each in self._state.meetings.values() if each.join_url == url and each.deleted_at is None]
            if "%3a" not in url.lower() or not known:
                raise bad_request("The joinWebUrl must be percent-encoded and belong to a meeting.", "ExtensionError")
            return url
        return kind

    def _expiry(self, text: str, kind: Kind, now: datetime) -> datetime:
        expires_at = read_offset(text, "InvalidRequest")
        longest = self._world.switches.roster_subscription_minutes if kind == "meeting" else LIFE_MINUTES[kind]
        if expires_at <= now:
            raise bad_request("Subscription expiration must be in the future.", "InvalidRequest")
        if expires_at > now + timedelta(minutes=longest):
            raise bad_request(f"Subscription expiration can only be {longest} minutes in the future.", "ExtensionError")
        return expires_at

    def _check(self, wanted: SubscriptionBody) -> None:
        for url in filter(None, (wanted.notification_url, wanted.lifecycle_notification_url)):
            parts = urlsplit(url)
            if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
                raise bad_request("The notification URL must use https.", "InvalidRequest")
        lifecycle = wanted.lifecycle_notification_url
        if lifecycle and urlsplit(lifecycle).hostname != urlsplit(wanted.notification_url).hostname:
            raise bad_request("lifecycleNotificationUrl must have the same host as notificationUrl.", "InvalidRequest")
        for name, text in (
            ("clientState", wanted.client_state),
            ("encryptionCertificateId", wanted.encryption_certificate_id),
        ):
            if text is not None and len(text) > 128:
                raise bad_request(f"{name} has at most 128 characters.", "InvalidRequest")
        if wanted.include_resource_data:
            if not wanted.encryption_certificate or not wanted.encryption_certificate_id:
                raise bad_request(
                    "Resource data needs encryptionCertificate and encryptionCertificateId.", "InvalidRequest"
                )
            try:
                public_key_of(wanted.encryption_certificate)
            except CertificateRefused as refused:
                raise bad_request(str(refused), "InvalidRequest") from None

    def _refuse_second(self, new: Subscription, now: datetime) -> None:
        for each in self._alive(now):
            if new.kind == each.kind == "meeting" and (each.app_id, each.watched) == (new.app_id, new.watched):
                raise GraphError(409, "Conflict", f"Subscription '{each.id}' exists for this application and resource.")

    def _alive(self, now: datetime) -> list[Subscription]:
        return [each for each in self._courier.subscriptions.values() if each.expires_at > now]

    def _found(self, call: Call) -> Subscription:
        for each in self._alive(call.now):
            if each.id == call["subscription"] and each.app_id == call.caller.app_id:
                return each
        raise not_found("The object was not found.", "ResourceNotFound")

    def _shown(self, call: Call, subscription: Subscription, status: int) -> Answer:
        context = f"{self._world.cloud.graph}/{call.version}/$metadata#subscriptions/$entity"
        return Answer(status, {"@odata.context": context, **known(self._world, "subscription", _render(subscription))})


def _render(subscription: Subscription) -> dict[str, Any]:
    return {
        "id": subscription.id,
        "resource": subscription.resource,
        "applicationId": subscription.app_id,
        "changeType": subscription.change_type,
        "clientState": subscription.client_state,
        "notificationUrl": subscription.url,
        "lifecycleNotificationUrl": subscription.lifecycle_url,
        "expirationDateTime": stamp(subscription.expires_at),
        "creatorId": subscription.creator_id,
        "includeResourceData": subscription.with_data,
        "latestSupportedTlsVersion": "v1_2",
        "encryptionCertificate": subscription.certificate,
        "encryptionCertificateId": subscription.certificate_id,
        "notificationQueryOptions": None,
        "notificationUrlAppId": None,
    }
