"""Teams' single sign-on invokes: the token goes to whoever keeps people's own tokens; the talk goes on once.

Every client of a person sends the same token at the same time. Exchanging it again is harmless; going on twice is not.
Source: learn.microsoft.com "Add code to enable SSO in your bot app" (signin/tokenExchange, 412, signin/verifyState).
"""

import logging
from collections.abc import Mapping
from hashlib import sha256

from bot.teams.answers import action_body
from bot.teams.arrivals import text_at
from bot.teams.invokes import Handler, not_exchanged
from bot.teams.ports import Firsts, SignIns, StoredAnswer
from bot.teams.turns import Turn, TurnKind

log = logging.getLogger(__name__)

FIRST = "signed_in"
PRECONDITION_FAILED = "application/vnd.microsoft.error.preconditionFailed"
WRONG_CODE = "application/vnd.microsoft.error.inccorectAuthCode"  # spelled so
_REASONS = frozenset(
    {
        "installappfailed",
        "authrequestfailed",
        "installedappnotfound",
        "invokeerror",
        "resourcematchfailed",
        "oauthcardnotvalid",
        "tokenmissing",
    }
)


class SignInInvokes:
    """The three sign-in invokes, for the router; and the token that comes with a pressed button."""

    def __init__(self, sign_ins: SignIns, firsts: Firsts) -> None:
        """``sign_ins`` keeps the tokens."""
        self._sign_ins = sign_ins
        self._firsts = firsts

    def handlers(self) -> Mapping[str, Handler]:
        """By invoke name."""
        return {
            "signin/tokenExchange": self.exchange,
            "signin/verifyState": self.verify,
            "signin/failure": self.failure,
        }

    async def exchange(self, turn: Turn) -> StoredAnswer:
        """Exchange the token; 412 makes the client show the consent card."""
        if not await self._sign_ins.exchange(turn.person, text_at(turn.value, "token")):
            return not_exchanged(turn.value)
        await self._once(turn, text_at(turn.value, "id"))
        return StoredAnswer(status=200)

    async def verify(self, turn: Turn) -> StoredAnswer:
        """Redeem the code of the sign-in window."""
        code = text_at(turn.value, "state")
        if not code or not await self._sign_ins.redeem(turn.person, code):
            return StoredAnswer(status=404)
        await self._once(turn, code)
        return StoredAnswer(status=200)

    async def failure(self, turn: Turn) -> StoredAnswer:
        """Log why single sign-on failed in the client, which then shows the card's own button by itself."""
        code = text_at(turn.value, "code")
        log.warning("teams.sign_in_failed", extra={"reason": code if code in _REASONS else "other"})
        return StoredAnswer(status=200)

    async def _once(self, turn: Turn, token_id: str) -> None:
        """Let the talk go on: the turn becomes one of the kind ``signed_in``, which the bot takes part in."""
        digest = sha256(token_id.encode()).hexdigest()
        if await self._firsts.first(FIRST, f"{turn.reference.user_id}:{digest}", now=turn.now):
            turn.kind = TurnKind.signed_in

    async def comes_with(self, turn: Turn) -> StoredAnswer | None:
        """Take the token or code with which a client repeats a button that was answered "sign in first".

        Returns the refusal to answer with; None when there is nothing to refuse.
        """
        token, code = text_at(turn.value, "authentication", "token"), text_at(turn.value, "state")
        if token and not await self._sign_ins.exchange(turn.person, token):
            return action_body(412, PRECONDITION_FAILED, {"code": "412", "message": "The person has to consent first."})
        if code and not await self._sign_ins.redeem(turn.person, code):
            return action_body(401, WRONG_CODE, None)
        return None
