"""Businesses, services, staff, customers and questions.

Source: learn.microsoft.com/graph/api/bookingbusiness-list, -get, -update, -publish, -list-services, -post-services,
-list-staffmembers, -post-staffmembers, -list-customers, -post-customers, -list-customquestions
"""

import uuid
from dataclasses import dataclass
from typing import Any

from bot.graph.emulator.bodies import Body, parse
from bot.graph.emulator.bookings_access import (
    CREATE_BUSINESS,
    CUSTOMERS,
    LIST,
    MANAGE,
    READ,
    WRITE,
    business_of,
    permit_catalog_write,
)
from bot.graph.emulator.bookings_bodies import BusinessBody, CustomerBody, QuestionBody, ServiceBody, StaffBody
from bot.graph.emulator.bookings_world import BookingBusiness, Business, opened
from bot.graph.emulator.exchange import Answer, Call, bad_request, not_found
from bot.graph.emulator.lacking import known, lacks
from bot.graph.emulator.moments import stamp
from bot.graph.emulator.paging import page
from bot.graph.emulator.routing import NOT_CHINA, Handler, Needs, Route
from bot.graph.emulator.state import State
from bot.graph.emulator.world import World

EVOLVED_ROLES = {"scheduler", "teamMember"}
MOST_STAFF = 100


@dataclass(frozen=True)
class Shelf:
    """One of a business's collections: its path, where it is kept, what may be sent, who may do what."""

    path: str
    kept: str
    body: type[Body]
    kind: str
    required: tuple[str, ...]
    defaults: dict[str, Any]
    list_needs: Needs
    read_needs: Needs
    write_needs: Needs
    odata_type: str | None = None
    patch_shows: bool = False
    only_by_id: tuple[str, ...] = ()


SHELVES = (
    Shelf(
        "services",
        "services",
        ServiceBody,
        "bookingService",
        ("displayName",),
        {
            "defaultDuration": "PT1H",
            "preBuffer": "PT0S",
            "postBuffer": "PT0S",
            "staffMemberIds": [],
            "schedulingPolicy": None,
        },
        READ,
        READ,
        WRITE,
        only_by_id=("defaultReminders",),
    ),
    Shelf(
        "staffMembers",
        "staff_members",
        StaffBody,
        "bookingStaffMember",
        ("displayName", "emailAddress", "role"),
        {
            "useBusinessHours": True,
            "isEmailNotificationEnabled": True,
            "availabilityIsAffectedByPersonalCalendar": True,
            "membershipStatus": "active",
            "workingHours": [],
        },
        READ,
        READ,
        WRITE,
        odata_type="#microsoft.graph.bookingStaffMember",
    ),
    Shelf(
        "customers",
        "customers",
        CustomerBody,
        "bookingCustomer",
        ("displayName",),
        {"phones": [], "addresses": []},
        LIST,
        READ,
        CUSTOMERS,
        odata_type="#microsoft.graph.bookingCustomer",
        patch_shows=True,
    ),
    Shelf(
        "customQuestions",
        "questions",
        QuestionBody,
        "bookingCustomQuestion",
        ("displayName",),
        {"answerInputType": "text", "answerOptions": []},
        LIST,
        READ,
        WRITE,
    ),
)


