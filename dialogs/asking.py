"""Which question is put next, in which words, with which buttons. Pure."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bot.strings.words import local
from bot.understanding import words
from bot.understanding.questions import Ask, Option, Part
from bot.visits.models.clinic import Clinic
from bot.visits.models.draft import Draft
from bot.visits.models.slots import Slot
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from cards.draft_verbs import AnswerDraft, PickSlot
from cards.menu_verbs import AnswerQuestion
from cards.payload import VerbPayload
from cards.reader import Reader
from cards.visit_verbs import PickTime

MOST_TO_ASK = 2
"""Up to so many missing parts are asked in one short question; with more, the form is quicker."""

MOMENT: frozenset[Part] = frozenset({"date", "time"})


class Choice(NamedTuple):
    """A button: its words and what it carries."""

    title: str
    payload: VerbPayload


class Question(NamedTuple):
    """What is put to the person."""

    words: str
    ask: Ask
    """So that the next message is read as its answer."""
    choices: tuple[Choice, ...] = ()


def about_doubt(draft: Draft, ask: Ask, reader: Reader) -> Question:
    """Something was said that fits several values: which? Each option is spelled out in full."""
    choices = tuple(
        Choice(
            words.option(option, reader.t, time_zone=draft.time_zone, phone_region=reader.clinic.phone_region),
            _answer(draft, ask, number, option),
        )
        for number, option in enumerate(ask.options)
    )
    return Question(words.question(ask, reader.t), ask, choices)


def _answer(draft: Draft, ask: Ask, number: int, option: Option) -> AnswerDraft:
    """Days and times stand in the payload; names and numbers are looked up in the question by their place."""
    if option.value is None and option.time_zone is None:
        fold = option.fold if option.at is not None else None
        return AnswerDraft(draft_id=draft.id, version=draft.version, day=option.day, at=option.at, fold=fold)
    return AnswerDraft(draft_id=draft.id, version=draft.version, option=number, question=key_of(ask, draft))


def key_of(ask: Ask, draft: Draft) -> VisitId:
    """A question's key: the same for the same question about the same draft, and another for any other."""
    told = f"{draft.id}:{ask.model_dump_json()}"
    return VisitId(blake2b(told.encode(), digest_size=16).hexdigest())


def about_wish(ask: Ask, question_id: str, reader: Reader) -> Question:
    """What was wished for fits several days, people or clients: which? Names stay in the chat's memory."""
    choices = tuple(
        Choice(
            words.option(option, reader.t, time_zone=reader.zone, phone_region=reader.clinic.phone_region),
            AnswerQuestion(question_id=VisitId(question_id), option=number),
        )
        for number, option in enumerate(ask.options)
    )
    return Question(words.question(ask, reader.t), ask, choices)


def about_move(visit: Visit, ask: Ask, reader: Reader) -> Question:
    """A new time that was said for a visit and fits several: each option is a button."""
    choices = tuple(
        Choice(
            words.option(option, reader.t, time_zone=reader.zone),
            PickTime.of(visit, starts_at=_moment(visit, option, reader.zone)),
        )
        for option in ask.options
    )
    return Question(words.question(ask, reader.t), ask, choices)


def _moment(visit: Visit, option: Option, zone: str) -> datetime:
    """The instant an option means for a visit; a day alone keeps the visit's time."""
    here = local(visit.starts_at, zone)
    day, at = option.day or here.date(), option.at or here.time()
    zone = option.time_zone or zone
    return datetime.combine(day, at.replace(tzinfo=None), ZoneInfo(zone)).replace(fold=option.fold)


def about_missing(
    draft: Draft, parts: Sequence[Part], reader: Reader, *, free: Sequence[Slot] = (), known: Sequence[Visit] = ()
) -> Question:
    """What was not said yet, in one short question. ``free`` are times to offer, ``known`` clients of that name."""
    ask = Ask(about=tuple(parts), why="missing")
    if "phone" in parts and known:
        return Question(
            reader.t("chat.ask.which_client", client=draft.client_name), ask, _clients(draft, known, reader)
        )
    if set(parts) == MOMENT:
        return Question(reader.t("chat.ask.moment"), ask, _times(draft, free, reader))
    if len(parts) == 1:
        return _about_one(draft, parts[0], ask, free, reader)
    return Question(_in_one_sentence(parts, reader), ask)


def _in_one_sentence(parts: Sequence[Part], reader: Reader) -> str:
    """I still need the client's name and the day and time."""
    both = set(parts) >= MOMENT
    named = [part for part in parts if not (both and part in MOMENT)]
    nouns = [reader.t(f"chat.ask.part.{part}") for part in named]
    nouns += [reader.t("chat.ask.part.moment")] if both else []
    return reader.t("chat.ask.two", first=", ".join(nouns[:-1]), second=nouns[-1])


def _about_one(draft: Draft, part: Part, ask: Ask, free: Sequence[Slot], reader: Reader) -> Question:
    t, clinic = reader.t, reader.clinic
    if part == "staff":
        return Question(t("chat.ask.one.staff"), ask, _staff(draft, clinic))
    if part == "type":
        return Question(t("chat.ask.one.type"), ask, _types(draft, reader))
    if part == "time" and draft.day is not None:
        on_day = words.option(Option(day=draft.day), t, time_zone=draft.time_zone)
        others_only = free and all(local(each.starts_at, draft.time_zone).date() != draft.day for each in free)
        key = "chat.ask.one.time_on_another" if others_only else "chat.ask.one.time_on"
        return Question(t(key, day=on_day), ask, _times(draft, free, reader))
    if part == "phone":
        return Question(t("chat.ask.one.phone", client=draft.client_name), ask)
    return Question(t(f"chat.ask.one.{part}"), ask)


def _staff(draft: Draft, clinic: Clinic) -> tuple[Choice, ...]:
    return tuple(
        Choice(each.display_name, AnswerDraft(draft_id=draft.id, version=draft.version, staff_id=each.id))
        for each in clinic.staff
    )


def _types(draft: Draft, reader: Reader) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            each.name_in(reader.t.language),
            AnswerDraft(draft_id=draft.id, version=draft.version, type_name=each.name),
        )
        for each in reader.clinic.types
    )


def _times(draft: Draft, free: Sequence[Slot], reader: Reader) -> tuple[Choice, ...]:
    return tuple(
        Choice(reader.slot(each), PickSlot(draft_id=draft.id, version=draft.version, starts_at=each.starts_at))
        for each in free
    )


def _clients(draft: Draft, known: Sequence[Visit], reader: Reader) -> tuple[Choice, ...]:
    found = tuple(
        Choice(
            f"{each.client.name}, {reader.phone(each.client.phone)}",
            AnswerDraft(draft_id=draft.id, version=draft.version, client_of=each.id),
        )
        for each in known
        if each.client.phone is not None
    )
    other = AnswerDraft(draft_id=draft.id, version=draft.version, new_client=True)
    return (*found, Choice(reader.t("chat.ask.new_client"), other))
