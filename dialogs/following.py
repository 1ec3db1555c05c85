"""Messages that speak of what is on the table: yes, no, a correction, undo, stop."""

from typing import Any

from bot.understanding.reading import Intent, Reading
from bot.visits.errors import VisitNotFound
from bot.visits.models.draft import Draft
from bot.visits.models.values import StaffId, VisitId
from bot.visits.models.visit import Visit
from bot.visits.names import folded
from cards.draft_verbs import (
    BookAnyway,
    BookAnywayInputs,
    BookDraft,
    ChangeDraft,
)
from cards.elements import execute
from cards.list_card import choose_card
from cards.menu_cards import not_understood_card
from cards.menu_verbs import ListPage, ShowSettings
from cards.notice_cards import discarded_card, notice_card
from cards.payload import VerbPayload
from cards.visit_verbs import (
    MarkArrived,
    MoveAnyway,
    MoveVisit,
    ReasonInputs,
    RunningLate,
    UndoChange,
)
from dialogs.book_visit import BOOK_VISIT, about
from dialogs.desk import Desk, note
from dialogs.drafting import heard, wall_clock
from dialogs.finding import Meant, visits_meant
from dialogs.memory import Topic, doubt, remembered, speak_of
from dialogs.overhearing import asks_of_client, is_thanks
from dialogs.reschedule_visit import RESCHEDULE_VISIT, moving, says_when
from dialogs.talk import Press, Talk

Begin = tuple[str, dict[str, Any]]
"""A dialog to begin, and what it begins with."""

_GUESSES: dict[Intent, VerbPayload] = {
    Intent.move: ListPage(kind="find"),
    Intent.cancel: ListPage(kind="find"),
    Intent.find: ListPage(kind="find"),
    Intent.settings: ShowSettings(),
}
"""What may have been meant and is not on the menu anyway."""


