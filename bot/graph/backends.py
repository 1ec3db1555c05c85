"""The calendar the domain sees: each visit is kept by the backend that made it, new ones by the one in force."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.graph.bookings import BookingsCalendar
from bot.graph.clouds import Features
from bot.graph.config import Backend
from bot.graph.drift import drift_of, may_have_drifted
from bot.graph.identity import acting_business
from bot.graph.online import Attendance
from bot.graph.online_backend import VisitBackend
from bot.visits.errors import CalendarRefused
from bot.visits.models.clinic import StaffMember
from bot.visits.models.objections import PlaceRules
from bot.visits.models.slots import BusySpan
from bot.visits.models.values import StaffId
from bot.visits.models.visit import Visit
from bot.visits.ports.calendar import CalendarEntry, SmsKind
from bot.visits.ports.drift import CalendarDrift


class Backends:
    """Implements ``bot.visits.ports.calendar.Calendar`` by handing each visit to the backend its row names.

    So the setting can be switched while visits made before it still lie where they lay. Bookings is there as long as a
    business is named.
    """

    def __init__(self, in_force: Backend, makers: Mapping[Backend, Callable[[], VisitBackend]]) -> None:
        self._in_force: Backend = in_force
        self._made: dict[str, VisitBackend] = {name: make() for name, make in makers.items()}

    @property
    def backend(self) -> str:
        """What a new visit's row says: the backend, with the Bookings business a person chose."""
        business = acting_business() if self._in_force == "bookings" else None
        return f"{self._in_force}:{business}" if business else self._in_force

    @property
    def current(self) -> VisitBackend:
        """The backend in force."""
        return self._made[self._in_force]

    @property
    def features(self) -> Features:
        """What cards and help may offer."""
        return self.current.features

    @property
    def notices(self) -> Sequence[str]:
        """What an administrator should know, as keys under ``graph.notice``."""
        return self.current.notices

    @property
    def bookings(self) -> BookingsCalendar | None:
        """The Bookings backend where it is in force: for businesses to choose from, and rules to explain."""
        return self.current if isinstance(self.current, BookingsCalendar) else None

    async def begin(self) -> None:
        """Begin to read what the backend in force needs to know before its first visit; waits for no answer."""
        if self.bookings is not None:
            await self.bookings.begin()

    async def businesses(self) -> Sequence[tuple[str, str]]:
        """Name and id of each Bookings business a person can choose; none where Bookings is not in force."""
        found = await self.bookings.businesses() if self.bookings else ()
        return [(each.display_name or each.id, each.id) for each in found]

    def of(self, visit: Visit) -> VisitBackend:
        """The backend that keeps this visit. Raises CalendarRefused where settings no longer name it: an id means
        nothing to any other.
        """
        keeper = self._made.get(_name_of(visit))
        if keeper is None:
            raise CalendarRefused(409, reason="not_set_up")
        return keeper

    def keeps(self, visit: Visit) -> bool:
        """Whether the backend that keeps this visit is there."""
        return _name_of(visit) in self._made

    def features_of(self, visit: Visit) -> Features:
        """What can be done about this visit; where its backend is gone, what would be tried, to say that it is."""
        return self._keeper_or_current(visit).features

    def tells(self, visit: Visit) -> bool:
        """See the port."""
        return self._keeper_or_current(visit).tells(visit)

    def _keeper_or_current(self, visit: Visit) -> VisitBackend:
        return self._made.get(_name_of(visit), self.current)

    async def busy(
        self, staff: Sequence[StaffMember], since: datetime, until: datetime
    ) -> Mapping[StaffId, Sequence[BusySpan]]:
        """See the port."""
        return await self.current.busy(staff, since, until)

    async def place_rules(
        self, type_name: str, staff: StaffMember, time_zone: str, *, own: Visit | None = None
    ) -> PlaceRules:
        """See the port."""
        keeper = self.of(own) if own else self.current
        return await keeper.place_rules(type_name, staff, time_zone, own=own)

    async def add(self, visit: Visit, *, request_id: str) -> CalendarEntry:
        """See the port."""
        return await self.of(visit).add(visit, request_id=request_id)

    async def find(self, visit: Visit) -> CalendarEntry | None:
        """See the port."""
        return await self.of(visit).find(visit)

    async def read(self, visit: Visit) -> CalendarEntry | None:
        """See the port."""
        return await self.of(visit).read(visit)

    async def meeting_of(self, visit: Visit) -> str:
        """See the port."""
        return await self.of(visit).meeting_of(visit)

    async def keep_clients_waiting(self, visit: Visit) -> None:
        """See the port."""
        await self.of(visit).keep_clients_waiting(visit)

    async def client_link(self, visit: Visit) -> str:
        """See the port."""
        return await self.of(visit).client_link(visit)

    async def move(self, visit: Visit) -> CalendarEntry:
        """See the port."""
        return await self.of(visit).move(visit)

    async def invite_client(self, visit: Visit) -> None:
        """See the port."""
        await self.of(visit).invite_client(visit)

    async def cancel(self, visit: Visit, comment: str = "") -> None:
        """See the port. One whose event id was never learned is looked up first; none is fine."""
        keeper = self.of(visit)
        if visit.event_id is None:
            entry = await keeper.find(visit)
            if entry is None:
                return
            visit = visit.model_copy(update={"event_id": entry.event_id})
        await keeper.cancel(visit, comment)

    async def send_sms(self, visit: Visit, kind: SmsKind) -> None:
        """See the port."""
        await self.of(visit).send_sms(visit, kind)

    async def email_client(self, visit: Visit, *, subject: str, text: str) -> None:
        """See the port."""
        await self.of(visit).email_client(visit, subject=subject, text=text)

    async def drifts(self, visits: Sequence[Visit]) -> Sequence[CalendarDrift]:
        """Visits that were moved or deleted in the calendar itself. Implements ``bot.visits.ports.drift.Drifts``."""
        found: list[CalendarDrift] = []
        by_backend: dict[str, list[Visit]] = {}
        for visit in filter(may_have_drifted, visits):
            by_backend.setdefault(_name_of(visit), []).append(visit)
        for together in by_backend.values():
            places = await self.of(together[0]).whereabouts(together)
            found += [drift for each in together if (drift := drift_of(each, places[each.id])) is not None]
        return found

    async def attendance(self, visit: Visit) -> Attendance | None:
        """See ``OnlineBackend.attendance``."""
        return await self.of(visit).attendance(visit)


def _name_of(visit: Visit) -> str:
    return visit.backend.partition(":")[0]
