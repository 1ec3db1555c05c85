"""What the client hears, held at that instant against what the row says: that is where a lie shows."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.clock import Clock
from bot.graph.emulator.state import State
from bot.visits.models.visit import Visit

EMAIL = "ana.ruiz@example.com"
Channel = Literal["sms", "mail"]


@dataclass(frozen=True)
class Heard:
    """Something the client was told: a start, or None that there is no visit any more."""

    channel: Channel
    says: datetime | None
    kind: str
    schedule_version: int


class Hearing:
    """The client, by phone and mailbox. ``versions`` are all the visit has had."""

    def __init__(self, state: State, clock: Clock, standing: Callable[[], Visit], versions: Sequence[Visit]) -> None:
        self._state = state
        self._clock = clock
        self._standing = standing
        self._versions = versions
        self._texts = self._mails = 0
        self._doubtful: set[int] = set()
        self._said: Counter[str] = Counter()
        self._is_resent = False
        self._is_by_hand = False
        self._anew = 0
        self.belief: dict[Channel, datetime | None] = {"sms": None, "mail": None}
        self.heard: list[Heard] = []
        self.lies: list[str] = []

    # --- what people and processes do about it ----------------------------------------------------

    def text_in_doubt(self, schedule_version: int) -> None:
        """Nobody knows whether this text came."""
        self._doubtful.add(schedule_version)

    def is_told_again(self) -> None:
        """A person has something sent again."""
        self._is_resent = True

    def is_told_anew(self, schedule_version: int) -> None:
        """A person has the visit put into a new event, of which everybody is told."""
        self.belief["mail"] = None
        self._anew = schedule_version

    @contextmanager
    def by_hand(self) -> Iterator[None]:
        """What Outlook tells meanwhile is the doing of a person in the calendar, and not ours."""
        self._is_by_hand = True
        try:
            yield
            self.listens()
        finally:
            self._is_by_hand = False

    # --- what comes -------------------------------------------------------------------------------

    def listens(self) -> None:
        """Take note of what came since."""
        texts, mails = self._state.sms[self._texts :], self._state.mails[self._mails :]
        self._texts, self._mails = len(self._state.sms), len(self._state.mails)
        for text in texts:
            says = None if text.type == "cancellation" else text.starts_at
            heard = Heard("sms", says, str(text.type), self._standing().schedule_version)
            if text.type == "reminder":
                self._note_once(heard, f"reminder:{heard.schedule_version}")
            else:
                self._note(heard)
        for mail in mails:
            if mail.to != EMAIL:
                continue
            if mail.kind == "message":
                late = Heard("mail", self._standing().starts_at, "late", 0)
                self._note_once(late, f"late:{self._standing().version}")
                continue
            on = [each for each in self._state.events.values() if not (each.cancelled or each.deleted_at)]
            says = None if mail.kind == "cancellation" else on[-1].starts_at
            self._note(Heard("mail", says, mail.kind, self._standing().schedule_version))

    def _note_once(self, heard: Heard, what: str) -> None:
        """Said of a visit that is on, where it is; once, unless a person had it sent again."""
        visit = self._standing()
        if visit.is_cancelled or heard.says != visit.starts_at:
            self.lies.append(f"untrue: {heard} while the visit is {'off' if visit.is_cancelled else visit.starts_at}")
        self._said[what] += 1
        if self._said[what] > 1 and not self._is_resent:
            self.lies.append(f"twice: {heard}")
        self.heard.append(heard)

    def _note(self, heard: Heard) -> None:
        """What the client hears must be so, must be meant for them by now, and must be news."""
        visit, before = self._standing(), self.belief[heard.channel]
        truth = None if visit.is_cancelled else visit.starts_at
        if self._is_by_hand:
            self.heard.append(heard)
            self.belief[heard.channel] = heard.says
            return
        if heard.says != truth:
            self.lies.append(f"untrue: {heard} while the visit is at {truth}")
        if visit.is_quiet(self._clock.now()):
            self.lies.append(f"inside the quiet window: {heard}")
        if heard.says == before and not self._may_repeat(heard):
            self.lies.append(f"twice: {heard} after {[each for each in self.heard if each.channel == heard.channel]}")
        if heard.channel == "sms":
            self._is_resent = False
        self.heard.append(heard)
        self.belief[heard.channel] = heard.says

    def _may_repeat(self, heard: Heard) -> bool:
        """Said again on purpose by a person; or of a later change, when nobody knows whether the text before it came;
        or a new length, of which Outlook tells with the same start.
        """
        if heard.channel == "mail":
            return (heard.kind == "update" and self._is_other_length()) or self._anew > 0
        if heard.schedule_version == self._anew:
            return True
        same = any(each.channel == "sms" and each.schedule_version == heard.schedule_version for each in self.heard)
        return self._is_resent or (not same and any(each < heard.schedule_version for each in self._doubtful))

    def _is_other_length(self) -> bool:
        return len({each.duration for each in self._versions}) > 1
