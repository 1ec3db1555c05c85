"""An event as Outlook writes it. Source: learn.microsoft.com/graph/api/resources/event"""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.graph.emulator.event_bodies import EventBody
from bot.graph.emulator.exchange import Call, bad_request
from bot.graph.emulator.minting import outlook_id
from bot.graph.emulator.moments import pair, stamp
from bot.graph.emulator.parts import User
from bot.graph.emulator.state import Event, Meeting
from bot.graph.emulator.world import World

NEVER = "0001-01-01T00:00:00Z"
_EXPAND = re.compile(r"singleValueExtendedProperties\(\s*\$filter=(.+)\)", re.IGNORECASE)


_PROPERTIES = (
    "allowNewTimeProposals attachments attendees body bodyPreview calendar cancelledOccurrences categories changeKey "
    "createdDateTime end exceptionOccurrences extensions hasAttachments hideAttendees iCalUId id importance instances "
    "isAllDay isCancelled isDraft isOnlineMeeting isOrganizer isReminderOn lastModifiedDateTime location locations "
    "multiValueExtendedProperties onlineMeeting onlineMeetingProvider onlineMeetingUrl organizer originalEndTimeZone "
    "originalStart originalStartTimeZone recurrence reminderMinutesBeforeStart responseRequested responseStatus "
    "sensitivity seriesMasterId showAs singleValueExtendedProperties start subject transactionId type webLink"
)
PROPERTIES = frozenset(_PROPERTIES.split())
"""What ``$select`` may name."""


def content_of(wanted: EventBody) -> dict[str, Any]:
    """The properties a caller sent, as they are kept and shown again."""
    sent = wanted.model_dump(by_alias=True, exclude_unset=True)
    for name in ("start", "end", "transactionId", "singleValueExtendedProperties"):
        sent.pop(name, None)
    if "attendees" in sent:
        sent["attendees"] = [_attendee(each) for each in sent["attendees"] or []]
    if sent.get("body"):
        sent["body"]["contentType"] = sent["body"].get("contentType", "text").lower()
    return sent


def _attendee(sent: dict[str, Any]) -> dict[str, Any]:
    address = sent["emailAddress"]["address"]
    return {
        "type": sent.get("type", "required"),
        "status": {"response": "none", "time": NEVER},
        "emailAddress": {"name": sent["emailAddress"].get("name") or address, "address": address},
    }


def with_join_block(body: dict[str, Any] | None, meeting: Meeting) -> dict[str, str]:
    """The body with Teams' join block under it. Source: learn.microsoft.com/graph/outlook-calendar-online-meetings"""
    content = (body or {}).get("content", "")
    if (body or {}).get("contentType") == "text":
        content = html.escape(content).replace("\n", "<br>")
    block = (
        '<div style="width:100%"><span>________________</span></div><div class="me-email-text" lang="en-US">'
        f'<a class="me-email-headline" href="{meeting.join_url}">Join the meeting now</a></div>'
    )
    return {"contentType": "html", "content": f"<html><body>{content}{block}</body></html>"}


def id_in(event: Event, user: User) -> str:
    """The event's id in a mailbox: attendees have copies of their own."""
    return event.id if event.organizer.id == user.id else outlook_id(event.id, user.id)


def etag(event: Event) -> str:
    """The event's etag, new with every change."""
    return f'W/"{outlook_id(event.id, str(event.revision))[6:26]}"'


