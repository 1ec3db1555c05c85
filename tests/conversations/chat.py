"""One person's chat with the bot: plays scripts through the bot's own door and compares what comes back."""

import itertools
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from tests.connector import Message, StubConnector
from tests.conversations.reading_cards import (
    action_titled,
    card_of,
    filled_in,
    titles_on,
    what_blocks,
    words_on,
)
from tests.conversations.script import Expects, Presses, Says, fits, holds, parse
from tests.personas import Persona

BOT = {"id": "28:visits-bot", "name": "Visits"}
SERVICE_URL = "http://127.0.0.1:56150/_connector/"

_ids = itertools.count(1)


class Answer(NamedTuple):
    """What the bot's door answered: an HTTP status and, for an invoke, a body."""

    status: int
    body: dict[str, Any] | None


class Seen(NamedTuple):
    """A card as it once was."""

    summary: str
    offers: tuple[str, ...]


Door = Callable[[dict[str, Any]], Awaitable[Answer]]


class Chat:
    """A chat as one person sees it. ``plays`` a script and fails with the whole exchange."""

    def __init__(
        self,
        persona: Persona,
        door: Door,
        connector: StubConnector,
        *,
        conversation_id: str | None = None,
        kind: str = "personal",
        old_client: bool = False,
    ) -> None:
        """``old_client`` presses the Action.Submit fallback of every button, as clients without Action.Execute do."""
        self.persona = persona
        self.conversation_id = conversation_id or f"a:1:1-{persona.teams_id}"
        self.kind = kind
        self._door = door
        self._connector = connector
        self._old_client = old_client
        self._seen = 0
        self._pressed: Message | None = None
        self._exchange: list[str] = []
        self.sent: list[dict[str, Any]] = []
        """Every activity as delivered, so that a test can deliver it again."""
        self.delivers_twice = False
        """Whether Teams delivers each activity again at once, as it does when it got no answer in time."""
        connector.chats.setdefault(self.conversation_id, [])

    # --- what is on the screen ---

    @property
    def messages(self) -> list[Message]:
        """The bot's messages here, oldest first."""
        return self._connector.chats[self.conversation_id]

    @property
    def card(self) -> dict[str, Any]:
        """The last card, as it is seen now."""
        for message in reversed(self.messages):
            card = card_of(message.now)
            if card is not None and not message.is_deleted:
                return dict(card)
        raise AssertionError(f"no card in this chat\n{self.transcript()}")

    def transcript(self) -> str:
        """The exchange so far."""
        return "\n".join(self._exchange)

    def reads(self) -> str:
        """Every word on the last card."""
        return words_on(self.card)

    def versions_of_last_card(self) -> list["Seen"]:
        """Every version of the last card, oldest first."""
        message = next(each for each in reversed(self.messages) if card_of(each.now))
        return [Seen(summary_of(each), titles_on(card_of(each) or {})) for each in message.versions]

    # --- what the person does ---

    async def says(self, words: str) -> Answer:
        """Type a message."""
        self._exchange.append(f"    {self.persona.speaks_as}: {words}")
        mention = self.kind != "personal"
        text = f"<at>{BOT['name']}</at> {words}" if mention else words
        activity = self._activity("message", text=text, textFormat="plain")
        if mention:
            activity["entities"].append({"type": "mention", "text": f"<at>{BOT['name']}</at>", "mentioned": BOT})
        return await self.delivers(activity)

    async def taps(self, title: str, fills: dict[str, str] | None = None, *, is_old: bool = False) -> Answer:
        """Press a button that is really there; ``is_old`` one that was there once, on a screen that lags behind."""
        message, card = self._holding(title, is_old=is_old)
        action = action_titled(card, title)
        assert action is not None
        values = {} if action.get("associatedInputs") == "none" else filled_in(card, fills or {})
        blocked = what_blocks(card, values) if values else None
        assert blocked is None, f"the client would show {blocked!r} instead of submitting\n{self.transcript()}"
        self._exchange.append(f"    {self.persona.speaks_as}: (taps {'old ' if is_old else ''}{title})")
        self._pressed = message
        return await self.presses(message.activity_id, dict(action), values)

    async def taps_old(self, title: str, *, on: str) -> Answer:
        """Press a button on an earlier card as it once was, found by the line that stood in for it."""
        for message in self.messages:
            for version in message.versions:
                card = card_of(version)
                if card is not None and fits(on, summary_of(version)) and (action := action_titled(card, title)):
                    self._exchange.append(f"    {self.persona.speaks_as}: (taps old {title})")
                    self._pressed = message
                    return await self.presses(message.activity_id, dict(action), filled_in(card, {}))
        raise AssertionError(f"no card ever read {on!r}\n{self.transcript()}")

    def press_of(self, title: str) -> dict[str, Any]:
        """What Teams would deliver for a press of this button, without who pressed."""
        message, card = self._holding(title, is_old=False)
        action = dict(action_titled(card, title) or {})
        value = {"action": {"type": action["type"], "verb": action.get("verb"), "data": action["data"]}}
        return {"name": "adaptiveCard/action", "value": value, "replyToId": message.activity_id}

    def an_activity(self, kind: str, **parts: Any) -> dict[str, Any]:
        """An activity of this person in this chat."""
        return self._activity(kind, **parts)

    async def presses(self, activity_id: str, action: dict[str, Any], values: dict[str, str]) -> Answer:
        """Deliver a press as Teams does: an invoke for Action.Execute, a message for Action.Submit."""
        if self._old_client and "fallback" in action:
            action = action["fallback"]
        data = {**action.get("data", {}), **values}
        if action["type"] == "Action.Submit":
            return await self.delivers(self._activity("message", value=data, replyToId=activity_id))
        assert action["type"] == "Action.Execute", f"{action['type']} is not the bot's to answer"
        value = {"action": {"type": "Action.Execute", "verb": action.get("verb"), "data": data}, "trigger": "manual"}
        activity = self._activity("invoke", name="adaptiveCard/action", value=value, replyToId=activity_id)
        answer = await self.delivers(activity)
        body = answer.body or {}
        if body.get("type") == "application/vnd.microsoft.card.adaptive":
            await self._connector.answered(self.conversation_id, activity_id, body["value"])
        return answer

    async def delivers(self, activity: dict[str, Any]) -> Answer:
        """Hand an activity in at the bot's door. The same one again is a redelivery."""
        self.sent.append(activity)
        answer = await self._door(activity)
        if self.delivers_twice:
            again = await self._door(activity)
            assert again == answer, f"a second delivery was answered otherwise\n{self.transcript()}"
        assert answer.status in (200, 201, 202), f"the door answered {answer.status}\n{self.transcript()}"
        return answer

    async def installs(self) -> None:
        """Add the bot to this chat: Teams tells it in two ways."""
        await self.delivers(self._activity("conversationUpdate", membersAdded=[BOT]))
        await self.delivers(self._activity("installationUpdate", action="add"))

    # --- a script ---

    async def plays(self, script: str) -> None:
        """Play a script to its end. Whatever the bot says beyond it fails, too."""
        for line in parse(script):
            if isinstance(line, Expects):
                await self._expects(line)
                continue
            assert line.who == self.persona.speaks_as, f"{line.who} does not speak in {self.persona.speaks_as}'s chat"
            self._nothing_unread()
            if isinstance(line, Says):
                await self.says(line.words)
            elif isinstance(line, Presses):
                await self.taps(line.title, line.fills, is_old=line.is_old)
        self._nothing_unread()

    async def _expects(self, line: Expects) -> None:
        if line.kind == "same card":
            await self._expects_same_card(line)
            return
        if not await self._connector.until(lambda: len(self.messages) > self._seen):
            self._fail(line, "the bot said nothing")
        message = self.messages[self._seen]
        self._seen += 1
        reasons = [_difference(line, version) for version in message.versions]
        if all(reasons):
            self._fail(line, str(reasons[-1]), message.now)
        if line.kind == "card":
            self._pressed = None
        self._exchange.append(_as_said(message.now))

    async def _expects_same_card(self, line: Expects) -> None:
        message = self._pressed or next(
            (each for each in reversed(self.messages[: self._seen]) if card_of(each.now)), None
        )
        assert message is not None, f"there is no card yet\n{self.transcript()}"
        if not await self._connector.until(lambda: _difference(line, message.now) is None):
            self._fail(line, str(_difference(line, message.now)), message.now)
        self._exchange.append(_as_said(message.now, again=True))

    def _nothing_unread(self) -> None:
        if len(self.messages) > self._seen:
            unread = self.messages[self._seen :]
            said = "\n".join(f">>> {_as_said(each.now).strip()}" for each in unread)
            raise AssertionError(f"\n{self.transcript()}\n{said}\n    the script expects nothing here")

    def _fail(self, line: Expects, reason: str, activity: dict[str, Any] | None = None) -> None:
        kind = "" if line.kind == "text" else f"[{line.kind}] "
        wanted = "\n".join(
            [f"    Bot: {kind}{line.words}"]
            + [f"        shows {each}" for each in line.shows]
            + [f"        hides {each}" for each in line.hides]
            + ([] if line.offers is None else [f"        offers {', '.join(line.offers)}"])
        )
        got = "" if activity is None else f"\n>>> {_as_said(activity, in_full=True).strip()}"
        raise AssertionError(f"{reason}\n\n{self.transcript()}{got}\n--- but the script says\n{wanted}")

    def _holding(self, title: str, *, is_old: bool) -> tuple[Message, dict[str, Any]]:
        for message in reversed(self.messages):
            versions = message.versions if is_old else message.versions[-1:]
            for version in reversed(versions):
                card = card_of(version)
                if card is not None and not message.is_deleted and action_titled(card, title) is not None:
                    return message, dict(card)
        screen = "\n".join(_as_said(each.now, in_full=True) for each in self.messages[-3:])
        raise AssertionError(f"no button {title!r} on any card\n{self.transcript()}\n--- on the screen\n{screen}")

    def _activity(self, kind: str, **parts: Any) -> dict[str, Any]:
        persona = self.persona
        conversation = {"id": self.conversation_id, "conversationType": self.kind, "tenantId": persona.tenant_id}
        info = {"type": "clientInfo", "locale": persona.locale, "country": "US", "timezone": persona.teams_zone}
        return {
            "type": kind,
            "id": f"activity-{next(_ids)}",
            "channelId": "msteams",
            "serviceUrl": SERVICE_URL,
            "locale": persona.locale,
            "localTimezone": persona.teams_zone,
            "from": {"id": persona.teams_id, "name": persona.name, "aadObjectId": persona.object_id},
            "recipient": BOT,
            "conversation": conversation | ({} if self.kind == "personal" else {"isGroup": True}),
            "channelData": {"tenant": {"id": persona.tenant_id}},
            "entities": [info],
            **parts,
        }


