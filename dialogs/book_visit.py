"""Booking: what is missing or in doubt is asked, then everything is read back."""

from collections.abc import Mapping, Sequence
from typing import Any

from botbuilder.dialogs import ComponentDialog, DialogTurnResult, WaterfallDialog, WaterfallStepContext

from bot.understanding.questions import Ask
from bot.understanding.reading import Intent, Reading
from bot.visits.drafts import Part, changed
from bot.visits.models.draft import Draft
from bot.visits.models.slots import Slot
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from dialogs.asking import MOMENT, MOST_TO_ASK, Question, about_doubt, about_missing
from dialogs.desk import Desk
from dialogs.drafting import heard
from dialogs.free_times import OFFERED, free_options, free_times
from dialogs.memory import Topic, doubt, remembered
from dialogs.prompts import CardPrompt
from dialogs.talk import Talk, talk_of

BOOK_VISIT = "book_visit"
_STEPS = "book_visit.steps"
_ANSWER = "book_visit.answer"


class BookVisitDialog(ComponentDialog):  # type: ignore[misc]
    """ask -> heed, until nothing is missing or in doubt -> confirm.

    Begins with ``about(draft)``. Ends with the draft on a confirm card; pressing Book is a verb.
    """

    def __init__(self, desk: Desk) -> None:
        """``desk`` holds the services; nothing of a conversation is kept here."""
        super().__init__(BOOK_VISIT)
        self._desk = desk
        self.add_dialog(WaterfallDialog(_STEPS, [self.ask, self.heed, self.confirm]))
        self.add_dialog(CardPrompt(_ANSWER, self._put))
        self.initial_dialog_id = _STEPS

    async def ask(self, step: WaterfallStepContext) -> DialogTurnResult:
        """Ask for what is in doubt or missing; a whole draft goes straight on. Receives ``about(draft)``."""
        draft = await self._draft(step)
        if not self._desk.visits.missing(draft) and not step.options.get("form"):
            return await step.next(None)
        return await step.prompt(_ANSWER, step.options)

    async def heed(self, step: WaterfallStepContext) -> DialogTurnResult:
        """Change what the answer speaks of. Receives its reading; None where a button has changed the draft."""
        reading: Reading | None = step.result
        talk, draft = talk_of(step.context), await self._draft(step)
        wants_form = False
        if reading is not None:
            after = _answered(draft, reading, remembered(talk).asked)
            wants_form = reading.intent is Intent.change or (reading.intent is Intent.book and not reading.says_parts)
            if after is draft and not reading.questions and not wants_form:
                await talk.say(talk.t("chat.answer_not_understood"))
            draft = await self._desk.visits.keep_draft(after, talk.person)
            doubt(talk, reading.questions)
        if wants_form or self._desk.visits.missing(draft):
            return await step.replace_dialog(_STEPS, about(draft, form=wants_form))
        return await step.next(None)

    async def confirm(self, step: WaterfallStepContext) -> DialogTurnResult:
        """Read everything back, once. The card outlives the dialog: its Book is ``draft.book.v1``."""
        draft = await self._draft(step)
        await self._desk.show_confirm(talk_of(step.context), draft)
        return await step.end_dialog(draft.id)

    async def _draft(self, step: WaterfallStepContext) -> Draft:
        return await self._desk.visits.draft(step.options["draft_id"], talk_of(step.context).person)

    async def _put(self, talk: Talk, options: Mapping[str, Any]) -> None:
        """Put the next question: a doubt first, then what is missing; where much is, the form."""
        draft = await self._desk.visits.draft(VisitId(options["draft_id"]), talk.person)
        missing = self._desk.visits.missing(draft)
        topic = Topic(kind="draft", id=draft.id)
        unsettled = next((each for each in remembered(talk).doubts if set(each.about) & set(missing)), None)
        if unsettled is not None:
            offered = await self._with_times(talk, draft, unsettled)
            await self._desk.ask(talk, about_doubt(draft, offered, talk.reader), topic)
        elif talk.is_aside or options.get("form") or _weight(missing) > MOST_TO_ASK:
            await self._desk.show_form(talk, draft)
        else:
            await self._desk.ask(talk, await self._question(talk, draft, missing), topic)

    async def _question(self, talk: Talk, draft: Draft, missing: Sequence[Part]) -> Question:
        free: tuple[Slot, ...] = ()
        if set(missing) <= MOMENT:
            free = await free_times(self._desk.visits, talk, draft, on=draft.day)
        known: Sequence[Visit] = ()
        if "phone" in missing and draft.client_name and remembered(talk).new_client_of != draft.id:
            known = await self._desk.visits.clients_named(draft.client_name, talk.person, limit=OFFERED)
        known = [each for each in known if each.client.phone is not None]
        return about_missing(draft, missing, talk.reader, free=free, known=known)

    async def _with_times(self, talk: Talk, draft: Draft, ask: Ask) -> Ask:
        """A part of the day without an hour is asked with the free times in it, where they are known."""
        if ask.why != "no_hour" or draft.day is None:
            return ask
        free = await free_options(self._desk.visits, talk, draft, draft.day, since=ask.since, until=ask.until)
        return ask.model_copy(update={"options": free}) if free else ask


def about(draft: Draft, *, form: bool = False) -> dict[str, Any]:
    """What the dialog begins with, as JSON: the draft's id, and whether to show the form whatever is missing."""
    return {"draft_id": draft.id, "form": form}


def _weight(missing: Sequence[Part]) -> int:
    """How much is to be asked: day and time together are one thing."""
    return len(set(missing) - MOMENT) + bool(set(missing) & MOMENT)


def _answered(draft: Draft, reading: Reading, asked: Ask | None) -> Draft:
    """The draft after an answer. "Skip" and "no" to the phone mean that the client is not texted."""
    about_phone = asked is not None and "phone" in asked.about
    if about_phone and reading.intent in (Intent.skip, Intent.no) and not reading.says_parts:
        return changed(draft, {"text_client": False})
    return heard(draft, reading)
