"""What the buttons of the menu, of lists and of a person's settings do."""

from datetime import timedelta
from zoneinfo import available_timezones

from bot.strings.translate import languages
from bot.strings.words import local
from bot.understanding.reading import Intent, Reading
from bot.visits.models.people import Preferences
from cards.menu_verbs import (
    AnswerQuestion,
    ListPage,
    MenuBook,
    MenuHelp,
    MenuToday,
    SaveSettings,
    ShowSettings,
)
from cards.notice_cards import notice_card
from cards.payload import typed_day
from cards.settings_card import AS_CLINIC, AS_TEAMS, NO_REMINDERS, settings_card
from dialogs.answering import Answering
from dialogs.clarifying import Clarifying
from dialogs.conversation import Conversation
from dialogs.desk import Desk
from dialogs.memory import Memory, remember, remembered
from dialogs.talk import Talk

LONGEST_NOTICE = timedelta(days=2)


class MenuVerbs:
    """One method a verb."""

    def __init__(self, desk: Desk, conversation: Conversation, answering: Answering) -> None:
        """``answering`` makes the lists."""
        self._desk = desk
        self._conversation = conversation
        self._answering = answering
        self._clarifying = Clarifying(desk)

    async def book(self, press: MenuBook, talk: Talk) -> None:
        """An empty booking form."""
        talk.keep_card()
        remember(talk, Memory(language=remembered(talk).language))
        draft = await self._desk.visits.start_draft(talk.person, client_language=self._desk.visits.clinic.language)
        await self._conversation.go_on(talk, draft)

    async def today(self, press: MenuToday, talk: Talk) -> None:
        """Today's visits."""
        talk.keep_card()
        await self._answering.show_day(talk, local(talk.now, talk.person.time_zone).date())

    async def help(self, press: MenuHelp, talk: Talk) -> None:
        """What one can write."""
        talk.keep_card()
        await self._answering.answer(talk, Reading(intent=Intent.help))

    async def answer(self, press: AnswerQuestion, talk: Talk) -> None:
        """What was wished for, now that the part in doubt is chosen; an old question is not answered any more."""
        reading = self._clarifying.chosen(talk, press.question_id, press.option)
        if reading is None:
            await talk.show(notice_card(talk.t("error.question_closed"), talk.reader))
        else:
            await self._conversation.hears(talk, reading)

    async def page(self, press: ListPage, talk: Talk) -> None:
        """One page of a list, in the place of the one before."""
        if press.kind == "find":
            await self._answering.show_found(talk, press.inputs.words, page=press.page)
            return
        day = typed_day(press.argument) or local(talk.now, talk.person.time_zone).date()
        await self._answering.show_day(talk, day, page=press.page)

    async def show_settings(self, press: ShowSettings, talk: Talk) -> None:
        """The person's own settings."""
        talk.keep_card()
        preferences = await self._desk.people.preferences(talk.person.id)
        businesses = await self._desk.businesses()
        await talk.show(settings_card(preferences, talk.reader, now=talk.now, businesses=businesses))

    async def save_settings(self, press: SaveSettings, talk: Talk) -> None:
        """Keep what was chosen; what cannot be read stays as it was."""
        before = await self._desk.people.preferences(talk.person.id)
        businesses = await self._desk.businesses()
        after = _chosen(press, before, frozenset(each for _, each in businesses))
        await self._desk.people.prefer(talk.person.id, after)
        talk.prefer(after)
        await talk.show(settings_card(after, talk.reader, now=talk.now, saved=True, businesses=businesses))


def _chosen(press: SaveSettings, before: Preferences, businesses: frozenset[str]) -> Preferences:
    changes: dict[str, object] = {}
    zone, language, reminders = press.inputs.time_zone, press.inputs.language, press.inputs.reminders
    if zone == AS_CLINIC:
        changes["time_zone"] = None
    elif zone in available_timezones():
        changes["time_zone"] = zone
    if language == AS_TEAMS:
        changes["language"] = None
    elif language in languages():
        changes["language"] = language
    if reminders == AS_CLINIC:
        changes["reminders"] = None
    elif reminders == NO_REMINDERS:
        changes["reminders"] = ()
    elif reminders:
        changes["reminders"] = _lengths(reminders) or before.reminders
    if press.inputs.business == AS_CLINIC:
        changes["business"] = None
    elif press.inputs.business in businesses:
        changes["business"] = press.inputs.business
    return before.model_copy(update=changes)


def _lengths(words: str) -> tuple[timedelta, ...]:
    """``60 15`` as lengths; what is no number, or longer than two days, is left out."""
    numbers = [int(each) for each in words.replace(",", " ").split() if each.isdecimal() and len(each) <= len("2880")]
    lengths = {timedelta(minutes=each) for each in numbers}
    return tuple(sorted((each for each in lengths if timedelta(0) < each <= LONGEST_NOTICE), reverse=True))[:5]
