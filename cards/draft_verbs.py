"""What may be pressed on a draft's cards: the form, the questions, the confirm card."""

from typing import Literal, Self

from pydantic import Field, model_validator

from bot.visits.models.values import Day, IanaZone, Instant, StaffId, WallTime
from cards.payload import Inputs, Switch, Typed, VerbPayload
from cards.verb_fields import Id, Minutes, Seen, Version


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
    day: Day | None = None
    at: WallTime | None = None
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
    """This option of ``question``: for what must not stand in a payload, such as a number."""
    question: Id | None = None
    """Which question that is, as a key of ours: an old card does not answer another one."""

    @model_validator(mode="after")
    def _settles_something(self) -> Self:
        answers = (self.day, self.at, self.fold, self.staff_id, self.type_name, self.client_of, self.new_client)
        if all(each is None for each in (*answers, self.client_time_zone, self.minutes, self.option)):
            raise ValueError("an answer settles at least one field")
        return self
