"""Every part of Graph the emulator knows, the calendar apart."""

from collections.abc import Callable

from bot.graph.emulator.attendance import AttendanceArea
from bot.graph.emulator.bookings import BookingsArea
from bot.graph.emulator.bookings_availability import AvailabilityArea
from bot.graph.emulator.bookings_catalog import CatalogArea
from bot.graph.emulator.courier import Courier
from bot.graph.emulator.directory import DirectoryArea
from bot.graph.emulator.mail import MailArea
from bot.graph.emulator.meeting_times import MeetingTimesArea
from bot.graph.emulator.meetings import MeetingArea
from bot.graph.emulator.retired import RetiredArea
from bot.graph.emulator.schedule import ScheduleArea
from bot.graph.emulator.state import State
from bot.graph.emulator.subscriptions import SubscriptionArea
from bot.graph.emulator.visit_link import VisitLinkArea
from bot.graph.emulator.world import World


def areas(world: World, state: State, courier: Courier, visit_base: Callable[[], str | None]) -> list[object]:
    """One object per area; each declares its routes."""
    return [
        ScheduleArea(world, state),
        MeetingTimesArea(world, state),
        MeetingArea(world, state, visit_base),
        VisitLinkArea(world, state),
        RetiredArea(world, state),
        CatalogArea(world, state),
        BookingsArea(world, state, visit_base),
        AvailabilityArea(world, state),
        AttendanceArea(world, state),
        SubscriptionArea(world, state, courier),
        MailArea(state),
        DirectoryArea(world),
    ]
