"""What every calendar does, whichever keeps the visits and whoever is signed in."""

from datetime import timedelta

import pytest

from bot.graph.wire import zulu
from bot.visits.errors import CalendarRefused
from tests.contracts.conftest import Office


async def test_adding_makes_one_visit_with_a_join_url(office: Office) -> None:
    visit = office.visit()
    entry = await office.calendar.add(visit, request_id=f"r-{visit.id}")
    assert entry.event_id
    assert entry.join_url is None or entry.join_url.startswith("https://")


async def test_adding_twice_with_one_request_id_makes_one_event(office: Office) -> None:
    visit = office.visit()
    first = await office.calendar.add(visit, request_id=f"r-{visit.id}")
    again = await office.calendar.add(visit, request_id=f"r-{visit.id}")
    assert first.event_id == again.event_id


async def test_a_visit_is_found_by_its_own_id(office: Office) -> None:
    visit = await office.booked()
    found = await office.calendar.find(visit)
    assert found is not None
    assert found.event_id == visit.event_id


async def test_a_visit_that_was_never_added_is_not_found(office: Office) -> None:
    assert await office.calendar.find(office.visit()) is None


async def test_reading_back_gives_the_join_url(office: Office) -> None:
    visit = await office.booked()
    entry = await office.calendar.read(visit)
    assert entry is not None
    assert entry.join_url == visit.join_url


async def test_the_meeting_behind_a_visit_has_an_id(office: Office) -> None:
    visit = await office.booked()
    assert await office.calendar.meeting_of(visit) == visit.meeting_id


async def test_clients_wait_until_staff_admit_them(office: Office) -> None:
    visit = await office.booked()
    await office.calendar.keep_clients_waiting(visit)
    await office.calendar.keep_clients_waiting(visit)
    meeting = office.played.state.meetings[visit.meeting_id or ""]
    assert meeting.scope == "organization"


async def test_the_client_gets_a_link_of_their_own(office: Office) -> None:
    visit = await office.booked()
    link = await office.calendar.client_link(visit)
    assert link.startswith(("https://", "http://127.0.0.1"))  # the second is an emulator's that runs on its own
    assert link == await office.calendar.client_link(visit)


async def test_moving_changes_the_time_and_nothing_else(office: Office) -> None:
    visit = await office.booked()
    later = visit.model_copy(update={"starts_at": visit.starts_at + timedelta(hours=1), "version": 2})
    entry = await office.calendar.move(later)
    assert entry.event_id == visit.event_id
    assert entry.join_url == visit.join_url
    again = await office.calendar.move(later)
    assert again == entry


async def test_a_moved_meeting_is_at_the_new_time(office: Office) -> None:
    visit = await office.booked()
    later = visit.model_copy(update={"starts_at": visit.starts_at + timedelta(hours=1)})
    await office.calendar.move(later)
    meeting = office.played.state.meetings[visit.meeting_id or ""]
    assert (meeting.starts_at, meeting.ends_at) == (later.starts_at, later.ends_at)


async def test_inviting_twice_mails_nobody_twice(office: Office) -> None:
    state = office.played.state
    visit = await office.booked()
    await office.calendar.invite_client(visit)
    await office.calendar.invite_client(visit)
    mailed = [each.to for each in state.mails]
    assert mailed.count("ana.ruiz@example.com") <= 1


async def test_nobody_is_invited_by_adding(office: Office) -> None:
    state = office.played.state
    await office.booked()
    assert "ana.ruiz@example.com" not in [each.to for each in state.mails]


async def test_cancelling_removes_it_and_again_is_fine(office: Office) -> None:
    visit = await office.booked()
    await office.calendar.cancel(visit, "The clinic is closed")
    assert await office.calendar.read(visit) is None
    await office.calendar.cancel(visit, "The clinic is closed")


async def test_cancelling_what_was_never_added_cancels_nothing(office: Office) -> None:
    other = await office.booked()
    await office.calendar.cancel(office.visit(starts_at=other.starts_at + timedelta(days=1)))
    assert await office.calendar.read(other) is not None


