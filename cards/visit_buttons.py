"""What can be done about a visit: decide on what is stuck, take back, join, move, cancel, book again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.visits.models.effects import EffectKind
from bot.visits.models.presence import Presence
from bot.visits.models.visit import Visit
from cards.effect_lines import SMS, EffectLine, is_unknown, provisioning, undecided
from cards.elements import Element, actions, execute, open_url, small
from cards.reader import Reader
from cards.telling import hears
from cards.visit_verbs import (
    BookAgain,
    CancelVisit,
    LeaveEffect,
    MarkArrived,
    RescheduleVisit,
    ResendEffect,
    RunningLate,
    UndoChange,
)

NEAR = timedelta(minutes=30)
"""So long before a visit its card is about holding it: join, say that one is late, note that the client is there."""


def visit_buttons(
    visit: Visit, shown: Sequence[EffectLine], reader: Reader, now: datetime, presence: Presence, *, is_over: bool
) -> list[Element | None]:
    """Every button of a visit's card. ``shown`` are the effects that stand on it."""
    t = reader.t
    asked = [*_decision(visit, shown, reader), *_undo(visit, shown, reader, now)]
    if visit.is_cancelled or is_over:
        return [*asked, actions(execute(t("visit_card.book_again"), BookAgain.of(visit)))]
    is_near = visit.starts_at - NEAR <= now
    join = open_url(
        t("visit_card.join"),
        visit.join_url,
        allowed=reader.allows(visit.join_url),
        style="positive" if is_near else "default",
    )
    here = execute(t("arrival.mark"), MarkArrived.of(visit)) if is_near and not presence.is_known else None
    late = execute(t("visit_card.running_late"), RunningLate.of(visit)) if is_near and _may_be_late(presence) else None
    return [
        *asked,
        actions(
            join,
            late,
            here,
            execute(t("visit_card.reschedule"), RescheduleVisit.of(visit)),
            execute(t("visit_card.cancel"), CancelVisit.of(visit)),
        ),
    ]


def _may_be_late(presence: Presence) -> bool:
    """Whether nobody let the client in yet."""
    return not (presence.admitted_at or presence.ended_at or presence.staff_is_in)


def _decision(visit: Visit, shown: Sequence[EffectLine], reader: Reader) -> list[Element | None]:
    """Resend and Leave for what is stuck, one thing at a time. What the calendar holds cannot be left open."""
    t = reader.t
    stuck = undecided(shown)
    if stuck is None:
        return []
    is_text = stuck.effect.kind in (*SMS, EffectKind.sms_reminder)
    again, leave = ResendEffect.of(stuck.effect, visit), LeaveEffect.of(stuck.effect, visit)
    if not is_text:
        may_leave = stuck.effect.kind is not EffectKind.calendar
        return [
            actions(
                execute(t("visit_card.try_again"), again),
                execute(t("visit_card.leave"), leave) if may_leave else None,
            )
        ]
    return [
        small(t("visit_card.resend_hint" if is_unknown(stuck.effect) else "visit_card.refused_hint")),
        actions(
            execute(t("visit_card.resend"), again),
            execute(t("visit_card.leave"), leave),
        ),
    ]


def _undo(visit: Visit, shown: Sequence[EffectLine], reader: Reader, now: datetime) -> list[Element | None]:
    """By when Undo leaves no trace, and its button. What waits for the set-up is told when that is done, not before."""
    if visit.quiet_until is None or not visit.is_quiet(now):
        return []
    waits = provisioning([each.effect for each in shown]) is not None
    tells = hears(visit, reader) and (visit.tell_client or not visit.is_cancelled) and not waits
    key = "visit_card.quiet" if tells else "visit_card.quiet_nobody"
    words = small(reader.t(key, at=reader.clock(visit.quiet_until, now)), tone="accent")
    return [words, actions(execute(reader.t("visit_card.undo"), UndoChange.of(visit)))]
