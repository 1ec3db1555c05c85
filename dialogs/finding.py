"""Which visit is meant by a name, a day, a time, or "it"."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Literal

from bot.understanding.questions import Ask, Option
from bot.understanding.reading import Reading
from bot.visits.errors import VisitNotFound
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from cards.list_card import choose_card
from cards.notice_cards import notice_card
from cards.visit_verbs import MOST_LATER, ChooseVisit
from dialogs.desk import Desk
from dialogs.drafting import wall_clock
from dialogs.memory import Topic, speak_of
from dialogs.talk import Talk

Change = Literal["move", "cancel"]
A_MINUTE, A_DAY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True)
class Meant:
    """The visits that may be meant."""

    visits: tuple[Visit, ...]
    was_named: bool = True
    """Whether anything was said of which; if not, nothing was looked for."""

    @property
    def visit(self) -> Visit | None:
        """The one that is meant, if it is clear."""
        return self.visits[0] if len(self.visits) == 1 else None


async def visits_meant(desk: Desk, talk: Talk, reading: Reading, topic: Topic | None) -> Meant:
    """The visits a message may mean: by name; by the day or time they are at; else the one just spoken of."""
    moves = reading.intent.value == "move"
    named_day = reading.day if not moves or reading.shift is not None else None  # "the Friday visit an hour later"
    on, at = reading.was_day or named_day, reading.was_at or (None if moves else reading.at)
    if reading.client_name:
        found = await desk.visits.find(reading.client_name, talk.person)
        upcoming = [each for each in found if each.ends_at > talk.now]
        return Meant(_narrowed(upcoming, talk, on, at, reading))
    if topic is not None and (on, at) == (None, None):
        try:
            return Meant((await desk.visits.visit(topic.id, talk.person),))
        except VisitNotFound:
            return Meant((), was_named=False)
    if on is not None or at is not None:
        day = on or wall_clock(talk.now, talk.person.time_zone)[0]
        found = [each for each in await desk.visits.agenda(day, talk.person) if each.ends_at > talk.now]
        return Meant(_narrowed(found, talk, on, at, reading))
    return Meant((), was_named=False)


async def visits_among(desk: Desk, talk: Talk, visit_ids: Sequence[str], reading: Reading) -> Meant:
    """The visits an answer means, of those that were offered; by a name, whoever bears it."""
    if reading.client_name or not visit_ids:
        return await visits_meant(desk, talk, reading, None)
    offered = [await desk.visits.visit(VisitId(each), talk.person) for each in visit_ids]
    return Meant(_narrowed(offered, talk, reading.was_day or reading.day, reading.was_at or reading.at, reading))


def _narrowed(
    found: Sequence[Visit], talk: Talk, on: date | None, at: time | None, reading: Reading
) -> tuple[Visit, ...]:
    """Those that fit what was said of day, time and staff, as long as any does."""
    kept = list(found)
    clocks = {each.id: wall_clock(each.starts_at, talk.person.time_zone) for each in found}
    for fits in (
        lambda each: on is None or clocks[each.id][0] == on,
        lambda each: at is None or clocks[each.id][1] == at,
        lambda each: reading.staff_id is None or each.organizer.id == reading.staff_id,
    ):
        kept = [each for each in kept if fits(each)] or kept
    return tuple(kept)


async def visit_question(
    desk: Desk, talk: Talk, visits: Sequence[Visit], change: Change, reading: Reading, *, said: bool
) -> None:
    """Ask which visit is meant: one of several by button; otherwise whose."""
    offered: tuple[Option, ...] = ()
    if visits:
        new_time = _new_time(reading) if change == "move" else {}
        answers = [ChooseVisit.of(each, intent=change, **new_time) for each in visits[:6]]
        await talk.show(choose_card(visits, change, talk.reader, now=talk.now, payloads=answers))
        clocks = (wall_clock(each.starts_at, talk.person.time_zone) for each in visits[: len(answers)])
        offered = tuple(Option(day=on, at=at_, fold=fold) for on, at_, fold in clocks)
    elif said:
        words = talk.t("chat.no_such_visit", client=reading.client_name or "")
        await talk.show(notice_card(words, talk.reader))
    else:
        await talk.say(talk.t(f"chat.whose.{change}"))
    speak_of(talk, None, Ask(about=("client",), why="missing", options=offered))


def _new_time(reading: Reading) -> dict[str, object]:
    """What was said of the new time, for a button; a length or a distance that no visit has is left out."""
    said: dict[str, object] = {"day": None if reading.shift is not None else reading.day, "at": reading.at}
    if reading.duration is not None and A_MINUTE <= reading.duration <= A_DAY:
        said["minutes"] = reading.duration // A_MINUTE
    if reading.shift is not None and abs(reading.shift) <= MOST_LATER * A_MINUTE:
        said["later"] = reading.shift // A_MINUTE
    return said
