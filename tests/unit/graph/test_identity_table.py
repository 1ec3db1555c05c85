"""Who may make which call with what, in which clouds: the documented page, row by row, against our table.

Source: learn.microsoft.com/graph/permissions-reference, the permission tables of each operation's page, and the
per-cloud service schemas. ``-`` means that the call cannot be made so.
"""

import pytest

from bot.graph import calls
from bot.graph.calls import ALL_CALLS, Call
from bot.graph.clouds import CLOUDS
from bot.graph.identity import Identities, Identity

PAGE = """
create_or_get_meeting    OnlineMeetings.ReadWrite            OnlineMeetings.ReadWrite.All+policy          GH
find_meeting             OnlineMeetings.Read                 OnlineMeetings.Read.All+policy               GH
read_meeting             OnlineMeetings.Read                 OnlineMeetings.Read.All+policy               GH
change_meeting           OnlineMeetings.ReadWrite            OnlineMeetings.ReadWrite.All+policy          GH
delete_meeting           OnlineMeetings.ReadWrite            OnlineMeetings.ReadWrite.All+policy          GH
client_link              VirtualAppointment.Read             VirtualAppointment.Read.All+policy           G
send_sms                 VirtualAppointmentNotification.Send VirtualAppointmentNotification.Send+policy   G
send_reminder_sms        VirtualAppointmentNotification.Send VirtualAppointmentNotification.Send+policy   G
attendance_reports       OnlineMeetingArtifact.Read.All      OnlineMeetingArtifact.Read.All+policy        GH
attendance_records       OnlineMeetingArtifact.Read.All      OnlineMeetingArtifact.Read.All+policy        GH
list_businesses          Bookings.Read.All                   Bookings.Read.All                            GH
read_business            Bookings.Read.All                   BookingsAppointment.ReadWrite.All            GH
list_services            Bookings.Read.All                   BookingsAppointment.ReadWrite.All            GH
list_staff               Bookings.Read.All                   BookingsAppointment.ReadWrite.All            GH
appointments_between     Bookings.Read.All                   Bookings.Read.All                            GH
create_appointment       BookingsAppointment.ReadWrite.All   BookingsAppointment.ReadWrite.All            GH
read_appointment         Bookings.Read.All                   BookingsAppointment.ReadWrite.All            GH
change_appointment       BookingsAppointment.ReadWrite.All   BookingsAppointment.ReadWrite.All            GH
delete_appointment       BookingsAppointment.ReadWrite.All   BookingsAppointment.ReadWrite.All            GH
cancel_appointment       BookingsAppointment.ReadWrite.All   Bookings.ReadWrite.All                       GH
get_staff_availability   -                                   Bookings.Read.All                            GH
get_schedule             Calendars.ReadBasic                 Calendars.ReadBasic.All                      GHC
create_event             Calendars.ReadWrite                 Calendars.ReadWrite                          GHC
find_event               Calendars.ReadBasic                 Calendars.ReadBasic.All                      GHC
read_event               Calendars.ReadBasic                 Calendars.ReadBasic.All                      GHC
calendar_view            Calendars.ReadBasic                 Calendars.ReadBasic.All                      GHC
change_event             Calendars.ReadWrite                 Calendars.ReadWrite                          GHC
cancel_event             Calendars.ReadWrite                 Calendars.ReadWrite                          GHC
delete_event             Calendars.ReadWrite                 Calendars.ReadWrite                          GHC
send_mail                Mail.Send                           Mail.Send                                    GHC
subscribe                -                                   OnlineMeetings.Read.All                      G
renew_subscription       -                                   OnlineMeetings.Read.All                      G
reauthorize_subscription -                                   OnlineMeetings.Read.All                      G
unsubscribe              -                                   OnlineMeetings.Read.All                      G
list_subscriptions       -                                   OnlineMeetings.Read.All                      G
put_virtual_appointment     VirtualAppointment.ReadWrite     -                                            G
read_virtual_appointment    VirtualAppointment.Read          VirtualAppointment.Read.All                  G
change_virtual_appointment  VirtualAppointment.ReadWrite     -                                            G
delete_virtual_appointment  VirtualAppointment.ReadWrite     -                                            G
send_old_sms                VirtualAppointment.ReadWrite     VirtualAppointment.ReadWrite.All+policy      G
"""

ROWS = [line.split() for line in PAGE.strip().splitlines()]
BY_NAME = {each.name: each for each in ALL_CALLS}
LETTERS = {"G": "global", "H": "gcc-high", "C": "china"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_of_the_page_is_a_row_of_ours(row: list[str]) -> None:
    name, delegated, application, clouds = row
    call = BY_NAME[name]
    assert least(call.delegated) == delegated
    assert least(call.application) == application.removesuffix("+policy")
    assert call.policy == application.endswith("+policy")
    assert {letter for letter, cloud in LETTERS.items() if call.exists_in(CLOUDS[cloud])} == set(clouds)


def least(accepted: tuple[str, ...]) -> str:
    return accepted[0] if accepted else "-"


def test_no_call_is_missing_from_the_page() -> None:
    assert {row[0] for row in ROWS} == set(BY_NAME)


def test_the_department_of_defense_has_what_gcc_high_has() -> None:
    assert CLOUDS["dod"].features == CLOUDS["gcc-high"].features


@pytest.mark.parametrize(
    ("call", "settings", "identity"),
    [
        (calls.CREATE_EVENT, Identities(), "app"),
        (calls.CREATE_EVENT, Identities(calendar="delegated"), "delegated"),
        (calls.SEND_SMS, Identities(), "delegated"),
        (calls.CLIENT_LINK, Identities(), "delegated"),
        (calls.SEND_SMS, Identities(visits="app"), "app"),
        (calls.STAFF_AVAILABILITY, Identities(calendar="delegated"), "app"),
        (calls.SUBSCRIBE, Identities(calendar="delegated"), "app"),
        (calls.PUT_OLD_APPOINTMENT, Identities(calendar="app", visits="app"), "delegated"),
    ],
)
def test_settings_decide_only_where_there_is_a_choice(call: Call, settings: Identities, identity: Identity) -> None:
    assert settings.preferred(call) == identity


def test_what_no_source_settles_is_delegated_by_default() -> None:
    unsettled = [each for each in ALL_CALLS if each.unsettled]
    assert {each.name for each in unsettled} == {"client_link", "send_sms", "send_reminder_sms"}
    assert {Identities().preferred(each) for each in unsettled} == {"delegated"}


def test_only_what_cannot_be_repeated_is_marked_so() -> None:
    assert {each.name for each in ALL_CALLS if not each.repeatable} == {
        "send_sms",
        "send_reminder_sms",
        "send_old_sms",
        "send_mail",
        "create_appointment",
        "subscribe",
    }
