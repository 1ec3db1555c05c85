"""An online meeting as Graph writes it. Source: learn.microsoft.com/graph/api/resources/onlinemeeting"""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

from bot.graph.emulator.exchange import Call
from bot.graph.emulator.lacking import known
from bot.graph.emulator.moments import stamp
from bot.graph.emulator.parts import User
from bot.graph.emulator.state import Meeting
from bot.graph.emulator.world import World

DEFAULTS: dict[str, Any] = {
    "lobbyBypassSettings": {"scope": "organization", "isDialInBypassEnabled": False},
    "allowedPresenters": "everyone",
    "allowMeetingChat": "enabled",
    "allowAttendeeToEnableCamera": True,
    "allowAttendeeToEnableMic": True,
    "allowTeamworkReactions": True,
    "allowParticipantsToChangeName": False,
    "isEntryExitAnnounced": True,
    "recordAutomatically": False,
    "allowedLobbyAdmitters": "organizerAndCoOrganizersAndPresenters",
    "allowRecording": True,
    "allowTranscription": True,
    "allowBreakoutRooms": True,
    "allowWhiteboard": True,
    "allowPowerPointSharing": True,
    "allowCopyingAndSharingMeetingContent": True,
    "isEndToEndEncryptionEnabled": False,
}
EVOLVED_SCOPES = {"invited", "organizationExcludingGuests"}
EVOLVED_ROLES = {"producer", "coorganizer"}
JOIN_WORDS = {"en": "Join conversation", "es": "Unirse a la conversación", "de": "An Unterhaltung teilnehmen"}


def render(world: World, meeting: Meeting, call: Call) -> dict[str, Any]:
    """The meeting in full.

    Enum members added later show as ``unknownFutureValue`` unless the caller prefers to see them.
    Source: learn.microsoft.com/graph/best-practices-concept (evolvable enumerations)
    """
    options = {**DEFAULTS, **meeting.options}
    sees_all = "include-unknown-enum-members" in call.preferences()
    lobby = {**DEFAULTS["lobbyBypassSettings"], **(options["lobbyBypassSettings"] or {})}
    if lobby["scope"] in EVOLVED_SCOPES and not sees_all:
        lobby["scope"] = "unknownFutureValue"
    options["lobbyBypassSettings"] = lobby
    shown = {
        "id": meeting.id,
        "creationDateTime": stamp(meeting.created_at),
        "startDateTime": stamp(meeting.starts_at),
        "endDateTime": stamp(meeting.ends_at),
        "expiryDateTime": stamp(meeting.ends_at + timedelta(days=60)),
        "subject": meeting.subject or None,
        "joinWebUrl": meeting.join_url,
        "joinMeetingIdSettings": {
            "isPasscodeRequired": bool(meeting.passcode_required),
            "joinMeetingId": meeting.join_number,
            "passcode": meeting.passcode,
        },
        "externalId": meeting.external_id,
        "meetingType": "scheduled",
        "videoTeleconferenceId": None,
        "audioConferencing": None,
        "chatInfo": {"threadId": meeting.thread_id, "messageId": "0", "replyChainMessageId": None},
        "joinInformation": _join_information(meeting, call),
        "participants": {
            "organizer": {**person(meeting.organizer), "role": "presenter"},
            "attendees": [_masked(each, sees_all) for each in meeting.attendees],
        },
        "meetingOptionsWebUrl": (
            f"https://teams.microsoft.com/meetingOptions/?organizerId={meeting.organizer.id}"
            f"&tenantId={world.tenant_id}&threadId={quote(meeting.thread_id, safe='')}&messageId=0"
        ),
        **options,
    }
    if world.switches.extra_properties:
        shown |= {"autoAdmittedUsers": "everyone", "emulatorSurprise": [1], "allowedPresenters": "unheardOf"}
    return known(world, "onlineMeeting", shown)


def person(user: User) -> dict[str, Any]:
    """Someone of the tenant as a meeting lists them."""
    identity = {"user": {"id": user.id, "displayName": user.name}}
    return {"upn": user.upn or user.mailbox, "identity": identity}


def _masked(attendee: dict[str, Any], sees_all: bool) -> dict[str, Any]:
    if attendee.get("role") in EVOLVED_ROLES and not sees_all:
        return {**attendee, "role": "unknownFutureValue"}
    return attendee


def _join_information(meeting: Meeting, call: Call) -> dict[str, str]:
    """HTML as a data URL, in the language of ``Accept-Language``; English where that is not spoken."""
    asked = call.headers.get("accept-language", "en")[:2].lower()
    words = JOIN_WORDS.get(asked, JOIN_WORDS["en"])
    page = f'<div lang="{asked if asked in JOIN_WORDS else "en"}"><a href="{meeting.join_url}">{words}</a></div>'
    return {"contentType": "html", "content": "data:text/html," + quote(page, safe="")}
