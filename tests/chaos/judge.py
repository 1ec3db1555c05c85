"""What clients, calendars and chats got, held against the rows: nothing lost, nothing twice, nothing untrue, and nobody
left untold without the desk knowing.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from bot.store.effects import EffectRow
from bot.visits.models.effects import EffectState
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from tests.chaos.arena import CHATS, Arena, Figures

TEXTS: Mapping[str, str] = {
    "sms_confirmation": "confirmation",
    "sms_reschedule": "reschedule",
    "sms_cancellation": "cancellation",
}
REMINDER_BEFORE = timedelta(minutes=15)
REMINDER_WITHIN = timedelta(minutes=2)
"""Reminders are spread inside their minute, and somebody has to send them."""
KNOWN = frozenset({EffectState.unknown, EffectState.left, EffectState.refused, EffectState.failed})
"""What the card and the desk's chat show."""


@dataclass(frozen=True)
class Seen:
    """What the outside world got of one visit."""

    events_made: int = 0
    events_there: int = 0
    texts: Counter[str] = field(default_factory=Counter)
    mails: Counter[str] = field(default_factory=Counter)
    reminders: int = 0
    put_on_again: int = 0
    """How often it was off, and is on again: each time there may be another event."""
    card: str | None = None
    """The JSON of its card as it is seen now; None where there is no card."""


async def judged(arena: Arena, figures: Figures) -> Figures:
    """Judge every visit of an arena that has come to rest."""
    world = await arena.emulator()
    events = [(str(each["transaction_id"]).partition("-")[0], each["deleted_at"] is None) for each in world["events"]]
    made = Counter(visit_id for visit_id, _ in events)
    there = Counter(visit_id for visit_id, is_there in events if is_there)
    texts = Counter((each["phone"], each["type"]) for each in world["sms"])
    mails = Counter((each["to"], each["kind"]) for each in world["mails"])
    reminded = arena.teams.reminders()
    for number, (visit_id, facts) in enumerate(arena.visits.items()):
        visit = await arena.store.visit(VisitId(visit_id))
        if visit is None:
            continue  # never booked
        versions = arena.teams.messages.get((f"chat-{number % CHATS}", f"card-{number}"), [])
        seen = Seen(
            events_made=made[visit_id],
            events_there=there[visit_id],
            texts=_of(facts["client"]["phone"], texts),
            mails=_of(facts["client"]["email"], mails),
            reminders=reminded[visit_id],
            put_on_again=put_on_again(await arena.store.versions(visit.id)),
            card=json.dumps(versions[-1]) if versions else None,
        )
        judge(visit, await arena.ledger.rows_of(visit.id), seen, figures, now=arena.now())
    return figures


def judge(visit: Visit, rows: Sequence[EffectRow], seen: Seen, figures: Figures, *, now: datetime) -> None:
    """Judge one visit, into ``figures``."""
    verdict = _Verdict(visit, rows, seen, figures, now)
    verdict.on_calendar()
    for op, kind in TEXTS.items():
        verdict.on_messages(op, seen.texts[kind], f"sms {kind}")
    verdict.on_messages("reminder", seen.reminders, "reminder")
    verdict.on_what_was_to_be_told()
    verdict.on_reminders()
    verdict.on_mails()
    verdict.on_card()