class CatalogArea:
    """Everything under ``/solutions/bookingBusinesses`` but appointments; in beta also ``/bookingBusinesses``."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    def routes(self) -> list[Route]:
        """The businesses' own routes and four for each shelf."""
        root, one = "bookingBusinesses", "bookingBusinesses/{business}"
        found = [
            *everywhere("GET", root, self.every, LIST),
            *everywhere("POST", root, self.create, CREATE_BUSINESS),
            *everywhere("GET", one, self.read, READ),
            *everywhere("PATCH", one, self.update, WRITE),
            *everywhere("DELETE", one, self.delete, MANAGE),
            *everywhere("POST", f"{one}/publish", lambda call: self.publish(call, True), MANAGE),
            *everywhere("POST", f"{one}/unpublish", lambda call: self.publish(call, False), MANAGE),
        ]
        for shelf in SHELVES:
            found += self._shelf_routes(shelf, f"{one}/{shelf.path}")
        return found

    def every(self, call: Call) -> Answer:
        """The businesses of the tenant; an app needs more than the appointments permission."""
        rows = [known(self._world, "bookingBusiness", each.content) for each in self._state.businesses.values()]
        return page(self._world, call, rows, "bookingBusinesses")

    def create(self, call: Call) -> Answer:
        """201, delegated only. A new business is open weekdays 8 to 17 and takes nothing on the same day."""
        wanted = parse(BusinessBody, call.body, kind="bookingBusiness", lacks=lacks(self._world, "bookingBusiness"))
        if not wanted.display_name:
            raise bad_request("displayName is required.")
        name = f"{''.join(c for c in wanted.display_name if c.isalnum())}@{self._world.domain}"
        business = opened(BookingBusiness(id=name, name=wanted.display_name), self._world.users, call.now)
        business.content |= {"isPublished": False, "publicUrl": None, **_sent(wanted)}
        self._state.businesses[name] = business
        return self._shown(call, known(self._world, "bookingBusiness", business.content), "bookingBusinesses", 201)

    def read(self, call: Call) -> Answer:
        """200."""
        return self._shown(
            call, known(self._world, "bookingBusiness", self._business(call).content), "bookingBusinesses", 200
        )

    def update(self, call: Call) -> Answer:
        """204 without a body (the beta page of 2021; no later page says)."""
        business = self._business(call, writes=True)
        wanted = parse(BusinessBody, call.body, kind="bookingBusiness", lacks=lacks(self._world, "bookingBusiness"))
        sent = _sent(wanted)
        policy = {**business.content["schedulingPolicy"], **(sent.pop("schedulingPolicy", None) or {})}
        business.content |= {**sent, "schedulingPolicy": policy, "lastUpdatedDateTime": stamp(call.now)}
        return Answer(204)

    def delete(self, call: Call) -> Answer:
        """204."""
        del self._state.businesses[self._business(call, writes=True).id]
        return Answer(204)

    def publish(self, call: Call, published: bool) -> Answer:
        """204."""
        self._business(call, writes=True).content["isPublished"] = published
        return Answer(204)

    # --- shelves ------------------------------------------------------------------------------------

    def _shelf_routes(self, shelf: Shelf, path: str) -> list[Route]:
        def listing(call: Call) -> Answer:
            rows = [self._listed(shelf, each, call) for each in self._kept(shelf, self._business(call)).values()]
            return page(self._world, call, rows, f"bookingBusinesses('{call['business']}')/{shelf.path}")

        def reading(call: Call) -> Answer:
            return self._shown(call, self._masked(shelf, self._item(shelf, call), call), shelf.path, 200)

        def adding(call: Call) -> Answer:
            self._permit_write(shelf, call)
            kept = self._kept(shelf, self._business(call, writes=True))
            item = self._new(shelf, call)
            kept[item["id"]] = item
            return self._shown(call, self._masked(shelf, item, call), shelf.path, 201)

        def changing(call: Call) -> Answer:
            self._permit_write(shelf, call)
            self._business(call, writes=True)
            item = self._item(shelf, call)
            item |= {
                **self._wanted(shelf, call),
                "lastUpdatedDateTime": stamp(call.now),
            }
            return (
                self._shown(call, self._masked(shelf, item, call), shelf.path, 200)
                if shelf.patch_shows
                else Answer(204)
            )

        def removing(call: Call) -> Answer:
            self._permit_write(shelf, call)
            kept = self._kept(shelf, self._business(call, writes=True))
            del kept[self._item(shelf, call)["id"]]
            return Answer(204)

        one = f"{path}/{{item}}"
        return [
            *everywhere("GET", path, listing, shelf.list_needs),
            *everywhere("GET", one, reading, shelf.read_needs),
            *everywhere("POST", path, adding, shelf.write_needs),
            *everywhere("PATCH", one, changing, shelf.write_needs),
            *everywhere("DELETE", one, removing, shelf.write_needs),
        ]

    def _permit_write(self, shelf: Shelf, call: Call) -> None:
        if shelf.write_needs is WRITE:
            permit_catalog_write(self._world, call)

    def _kept(self, shelf: Shelf, business: Business) -> dict[str, dict[str, Any]]:
        kept: dict[str, dict[str, Any]] = getattr(business, shelf.kept)
        return kept

    def _listed(self, shelf: Shelf, item: dict[str, Any], call: Call) -> dict[str, Any]:
        shown = self._masked(shelf, item, call)
        return {name: [] if name in shelf.only_by_id else value for name, value in shown.items()}

    def _item(self, shelf: Shelf, call: Call) -> dict[str, Any]:
        found = self._kept(shelf, self._business(call)).get(call["item"])
        if found is None:
            raise not_found(f"The {shelf.kind} was not found.", "ErrorItemNotFound")
        return found

    def _wanted(self, shelf: Shelf, call: Call) -> dict[str, Any]:
        """What was sent. A shelf that the schema declares by an abstract base wants to be told the type."""
        sent = _sent(parse(shelf.body, call.body, kind=shelf.kind, lacks=lacks(self._world, shelf.kind)))
        if shelf.odata_type and call.body.get("@odata.type") != shelf.odata_type:
            raise bad_request("Cannot create an abstract class.")
        return sent

    def _new(self, shelf: Shelf, call: Call) -> dict[str, Any]:
        sent = self._wanted(shelf, call)
        missing = [each for each in shelf.required if not sent.get(each)]
        if missing:
            raise bad_request(f"{missing[0]} is required.")
        marked = {"@odata.type": shelf.odata_type} if shelf.odata_type else {}
        made = {"createdDateTime": stamp(call.now), "lastUpdatedDateTime": stamp(call.now)}
        return {**marked, "id": str(uuid.uuid4()), **shelf.defaults, **sent, **made}

    def _masked(self, shelf: Shelf, item: dict[str, Any], call: Call) -> dict[str, Any]:
        """Roles added later show as ``unknownFutureValue`` unless the caller prefers to see them."""
        shown = known(self._world, shelf.kind, item)
        evolved = shelf.path == "staffMembers" and item.get("role") in EVOLVED_ROLES
        if evolved and "include-unknown-enum-members" not in call.preferences():
            shown["role"] = "unknownFutureValue"
        return shown

    def _business(self, call: Call, *, writes: bool = False) -> Business:
        return business_of(self._world, self._state, call, writes=writes)

    def _shown(self, call: Call, item: dict[str, Any], entity: str, status: int) -> Answer:
        context = f"{self._world.cloud.graph}/{call.version}/$metadata#{entity}/$entity"
        return Answer(status, {"@odata.context": context, **item})


def everywhere(method: str, path: str, handler: Handler, needs: Needs) -> list[Route]:
    """A Bookings route at both its roots: ``/solutions/…``, and bare in beta."""
    return [
        Route(method, f"solutions/{path}", handler, needs, clouds=NOT_CHINA),
        Route(method, path, handler, needs, versions=("beta",), clouds=NOT_CHINA),
    ]


def _sent(body: Body) -> dict[str, Any]:
    return body.model_dump(by_alias=True, exclude_unset=True)
