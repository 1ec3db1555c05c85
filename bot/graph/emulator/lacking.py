"""Properties the national clouds' schemas lack: left out of answers there, and refused in bodies.

Source: microsoftgraph/msgraph-metadata schemas v1.0-Fairfax and v1.0-Mooncake beside v1.0-Prod
"""

from typing import Any

from bot.graph.emulator.world import Cloud, World

_DATES = {"createdDateTime", "lastUpdatedDateTime"}
_SUBSCRIPTION = frozenset({"notificationQueryOptions", "notificationUrlAppId"})

US_GOVERNMENT: dict[str, frozenset[str]] = {
    "onlineMeeting": frozenset(
        {
            "allowBreakoutRooms",
            "allowCopyingAndSharingMeetingContent",
            "allowPowerPointSharing",
            "allowRecording",
            "allowTranscription",
            "allowWhiteboard",
            "allowedLobbyAdmitters",
            "expiryDateTime",
            "isEndToEndEncryptionEnabled",
            "meetingOptionsWebUrl",
        }
    ),
    "bookingAppointment": frozenset(
        {
            "appointmentLabel",
            "customerEmailAddress",
            "customerName",
            "customerNotes",
            "customerPhone",
            "isCustomerAllowedToManageBooking",
            *_DATES,
        }
    ),
    "bookingBusiness": frozenset({"bookingPageSettings", *_DATES}),
    "bookingService": frozenset({"isCustomerAllowedToManageBooking", *_DATES}),
    "bookingStaffMember": frozenset({"membershipStatus", *_DATES}),
    "bookingCustomer": frozenset(_DATES),
    "bookingCustomQuestion": frozenset(_DATES),
    "subscription": _SUBSCRIPTION,
}
CHINA: dict[str, frozenset[str]] = {"subscription": _SUBSCRIPTION}
BY_CLOUD = {Cloud.usgov: US_GOVERNMENT, Cloud.dod: US_GOVERNMENT, Cloud.china: CHINA}


def lacks(world: World, kind: str) -> frozenset[str]:
    """The properties of a type that this world's cloud does not know."""
    return BY_CLOUD.get(world.cloud, {}).get(kind, frozenset())


def known(world: World, kind: str, shown: dict[str, Any]) -> dict[str, Any]:
    """An answer without what the cloud does not know."""
    missing = lacks(world, kind)
    return {name: value for name, value in shown.items() if name not in missing}
