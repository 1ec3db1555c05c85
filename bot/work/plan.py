"""What is to be done next for a visit, from its row and its ledger alone.

The row says what people decided; the ledger says what the outside world was told. ``next_effect`` compares the two and
names one effect, so that whatever happened before (a crash, an undo, three changes in a minute) the next thing done is
the right one. Pure: every rule about what the client is still to hear, and when, is a line of this file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.visits.models.effects import EffectState
from bot.visits.models.visit import Visit
from bot.work.ops import Act, Entry, Op, generation


@dataclass(frozen=True)
class Wait:
    """Nothing to do before ``until``; ``acts`` are what then follows, to be shown as waiting."""

    until: datetime
    acts: tuple[Act, ...] = ()


@dataclass(frozen=True)
class Abilities:
    """What the backend and the cloud can do beside plain calendar events."""

    online_meetings: bool = True
    client_link: bool = True
    sms: bool = True
    invitations: bool = True


Next = Act | Wait | None
"""None: the outside world is as it should be, or a person is needed."""


def next_effect(visit: Visit, ledger: Sequence[Entry], now: datetime, abilities: Abilities) -> Next:
    """The next thing to do for a visit, once what is ``superseded`` (``bot.work.fates``) was written down so."""
    plan = _Plan(visit, {each.key: each for each in ledger}, now, abilities)
    return plan.calling_off() if visit.is_cancelled else plan.holding()


def held_up(visit: Visit, ledger: Sequence[Entry], now: datetime, abilities: Abilities) -> Sequence[Act]:
    """What the client was still to hear when ``next_effect`` has nothing more to do: somebody has to know of it."""
    return _Plan(visit, {each.key: each for each in ledger}, now, abilities).held_up()


@dataclass(frozen=True)
class _Plan:
    visit: Visit
    ledger: Mapping[str, Entry]
    now: datetime
    abilities: Abilities

    # --- a visit that is on -----------------------------------------------------------------------

    def holding(self) -> Next:
        """Calendar first, then what the meeting needs, then the client."""
        if undone := next((each for each in self._entries(Op.cancel) if each.is_unresolved), None):
            return self._when_due(Act(Op.check, undone.key))
        if self.visit.event_id is None:
            return self._adding()
        if not self._calendar_agrees():
            move = self._act(Op.move, self.visit.version)
            if self._is_stuck(move):
                return None
            if self._may_be_invited() and self.visit.is_quiet(self.now):
                return self._quiet(move, *self._telling())
            return self._when_due(move)
        for act in self._preparing():
            entry = self.ledger.get(act.key)
            if entry is None or not entry.is_closed:
                return self._when_due(act)
        telling = self._telling()
        if not telling:
            return None
        return self._quiet(*telling) if self.visit.is_quiet(self.now) else self._when_due(telling[0])

    def _adding(self) -> Next:
        tries = self._entries(Op.add)
        latest = next((each for each in tries if each.is_unresolved), None)
        latest = latest or max(tries, key=lambda each: each.number, default=None)
        if latest is not None and not latest.is_closed:
            return self._when_due(Act(Op.add, latest.key))
        if (
            latest is not None
            and latest.state is not EffectState.done
            and latest.schedule_version == self.visit.schedule_version
        ):
            return None  # refused or given up as it stands: a person is needed
        return self._act(Op.add, latest.number + 1 if latest else 1)

    def _preparing(self) -> Sequence[Act]:
        """What the meeting behind a new event needs, once for each event."""
        if not self.abilities.online_meetings:
            return ()
        wanted = []
        if self.visit.join_url is None:
            wanted.append(Op.join_url)
        if self.visit.meeting_id is None:
            wanted.append(Op.meeting)
        wanted.append(Op.lobby)
        if self.visit.client_join_url is None:
            wanted.append(Op.link)
        acts = [self._act(each, generation(self.ledger.values())) for each in wanted]
        blocked = next(
            (n for n, act in enumerate(acts) if act.op in (Op.join_url, Op.meeting) and self._is_closed(act)), None
        )
        return acts if blocked is None else acts[:blocked]

    def _calendar_agrees(self) -> bool:
        """Whether the calendar surely holds the visit as it stands: a move without an answer may have gone through."""
        there = (self.visit.calendar_starts_at, self.visit.calendar_duration or self.visit.duration)
        is_sure = not any(each.is_unresolved for each in self._entries(Op.move))
        return is_sure and there == (self.visit.starts_at, self.visit.duration)

    def _may_be_invited(self) -> bool:
        return self.visit.client_invited or any(each.is_unresolved for each in self._entries(Op.invite))

    def _telling(self, *, wanted_text: bool | None = None) -> Sequence[Act]:
        """What the client has still to hear of the visit as it stands."""
        if self.now >= self.visit.ends_at:
            return ()
        wanted = []
        if self.visit.client.email and not self.visit.client_invited and self.abilities.invitations:
            begun = next((each for each in self._entries(Op.invite) if each.is_unresolved), None)
            wanted.append(Act(Op.invite, begun.key) if begun else self._act(Op.invite, self.visit.schedule_version))
        told = self.visit.told.starts_at if self.visit.told else None
        texts = self._may_text() if wanted_text is None else wanted_text
        if texts and told != self.visit.starts_at:
            op = Op.sms_confirmation if told is None else Op.sms_reschedule
            wanted.append(self._act(op, self.visit.schedule_version))
        return [each for each in wanted if not self._is_closed(each) or self._was_held_up(each)]

    def _may_text(self) -> bool:
        return self._wants_text() and self.visit.meeting_id is not None

    def _wants_text(self) -> bool:
        return self.visit.is_to_be_texted and self.visit.tell_client and self.abilities.sms

    # --- a visit that is off ----------------------------------------------------------------------

    def calling_off(self) -> Next:
        """The text before the event goes, since it is bound to the meeting; both after the quiet window."""
        if self.visit.event_id is None:
            unresolved = next((each for each in self._entries(Op.add) if each.is_unresolved or each.was_in_doubt), None)
            return None if unresolved is None else self._when_due(Act(Op.look_up, unresolved.key))
        begun = next((each for each in self._entries(Op.cancel) if each.is_unresolved), None)
        cancel = Act(Op.cancel, begun.key) if begun else self._act(Op.cancel, self.visit.schedule_version)
        text = self._act(Op.sms_cancellation, self.visit.schedule_version)
        texts = self._knows_of_it() and self._may_text() and not self._is_closed(text) and self.now < self.visit.ends_at
        if self.visit.is_quiet(self.now):
            return self._quiet(*([text] if texts else []), cancel)
        if texts:
            return self._when_due(text)
        return None if self._is_stuck(cancel) else self._when_due(cancel)

    def _knows_of_it(self) -> bool:
        return self.visit.told is not None and self.visit.told.starts_at is not None

    # --- what cannot be done ----------------------------------------------------------------------

    def held_up(self) -> Sequence[Act]:
        """What the client was still to hear, where nothing is done any more that it could follow on."""
        if self.now >= self.visit.ends_at:
            return ()
        if not self.visit.is_cancelled:
            return self._telling(wanted_text=self._wants_text())
        text = self._act(Op.sms_cancellation, self.visit.schedule_version)
        return [text] if self._knows_of_it() and self._wants_text() and not self._is_closed(text) else ()

    # --- shared -----------------------------------------------------------------------------------

    def _quiet(self, *acts: Act) -> Wait:
        assert self.visit.quiet_until is not None
        return Wait(self.visit.quiet_until, acts)

    def _when_due(self, act: Act) -> Next:
        entry = self.ledger.get(act.key)
        if entry is not None and entry.until is not None and entry.until > self.now and not entry.is_closed:
            return Wait(entry.until)
        return act

    def _entries(self, op: Op) -> list[Entry]:
        return [each for each in self.ledger.values() if each.op is op]

    def _is_closed(self, act: Act) -> bool:
        entry = self.ledger.get(act.key)
        return entry is not None and entry.is_closed

    def _was_held_up(self, act: Act) -> bool:
        """Given up before it was ever tried, since what it follows on had come to nothing."""
        entry = self.ledger.get(act.key)
        return entry is not None and entry.state is EffectState.failed and entry.attempts == 0

    def _is_stuck(self, act: Act) -> bool:
        """Closed and not done. One that was done is done again where the world differs all the same."""
        entry = self.ledger.get(act.key)
        return entry is not None and entry.is_closed and entry.state is not EffectState.done

    def _act(self, op: Op, number: int) -> Act:
        return Act(op, f"{op}:{self.visit.id}:{number}")
