"""Moving a visit: which one, to when, then one confirmation."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from botbuilder.dialogs import ComponentDialog, DialogTurnResult, WaterfallDialog, WaterfallStepContext

from bot.strings.words import local
from bot.understanding.context import Slots
from bot.understanding.merge import merged
from bot.understanding.reading import Intent, Reading
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from dialogs.asking import MOMENT, about_move
from dialogs.desk import Desk
from dialogs.drafting import wall_clock
from dialogs.finding import Meant, visit_question, visits_among
from dialogs.memory import Topic, remembered
from dialogs.prompts import CardPrompt
from dialogs.talk import Talk, talk_of

RESCHEDULE_VISIT = "reschedule_visit"
_STEPS = "reschedule_visit.steps"
_WHICH = "reschedule_visit.which"
_WHEN = "reschedule_visit.when"


class RescheduleVisitDialog(ComponentDialog):  # type: ignore[misc]
    """which -> when -> confirm. Begins with ``moving(...)``; pressing Move on the card it ends with is a verb."""

    def __init__(self, desk: Desk) -> None:
        """``desk`` holds the services."""
        super().__init__(RESCHEDULE_VISIT)
        self._desk = desk
        self.add_dialog(WaterfallDialog(_STEPS, [self.which, self.when, self.confirm]))
        self.add_dialog(CardPrompt(_WHICH, self._put_which))
        self.add_dialog(CardPrompt(_WHEN, self._put_when))
        self.initial_dialog_id = _STEPS

    async def which(self, step: WaterfallStepContext) -> DialogTurnResult:
        """Ask which visit is meant, unless that is clear. Receives ``moving(...)``."""
        if step.options.get("visit_id"):
            return await step.next(None)
        return await step.prompt(_WHICH, step.options)

    async def when(self, step: WaterfallStepContext) -> DialogTurnResult:
        """Ask for the new time, unless it was said. Receives the reading that says whose visit, if that was asked."""
        options = step.options
        if step.result is not None:
            found = await visits_among(self._desk, talk_of(step.context), options["visit_ids"], step.result)
            before = _reading_in(options)
            said = _overlaid(before, _beside_which(step.result, found.visit, talk_of(step.context).person.time_zone))
            options = moving(found, said.model_copy(update={"questions": said.questions or before.questions}))
            if found.visit is None:
                return await step.replace_dialog(_STEPS, options)
            step.options.update(options)
        reading = _reading_in(options)
        if says_when(reading) and not reading.questions:
            return await step.next(reading)
        return await step.prompt(_WHEN, options)

    async def confirm(self, step: WaterfallStepContext) -> DialogTurnResult:
        """Read the move back. Receives the reading that says when."""
        talk, reading = talk_of(step.context), _overlaid(_reading_in(step.options), step.result)
        visit = await self._desk.visits.visit(VisitId(step.options["visit_id"]), talk.person)
        if not says_when(reading) or reading.questions:
            if not reading.questions:
                await talk.say(talk.t("chat.answer_not_understood"))
            return await step.replace_dialog(_STEPS, moving(Meant((visit,)), reading))
        topic = remembered(talk).topic
        base = topic.as_proposed(visit) if topic is not None else visit
        starts_at, duration = new_time(base, reading, talk.person.time_zone)
        await self._desk.show_move(talk, visit, starts_at, duration)
        return await step.end_dialog(visit.id)

    async def _put_which(self, talk: Talk, options: Mapping[str, Any]) -> None:
        visits = [await self._desk.visits.visit(VisitId(each), talk.person) for each in options.get("visit_ids", ())]
        await visit_question(self._desk, talk, visits, "move", _reading_in(options), said=bool(options.get("said")))

    async def _put_when(self, talk: Talk, options: Mapping[str, Any]) -> None:
        visit = await self._desk.visits.visit(VisitId(options["visit_id"]), talk.person)
        reading = _reading_in(options)
        if reading.questions:
            question = about_move(visit, reading.questions[0], talk.reader)
            await self._desk.ask(talk, question, Topic(kind="visit", id=visit.id))
        else:
            await self._desk.show_times(talk, visit)


def moving(meant: Meant, reading: Reading) -> dict[str, Any]:
    """What the dialog begins with, as JSON: the visits that may be meant, and what was said of the new time."""
    doubts = tuple(each for each in reading.questions if MOMENT & set(each.about))  # nothing else can be changed
    said = reading.model_copy(update={"used": {}, "notes_on_reading": (), "questions": doubts})
    return {
        "visit_id": meant.visit.id if meant.visit else None,
        "visit_ids": [each.id for each in meant.visits],
        "said": meant.was_named,
        "reading": said.model_dump(mode="json"),
    }


def says_when(reading: Reading) -> bool:
    """Whether anything was said of the new time or length."""
    return any(each is not None for each in (reading.day, reading.at, reading.duration, reading.shift))


def new_time(visit: Visit, reading: Reading, zone: str) -> tuple[datetime, Any]:
    """The instant and length a visit would have after this message: what it does not speak of stays.

    Beside "a day later" a day only names the visit, and a time is the new one.
    """
    if reading.shift is not None:
        visit = visit.model_copy(update={"starts_at": _later(visit.starts_at, reading.shift, zone)})
        reading = reading.model_copy(update={"day": None})
    slots = merged(Slots.of_visit(visit, zone), reading)
    assert slots.day is not None
    assert slots.at is not None
    here = datetime.combine(slots.day, slots.at, ZoneInfo(slots.time_zone or zone)).replace(fold=slots.fold)
    return here.astimezone(UTC), slots.duration


def _later(moment: datetime, by: timedelta, zone: str) -> datetime:
    """So much later; whole days keep the hour on the wall, also where the clocks change between."""
    if by % timedelta(days=1):
        return moment + by
    here = local(moment, zone)
    return datetime.combine(here.date() + by, here.time(), ZoneInfo(zone)).replace(fold=here.fold).astimezone(UTC)


def _beside_which(reading: Reading, visit: Visit | None, zone: str) -> Reading:
    """The answer to "which visit?" without the day and time that only named the visit: they are no new time."""
    if visit is None:
        return reading
    day, at, _ = wall_clock(visit.starts_at, zone)
    if reading.day in (None, day) and reading.at in (None, at):
        return reading.model_copy(update={"day": None, "at": None, "fold": 0})
    return reading


def _reading_in(options: Mapping[str, Any]) -> Reading:
    return Reading.model_validate(options.get("reading") or {})


def _overlaid(before: Reading, after: Reading) -> Reading:
    """Both messages' word on the new time, the later one's first."""
    changes: dict[str, object] = {
        name: value
        for name in ("day", "at", "fold", "duration", "time_zone")
        if (value := getattr(after, name)) not in (None, 0)
    }
    if after.shift is not None or after.day is not None or after.at is not None:
        changes["shift"] = after.shift
    return before.model_copy(update={**changes, "questions": after.questions, "intent": Intent.move})
