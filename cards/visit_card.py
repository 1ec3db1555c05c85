"""A visit as it stands: who, when, where each effect stands, and what can be done about it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from bot.visits.models import EffectKind, EffectState, EffectStatus, Presence, Visit
from cards.effect_lines import (
    NEEDS_YOU,
    SMS,
    calendar_standing,
    effect_lines,
    minutes_until,
    provisioning,
    undecided,
)
from cards.elements import (
    Box,
    Card,
    Element,
    actions,
    box,
    card,
    execute,
    heading,
    lines,
    open_url,
    small,
    text,
    text_input,
)
from cards.reader import Reader
from cards.typed_text import NOTES, REASON, typed
from cards.verbs import BookAgain, CancelVisit, LeaveEffect, MarkArrived, RescheduleVisit, ResendEffect, UndoChange
from cards.visit_lines import Row, name_line, presence_rows, type_words, when_rows

Status = Literal[
    "working",
    "booked",
    "waiting",
    "needs_you",
    "not_in_calendar",
    "over",
    "cancelled",
    "cancelled_needs_you",
]
_STYLES: dict[Status, Box] = {
    "booked": "good",
    "working": "accent",
    "waiting": "warning",
    "needs_you": "attention",
    "not_in_calendar": "attention",
    "cancelled_needs_you": "attention",
}


MARKED_FROM = timedelta(minutes=30)
"""So long before a visit staff can note by hand that the client is there."""


def visit_card(
    visit: Visit,
    effects: Sequence[EffectStatus],
    reader: Reader,
    *,
    now: datetime,
    working: bool = False,
    note: str | None = None,
    presence: Presence | None = None,
) -> Card:
    """The visit and its effects. ``working``: a press was just taken, so there are no buttons until it is done.

    ``note`` is a sentence above it all, such as that the card pressed was out of date; ``presence`` is who came.
    """
    t = reader.t
    status: Status = "working" if working else status_of(visit, effects, now)
    name = typed(visit.client.name)
    return card(
        t("visit_card.summary", client=name, status=t(f"visit_card.{status}"), when=reader.when(visit.starts_at)),
        [
            text(note) if note else None,
            box(
                [heading(t(f"visit_card.{status}")), name_line(name)], style=_STYLES.get(status, "emphasis"), bleed=True
            ),
            lines([*_facts(visit, reader), *presence_rows(presence or Presence(), reader)]),
            *_standing(visit, effects, reader, now, status),
            *([] if status == "working" else _buttons(visit, effects, reader, now, status, presence or Presence())),
        ],
        language=t.language,
    )


def status_of(visit: Visit, effects: Sequence[EffectStatus], now: datetime) -> Status:
    """The one word for where the visit and its effects stand."""
    calendar = calendar_standing(visit, effects)
    needs_you = calendar == "needs_you" or any(each.state in NEEDS_YOU for each in _latest_shown(visit, effects))
    if visit.is_cancelled:
        return "cancelled_needs_you" if needs_you else "cancelled"
    if calendar == "absent":
        return "not_in_calendar"
    if visit.ends_at <= now:
        return "over"
    if calendar == "working":
        return "working"
    if needs_you:
        return "needs_you"
    return "waiting" if calendar == "waiting" and visit.calendar_starts_at is None else "booked"


def _latest_shown(visit: Visit, effects: Sequence[EffectStatus]) -> list[EffectStatus]:
    """The latest of each kind whose trouble is the reader's business."""
    kinds = (
        *(EffectKind.calendar, EffectKind.lobby, EffectKind.client_link, EffectKind.invitation),
        *(EffectKind.sms_confirmation, EffectKind.sms_reschedule, EffectKind.sms_cancellation),
    )
    latest = {each.kind: each for each in sorted(effects, key=lambda each: each.at) if each.kind in kinds}
    return list(latest.values())


def is_quiet(visit: Visit, now: datetime) -> bool:
    """Whether Undo still leaves no trace."""
    return visit.quiet_until is not None and now < visit.quiet_until


def _facts(visit: Visit, reader: Reader) -> list[Row]:
    t = reader.t
    return [
        *when_rows(t("visit_card.when"), visit.starts_at, reader, client_zone=visit.client.time_zone),
        (t("visit_card.with"), typed(visit.organizer.display_name)),
        (t("visit_card.type"), type_words(visit.type_name, visit.slot, reader)),
        (t("visit_card.phone"), reader.phone(visit.client.phone) if visit.client.phone else None),
        (t("visit_card.notes"), typed(visit.notes, NOTES)),
        (t("visit_card.anyway"), typed(visit.override_reason or "", REASON)),
        (t("visit_card.reason"), typed(visit.cancel_reason or "", REASON) if visit.is_cancelled else None),
    ]


