"""The judge of a crash run finds fault where there is one, and only there."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.store.effects import EffectRow
from bot.visits.models.effects import EffectKind, EffectState
from tests.chaos.arena import Figures
from tests.chaos.judge import Seen, judge
from tests.unit.work.world import NINE, TEN, Story


class Case:
    """A story that has come to rest, what the ledger says of it, and what the outside world got."""

    def __init__(self, story: Story) -> None:
        self.visit = story.visit
        self.rows = list(story.ledger.rows.values())
        made = len(story.outlook.requests)
        self.seen = Seen(
            events_made=made,
            events_there=len(story.outlook.events),
            texts=Counter(kind for kind, _ in story.outlook.texts),
            card=f'{{"version": {story.visit.version}, "text": "Visit cancelled"}}',
        )
        self.now = story.clock.now()

    def row(self, op: str) -> EffectRow:
        return next(each for each in self.rows if each.key.startswith(f"{op}:"))

    def has(self, op: str, state: EffectState, code: str | None = None) -> None:
        """The ledger says another thing of an effect."""
        self.rows = [replace(each, state=state, code=code) if each is self.row(op) else each for each in self.rows]

    def figures(self) -> Figures:
        found = Figures("case")
        judge(self.visit, self.rows, self.seen, found, now=self.now)
        return found


@pytest.fixture
async def booked() -> Case:
    story = Story()
    story.books()
    await story.settles_all()
    return Case(story)


@pytest.fixture
async def moved() -> Case:
    story = Story()
    story.books()
    await story.settles_all()
    story.moves(TEN)
    await story.settles_all()
    return Case(story)


@pytest.fixture
async def cancelled() -> Case:
    story = Story()
    story.books()
    await story.settles_all()
    story.cancels()
    await story.settles_all()
    return Case(story)


async def test_what_went_well_is_right(booked: Case, moved: Case, cancelled: Case) -> None:
    for case in (booked, moved, cancelled):
        assert case.figures().wrong == []


async def test_a_text_that_is_done_and_never_came_is_lost(booked: Case) -> None:
    booked.seen = replace(booked.seen, texts=Counter())
    assert booked.figures().lost == 1


async def test_a_text_that_came_twice_is_twice(booked: Case) -> None:
    booked.seen = replace(booked.seen, texts=Counter(confirmation=2))
    assert booked.figures().duplicated == 1


async def test_a_text_that_came_though_the_ledger_says_it_did_not_is_untrue(booked: Case) -> None:
    booked.has("sms_confirmation", EffectState.refused)
    assert booked.figures().untrue == 1


async def test_a_text_of_which_nobody_knows_is_unknown_and_right(booked: Case) -> None:
    booked.has("sms_confirmation", EffectState.unknown)
    for texts in (Counter(), Counter(confirmation=1)):
        booked.seen = replace(booked.seen, texts=texts)
        assert (booked.figures().is_right, booked.figures().unknown) == (True, 1)


@pytest.mark.parametrize("name", ["booked", "moved", "cancelled"])
async def test_an_expected_text_that_is_not_even_in_the_ledger_is_lost(
    name: str, booked: Case, moved: Case, cancelled: Case
) -> None:
    case = {"booked": booked, "moved": moved, "cancelled": cancelled}[name]
    latest = {"booked": "sms_confirmation", "moved": "sms_reschedule", "cancelled": "sms_cancellation"}[name]
    case.rows.remove(case.row(latest))
    case.seen = replace(case.seen, texts=case.seen.texts - Counter([latest.removeprefix("sms_")]))
    assert case.figures().lost == 1


@pytest.mark.parametrize("code", [None, "outcome_unknown"])
async def test_the_last_text_is_not_skipped_for_a_later_one(moved: Case, code: str | None) -> None:
    moved.has("sms_reschedule", EffectState.skipped, code)
    moved.seen = replace(moved.seen, texts=Counter(confirmation=1))
    assert moved.figures().lost == 1


async def test_a_client_who_never_heard_of_the_visit_need_not_hear_that_it_is_off() -> None:
    story = Story()
    story.books()
    await story.settles()
    story.cancels()
    await story.settles_all()
    assert Case(story).figures().wrong == []


@pytest.mark.parametrize(
    ("state", "code", "lost"),
    [
        (EffectState.done, None, 0),
        (EffectState.skipped, "superseded", 1),
        (EffectState.skipped, "too_late", 1),
        (None, None, 1),
    ],
)
async def test_a_reminder_is_skipped_only_for_a_reason_that_is_true(
    booked: Case, state: EffectState | None, code: str | None, lost: int
) -> None:
    booked.now = NINE - timedelta(minutes=5)
    booked.seen = replace(booked.seen, reminders=1 if state is EffectState.done else 0)
    if state is not None:
        reminder = replace(booked.row("add"), kind=EffectKind.reminder, state=state, code=code, updated_at=booked.now)
        booked.rows.append(replace(reminder, key=f"reminder:{booked.visit.id}:15:1"))
    assert booked.figures().lost == lost


async def test_a_client_with_an_address_is_invited_or_somebody_knows() -> None:
    story = Story(email="ana@example.com")
    story.books()
    await story.settles_all()
    case = Case(story)
    assert case.figures().lost == 1
    case.seen = replace(case.seen, mails=Counter(invitation=1))
    assert case.figures().wrong == []
    case.seen = replace(case.seen, mails=Counter())
    case.has("invite", EffectState.refused)
    assert case.figures().wrong == []


async def test_a_visit_put_on_again_may_have_another_event_and_each_is_mailed_of(booked: Case) -> None:
    booked.visit = booked.visit.model_copy(
        update={"client": booked.visit.client.model_copy(update={"email": "ana@example.com"})}
    )
    mails = Counter({"invitation": 2})
    booked.seen = replace(booked.seen, events_made=2, mails=mails)
    assert booked.figures().duplicated == 2
    booked.seen = replace(booked.seen, put_on_again=1)
    assert booked.figures().wrong == []
    booked.seen = replace(booked.seen, mails=Counter({"invitation": 1}))
    assert booked.figures().lost == 1
