"""Where a visit's effects stand, accepted by Microsoft, refused and why, unknown. Never "delivered"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.visits.models.effects import EffectKind, EffectState, EffectStatus, latest_of
from bot.visits.models.visit import Visit
from cards.elements import Element, Tone, run
from cards.reader import Reader

Standing = Literal["working", "settled", "waiting", "needs_you", "absent"]
"""Where the calendar stands towards the visit's present state."""

NEEDS_YOU = frozenset({EffectState.unknown, EffectState.failed, EffectState.refused})
SMS = (EffectKind.sms_confirmation, EffectKind.sms_reschedule, EffectKind.sms_cancellation)

_TONES: dict[EffectState, Tone] = {
    EffectState.refused: "attention",
    EffectState.unknown: "attention",
    EffectState.failed: "attention",
}
_ONLY_WHEN_WRONG = frozenset({EffectKind.lobby, EffectKind.client_link})


@dataclass(frozen=True)
class EffectLine:
    """One effect as a line of the card."""

    label: str
    words: Element
    effect: EffectStatus


def calendar_standing(visit: Visit, effects: Sequence[EffectStatus]) -> Standing:
    """Whether the calendar holds the visit as it stands, is on its way there, or needs a person."""
    if _in_step(visit):
        return "settled"
    latest = latest_of(effects, EffectKind.calendar)
    if latest is None or latest.state in (EffectState.working, EffectState.done, EffectState.skipped):
        return "working"
    if latest.state in NEEDS_YOU or latest.state is EffectState.left:
        return "absent" if visit.calendar_starts_at is None and not visit.is_cancelled else "needs_you"
    return "waiting"


def _in_step(visit: Visit) -> bool:
    if visit.is_cancelled:
        return visit.calendar_starts_at is None
    same_length = visit.calendar_duration in (None, visit.duration)
    return visit.calendar_starts_at == visit.starts_at and same_length


def effect_lines(visit: Visit, effects: Sequence[EffectStatus], reader: Reader, now: datetime) -> list[EffectLine]:
    """The latest of each thing the outside world is told, in the order people care about."""
    t = reader.t
    found = [
        (t("visit_card.calendar"), _calendar(visit, effects)),
        (t("visit_card.link"), latest_of(effects, EffectKind.client_link)),
        (t("visit_card.lobby"), latest_of(effects, EffectKind.lobby)),
        (t("visit_card.email"), latest_of(effects, EffectKind.invitation)),
        (t("visit_card.sms"), _latest_sms(visit, effects)),
        (t("visit_card.sms_reminder"), latest_of(effects, EffectKind.sms_reminder)),
    ]
    return [
        EffectLine(label, effect_words(visit, each, reader, now), each)
        for label, each in found
        if each is not None and _is_shown(visit, each, reader)
    ]


def _calendar(visit: Visit, effects: Sequence[EffectStatus]) -> EffectStatus | None:
    """The latest write; one that an Undo made needless leaves the calendar as it was."""
    latest = latest_of(effects, EffectKind.calendar)
    needless = latest is not None and latest.state in (EffectState.skipped, EffectState.waiting)
    if latest is not None and needless and _in_step(visit) and not visit.is_cancelled:
        return latest.model_copy(update={"state": EffectState.done})
    return latest


def _latest_sms(visit: Visit, effects: Sequence[EffectStatus]) -> EffectStatus | None:
    """The latest text that was not superseded; one that a person must look at stays until they did.

    One that waits to tell what is no longer so never goes out.
    """
    open_ones = [each for each in effects if each.kind in SMS and each.state is EffectState.unknown]
    shown = [
        each
        for each in effects
        if each.kind in SMS
        and each.state is not EffectState.skipped
        and not (
            each.state is EffectState.waiting and (each.kind is EffectKind.sms_cancellation) is not visit.is_cancelled
        )
    ]
    return latest_of(open_ones or shown, *SMS)


def _is_shown(visit: Visit, effect: EffectStatus, reader: Reader) -> bool:
    if effect.state is EffectState.skipped:
        return False
    if effect.kind in _ONLY_WHEN_WRONG and (effect.state in (EffectState.done, EffectState.left) or visit.is_cancelled):
        return False
    return reader.t.has(f"effect.{effect.kind}.{effect.state}")


def effect_words(visit: Visit, effect: EffectStatus, reader: Reader, now: datetime) -> Element:
    """One effect's state as a sentence."""
    t = reader.t
    state: str = effect.state
    if effect.kind is EffectKind.calendar and visit.is_cancelled and t.has(f"effect.calendar.{state}_cancelled"):
        state = f"{state}_cancelled"
    words = t(
        f"effect.{effect.kind}.{state}",
        at=reader.clock(effect.at, now),
        until=reader.clock(effect.until or effect.at, now),
        reason=reason_words(effect.code, reader),
    )
    return run(_with_whose_sign_in(words, effect, reader), tone=_TONES.get(effect.state, "default"))


def _with_whose_sign_in(words: str, effect: EffectStatus, reader: Reader) -> str:
    """That the calendar was written for whoever booked; and what the bot did itself, as they were not signed in."""
    said = effect.code == "in_stead" or (effect.code == "for_person" and effect.kind is EffectKind.calendar)
    return reader.t(f"effect.acted.{effect.code}", words=words) if said else words


def reason_words(code: str | None, reader: Reader) -> str:
    """Why an effect was refused or failed."""
    key = f"effect_reason.{code}"
    return reader.t(key if code and reader.t.has(key) else "effect_reason.unnamed")


def provisioning(effects: Sequence[EffectStatus]) -> EffectStatus | None:
    """The effect that waits for the tenant's set-up, if one does."""
    waiting = [each for each in effects if each.state is EffectState.provisioning]
    return max(waiting, key=lambda each: each.at, default=None)


def minutes_until(moment: datetime, now: datetime) -> int:
    """Whole minutes, rounded up, at least one."""
    return max(1, -((now - moment) // timedelta(minutes=1)))


def undecided(lines: Sequence[EffectLine]) -> EffectLine | None:
    """What a person has to decide on next: the calendar before all else, then what nobody knows, then the latest.

    The client's reminder text is one only where nobody knows of it.
    """
    stuck = [each for each in lines if each.effect.state in NEEDS_YOU]
    open_ones = [each for each in stuck if each.effect.kind is not EffectKind.sms_reminder or is_unknown(each.effect)]
    return max(
        open_ones,
        key=lambda each: (each.effect.kind is EffectKind.calendar, is_unknown(each.effect), each.effect.at),
        default=None,
    )


def is_unknown(effect: EffectStatus) -> bool:
    """Whether it was sent and no answer came."""
    return effect.state is EffectState.unknown
