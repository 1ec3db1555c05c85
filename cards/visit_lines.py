"""Parts that several cards share: who and when, read back in the same way everywhere."""

import re
from datetime import datetime, timedelta

from bot.strings.words import duration_in_words
from bot.visits.models.objections import Objection
from bot.visits.models.presence import Presence
from bot.visits.models.slots import Slot
from bot.visits.models.visit import Visit
from cards.elements import Element, Tone, run, text
from cards.reader import Reader
from cards.typed_text import typed

Row = tuple[str, Element | str | None]


def name_line(name: str) -> Element:
    """The client's name, large."""
    return text(run(typed(name), bold=True, size="medium"), spacing="small")


def type_words(type_name: str, slot: Slot, reader: Reader) -> str:
    """Follow-up, 30 min."""
    words = duration_in_words(slot.duration, reader.t)
    return reader.t("visit_card.type_value", type=typed(reader.type_name(type_name)), duration=words)


def when_rows(label: str, moment: datetime, reader: Reader, *, client_zone: str | None = None) -> list[Row]:
    """The time in the reader's zone; then on their device and at the client's, where those clocks say otherwise."""
    t = reader.t
    return [
        (label, run(reader.when(moment), bold=True)),
        (t("visit_card.your_time"), reader.your_time(moment)),
        (t("visit_card.client_time"), reader.when_in(moment, client_zone) if client_zone else None),
    ]


def presence_rows(presence: Presence, reader: Reader) -> list[Row]:
    """Where the client is: waiting since 2:28 PM; admitted at 2:31 PM; ended, 23 min."""
    words = presence_words(presence, reader)
    tone: Tone = "accent" if presence.waiting_since else "default"
    return (
        [(reader.t("arrival.label"), run(words, tone=tone, bold=presence.waiting_since is not None))] if words else []
    )


def presence_words(presence: Presence, reader: Reader) -> str:
    """The latest of what is known of the client; empty while nothing is."""
    t = reader.t
    waited = duration_in_words(whole_minutes(presence.waited), t) if presence.waited else None
    if presence.waiting_since:
        return t("arrival.waiting", at=reader.at(presence.waiting_since))
    if presence.nobody_came:
        return t("arrival.nobody")
    if presence.lasted is not None:
        lasted = duration_in_words(whole_minutes(presence.lasted), t)
        return t("arrival.ended_waited", lasted=lasted, waited=waited) if waited else t("arrival.ended", lasted=lasted)
    if presence.ended_at:
        return t("arrival.ended_at", at=reader.at(presence.ended_at))
    if presence.left_at:
        return t("arrival.left", at=reader.at(presence.left_at))
    if presence.admitted_at:
        at = reader.at(presence.admitted_at)
        return t("arrival.admitted_waited", at=at, waited=waited) if waited else t("arrival.admitted", at=at)
    return ""


def whole_minutes(length: timedelta) -> timedelta:
    """Rounded to minutes, at least one."""
    return timedelta(minutes=max(1, round(length.total_seconds() / 60)))


def visit_in_short(visit: Visit, reader: Reader) -> str:
    """Follow-up, 30 min · Dr Min Kim."""
    return f"{type_words(visit.type_name, visit.slot, reader)} · {typed(visit.organizer.display_name)}"


def objection_words(objection: Objection, reader: Reader) -> str:
    """One objection as a sentence.

    Facts that end in ``_at`` are instants of a day that is known, in ``_when`` instants with their day, in ``_minutes``
    lengths; ``opens`` and ``closes`` are wall times.
    """
    t = reader.t
    key = f"objection.{objection.code}"
    words: dict[str, str] = dict.fromkeys(("staff", "since", "until", "day", "opens", "closes", "minutes"), "")
    for name, fact in objection.facts.items():
        words[re.sub("_(at|when|minutes)$", "", name)] = _fact(name, fact, reader)
    return t(key if t.has(key) else "objection.unnamed", **words)


def _fact(name: str, fact: str, reader: Reader) -> str:
    try:
        if name.endswith("_at"):
            return reader.at(datetime.fromisoformat(fact))
        if name.endswith("_when"):
            return reader.when(datetime.fromisoformat(fact))
        if name.endswith("_minutes"):
            return duration_in_words(timedelta(minutes=int(fact)), reader.t)
        if name == "day":
            return reader.on(fact)
        if name in ("opens", "closes"):
            return reader.wall_time(fact)
    except ValueError:
        pass
    return typed(fact)
