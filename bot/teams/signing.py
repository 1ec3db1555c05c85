"""Signing in and out in the chat, around the bot that does the rest.

Source: learn.microsoft.com "Enable SSO for bot": an OAuth card makes the client fetch a token by itself; only when that
fails its button is shown.
"""

import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import uuid4

from botbuilder.core import StatePropertyAccessor

from bot.strings.translate import Translator
from bot.teams.answers import Answer, Say
from bot.teams.ports import SignIns
from bot.teams.turns import Bot, Turn, TurnKind
from bot.visits.errors import CalendarError
from bot.visits.models.people import Person

log = logging.getLogger(__name__)

WANTED_FOR = timedelta(minutes=30)
"""How long what was asked for is kept for a sign-in to come."""
LONGEST_WANTED = 1000
CODE = re.compile(r"\d{6}")
OAUTH_CARD = "application/vnd.microsoft.card.oauth"


class SignInDesk(SignIns, Protocol):
    """Where people sign in; what comes of it is used by the Graph edge."""

    connection: str
    """The name on the card; Teams hands it back."""
    resource: str
    """The app-id URI a client asks a token for: ``api://botid-{app id}``."""

    async def link(self, turn: Turn) -> str:
        """Where to sign in by hand; empty where there is no such page."""
        ...

    async def awaits_code(self, person: Person) -> bool:
        """Whether the sign-in page gave them a code that the chat has not seen yet."""
        ...

    async def is_signed_in(self, person: Person) -> bool:
        """Whether the bot can act for them now."""
        ...

    async def sign_out(self, person: Person) -> None:
        """Forget them."""
        ...

    async def resume(self, person: Person) -> int:
        """Go on with what waited for this sign-in; how many effects."""
        ...


class SignInAsk:
    """Puts up the sign-in card, and keeps what was asked for meanwhile."""

    def __init__(self, desk: SignInDesk | None) -> None:
        """Without a ``desk`` nobody signs in here."""
        self._desk = desk

    async def ask(self, turn: Turn) -> bool:
        """Put up the card, to go on with what was asked for; False where nobody signs in here."""
        if self._desk is None or not turn.is_personal:
            return False
        await put_up(turn, self._desk)
        if turn.kind is TurnKind.message and len(turn.text) <= LONGEST_WANTED:
            wanted = {"text": turn.text, "until": (turn.now + WANTED_FOR).isoformat()}
            await _wanted_in(turn).set(turn.context, wanted)
        return True


class SigningBot:
    """Takes the turns that are about signing in, and hands on all others. Implements ``Bot``."""

    def __init__(self, bot: Bot, desk: SignInDesk | None) -> None:
        """Without a ``desk`` nobody signs in here, and whoever asks is told so."""
        self._bot = bot
        self._desk = desk

    async def on_turn(self, turn: Turn) -> Answer | None:
        """Take part in one turn."""
        if turn.kind is TurnKind.signed_in:
            return await self._signed_in(turn)
        if turn.kind is TurnKind.message and turn.is_personal:
            said = " ".join(turn.text.casefold().strip(" .!?").split())
            if said in _words(turn.t, "sign_in.words_out"):
                return await self._out(turn)
            if said in _words(turn.t, "sign_in.words_in"):
                return await self._in(turn)
            code = "".join(said.split())
            if CODE.fullmatch(code) and self._desk is not None and await self._desk.awaits_code(turn.person):
                return await self._code(turn, self._desk, code)
        return await self._bot.on_turn(turn)

    async def _in(self, turn: Turn) -> Answer | None:
        if self._desk is None:
            return Say(turn.t("sign_in.not_needed"))
        if await self._desk.is_signed_in(turn.person):
            return Say(turn.t("sign_in.already"))
        await put_up(turn, self._desk)
        return None

    async def _code(self, turn: Turn, desk: SignInDesk, code: str) -> Answer | None:
        """The code of the sign-in page, where the client did not hand it over by itself."""
        if not await desk.redeem(turn.person, code):
            return Say(turn.t("sign_in.wrong_code"))
        return await self._signed_in(turn)

    async def _out(self, turn: Turn) -> Answer | None:
        if self._desk is None:
            return Say(turn.t("sign_in.not_needed"))
        await self._desk.sign_out(turn.person)
        return Say(turn.t("sign_in.out"))

    async def _signed_in(self, turn: Turn) -> Answer | None:
        resumed = await self._desk.resume(turn.person) if self._desk is not None else 0
        log.info("sign_in.done", extra={"resumed": resumed})
        words = turn.t("sign_in.done")
        await turn.say(f"{words} {turn.t('sign_in.resumed')}" if resumed else words)
        return await self._go_on(turn)

    async def _go_on(self, turn: Turn) -> Answer | None:
        """With what was asked for before the sign-in, if that is not long ago."""
        kept = _wanted_in(turn)
        wanted = await kept.get(turn.context, dict)
        await kept.delete(turn.context)
        if not wanted or datetime.fromisoformat(wanted["until"]) <= turn.now:
            return None
        turn.kind, turn.text = TurnKind.message, wanted["text"]
        return await self._bot.on_turn(turn)


async def put_up(turn: Turn, desk: SignInDesk) -> None:
    """Send the sign-in card."""
    link = ""
    with suppress(CalendarError):  # single sign-on may do without the button's page
        link = await desk.link(turn)
    await turn.send_raw(sign_in_message(turn.t, desk.connection, desk.resource, link))


def _wanted_in(turn: Turn) -> StatePropertyAccessor:
    return turn.state.conversation.create_property("wanted_before_sign_in")


def sign_in_message(t: Translator, connection: str, resource: str, link: str) -> Mapping[str, Any]:
    """The OAuth card. The button comes only with a page behind it."""
    buttons = [{"type": "signin", "title": t("sign_in.button"), "value": link}] if link else []
    content = {
        "text": t("sign_in.ask"),
        "connectionName": connection,
        "buttons": buttons,
        "tokenExchangeResource": {"id": str(uuid4()), "uri": resource},
    }
    return {
        "type": "message",
        "summary": t("sign_in.ask"),
        "attachments": [{"contentType": OAUTH_CARD, "content": content}],
    }


def _words(t: Translator, key: str) -> frozenset[str]:
    """The person's own words for it, and the English ones everybody knows."""
    return frozenset("|".join((t(key), Translator("en")(key))).split("|"))
