"""What the buttons of a draft's cards do: the form, the questions, the confirm card."""

from typing import cast

from bot.strings.phones import sms_reach
from bot.understanding.reading import Reading
from bot.visits.drafts import DraftParts, changed, missing, visit_of, wanted_of
from bot.visits.errors import CalendarUnreadable, DraftChanged, DraftGone, DraftIncomplete, SlotTaken
from bot.visits.models.draft import Draft
from bot.visits.models.objections import Override
from bot.visits.models.visit import Visit
from cards.draft_verbs import (
    AnswerDraft,
    BookAnyway,
    BookDraft,
    ChangeDraft,
    CheckTimes,
    DiscardDraft,
    DraftVerb,
    PickSlot,
    SubmitForm,
    TryAgain,
)
from cards.notice_cards import discarded_card, error_card
from cards.payload import typed_reason
from dialogs.asking import key_of
from dialogs.conversation import Conversation
from dialogs.desk import Desk
from dialogs.drafting import at_slot, chosen
from dialogs.form import Filled, filled, with_missing
from dialogs.memory import doubt, remember, remembered, speak_of
from dialogs.talk import Talk


class DraftVerbs:
    """One method a verb. Each checks that the draft is still the version on the card."""

    def __init__(self, desk: Desk, conversation: Conversation) -> None:
        """``conversation`` goes on asking where a press leaves something open."""
        self._desk = desk
        self._conversation = conversation

    async def check_times(self, press: CheckTimes, talk: Talk) -> None:
        """Redraw the form with the free times of its day; everything typed is kept."""
        form = await self._form_kept(press, talk)
        if form is None:
            return
        needed = set(missing(form.draft, talk.reader.clinic)) & {"type", "staff", "date"}
        problems = form.problems | with_missing({}, needed)
        await self._show_form(talk, form.draft, _as_typed(press, form), problems)

    async def submit(self, press: SubmitForm, talk: Talk) -> None:
        """Go on to the confirm card, or back to the form with what is wrong beside the fields."""
        form = await self._form_kept(press, talk)
        if form is None:
            return
        doubt(talk, form.doubts)
        asked = {part for each in form.doubts for part in each.about}
        problems = with_missing(form.problems, set(missing(form.draft, talk.reader.clinic)) - asked)
        if problems:
            await self._show_form(talk, form.draft, _as_typed(press, form), problems)
        else:
            await self._conversation.go_on(talk, form.draft)

    async def answer(self, press: AnswerDraft, talk: Talk) -> None:
        """Settle what an option settles, and go on."""
        draft = await self._current(press, talk)
        if draft is not None:
            await self._go_on(talk, await self._answered(draft, press, talk))

    async def pick_slot(self, press: PickSlot, talk: Talk) -> None:
        """Take this free time, and go on."""
        draft = await self._current(press, talk)
        if draft is not None:
            after = _switched(at_slot(draft, press.starts_at), press.inputs.text_client)
            await self._go_on(talk, after)

    async def change(self, press: ChangeDraft, talk: Talk) -> None:
        """Open the form with everything the draft holds."""
        draft = await self._current(press, talk)
        if draft is not None:
            draft = await self._keep(talk, _switched(draft, press.inputs.text_client))
            await self._conversation.leave(talk)
            await self._desk.show_form(talk, draft)

    async def try_again(self, press: TryAgain, talk: Talk) -> None:
        """Read the calendar again."""
        draft = await self._current(press, talk)
        if draft is not None:
            await self._go_on(talk, _switched(draft, press.inputs.text_client))

    async def discard(self, press: DiscardDraft, talk: Talk) -> None:
        """Forget the draft."""
        draft = await self._current(press, talk)
        if draft is not None:
            await self._desk.visits.discard_draft(draft.id, talk.person)
            await self._conversation.leave(talk)
            speak_of(talk, None)
            await talk.show(discarded_card(talk.reader))

    async def book(self, press: BookDraft, talk: Talk) -> None:
        """Book the draft as the confirm card read it."""
        draft = await self._current(press, talk)
        if draft is not None:
            await self._book(talk, await self._keep(talk, _switched(draft, press.inputs.text_client)))

    async def book_anyway(self, press: BookAnyway, talk: Talk) -> None:
        """Book against the objections that the card showed, once a reason is given."""
        draft = await self._current(press, talk)
        if draft is None:
            return
        draft = await self._keep(talk, _switched(draft, press.inputs.text_client))
        reason = typed_reason(press.inputs.reason)
        if reason:
            await self._book(talk, draft, override=Override(reason=reason, seen=frozenset(press.seen)))
        else:
            await self._desk.show_confirm(talk, draft, reason_error=talk.t("confirm.reason_missing"))

    async def _book(self, talk: Talk, draft: Draft, *, override: Override | None = None) -> None:
        """Acknowledge, reserve the slot, start the work: the work edits the same card from then on.

        A slot taken meanwhile answers with the same card and the nearest free times.
        """
        lacking = self._desk.visits.missing(draft)
        if lacking:
            await self._conversation.go_on(talk, draft)
            return
        await self._conversation.leave(talk)
        if sms_reach(draft.phone) == "not_us":  # the card has said that no text goes there
            draft = await self._keep(talk, _switched(draft, False))
        message_id = await self._desk.show_working(talk, _visit_to_be(talk, draft))
        try:
            visit = await self._desk.visits.reserve(draft.id, draft.version, talk.person, override=override)
        except SlotTaken as taken:
            await self._desk.show_confirm(talk, draft, verdict=taken.verdict)
        except CalendarUnreadable:
            await self._desk.show_confirm(talk, draft, unread=True)
        else:
            await self._desk.goes_on(talk, visit, message_id)

    # --- inside -----------------------------------------------------------------------------------

    async def _current(self, press: DraftVerb, talk: Talk) -> Draft | None:
        """The draft if it is the version on the card. Otherwise its present state is shown and nothing else done."""
        try:
            draft = await self._desk.visits.draft(press.draft_id, talk.person)
        except DraftGone:
            await self._show_what_became(press, talk)
            return None
        if draft.version == press.version:
            return draft
        await self._show_draft(talk, draft)
        return None

    async def _show_what_became(self, press: DraftVerb, talk: Talk) -> None:
        visit = await self._desk.visit_of_draft(talk, press.draft_id)
        if visit is None:
            await talk.show(error_card(DraftGone.code, talk.reader))
        else:
            await self._desk.show_visit(talk, visit)

    async def _show_draft(self, talk: Talk, draft: Draft) -> None:
        notice = talk.t(f"error.{DraftChanged.code}")
        if self._desk.visits.missing(draft):
            await self._desk.show_form(talk, draft, notice=notice)
        else:
            await self._desk.show_confirm(talk, draft, notice=notice)

    async def _show_form(self, talk: Talk, draft: Draft, typed: dict[str, str], problems: dict[str, str]) -> None:
        """The form as it was typed, with the free times of its day once day, staff and type are known."""
        free, notice = None, None
        if not {"day", "staff_id", "type_name"} & problems.keys():
            try:
                free = await self._desk.visits.free_slots(draft, talk.person)
            except CalendarUnreadable as reason:
                notice = talk.t(f"error.{reason.code}")
        await self._desk.show_form(talk, draft, typed=typed, problems=problems, free=free, notice=notice)

    async def _keep(self, talk: Talk, draft: Draft) -> Draft:
        return await self._desk.visits.keep_draft(draft, talk.person)

    async def _go_on(self, talk: Talk, draft: Draft) -> None:
        await self._conversation.go_on(talk, await self._keep(talk, draft))

    async def _form_kept(self, press: CheckTimes | SubmitForm, talk: Talk) -> Filled | None:
        """The form as it was read, with its draft stored; None where the card was not of the present draft."""
        draft = await self._current(press, talk)
        if draft is None:
            return None

        def read(words: str, part: str) -> Reading:
            return self._desk.read_field(talk, words, part)  # type: ignore[arg-type]

        form = filled(draft, press.inputs, talk.reader.clinic, read)
        await self._keep(talk, form.draft)
        return form

    async def _answered(self, draft: Draft, press: AnswerDraft, talk: Talk) -> Draft:
        memory = remembered(talk)
        if press.option is not None:
            open_ = [each for each in (memory.asked, *memory.doubts) if each is not None]
            ask = next((each for each in open_ if key_of(each, draft) == press.question), None)
            if ask is None or press.option >= len(ask.options):
                return draft  # what is asked now is asked again
            return chosen(draft, ask.options[press.option], ask.about, talk.reader.clinic.staff)
        if press.new_client:
            remember(talk, memory.model_copy(update={"new_client_of": draft.id}))
        if press.client_of is not None:
            visit = await self._desk.visits.visit(press.client_of, talk.person)
            return changed(draft, _client_parts(visit))
        said = {
            name: value
            for name in ("day", "at", "fold", "staff_id", "type_name", "client_time_zone")
            if (value := getattr(press, name)) is not None
        }
        return changed(draft, cast(DraftParts, said))


def _client_parts(visit: Visit) -> DraftParts:
    client = visit.client
    return {
        "client_name": client.name,
        "phone": client.phone,
        "email": client.email,
        "client_time_zone": client.time_zone,
        "client_language": client.language,
    }


def _switched(draft: Draft, text_client: bool | None) -> Draft:
    """The draft with the card's switch, where the card had one."""
    return draft if text_client is None else changed(draft, {"text_client": text_client})


def _as_typed(press: CheckTimes | SubmitForm, form: Filled) -> dict[str, str]:
    """What was typed and could not be read, so that it stands in its field again."""
    return {field: getattr(press.inputs, field) for field in form.problems if isinstance(field, str)}


def _visit_to_be(talk: Talk, draft: Draft) -> Visit:
    """The visit the draft becomes, for its card while the booking is on its way."""
    clinic = talk.reader.clinic
    try:
        return visit_of(draft, wanted_of(draft, clinic), clinic, backend="", by=talk.person.id, now=talk.now)
    except DraftIncomplete:
        raise DraftGone() from None
