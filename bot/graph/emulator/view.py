"""What the page shows: the client's phone, staff calendars, meetings, every request. Words and times are made here."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import phonenumbers

from bot.graph.emulator.event_json import busy_spans
from bot.graph.emulator.moments import stamp
from bot.graph.emulator.parts import User
from bot.graph.emulator.state import Event, Meeting, Recorded, Sms, State
from bot.graph.emulator.world import World
from bot.graph.emulator.zone_words import display_name
from bot.graph.zones import iana_name

MOST_DAYS = 4
MOST_REQUESTS = 150
OPENS, CLOSES = 8, 18
LONG = 36


def view(world: World, state: State, now: datetime, faults_waiting: int) -> dict[str, Any]:
    """Everything on the page."""
    state.settle(now)
    home = ZoneInfo(world.users[0].time_zone if world.users else "UTC")
    return {
        "cloud": world.cloud.value,
        "tenant": world.domain,
        "faults": faults_waiting,
        "phones": _phones(state),
        "days": [_day(world, state, day, home, now) for day in _days(state, home, now)],
        "meetings": [_meeting(each, now) for each in sorted(state.meetings.values(), key=_first_who_waits)],
        "requests": [_request(world, number, each, home) for number, each in _latest(state.requests)],
        "total": len(state.requests),
        "mails": [{"to": each.to, "kind": each.kind, "subject": each.subject} for each in reversed(state.mails)][:20],
    }


def words(sms: Sms) -> str:
    """A text as the service might put it. The real words are the service's own; the time is in the client's zone."""
    zone = ZoneInfo(iana_name(sms.time_zone))
    when = f"{said(sms.starts_at.astimezone(zone))} ({zone_label(sms.time_zone)})"
    return {
        "confirmation": f"Your virtual appointment is confirmed for {when}. Join from your browser:",
        "reschedule": f"Your virtual appointment has moved. It is now on {when}. Join from your browser:",
        "cancellation": f"Your virtual appointment on {when} has been cancelled.",
        "reminder": f"Reminder: your virtual appointment starts at {when}. Join from your browser:",
    }[sms.type]


def said(local: datetime) -> str:
    """``Thursday, December 3 at 2:30 PM``."""
    return f"{local:%A, %B} {local.day} at {clock(local)}"


def clock(local: datetime) -> str:
    """``2:30 PM``."""
    return f"{local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'}"


def zone_label(windows: str) -> str:
    """``Pacific Time``: the zone's name for people, without offset and countries."""
    return display_name(iana_name(windows)).partition(") ")[2].partition(" (")[0]


def _phones(state: State) -> list[dict[str, Any]]:
    by_phone: dict[str, list[Sms]] = {}
    for each in sorted(state.sms, key=lambda sms: sms.at):
        by_phone.setdefault(each.phone, []).append(each)
    latest_first = sorted(by_phone.values(), key=lambda texts: texts[-1].at, reverse=True)
    return [
        {
            "number": _national(texts[-1].phone),
            "zone": zone_label(texts[-1].time_zone),
            "texts": [_bubble(each) for each in texts],
        }
        for texts in latest_first
    ]


def _bubble(sms: Sms) -> dict[str, Any]:
    local = sms.at.astimezone(ZoneInfo(iana_name(sms.time_zone)))
    link = None if sms.type == "cancellation" else sms.link
    return {
        "type": sms.type,
        "words": words(sms),
        "link": link,
        "at": f"{local:%a} {local.day} {local:%b}, {clock(local)}",
    }


def _national(phone: str) -> str:
    try:
        return phonenumbers.format_number(phonenumbers.parse(phone), phonenumbers.PhoneNumberFormat.NATIONAL)
    except phonenumbers.NumberParseException:
        return phone


def _days(state: State, home: ZoneInfo, now: datetime) -> list[date]:
    """Today, and the next days with visits; older ones only when there is nothing ahead."""
    today = now.astimezone(home).date()
    with_visits = sorted({each.starts_at.astimezone(home).date() for each in state.events.values()})
    ahead = [each for each in with_visits if each > today][: MOST_DAYS - 1]
    return [today, *ahead]