def render(world: World, event: Event, call: Call, zone: str) -> dict[str, Any]:
    """The event in full, as the mailbox of the call's user holds it."""
    content, user = event.content, call.user
    mine = event.organizer.id == user.id
    body = content.get("body") or {"contentType": "html", "content": ""}
    if call.preferences().get("outlook.body-content-type") == "text":
        body = {"contentType": "text", "content": _plain(body["content"])}
    shown = {
        "@odata.etag": etag(event),
        "id": id_in(event, user),
        "createdDateTime": stamp(event.created_at),
        "lastModifiedDateTime": stamp(event.changed_at),
        "changeKey": etag(event)[3:-1],
        "categories": content.get("categories") or [],
        "originalStartTimeZone": event.zone,
        "originalEndTimeZone": event.zone,
        "iCalUId": "040000008200E00074C5B7101A82E008" + event.id[6:38].encode().hex().upper(),
        "reminderMinutesBeforeStart": content.get("reminderMinutesBeforeStart", 15),
        "isReminderOn": content.get("isReminderOn", True),
        "hasAttachments": False,
        "subject": content.get("subject") or "",
        "bodyPreview": _plain(body["content"])[:255],
        "importance": content.get("importance") or "normal",
        "sensitivity": content.get("sensitivity") or "normal",
        "isAllDay": content.get("isAllDay") or False,
        "isCancelled": event.cancelled,
        "isOrganizer": mine,
        "responseRequested": content.get("responseRequested", True),
        "seriesMasterId": None,
        "showAs": content.get("showAs") or ("busy" if mine else "tentative"),
        "type": "singleInstance",
        "webLink": f"https://outlook.office365.com/owa/?itemid={quote(event.id, safe='')}&path=/calendar/item",
        "onlineMeetingUrl": None,
        "isOnlineMeeting": event.meeting is not None,
        "onlineMeetingProvider": "teamsForBusiness" if event.meeting else "unknown",
        "allowNewTimeProposals": content.get("allowNewTimeProposals", True),
        "isDraft": False,
        "hideAttendees": content.get("hideAttendees") or False,
        "recurrence": content.get("recurrence"),
        "responseStatus": {"response": "organizer" if mine else "notResponded", "time": NEVER},
        "body": body,
        "start": pair(event.starts_at, zone),
        "end": pair(event.ends_at, zone),
        "location": content.get("location")
        or {"displayName": "", "locationType": "default", "uniqueIdType": "unknown"},
        "locations": content.get("locations") or [],
        "attendees": event.attendees,
        "organizer": {"emailAddress": {"name": event.organizer.name, "address": event.organizer.mailbox}},
        "onlineMeeting": _online_meeting(event),
    }
    if event.transaction_id is not None:
        shown["transactionId"] = event.transaction_id
    if world.switches.extra_properties:
        shown |= {
            "emulatorSurprise": {"kind": "unknown"},
            "sensitivity": "unheardOf",
            "responseStatus": {"response": "pondering", "time": NEVER},
        }
    return shown | _expanded(event, call)


def _online_meeting(event: Event) -> dict[str, Any] | None:
    if event.meeting is None or event.reads_until_join_url:
        return None
    return {"joinUrl": event.meeting.join_url}


def check_query(call: Call) -> None:
    """Refuses to select or expand what events do not have, also where there is none to be shown."""
    names = [each.strip() for each in call.query["$select"].split(",")] if "$select" in call.query else []
    strange = [each for each in names if each not in PROPERTIES]
    if "$expand" in call.query and _EXPAND.fullmatch(call.query["$expand"].strip()) is None:
        strange.append(call.query["$expand"])
    if strange:
        raise bad_request(
            f"Parsing OData Select and Expand failed: Could not find a property named '{strange[0]}' on type "
            "'microsoft.graph.event'.",
            "RequestBroker--ParseUri",
        )


def _expanded(event: Event, call: Call) -> dict[str, Any]:
    """Extended properties are returned only when expanded by id.

    Source: learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get
    """
    match = _EXPAND.fullmatch(call.query.get("$expand", "").strip())
    if match is None:
        return {}
    ids = re.findall(r"id eq '([^']*)'", match[1])
    found = [{"id": each, "value": event.properties[each]} for each in ids if each in event.properties]
    return {"singleValueExtendedProperties": found} if found else {}


def busy_spans(user: User, since: datetime, until: datetime) -> list[tuple[datetime, datetime, str, str]]:
    """The user's other appointments that touch a stretch: start, end, status, subject."""
    zone = ZoneInfo(user.time_zone)
    day, last = (since.astimezone(zone) - timedelta(days=1)).date(), until.astimezone(zone).date()
    found = []
    while day <= last:
        for each in user.busy:
            if each.falls_on(day):
                starts = datetime.combine(day, each.starts, zone).astimezone(UTC)
                ends = datetime.combine(day, each.ends, zone).astimezone(UTC)
                if starts < until and ends > since:
                    found.append((starts, ends, each.status, each.subject))
        day += timedelta(days=1)
    return sorted(found)


def render_busy(user: User, since: datetime, until: datetime, zone: str) -> list[tuple[datetime, dict[str, Any]]]:
    """The user's other appointments as events, briefly."""
    return [
        (
            starts,
            {
                "id": outlook_id(user.id, starts.isoformat(), subject),
                "subject": subject,
                "showAs": status,
                "isCancelled": False,
                "isOrganizer": True,
                "isAllDay": False,
                "start": pair(starts, zone),
                "end": pair(ends, zone),
                "attendees": [],
                "organizer": {"emailAddress": {"name": user.name, "address": user.mailbox}},
                "isOnlineMeeting": False,
                "onlineMeeting": None,
            },
        )
        for starts, ends, status, subject in busy_spans(user, since, until)
    ]


def _plain(content: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", " ", content)).strip()