def _standing(
    visit: Visit, effects: Sequence[EffectStatus], reader: Reader, now: datetime, status: Status
) -> list[Element | None]:
    """Where the effects stand, line by line, and what is waited for."""
    t = reader.t
    shown = effect_lines(visit, effects, reader, now)
    rows: list[Row] = [(each.label, each.words) for each in shown]
    texts = [each.effect for each in shown if each.effect.kind in SMS]
    if not texts:
        rows.append((t("visit_card.sms"), _why_no_text(visit, reader)))
    untold = any(each.state in (EffectState.refused, EffectState.failed) for each in texts)
    setting_up = provisioning(effects)
    link = visit.client_join_url if status != "working" and not visit.is_cancelled else None
    return [
        box(
            [
                lines(rows),
                small(t("visit_card.tell_yourself")) if untold else None,
                small(t("visit_card.told_nothing")) if _was_told_nothing(visit, texts) else None,
                small(t("visit_card.untold")) if _is_untold(visit) else None,
            ],
            separator=True,
        ),
        box([small(each) for each in _provisioning_words(setting_up, reader, now)]) if setting_up else None,
        text_input("client_link", t("visit_card.client_link"), value=link, style="url") if link else None,
        small(t("backend.lacks.client_link")) if link and _has_no_link_of_its_own(reader) else None,
        small(t("visit_card.working_line")) if status == "working" else None,
    ]


def _was_told_nothing(visit: Visit, texts: Sequence[EffectStatus]) -> bool:
    """Whether a visit came and went without its client hearing of it, who could have been told."""
    could = (visit.text_client and visit.client.phone) or visit.client.email
    return bool(could) and visit.is_cancelled and visit.told is None and not texts and not visit.client_invited


def _is_untold(visit: Visit) -> bool:
    """Whether the client still believes in a visit that was cancelled without telling them."""
    return visit.is_cancelled and not visit.tell_client and visit.told is not None and visit.told.starts_at is not None


def _has_no_link_of_its_own(reader: Reader) -> bool:
    """Whether the client's link is the ordinary Teams link, for want of another in this cloud."""
    return reader.keeping is not None and "client_link" in reader.keeping.lacks


def _why_no_text(visit: Visit, reader: Reader) -> str | None:
    """Why the client gets no text message; None while one is still to come."""
    t = reader.t
    if not reader.can_text:
        return None  # help says so, and nobody here expects any
    if not visit.text_client:
        return t("visit_card.sms_off")
    if visit.client.phone is None:
        return t("visit_card.sms_no_phone")
    if visit.is_cancelled and not visit.tell_client:
        return t("visit_card.sms_not_told")
    return None


def _provisioning_words(effect: EffectStatus, reader: Reader, now: datetime) -> list[str]:
    t = reader.t
    words = [t("visit_card.provisioning")]
    if effect.until is not None and effect.until > now:
        count = minutes_until(effect.until, now)
        words.append(t("visit_card.provisioning_minutes", count=count, at=reader.clock(effect.until, now)))
    return words


def _undo(visit: Visit, reader: Reader, now: datetime) -> list[Element | None]:
    """By when Undo leaves no trace, and its button."""
    if visit.quiet_until is None or not is_quiet(visit, now):
        return []
    told = (visit.text_client and visit.client.phone) or visit.client.email
    tells = told and (visit.tell_client or not visit.is_cancelled)
    key = "visit_card.quiet" if tells else "visit_card.quiet_nobody"
    words = small(reader.t(key, at=reader.clock(visit.quiet_until, now)), tone="accent")
    return [words, actions(execute(reader.t("visit_card.undo"), UndoChange.of(visit)))]


def _buttons(
    visit: Visit,
    effects: Sequence[EffectStatus],
    reader: Reader,
    now: datetime,
    status: Status,
    presence: Presence,
) -> list[Element | None]:
    t = reader.t
    may_mark = not presence.is_known and visit.starts_at - MARKED_FROM <= now
    asked = [*_decisions(visit, effects, reader), *_undo(visit, reader, now)]
    if visit.is_cancelled or status == "over":
        return [*asked, actions(execute(t("visit_card.book_again"), BookAgain.of(visit)))]
    return [
        *asked,
        actions(
            open_url(t("visit_card.join"), visit.join_url, allowed=reader.allows(visit.join_url)),
            execute(t("arrival.mark"), MarkArrived.of(visit)) if may_mark else None,
            execute(t("visit_card.reschedule"), RescheduleVisit.of(visit)),
            execute(t("visit_card.cancel"), CancelVisit.of(visit), style="destructive"),
        ),
    ]


def _decisions(visit: Visit, effects: Sequence[EffectStatus], reader: Reader) -> list[Element | None]:
    """Resend and Leave for what may or may not have been sent."""
    t = reader.t
    open_ones = undecided(effects)
    if not open_ones:
        return []
    latest = open_ones[-1]
    about = {"visit_id": visit.id, "effect_key": latest.key}
    return [
        small(t("visit_card.resend_hint")),
        actions(
            execute(t("visit_card.resend"), ResendEffect.model_validate(about)),
            execute(t("visit_card.leave"), LeaveEffect.model_validate(about)),
        ),
    ]
