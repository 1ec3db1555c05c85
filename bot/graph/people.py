"""Where people's own tokens come from: our own exchange, or Bot Framework's token service.

Each is a ``PersonSignIn`` for the Graph client, and takes what Teams hands over when somebody signs in.
"""

import base64
import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from bot.clock import Clock
from bot.graph.delegated import DelegatedTokens
from bot.graph.sign_in_by_hand import SignInByHand
from bot.graph.tokens import EARLY, PersonSignIn, Token
from bot.visits.errors import SignInNeeded


class PeopleSignIn(PersonSignIn, Protocol):
    """A ``PersonSignIn`` that people can sign in to and out of."""

    async def take(self, person: str, assertion: str) -> None:
        """Exchange the token Teams handed over. Raises SignInNeeded or CalendarRefused where it is not enough."""
        ...

    async def redeem(self, person: str, code: str) -> None:
        """Redeem the code that the sign-in page gave. Raises as ``take``."""
        ...

    async def sign_out(self, person: str) -> None:
        """Forget the person."""
        ...


class OwnPeople:
    """Our own exchange on people's behalf; what they grant is kept encrypted."""

    def __init__(self, tokens: DelegatedTokens, by_hand: SignInByHand) -> None:
        """``by_hand`` is for whom single sign-on does not do it."""
        self._tokens = tokens
        self._by_hand = by_hand

    async def take(self, person: str, assertion: str) -> None:
        """See ``PeopleSignIn``."""
        await self._tokens.exchange(person, assertion)

    async def redeem(self, person: str, code: str) -> None:
        """See ``PeopleSignIn``."""
        await self._by_hand.confirm(person, code)

    async def sign_out(self, person: str) -> None:
        """See ``PeopleSignIn``."""
        await self._tokens.sign_out(person)

    async def for_person(self, person: str, claims: str | None) -> Token:
        """See ``PersonSignIn``."""
        return await self._tokens.for_person(person, claims)

    async def has_grant(self, person: str) -> bool:
        """See ``PersonSignIn``."""
        return await self._tokens.has_grant(person)


class Kept(Protocol):
    """A token as the token service gives it."""

    @property
    def value(self) -> str:
        """The token."""
        ...

    @property
    def expires_at(self) -> datetime:
        """When it ends."""
        ...


class Service(Protocol):
    """Bot Framework's token service, for one connection."""

    async def token_of(self, user_id: str, *, code: str = "") -> Kept | None:
        """The person's token."""
        ...

    async def exchange(self, user_id: str, assertion: str) -> Kept | None:
        """Exchange Teams' single sign-on token."""
        ...

    async def sign_out(self, user_id: str) -> None:
        """Forget the person's token."""
        ...


class ServicePeople:
    """The token service keeps the tokens; here they are only remembered while they are good."""

    def __init__(self, service: Service, user_id_of: Callable[[str], Awaitable[str | None]], clock: Clock) -> None:
        """``user_id_of``: a person's Teams id by their object id; None for someone the bot never met."""
        self._service = service
        self._user_id_of = user_id_of
        self._clock = clock
        self._tokens: dict[str, Token] = {}

    async def take(self, person: str, assertion: str) -> None:
        """See ``PeopleSignIn``."""
        self._remember(person, await self._service.exchange(await self._known(person), assertion))

    async def redeem(self, person: str, code: str) -> None:
        """See ``PeopleSignIn``."""
        self._remember(person, await self._service.token_of(await self._known(person), code=code))

    async def sign_out(self, person: str) -> None:
        """See ``PeopleSignIn``."""
        self._tokens.pop(person, None)
        await self._service.sign_out(await self._known(person))

    async def for_person(self, person: str, claims: str | None) -> Token:
        """See ``PersonSignIn``. The service cannot be asked with claims: the person signs in again."""
        if claims:
            await self.sign_out(person)
            raise SignInNeeded(person, claims=claims)
        return self._remember(person, await self._service.token_of(await self._known(person)))

    async def has_grant(self, person: str) -> bool:
        """See ``PersonSignIn``."""
        kept = self._tokens.get(person)
        if kept is not None and kept.expires_at - self._clock.now() > EARLY:
            return True
        try:
            await self.for_person(person, None)
        except SignInNeeded:
            return False
        return True

    async def _known(self, person: str) -> str:
        user_id = await self._user_id_of(person)
        if user_id is None:
            raise SignInNeeded(person)
        return user_id

    def _remember(self, person: str, found: Kept | None) -> Token:
        if found is None:
            self._tokens.pop(person, None)
            raise SignInNeeded(person)
        token = Token(found.value, found.expires_at)
        self._tokens[person] = token
        return token


def is_of(assertion: str, person: str, tenant_id: str) -> bool:
    """Whether a token names this person of this tenant. Its signature is checked by whoever exchanges it."""
    said = _claims(assertion)
    return said.get("oid") == person and said.get("tid") == tenant_id


def _claims(token: str) -> Mapping[str, Any]:
    try:
        body = token.split(".")[1]
        said = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}
