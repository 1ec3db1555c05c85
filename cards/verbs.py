"""Every card action: its verb and its typed payload, declared once.

Cards write these and the Teams edge reads them with ``parse``. A verb's name and fields are stored in people's chats
for years: add, don't rename; a changed meaning is a new version (``visit.cancel.v2``) beside the old.
"""

from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.visits.models import IanaZone, Instant, StaffId, Visit, VisitId
from cards.payload import Inputs, MalformedPayload, Switch, Typed, VerbPayload, as_mapping

Id = Annotated[VisitId, Field(pattern=r"^[0-9a-f]{32}$")]
Version = Annotated[int, Field(ge=1, le=1_000_000_000)]
EffectKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,199}$")]
MOST_OBJECTIONS = 24
"""So many objections a card shows, and so a reason goes over."""
Seen = Annotated[tuple[Annotated[str, Field(pattern=r"^[0-9a-f]{12}$")], ...], Field(max_length=MOST_OBJECTIONS)]
"""The keys of the objections that the card showed."""
Minutes = Annotated[int, Field(ge=1, le=24 * 60)]

Intent = Literal["show", "move", "cancel", "running_late", "arrived", "book_again"]
"""What the person wanted of a visit when several fitted their words."""


# --- the menu -------------------------------------------------------------------------------------


class MenuBook(VerbPayload):
    """Open an empty booking form."""

    verb: Literal["menu.book.v1"] = "menu.book.v1"


class MenuToday(VerbPayload):
    """List today's visits."""

    verb: Literal["menu.today.v1"] = "menu.today.v1"


class MenuHelp(VerbPayload):
    """Say what is possible."""

    verb: Literal["menu.help.v1"] = "menu.help.v1"


class AnswerQuestion(VerbPayload):
    """Choose an option of a question about a wish, if that question is still open. What it is stays in the chat."""

    verb: Literal["ask.answer.v1"] = "ask.answer.v1"
    question_id: Id
    option: int = Field(ge=0, le=9)


# --- drafts ---------------------------------------------------------------------------------------


class FormInputs(Inputs):
    """The booking form as typed. ``slot`` is a free time that was chosen (an instant); ``time`` is one typed."""

    client_name: Typed = ""
    phone: Typed = ""
    email: Typed = ""
    type_name: Typed = ""
    staff_id: Typed = ""
    day: Typed = ""
    time: Typed = ""
    slot: Typed = ""
    duration: Typed = ""
    """Minutes; empty means the type's own."""
    client_time_zone: Typed = ""
    client_language: Typed = ""
    notes: Typed = ""
    text_client: Switch = None


class ConfirmInputs(Inputs):
    """The switch on the confirm card."""

    text_client: Switch = None


class BookAnywayInputs(ConfirmInputs):
    """The switch, and why it is booked against the rules."""

    reason: Typed = ""


class DraftVerb(VerbPayload):
    """Something about a draft, if it is still the version on the card."""

    draft_id: Id
    version: Version


class CheckTimes(DraftVerb):
    """Redraw the form with free times as choices; everything typed is kept."""

    verb: Literal["draft.check_times.v1"] = "draft.check_times.v1"
    inputs: FormInputs = Field(default=FormInputs(), exclude=True, repr=False)


class SubmitForm(DraftVerb):
    """Go on from the form to the confirm card, or back to the form with what is wrong beside the fields."""

    verb: Literal["draft.submit.v1"] = "draft.submit.v1"
    inputs: FormInputs = Field(default=FormInputs(), exclude=True, repr=False)


class PickSlot(DraftVerb):
    """Take this free time for the draft and show the confirm card."""

    verb: Literal["draft.pick_slot.v1"] = "draft.pick_slot.v1"
    starts_at: Instant
    inputs: ConfirmInputs = Field(default=ConfirmInputs(), exclude=True, repr=False)


class BookDraft(DraftVerb):
    """Book the draft as the confirm card reads it."""

    verb: Literal["draft.book.v1"] = "draft.book.v1"
    inputs: ConfirmInputs = Field(default=ConfirmInputs(), exclude=True, repr=False)


class BookAnyway(DraftVerb):
    """Book against the objections that the card showed, with a reason."""

    verb: Literal["draft.book_anyway.v1"] = "draft.book_anyway.v1"
    seen: Seen = ()
    inputs: BookAnywayInputs = Field(default=BookAnywayInputs(), exclude=True, repr=False)


class ChangeDraft(DraftVerb):
    """Open the form again with everything the draft holds."""

    verb: Literal["draft.change.v1"] = "draft.change.v1"
    inputs: ConfirmInputs = Field(default=ConfirmInputs(), exclude=True, repr=False)


class DiscardDraft(DraftVerb):
    """Forget the draft."""

    verb: Literal["draft.discard.v1"] = "draft.discard.v1"


