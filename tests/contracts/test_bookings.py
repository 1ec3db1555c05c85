"""What only the Bookings backend promises."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.graph.bookings import BookingsCalendar
from bot.graph.emulator.bookings_world import BookingPolicy, BookingStaff
from bot.graph.emulator.demo import demo_world
from bot.graph.emulator.faults import Fault
from bot.graph.emulator.parts import User
from bot.graph.emulator.world import World
from bot.graph.identity import acting_as
from bot.visits.errors import CalendarBusy, CalendarRefused, CalendarUnreadable
from bot.visits.models.objections import PlaceRules
from bot.visits.models.slots import Slot
from tests.clock import HandClock
from tests.contracts.conftest import BUSINESS, NOW, Office, world_for
from tests.personas import JORDAN, KIM

Open = Callable[..., Office]


@pytest.fixture
def clinic(open_office: Open) -> Office:
    return open_office("bookings", "app")


def business_with(**changes: Any) -> World:
    """The demo world whose business is changed."""
    world = world_for("bookings")
    (business,) = world.businesses
    return world.model_copy(update={"businesses": (business.model_copy(update=changes),)})


def appointments(office: Office) -> list[Any]:
    return list(office.played.state.businesses[BUSINESS].appointments.values())


def bookings(office: Office) -> BookingsCalendar:
    found = office.edge.calendar.bookings
    assert found is not None
    return found


async def test_the_type_is_a_service_and_the_client_a_customer(clinic: Office) -> None:
    await clinic.booked()
    (body,) = clinic.posts("/appointments")
    (customer,) = body["customers"]
    assert customer["@odata.type"] == "#microsoft.graph.bookingCustomerInformation"
    assert (customer["name"], customer["phone"]) == ("Ana Ruiz", "+12065550142")
    (made,) = appointments(clinic)
    assert made.content["serviceName"] == "Follow-up"


async def test_exactly_one_of_us_and_bookings_writes_to_the_client(open_office: Open) -> None:
    ours, theirs = open_office("bookings", "app"), open_office("bookings", "app", bookings_tells="bookings")
    mine, other = await ours.booked(), await theirs.booked()
    assert ours.played.state.mails == []
    assert ours.played.state.sms == []
    assert [each.to for each in theirs.played.state.mails] == ["ana.ruiz@example.com"]
    assert [each.type for each in theirs.played.state.sms] == ["confirmation"]
    await ours.calendar.send_sms(mine, "confirmation")
    with pytest.raises(CalendarRefused) as raised:
        await theirs.calendar.send_sms(other, "confirmation")
    assert raised.value.reason == "bookings_tells"
    assert (ours.edge.calendar.features.sms, theirs.edge.calendar.features.sms) == (True, False)


async def test_an_appointment_made_behind_an_error_is_found_and_not_made_again(open_office: Open) -> None:
    office = open_office("bookings", "app")
    office.played.faults.add(Fault(method="POST", path="/appointments$", drop_after_commit=True))
    visit = office.visit()
    entry = await office.calendar.add(visit, request_id="r")
    assert entry.event_id.endswith(appointments(office)[0].id)
    await office.calendar.add(visit, request_id="r")
    assert len(appointments(office)) == 1


async def test_a_taken_slot_is_refused_in_words_though_bookings_says_500(clinic: Office) -> None:
    first = await clinic.booked()
    with pytest.raises(CalendarRefused) as raised:
        await clinic.calendar.add(clinic.visit(starts_at=first.starts_at), request_id="r2")
    assert raised.value.reason == "bookings_taken"
    assert len(appointments(clinic)) == 1


async def test_a_500_although_it_was_made_is_a_booking(clinic: Office) -> None:
    clinic.played.world.switches.bookings_conflict = "500-after-create"
    first = await clinic.booked()
    second = clinic.visit(starts_at=first.starts_at)
    entry = await clinic.calendar.add(second, request_id="r2")
    assert entry.event_id != first.event_id
    assert len(appointments(clinic)) == 2


async def test_an_error_without_a_trace_is_tried_again_later(clinic: Office) -> None:
    clinic.played.faults.add(Fault(method="POST", path="/appointments$", status=500))
    with pytest.raises(CalendarBusy):
        await clinic.calendar.add(clinic.visit(), request_id="r")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"starts_at": datetime(2026, 9, 5, 18, tzinfo=UTC)}, "bookings_closed"),
        ({"starts_at": datetime(2026, 9, 4, 4, tzinfo=UTC)}, "bookings_hours"),
        ({"duration": timedelta(minutes=20)}, "bookings_length"),
        ({"starts_at": datetime(2027, 12, 1, 18, tzinfo=UTC)}, "bookings_advance"),
        ({"type_name": "Palm reading"}, "bookings_no_service"),
    ],
)
async def test_a_rule_is_told_before_bookings_refuses(clinic: Office, changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(CalendarRefused) as raised:
        await clinic.calendar.add(clinic.visit(**changes), request_id="r")
    assert raised.value.reason == reason
    assert clinic.posts("/appointments") == []


@pytest.mark.parametrize(("identity", "can_override"), [("app", False), ("delegated", True)])
async def test_the_day_of_notice_of_a_new_business_is_told_before_it_is_booked(
    open_office: Open, identity: str, can_override: bool
) -> None:
    office = open_office("bookings", identity, world=business_with(policy=BookingPolicy()))
    slot = Slot(starts_at=office.clock.now() + timedelta(hours=3), duration=timedelta(minutes=30))
    with acting_as(JORDAN.object_id):
        rules = await office.calendar.place_rules("Follow-up", office.kim, "America/Los_Angeles")
    (found,) = rules(slot, office.clock.now())
    assert (found.code, found.facts["notice_minutes"]) == ("bookings_lead_time", "1440")
    assert found.can_override is can_override


async def test_nothing_goes_over_what_bookings_calls_busy_where_the_app_books(open_office: Open) -> None:
    alone, signed_in = open_office("bookings", "app"), open_office("bookings", "delegated")
    noon = datetime(2026, 9, 3, 19, tzinfo=UTC)
    for office, expected in ((alone, {"lunch": True, "visit": True}), (signed_in, {"lunch": False, "visit": True})):
        with acting_as(JORDAN.object_id):
            visit = await office.booked()
            busy = (await office.calendar.busy([office.kim], noon, visit.ends_at))[office.kim.id]
        said = [each for each in busy if not each.is_event]
        firm = {"lunch" if each.starts_at == noon else "visit": each.is_firm for each in said}
        assert firm == expected


class Held:
    """Holds every delayed answer back until it is let go."""

    def __init__(self) -> None:
        self._goes_on = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        await self._goes_on.wait()

    def let_go(self) -> None:
        self._goes_on.set()


def readings(office: Office) -> list[str]:
    """What of the business was asked for, call by call."""
    paths = (each.path for each in office.played.state.requests)
    return sorted(path.rpartition("/")[2] for path in paths if path.endswith((BUSINESS, "/services", "/staffMembers")))


async def rules_within(seconds: float, office: Office) -> PlaceRules:
    async with asyncio.timeout(seconds):
        return await office.calendar.place_rules("Follow-up", office.kim, "America/Los_Angeles")


async def test_a_catalog_slower_than_the_deadline_is_read_to_its_end_and_by_all_together(open_office: Open) -> None:
    held = Held()
    office = open_office("bookings", "app", sleep=held.sleep)
    office.played.faults.add(Fault(method="GET", path="/bookingBusinesses/", delay_s=1, times=3))
    for _ in range(3):
        with pytest.raises(TimeoutError):
            await rules_within(0.01, office)
    held.let_go()
    slot = office.visit().slot
    for rules in await asyncio.gather(rules_within(30, office), rules_within(30, office)):
        assert rules(slot, office.clock.now()) == ()
    assert readings(office) == [BUSINESS, "services", "staffMembers"]


async def test_an_old_catalog_is_served_while_a_new_one_is_read_but_none_of_hours_ago(open_office: Open) -> None:
    held, clock = Held(), HandClock(NOW)
    office = open_office("bookings", "app", sleep=held.sleep, clock=clock)
    first = await bookings(office).catalog()
    office.played.faults.add(Fault(method="GET", path="/bookingBusinesses/", delay_s=1, times=3))
    clock.advance(minutes=6)
    assert await bookings(office).catalog() is first
    clock.advance(hours=2)
    held.let_go()
    assert (await bookings(office).catalog()).read_at == clock.now()
    assert readings(office) == [BUSINESS, BUSINESS, "services", "services", "staffMembers", "staffMembers"]


async def test_a_start_waits_for_no_catalog_and_the_first_visit_finds_it_read(open_office: Open) -> None:
    held = Held()
    office = open_office("bookings", "app", sleep=held.sleep)
    office.played.faults.add(Fault(method="GET", path="/bookingBusinesses/", delay_s=1, times=3))
    await office.edge.calendar.begin()
    held.let_go()
    await bookings(office).catalog()
    assert readings(office) == [BUSINESS, "services", "staffMembers"]


async def test_a_reading_that_failed_is_begun_anew_by_the_next_who_asks(open_office: Open) -> None:
    office = open_office("bookings", "app")
    office.played.faults.add(Fault(method="GET", path="/bookingBusinesses/", status=404, times=3))
    with pytest.raises(CalendarRefused):
        await bookings(office).catalog()
    assert (await bookings(office).catalog()).known(office.kim) is not None


async def test_other_places_have_no_rules_of_their_own(open_office: Open) -> None:
    office = open_office("outlook", "app")
    rules = await office.calendar.place_rules("Palm reading", office.kim, "America/Los_Angeles")
    assert rules(Slot(starts_at=office.clock.now(), duration=timedelta(hours=9)), office.clock.now()) == ()


async def test_somebody_outside_the_business_cannot_be_booked(open_office: Open) -> None:
    (business,) = demo_world().businesses
    others = tuple(each for each in business.staff if each.mailbox != "min.kim@contoso.example")
    office = open_office("bookings", "app", world=business_with(staff=others))
    with pytest.raises(CalendarRefused) as raised:
        await office.calendar.add(office.visit(), request_id="r")
    assert raised.value.reason == "bookings_no_staff"


async def test_a_signed_in_administrator_may_overrule_what_the_app_must_keep(open_office: Open) -> None:
    office = open_office("bookings", "delegated")
    saturday = datetime(2026, 9, 5, 18, tzinfo=UTC)
    await office.calendar.add(office.visit(starts_at=saturday), request_id="r")
    assert len(appointments(office)) == 1


async def test_an_app_that_may_not_cancel_deletes(clinic: Office) -> None:
    visit = await clinic.booked()
    clinic.played.world.switches.bookings_cancel_app_only = "deny"
    await clinic.calendar.cancel(visit, "Closed")
    assert appointments(clinic)[0].gone_at is not None


@pytest.mark.parametrize("key", ["value", "staffAvailabilityItem"])
async def test_both_envelopes_of_availability_are_read(clinic: Office, key: str) -> None:
    clinic.played.world.switches.staff_availability_key = key  # type: ignore[assignment]
    visit = await clinic.booked()
    busy = await clinic.calendar.busy([clinic.kim], visit.starts_at, visit.ends_at)
    assert any(each.starts_at == visit.starts_at and each.status == "busy" for each in busy[clinic.kim.id])


async def test_what_only_outlook_knows_is_busy_too(clinic: Office) -> None:
    noon = datetime(2026, 9, 3, 19, tzinfo=UTC)
    busy = await clinic.calendar.busy([clinic.kim], noon, noon + timedelta(hours=1))
    assert busy[clinic.kim.id]


async def test_a_business_that_cannot_be_read_is_not_free(clinic: Office) -> None:
    clinic.played.faults.add(Fault(path="getStaffAvailability", status=403, times=9))
    with pytest.raises(CalendarUnreadable):
        await clinic.calendar.busy([clinic.kim], clinic.clock.now(), clinic.clock.now() + timedelta(hours=8))


async def test_the_meeting_is_whose_the_join_url_says(open_office: Open) -> None:
    office = open_office("bookings", "app")
    office.played.world.switches.bookings_organizer = "business"
    visit = await office.booked()
    mailbox = office.played.state.businesses[BUSINESS].mailbox
    assert office.played.state.requests[-1].path == f"/v1.0/users/{mailbox.id}/onlineMeetings"
    await office.calendar.send_sms(visit, "confirmation")


async def test_a_person_can_choose_among_the_businesses(open_office: Open) -> None:
    office = open_office("bookings", "delegated")
    with acting_as(JORDAN.object_id):
        assert [(each.id, each.display_name) for each in await bookings(office).businesses()] == [
            (BUSINESS, "Contoso Clinic")
        ]


async def test_a_visit_stays_in_the_business_that_holds_it(clinic: Office) -> None:
    visit = await clinic.booked(backend=f"bookings:{BUSINESS}")
    assert visit.event_id is not None
    assert visit.event_id.startswith(f"{BUSINESS}|")
    assert await clinic.calendar.read(visit) is not None


async def test_more_staff_than_the_queue_can_show_is_noticed(open_office: Open) -> None:
    nurses = [User(id=f"n{n}", name=f"Nurse {n}", mailbox=f"nurse{n}@contoso.example") for n in range(101)]
    world = business_with(staff=tuple(BookingStaff(mailbox=each.mailbox) for each in nurses))
    world.switches.page_size = 200
    office = open_office("bookings", "app", world=world.model_copy(update={"users": (*world.users, *nurses)}))
    await bookings(office).catalog()
    assert list(office.edge.calendar.notices) == ["bookings_too_many_staff"]


async def test_a_role_nobody_knows_breaks_nothing(clinic: Office) -> None:
    await bookings(clinic).catalog()
    for member in clinic.played.state.businesses[BUSINESS].staff_members.values():
        member["role"] = "unknownFutureValue"
    visit = await clinic.booked()
    assert visit.organizer.id == KIM.object_id
