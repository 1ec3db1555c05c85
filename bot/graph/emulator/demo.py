"""The demo clinic's world: four staff and a receptionist in Los Angeles, with an ordinary week in their calendars."""

from datetime import time, timedelta

from bot.graph.emulator.bookings_world import BookingBusiness, BookingPolicy, BookingService, BookingStaff
from bot.graph.emulator.parts import WEEKDAYS, Busy, User
from bot.graph.emulator.world import World

LUNCH = Busy(starts=time(12), ends=time(13), subject="Lunch", weekly=WEEKDAYS[:5])
TEAM = Busy(starts=time(8), ends=time(8, 30), subject="Team huddle", weekly=("monday",))


def _person(number: int, name: str, title: str | None, *busy: Busy) -> User:
    address = f"{name.lower().replace(' ', '.')}@contoso.example"
    return User(
        id=f"00000000-0000-4000-8000-{number:012d}",
        name=name,
        job_title=title,
        mailbox=address,
        upn=address,
        busy=busy,
    )


def demo_world() -> World:
    """A fresh copy of the demo world."""
    return World(
        users=(
            _person(
                1,
                "Min Kim",
                "Physician",
                LUNCH,
                TEAM,
                Busy(starts=time(8, 30), ends=time(9, 30), subject="Ward round", weekly=("monday", "wednesday")),
                Busy(starts=time(16), ends=time(17), subject="Charting", weekly=("tuesday",), status="tentative"),
            ),
            _person(
                2,
                "Asha Patel",
                "Physician",
                LUNCH,
                TEAM,
                Busy(starts=time(9), ends=time(10), subject="Case review", weekly=("tuesday", "thursday")),
            ),
            _person(
                3,
                "Maria Lopez",
                "Registered nurse",
                LUNCH,
                TEAM,
                Busy(starts=time(15), ends=time(15, 30), subject="Handover", weekly=WEEKDAYS[:5]),
            ),
            _person(
                4,
                "Tom Becker",
                "Physiotherapist",
                LUNCH,
                TEAM,
                Busy(
                    starts=time(8), ends=time(12), subject="At the pool", weekly=("friday",), status="workingElsewhere"
                ),
            ),
            _person(5, "Jordan Lee", "Receptionist", LUNCH),
        ),
        businesses=(_clinic(),),
    )


def _clinic() -> BookingBusiness:
    """The clinic as a booking calendar: the same types, staff and hours; the same day can be booked."""
    staff = ("min.kim", "asha.patel", "maria.lopez", "tom.becker")
    everyone = tuple(f"{name}@contoso.example" for name in staff)
    types = (
        ("Follow-up", 30),
        ("New patient", 45),
        ("Prescription renewal", 15),
        ("Lab results", 20),
        ("Physiotherapy", 60),
    )
    return BookingBusiness(
        id="clinic@contoso.example",
        name="Contoso Clinic",
        opens="08:00:00.0000000",
        closes="18:00:00.0000000",
        policy=BookingPolicy(time_slot_interval=timedelta(minutes=15), minimum_lead_time=timedelta(0)),
        services=tuple(
            BookingService(name=name, duration=timedelta(minutes=minutes), staff=everyone) for name, minutes in types
        ),
        staff=(
            *(BookingStaff(mailbox=each) for each in everyone),
            BookingStaff(mailbox="jordan.lee@contoso.example", role="administrator"),
        ),
    )
