"""What comes unasked, and what goes wrong: reminders, nudges, the desk's notices, drift, errors."""

from datetime import datetime

from bot.strings.words import lack_in_words
from bot.visits.models.effects import LateTold
from bot.visits.models.visit import Visit
from cards.elements import Card, Element, actions, box, card, execute, heading, lines, open_url, run, small, text
from cards.menu_verbs import MenuBook, MenuHelp, MenuToday
from cards.reader import Reader
from cards.typed_text import typed
from cards.visit_lines import name_line, type_words, visit_in_short
from cards.visit_verbs import (
    AdoptDrift,
    IgnoreDrift,
    MarkArrived,
    PutBackDrift,
    RescheduleVisit,
    RunningLate,
    SendReminderSms,
    ShowVisit,
)

_LATE = {
    (True, True): "reminder.late_done_email",
    (True, False): "reminder.late_done",
    (False, True): "reminder.late_no_desk",
    (False, False): "reminder.late_nobody",
}
"""By whether the desk hears of it, and whether the client does."""


def reminder_card(visit: Visit, reader: Reader, *, late_told: LateTold | None = None) -> Card:
    """To the organizer, shortly before. ``late_told``: they pressed Running late, and these hear of it."""
    t = reader.t
    title = t("reminder.title", time=reader.at(visit.starts_at))
    return card(
        t("reminder.summary", time=reader.at(visit.starts_at)),
        [
            box([heading(title), name_line(visit.client.name)], style="accent", bleed=True),
            lines(
                [
                    (t("visit_card.type"), type_words(visit.type_name, visit.slot, reader)),
                    (t("visit_card.when"), reader.when(visit.starts_at)),
                    (t("visit_card.your_time"), reader.your_time(visit.starts_at)),
                    (t("visit_card.notes"), typed(visit.notes, 200)),
                ]
            ),
            text(t(_LATE[late_told.desk, late_told.client])) if late_told else None,
            actions(
                open_url(t("reminder.join"), visit.join_url, allowed=reader.allows(visit.join_url), style="positive"),
                None if late_told else execute(t("reminder.running_late"), RunningLate.of(visit)),
                execute(t("reminder.reschedule"), RescheduleVisit.of(visit)),
                execute(t("visit_card.arrived"), MarkArrived.of(visit)) if late_told else None,
            ),
        ],
        language=t.language,
    )


def nudge_card(visit: Visit, reader: Reader) -> Card:
    """To staff where reminder texts are not sent by themselves: one tap sends it."""
    t = reader.t
    return card(
        t("reminder.nudge_summary"),
        [
            heading(t("reminder.nudge_title")),
            name_line(visit.client.name),
            lines(
                [
                    (t("visit_card.when"), reader.when(visit.starts_at)),
                    (t("visit_card.type"), visit_in_short(visit, reader)),
                ]
            ),
            small(t("reminder.nudge")),
            actions(
                execute(t("reminder.nudge_send"), SendReminderSms.of(visit), style="positive"),
                execute(t("visit_card.show"), ShowVisit(visit_id=visit.id)),
            ),
        ],
        language=t.language,
    )


def desk_notice(visit: Visit, what: str, reader: Reader, *, lacks: str = "") -> Card:
    """To the desk's shared chat: what needs attention, by time and staff member, **without client data**.

    ``what`` is a key under ``notice``: ``unreachable``, ``running_late``, ``effect_failed``, ``effect_unknown``,
    ``reminder_missed``. ``lacks``, for administrators: the permission Microsoft wanted, and the command that gives it.
    """
    t = reader.t
    staff = typed(visit.organizer.display_name)
    return card(
        t("notice.summary"),
        [
            heading(t("notice.title"), size="medium"),
            text(run(t("notice.about", when=reader.when(visit.starts_at), staff=staff), bold=True)),
            text(t(f"notice.{what}", staff=staff)),
            text(lack_in_words(lacks, t)) if lacks else None,
            small(t("notice.where")),
        ],
        language=t.language,
    )


def drift_card(visit: Visit, calendar_starts_at: datetime | None, reader: Reader, *, seen: str = "") -> Card:
    """The calendar was changed beside us: adopt, put back, ignore. None means that the event is gone."""
    t = reader.t
    deleted = calendar_starts_at is None
    about = {"seen": seen}
    return card(
        t("drift.summary"),
        [
            heading(t("drift.title")),
            name_line(visit.client.name),
            text(t("drift.deleted" if deleted else "drift.moved")),
            lines(
                [
                    (t("drift.agreed"), reader.when(visit.starts_at)),
                    (
                        t("drift.calendar"),
                        t("drift.gone") if deleted else reader.when(calendar_starts_at or visit.starts_at),
                    ),
                    (t("visit_card.type"), visit_in_short(visit, reader)),
                ]
            ),
            small(t("drift.told_deleted" if deleted else "drift.told_moved")),
            small(t("drift.told_back")) if deleted else None,
            actions(
                execute(t("drift.adopt_deleted" if deleted else "drift.adopt_moved"), AdoptDrift.of(visit, **about)),
                execute(t("drift.put_back"), PutBackDrift.of(visit, **about)),
                execute(t("drift.ignore"), IgnoreDrift.of(visit, **about)),
            ),
        ],
        language=t.language,
    )


def drift_settled_card(visit: Visit, reader: Reader) -> Card:
    """The question about the calendar has answered itself."""
    t = reader.t
    show = execute(t("visit_card.show"), ShowVisit(visit_id=visit.id))
    return notice_card(t("drift.settled"), reader, show, title=t("drift.title"))


def waiting_card(visit: Visit, since: datetime, reader: Reader) -> Card:
    """To the organizer: their client is in the lobby."""
    t = reader.t
    words = t("arrival.summary", time=reader.at(visit.starts_at))
    return card(
        words,
        [
            box([heading(t("arrival.title")), name_line(visit.client.name)], style="accent", bleed=True),
            lines(
                [
                    (t("arrival.since"), reader.at(since)),
                    (t("visit_card.when"), reader.when(visit.starts_at)),
                    (t("visit_card.type"), type_words(visit.type_name, visit.slot, reader)),
                ]
            ),
            actions(
                open_url(t("arrival.join"), visit.join_url, allowed=reader.allows(visit.join_url), style="positive"),
                execute(t("reminder.running_late"), RunningLate.of(visit)),
                execute(t("visit_card.show"), ShowVisit(visit_id=visit.id)),
            ),
        ],
        language=t.language,
    )


def notice_card(words: str, reader: Reader, *buttons: Element, title: str | None = None) -> Card:
    """A sentence with a way on: its own buttons, or the menu's."""
    t = reader.t
    way_on = buttons or (
        execute(t("menu.book"), MenuBook()),
        execute(t("menu.today"), MenuToday()),
        execute(t("menu.help"), MenuHelp()),
    )
    return card(
        words,
        [heading(title, size="medium") if title else None, text(words), actions(*way_on)],
        language=t.language,
    )


def error_card(code: str, reader: Reader, *buttons: Element, **facts: object) -> Card:
    """What went wrong, in a sentence, with a way on. ``code`` is a domain error's; an unknown one is said plainly."""
    t = reader.t
    key = f"error.{code}" if t.has(f"error.{code}") else "error.visit_error"
    words = {"clinic": typed(reader.clinic.name), **facts}
    return notice_card(t(key, **words), reader, *buttons, title=t("error.title"))


def discarded_card(reader: Reader) -> Card:
    """The draft is gone; nothing was booked."""
    return notice_card(reader.t("confirm.discarded"), reader)
