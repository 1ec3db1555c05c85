"""Everything asked and everything that came of it, as ``GET /emulator/state`` shows it."""

from datetime import datetime
from typing import Any

from bot.graph.emulator.moments import stamp
from bot.graph.emulator.state import Meeting, State


def snapshot(state: State, now: datetime) -> dict[str, Any]:
    """The whole state as ``GET /emulator/state`` shows it, in order of happening."""
    state.settle(now)
    return {
        "requests": [
            {
                "method": each.method,
                "path": each.path,
                "query": each.query,
                "body": each.body,
                "status": each.status,
                "answer": each.answer,
            }
            for each in state.requests
        ],
        "sms": [
            {
                "meeting_id": each.meeting_id,
                "phone": each.phone,
                "time_zone": each.time_zone,
                "type": each.type,
                "at": stamp(each.at),
            }
            for each in sorted(state.sms, key=lambda sms: sms.at)
        ],
        "events": [
            {
                "id": each.id,
                "transaction_id": each.transaction_id,
                "organizer": each.organizer.mailbox,
                "start": stamp(each.starts_at),
                "end": stamp(each.ends_at),
                "attendees": [who["emailAddress"]["address"] for who in each.attendees],
                "deleted_at": stamp(each.deleted_at) if each.deleted_at else None,
            }
            for each in state.events.values()
        ],
        "meetings": [meeting_view(each) for each in state.meetings.values()],
        "mails": [
            {
                "from": each.sender,
                "to": each.to,
                "subject": each.subject,
                "body": each.body,
                "at": stamp(each.at),
                "kind": each.kind,
            }
            for each in state.mails
        ],
    }


def meeting_view(meeting: Meeting) -> dict[str, Any]:
    """A meeting in the words of ``/emulator/state``."""
    return {
        "id": meeting.id,
        "subject": meeting.subject,
        "organizer": meeting.organizer.mailbox,
        "start": stamp(meeting.starts_at),
        "end": stamp(meeting.ends_at),
        "join_url": meeting.join_url,
        "client_link": meeting.visit_url,
        "external_id": meeting.external_id,
        "event_id": meeting.event_id,
        "lobby": meeting.scope,
        "waiting": [each.name for each in meeting.lobby],
        "in_call": [each.name for each in meeting.call.participants if each.presence == "in"] if meeting.call else [],
        "deleted_at": stamp(meeting.deleted_at) if meeting.deleted_at else None,
    }
