"""What may be sent to Bookings.

Source: learn.microsoft.com/graph/api/resources/bookingbusiness, bookingservice, bookingstaffmember, bookingcustomer,
bookingappointment, bookingschedulingpolicy
"""

from typing import Any, Literal

from bot.graph.emulator.bodies import Body
from bot.graph.emulator.event_bodies import DateTimeTimeZone, Location

PriceType = Literal["undefined", "fixedPrice", "startingAt", "hourly", "free", "priceVaries", "callUs", "notSet"]
StaffRole = Literal["guest", "administrator", "viewer", "externalGuest", "scheduler", "teamMember"]


class TimeSlot(Body):
    """From a wall time to another."""

    start_time: str
    end_time: str


class WorkHours(Body):
    """One weekday's open spans."""

    day: Literal["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
    time_slots: list[TimeSlot]


class SchedulingPolicy(Body):
    """When and how far ahead customers may book."""

    time_slot_interval: str | None = None
    minimum_lead_time: str | None = None
    maximum_advance: str | None = None
    allow_staff_selection: bool | None = None
    send_confirmations_to_owner: bool | None = None
    is_meeting_invite_to_customers_enabled: bool | None = None
    general_availability: dict[str, Any] | None = None
    custom_availabilities: list[dict[str, Any]] | None = None


class Reminder(Body):
    """An e-mail Bookings sends before an appointment."""

    offset: str
    recipients: Literal["allAttendees", "staff", "customer"]
    message: str


class BusinessBody(Body):
    """A business to create or change."""

    display_name: str | None = None
    business_type: str | None = None
    email: str | None = None
    phone: str | None = None
    address: dict[str, Any] | None = None
    web_site_url: str | None = None
    language_tag: str | None = None
    default_currency_iso: str | None = None
    business_hours: list[WorkHours] | None = None
    scheduling_policy: SchedulingPolicy | None = None
    booking_page_settings: dict[str, Any] | None = None


class ServiceBody(Body):
    """An appointment type to create or change. There is no ``isOnlineMeeting``: it is ``isLocationOnline``."""

    display_name: str | None = None
    description: str | None = None
    default_duration: str | None = None
    pre_buffer: str | None = None
    post_buffer: str | None = None
    default_location: Location | None = None
    default_price: float | None = None
    default_price_type: PriceType | None = None
    default_reminders: list[Reminder] | None = None
    is_location_online: bool | None = None
    is_anonymous_join_enabled: bool | None = None
    sms_notifications_enabled: bool | None = None
    maximum_attendees_count: int | None = None
    staff_member_ids: list[str] | None = None
    scheduling_policy: SchedulingPolicy | None = None
    custom_questions: list[dict[str, Any]] | None = None
    is_hidden_from_customers: bool | None = None
    is_customer_allowed_to_manage_booking: bool | None = None
    language_tag: str | None = None
    notes: str | None = None
    additional_information: str | None = None


class StaffBody(Body):
    """A staff member to add or change."""

    display_name: str | None = None
    email_address: str | None = None
    role: StaffRole | None = None
    time_zone: str | None = None
    use_business_hours: bool | None = None
    working_hours: list[WorkHours] | None = None
    availability_is_affected_by_personal_calendar: bool | None = None
    is_email_notification_enabled: bool | None = None


class CustomerBody(Body):
    """A customer to add or change."""

    display_name: str | None = None
    email_address: str | None = None
    phones: list[dict[str, Any]] | None = None
    addresses: list[dict[str, Any]] | None = None


class QuestionBody(Body):
    """A question asked of customers."""

    display_name: str | None = None
    answer_input_type: Literal["text", "radioButton"] | None = None
    answer_options: list[str] | None = None


class CustomerInformation(Body):
    """A customer in an appointment. Declared as a base type, so each carries its ``@odata.type``."""

    customer_id: str | None = None
    name: str | None = None
    email_address: str | None = None
    phone: str | None = None
    notes: str | None = None
    location: Location | None = None
    time_zone: str | None = None
    custom_question_answers: list[dict[str, Any]] | None = None


class AppointmentBody(Body):
    """An appointment to create or change, with v1.0's names."""

    id: str | None = None
    start_date_time: DateTimeTimeZone | None = None
    end_date_time: DateTimeTimeZone | None = None
    duration: str | None = None
    service_id: str | None = None
    service_name: str | None = None
    service_location: Location | None = None
    service_notes: str | None = None
    staff_member_ids: list[str] | None = None
    customers: list[CustomerInformation] | None = None
    customer_name: str | None = None
    customer_email_address: str | None = None
    customer_phone: str | None = None
    customer_notes: str | None = None
    customer_time_zone: str | None = None
    filled_attendees_count: int | None = None
    maximum_attendees_count: int | None = None
    is_location_online: bool | None = None
    sms_notifications_enabled: bool | None = None
    opt_out_of_customer_email: bool | None = None
    pre_buffer: str | None = None
    post_buffer: str | None = None
    price: float | None = None
    price_type: PriceType | None = None
    reminders: list[Reminder] | None = None
    appointment_label: str | None = None
    is_customer_allowed_to_manage_booking: bool | None = None
    additional_information: str | None = None
    self_service_appointment_id: str | None = None


class CancelAppointmentBody(Body):
    """What customers are told."""

    cancellation_message: str | None = None


class AvailabilityBody(Body):
    """A question about staff; start and end may name different zones."""

    staff_ids: list[str]
    start_date_time: DateTimeTimeZone
    end_date_time: DateTimeTimeZone
