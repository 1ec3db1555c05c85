"""The tenant the emulator plays, as data: people, calendars, licences, policies, and a switch per open question.

Where the documentation disagrees with itself or with what was observed, the world decides, so that the bot can be
tried in each. A world file is this model as JSON or TOML.
"""

import json
import tomllib
from enum import StrEnum
from itertools import chain
from pathlib import Path
from typing import Literal

from pydantic import Field

from bot.graph.emulator.bookings_world import BookingBusiness
from bot.graph.emulator.parts import Part, User

TENANT = "00000000-0000-4000-8000-0000000000aa"
APP = "00000000-0000-4000-8000-0000000000bb"


class Cloud(StrEnum):
    """The national clouds Graph runs in. Source: learn.microsoft.com/graph/deployments"""

    global_ = "global"
    usgov = "gcc-high"
    dod = "dod"
    china = "china"

    @property
    def graph(self) -> str:
        """The cloud's Graph root: what tokens are for, and the host in every ``@odata.context``."""
        return f"https://{_GRAPH_HOSTS[self]}"


_GRAPH_HOSTS = {
    Cloud.global_: "graph.microsoft.com",
    Cloud.usgov: "graph.microsoft.us",
    Cloud.dod: "dod-graph.microsoft.us",
    Cloud.china: "microsoftgraph.chinacloudapi.cn",
}


class AccessPolicy(Part):
    """A Teams application access policy: for which users' meetings an app may act alone.

    ``users`` None grants it to the whole tenant. ``after_minutes`` plays the delay until a new policy acts.
    Source: learn.microsoft.com/graph/cloud-communication-online-meeting-application-access-policy
    """

    app_id: str = APP
    users: tuple[str, ...] | None = None
    after_minutes: float = 0


class App(Part):
    """The registered application: how it signs in and what it was granted."""

    id: str = APP
    secret: str = Field(default="emulator-secret", repr=False)
    roles: tuple[str, ...] = (
        "Bookings.ReadWrite.All",
        "BookingsAppointment.ReadWrite.All",
        "Calendars.ReadWrite",
        "CallRecords.Read.All",
        "Mail.Send",
        "OnlineMeetingArtifact.Read.All",
        "OnlineMeetings.ReadWrite.All",
        "User.Read.All",
        "VirtualAppointment.Read.All",
        "VirtualAppointmentNotification.Send",
    )
    """Application permissions with admin consent."""
    scopes: tuple[str, ...] = (
        "Bookings.ReadWrite.All",
        "BookingsAppointment.ReadWrite.All",
        "Calendars.Read.Shared",
        "Calendars.ReadBasic",
        "Calendars.ReadWrite",
        "Mail.Send",
        "OnlineMeetingArtifact.Read.All",
        "OnlineMeetings.ReadWrite",
        "User.Read",
        "VirtualAppointment.Read",
        "VirtualAppointmentNotification.Send",
    )
    """Delegated permissions consented to for everyone."""
    redirects: tuple[str, ...] = ()
    """Where the sign-in page may send people back to; empty is any https address and this machine's own."""


class Switches(Part):
    """One switch per behaviour that is unsettled, rare, or differs between revisions of the documentation."""

    check_tokens: bool = False
    """Whether every call needs a token for this cloud with the right permissions."""
    virtual_appointment_app_only: Literal["allow", "deny"] = "allow"
    """Pages since 2024 say join link and SMS are delegated only; the permission table and older pages say otherwise."""
    access_policy_error: Literal["Forbidden", "Unauthorized"] = "Forbidden"
    licence_for_join_link: bool = False
    non_us_sms: Literal["reject", "ignore"] = "reject"
    reminder_sms: Literal["immediate", "scheduled"] = "immediate"
    moved_reminder: Literal["follows", "stale"] = "follows"
    """What a scheduled reminder SMS does when its meeting moves."""
    provisioning: Literal["off", "503", "409"] = "off"
    provisioning_minutes: float = 3
    retry_after: Literal["seconds", "decimal", "date"] = "seconds"
    late_join_url_reads: int = 0
    """How many reads of a new event pass before its joinUrl is there."""
    resource_of_2022: bool = False
    """Whether the retired beta virtualAppointment resource and the old SMS body answer."""
    retired_status: Literal[400, 404] = 404
    retired_app_only: Literal["allow", "deny"] = "allow"
    """Whether an app alone could write the retired resource; its pages named no application permission."""
    staff_availability_key: Literal["value", "staffAvailabilityItem"] = "value"
    bookings_cancel_app_only: Literal["allow", "deny"] = "allow"
    bookings_writes_app_only: Literal["allow", "deny"] = "allow"
    bookings_conflict: Literal["500", "500-after-create"] = "500"
    """Whether a taken slot is refused, or refused although the appointment was made."""
    bookings_organizer: Literal["staff", "business"] = "staff"
    """Whose the Teams meeting of an appointment is: undocumented; the join URL's context tells."""
    bookings_keeps_cancelled: bool = False
    """Whether calendarView still shows cancelled appointments."""
    roster_kind_key: Literal["eventType", "callEventType"] = "eventType"
    roster_subscription_minutes: int = 4230
    attendance_delay_minutes: float = 0
    extra_properties: bool = False
    """Whether answers carry properties and enum members that no documentation names."""
    page_size: int = 10
    largest_page: int = 1000
    """How many a page holds at most, whatever ``$top`` asks for."""
    latency_s: float = 0
    """How long every call takes; more than four at once on one mailbox are then refused."""
    lobby_before_call: bool = True
    """Whether a client who waits before any staff member came is notified of."""
    schedule_limit: int = 100
    """Mailboxes per getSchedule call; 20 in the 2026 guide, 100 in an older one."""


class World(Part):
    """Everything the emulator knows before the first call."""

    tenant_id: str = TENANT
    domain: str = "contoso.example"
    cloud: Cloud = Cloud.global_
    app: App = App()
    users: tuple[User, ...] = ()
    businesses: tuple[BookingBusiness, ...] = ()
    access_policies: tuple[AccessPolicy, ...] = (AccessPolicy(),)
    switches: Switches = Field(default_factory=Switches)

    def user(self, key: str) -> User | None:
        """The person with this object id, UPN or mailbox; a booking mailbox is one too."""
        everyone = chain(self.users, (each.mailbox_user() for each in self.businesses))
        return next((each for each in everyone if each.answers_to(key)), None)


def load_world(path: Path) -> World:
    """Read a world file, JSON or TOML by its suffix."""
    text = path.read_text(encoding="utf-8")
    return World.model_validate(tomllib.loads(text) if path.suffix == ".toml" else json.loads(text))
