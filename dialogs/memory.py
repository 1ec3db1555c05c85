"""What a conversation is about, between its turns: the draft or visit spoken of, and the question last put."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import uuid4

from pydantic import Field, ValidationError

from bot.understanding.questions import Ask
from bot.understanding.reading import Reading
from bot.visits.models.values import Frozen, Instant, VisitId
from bot.visits.models.visit import Visit
from dialogs.talk import Talk

KEPT = timedelta(hours=2)
"""After so long without a word "move it" no longer means what was spoken of before."""

_KEY = "about"


class Topic(Frozen):
    """What "it" means."""

    kind: Literal["draft", "visit", "move", "cancel"]
    """``move`` and ``cancel``: a visit for which a change has been read back and waits for a yes."""
    id: VisitId
    version: int = 0
    """The version of the visit that the change was read back for."""
    starts_at: Instant | None = None
    duration: timedelta | None = None
    """Of a move: the new start and length that were read back."""
    seen: tuple[str, ...] = ()
    """The keys of the objections that its card shows: those that a reason in words goes over."""
    is_question: bool = False
    """Whether its message asks something of a visit, in the place of its card."""
    message_id: str = ""
    """The message that shows it, so that it can be closed when another takes its place."""

    def as_proposed(self, visit: Visit) -> Visit:
        """The visit as it would be after the change read back, so that "half an hour later" is later than that."""
        if self.kind != "move" or self.id != visit.id or self.starts_at is None:
            return visit
        return visit.model_copy(update={"starts_at": self.starts_at, "duration": self.duration or visit.duration})


class Wish(Frozen):
    """What was wished for while a part of it fits several values: it waits for the answer to the question put."""

    reading: Reading
    """What the message said; the part asked about is still in its ``questions``."""
    said: str = Field(default="", repr=False)
    """The message as typed: why a visit is cancelled stands there, for example."""


class Memory(Frozen):
    """The memory of one conversation."""

    topic: Topic | None = None
    asked: Ask | None = None
    """The question last put, so that "the second" and "pm" answer it."""
    asked_id: str = ""
    """Which question that is: a button of an earlier one does not answer it."""
    wish: Wish | None = None
    """What goes on once the question last put is answered, where that is no draft or visit."""
    doubts: tuple[Ask, ...] = ()
    """What was said of the draft and still fits several values."""
    new_client_of: VisitId | None = None
    """The draft of which was said that its client is none of the earlier ones of that name."""
    language: str | None = None
    """What the person last wrote in, where that is not their own language: presses are answered in it, too."""
    heard_at: Instant | None = None


def remembered(talk: Talk) -> Memory:
    """The memory of this conversation; empty when it is old, or of a shape that this version does not know."""
    try:
        memory = Memory.model_validate(talk.memory.get(_KEY) or {})
    except ValidationError:
        return Memory()
    return memory if memory.heard_at is None or _is_fresh(memory.heard_at, talk.now) else Memory()


def _is_fresh(heard_at: datetime, now: datetime) -> bool:
    return now - heard_at <= KEPT


def remember(talk: Talk, memory: Memory) -> Memory:
    """Keep the memory of this conversation."""
    kept = memory.model_copy(update={"heard_at": talk.now})
    talk.memory[_KEY] = kept.model_dump(mode="json")
    return kept


def question_id(talk: Talk, ask: Ask) -> str:
    """The id of a question that is about to be put: that of the one last put, if it is the same again."""
    memory = remembered(talk)
    return memory.asked_id if memory.asked == ask and memory.asked_id else uuid4().hex


def speak_of(
    talk: Talk, topic: Topic | None, asked: Ask | None = None, *, asked_id: str = "", wish: Wish | None = None
) -> Memory:
    """From now on "it" is this, and this was the question last put; ``wish`` goes on with its answer."""
    now = {"topic": topic, "asked": asked, "asked_id": asked_id, "wish": wish}
    return remember(talk, remembered(talk).model_copy(update=now))


def doubt(talk: Talk, new: tuple[Ask, ...]) -> None:
    """Keep what is in doubt: new doubts come first, and take the place of former ones about the same part."""
    memory = remembered(talk)
    parts = {part for each in new for part in each.about}
    kept = tuple(each for each in memory.doubts if not parts & set(each.about))
    remember(talk, memory.model_copy(update={"doubts": (*new, *kept)}))