class Following:
    """Goes on with the draft or visit that is being spoken of."""

    def __init__(self, desk: Desk, press: Press) -> None:
        """``press`` does what a button would."""
        self._desk = desk
        self._press = press

    # --- what "it" is -----------------------------------------------------------------------------

    async def has_draft(self, talk: Talk) -> bool:
        """Whether a draft is being spoken of."""
        return await self._desk.draft_spoken_of(talk) is not None

    async def visit(self, talk: Talk) -> Visit | None:
        """The visit that is being spoken of: shown, or become of the draft."""
        topic = remembered(talk).topic
        if topic is None:
            return None
        try:
            return await self._desk.visits.visit(topic.id, talk.person)
        except VisitNotFound:
            return None

    async def is_about_another_client(self, talk: Talk, reading: Reading) -> bool:
        """Whether a message begins a booking for somebody else than the draft's client."""
        draft = await self._desk.draft_spoken_of(talk)
        if draft is None:
            return True
        if reading.client_name is None or draft.client_name is None:
            return False
        return folded(reading.client_name) != folded(draft.client_name)

    async def names_another_client(self, talk: Talk, reading: Reading) -> bool:
        """Whether parts that were just stated are of somebody else than the visit spoken of: a booking, then."""
        visit = None if await self.has_draft(talk) else await self.visit(talk)
        if visit is None or reading.client_name is None or not (reading.phone or reading.type_name or reading.staff_id):
            return False
        return folded(reading.client_name) != folded(visit.client.name)

    async def asks_for_a_day(self, talk: Talk, reading: Reading) -> bool:
        """Whether "tomorrow" alone asks for its visits: it does unless a draft, or a move, wants a day."""
        topic = remembered(talk).topic
        if reading.guesses[:1] != (Intent.agenda,) or reading.day is None or reading.at is not None:
            return False
        return topic is None or topic.kind == "visit"

    async def continues(self, talk: Talk, reading: Reading) -> bool:
        """Whether "book it for 3 pm" goes on with the draft instead of beginning another."""
        draft = await self._desk.draft_spoken_of(talk)
        if draft is None or not reading.says_parts:
            return False
        return reading.client_name is None and draft.client_name is not None and reading.phone is None

    # --- going on ---------------------------------------------------------------------------------

    async def follow(self, talk: Talk, reading: Reading) -> Begin | None:
        """Do what the message means for what is being spoken of. Returns the dialog that takes over, if one does."""
        draft = await self._desk.draft_spoken_of(talk)
        if draft is not None:
            return await self._follow_draft(talk, draft, reading)
        topic, visit = remembered(talk).topic, await self.visit(talk)
        if topic is not None and visit is not None and not visit.is_cancelled:
            return await self._follow_visit(talk, topic, visit, reading)
        if not await self._shows_named(talk, reading):
            await self._not_understood(talk, reading)
        return None

    async def _follow_draft(self, talk: Talk, draft: Draft, reading: Reading) -> Begin | None:
        whole = not self._desk.visits.missing(draft)
        if reading.intent is Intent.book_anyway and whole:
            inputs = BookAnywayInputs(reason=reading.notes or "")
            seen = topic.seen if (topic := remembered(talk).topic) else ()
            await self._press(talk, BookAnyway(draft_id=draft.id, version=draft.version, seen=seen, inputs=inputs))
        elif reading.says_parts:
            draft = await self._desk.visits.keep_draft(heard(draft, reading), talk.person)
            doubt(talk, reading.questions)
            return BOOK_VISIT, about(draft)
        elif reading.intent in (Intent.yes, Intent.book) and whole:
            await self._press(talk, BookDraft(draft_id=draft.id, version=draft.version))
        elif reading.intent is Intent.change:
            await self._press(talk, ChangeDraft(draft_id=draft.id, version=draft.version))
        elif reading.intent is Intent.no:
            await talk.say(talk.t("chat.what_to_change"))
        else:
            await self._not_understood(talk, reading)
        return None

    async def _follow_visit(self, talk: Talk, topic: Topic, visit: Visit, reading: Reading) -> Begin | None:
        if (
            topic.kind == "visit"
            and not topic.is_question
            and _only_names_its_day(reading, visit, talk.person.time_zone)
        ):
            await self._press(talk, ListPage(kind="day", argument=str(reading.day)))
            return None
        if says_when(reading) or reading.question_about("date", "time"):
            return RESCHEDULE_VISIT, moving(Meant((visit,)), reading)
        if topic.kind == "move" and topic.starts_at is not None:
            about_move = {"visit_id": visit.id, "version": topic.version, "starts_at": topic.starts_at}
            if reading.intent is Intent.yes:
                await self._press(talk, MoveVisit.model_validate(about_move))
                return None
            if reading.intent is Intent.book_anyway:
                inputs = ReasonInputs(reason=reading.notes or "")
                anyway = MoveAnyway.model_validate({**about_move, "seen": topic.seen, "inputs": inputs})
                await self._press(talk, anyway)
                return None
            if reading.intent is Intent.no:
                return RESCHEDULE_VISIT, moving(Meant((visit,)), Reading())
        if await self._shows_named(talk, reading):
            return None
        if reading.says_parts:
            await talk.say(talk.t("chat.only_time_changes"))
        elif asks_of_client(talk.text):
            await self._desk.show_visit(talk, visit)  # number, link and texts stand on it
        else:
            await self._not_understood(talk, reading)
        return None

    async def _shows_named(self, talk: Talk, reading: Reading) -> bool:
        """Answer a message that says nothing but the name of a known client, whatever is asked, with their visits."""
        name = reading.client_name
        if name is None or reading.model_copy(update={"client_name": None}).says_parts:
            return False
        found = await self._desk.visits.find(name, talk.person) if reading.intent is Intent.none else ()
        coming = [each for each in found if each.ends_at > talk.now and not each.is_cancelled]
        if len(coming) == 1:
            await self._desk.show_visit(talk, coming[0])
        elif found:
            await self._press(talk, ListPage(kind="find", argument=name))
        return bool(found)

    async def late(self, talk: Talk, reading: Reading) -> bool:
        """Somebody of the staff runs late for their visit: the one named or spoken of, else their next one today.

        Returns whether there is one.
        """
        if reading.question_about("client", "date", "time"):
            return False  # whose visit is meant is in doubt
        found = await visits_meant(self._desk, talk, reading, remembered(talk).topic)
        visit = found.visit
        if visit is None and not found.visits:
            today = wall_clock(talk.now, talk.person.time_zone)[0]
            own = await self._desk.visits.agenda(today, talk.person, staff_id=StaffId(talk.person.id))
            visit = next((each for each in own if each.ends_at > talk.now and not each.is_cancelled), None)
        if visit is None or visit.is_cancelled:
            return False
        await self._press(talk, RunningLate.of(visit))
        return True

    async def arrived(self, talk: Talk, reading: Reading) -> None:
        """A client is here: for the visit of today that is named or spoken of; else it is asked for which."""
        today = wall_clock(talk.now, talk.person.time_zone)[0]
        coming = [
            each
            for each in await self._desk.visits.agenda(today, talk.person)
            if each.ends_at > talk.now and not each.is_cancelled
        ]
        topic = remembered(talk).topic
        if reading.client_name:
            named = {each.id for each in await self._desk.visits.find(reading.client_name, talk.person)}
            meant = fits = [each for each in coming if each.id in named]
        else:
            meant = [each for each in coming if topic is not None and each.id == topic.id]
            fits = meant or [each for each in coming if each.organizer.id == talk.person.id] or coming
        if len(meant) == 1:
            await self._press(talk, MarkArrived.of(meant[0]))
        elif fits:
            await talk.show(choose_card(fits, "arrived", talk.reader, now=talk.now))
        else:
            words = talk.t("chat.nobody_today", client=reading.client_name or "")
            await talk.show(notice_card(words if reading.client_name else talk.t("chat.none_today"), talk.reader))

    async def undo(self, talk: Talk) -> None:
        """Take back the latest change of the visit spoken of."""
        visit = await self.visit(talk)
        if visit is None:
            await talk.show(notice_card(talk.t("chat.nothing_to_undo"), talk.reader))
        else:
            await self._press(talk, UndoChange.of(visit))

    async def stop(self, talk: Talk) -> None:
        """Leave what was being asked; a draft is forgotten, a visit stays as it is."""
        topic, draft = remembered(talk).topic, await self._desk.draft_spoken_of(talk)
        speak_of(talk, None)
        if draft is None:
            await talk.show(notice_card(talk.t("chat.stopped"), talk.reader))
            return
        await self._desk.visits.discard_draft(VisitId(draft.id), talk.person)
        await talk.show(discarded_card(talk.reader))
        if topic is not None and topic.message_id:
            await talk.edit(topic.message_id, note(talk, talk.t("confirm.discarded")))

    async def _not_understood(self, talk: Talk, reading: Reading) -> None:
        """What is possible, as buttons; a guess that is not sure comes first. Thanks are answered in kind."""
        if is_thanks(talk.text):
            await talk.say(talk.t("chat.welcome"))
            return
        guesses = dict.fromkeys((reading.intent, *reading.guesses))
        buttons = [execute(talk.t(f"chat.guess.{each}"), _GUESSES[each]) for each in guesses if each in _GUESSES]
        if reading.says_parts and reading.intent in (Intent.book, Intent.none):
            draft = await self._desk.visits.start_draft(talk.person)
            draft = await self._desk.visits.keep_draft(heard(draft, reading), talk.person)
            going_on = ChangeDraft(draft_id=draft.id, version=draft.version)
            buttons = [execute(talk.t("chat.guess.book"), going_on), *buttons]
        await talk.show(not_understood_card(talk.reader, *buttons[:3]))


def _only_names_its_day(reading: Reading, visit: Visit, zone: str) -> bool:
    """Whether a message is nothing but the day a visit is on already: no move, but a look at that day."""
    says_more = reading.at or reading.duration or reading.intent is Intent.move or reading.questions
    return not says_more and reading.day == wall_clock(visit.starts_at, zone)[0]
