"""What is read back before a visit is changed: moving it, cancelling it, taking a change back."""

from bot.visits.models import Slot, SlotVerdict, Visit
from cards.confirm_card import REASON_LENGTH
from cards.elements import (
    Card,
    Element,
    actions,
    box,
    card,
    execute,
    heading,
    lines,
    run,
    small,
    stacked,
    text,
    text_input,
    toggle,
)
from cards.reader import Reader
from cards.typed_text import REASON, typed
from cards.verbs import (
    ConfirmCancel,
    KeepVisit,
    MoveAnyway,
    MoveVisit,
    PickTime,
    RescheduleVisit,
    UndoAnyway,
)
from cards.visit_lines import name_line, objection_words, visit_in_short, when_rows


def move_card(
    visit: Visit,
    slot: Slot,
    reader: Reader,
    *,
    verdict: SlotVerdict | None = None,
    unread: bool = False,
    reason_error: str | None = None,
) -> Card:
    """The move read back for one confirmation; where the rules object, why, and what is free nearby."""
    t = reader.t
    name = typed(visit.client.name)
    objected = verdict is not None and not verdict.is_free
    title = "move.unread_title" if unread else "move.objected_title" if objected else "move.title"
    staff = typed(visit.organizer.display_name)
    tells = (visit.text_client and visit.client.phone) or visit.client.email
    return card(
        t("move.summary", client=name, when=reader.when(slot.starts_at)),
        [
            heading(t(title)),
            box([text(t("confirm.unread", staff=staff))], style="warning") if unread else None,
            box([text(objection_words(each, reader)) for each in verdict.objections[:4]], style="warning")
            if verdict is not None and objected
            else None,
            name_line(name),
            lines(
                [
                    (t("move.from"), reader.when(visit.starts_at)),
                    *when_rows(t("move.to"), slot.starts_at, reader, client_zone=visit.client.time_zone),
                    (
                        t("visit_card.type"),
                        visit_in_short(visit.model_copy(update={"duration": slot.duration}), reader),
                    ),
                ]
            ),
            small(t("move.told" if tells else "move.not_told")),
            *_move_buttons(visit, slot, reader, verdict if objected else None, unread, reason_error),
        ],
        language=t.language,
    )


def _move_buttons(
    visit: Visit, slot: Slot, reader: Reader, verdict: SlotVerdict | None, unread: bool, reason_error: str | None
) -> list[Element | None]:
    t = reader.t
    others = execute(t("move.other_times"), RescheduleVisit.of(visit))
    keep = execute(t("move.keep"), KeepVisit.of(visit))
    if unread:
        again = execute(t("confirm.try_again"), PickTime.of(visit, **_to(visit, slot)), style="positive")
        return [actions(again, keep)]
    if verdict is None:
        move = execute(t("move.move"), MoveVisit.of(visit, **_to(visit, slot)), style="positive")
        return [actions(move, others, keep)]
    anyway = None
    if verdict.can_override:
        anyway = execute(t("move.move_anyway"), MoveAnyway.of(visit, **_to(visit, slot)))
    reason = text_input(
        "reason", t("move.reason"), placeholder=t("confirm.reason_hint"), max_length=REASON_LENGTH, error=reason_error
    )
    return [
        heading(t("confirm.nearest"), size="medium") if verdict.alternatives else None,
        stacked(
            execute(reader.slot(each), PickTime.of(visit, **_to(visit, each))) for each in verdict.alternatives[:3]
        ),
        reason if anyway else None,
        actions(anyway, others, keep),
    ]


def _to(visit: Visit, slot: Slot) -> dict[str, object]:
    """Where a move goes, for a payload: the length only where it changes."""
    minutes = int(slot.duration.total_seconds() // 60) if slot.duration != visit.duration else None
    return {"starts_at": slot.starts_at, "minutes": minutes}


def cancel_card(visit: Visit, reader: Reader, *, reason: str = "", tells: bool = True) -> Card:
    """Asks once, with an optional reason; "tell the client" is on where there is a way to, unless that was declined."""
    t = reader.t
    name = typed(visit.client.name)
    can_tell = (visit.text_client and visit.client.phone) or visit.client.email
    return card(
        t("cancel.summary", client=name, when=reader.when(visit.starts_at)),
        [
            heading(t("cancel.title")),
            name_line(name),
            lines(
                [
                    (t("visit_card.when"), run(reader.when(visit.starts_at), bold=True)),
                    (t("visit_card.type"), visit_in_short(visit, reader)),
                ]
            ),
            text_input(
                "reason",
                t("cancel.reason"),
                value=typed(reason, REASON),
                placeholder=t("cancel.reason_hint"),
                max_length=REASON_LENGTH,
            ),
            toggle("tell_client", t("cancel.tell"), t("cancel.tell_switch"), on=tells)
            if can_tell
            else small(t("cancel.tell_none")),
            actions(
                execute(t("cancel.yes"), ConfirmCancel.of(visit), style="destructive"),
                execute(t("cancel.keep"), KeepVisit.of(visit)),
            ),
        ],
        language=t.language,
    )


def undo_card(visit: Visit, reader: Reader) -> Card:
    """Says first that the client was told already, so that Undo is a change of its own."""
    t = reader.t
    return card(
        t("undo.summary"),
        [
            heading(t("undo.title")),
            name_line(visit.client.name),
            lines(
                [
                    (t("visit_card.when"), reader.when(visit.starts_at)),
                    (t("visit_card.type"), visit_in_short(visit, reader)),
                ]
            ),
            text(t("undo.told")),
            actions(
                execute(t("undo.yes"), UndoAnyway.of(visit)),
                execute(t("undo.keep"), KeepVisit.of(visit)),
            ),
        ],
        language=t.language,
    )
