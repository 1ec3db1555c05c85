"""What dialogs and verbs work with, and the cards that both put up."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.understanding.context import Context, Slots
from bot.understanding.questions import Ask
from bot.understanding.reading import Reader, Reading
from bot.visits.drafts import Part
from bot.visits.errors import CalendarError, CalendarUnreadable, DraftGone, VisitNotFound
from bot.visits.models.draft import Draft
from bot.visits.models.objections import SlotVerdict
from bot.visits.models.slots import Slot
from bot.visits.models.values import VisitId
from bot.visits.models.visit import Visit
from bot.visits.ports.arrivals import Presences
from bot.visits.ports.calendar import Businesses
from bot.visits.ports.drift import DriftReader
from bot.visits.ports.store import EffectReader, People
from bot.visits.ports.work import VisitCards, Work
from bot.visits.service import Visits
from cards.ask_card import ask_card
from cards.booking_form import booking_form
from cards.change_cards import cancel_card, move_card
from cards.confirm_card import confirm_card
from cards.elements import Card, card, small
from cards.objections import seen_of
from cards.slot_card import slot_card
from cards.visit_card import status_of, visit_card
from dialogs.asking import Question
from dialogs.memory import Topic, remembered, speak_of
from dialogs.talk import Talk

NEEDS_YOU = frozenset({"needs_you", "not_in_calendar", "cancelled_needs_you"})

PLACES_SECONDS = 3.0


@dataclass(frozen=True)
class Desk:
    """The services. One object serves every conversation."""

    visits: Visits
    effects: EffectReader
    visit_cards: VisitCards
    people: People
    understanding: Reader
    work: Work
    presences: Presences
    drifts: DriftReader
    places: Businesses

    async def businesses(self) -> Sequence[tuple[str, str]]:
        """Name and id of each Bookings calendar there is to choose. Never a reason to fail."""
        try:
            async with asyncio.timeout(PLACES_SECONDS):
                return await self.places.businesses()
        except (CalendarError, TimeoutError):
            return ()

    # --- reading ----------------------------------------------------------------------------------

    def read(self, talk: Talk, text: str, *, about: Slots | None = None, asked: Ask | None = None) -> Reading:
        """What a message of this person says."""
        context = Context.of(self.visits.clinic, talk.person, talk.now, about=about, asked=asked)
        return self.understanding.read(text, context)

    def read_field(self, talk: Talk, typed: str, part: Part) -> Reading:
        """What was typed into one field of a form."""
        return self.read(talk, typed, asked=Ask(about=(part,), why="missing"))

    # --- drafts -----------------------------------------------------------------------------------

    async def draft_spoken_of(self, talk: Talk) -> Draft | None:
        """The draft that is being spoken of, while it is one."""
        topic = remembered(talk).topic
        if topic is None or topic.kind != "draft":
            return None
        try:
            return await self.visits.draft(topic.id, talk.person)
        except DraftGone:
            return None

    async def ask(self, talk: Talk, question: Question, topic: Topic | None) -> None:
        """Put a question: words alone, or a card where there is something to press. The one before gives way to it."""
        before, message_id = remembered(talk).topic, ""
        if question.choices:
            message_id = await talk.show(ask_card(question.words, question.choices, talk.reader))
            topic = topic.model_copy(update={"message_id": message_id, "is_question": True}) if topic else None
        else:
            await talk.say(question.words)
        speak_of(talk, topic, question.ask)
        if before is not None and before.is_question:
            await self._close(talk, before, message_id)

    async def show_form(
        self,
        talk: Talk,
        draft: Draft,
        *,
        typed: dict[str, str] | None = None,
        problems: dict[str, str] | None = None,
        free: tuple[Slot, ...] | None = None,
        notice: str | None = None,
    ) -> None:
        """Put up the booking form, with what is wrong beside the fields."""
        errors = {field: talk.t(f"chat.problem.{code}") for field, code in (problems or {}).items()}
        form = booking_form(draft, talk.reader, typed_inputs=typed, errors=errors, free=free, notice=notice)
        await self._show_draft(talk, draft, form)

    async def show_confirm(
        self,
        talk: Talk,
        draft: Draft,
        *,
        notice: str | None = None,
        reason_error: str | None = None,
        verdict: SlotVerdict | None = None,
        unread: bool = False,
    ) -> None:
        """Read a whole draft back, with what the slot rules say of it: ``verdict`` where that is known already."""
        if verdict is None and not unread:
            try:
                verdict = await self.visits.verdict_for(draft, talk.person)
            except CalendarUnreadable:
                unread = True
        shown = confirm_card(
            draft, talk.reader, verdict=verdict, unread=unread, reason_error=reason_error, notice=notice
        )
        await self._show_draft(talk, draft, shown, seen=seen_of(verdict))

    async def _show_draft(self, talk: Talk, draft: Draft, shown: Card, *, seen: tuple[str, ...] = ()) -> None:
        """Put up a card of a draft. The one that showed it before is closed, so that one is valid at a time."""
        before = remembered(talk).topic
        message_id = await talk.show(shown)
        speak_of(talk, Topic(kind="draft", id=draft.id, seen=seen, message_id=message_id))
        if before is not None and before.id == draft.id and before.message_id not in ("", message_id):
            await talk.edit(before.message_id, note(talk, talk.t("chat.moved_on")))

    # --- visits -----------------------------------------------------------------------------------

    async def visit_card(self, talk: Talk, visit: Visit, *, note: str | None = None, working: bool = False) -> Card:
        """The card of a visit as it stands."""
        effects = await self.effects.effects_of(visit.id)
        presence = await self.presences.presence_of(visit)
        return visit_card(visit, effects, talk.reader, now=talk.now, working=working, note=note, presence=presence)

    async def show_visit(self, talk: Talk, visit: Visit, *, note: str | None = None) -> None:
        """Put up a visit's card, which from then on follows the visit."""
        before = remembered(talk).topic
        message_id = await talk.show(await self.visit_card(talk, visit, note=note))
        await self._follows(talk, visit, message_id)
        speak_of(talk, Topic(kind="visit", id=visit.id, message_id=message_id))
        if before is not None and before.is_question and before.id == visit.id:
            await self._close(talk, before, message_id)

    async def _follows(self, talk: Talk, visit: Visit, message_id: str) -> None:
        """From now on this message follows the visit, in the language it is written in."""
        await self.visit_cards.remember(
            visit.id, talk.conversation_id, message_id, viewer=talk.person.id, language=talk.t.language
        )

    async def needing_you(self, visits: Sequence[Visit], now: datetime) -> frozenset[str]:
        """The ids of those with an effect that a person must look at."""
        found = [each for each in visits if status_of(each, await self.effects.effects_of(each.id), now) in NEEDS_YOU]
        return frozenset(each.id for each in found)

    async def show_times(self, talk: Talk, visit: Visit, *, notice: str | None = None) -> None:
        """Offer the free times nearest to where a visit is."""
        try:
            proposal = await self.visits.propose_move(visit.id, visit.version, talk.person)
            shown = slot_card(visit, proposal.verdict.alternatives, talk.reader, notice=notice)
        except CalendarUnreadable:
            shown = slot_card(visit, (), talk.reader, notice=talk.t("error.calendar_unreadable"))
        await self.show_about(talk, shown, Topic(kind="visit", id=visit.id))

    async def show_move(
        self,
        talk: Talk,
        visit: Visit,
        starts_at: datetime,
        duration: timedelta | None = None,
        *,
        reason_error: str | None = None,
        verdict: SlotVerdict | None = None,
        unread: bool = False,
    ) -> None:
        """Read a move back for one confirmation, with what the slot rules say (``verdict``, where it is known)."""
        slot = Slot(starts_at=starts_at, duration=duration or visit.duration)
        if slot == visit.slot:
            await self.show_times(talk, visit, notice=talk.t("move.same"))
            return
        if verdict is None and not unread:
            try:
                proposal = await self.visits.propose_move(
                    visit.id, visit.version, talk.person, starts_at=starts_at, duration=duration
                )
                verdict = proposal.verdict
            except CalendarUnreadable:
                unread = True
        shown = move_card(visit, slot, talk.reader, verdict=verdict, unread=unread, reason_error=reason_error)
        topic = Topic(
            kind="move",
            id=visit.id,
            version=visit.version,
            starts_at=starts_at,
            duration=slot.duration,
            seen=seen_of(verdict),
        )
        await self.show_about(talk, shown, topic)

    async def show_cancel(self, talk: Talk, visit: Visit, *, reason: str = "", tells: bool = True) -> None:
        """Ask whether a visit is to be cancelled, with what was said of why and of telling the client."""
        topic = Topic(kind="cancel", id=visit.id, version=visit.version)
        await self.show_about(talk, cancel_card(visit, talk.reader, reason=reason, tells=tells), topic)

    async def show_about(self, talk: Talk, shown: Card, topic: Topic) -> None:
        """Put up a question about a visit. One that is left in the chat above gives way to this one.

        A visit's card whose place it takes no longer follows the visit: nobody's choice is drawn over.
        """
        before = remembered(talk).topic
        message_id = await talk.show(shown)
        await self.visit_cards.forget(topic.id, talk.conversation_id, message_id)
        speak_of(talk, topic.model_copy(update={"message_id": message_id, "is_question": True}))
        if before is not None and (before.is_question or before.kind in ("move", "cancel")):
            await self._close(talk, before, message_id)

    async def _close(self, talk: Talk, before: Topic, message_id: str) -> None:
        """What was asked above goes on in this message."""
        if before.message_id not in ("", message_id):
            await talk.edit(before.message_id, note(talk, talk.t("chat.moved_on")))

    async def show_working(self, talk: Talk, visit: Visit) -> str:
        """Acknowledge a press at once: the visit as it will be, without buttons. The work edits this card from then on.

        It is noted before anything changes, so that a crash in between leaves no card behind that nobody edits.
        """
        before = remembered(talk).topic
        message_id = await talk.at_once(visit_card(visit, (), talk.reader, now=talk.now, working=True))
        if before is not None and (before.is_question or before.kind != "visit"):
            await self._close(talk, before, message_id)
        await self._follows(talk, visit, message_id)
        return message_id

    async def goes_on(self, talk: Talk, visit: Visit, message_id: str) -> None:
        """The change is stored, and its work has begun: from now on "it" is this visit."""
        speak_of(talk, Topic(kind="visit", id=visit.id, message_id=message_id))

    async def visit_of_draft(self, talk: Talk, draft_id: VisitId) -> Visit | None:
        """The visit a draft has become, if it has."""
        try:
            return await self.visits.visit(draft_id, talk.person)
        except VisitNotFound:
            return None


def note(talk: Talk, words: str) -> Card:
    """One quiet sentence where a card was."""
    return card(words, [small(words)], language=talk.t.language)
