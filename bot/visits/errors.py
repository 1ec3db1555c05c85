"""What can go wrong and be told to a person. ``code`` is the error's key in the strings files, under ``error``."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from bot.visits.models.objections import SlotVerdict
from bot.visits.models.visit import Visit


class VisitError(Exception):
    """Something a person can be told in a sentence, with a way on."""

    code: ClassVar[str] = "visit_error"

    def __init__(self, **facts: object) -> None:
        """``facts`` fill the sentence's placeholders."""
        super().__init__(self.code)
        self.facts: Mapping[str, object] = facts


class NotEntitled(VisitError):
    """This person may not act on visits here."""

    code = "not_entitled"


class DraftIncomplete(VisitError):
    """Parts are still missing; ``facts["missing"]`` lists the fields."""

    code = "draft_incomplete"


class DraftGone(VisitError):
    """The draft expired, was discarded or never existed."""

    code = "draft_gone"


class DraftChanged(VisitError):
    """The draft changed after the card was shown."""

    code = "draft_changed"


class SlotTaken(VisitError):
    """The slot rules object. ``verdict`` says why and what is free nearby."""

    code = "slot_taken"

    def __init__(self, verdict: SlotVerdict, **facts: object) -> None:
        super().__init__(**facts)
        self.verdict = verdict


class VisitNotFound(VisitError):
    """No such visit."""

    code = "visit_not_found"


class VisitChanged(VisitError):
    """The visit is no longer in the state on the card. ``visit`` is the visit as it stands."""

    code = "visit_changed"

    def __init__(self, visit: Visit, **facts: object) -> None:
        super().__init__(**facts)
        self.visit = visit


class VisitOver(VisitError):
    """The visit has ended; there is nothing left to cancel."""

    code = "visit_over"


class NothingToUndo(VisitError):
    """The change was undone already, or somebody changed the visit after it.

    ``facts["reason"]`` is ``undone_already`` or ``changed_since``; ``visit`` is the visit as it stands.
    """

    code = "nothing_to_undo"

    def __init__(self, visit: Visit | None = None, **facts: object) -> None:
        super().__init__(**facts)
        self.visit = visit


class UndoTellsClient(VisitError):
    """The quiet window is over: Undo is now a change of which the client is told, so it is asked first."""

    code = "undo_tells_client"

    def __init__(self, visit: Visit, back: Visit, **facts: object) -> None:
        """``back`` is the visit as Undo would have it."""
        super().__init__(**facts)
        self.visit, self.back = visit, back


class StoreUnavailable(VisitError):
    """The database cannot be reached, or did not answer; nothing may be assumed about a write."""

    code = "store_unavailable"


class CalendarError(VisitError):
    """The calendar did not do what was asked."""

    code = "calendar_error"


class CalendarUnreadable(CalendarError):
    """Free and busy could not be read in time. Never treated as free."""

    code = "calendar_unreadable"


class CalendarBusy(CalendarError):
    """Throttled or briefly away: wait and repeat."""

    code = "calendar_busy"

    def __init__(self, retry_after: float | None = None, **facts: object) -> None:
        """``retry_after`` in seconds; None when Graph named no time."""
        super().__init__(**facts)
        self.retry_after = retry_after


class TenantProvisioning(CalendarBusy):
    """The tenant's first virtual visit is being set up; takes minutes, once."""

    code = "tenant_provisioning"


NO_PERMISSION = "no_permission"
"""The reason of a refusal that says what it lacked."""


def lacked(reason: str | None, reference: str | None) -> str:
    """What ``CalendarRefused.lacks`` said, of a reason and the reference kept beside it; empty for other reasons."""
    return reference or "" if reason == NO_PERMISSION else ""


class CalendarRefused(CalendarError):
    """Graph said no, and repeating will not help."""

    code = "calendar_refused"

    def __init__(
        self,
        status: int,
        graph_code: str = "",
        *,
        permission: str | None = None,
        reason: str = "refused",
        **facts: object,
    ) -> None:
        """``permission`` names what a 403 lacked, where it is known; ``reason`` is a key under ``effect_reason``."""
        super().__init__(**facts)
        self.status = status
        self.graph_code = graph_code
        self.permission = permission
        self.reason = reason

    @property
    def lacks(self) -> str | None:
        """The permission that a 403 lacked, and on a second line the command that gives leave, where one does."""
        return "\n".join(str(each) for each in (self.permission, self.facts.get("command")) if each) or None


class SignInNeeded(CalendarRefused):
    """The call is made for a person who has not signed in, or whose sign-in ended; ``person`` is their object id."""

    code = "sign_in_needed"

    def __init__(self, person: str, **facts: object) -> None:
        super().__init__(401, "sign_in_needed", permission=None, reason="sign_in_needed", **facts)
        self.person = person


class OutcomeUnknown(CalendarError):
    """The request went out and no answer came: it may or may not have happened."""

    code = "outcome_unknown"


class Deadline(CalendarError):
    """The moment to act passed before the call was made; nothing was sent."""

    code = "deadline"

    def __init__(self, due: datetime, **facts: object) -> None:
        super().__init__(**facts)
        self.due = due


class RecipientUnreachable(VisitError):
    """The person cannot be written to: blocked, uninstalled, never met. ``reason`` is the classifier's word."""

    code = "recipient_unreachable"

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(**facts)
        self.reason = reason


class MessageGone(VisitError):
    """The message to edit is no longer there."""

    code = "message_gone"


class ChatBusy(VisitError):
    """Teams throttles or is briefly away, and the message was certainly not delivered: wait and repeat."""

    code = "chat_busy"

    def __init__(self, retry_after: float | None = None, **facts: object) -> None:
        """``retry_after`` in seconds; None when Teams named no time."""
        super().__init__(**facts)
        self.retry_after = retry_after
