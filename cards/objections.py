"""What stands against a slot and the ways on from there: the same before booking it and before moving to it."""

from collections.abc import Iterable, Sequence

from bot.visits.models.clinic import StaffMember
from bot.visits.models.objections import SlotVerdict
from cards.elements import Element, actions, box, heading, stacked, text, text_input
from cards.reader import Reader
from cards.typed_text import typed
from cards.verb_fields import MOST_OBJECTIONS
from cards.visit_lines import objection_words

MOST_OFFERED = 3
REASON_LENGTH = 300


def objecting(verdict: SlotVerdict | None) -> SlotVerdict | None:
    """The verdict, if it is against the slot."""
    return None if verdict is None or verdict.is_free else verdict


def seen_of(verdict: SlotVerdict | None) -> tuple[str, ...]:
    """The keys of the objections that the card says: a reason given on it goes over these and no other."""
    return tuple(each.key for each in verdict.objections[:MOST_OBJECTIONS]) if verdict else ()


def what_objects(
    usual: str, verdict: SlotVerdict | None, staff: StaffMember, reader: Reader, *, unread: bool
) -> list[Element | None]:
    """The card's title, and in a box what is wrong with the slot. ``usual`` is the title where nothing is."""
    t = reader.t
    if unread:
        words = [t("confirm.unread", staff=typed(staff.display_name))]
        return [heading(t("confirm.unread_title")), _warning(words)]
    if verdict is None:
        return [heading(usual)]
    words = [objection_words(each, reader) for each in verdict.objections[:MOST_OBJECTIONS]]
    return [heading(t("confirm.objected_title")), _warning(words)]


def ways_on(
    nearest: Sequence[Element],
    anyway: Element | None,
    others: Iterable[Element],
    reader: Reader,
    *,
    why: str,
    error: str | None,
) -> list[Element | None]:
    """The nearest free times, then the field for a reason with the button that goes over the rules, where one may."""
    t = reader.t
    reason = text_input("reason", why, placeholder=t("confirm.reason_hint"), max_length=REASON_LENGTH, error=error)
    return [
        heading(t("confirm.nearest"), size="medium") if nearest else None,
        stacked(nearest[:MOST_OFFERED]),
        reason if anyway else None,
        actions(anyway, *others),
    ]


def _warning(sentences: Iterable[str]) -> Element | None:
    return box([text(each) for each in sentences], style="warning")
