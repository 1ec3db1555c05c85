"""What is read back before a visit is changed: moving it, cancelling it, taking a change back."""

from bot.visits.models.objections import SlotVerdict
from bot.visits.models.slots import Slot
from bot.visits.models.visit import Visit
from cards.elements import Card, Element, actions, card, execute, heading, lines, run, small, text, text_input, toggle
from cards.objections import REASON_LENGTH, objecting, seen_of, ways_on, what_objects
from cards.reader import Reader
from cards.telling import hears
from cards.typed_text import REASON, typed
from cards.visit_lines import name_line, visit_in_short, when_rows
from cards.visit_verbs import (
    ConfirmCancel,
    KeepVisit,
    MoveAnyway,
    MoveVisit,
    PickTime,
    RescheduleVisit,
    UndoAnyway,
)


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
    objected = objecting(verdict)
    return card(
        t("move.summary", client=name, when=reader.when(slot.starts_at)),
        [
            *what_objects(t("move.title"), objected, visit.organizer, reader, unread=unread),
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
            small(t("move.told" if hears(visit, reader) else "move.not_told")),
            *_move_buttons(visit, slot, reader, objected, unread, reason_error),
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
        anyway = execute(t("move.move_anyway"), MoveAnyway.of(visit, **_to(visit, slot), seen=seen_of(verdict)))
    nearest = [execute(reader.slot(each), PickTime.of(visit, **_to(visit, each))) for each in verdict.alternatives]
    return ways_on(nearest, anyway, [others, keep], reader, why=t("move.reason"), error=reason_error)


def _to(visit: Visit, slot: Slot) -> dict[str, object]:
    """Where a move goes, for a payload: the length only where it changes."""
    minutes = int(slot.duration.total_seconds() // 60) if slot.duration != visit.duration else None
    return {"starts_at": slot.starts_at, "minutes": minutes}


def cancel_card(visit: Visit, reader: Reader, *, reason: str = "", tells: bool = True) -> Card:
    """Asks once, with an optional reason; "tell the client" is on where there is a way to, unless that was declined."""
    t = reader.t
    name = typed(visit.client.name)
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
            if hears(visit, reader)
            else small(t("cancel.tell_none")),
            actions(
                execute(t("cancel.yes"), ConfirmCancel.of(visit), style="destructive"),
                execute(t("cancel.keep"), KeepVisit.of(visit)),
            ),
        ],
        language=t.language,
    )


def undo_card(visit: Visit, back: Visit, reader: Reader) -> Card:
    """Says first that the client was told already, so that Undo is a change of its own; ``back`` is what it brings."""
    t = reader.t

    def state(of: Visit) -> str:
        return t("undo.cancelled") if of.is_cancelled else reader.when(of.starts_at)

    return card(
        t("undo.summary"),
        [
            heading(t("undo.title")),
            name_line(visit.client.name),
            lines(
                [
                    (t("undo.now"), state(visit)),
                    (t("undo.back"), run(state(back), bold=True)),
                    (t("visit_card.type"), visit_in_short(back, reader)),
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
