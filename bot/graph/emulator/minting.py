"""Ids and links in the forms Microsoft's services mint them. Callers must treat them all as opaque."""

import base64
import hashlib
import uuid
from datetime import datetime
from urllib.parse import quote

from bot.graph.emulator.parts import User
from bot.graph.emulator.state import Meeting


def new_meeting(
    organizer: User,
    tenant_id: str,
    *,
    subject: str,
    starts_at: datetime,
    ends_at: datetime,
    now: datetime,
    visit_base: str | None,
) -> Meeting:
    """A meeting with freshly minted ids.

    The id is base64 of ``1*{organizer}*0**{thread}``, the join URL carries thread, tenant and organizer, the client's
    link tenant and thread. Observed forms; callers must treat all three as opaque.
    """
    token = base64.b64encode(uuid.uuid4().hex.encode()).decode().rstrip("=")
    thread = f"19:meeting_{token}@thread.v2"
    context = quote(f'{{"Tid":"{tenant_id}","Oid":"{organizer.id}"}}', safe="")
    context = context.replace("%7B", "%7b").replace("%7D", "%7d").replace("%3A", "%3a").replace("%2C", "%2c")
    escaped = thread.replace(":", "%3a").replace("@", "%40")
    visit_url = (
        f"{visit_base}/emulator/visit/{quote(thread, safe='')}"
        if visit_base
        else f"https://visit.teams.microsoft.com/webrtc-svc/api/route?tid={tenant_id}&convId={thread}"
    )
    return Meeting(
        id=base64.b64encode(f"1*{organizer.id}*0**{thread}".encode()).decode(),
        thread_id=thread,
        organizer=organizer,
        join_url=f"https://teams.microsoft.com/l/meetup-join/{escaped}/0?context={context}",
        visit_url=visit_url,
        subject=subject,
        starts_at=starts_at,
        ends_at=ends_at,
        created_at=now,
        join_number=str(200_000_000_000 + int(token_number(thread), 16) % 99_999_999_999),
        passcode=token_number(thread)[:6],
    )


def token_number(text: str) -> str:
    """A few hex digits that belong to a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def outlook_id(*parts: str) -> str:
    """An id in Exchange's manner: opaque, base64, long. The same parts give the same id."""
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return "AAMkAD" + base64.urlsafe_b64encode(digest + digest[:22]).decode().rstrip("=") + "AAA="
