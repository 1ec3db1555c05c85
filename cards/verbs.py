"""Every card action: its verb and its typed payload, declared once, here all together.

Cards write these and the Teams edge reads them with ``parse``. A verb's name and fields are stored in people's chats
for years: add, don't rename; a changed meaning is a new version (``visit.cancel.v2``) beside the old.
"""

from cards.draft_verbs import (
    AnswerDraft,
    BookAnyway,
    BookDraft,
    ChangeDraft,
    CheckTimes,
    DiscardDraft,
    PickSlot,
    SubmitForm,
    TryAgain,
)
from cards.menu_verbs import (
    AnswerQuestion,
    ListPage,
    MenuBook,
    MenuHelp,
    MenuToday,
    SaveSettings,
    ShowSettings,
)
from cards.payload import MalformedPayload, VerbPayload, as_mapping
from cards.visit_verbs import (
    AdoptDrift,
    BookAgain,
    CancelVisit,
    ChooseVisit,
    ConfirmCancel,
    IgnoreDrift,
    KeepVisit,
    LeaveEffect,
    MarkArrived,
    MoveAnyway,
    MoveVisit,
    OtherTimes,
    PickTime,
    PutBackDrift,
    RescheduleVisit,
    ResendEffect,
    RunningLate,
    SendReminderSms,
    ShowVisit,
    UndoAnyway,
    UndoChange,
)

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
