"""Everything about a draft read back unmistakably, once, before it is booked."""

from bot.strings.phones import may_be_texted, sms_reach
from bot.strings.words import duration_in_words
from bot.visits.models.clinic import StaffMember
from bot.visits.models.draft import Draft
from bot.visits.models.objections import SlotVerdict
from bot.visits.models.slots import Slot
from cards.draft_verbs import (
    BookAnyway,
    BookDraft,
    ChangeDraft,
    DiscardDraft,
    PickSlot,
    TryAgain,
)
from cards.elements import Card, Element, actions, card, execute, heading, lines, run, small, stacked, text, toggle
from cards.objections import MOST_OFFERED, objecting, seen_of, ways_on, what_objects
from cards.reader import Reader
from cards.typed_text import NOTES, typed
from cards.visit_lines import name_line, when_rows

MOST_TIMES = 24


def confirm_card(
    draft: Draft,
    reader: Reader,
    *,
    verdict: SlotVerdict | None = None,
    unread: bool = False,
    reason_error: str | None = None,
    notice: str | None = None,
) -> Card:
    """A complete draft, with Book, Change and Discard.

    Where the rules object (``verdict``) it says why, offers the nearest free times and, where a reason may go over
    it, Book anyway. ``unread``: the calendar could not be read, so there is Try again and no Book.
    """
    t = reader.t
    staff = reader.clinic.staff_member(draft.staff_id or "")
    starts_at = draft.starts_at()
    if staff is None or starts_at is None:
        raise ValueError("only a complete draft can be confirmed")
    name = typed(draft.client_name or "")
    objected = objecting(verdict)
    title, *against = what_objects(t("confirm.title"), objected, staff, reader, unread=unread)
    return card(
        t("confirm.summary", client=name, when=reader.when(starts_at), staff=typed(staff.display_name)),
        [
            title,
            text(notice) if notice else None,
            *against,
            name_line(name),
            lines(
                [
                    *when_rows(t("confirm.when"), starts_at, reader, client_zone=draft.client_time_zone),
                    (t("confirm.with"), typed(staff.display_name)),
                    (t("confirm.type"), _type_words(draft, reader)),
                    (t("confirm.phone"), reader.phone(draft.phone) if draft.phone else t("confirm.no_phone")),
                    (t("confirm.email"), typed(draft.email, 120) if draft.email else None),
                    (t("confirm.notes"), typed(draft.notes, NOTES)),
                ]
            ),
            *_telling(draft, reader),
            *_buttons(draft, reader, objected, unread=unread, reason_error=reason_error),
        ],
        language=t.language,
    )


def _type_words(draft: Draft, reader: Reader) -> str:
    kind = reader.clinic.type_named(draft.type_name or "")
    length = draft.duration or (kind.duration if kind else None)
    name = typed(reader.type_name(draft.type_name or ""))
    if length is None:
        return name
    return reader.t("confirm.type_value", type=name, duration=duration_in_words(length, reader.t))


def _telling(draft: Draft, reader: Reader) -> list[Element | None]:
    """Whether and how the client hears of it: the switch only where a text message can reach them."""
    t = reader.t
    reach = sms_reach(draft.phone) if reader.can_text else "unavailable"
    switch = toggle("text_client", t("confirm.text_client"), t("confirm.text_client_switch"), on=draft.text_client)
    return [
        switch if reader.can_text and may_be_texted(draft.phone) else None,
        small(t(f"confirm.sms.{reach}"), tone="default" if reach == "reachable" else "attention"),
        small(t("confirm.email_too")) if draft.email and reader.can_mail else None,
    ]


def _buttons(
    draft: Draft, reader: Reader, verdict: SlotVerdict | None, *, unread: bool, reason_error: str | None
) -> list[Element | None]:
    t = reader.t
    about = {"draft_id": draft.id, "version": draft.version}
    change = execute(t("confirm.change"), ChangeDraft.model_validate(about))
    discard = execute(t("confirm.discard"), DiscardDraft.model_validate(about))
    if unread:
        again = execute(t("confirm.try_again"), TryAgain.model_validate(about), style="positive")
        return [actions(again, change, discard)]
    if verdict is None:
        return [actions(execute(t("confirm.book"), BookDraft.model_validate(about), style="positive"), change, discard)]
    anyway = None
    if verdict.can_override:
        anyway = execute(t("confirm.book_anyway"), BookAnyway.model_validate({**about, "seen": seen_of(verdict)}))
    nearest = [execute(reader.slot(each), _pick(about, each)) for each in verdict.alternatives]
    return ways_on(nearest, anyway, [change, discard], reader, why=t("confirm.reason"), error=reason_error)


def _pick(about: dict[str, object], slot: Slot) -> PickSlot:
    return PickSlot.model_validate({**about, "starts_at": slot.starts_at})


def free_times_card(
    draft: Draft,
    staff: StaffMember,
    free: tuple[Slot, ...],
    day_words: str,
    reader: Reader,
    *,
    nearest: tuple[Slot, ...] = (),
    are_some: bool = False,
) -> Card:
    """When someone is free, each time as a button that goes on with the draft.

    On a day without free times the ``nearest`` of other days are offered. ``are_some``: more of the day is free.
    """
    t = reader.t
    about = {"draft_id": draft.id, "version": draft.version}
    who = typed(staff.display_name)
    return card(
        t("slots.free_summary", staff=who, day=day_words),
        [
            text(run(t("slots.free_title", staff=who), bold=True, size="medium")),
            small(t("slots.free_on" if free else "slots.none_on", day=day_words)),
            actions(*(execute(reader.at(each.starts_at), _pick(about, each)) for each in free[:MOST_TIMES])),
            heading(t("slots.nearest"), size="medium") if nearest else None,
            stacked(execute(reader.slot(each), _pick(about, each)) for each in nearest[:MOST_OFFERED]),
            small(t("slots.more" if are_some else "slots.write")),
        ],
        language=t.language,
    )
