"""Questions that change nothing, and a person's own settings: answered at once, whatever else is being asked."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from bot.strings.translate import languages
from bot.strings.words import day_in_words, local, zone_in_words
from bot.understanding.reading import Intent, Reading
from bot.visits.drafts import DraftParts
from bot.visits.errors import CalendarUnreadable
from bot.visits.models.draft import Draft
from bot.visits.models.slots import Slot
from bot.visits.models.values import StaffId
from bot.visits.models.visit import Visit
from cards.confirm_card import free_times_card
from cards.list_card import PAGE_SIZE, day_card, found_card, pages
from cards.menu_cards import help_card, menu_card
from cards.menu_verbs import ShowSettings
from cards.notice_cards import error_card, notice_card
from dialogs.desk import Desk
from dialogs.drafting import carried_over
from dialogs.free_times import on_next_days
from dialogs.memory import Topic, remember, remembered, speak_of
from dialogs.talk import Press, Talk

MOST_FREE = 12


class Answering:
    """Answers each kind of question with its card."""

    def __init__(self, desk: Desk, press: Press) -> None:
        """``press`` does what a button would."""
        self._desk = desk
        self._press = press

    async def answer(self, talk: Talk, reading: Reading) -> None:
        """Answer by the reading's intent."""
        match reading.intent:
            case Intent.help:
                await talk.show(help_card(talk.reader, now=talk.now))
            case Intent.greet:
                await talk.show(menu_card(talk.reader))
            case Intent.agenda:
                day = reading.day or local(talk.now, talk.person.time_zone).date()
                await self.show_day(talk, day, staff_id=reading.staff_id)
            case Intent.find:
                await self._find(talk, reading)
            case Intent.free:
                await self._free(talk, reading)
            case Intent.settings:
                await self._press(talk, ShowSettings())
            case Intent.language:
                await self._speak(talk, reading)
            case Intent.time_zone:
                await self._move_to(talk, reading)
            case Intent.handover | Intent.out:
                await self._not_yet(talk, reading)
            case _:
                await talk.show(notice_card(talk.t("chat.not_yet"), talk.reader))

    # --- lists ------------------------------------------------------------------------------------

    async def show_day(self, talk: Talk, day: date, *, page: int = 1, staff_id: StaffId | None = None) -> None:
        """A day's visits, of everyone or of one member of staff."""
        visits = await self._desk.visits.agenda(day, talk.person, staff_id=staff_id)
        needs_you = await self._desk.needing_you(_on_page(visits, page), talk.now)
        await talk.show(day_card(visits, day, talk.reader, now=talk.now, page=page, needs_you=needs_you))

    async def _not_yet(self, talk: Talk, reading: Reading) -> None:
        """What cannot be done for a whole day can be done visit by visit: the day's visits, each with its buttons."""
        member = self._desk.visits.clinic.staff_member(reading.staff_id or talk.person.id)
        day = reading.day or local(talk.now, talk.person.time_zone).date()
        whose = "staff" if member is not None else "all"
        facts = {"staff": member.display_name} if member is not None else {}
        await talk.say(talk.t(f"chat.not_yet_{reading.intent.value}.{whose}", day=day_in_words(day, talk.t), **facts))
        await self.show_day(talk, day, staff_id=member.id if member is not None else None)

    async def _find(self, talk: Talk, reading: Reading) -> None:
        """Visits of a client. A name that only staff bear means whom they see; a day alone, that day."""
        words = reading.client_name or reading.phone or ""
        if not words and (reading.staff_id is not None or reading.day is not None):
            day = reading.day or local(talk.now, talk.person.time_zone).date()
            await self.show_day(talk, day, staff_id=reading.staff_id)
            return
        await self.show_found(talk, words)

    async def show_found(self, talk: Talk, words: str, *, page: int = 1) -> None:
        """Visits that match; a single one is what "it" means from then on."""
        visits = await self._desk.visits.find(words, talk.person)
        needs_you = await self._desk.needing_you(_on_page(visits, page), talk.now)
        shown = found_card(visits, words, talk.reader, now=talk.now, page=page, needs_you=needs_you)
        message_id = await talk.show(shown)
        if len(visits) == 1 and remembered(talk).asked is None:
            speak_of(talk, Topic(kind="visit", id=visits[0].id, message_id=message_id))

    # --- free times -------------------------------------------------------------------------------

    async def _free(self, talk: Talk, reading: Reading) -> None:
        """When somebody is free: each time goes on with a draft for it."""
        staff = self._desk.visits.clinic.staff_member(reading.staff_id or "")
        draft = await self._draft_for(talk, reading)
        staff = staff or self._desk.visits.clinic.staff_member(draft.staff_id or "")
        if staff is None:
            await talk.say(talk.t("chat.free_whose"))
            return
        day = reading.day or draft.day or local(talk.now, talk.person.time_zone).date()
        try:
            free = await self._desk.visits.free_slots(draft, talk.person, day=day)
            free = _within(free, reading, draft.time_zone)
            others = () if free else await on_next_days(self._desk.visits, talk, draft, day)
        except CalendarUnreadable as reason:
            await talk.show(error_card(reason.code, talk.reader))
            return
        some = _spread(free)
        shown = free_times_card(
            draft,
            staff,
            some,
            day_in_words(day, talk.t),
            talk.reader,
            nearest=others,
            are_some=len(some) < len(free),
        )
        message_id = await talk.show(shown)
        topic = remembered(talk).topic
        if topic is None or topic.id != draft.id:
            speak_of(talk, Topic(kind="draft", id=draft.id, message_id=message_id))

    async def _draft_for(self, talk: Talk, reading: Reading) -> Draft:
        """The draft spoken of, if the question fits it; else a new one that begins with what is known already.

        A type is assumed only to know a length, and is not kept.
        """
        visits, known = self._desk.visits, await self._desk.draft_spoken_of(talk)
        if known is not None and known.type_name and reading.staff_id in (None, known.staff_id):
            return known
        parts: DraftParts = carried_over(known) if known is not None else {}
        parts |= {"day": reading.day}
        if reading.staff_id is not None:
            parts["staff_id"] = reading.staff_id
        if reading.type_name is not None:
            parts["type_name"] = reading.type_name
        draft = await visits.start_draft(talk.person, **parts)
        if draft.type_name is None:
            shortest = min(visits.clinic.types, key=lambda each: each.duration)
            return draft.model_copy(update={"type_name": shortest.name})
        return draft

    # --- a person's own settings ------------------------------------------------------------------

    async def _speak(self, talk: Talk, reading: Reading) -> None:
        language = reading.speak or ""
        if language not in languages():
            await talk.say(talk.t("chat.language_unknown"))
            return
        preferences = await self._desk.people.preferences(talk.person.id)
        chosen = preferences.model_copy(update={"language": language})
        await self._desk.people.prefer(talk.person.id, chosen)
        remember(talk, remembered(talk).model_copy(update={"language": None}))
        talk.prefer(chosen)
        await talk.say(talk.t("chat.language_set"))

    async def _move_to(self, talk: Talk, reading: Reading) -> None:
        zone = reading.time_zone
        if zone is None:
            await self._press(talk, ShowSettings())
            return
        preferences = await self._desk.people.preferences(talk.person.id)
        chosen = preferences.model_copy(update={"time_zone": zone})
        await self._desk.people.prefer(talk.person.id, chosen)
        talk.prefer(chosen)
        await talk.say(talk.t("chat.zone_set", zone=zone_in_words(talk.now, zone, talk.t)))


def _on_page(visits: Sequence[Visit], page: int) -> Sequence[Visit]:
    at = (min(page, pages(len(visits))) - 1) * PAGE_SIZE
    return visits[at : at + PAGE_SIZE]


def _within(free: tuple[Slot, ...], reading: Reading, zone: str) -> tuple[Slot, ...]:
    """Those inside the stretch of the day that was asked about."""
    since, until = reading.since_at, reading.until_at
    clocks = ((each, each.starts_at.astimezone(ZoneInfo(zone)).time()) for each in free)
    return tuple(each for each, at in clocks if (since is None or at >= since) and (until is None or at < until))


def _spread(free: tuple[Slot, ...]) -> tuple[Slot, ...]:
    """Not too many for one card: every second, third … of them."""
    step = max(1, -(-len(free) // MOST_FREE))
    return free[::step]
