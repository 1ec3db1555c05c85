"""Signing in on Microsoft's own page, for whom single sign-on does not do it.

The person asks in the chat, gets a link of their own, signs in, and shows the chat the code that the last page gives:
only then is the grant kept. State, nonce and PKCE are MSAL's. Each part is stored sealed, for a while and for one use,
so that any replica can take the next step.
Source: learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow, and "Add authentication to your Teams bot"
(notifySuccess, signin/verifyState)
"""

import hmac
import json
import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, Protocol

from bot.clock import Clock
from bot.graph.delegated import AnotherPerson, Declined, DelegatedTokens, Sealed
from bot.visits.errors import CalendarBusy, CalendarRefused, SignInNeeded

log = logging.getLogger(__name__)

ASK_FOR = timedelta(hours=1)
"""How long the link on a sign-in card works."""
PAGE_FOR = timedelta(minutes=20)
"""How long a person may take on Microsoft's page: a second factor, a forgotten password."""
CODE_FOR = timedelta(minutes=10)
TRIES = 5


class Handovers(Protocol):
    """Keeps sealed things for the next step, on whichever replica that is."""

    async def put(self, key: str, sealed: bytes, *, until: datetime) -> None:
        """Keep it, in place of what was."""
        ...

    async def look(self, key: str, *, now: datetime) -> bytes | None:
        """What is kept; None once taken or over."""
        ...

    async def take(self, key: str, *, now: datetime) -> bytes | None:
        """The same, for at most one caller ever."""
        ...


class Ending(StrEnum):
    """How a step ended; the page has words for each."""

    goes_on = "goes_on"
    done = "done"
    declined = "declined"
    expired = "expired"
    another_person = "another_person"
    refused = "refused"
    away = "away"


@dataclass(frozen=True)
class Step:
    """What the browser is to be shown."""

    ending: Ending
    locale: str = ""
    """The person's; empty where nobody knows who it is."""
    address: str = field(default="", repr=False)
    """Microsoft's page, where it goes on."""
    code: str = field(default="", repr=False)
    """What the chat wants to see."""
    again: str = field(default="", repr=False)
    """The link's own secret, for another try."""


class SignInByHand:
    """The steps of one sign-in: asked for, begun, finished, confirmed."""

    def __init__(
        self,
        tokens: DelegatedTokens,
        sealed: Sealed,
        handovers: Handovers,
        clock: Clock,
        *,
        redirect: str,
        in_browser: Callable[[str], str] = str,
    ) -> None:
        """``redirect`` is the last page's address, as registered with the app; ``in_browser`` turns an address of
        sign-in into one that a browser reaches.
        """
        self._tokens = tokens
        self._sealed = sealed
        self._handovers = handovers
        self._clock = clock
        self._redirect = redirect
        self._in_browser = in_browser

    async def ask(self, person: str, locale: str) -> str:
        """The secret of a link for this person alone."""
        secret = secrets.token_urlsafe(32)
        await self._put(_ask(secret), {"person": person, "locale": locale}, ASK_FOR)
        return secret

    async def begin(self, secret: str) -> Step:
        """Whoever opened the link goes on to Microsoft's page. May be opened again: scanners open links, too."""
        asked = self._opened(await self._handovers.look(_ask(secret), now=self._clock.now()))
        if asked is None:
            return Step(Ending.expired)
        locale = asked["locale"]
        try:
            flow = await self._tokens.begin(self._redirect)
        except CalendarBusy:
            return Step(Ending.away, locale, again=secret)
        except CalendarRefused:
            return Step(Ending.refused, locale)
        await self._put(_flow(flow["state"]), {**asked, "ask": secret, "flow": flow}, PAGE_FOR)
        return Step(Ending.goes_on, locale, address=self._in_browser(flow["auth_uri"]))

    async def finish(self, answer: Mapping[str, str]) -> Step:
        """Take what Microsoft's page sent back. It must be the person who asked, and the first time."""
        now = self._clock.now()
        begun = self._opened(await self._handovers.take(_flow(answer.get("state", "")), now=now))
        if begun is None:
            log.info("sign_in.over")
            return Step(Ending.expired)
        person, locale, secret = begun["person"], begun["locale"], begun["ask"]
        try:
            grant = await self._tokens.granted(person, begun["flow"], answer)
        except Declined:
            return Step(Ending.declined, locale, again=secret)
        except AnotherPerson:
            return Step(Ending.another_person, locale, again=secret)
        except CalendarBusy:
            return Step(Ending.away, locale, again=secret)
        except (CalendarRefused, SignInNeeded):
            return Step(Ending.refused, locale, again=secret)
        if await self._handovers.take(_ask(secret), now=now) is None:
            return Step(Ending.expired, locale)
        code = f"{secrets.randbelow(10**6):06}"
        await self._put(_held(person), {"code": code, "grant": grant.decode(), "tries": 0}, CODE_FOR)
        log.info("sign_in.finished")
        return Step(Ending.done, locale, code=code)

    async def awaits_code(self, person: str) -> bool:
        """Whether a sign-in of this person waits for its code."""
        return await self._handovers.look(_held(person), now=self._clock.now()) is not None

    async def confirm(self, person: str, code: str) -> None:
        """Keep the grant that waits for this code, which this very person shows in their chat.

        Raises SignInNeeded where there is none, and after too many wrong codes.
        """
        held = self._opened(await self._handovers.take(_held(person), now=self._clock.now()))
        if held is None:  # or another try holds it at this moment: of several at once only one is looked at
            raise SignInNeeded(person)
        if not hmac.compare_digest(held["code"].encode(), code.strip().encode()):
            held["tries"] += 1
            if held["tries"] < TRIES:
                await self._put(_held(person), held, CODE_FOR)
            log.info("sign_in.wrong_code", extra={"tries": held["tries"]})
            raise SignInNeeded(person)
        await self._tokens.keep(person, held["grant"].encode())

    async def _put(self, key: str, said: Mapping[str, Any], span: timedelta) -> None:
        await self._handovers.put(key, self._sealed.seal(json.dumps(said)), until=self._clock.now() + span)

    def _opened(self, sealed: bytes | None) -> dict[str, Any] | None:
        text = None if sealed is None else self._sealed.open(sealed)
        return None if text is None else dict(json.loads(text))


def _ask(secret: str) -> str:
    return f"sign_in/ask/{sha256(secret.encode()).hexdigest()}"


def _flow(state: str) -> str:
    return f"sign_in/flow/{sha256(state.encode()).hexdigest()}"


def _held(person: str) -> str:
    return f"sign_in/held/{person}"