def _day(world: World, state: State, day: date, home: ZoneInfo, now: datetime) -> dict[str, Any]:
    since = datetime.combine(day, datetime.min.time(), home).astimezone(UTC)
    until = (datetime.combine(day, datetime.min.time(), home) + timedelta(days=1)).astimezone(UTC)
    rows = {each.name: _items(each, state, since, until, home) for each in world.users}
    edges = [(item["from"], item["to"]) for items in rows.values() for item in items]
    local = now.astimezone(home)
    return {
        "label": f"{day:%A}, {day:%B} {day.day}",
        "today": local.date() == day,
        "now": local.hour * 60 + local.minute if local.date() == day else None,
        "opens": min([OPENS * 60, *(start // 60 * 60 for start, _ in edges)]),
        "closes": max([CLOSES * 60, *(-(-end // 60) * 60 for _, end in edges)]),
        "people": [{"name": name, "items": _in_lanes(items)} for name, items in rows.items()],
    }


def _items(user: User, state: State, since: datetime, until: datetime, home: ZoneInfo) -> list[dict[str, Any]]:
    found = [_item(starts, ends, subject, "other", home) for starts, ends, _, subject in busy_spans(user, since, until)]
    for event in state.events.values():
        if event.organizer.id == user.id and event.starts_at < until and event.ends_at > since:
            item = _item(event.starts_at, event.ends_at, _title(event), _kind(event), home)
            if event.deleted_at is None:
                item |= {"id": event.id, "start": event.starts_at.isoformat(), "end": event.ends_at.isoformat()}
            found.append(item)
    for business in state.businesses.values():
        mine = {key for key, each in business.staff_members.items() if user.answers_to(each["emailAddress"] or "")}
        for booked in business.appointments.values():
            if mine & set(booked.staff_ids) and booked.starts_at < until and booked.ends_at > since:
                who = next((each.get("name") for each in booked.customers if each.get("name")), None)
                title = " – ".join(filter(None, (booked.content["serviceName"], who)))
                kind = "visit" if booked.gone_at is None else "gone"
                found.append(_item(booked.starts_at, booked.ends_at, title, kind, home))
    return found


def _in_lanes(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Items that overlap stand side by side: each in a ``lane`` of the ``lanes`` of those it overlaps with."""
    placed: list[dict[str, Any]] = []
    together: list[dict[str, Any]] = []
    ends: list[int] = []
    for item in sorted(items, key=lambda each: (each["from"], -each["to"])):
        if ends and item["from"] >= max(ends):
            together, ends = [], []
        lane = next((number for number, end in enumerate(ends) if end <= item["from"]), len(ends))
        ends[lane:] = [item["to"], *ends[lane + 1 :]]
        together.append(item | {"lane": lane})
        placed.append(together[-1])
        for each in together:
            each["lanes"] = len(ends)
    return placed


def _kind(event: Event) -> str:
    return "visit" if event.deleted_at is None else "gone"


def _title(event: Event) -> str:
    return str(event.content.get("subject") or "(no subject)")


def _item(starts: datetime, ends: datetime, title: str, kind: str, home: ZoneInfo) -> dict[str, Any]:
    local, end = starts.astimezone(home), ends.astimezone(home)
    start = local.hour * 60 + local.minute
    last = start + int((ends - starts).total_seconds()) // 60
    return {
        "from": start,
        "to": min(last, 24 * 60),
        "title": title,
        "kind": kind,
        "time": f"{clock(local)} – {clock(end)}",
    }


def _first_who_waits(meeting: Meeting) -> tuple[bool, bool, float]:
    """Meetings with someone at the door first, cancelled ones last, later ones before earlier ones."""
    return (not meeting.lobby, meeting.deleted_at is not None, -meeting.created_at.timestamp())


def _meeting(meeting: Meeting, now: datetime) -> dict[str, Any]:
    zone = ZoneInfo(meeting.organizer.time_zone)
    state = "in call" if meeting.call else "open" if meeting.ends_at > now else "over"
    thread = quote(meeting.thread_id, safe="")
    return {
        "subject": meeting.subject or "(no subject)",
        "organizer": meeting.organizer.name,
        "when": said(meeting.starts_at.astimezone(zone)),
        "state": "ended" if meeting.deleted_at else state,
        "lobby": "everyone goes straight in" if meeting.scope == "everyone" else "clients wait",
        "waiting": [{"id": each.id, "name": each.name, "since": stamp(each.arrived_at)} for each in meeting.lobby],
        "present": [
            {"id": each.id, "name": each.name, "staff": each.user_id is not None}
            for each in (meeting.call.participants if meeting.call else [])
            if each.presence == "in"
        ],
        "sessions": len([each for each in meeting.sessions if each.ended_at]),
        "link": f"/emulator/visit/{thread}",
        "live": meeting.deleted_at is None,
    }


def _latest(requests: list[Recorded]) -> list[tuple[int, Recorded]]:
    numbered = list(enumerate(requests, start=1))
    return list(reversed(numbered[-MOST_REQUESTS:]))


def short(world: World, each: Recorded) -> str:
    """A request in one glance: people by name, long ids cut."""
    names = {user.id: user.name for user in world.users}
    segments = [names.get(part, part) for part in each.path.split("/")]
    path = "/".join(part if len(part) <= LONG else f"{part[:6]}…" for part in segments)
    said = "&".join(f"{name}={value}" for name, value in each.query.items())
    return f"{path}?{said}" if said else path


def _request(world: World, number: int, each: Recorded, home: ZoneInfo) -> dict[str, Any]:
    return {
        "number": number,
        "method": each.method,
        "path": each.path,
        "short": short(world, each),
        "query": each.query,
        "body": _pretty(each.body),
        "status": each.status,
        "answer": _pretty(each.answer),
        "at": f"{each.at.astimezone(home):%H:%M:%S}" if each.at else "",
    }


def _pretty(value: Any) -> str | None:
    return None if value is None else json.dumps(value, indent=2, ensure_ascii=False)