async def test_whoever_calls_off_what_was_never_added_leaves_nothing_behind(office: Office) -> None:
    meetings = office.played.state.meetings
    off = office.visit(cancelled_at=office.clock.now())
    found = await office.calendar.find(off)
    if found is not None:  # some have no look-up but making it
        await office.calendar.cancel(off.model_copy(update={"event_id": found.event_id}))
    assert not [each for each in meetings.values() if each.deleted_at is None]


async def test_cancelling_after_the_invitation_works_too(office: Office) -> None:
    office.may_write_to_the_client()
    visit = await office.booked()
    await office.calendar.invite_client(visit)
    invited = visit.model_copy(update={"client_invited": True})
    await office.calendar.cancel(invited, "The clinic is closed")
    assert await office.calendar.read(invited) is None


@pytest.mark.parametrize("kind", ["confirmation", "reschedule", "cancellation"])
async def test_a_text_goes_to_the_clients_phone_in_their_zone(office: Office, kind: str) -> None:
    state = office.played.state
    visit = await office.booked()
    await office.calendar.send_sms(visit, kind)  # type: ignore[arg-type]
    (sms,) = state.sms
    assert (sms.phone, sms.time_zone, sms.type) == ("+12065550142", "Eastern Standard Time", kind)
    assert zulu(sms.starts_at) == zulu(visit.starts_at)


async def test_a_client_without_a_phone_is_not_texted(office: Office) -> None:
    visit = await office.booked()
    silent = visit.model_copy(update={"client": visit.client.model_copy(update={"phone": None})})
    with pytest.raises(CalendarRefused) as raised:
        await office.calendar.send_sms(silent, "confirmation")
    assert raised.value.reason == "no_phone"


async def test_a_booked_visit_is_busy_in_its_organizers_calendar(office: Office) -> None:
    if office.backend in ("meeting", "virtual-appointment"):
        pytest.skip("does not apply: a meeting without an event takes no time in a calendar")
    visit = await office.booked()
    busy = await office.calendar.busy([office.kim, office.patel], visit.starts_at, visit.ends_at)
    assert any(each.starts_at <= visit.starts_at and each.ends_at >= visit.ends_at for each in busy[office.kim.id])
    assert set(busy) == {office.kim.id, office.patel.id}


async def test_staff_notes_never_leave_the_clinic(office: Office) -> None:
    state = office.played.state
    visit = await office.booked()
    await office.calendar.invite_client(visit)
    assert not any("Only for staff" in str(each.body) for each in state.requests)


async def test_a_calendar_nobody_touched_has_not_drifted(office: Office) -> None:
    visit = await office.booked()
    assert await office.edge.calendar.drifts([visit]) == []


async def test_a_visit_moved_in_the_calendar_itself_is_noticed(office: Office) -> None:
    visit = await office.booked()
    later = visit.model_copy(update={"starts_at": visit.starts_at + timedelta(hours=1)})
    await office.calendar.move(later)
    (drift,) = await office.edge.calendar.drifts([visit])
    assert (drift.visit_id, drift.kind, drift.starts_at) == (visit.id, "moved", later.starts_at)


async def test_a_visit_deleted_in_the_calendar_itself_is_noticed(office: Office) -> None:
    visit = await office.booked()
    await office.calendar.cancel(visit)
    (drift,) = await office.edge.calendar.drifts([visit])
    assert (drift.kind, drift.starts_at) == ("deleted", None)


async def test_a_move_not_yet_written_is_no_drift(office: Office) -> None:
    visit = await office.booked()
    ours = visit.model_copy(update={"starts_at": visit.starts_at + timedelta(hours=3)})
    assert await office.edge.calendar.drifts([ours]) == []


async def test_each_identity_speaks_from_its_own_seat(office: Office) -> None:
    visit = await office.booked()
    await office.calendar.client_link(visit)
    paths = [each.path for each in office.played.state.requests if each.path.startswith("/v1.0")]
    seat = "/v1.0/me/" if office.identity == "delegated" else f"/v1.0/users/{visit.organizer.id}/"
    if office.backend != "bookings":
        assert paths
        assert [each for each in paths if not each.startswith(seat)] == []


async def test_a_mail_to_the_client_goes_out_once(office: Office) -> None:
    state = office.played.state
    visit = await office.booked()
    await office.edge.calendar.email_client(visit, subject="Running late", text="Ten minutes later than agreed.")
    assert len([each for each in state.requests if each.path.endswith("/sendMail")]) == 1
