"""What may be sent about online meetings, visits' links and texts.

Source: learn.microsoft.com/graph/api/resources/onlinemeeting, onlinemeeting-createorget,
virtualappointment-sendvirtualappointmentsms, virtualappointment-sendvirtualappointmentremindersms
"""

from typing import Any, Literal

from bot.graph.emulator.bodies import Body

Role = Literal["attendee", "presenter", "producer", "coorganizer"]
Scope = Literal[
    "organizer", "organization", "organizationAndFederated", "everyone", "invited", "organizationExcludingGuests"
]
Switch = Literal["enabled", "disabled", "limited"]


class MeetingParticipant(Body):
    """Someone listed in a meeting."""

    identity: dict[str, Any] | None = None
    upn: str | None = None
    role: Role | None = None


class Participants(Body):
    """Organizer and attendees; the organizer cannot be changed."""

    organizer: MeetingParticipant | None = None
    attendees: list[MeetingParticipant] | None = None


class LobbyBypassSettings(Body):
    """Who does not wait."""

    scope: Scope | None = None
    is_dial_in_bypass_enabled: bool | None = None


class JoinMeetingIdSettings(Body):
    """Whether a passcode is asked; fixed once created."""

    is_passcode_required: bool | None = None
    join_meeting_id: str | None = None
    passcode: str | None = None


class MeetingBody(Body):
    """A meeting to create or change: every property a caller may write."""

    subject: str | None = None
    start_date_time: str | None = None
    end_date_time: str | None = None
    participants: Participants | None = None
    lobby_bypass_settings: LobbyBypassSettings | None = None
    join_meeting_id_settings: JoinMeetingIdSettings | None = None
    allowed_lobby_admitters: Literal["organizerAndCoOrganizersAndPresenters", "organizerAndCoOrganizers"] | None = None
    allowed_presenters: Literal["everyone", "organization", "roleIsPresenter", "organizer"] | None = None
    allow_meeting_chat: Switch | None = None
    allow_attendee_to_enable_camera: bool | None = None
    allow_attendee_to_enable_mic: bool | None = None
    allow_teamwork_reactions: bool | None = None
    allow_participants_to_change_name: bool | None = None
    is_entry_exit_announced: bool | None = None
    record_automatically: bool | None = None
    allow_recording: bool | None = None
    allow_transcription: bool | None = None
    allow_breakout_rooms: bool | None = None
    allow_whiteboard: bool | None = None
    allow_power_point_sharing: bool | None = None
    allow_copying_and_sharing_meeting_content: bool | None = None
    is_end_to_end_encryption_enabled: bool | None = None


class CreateOrGetBody(Body):
    """A meeting by a key of the caller's own. Lobby and presenters are no parameters: PATCH after."""

    external_id: str
    subject: str | None = None
    start_date_time: str | None = None
    end_date_time: str | None = None
    participants: Participants | None = None
    chat_info: dict[str, Any] | None = None


class NotifiedAttendee(Body):
    """Whom to text, and the zone their times are written in."""

    phone_number: str
    time_zone: str


class SmsBody(Body):
    """A text about a visit."""

    message_type: Literal["confirmation", "reschedule", "cancellation"]
    attendees: list[NotifiedAttendee]


class ReminderSmsBody(Body):
    """A reminder; the enum has exactly one usable value."""

    remind_before_time_in_minutes_type: Literal["mins15"]
    attendees: list[NotifiedAttendee]


class OldSmsBody(Body):
    """The body of 2023's beta: numbers alone, and the kind under the schema's name or the page's."""

    phone_numbers: list[str]
    sms_type: Literal["confirmation", "reschedule", "cancellation"] | None = None
    virtual_appointment_sms_type: Literal["confirmation", "reschedule", "cancellation"] | None = None


class AppointmentClient(Body):
    """A client of the retired resource."""

    display_name: str | None = None
    email_address: str | None = None
    sms_capable_phone_number: str | None = None


class AppointmentSettings(Body):
    """How clients join; the samples send the flag as a string."""

    allow_client_to_join_using_browser: bool | Literal["true", "false"] | None = None


class AppointmentBody(Body):
    """The retired beta virtualAppointment. Clients are one object on the first page, a collection on later ones."""

    id: str | None = None
    settings: AppointmentSettings | None = None
    appointment_clients: list[AppointmentClient] | AppointmentClient | None = None
    appointment_client_join_web_url: str | None = None
    external_appointment_id: str | None = None
    external_appointment_url: str | None = None
