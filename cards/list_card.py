"""Several visits, each line one glance: a day's, those found by name, a choice between some, the morning agenda."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from bot.strings.words import local
from bot.visits.models.visit import Visit
from cards.elements import Card, Element, actions, box, card, execute, heading, open_url, run, small, text, text_input
from cards.menu_verbs import ListPage, MenuBook
from cards.reader import Reader
from cards.typed_text import typed
from cards.visit_lines import type_words, visit_in_short
from cards.visit_verbs import (
    BookAgain,
    CancelVisit,
    ChooseVisit,
    Intent,
    RescheduleVisit,
    ShowVisit,
)

PAGE_SIZE = 5
MOST_CHOICES = 6
MOST_ON_AGENDA = 12


def day_card(
    visits: Sequence[Visit],
    day: date,
    reader: Reader,
    *,
    now: datetime,
    page: int = 1,
    needs_you: frozenset[str] = frozenset(),
) -> Card:
    """A day's visits with their buttons. ``needs_you`` are the ids of visits with an effect a person must look at."""
    t = reader.t
    today = local(now, reader.zone).date()
    relative = {today: t("list.today"), today + timedelta(days=1): t("list.tomorrow")}.get(day)
    title = f"{relative}, {reader.on(day)}" if relative else reader.on(day)
    days = [
        execute(t("list.previous_day"), _day_page(day - timedelta(days=1))),
        execute(t("list.next_day"), _day_page(day + timedelta(days=1))),
    ]
    return card(
        t("list.summary_day", title=title, count=len(visits)),
        [
            heading(title),
            small(t("list.count", count=len(visits)) if visits else t("list.none_day")),
            *_page_of(visits, page, reader, now, needs_you, with_day=False),
            *_turning("day", day.isoformat(), visits, page, reader),
            actions(*days, execute(t("menu.book"), MenuBook())),
        ],
        language=t.language,
    )


def found_card(
    visits: Sequence[Visit],
    words: str,
    reader: Reader,
    *,
    now: datetime,
    page: int = 1,
    needs_you: frozenset[str] = frozenset(),
) -> Card:
    """Visits that match the words, which stay in the search field. Without words it asks for them."""
    t = reader.t
    nothing = t("list.none_found") if words else None
    return card(
        t("list.found"),
        [
            heading(t("list.found")),
            text_input("words", t("list.words"), value=typed(words), max_length=80),
            actions(execute(t("list.search"), ListPage(kind="find"))),
            small(t("list.count", count=len(visits))) if visits else small(nothing) if nothing else None,
            *_page_of(visits, page, reader, now, needs_you, with_day=True),
            *_turning("find", "", visits, page, reader),
        ],
        language=t.language,
    )


def choose_card(
    visits: Sequence[Visit],
    intent: Intent,
    reader: Reader,
    *,
    now: datetime,
    payloads: Sequence[ChooseVisit] | None = None,
) -> Card:
    """Which of several is meant. ``payloads`` carry what was said of a new time; else the intent alone."""
    t = reader.t
    shown = visits[:MOST_CHOICES]
    answers = payloads or [ChooseVisit.of(each, intent=intent) for each in shown]
    more = len(visits) - len(shown)
    return card(
        t("choose.summary"),
        [
            heading(t("choose.title")),
            *(
                box(
                    [*_glance(each, reader, now, with_day=True), actions(execute(t("choose.this"), answer))],
                    separator=True,
                )
                for each, answer in zip(shown, answers, strict=False)
            ),
            small(t("choose.more", count=more)) if more > 0 else None,
            small(t("ask.or_write")),
        ],
        language=t.language,
    )


def agenda_card(visits: Sequence[Visit], day: date, reader: Reader, *, now: datetime) -> Card:
    """The morning's look at a person's own day."""
    t = reader.t
    more = len(visits) - MOST_ON_AGENDA
    return card(
        t("agenda.summary", count=len(visits)),
        [
            heading(t("agenda.title")),
            small(reader.on(day)),
            text(t("agenda.none")) if not visits else None,
            *(box(_glance(each, reader, now, is_own=True), separator=True) for each in visits[:MOST_ON_AGENDA]),
            small(t("agenda.more", count=more)) if more > 0 else None,
            actions(execute(t("agenda.show"), _day_page(day))),
        ],
        language=t.language,
    )


