"""When Bookings' staff can be booked, stretch by stretch.

Source: learn.microsoft.com/graph/api/bookingbusiness-getstaffavailability
"""

from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from bot.graph.emulator import bookings_rules as rules
from bot.graph.emulator.bodies import parse
from bot.graph.emulator.bookings_access import AVAILABILITY, business_of
from bot.graph.emulator.bookings_bodies import AvailabilityBody
from bot.graph.emulator.bookings_catalog import everywhere
from bot.graph.emulator.bookings_world import Business
from bot.graph.emulator.exchange import Answer, Call, bad_request
from bot.graph.emulator.moments import LONGEST_VIEW, read
from bot.graph.emulator.routing import Route
from bot.graph.emulator.schedule import taken
from bot.graph.emulator.state import State
from bot.graph.emulator.world import World
from bot.graph.emulator.zone_words import display_name


class AvailabilityArea:
    """``…/getStaffAvailability``."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    def routes(self) -> list[Route]:
        """At both roots."""
        path = "bookingBusinesses/{business}/getStaffAvailability"
        return list(everywhere("POST", path, self.availability, AVAILABILITY))

    def availability(self, call: Call) -> Answer:
        """200, an app alone. Items cover the stretch; zones in the answer are display names."""
        business = business_of(self._world, self._state, call)
        wanted = parse(AvailabilityBody, call.body, kind="getStaffAvailability", action=True)
        since, until = read(wanted.start_date_time), read(wanted.end_date_time)
        if not since < until <= since + LONGEST_VIEW:
            raise bad_request("The end must be after the start, and not too long after it.")
        rows = [
            availability_json(self._world, self._state, business, each, since, until)
            for each in wanted.staff_ids
            if each in business.staff_members
        ]
        context = (
            f"{self._world.cloud.graph}/{call.version}/$metadata#Collection(microsoft.graph.staffAvailabilityItem)"
        )
        return Answer(200, {"@odata.context": context, self._world.switches.staff_availability_key: rows})


def availability_json(
    world: World, state: State, business: Business, staff_id: str, since: datetime, until: datetime
) -> dict[str, Any]:
    """One staff member's stretches: out of office outside hours, busy where something is, available elsewhere."""
    zone, label = rules.zone_of_business(business), display_name(business.mailbox.time_zone)
    user = world.user(business.staff_members[staff_id]["emailAddress"])
    own = taken(state, user, since, until, but_business=business.id) if user else []
    booked = [
        (*rules.guarded(each), str(each.content["serviceId"]))
        for each in business.appointments.values()
        if each.gone_at is None and staff_id in each.staff_ids
    ]
    busy = booked + [(starts, ends, "") for starts, ends, status, _ in own if status != "free"]
    spans = rules.open_spans(business, staff_id, since, until)
    edges = {since, until}
    edges.update(edge for opens, closes in spans for edge in (opens, closes))
    edges.update(edge for starts, ends, _ in busy for edge in (starts, ends))
    cuts = sorted(each.astimezone(UTC) for each in edges if since <= each <= until)
    items: list[dict[str, Any]] = []
    for start, end in pairwise(cuts):
        service = next((each[2] for each in busy if each[0] < end and each[1] > start), None)
        is_open = any(opens < end and closes > start for opens, closes in spans)
        status = "busy" if service is not None and is_open else "available" if is_open else "outOfOffice"
        if items and (items[-1]["status"], items[-1]["serviceId"]) == (status, service or ""):
            items[-1]["endDateTime"] = _local(end, zone, label)
            continue
        items.append(
            {
                "status": status,
                "startDateTime": _local(start, zone, label),
                "endDateTime": _local(end, zone, label),
                "serviceId": service or "",
            }
        )
    return {"staffId": staff_id, "availabilityItems": items}


def _local(moment: datetime, zone: Any, label: str) -> dict[str, str]:
    return {"dateTime": moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S.0000000"), "timeZone": label}
