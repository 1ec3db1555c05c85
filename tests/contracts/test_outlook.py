"""What only the default backend promises: events of Outlook, as the app and as a person."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.graph.emulator.demo import demo_world
from bot.graph.emulator.faults import Fault
from bot.graph.emulator.world import Cloud
from bot.graph.identity import Identities, acting_as
from bot.graph.pace import Patience
from bot.graph.wire import VISIT_PROPERTY
from bot.visits.errors import (
    CalendarBusy,
    CalendarRefused,
    CalendarUnreadable,
    OutcomeUnknown,
    SignInNeeded,
    TenantProvisioning,
)
from bot.visits.models.clinic import StaffMember
from tests.clock import HandClock
from tests.contracts.conftest import Office
from tests.personas import JORDAN, KIM

Open = Callable[..., Office]


@pytest.fixture
def outlook(open_office: Open) -> Office:
    return open_office("outlook", "app")


@pytest.fixture
def delegated(open_office: Open) -> Office:
    return open_office("outlook", "delegated")


def event_of(office: Office) -> Any:
    (event,) = office.played.state.events.values()
    return event


async def test_an_event_is_made_without_the_client(outlook: Office) -> None:
    await outlook.booked()
    (body,) = outlook.posts("/events")
    assert "attendees" not in body
    assert body["transactionId"].startswith("add-")
    assert (body["isOnlineMeeting"], body["onlineMeetingProvider"]) == (True, "teamsForBusiness")
    assert body["singleValueExtendedProperties"] == [{"id": VISIT_PROPERTY, "value": outlook.made[0].id}]


async def test_times_go_in_the_visits_zone_by_its_windows_name(outlook: Office) -> None:
    visit = outlook.visit(
        starts_at=datetime(2026, 11, 3, 2, 30, tzinfo=UTC), time_zone="Asia/Ho_Chi_Minh", duration=timedelta(minutes=45)
    )
    await outlook.calendar.add(visit, request_id="r")
    (body,) = outlook.posts("/events")
    assert body["start"] == {"dateTime": "2026-11-03T09:30:00", "timeZone": "SE Asia Standard Time"}
    assert body["end"] == {"dateTime": "2026-11-03T10:15:00", "timeZone": "SE Asia Standard Time"}


async def test_an_hour_the_clock_shows_twice_goes_as_utc(outlook: Office) -> None:
    twice = datetime(2026, 11, 1, 9, 30, tzinfo=UTC)  # the second 1:30 in Los Angeles
    visit = outlook.visit(starts_at=twice)
    await outlook.calendar.add(visit, request_id="r")
    assert outlook.posts("/events")[0]["start"] == {"dateTime": "2026-11-01T09:30:00", "timeZone": "UTC"}
    assert event_of(outlook).starts_at == twice


async def test_a_zone_without_a_windows_name_goes_as_utc(outlook: Office) -> None:
    visit = outlook.visit(time_zone="Antarctica/Troll")
    await outlook.calendar.add(visit, request_id="r")
    assert outlook.posts("/events")[0]["start"]["timeZone"] == "UTC"
    assert event_of(outlook).starts_at == visit.starts_at


async def test_the_same_request_id_with_other_content_finds_the_event_that_is_there(outlook: Office) -> None:
    visit = await outlook.booked()
    renamed = visit.model_copy(update={"client": visit.client.model_copy(update={"name": "Anna Ruiz"})})
    again = await outlook.calendar.add(renamed, request_id=f"add-{visit.id}")
    assert again.event_id == visit.event_id
    assert len(outlook.played.state.events) == 1


async def test_an_event_whose_answer_was_lost_is_found_by_its_visit(outlook: Office) -> None:
    outlook.played.faults.add(Fault(method="POST", path="/events$", drop_after_commit=True))
    visit = outlook.visit()
    with pytest.raises(OutcomeUnknown):
        await outlook.calendar.add(visit, request_id="r1")
    found = await outlook.calendar.find(visit)
    assert found is not None
    assert found.event_id == event_of(outlook).id


async def test_a_move_sends_the_times_alone(outlook: Office) -> None:
    visit = await outlook.booked()
    await outlook.calendar.move(visit)
    (patch,) = [each.body for each in outlook.played.state.requests if each.method == "PATCH"]
    assert set(patch) == {"start", "end"}


async def test_inviting_keeps_whoever_was_added_by_hand(outlook: Office) -> None:
    visit = await outlook.booked()
    event = event_of(outlook)
    event.content["attendees"] = [{"type": "optional", "emailAddress": {"address": "interpreter@example.com"}}]
    await outlook.calendar.invite_client(visit)
    assert [each["emailAddress"]["address"] for each in event.attendees] == [
        "interpreter@example.com",
        "ana.ruiz@example.com",
    ]


async def test_a_client_without_an_address_is_not_invited(outlook: Office) -> None:
    visit = await outlook.booked()
    silent = visit.model_copy(update={"client": visit.client.model_copy(update={"email": None})})
    await outlook.calendar.invite_client(silent)
    assert outlook.played.state.mails == []


async def test_an_invited_client_is_told_of_the_cancellation_with_its_reason(outlook: Office) -> None:
    visit = await outlook.booked()
    await outlook.calendar.invite_client(visit)
    await outlook.calendar.cancel(visit.model_copy(update={"client_invited": True}), "The clinic is closed")
    assert outlook.posts("/cancel") == [{"comment": "The clinic is closed"}]
    assert [each.kind for each in outlook.played.state.mails] == ["invitation", "cancellation"]


async def test_cancelling_before_anybody_was_invited_leaves_no_trace(outlook: Office) -> None:
    visit = await outlook.booked()
    await outlook.calendar.cancel(visit)
    assert outlook.posts("/cancel") == []
    assert outlook.played.state.mails == []


async def test_a_late_join_url_is_read_again(open_office: Open) -> None:
    office = open_office("outlook", "app")
    office.played.world.switches.late_join_url_reads = 1
    visit = office.visit()
    entry = await office.calendar.add(visit, request_id="r")
    assert entry.join_url is None
    visit = visit.model_copy(update={"event_id": entry.event_id})
    with pytest.raises(CalendarBusy):
        await office.calendar.meeting_of(visit)
    read = await office.calendar.read(visit)
    assert read is not None
    assert read.join_url is not None


# --- free and busy ------------------------------------------------------------------------------------


async def test_a_mailbox_that_cannot_be_read_names_its_owner(outlook: Office) -> None:
    user = outlook.played.world.user(KIM.object_id)
    assert user is not None
    user.mailbox_error = "ErrorMailRecipientNotFound"
    with pytest.raises(CalendarUnreadable) as raised:
        await outlook.calendar.busy([outlook.kim, outlook.patel], *day(outlook))
    assert raised.value.facts["staff"] == "Dr Min Kim"


async def test_free_and_busy_is_waited_for_two_seconds_and_never_taken_for_free(open_office: Open) -> None:
    office = open_office("outlook", "app", patience=Patience(at_form=0.05), sleep=for_ever)
    office.played.faults.add(Fault(path="getSchedule", delay_s=3))
    with pytest.raises(CalendarUnreadable):
        await office.calendar.busy([office.kim], *day(office))


async def test_more_than_twenty_mailboxes_are_asked_in_parts(outlook: Office) -> None:
    others = [StaffMember.model_validate({**outlook.patel.model_dump(), "id": f"x{n}"}) for n in range(23)]
    staff = [outlook.kim, *others[:19], outlook.patel, *others[19:]]
    await outlook.calendar.busy(staff, *day(outlook))
    assert [len(each["schedules"]) for each in outlook.posts("/getSchedule")] == [20, 5]


async def test_a_mailbox_that_is_gone_hides_nobody_else(outlook: Office) -> None:
    outlook.played.faults.add(Fault(path=f"{KIM.object_id}/calendar/getSchedule", status=404, times=9))
    busy = await outlook.calendar.busy([outlook.kim, outlook.patel], *day(outlook))
    assert set(busy) == {outlook.kim.id, outlook.patel.id}


async def test_lunch_is_busy_and_the_pool_is_not(outlook: Office) -> None:
    becker = outlook.kim.model_copy(
        update={"id": "00000000-0000-4000-8000-000000000004", "mailbox": "tom.becker@contoso.example"}
    )
    friday = datetime(2026, 9, 4, 7, tzinfo=UTC)
    busy = await outlook.calendar.busy([becker], friday, friday + timedelta(days=1))
    assert [each.starts_at.hour for each in busy[becker.id]] == [19]


async def for_ever(seconds: float) -> None:
    """A pause that ends only with whoever waits for it."""
    await asyncio.Event().wait()


def day(office: Office) -> tuple[datetime, datetime]:
    return office.clock.now(), office.clock.now() + timedelta(days=1)


# --- links, texts, licences ---------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["503", "409"])
async def test_a_new_tenant_is_waited_for(open_office: Open, status: str) -> None:
    office = open_office("outlook", "app")
    office.played.world.switches.provisioning = status  # type: ignore[assignment]
    visit = await office.booked()
    with pytest.raises(TenantProvisioning) as raised:
        await office.calendar.client_link(visit)
    assert raised.value.retry_after is not None
    clock = office.clock
    assert isinstance(clock, HandClock)
    clock.advance(seconds=raised.value.retry_after + 1)
    assert await office.calendar.client_link(visit)


async def test_a_missing_licence_is_no_missing_permission(outlook: Office) -> None:
    visit = await outlook.booked()
    user = outlook.played.world.user(KIM.object_id)
    assert user is not None
    user.teams_premium = False
    outlook.played.state.meetings[visit.meeting_id or ""].organizer.teams_premium = False
    with pytest.raises(CalendarRefused) as raised:
        await outlook.calendar.send_sms(visit, "confirmation")
    assert raised.value.reason == "no_licence"


async def test_a_number_outside_the_united_states_is_refused_by_name(outlook: Office) -> None:
    visit = await outlook.booked()
    abroad = visit.client.model_copy(update={"phone": "+16045550142"})
    with pytest.raises(CalendarRefused) as raised:
        await outlook.calendar.send_sms(visit.model_copy(update={"client": abroad}), "confirmation")
    assert raised.value.reason == "number_refused"


async def test_a_zone_without_a_windows_name_is_refused_before_anything_is_sent(outlook: Office) -> None:
    visit = await outlook.booked()
    troll = visit.client.model_copy(update={"time_zone": "Antarctica/Troll"})
    with pytest.raises(CalendarRefused) as raised:
        await outlook.calendar.send_sms(visit.model_copy(update={"client": troll}), "confirmation")
    assert raised.value.reason == "zone_unknown"
    assert outlook.posts("/sendVirtualAppointmentSms") == []


async def test_a_reminder_is_sent_only_where_it_is_switched_on(open_office: Open) -> None:
    on, off = open_office("outlook", "app"), open_office("outlook", "app", reminder_sms=False)
    await on.calendar.send_sms(await on.booked(), "reminder")
    (body,) = on.posts("/sendVirtualAppointmentReminderSms")
    assert body["remindBeforeTimeInMinutesType"] == "mins15"
    with pytest.raises(CalendarRefused) as raised:
        await off.calendar.send_sms(await off.booked(), "reminder")
    assert raised.value.reason == "not_enabled"


async def test_a_client_reads_their_link_in_their_language(outlook: Office) -> None:
    visit = await outlook.booked()
    spanish = visit.client.model_copy(update={"language": "es"})
    await outlook.calendar.client_link(visit.model_copy(update={"client": spanish}))
    assert outlook.played.state.requests[-1].headers["accept-language"] == "es"


async def test_a_finished_visit_has_its_times(outlook: Office) -> None:
    visit = await outlook.booked()
    assert await outlook.edge.calendar.attendance(visit) is None
    room, clock = outlook.played.waiting_room, outlook.clock
    assert isinstance(clock, HandClock)
    meeting = outlook.played.state.meetings[visit.meeting_id or ""]
    room.staff_joins(meeting)
    clock.advance(minutes=2)
    room.enter(meeting, "A. Client")
    clock.advance(minutes=3)
    room.admit(meeting)
    clock.advance(minutes=25)
    room.end(meeting)
    attendance = await outlook.edge.calendar.attendance(visit)
    assert attendance is not None
    assert attendance.lasted == timedelta(minutes=25)
    assert attendance.ended_at - attendance.began_at == timedelta(minutes=30)
    assert attendance.clients_came


async def test_a_visit_nobody_came_to_lasted_nothing(outlook: Office) -> None:
    visit = await outlook.booked()
    meeting = outlook.played.state.meetings[visit.meeting_id or ""]
    outlook.played.waiting_room.staff_joins(meeting)
    outlook.played.waiting_room.end(meeting)
    attendance = await outlook.edge.calendar.attendance(visit)
    assert attendance is not None
    assert (attendance.lasted, attendance.clients_came) == (timedelta(0), False)


# --- who acts -----------------------------------------------------------------------------------------


async def test_a_person_books_in_their_own_calendar_and_the_staff_member_attends(delegated: Office) -> None:
    visit = await delegated.booked()
    event = event_of(delegated)
    assert event.organizer.id == JORDAN.object_id
    assert [each["emailAddress"]["address"] for each in event.attendees] == ["min.kim@contoso.example"]
    assert visit.event_id is not None
    assert visit.event_id.startswith(JORDAN.object_id)


async def test_somebody_else_moves_it_where_it_lies(delegated: Office) -> None:
    visit = await delegated.booked()
    moved = visit.model_copy(
        update={"requested_by": KIM.object_id, "starts_at": visit.starts_at + timedelta(hours=1), "version": 2}
    )
    await delegated.calendar.move(moved)
    assert event_of(delegated).starts_at == moved.starts_at


async def test_whoever_has_not_signed_in_is_asked_to(open_office: Open) -> None:
    office = open_office("outlook", "delegated")
    stranger = office.visit(requested_by="00000000-0000-4000-8000-000000000004")
    with pytest.raises(SignInNeeded) as raised:
        await office.calendar.add(stranger, request_id="r")
    assert raised.value.person == stranger.requested_by


async def test_the_app_stands_in_where_settings_let_it(open_office: Open) -> None:
    identities = Identities(calendar="delegated", visits="delegated", without_grant="app")
    office = open_office("outlook", "delegated", identities=identities)
    stranger = office.visit(requested_by="00000000-0000-4000-8000-000000000004")
    await office.calendar.add(stranger, request_id="r")
    assert office.played.state.requests[-1].path.startswith(f"/v1.0/users/{stranger.requested_by}/")


async def test_texts_can_be_a_persons_while_the_calendar_is_the_apps(open_office: Open) -> None:
    office = open_office("outlook", "app", identities=Identities(calendar="app", visits="delegated"))
    visit = await office.booked()
    with pytest.raises(SignInNeeded) as raised:
        await office.calendar.send_sms(visit, "confirmation")
    assert raised.value.person == visit.organizer.id


async def test_free_and_busy_is_read_as_whoever_asks(delegated: Office) -> None:
    with acting_as(JORDAN.object_id):
        await delegated.calendar.busy([delegated.kim], *day(delegated))
    assert delegated.played.state.requests[-1].path == "/v1.0/me/calendar/getSchedule"


async def test_a_tenant_that_refuses_the_app_its_texts_says_which_permission(open_office: Open) -> None:
    office = open_office("outlook", "app")
    office.played.world.switches.virtual_appointment_app_only = "deny"
    visit = await office.booked()
    with pytest.raises(CalendarRefused) as raised:
        await office.calendar.send_sms(visit, "confirmation")
    assert raised.value.permission == "VirtualAppointmentNotification.Send"


async def test_without_the_access_policy_the_refusal_has_the_command(open_office: Open) -> None:
    office = open_office("outlook", "app")
    office.played.world.access_policies = ()
    visit = office.visit()
    entry = await office.calendar.add(visit, request_id="r")
    visit = visit.model_copy(update={"event_id": entry.event_id, "join_url": entry.join_url})
    with pytest.raises(CalendarRefused) as raised:
        await office.calendar.meeting_of(visit)
    assert "Grant-CsApplicationAccessPolicy" in str(raised.value.facts["command"])


async def test_a_session_that_was_revoked_is_taken_up_again_with_the_claims(outlook: Office) -> None:
    await outlook.booked()
    clock = outlook.clock
    assert isinstance(clock, HandClock)
    clock.advance(seconds=5)
    outlook.played.identity.revoke(outlook.played.world.app.id)
    assert await outlook.calendar.find(outlook.made[0]) is not None


# --- clouds -------------------------------------------------------------------------------------------


async def test_in_us_government_the_client_gets_the_join_url_and_no_text(open_office: Open) -> None:
    office = in_cloud(open_office, "gcc-high", Cloud.usgov)
    visit = await office.booked()
    assert await office.calendar.client_link(visit) == visit.join_url
    assert (office.edge.calendar.features.sms, office.edge.calendar.features.client_link) == (False, False)
    with pytest.raises(CalendarRefused) as raised:
        await office.calendar.send_sms(visit, "confirmation")
    assert raised.value.reason == "not_in_cloud"


async def test_in_china_a_visit_is_a_plain_event(open_office: Open) -> None:
    office = in_cloud(open_office, "china", Cloud.china)
    visit = office.visit()
    entry = await office.calendar.add(visit, request_id="r")
    assert entry.join_url is None
    assert "isOnlineMeeting" not in office.posts("/events")[0]
    placed = visit.model_copy(update={"event_id": entry.event_id})
    await office.calendar.keep_clients_waiting(placed)
    await office.calendar.cancel(placed)


def in_cloud(open_office: Open, ours: str, theirs: Cloud) -> Office:
    return open_office("outlook", "app", cloud_name=ours, world=demo_world().model_copy(update={"cloud": theirs}))