def summary_of(activity: dict[str, Any]) -> str:
    """The line that stands in for a card."""
    card = card_of(activity) or {}
    return str(activity.get("summary") or card.get("fallbackText") or "")


def _difference(line: Expects, activity: dict[str, Any]) -> str | None:
    card = card_of(activity)
    if line.kind == "text":
        if card is not None:
            return "the bot answered with a card"
        return None if fits(line.words, str(activity.get("text", ""))) else "the words differ"
    if card is None:
        return "the bot answered with words, not with a card"
    if line.words and not fits(line.words, summary_of(activity)):
        return "the card's summary differs"
    words = words_on(card)
    missing = [each for each in line.shows if not holds(each, words)]
    if missing:
        return f"the card does not show {missing}"
    present = [each for each in line.hides if holds(each, words)]
    if present:
        return f"the card shows {present}"
    if line.offers is not None and line.offers != titles_on(card):
        return f"the card offers {', '.join(titles_on(card))}"
    return None


def _as_said(activity: dict[str, Any], *, again: bool = False, in_full: bool = False) -> str:
    card = card_of(activity)
    if card is None:
        return f"    Bot: {activity.get('text', '')}"
    told = f"    Bot: [{'same ' if again else ''}card] {summary_of(activity)}"
    if in_full:
        told += "".join(f"\n        | {each}" for each in words_on(card).splitlines())
    return f"{told}\n        offers {', '.join(titles_on(card))}"
