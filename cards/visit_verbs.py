"""What may be pressed about a visit: on its card, in lists, on reminders, where the calendar says something else."""

from typing import Literal, Self

from pydantic import Field

from bot.visits.models.effects import EffectStatus
from bot.visits.models.values import Day, Instant, WallTime
from bot.visits.models.visit import Visit
from cards.payload import Inputs, Switch, Typed, VerbPayload
from cards.verb_fields import Begun, EffectKey, Id, Minutes, Seen, Version

Intent = Literal["show", "move", "cancel", "running_late", "arrived", "book_again"]
"""What the person wanted of a visit when several fitted their words."""


MOST_LATER = 366 * 24 * 60
"""Minutes by which a visit may be moved with one word: a year."""


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
    day: Day | None = None
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


class EffectVerb(VerbPayload):
    """A decision about one call of an effect: one about an earlier call answers with the present state."""

    visit_id: Id
    effect_key: EffectKey
    begun: Begun | None = None
    """None on cards from before buttons said so, which decide nothing any more."""

    @classmethod
    def of(cls, effect: EffectStatus, visit: Visit) -> Self:
        """The decision on the effect as it stands."""
        return cls.model_validate({"visit_id": visit.id, "effect_key": effect.key, "begun": effect.begun})


class ResendEffect(EffectVerb):
    """Send an effect again whose outcome is unknown or which failed, because a person says so."""

    verb: Literal["visit.resend.v1"] = "visit.resend.v1"


class LeaveEffect(EffectVerb):
    """Leave an effect whose outcome is unknown as it is."""

    verb: Literal["visit.leave.v1"] = "visit.leave.v1"


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
    day: Day | None = None
    at: WallTime | None = None
    """With ``move``: the new day and time, as far as they were said, in the person's zone."""
    minutes: Minutes | None = None
    """With ``move``: the new length."""
    later: int | None = Field(default=None, ge=-MOST_LATER, le=MOST_LATER)
    """With ``move``: by so many minutes; fewer than none is earlier."""


class SendReminderSms(VisitVerb):
    """Have Microsoft text the client a reminder now, because a person says so."""

    verb: Literal["sms.reminder_send.v1"] = "sms.reminder_send.v1"


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
