"""Bot state as plain JSON: an allow-listed codec, a version, an expiry.

The SDK's own stores restore Python objects with jsonpickle, which runs what it reads; ours knows JSON, the dialog
stack, and nothing else. Saving is compare-and-set, so of two turns that changed one conversation the first stays.
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from botbuilder.core import ConversationState, StatePropertyAccessor, Storage, TurnContext
from botbuilder.dialogs import DialogInstance, DialogState

from bot.clock import Clock
from bot.teams.ports import StateStore

log = logging.getLogger(__name__)

FORMAT = 1
DIALOG_VERSION = 1
"""Raised when a dialog's steps change their order or meaning: what was under way then ends politely."""
KEPT_FOR = timedelta(hours=24)

_STACK = "$stack"


class UnstorableState(TypeError):
    """A dialog keeps something that is not JSON. A fault of ours; the message names where."""


class RefusedState(ValueError):
    """What is stored is not something this bot wrote."""


def encoded(value: object, where: str = "state") -> Any:
    """State as JSON. Raises UnstorableState for anything but JSON's own types and the dialog stack."""
    if type(value) in (type(None), bool, int, float, str):
        return value
    if isinstance(value, DialogState):
        return {_STACK: [_instance(each, where) for each in value.dialog_stack]}
    if isinstance(value, list | tuple):
        return [encoded(each, f"{where}[{place}]") for place, each in enumerate(value)]
    if isinstance(value, Mapping):
        return {_own_key(key, where): encoded(each, f"{where}.{key}") for key, each in value.items()}
    raise UnstorableState(f"{where} holds a {type(value).__name__}: keep ids and ISO strings in dialog state")


def _instance(instance: DialogInstance, where: str) -> Mapping[str, Any]:
    return {"id": instance.id, "state": encoded(instance.state, f"{where}/{instance.id}")}


def _own_key(key: object, where: str) -> str:
    if not isinstance(key, str) or key == _STACK or key.startswith("py/"):
        raise UnstorableState(f"{where} has the key {key!r}")
    return key


def decoded(value: Any) -> object:
    """State from JSON. Raises RefusedState for anything this codec does not write."""
    if isinstance(value, list):
        return [decoded(each) for each in value]
    if isinstance(value, dict):
        if _STACK in value:
            return _stack(value)
        if foreign := sorted(key for key in value if key.startswith(("py/", "$"))):
            raise RefusedState(f"the key {foreign[0]}")
        return {key: decoded(each) for key, each in value.items()}
    return value


def _stack(value: Mapping[str, Any]) -> DialogState:
    frames = value[_STACK]
    if len(value) != 1 or not isinstance(frames, list):
        raise RefusedState("a dialog stack of another shape")
    stack = []
    for frame in frames:
        if not isinstance(frame, dict) or frame.keys() != {"id", "state"} or not isinstance(frame["id"], str):
            raise RefusedState("a dialog of another shape")
        state = decoded(frame["state"])
        if not isinstance(state, dict):
            raise RefusedState("a dialog's state of another shape")
        stack.append(DialogInstance(frame["id"], state))
    return DialogState(stack)


class JsonStorage(Storage):  # type: ignore[misc]
    """The SDK's storage over our store, for one turn: it remembers the version it read and saves against it."""

    def __init__(self, store: StateStore, clock: Clock, *, dialog_version: int = DIALOG_VERSION) -> None:
        """One for each turn."""
        self._store = store
        self._clock = clock
        self._dialog_version = dialog_version
        self._read: dict[str, tuple[int, dict[str, object]]] = {}
        self.restarted: str | None = None

    async def read(self, keys: list[str]) -> dict[str, dict[str, object]]:
        """The states of these keys; an empty one where there is none. Each is read once a turn."""
        for key in keys:
            if key not in self._read:
                self._read[key] = await self._load(key)
        return {key: self._read[key][1] for key in keys}

    async def write(self, changes: Mapping[str, object]) -> None:
        """Save what changed. Raises StateConflict where another turn was faster."""
        now = self._clock.now()
        for key, state in changes.items():
            version, _ = self._read.get(key, (0, {}))
            document = {"format": FORMAT, "dialog_version": self._dialog_version, "state": encoded(state)}
            document["expires_at"] = (now + KEPT_FOR).isoformat()
            saved = await self._store.save(key, document, expected_version=version, expires_at=now + KEPT_FOR)
            self._read[key] = (saved, state if isinstance(state, dict) else {})

    async def delete(self, keys: list[str]) -> None:
        """Forget these states."""
        for key in keys:
            self._read.pop(key, None)
            await self._store.forget(key)

    async def _load(self, key: str) -> tuple[int, dict[str, object]]:
        stored = await self._store.load(key)
        if stored is None:
            return 0, {}
        document = stored.document
        try:
            if document.get("format") != FORMAT:
                raise RefusedState("another format")
            state = decoded(document.get("state"))
            if not isinstance(state, dict):
                raise RefusedState("no object")
            expired = _expired(document, self._clock.now())
        except RefusedState as refused:
            log.error("state.refused", extra={"key": key, "reason": str(refused)[:200]})
            self.restarted = "refused"
            return stored.version, {}
        if not expired and document.get("dialog_version") == self._dialog_version:
            return stored.version, state
        if _has_dialog(document.get("state")):
            self.restarted = "expired" if expired else "new_version"
            log.info("state.restarted", extra={"key": key, "reason": self.restarted})
        return stored.version, {}


def _has_dialog(state: object) -> bool:
    return isinstance(state, Mapping) and any(isinstance(each, Mapping) and each.get(_STACK) for each in state.values())


def _expired(document: Mapping[str, Any], now: datetime) -> bool:
    try:
        return datetime.fromisoformat(document["expires_at"]) <= now
    except (KeyError, TypeError, ValueError):
        raise RefusedState("no expiry") from None


class DialogStateOfTurn:
    """One turn's bot state: a ConversationState of its own, as a shared one mixes up overlapping turns."""

    def __init__(self, storage: JsonStorage) -> None:
        """One for each turn."""
        self._storage = storage
        self.conversation = ConversationState(storage)
        self.dialogs: StatePropertyAccessor = self.conversation.create_property("DialogState")

    @property
    def restarted(self) -> str | None:
        """Why a dialog that was under way is gone; known once state was read."""
        return self._storage.restarted

    async def save(self, context: TurnContext) -> None:
        """Save what the turn changed. Raises StateConflict."""
        await self.conversation.save_changes(context)