@dataclass(frozen=True)
class _Verdict:
    visit: Visit
    rows: Sequence[EffectRow]
    seen: Seen
    figures: Figures
    now: datetime

    def on_calendar(self) -> None:
        """One event, where the visit is; none once it is off."""
        wanted = 0 if self.visit.is_cancelled else 1
        made, there = self.seen.events_made, self.seen.events_there
        if there < wanted:
            self._lost("no event")
        if made > 1 + self.seen.put_on_again or there > wanted:
            self._twice(f"{made} events, {there} there, {wanted} wanted")
        if self.visit.calendar_starts_at != (None if self.visit.is_cancelled else self.visit.starts_at):
            self._untrue("the calendar's start is another")

    def on_messages(self, op: str, count: int, what: str) -> None:
        """As many as the ledger says are done, and at most those more of which nobody knows."""
        of_kind = [each for each in self.rows if each.key.startswith(f"{op}:")]
        done = sum(each.state is EffectState.done for each in of_kind)
        doubtful = sum(_is_doubtful(each) for each in of_kind)
        self.figures.unknown += doubtful
        if count < done:
            self._lost(f"{what} is lost")
        if count > max(1, len(of_kind)):
            self._twice(f"{what} went out {count} times")
        elif count > done + doubtful:
            states = ", ".join(each.state for each in of_kind) or "nothing"
            self._untrue(f"{what} went out, and the ledger says {states}")

    def on_what_was_to_be_told(self) -> None:
        """The last thing the client was to hear went out, or somebody knows that it may not have."""
        if not (self.visit.text_client and self.visit.tell_client and self.visit.client.phone):
            return
        texts = [each for each in self.rows if each.key.partition(":")[0] in TEXTS]
        told = any(each.state is EffectState.done or _is_doubtful(each) for each in texts)
        is_of_cancellation = [each.key.startswith("sms_cancellation:") for each in texts]
        latest = [
            each
            for each, is_cancellation in zip(texts, is_of_cancellation, strict=True)
            if each.version == self.visit.schedule_version and is_cancellation == self.visit.is_cancelled
        ]
        if self.visit.is_cancelled and not told:
            return  # they never heard of it
        if not latest:
            self._lost("a text the client was to get is not even in the ledger")
        for each in latest:
            if each.state is not EffectState.done and each.state not in KNOWN:
                self._lost(f"{each.key} is {each.state} ({each.code}), and nothing has taken its place")

    def on_reminders(self) -> None:
        """Whoever sees the client was reminded, or the reason why not is true."""
        reminders = [each for each in self.rows if each.key.startswith("reminder:")]
        due = self.visit.starts_at - REMINDER_BEFORE
        was_there = (self.visit.changed_at or self.visit.created_at) < self.visit.starts_at
        is_due = not self.visit.is_cancelled and was_there and self.now >= due + REMINDER_WITHIN
        current = [each for each in reminders if each.version == self.visit.schedule_version]
        if is_due and not current:
            self._lost("a reminder is not even in the ledger")
        for each in current:
            if self.visit.is_cancelled or each.state is not EffectState.skipped:
                continue
            if each.code != "too_late" or each.updated_at < self.visit.starts_at:
                self._lost(f"{each.key} was skipped ({each.code}), and that is not so")

    def on_mails(self) -> None:
        """A client with an address was invited, once to each event, or somebody knows that they were not.

        In an arena each event outlives its quiet window: only then are visits acted on again.
        """
        for kind, count in self.seen.mails.items():
            if count > 1 + self.seen.put_on_again:
                self._twice(f"mailed {count} times: {kind}")
        is_known = any(each.key.startswith("invite:") and each.state in KNOWN for each in self.rows)
        if not self.visit.client.email or self.visit.is_cancelled or is_known:
            return
        if self.seen.mails["invitation"] < self.seen.events_made:
            self._lost("never invited, and nobody knows")

    def on_card(self) -> None:
        """The card shows the visit as it is."""
        shown = self.seen.card
        if shown is None:
            self._untrue("its card shows nothing")
            return
        is_off = self.visit.is_cancelled and "cancelled" in shown.lower()
        if "Working on it" in shown or not (is_off or f'"version": {self.visit.version}' in shown):
            self._untrue("its card shows another state")

    def _lost(self, what: str) -> None:
        self.figures.lost += 1
        self._wrong(what)

    def _twice(self, what: str) -> None:
        self.figures.duplicated += 1
        self._wrong(what)

    def _untrue(self, what: str) -> None:
        self.figures.untrue += 1
        self._wrong(what)

    def _wrong(self, what: str) -> None:
        self.figures.wrong.append(f"{self.visit.id}: {what}")


def put_on_again(versions: Iterable[Visit]) -> int:
    """How often a visit that was off is on again."""
    ordered = sorted(versions, key=lambda each: each.version)
    return sum(was.is_cancelled and not after.is_cancelled for was, after in pairwise(ordered))


def _is_doubtful(row: EffectRow) -> bool:
    """Whether nobody knows whether it went out."""
    is_past = row.state is EffectState.skipped and row.code == "outcome_unknown"
    return row.state in (EffectState.unknown, EffectState.left) or is_past


def _of(whose: str | None, counts: Counter[tuple[str, str]]) -> Counter[str]:
    return Counter({kind: count for (each, kind), count in counts.items() if each == whose})
