"""Who makes a call, and in whose mailbox.

App-only the bot acts as itself in ``/users/{owner}``; delegated it acts as a signed-in person, in ``/me`` where the
mailbox is their own. Which of the two a call uses is decided by ``Identities``, from settings and the table in
``bot.graph.calls``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from bot.graph.calls import Call
from bot.visits.acted import Acted
from bot.visits.errors import SignInNeeded

Identity = Literal["app", "delegated"]
WithoutGrant = Literal["app", "nudge"]


@dataclass(frozen=True)
class Seat:
    """Whose mailbox (``owner``), and as whom: ``person`` is a signed-in one's object id, None the app itself.

    A call outside anyone's mailbox has no owner; ``shared`` then names the one it works in, such as a business's.
    """

    owner: str | None = None
    person: str | None = None
    shared: str | None = None
    stand_in: bool = field(default=False, compare=False)
    """Whether the app may make the call where it turns out that the person's sign-in no longer holds."""
    in_stead: bool = field(default=False, compare=False)
    """Whether the app sits here in the stead of a person who is not signed in."""

    @property
    def path(self) -> str:
        """``/me`` for a person in their own mailbox, else ``/users/{owner}``."""
        if self.owner is None:
            return ""
        return "/me" if self.person == self.owner else f"/users/{self.owner}"

    @property
    def identity(self) -> Identity:
        """App-only or delegated."""
        return "app" if self.person is None else "delegated"

    def as_app(self) -> "Seat":
        """The same place, with the app in it."""
        return replace(self, person=None, stand_in=False, in_stead=True)

    @property
    def acted(self) -> Acted | None:
        """What is told of a write made from here."""
        if self.person is not None:
            return "for_person"
        return "in_stead" if self.in_stead else None


class TokenProvider(Protocol):
    """Hands out Graph tokens."""

    async def token(self, person: str | None, *, claims: str | None = None) -> str:
        """A token for the app (``person`` None) or a signed-in person.

        ``claims`` is what a 401 demanded; the token is then made anew. Raises SignInNeeded where the person has no
        grant, CalendarBusy while sign-in is away, CalendarRefused where it says no.
        """
        ...

    async def has_grant(self, person: str) -> bool:
        """Whether a token for this person can be had without asking them."""
        ...


@dataclass(frozen=True)
class Identities:
    """Which identity makes which call.

    ``calendar`` is for everything both can do. ``visits`` is for the client link and SMS, where the documentation
    pages promise only delegated access and the permission table says both (learn.microsoft.com/graph/api/
    virtualappointment-sendvirtualappointmentsms). ``without_grant`` says what happens where nobody is signed in: the
    app acts instead, or a person is nudged.
    """

    calendar: Identity = "app"
    visits: Identity = "delegated"
    without_grant: WithoutGrant = "nudge"

    def preferred(self, call: Call) -> Identity:
        """The identity settings ask for, as far as the call allows."""
        if not call.delegated:
            return "app"
        if not call.application:
            return "delegated"
        return self.visits if call.unsettled else self.calendar

    def may_fall_back(self, call: Call) -> bool:
        """Whether the app may make a delegated call where nobody is signed in."""
        return self.without_grant == "app" and bool(call.application)


class Seating:
    """Finds the seat from which a call is made."""

    def __init__(self, identities: Identities, tokens: TokenProvider) -> None:
        self.identities = identities
        self._tokens = tokens

    async def seat(self, call: Call, owner: str) -> Seat:
        """Where to make a call about this person's mailbox or meetings.

        Raises: SignInNeeded where it takes their sign-in, and settings let nobody act instead.
        """
        if self.identities.preferred(call) == "app":
            return Seat(owner)
        if await self._tokens.has_grant(owner):
            return Seat(owner, person=owner, stand_in=self.identities.may_fall_back(call))
        if self.identities.may_fall_back(call):
            return Seat(owner).as_app()
        raise SignInNeeded(owner, call=call.name)

    async def beside(self, call: Call, person: str | None, *, shared: str | None = None) -> Seat:
        """Where to make a call about no person's mailbox, for whoever asked.

        Raises: SignInNeeded as ``seat`` does.
        """
        if self.identities.preferred(call) == "app":
            return Seat(shared=shared)
        if person is not None and await self._tokens.has_grant(person):
            return Seat(person=person, shared=shared, stand_in=self.identities.may_fall_back(call))
        if self.identities.may_fall_back(call):
            return Seat(shared=shared).as_app()
        raise SignInNeeded(person or "", call=call.name)


_acting: ContextVar[str | None] = ContextVar("acting", default=None)
_business: ContextVar[str | None] = ContextVar("business", default=None)


@contextmanager
def acting_as(person: str | None, *, business: str | None = None) -> Iterator[None]:
    """Inside, calls that belong to no visit (free and busy) are made for this person, where delegated.

    ``business`` is the Bookings business they chose; None is the one of the settings.
    """
    token, chosen = _acting.set(person), _business.set(business)
    try:
        yield
    finally:
        _acting.reset(token)
        _business.reset(chosen)


def acting_business() -> str | None:
    """Which Bookings business whoever's turn this is has chosen."""
    return _business.get()


def acting_person() -> str | None:
    """Whose turn this is, if anybody's."""
    return _acting.get()
