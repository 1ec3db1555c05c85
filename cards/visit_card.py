"""A visit as it stands: who, when, where each effect stands, and what can be done about it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from bot.strings.phones import sms_reach
from bot.visits.models.effects import EffectKind, EffectState, EffectStatus, latest_of
from bot.visits.models.presence import Presence
from bot.visits.models.visit import Visit
from cards.effect_lines import (
    NEEDS_YOU,
    SMS,
    EffectLine,
    calendar_standing,
    effect_lines,
    minutes_until,
    provisioning,
)
from cards.elements import Box, Card, Element, box, card, heading, lines, small, text, text_input
from cards.reader import Reader
from cards.telling import hears
from cards.typed_text import NOTES, REASON, typed
from cards.visit_buttons import visit_buttons
from cards.visit_lines import Row, name_line, presence_rows, type_words, when_rows

Status = Literal[
    "working",
    "booked",
    "moved",
    "waiting",
    "needs_you",
    "not_in_calendar",
    "over",
    "cancelled",
    "cancelled_needs_you",
]
_STYLES: dict[Status, Box] = {
    "booked": "good",
    "moved": "good",
    "working": "accent",
    "waiting": "warning",
    "needs_you": "attention",
    "not_in_calendar": "attention",
    "cancelled_needs_you": "attention",
}


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
    shown = effect_lines(visit, effects, reader, now)
    came = presence or Presence()
    buttons = visit_buttons(visit, shown, reader, now, came, is_over=status == "over")
    return card(
        t("visit_card.summary", client=name, status=t(f"visit_card.{status}"), when=reader.when(visit.starts_at)),
        [
            text(note) if note else None,
            box(
                [heading(t(f"visit_card.{status}")), name_line(name)], style=_STYLES.get(status, "emphasis"), bleed=True
            ),
            lines([*_facts(visit, reader), *presence_rows(came, reader)]),
            *_standing(visit, shown, reader, now, status),
            *([] if status == "working" else buttons),
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
    if calendar == "waiting" and visit.calendar_starts_at is None:
        return "waiting"
    return "moved" if _believed(visit) else "booked"


def _believed(visit: Visit) -> datetime | None:
    """The time the client still believes in, where the visit was moved since they were told."""
    told = visit.told.starts_at if visit.told else None
    return None if visit.is_cancelled or told == visit.starts_at else told


def _latest_shown(visit: Visit, effects: Sequence[EffectStatus]) -> list[EffectStatus]:
    """The latest of each kind whose trouble is the reader's business."""
    kinds = (
        *(EffectKind.calendar, EffectKind.lobby, EffectKind.client_link, EffectKind.invitation),
        *(EffectKind.sms_confirmation, EffectKind.sms_reschedule, EffectKind.sms_cancellation),
    )
    return [latest for kind in kinds if (latest := latest_of(effects, kind)) is not None]


def _facts(visit: Visit, reader: Reader) -> list[Row]:
    t = reader.t
    before = _believed(visit)
    return [
        *when_rows(t("visit_card.when"), visit.starts_at, reader, client_zone=visit.client.time_zone),
        (t("visit_card.was"), reader.when(before) if before else None),
        (t("visit_card.with"), typed(visit.organizer.display_name)),
        (t("visit_card.type"), type_words(visit.type_name, visit.slot, reader)),
        (t("visit_card.phone"), reader.phone(visit.client.phone) if visit.client.phone else None),
        (t("confirm.email"), typed(visit.client.email, 120) if visit.client.email else None),
        (t("visit_card.notes"), typed(visit.notes, NOTES)),
        (t("visit_card.anyway"), typed(visit.override_reason or "", REASON)),
        (t("visit_card.reason"), typed(visit.cancel_reason or "", REASON) if visit.is_cancelled else None),
    ]


def _standing(
    visit: Visit, shown: Sequence[EffectLine], reader: Reader, now: datetime, status: Status
) -> list[Element | None]:
    """Where the effects stand, line by line, and what is waited for."""
    t = reader.t
    rows: list[Row] = [(each.label, each.words) for each in shown]
    texts = [each.effect for each in shown if each.effect.kind in SMS]
    if not texts:
        rows.append((t("visit_card.sms"), _why_no_text(visit, reader)))
    untold = any(each.state in (EffectState.refused, EffectState.failed) for each in texts)
    setting_up = provisioning([each.effect for each in shown])
    link = visit.client_join_url if status not in ("working", "over") and not visit.is_cancelled else None
    return [
        box(
            [
                lines(rows),
                text(t("visit_card.tell_yourself"), spacing="small") if untold else None,
                small(t("visit_card.told_nothing")) if _was_told_nothing(visit, texts, reader) else None,
                small(t("visit_card.untold")) if _is_untold(visit) else None,
            ],
            separator=True,
        ),
        box([small(each) for each in _provisioning_words(setting_up, reader, now)]) if setting_up else None,
        text_input("client_link", t("visit_card.client_link"), value=link, style="url") if link else None,
        small(t("backend.lacks.client_link")) if link and _has_no_link_of_its_own(reader) else None,
        small(t("visit_card.working_line")) if status == "working" else None,
    ]


def _was_told_nothing(visit: Visit, texts: Sequence[EffectStatus], reader: Reader) -> bool:
    """Whether a visit came and went without its client hearing of it, who could have been told."""
    heard = visit.told is not None or texts or visit.client_invited
    return visit.is_cancelled and hears(visit, reader) and not heard


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
    if visit.client.phone is None:
        return t("visit_card.sms_no_phone")
    if sms_reach(visit.client.phone) == "not_us":
        return t("visit_card.sms_not_us")
    if not visit.text_client:
        return t("visit_card.sms_off")
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
