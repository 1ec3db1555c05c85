"""Who may do what in Bookings, and which business a path means.

Source: microsoftgraph/microsoft-graph-devx-content permissions.json (2026), and the permission tables of the
bookingBusiness pages
"""

from bot.graph.emulator.bookings_world import Business
from bot.graph.emulator.exchange import Call, GraphError, not_found
from bot.graph.emulator.routing import Needs
from bot.graph.emulator.state import State
from bot.graph.emulator.world import World

_READ, _WRITE, _MANAGE = "Bookings.Read.All", "Bookings.ReadWrite.All", "Bookings.Manage.All"
_APPOINTMENTS = "BookingsAppointment.ReadWrite.All"
_EVERY = (_APPOINTMENTS, _READ, _WRITE, _MANAGE)

LIST = Needs(_EVERY, (_READ, _WRITE, _MANAGE))
READ = Needs(_EVERY, _EVERY)
WRITE = Needs((_WRITE, _MANAGE), (_WRITE, _MANAGE))
MANAGE = Needs((_MANAGE,), (_MANAGE,))
CREATE_BUSINESS = Needs((_MANAGE,), ())
CUSTOMERS = Needs((_APPOINTMENTS, _WRITE, _MANAGE), (_APPOINTMENTS, _WRITE, _MANAGE))
APPOINTMENTS = Needs((_APPOINTMENTS, _WRITE, _MANAGE), _EVERY)
CANCEL = Needs((_APPOINTMENTS, _WRITE, _MANAGE), (_WRITE, _MANAGE))
"""An app that may delete an appointment may not cancel it, by the permission table."""
AVAILABILITY = Needs((), (_READ, _WRITE, _MANAGE, "Calendars.Read", "Calendars.ReadWrite"))

WRITERS = {"administrator", "scheduler", "teamMember"}


def business_of(world: World, state: State, call: Call, *, writes: bool = False) -> Business:
    """The business the path names. A signed-in person needs a role there; to write, more than a viewer's."""
    found = state.businesses.get(call["business"])
    if found is None:
        raise not_found("The booking business was not found.", "ErrorItemNotFound")
    if call.caller.user is not None:
        role = role_of(found, call)
        if role is None or (writes and role not in WRITERS):
            raise GraphError(403, "ErrorAccessDenied", "The user has no sufficient role in this booking calendar.")
    return found


def role_of(business: Business, call: Call) -> str | None:
    """The signed-in person's role in a business; None for an app alone and for strangers."""
    user = call.caller.user
    if user is None:
        return None
    for each in business.staff_members.values():
        if user.answers_to(each.get("emailAddress") or ""):
            return str(each["role"])
    return None


def permit_catalog_write(world: World, call: Call) -> None:
    """Services and staff by an app alone: allowed by the permission table of 2026, not by the pages of 2023."""
    if call.caller.is_app and world.switches.bookings_writes_app_only == "deny":
        raise GraphError(403, "Forbidden", "Application permissions are not supported for this operation.")
