"""Brings change notifications to subscribers: handshake, delivery, a few more tries.

Source: learn.microsoft.com/graph/change-notifications-delivery-webhooks, learn.microsoft.com/graph/webhooks-lifecycle
"""

import asyncio
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from bot.graph.emulator import envelope
from bot.graph.emulator.moments import stamp
from bot.graph.emulator.state import Event, Meeting
from bot.graph.emulator.subscription_rules import Subscription, watches_event, watches_meeting
from bot.graph.emulator.waiting_room import CallEventKind
from bot.graph.emulator.world import World

HANDSHAKE_SECONDS = 10
PATIENCE_SECONDS = 30
TRIES = 3
DELIVERIES_IN_MEMORY = 1000


@dataclass
class Delivery:
    """A notification that was sent, and what the subscriber said. ``status`` None: nobody answered."""

    subscription_id: str
    url: str
    body: dict[str, Any]
    at: datetime
    status: int | None = None
    tries: int = 0


class Courier:
    """Knows the subscriptions' addresses; deliveries run beside the calls that caused them."""

    def __init__(
        self,
        now: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        transport: httpx.AsyncBaseTransport | None,
    ) -> None:
        self.subscriptions: dict[str, Subscription] = {}
        self.deliveries: deque[Delivery] = deque(maxlen=DELIVERIES_IN_MEMORY)
        self._world = World()
        self._now = now
        self._sleep = sleep
        self._transport = transport
        self._under_way: set[asyncio.Task[None]] = set()

    def start_over(self, world: World) -> None:
        """Forget everybody of the world before, and give up what is still on its way to them."""
        for each in self._under_way:
            each.cancel()
        self.subscriptions.clear()
        self.deliveries.clear()
        self._world = world

    async def quiet(self) -> None:
        """Return once every delivery is over, or given up."""
        while self._under_way:
            for each in await asyncio.gather(*self._under_way, return_exceptions=True):
                if isinstance(each, Exception):
                    raise each

    async def close(self) -> None:
        """Give up what is under way."""
        for each in self._under_way:
            each.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def handshake(self, url: str) -> bool:
        """Whether an address answers 200 in plain text with the token it was sent, decoded, within ten seconds."""
        token = f"Validation: Testing client application reachability for subscription Request-Id: {uuid.uuid4()}"
        target = f"{url}{'&' if '?' in url else '?'}validationToken={quote(token, safe='')}"
        try:
            async with self._client(HANDSHAKE_SECONDS) as client:
                answer = await client.post(target, headers={"Content-Type": "text/plain; charset=utf-8"})
        except httpx.HTTPError:
            return False
        plain = answer.headers.get("content-type", "").startswith("text/plain")
        return answer.status_code == 200 and plain and answer.text == token

    def call_event(self, meeting: Meeting, kind: CallEventKind, participants: list[dict[str, Any]]) -> None:
        """Something happened in a meeting: tell everyone who watches it."""
        payload: dict[str, Any] = {
            "@odata.type": "#microsoft.graph.callevent",
            "id": str(uuid.uuid4()),
            self._world.switches.roster_kind_key: kind,
            "eventDateTime": stamp(self._now()),
            "participants@delta": participants,
        }
        for each in self._alive():
            if watches_meeting(each, meeting):
                self._send(each, "updated", each.resource, "#microsoft.graph.callEvent", payload["id"], payload)

    def event_changed(self, event: Event, change: str) -> None:
        """An event in a mailbox was created, updated or deleted: tell everyone who watches it."""
        for each in self._alive():
            if watches_event(each, event) and change in each.change_type.split(","):
                resource = f"Users/{event.organizer.id}/Events/{event.id}"
                payload = {"@odata.type": "#microsoft.graph.event", "id": event.id}
                self._send(each, change, resource, "#Microsoft.Graph.Event", event.id, payload)

    def lifecycle(self, subscription_id: str, event: str) -> bool:
        """Send a lifecycle event, as far as the subscription has an address for them."""
        subscription = self.subscriptions.get(subscription_id)
        if subscription is None:
            return False
        if event == "subscriptionRemoved":
            del self.subscriptions[subscription_id]
        if subscription.lifecycle_url is None:
            return False
        item = {
            "subscriptionId": subscription.id,
            "subscriptionExpirationDateTime": stamp(subscription.expires_at),
            "tenantId": self._world.tenant_id,
            "clientState": subscription.client_state,
            "lifecycleEvent": event,
        }
        self._post(subscription, subscription.lifecycle_url, {"value": [item]})
        return True

    def _alive(self) -> list[Subscription]:
        now = self._now()
        for each in [each for each in self.subscriptions.values() if each.expires_at <= now]:
            del self.subscriptions[each.id]
        return list(self.subscriptions.values())

    def _send(
        self, to: Subscription, change: str, resource: str, kind: str, object_id: str, payload: dict[str, Any]
    ) -> None:
        item: dict[str, Any] = {
            "subscriptionId": to.id,
            "changeType": change,
            "tenantId": self._world.tenant_id,
            "clientState": to.client_state,
            "subscriptionExpirationDateTime": stamp(to.expires_at),
            "resource": resource,
            "resourceData": {"@odata.type": kind, "@odata.id": resource, "id": object_id},
        }
        body: dict[str, Any] = {"value": [item]}
        if to.with_data:
            item["encryptedContent"] = envelope.encrypt(payload, to.certificate or "", to.certificate_id or "")
            body["validationTokens"] = [envelope.validation_token(to.app_id, self._world.tenant_id, self._now())]
        self._post(to, to.url, body)

    def _post(self, to: Subscription, url: str, body: dict[str, Any]) -> None:
        delivery = Delivery(to.id, url, body, self._now())
        self.deliveries.append(delivery)
        task = asyncio.get_running_loop().create_task(self._deliver(delivery))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, delivery: Delivery) -> None:
        """Post it; without a 2xx try again a little later, as Graph does for about four hours."""
        for attempt in range(TRIES):
            delivery.tries = attempt + 1
            try:
                async with self._client(PATIENCE_SECONDS) as client:
                    answer = await client.post(delivery.url, json=delivery.body)
                delivery.status = answer.status_code
            except httpx.HTTPError:
                delivery.status = None
            if delivery.status is not None and 200 <= delivery.status < 300:
                return
            if attempt + 1 < TRIES:
                await self._sleep(10 * (attempt + 1))

    def _client(self, seconds: float) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=self._transport, timeout=seconds, trust_env=False)
