"""A Teams that delivers what people said and pressed in another order, to a bot that has heard nothing of it yet.

``python -m pytest -p tests.chaos.reordering tests/conversations`` plays every recorded conversation, and then its
activities once more, shuffled, to a second bot. A press goes to a button of its kind that is, or ever was, on a card
there, with what was filled in; where there is none yet it comes later. Whatever the order: nothing happens twice, and
nothing is booked that nobody confirmed (``tests.chaos.invariants``). ``REPLAY_SEED`` varies it.
"""

import copy
import os
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tests.office
from bot.teams.arrivals import object_at, pressed, text_at
from tests.chaos.invariants import broken
from tests.conversations.chat import Answer
from tests.conversations.reading_cards import actions_on, card_of
from tests.office import Office

SEED = int(os.environ.get("REPLAY_SEED", "1"))
CONFIRMS = ("draft.book.v1", "draft.book_anyway.v1")
SAYS_YES = re.compile(r"^(yes|yep|ok|okay|sure|sí|si|go ahead|confirm|book|reserva)\b", re.IGNORECASE)
RESTS = 0.3
"""How often everything comes to rest between two activities."""


@dataclass(frozen=True)
class Step:
    """Something that happened in a story: ``said`` over the wire, time that passed, or how the office was set up."""

    activity: dict[str, Any] | None = None
    span: Mapping[str, float] | None = None


class RecordingOffice(Office):
    """The whole bot; what people say and press is noted, and comes in another order when the story is over."""

    def __init__(self, folder: Path, **how: Any) -> None:
        super().__init__(folder, **how)
        self._folder, self._how = folder, how
        self._steps: list[Step] = []
        self._setting: list[tuple[str, tuple[Any, ...]]] = []

    async def __aexit__(self, *failure: object) -> None:
        await super().__aexit__(*failure)
        if not any(failure) and self._steps:
            again = self._folder / "again"
            again.mkdir()
            async with Office(again, **self._how) as office:
                await Shuffled(office, random.Random(f"{SEED} {self._folder.name}")).plays(self._setting, self._steps)

    async def _door(self, activity: dict[str, Any]) -> Answer:
        self._steps.append(Step(activity=activity))
        return await super()._door(activity)

    async def time_passes(self, **span: float) -> None:
        self._steps.append(Step(span=span))
        await super().time_passes(**span)

    async def has_visit(self, client: str, starts_at: str) -> None:
        self._setting.append(("has_visit", (client, starts_at)))
        await super().has_visit(client, starts_at)

    def keeps_busy(self, mailbox: str, since: str, until: str) -> None:
        self._setting.append(("keeps_busy", (mailbox, since, until)))
        super().keeps_busy(mailbox, since, until)


class Shuffled:
    """The steps of a story in another order."""

    def __init__(self, office: Office, chance: random.Random) -> None:
        self._office = office
        self._chance = chance
        self._confirmed: set[str] = set()
        self._told: list[str] = []

    async def plays(self, setting: list[tuple[str, tuple[Any, ...]]], steps: list[Step]) -> None:
        """Everything once, and then what is so."""
        for name, given in setting:
            made = getattr(self._office, name)(*given)
            if made is not None:
                await made
        self._confirmed |= await self._visits()
        left = self._chance.sample(steps, len(steps))
        while left:
            later = [each for each in left if not await self._takes(each)]
            if len(later) == len(left):
                break  # nothing that is left is on any card
            left = later
        await self._office.time_passes(minutes=1)
        wrong = await broken(self._office, self._confirmed)
        assert wrong == [], "\n".join([*wrong, *self._told])

    async def _takes(self, step: Step) -> bool:
        """Whether it could be done by now."""
        if step.span is not None:
            self._told.append(f"    {dict(step.span)} pass")
            await self._office.time_passes(**step.span)
            return True
        assert step.activity is not None
        activity = self._as_it_would_be_here(step.activity)
        if activity is None:
            return False
        before, on_cards = await self._visits(), self._drafts_on_cards(activity)
        verb, data = pressed(activity) if _is_press(activity) else ("", {})
        said = text_at(activity, "text")
        self._told.append(f"    {verb or said or activity['type']} {data.get('draft_id', data.get('visit_id', ''))}")
        if verb in CONFIRMS:
            self._confirmed.add(str(data.get("draft_id")))
        await self._delivers(activity)
        if SAYS_YES.match(re.sub(r"<at>.*?</at>", "", said).strip()):
            self._confirmed |= (await self._visits() - before) & on_cards
        if self._chance.random() < RESTS:
            await self._office.settles()
        return True

    async def _delivers(self, activity: dict[str, Any]) -> None:
        answer = await self._office._door(activity)
        assert answer.status in (200, 201, 202), f"the door answered {answer.status}"
        body = answer.body or {}
        if body.get("type") == "application/vnd.microsoft.card.adaptive":
            chat, message = text_at(activity, "conversation", "id"), text_at(activity, "replyToId")
            await self._office.connector.answered(chat, message, body["value"])

    def _as_it_would_be_here(self, recorded: dict[str, Any]) -> dict[str, Any] | None:
        """The same press on a card of this bot's; None while there is no such button."""
        verb = pressed(recorded)[0] if _is_press(recorded) else ""
        if not verb:
            return recorded
        chat = text_at(recorded, "conversation", "id")
        offered = [
            (message, action)
            for message, action in self._buttons(chat)
            if object_at(action, "data").get("verb") == verb
        ]
        if not offered:
            return None
        message, action = self._chance.choice(offered)
        activity = copy.deepcopy(recorded)
        data = {**pressed(recorded)[1], **action["data"]}
        if activity["type"] == "invoke":
            activity["value"]["action"]["data"] = data
        else:
            activity["value"] = data
        return {**activity, "replyToId": message}

    def _buttons(self, chat: str) -> list[tuple[str, Mapping[str, Any]]]:
        """Every button that is or ever was on a card of a chat, with its message."""
        return [
            (message.activity_id, action)
            for message in self._office.connector.chats.get(chat, [])
            for version in message.versions
            for action in actions_on(card_of(version) or {})
            if action.get("type") in ("Action.Execute", "Action.Submit")
        ]

    def _drafts_on_cards(self, activity: dict[str, Any]) -> set[str]:
        """Drafts that were read back in this chat, to be confirmed."""
        data = [object_at(action, "data") for _, action in self._buttons(text_at(activity, "conversation", "id"))]
        return {str(each["draft_id"]) for each in data if each.get("verb") in CONFIRMS}

    async def _visits(self) -> set[str]:
        return {each.id for each in await self._office.all_visits()}


def _is_press(activity: Mapping[str, Any]) -> bool:
    is_submit = activity.get("type") == "message" and activity.get("value") is not None
    return is_submit or activity.get("name") == "adaptiveCard/action"


tests.office.Office = RecordingOffice  # type: ignore[misc]
