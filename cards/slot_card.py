"""When a visit could be instead: the nearest free times, or those of another day."""

from collections.abc import Sequence
from datetime import date

from bot.strings.words import local
from bot.visits.models.slots import Slot
from bot.visits.models.visit import Visit
from cards.elements import Card, Element, actions, box, card, date_input, execute, heading, lines, small, stacked, text
from cards.reader import Reader
from cards.typed_text import typed
from cards.visit_lines import name_line, visit_in_short
from cards.visit_verbs import KeepVisit, OtherTimes, PickTime

MOST_TIMES = 24


def slot_card(
    visit: Visit,
    free: Sequence[Slot],
    reader: Reader,
    *,
    day: date | None = None,
    notice: str | None = None,
) -> Card:
    """Free times for a visit, each a button. ``day``: the day they were asked for; None means the nearest."""
    t = reader.t
    name = typed(visit.client.name)
    are_some, free = len(free) > MOST_TIMES, free[:MOST_TIMES]
    if day is None:
        title = t("slots.nearest") if free else t("slots.none")
        times = [stacked(_time(visit, each, reader, with_day=True) for each in free)]
    else:
        title = t("slots.free_on" if free else "slots.none_on", day=reader.on(day))
        times = [actions(*(_time(visit, each, reader, with_day=False) for each in free))]
    return card(
        t("slots.summary", client=name),
        [
            box([text(notice)], style="warning") if notice else None,
            heading(t("slots.title")),
            name_line(name),
            lines(
                [(t("slots.now"), reader.when(visit.starts_at)), (t("visit_card.type"), visit_in_short(visit, reader))]
            ),
            box([heading(title, size="medium"), *times], separator=True),
            actions(*_toward(visit, free, reader)) if free else None,
            box(
                [
                    date_input("day", t("slots.day"), value=_day_shown(visit, free, day, reader)),
                    actions(
                        execute(t("slots.show_day"), OtherTimes.of(visit)),
                        execute(t("slots.keep"), KeepVisit.of(visit)),
                    ),
                    small(t("slots.more" if are_some else "slots.write")),
                ],
                separator=True,
            ),
        ],
        language=t.language,
    )


def _time(visit: Visit, slot: Slot, reader: Reader, *, with_day: bool) -> Element:
    words = reader.slot(slot) if with_day else reader.at(slot.starts_at)
    return execute(words, PickTime.of(visit, starts_at=slot.starts_at))


def _toward(visit: Visit, free: Sequence[Slot], reader: Reader) -> list[Element]:
    t = reader.t
    first, last = free[0].starts_at, free[-1].starts_at
    return [
        execute(t("slots.earlier"), OtherTimes.of(visit, toward="earlier", edge=first)),
        execute(t("slots.later"), OtherTimes.of(visit, toward="later", edge=last)),
    ]


def _day_shown(visit: Visit, free: Sequence[Slot], day: date | None, reader: Reader) -> str:
    start = free[0].starts_at if free else visit.starts_at
    return (day or local(start, reader.zone).date()).isoformat()