class TryAgain(DraftVerb):
    """Read the calendar again for a draft whose slot could not be checked."""

    verb: Literal["draft.try_again.v1"] = "draft.try_again.v1"
    inputs: ConfirmInputs = Field(default=ConfirmInputs(), exclude=True, repr=False)


class AnswerDraft(DraftVerb):
    """Choose an option of a question: only the fields that the option settles are set."""

    verb: Literal["draft.answer.v1"] = "draft.answer.v1"
    day: date | None = None
    at: time | None = None
    fold: Literal[0, 1] | None = None
    """Which of two equal wall times is meant where the clock goes back."""
    staff_id: StaffId | None = Field(default=None, max_length=64)
    type_name: str | None = Field(default=None, max_length=120)
    """The name of an appointment type of the clinic's own."""
    client_of: Id | None = None
    """The client of this earlier visit is meant."""
    new_client: Literal[True] | None = None
    """None of the earlier clients is meant."""
    client_time_zone: IanaZone | None = None
    minutes: Minutes | None = None
    option: int | None = Field(default=None, ge=0, le=9)
    """This option of the question last put in the chat: for what must not stand in a payload, such as a number."""

    @model_validator(mode="after")
    def _settles_something(self) -> Self:
        answers = (self.day, self.at, self.fold, self.staff_id, self.type_name, self.client_of, self.new_client)
        if all(each is None for each in (*answers, self.client_time_zone, self.minutes, self.option)):
            raise ValueError("an answer settles at least one field")
        return self


# --- visits ---------------------------------------------------------------------------------------


class CancelInputs(Inputs):
    """Why it is cancelled, and whether the client is told."""

    reason: Typed = ""
    tell_client: Switch = None


class ReasonInputs(Inputs):
    """Why it is done against the rules."""

    reason: Typed = ""


class DayInputs(Inputs):
    """A day chosen, as ``2026-11-26``."""

    day: Typed = ""


class VisitVerb(VerbPayload):
    """Something about a visit, if it is still the version on the card: an old card answers with the present state."""

    visit_id: Id
    version: Version

    @classmethod
    def of(cls, visit: Visit, **more: object) -> Self:
        """The payload for a visit as it stands."""
        return cls.model_validate({"visit_id": visit.id, "version": visit.version, **more})


class ShowVisit(VerbPayload):
    """Show the visit as it stands now, whatever version the card had."""

    verb: Literal["visit.show.v1"] = "visit.show.v1"
    visit_id: Id


class RescheduleVisit(VisitVerb):
    """Offer the nearest free times."""

    verb: Literal["visit.reschedule.v1"] = "visit.reschedule.v1"
    below: bool = False
    """Whether the question comes below the card pressed, which shows more than this visit."""


class PickTime(VisitVerb):
    """Read the move to this time back, for one confirmation."""

    verb: Literal["visit.pick_time.v1"] = "visit.pick_time.v1"
    starts_at: Instant
    minutes: Minutes | None = None
    """The new length; None keeps it."""


class OtherTimes(VisitVerb):
    """Offer free times of the day typed; or those earlier or later than the ones on the card."""

    verb: Literal["visit.other_times.v1"] = "visit.other_times.v1"
    toward: Literal["earlier", "later"] | None = None
    edge: Instant | None = None
    """The first or last time on the card, from which earlier or later counts."""
    day: date | None = None
    inputs: DayInputs = Field(default=DayInputs(), exclude=True, repr=False)


class MoveVisit(VisitVerb):
    """Move the visit: same visit, same join link."""

    verb: Literal["visit.move.v1"] = "visit.move.v1"
    starts_at: Instant
    minutes: Minutes | None = None


class MoveAnyway(VisitVerb):
    """Move the visit against the objections that the card showed, with a reason."""

    verb: Literal["visit.move_anyway.v1"] = "visit.move_anyway.v1"
    starts_at: Instant
    minutes: Minutes | None = None
    seen: Seen = ()
    inputs: ReasonInputs = Field(default=ReasonInputs(), exclude=True, repr=False)


class CancelVisit(VisitVerb):
    """Ask whether the visit is to be cancelled."""

    verb: Literal["visit.cancel.v1"] = "visit.cancel.v1"
    below: bool = False
    """As for RescheduleVisit."""


class ConfirmCancel(VisitVerb):
    """Cancel the visit."""

    verb: Literal["visit.cancel_confirmed.v1"] = "visit.cancel_confirmed.v1"
    inputs: CancelInputs = Field(default=CancelInputs(), exclude=True, repr=False)


class KeepVisit(VisitVerb):
    """Leave the visit as it is: back to its card."""

    verb: Literal["visit.keep.v1"] = "visit.keep.v1"


class UndoChange(VisitVerb):
    """Take the latest change back. After the quiet window it asks first, as the client was told."""

    verb: Literal["visit.undo.v1"] = "visit.undo.v1"


class UndoAnyway(VisitVerb):
    """Take the latest change back although the client was told: they are told of the correction."""

    verb: Literal["visit.undo_confirmed.v1"] = "visit.undo_confirmed.v1"


