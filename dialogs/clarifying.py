"""A wish that fits twice: the part in doubt is asked, and with its answer the wish goes on as if said clearly."""

from bot.understanding.questions import Ask, Option, Part
from bot.understanding.reading import Intent, Reading
from bot.visits.models.clinic import StaffMember
from cards.ask_card import ask_card
from dialogs.asking import about_wish
from dialogs.desk import Desk
from dialogs.memory import Wish, question_id, remembered, speak_of
from dialogs.prompts import hear, words_heard
from dialogs.talk import Talk

_NEEDED: dict[Intent, frozenset[Part]] = {
    Intent.agenda: frozenset({"date", "staff"}),
    Intent.find: frozenset({"client", "phone", "date", "staff"}),
    Intent.free: frozenset({"date", "staff"}),
    Intent.handover: frozenset({"date", "staff"}),
    Intent.out: frozenset({"date", "staff"}),
    Intent.cancel: frozenset({"client", "date", "time", "staff"}),
    Intent.arrived: frozenset({"client"}),
    Intent.move: frozenset({"client", "staff"}),  # day and time are the new ones, and asked once the visit is known
}
"""What each wish cannot be answered without once it was said; drafts and new times have their own questions."""

_MOMENT = ("day", "at", "fold", "time_zone")
_FIELDS: dict[Part, tuple[str, ...]] = {
    "date": _MOMENT,  # an option of the one holds what is known of the other
    "time": _MOMENT,
    "client": ("client_name",),
    "phone": ("phone",),
    "staff": ("staff", "staff_id"),
    "type": ("type_name",),
}
"""What an answer about each part settles."""

_SAYS: dict[Part, str] = {
    "date": "day",
    "time": "at",
    "client": "client_name",
    "phone": "phone",
    "staff": "staff_id",
    "type": "type_name",
}
"""By which field of a reading each part is said."""


class Clarifying:
    """Asks, and keeps the wish until it is answered. Nothing is taken for a part that is in doubt."""

    def __init__(self, desk: Desk) -> None:
        """``desk`` holds the services."""
        self._desk = desk

    async def asks(self, talk: Talk, reading: Reading) -> bool:
        """Ask for what the wish needs and is in doubt. Returns whether something was: then the turn is over."""
        ask = reading.question_about(*_NEEDED.get(reading.intent, frozenset()))
        if ask is None:
            return False
        topic = remembered(talk).topic
        wish = Wish(reading=reading.model_copy(update={"used": {}, "notes_on_reading": ()}), said=words_heard(talk))
        number = question_id(talk, ask)
        question = about_wish(ask, number, talk.reader)
        if talk.is_aside:  # nothing is remembered there
            await talk.say(talk.t("chat.ask.once_more", question=question.words))
            return True
        if question.choices:
            await talk.show(ask_card(question.words, question.choices, talk.reader))
        else:
            await talk.say(question.words)
        speak_of(talk, topic, ask, asked_id=number, wish=wish)
        return True

    async def leaves(self, talk: Talk, reading: Reading) -> bool:
        """Whether the message only leaves the question that is open: "stop", or "cancel" by itself."""
        leaving = reading.intent in (Intent.stop, Intent.no, Intent.cancel) and not reading.says_parts
        if remembered(talk).wish is None or not leaving:
            return False
        speak_of(talk, remembered(talk).topic)
        return True

    def taken_up(self, talk: Talk, reading: Reading) -> Reading:
        """The wish with this message's answer to its question; the message itself where it is no answer.

        Either way the question is no longer open.
        """
        memory = remembered(talk)
        wish, ask = memory.wish, memory.asked
        if wish is None or ask is None:
            return reading
        speak_of(talk, memory.topic)
        if reading.intent is Intent.yes and len(ask.options) == 1:
            return self._settled(talk, wish, of_option(ask.options[0], ask, self._desk.visits.clinic.staff), ask)
        if (reading.is_sure and reading.intent is not wish.reading.intent) or not _answers(reading, ask):
            return reading
        return self._settled(talk, wish, reading, ask)

    def chosen(self, talk: Talk, number: str, option: int) -> Reading | None:
        """The wish with one of its question's options; None if that question is no longer open."""
        memory = remembered(talk)
        wish, ask = memory.wish, memory.asked
        if wish is None or ask is None or memory.asked_id != number or option >= len(ask.options):
            return None
        speak_of(talk, memory.topic)
        return self._settled(talk, wish, of_option(ask.options[option], ask, self._desk.visits.clinic.staff), ask)

    @staticmethod
    def _settled(talk: Talk, wish: Wish, answer: Reading, ask: Ask) -> Reading:
        settled = with_answer(wish.reading, answer, ask)
        hear(talk.context, settled, wish.said)
        return settled


def with_answer(wish: Reading, answer: Reading, ask: Ask) -> Reading:
    """A wish with what an answer says of the part asked about; what the answer leaves in doubt is asked next. Pure."""
    names = {name for part in ask.about for name in _FIELDS[part]}
    said = {name: value for name in names if (value := getattr(answer, name)) is not None}
    if wish.staff_id is not None and "staff_id" in said:  # whose visits they are is known: asked was who takes them on
        said = {name: value for name, value in said.items() if name not in ("staff", "staff_id")}
        said["to_staff_id"] = answer.staff_id
    asked = set(ask.about)
    kept = [each for each in wish.questions if not asked & set(each.about)]
    doubts = [each for each in answer.questions if asked & set(each.about)]
    return wish.model_copy(update={**said, "questions": (*doubts, *kept)})


def of_option(option: Option, ask: Ask, staff: tuple[StaffMember, ...]) -> Reading:
    """What an option of a question says, as if it had been written. Pure."""
    said: dict[str, object] = {"day": option.day, "at": option.at, "fold": option.fold, "time_zone": option.time_zone}
    if option.value is not None:
        match ask.about[0]:
            case "staff":
                member = next((each for each in staff if each.display_name == option.value), None)
                said |= {"staff": option.value, "staff_id": member.id if member is not None else None}
            case "client":
                said["client_name"] = option.value
            case "phone":
                said["phone"] = option.value
            case "type":
                said["type_name"] = option.value
    return Reading.model_validate(said)


def _answers(reading: Reading, ask: Ask) -> bool:
    """Whether a message says anything of the part asked about, if only another doubt."""
    return (
        any(getattr(reading, _SAYS[part]) is not None for part in ask.about)
        or reading.question_about(*ask.about) is not None
    )
