"""What people changed of the world while it ran: kept apart from the world, whose file is not ours."""

from typing import Any

from pydantic import BaseModel, ValidationError

from bot.graph.emulator.parts import Busy, User
from bot.graph.emulator.world import World

_CHANGES = ("consented", "needs_claims", "teams_premium", "mailbox_error")
"""What of a person is changed by a switch or on the sign-in page."""


class ChangesByHand(BaseModel):
    """Only what differs from the world as it was given, so that what its file says elsewhere still counts."""

    switches: dict[str, Any] = {}
    people: dict[str, dict[str, Any]] = {}
    """By object id."""
    busy: dict[str, tuple[Busy, ...]] = {}
    """What was put into calendars, by object id."""

    @classmethod
    def between(cls, first: World, now: World) -> "ChangesByHand":
        """What was changed since ``first`` was given."""
        given = {each.id: each for each in first.users}
        known = [(given[each.id], each) for each in now.users if each.id in given]
        people = {user.id: changed for before, user in known if (changed := _changed(before, user))}
        busy = {user.id: tuple(each for each in user.busy if each not in before.busy) for before, user in known}
        before, after = first.switches.model_dump(), now.switches.model_dump()
        return cls(
            switches={name: value for name, value in after.items() if before[name] != value},
            people=people,
            busy={key: spans for key, spans in busy.items() if spans},
        )

    def apply(self, world: World) -> None:
        """Change the world alike. What it no longer has, or no longer takes, is left."""
        for name, value in self.switches.items():
            _set(world.switches, name, value)
        for user in world.users:
            for name, value in self.people.get(user.id, {}).items():
                _set(user, name, value)
            user.busy = (*user.busy, *self.busy.get(user.id, ()))


def _changed(before: User, now: User) -> dict[str, Any]:
    return {name: getattr(now, name) for name in _CHANGES if getattr(now, name) != getattr(before, name)}


def _set(thing: BaseModel, name: str, value: Any) -> None:
    """One change, where the world of today still takes it."""
    if name in type(thing).model_fields:
        try:
            setattr(thing, name, value)
        except ValidationError:
            return
