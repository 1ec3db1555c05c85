"""What the domain needs of calendars: ``bot.graph`` gives it.

One contract test body runs on each implementation of a port.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol

from bot.visits.models.clinic import StaffMember
from bot.visits.models.objections import PlaceRules
from bot.visits.models.slots import BusySpan
from bot.visits.models.values import Frozen, StaffId
from bot.visits.models.visit import Visit

SmsKind = Literal["confirmation", "reschedule", "cancellation", "reminder"]


class CalendarEntry(Frozen):
    """What the calendar answered to a new or changed event. ``join_url`` may come late: read it again."""

    event_id: str
    join_url: str | None = None


class FreeBusy(Protocol):
    """The part of ``Calendar`` that the slot rules need."""

    async def busy(
        self, staff: Sequence[StaffMember], since: datetime, until: datetime
    ) -> Mapping[StaffId, Sequence[BusySpan]]:
        """What is not free in each calendar. Raises CalendarUnreadable for any that cannot be read."""
        ...

    async def place_rules(
        self, type_name: str, staff: StaffMember, time_zone: str, *, own: Visit | None = None
    ) -> PlaceRules:
        """What the place holds against slots for this type and staff member; for ``own``, the place that keeps it.

        ``time_zone``: whose wall clock its hours are on, where it does not say. Raises as ``Calendar`` does.
        """
        ...


class KeepsVisits(FreeBusy, Protocol):
    """The part of ``Calendar`` that people's acts need."""

    @property
    def backend(self) -> str:
        """What a new visit's row says of where it is kept."""
        ...

    def tells(self, visit: Visit) -> bool:
        """Whether the client hears of a change of this visit, by a text that can reach them or by mail."""
        ...


class Calendar(KeepsVisits, Protocol):
    """Staff calendars and the visits in them.

    Every method raises ``CalendarBusy`` (repeat after ``retry_after``), ``TenantProvisioning``, ``CalendarRefused``
    (repeating will not help) or ``OutcomeUnknown`` (a write whose answer was lost). Where it acts for people it may
    raise ``StoreUnavailable``: their sign-ins are kept in our store, and are looked up before each request. That
    request was then not made; of a method that makes several, those before it may have been.
    """

    async def add(self, visit: Visit, *, request_id: str) -> CalendarEntry:
        """Put the visit in its organizer's calendar, without the client. Safe to repeat with the same request id."""
        ...

    async def find(self, visit: Visit) -> CalendarEntry | None:
        """Look the visit's event up by the visit's own id, as after a lost answer.

        Whoever looks for a visit that is off calls off what is found: a calendar whose only look-up is to make it may
        have made it just now.
        """
        ...

    async def read(self, visit: Visit) -> CalendarEntry | None:
        """Read the event back by its id; None when it is gone."""
        ...

    async def meeting_of(self, visit: Visit) -> str:
        """The id of the online meeting behind ``visit.join_url``."""
        ...

    async def keep_clients_waiting(self, visit: Visit) -> None:
        """Set the lobby so that clients wait until staff admit them."""
        ...

    async def client_link(self, visit: Visit) -> str:
        """The link with which the client joins in a browser."""
        ...

    async def move(self, visit: Visit) -> CalendarEntry:
        """Bring the event to the visit's present start and length. Safe to repeat."""
        ...

    async def invite_client(self, visit: Visit) -> None:
        """Make the client an attendee; Outlook then mails them. Safe to repeat."""
        ...

    async def cancel(self, visit: Visit, comment: str = "") -> None:
        """Call the event off. Safe to repeat: one that is gone already is fine."""
        ...

    async def send_sms(self, visit: Visit, kind: SmsKind) -> None:
        """Have Microsoft text the client. Never repeated by itself: there is no receipt and no key.

        The text is the last request it makes, and its only write: with StoreUnavailable nothing went out.
        """
        ...


class Mailer(Protocol):
    """Writes to a client by e-mail, in the organizer's name."""

    async def email_client(self, visit: Visit, *, subject: str, text: str) -> None:
        """Send one plain e-mail. Never repeated by itself: there is no key and no look-up.

        Raises as ``Calendar.send_sms`` does.
        """
        ...


class Businesses(Protocol):
    """Where visits may be booked, beside the usual place."""

    async def businesses(self) -> Sequence[tuple[str, str]]:
        """Name and id of each; none where there is nothing to choose. Raises as ``Calendar`` does."""
        ...