def pages(count: int) -> int:
    """How many pages so many visits take; at least one."""
    return max(1, -(-count // PAGE_SIZE))


def _day_page(day: date, page: int = 1) -> ListPage:
    return ListPage(kind="day", argument=day.isoformat(), page=page)


def _page_of(
    visits: Sequence[Visit], page: int, reader: Reader, now: datetime, needs_you: frozenset[str], *, with_day: bool
) -> list[Element | None]:
    """One page, visit by visit; a tap on the words opens the visit's own card."""
    at = (min(page, pages(len(visits))) - 1) * PAGE_SIZE
    shown: list[Element | None] = []
    for each in visits[at : at + PAGE_SIZE]:
        is_open = each.id in needs_you
        words = _glance(each, reader, now, with_day=with_day, needs_you=is_open)
        opens = execute(reader.t("list.open"), ShowVisit(visit_id=each.id))
        shown.append(
            box([box(words, on_tap=opens), _same_buttons(each, reader, now, needs_you=is_open)], separator=True)
        )
    return shown


def _glance(
    visit: Visit,
    reader: Reader,
    now: datetime,
    *,
    with_day: bool = False,
    needs_you: bool = False,
    is_own: bool = False,
) -> list[Element | None]:
    """2:30 PM  Ana Ruiz; below it what for, how long and, unless it is the reader's own, with whom."""
    t = reader.t
    when = reader.slot(visit.slot) if with_day else reader.at(visit.starts_at)
    state = _state(visit, now, needs_you)
    tone: Literal["attention", "default"] = "attention" if state == "needs_you" else "default"
    return [
        text(
            run(f"{when}  ", bold=True),
            run(typed(visit.client.name), bold=True),
            run(f"  · {t(f'list.{state}')}", tone=tone) if state else None,
        ),
        small(type_words(visit.type_name, visit.slot, reader) if is_own else visit_in_short(visit, reader)),
    ]


def _state(visit: Visit, now: datetime, needs_you: bool) -> str | None:
    if visit.is_cancelled:
        return "cancelled"
    if needs_you:
        return "needs_you"
    if visit.ends_at <= now:
        return "over"
    return "in_progress" if visit.starts_at <= now else None


def _same_buttons(visit: Visit, reader: Reader, now: datetime, *, needs_you: bool) -> Element | None:
    """Those of the visit's card. What needs somebody is shown by a button too: only its card says what it is."""
    t = reader.t
    show = execute(t("visit_card.show"), ShowVisit(visit_id=visit.id), style="positive") if needs_you else None
    if visit.is_cancelled or visit.ends_at <= now:
        return actions(show, execute(t("visit_card.book_again"), BookAgain.of(visit)))
    return actions(
        show,
        open_url(t("visit_card.join"), visit.join_url, allowed=reader.allows(visit.join_url)),
        execute(t("visit_card.reschedule"), RescheduleVisit.of(visit, below=True)),
        execute(t("visit_card.cancel"), CancelVisit.of(visit, below=True)),
    )


def _turning(
    kind: Literal["day", "find"], argument: str, visits: Sequence[Visit], page: int, reader: Reader
) -> list[Element | None]:
    t = reader.t
    last = pages(len(visits))
    here = min(page, last)
    if last == 1:
        return []
    back = ListPage(kind=kind, argument=argument, page=here - 1) if here > 1 else None
    on = ListPage(kind=kind, argument=argument, page=here + 1) if here < last else None
    return [
        small(t("list.page", page=here, pages=last)),
        actions(
            execute(t("list.previous"), back) if back else None,
            execute(t("list.next"), on) if on else None,
        ),
    ]