class BookAgain(VisitVerb):
    """Open a new draft with everything of this visit but its time."""

    verb: Literal["visit.book_again.v1"] = "visit.book_again.v1"


class ResendEffect(VerbPayload):
    """Send an effect again whose outcome is unknown or which failed, because a person says so."""

    verb: Literal["visit.resend.v1"] = "visit.resend.v1"
    visit_id: Id
    effect_key: EffectKey


class LeaveEffect(VerbPayload):
    """Leave an effect whose outcome is unknown as it is."""

    verb: Literal["visit.leave.v1"] = "visit.leave.v1"
    visit_id: Id
    effect_key: EffectKey


class RunningLate(VisitVerb):
    """Tell the desk, and the client who has an e-mail address, that the organizer is late."""

    verb: Literal["visit.running_late.v1"] = "visit.running_late.v1"


class MarkArrived(VisitVerb):
    """Note by hand that the client is in the lobby."""

    verb: Literal["visit.arrived.v1"] = "visit.arrived.v1"


class ChooseVisit(VisitVerb):
    """This one of several that fitted, with what was wanted of it."""

    verb: Literal["visit.choose.v1"] = "visit.choose.v1"
    intent: Intent = "show"
    day: date | None = None
    at: time | None = None
    """With ``move``: the new day and time, as far as they were said, in the person's zone."""


class SendReminderSms(VisitVerb):
    """Have Microsoft text the client a reminder now, because a person says so."""

    verb: Literal["sms.reminder_send.v1"] = "sms.reminder_send.v1"


# --- lists, drift, settings -----------------------------------------------------------------------


class WordsInputs(Inputs):
    """The words looked for. A name is never in a payload; it stays in the card's search field."""

    words: Typed = ""


class ListPage(VerbPayload):
    """Show one page of a list: a day's visits (``argument`` is the date) or those that match the words typed."""

    verb: Literal["list.page.v1"] = "list.page.v1"
    kind: Literal["day", "find"]
    argument: str = Field(default="", pattern=r"^[A-Za-z0-9:_.-]{0,80}$")
    page: int = Field(default=1, ge=1, le=10_000)
    inputs: WordsInputs = Field(default=WordsInputs(), exclude=True, repr=False)


class DriftVerb(VisitVerb):
    """An answer to "the calendar says something else", if that is still what it says."""

    seen: str = Field(default="", pattern=r"^[A-Za-z0-9:_.-]{0,80}$")
    """What the card saw in the calendar, as a key of ours."""


class AdoptDrift(DriftVerb):
    """Take over what the calendar says."""

    verb: Literal["drift.adopt.v1"] = "drift.adopt.v1"


class PutBackDrift(DriftVerb):
    """Bring the calendar back to what was agreed."""

    verb: Literal["drift.put_back.v1"] = "drift.put_back.v1"


class IgnoreDrift(DriftVerb):
    """Leave both as they are and do not ask about this again."""

    verb: Literal["drift.ignore.v1"] = "drift.ignore.v1"


class SettingsInputs(Inputs):
    """A person's own settings. ``reminders`` are minutes before the visit, ``"60 15"``."""

    time_zone: Typed = ""
    language: Typed = ""
    reminders: Typed = ""
    business: Typed = ""


class ShowSettings(VerbPayload):
    """Show the person's own settings."""

    verb: Literal["settings.show.v1"] = "settings.show.v1"


class SaveSettings(VerbPayload):
    """Keep the person's own settings."""

    verb: Literal["settings.save.v1"] = "settings.save.v1"
    inputs: SettingsInputs = Field(default=SettingsInputs(), exclude=True, repr=False)


# --- reading --------------------------------------------------------------------------------------

ALL: tuple[type[VerbPayload], ...] = (
    *(MenuBook, MenuToday, MenuHelp, AnswerQuestion),
    *(CheckTimes, SubmitForm, PickSlot, BookDraft, BookAnyway, ChangeDraft, DiscardDraft, TryAgain, AnswerDraft),
    *(ShowVisit, RescheduleVisit, PickTime, OtherTimes, MoveVisit, MoveAnyway, CancelVisit, ConfirmCancel, KeepVisit),
    *(UndoChange, UndoAnyway, BookAgain, ResendEffect, LeaveEffect, RunningLate, MarkArrived, ChooseVisit),
    *(SendReminderSms, ListPage, AdoptDrift, PutBackDrift, IgnoreDrift, ShowSettings, SaveSettings),
)
BY_VERB = {each.verb_name(): each for each in ALL}


def parse(data: object) -> VerbPayload:
    """The payload in what was posted, with the inputs it accepts apart in ``inputs``. Raises MalformedPayload."""
    fields = as_mapping(data)
    verb = fields.get("verb")
    kind = BY_VERB.get(verb) if isinstance(verb, str) else None
    if kind is None:
        raise MalformedPayload("unknown verb")
    return kind.of_data(fields)
