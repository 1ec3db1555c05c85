"""The reader: one message in, one reading out."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from functools import partial

from bot.understanding.answers import chosen_option, half_of, narrowed, remaining, taken_from
from bot.understanding.beside import heed
from bot.understanding.blocks import blocked
from bot.understanding.context import Context
from bot.understanding.found import Found
from bot.understanding.intent_by_parts import by_arrival, by_parts, by_zone
from bot.understanding.intents import IntentSaid, intent_said, small_word
from bot.understanding.language import written_in
from bot.understanding.leftovers import Leftovers
from bot.understanding.moments import Moments, read_moments
from bot.understanding.owners import by_owner, hour_of_owner
from bot.understanding.parts import find_client, find_email_and_notes, find_phones, find_staff, find_types, find_zones
from bot.understanding.questions import Option
from bot.understanding.reading import SURE, Intent, Reading, Span
from bot.understanding.several import first_of_two, repeats_at
from bot.understanding.slips import known_words, mended, staff_words
from bot.understanding.tokens import LONGEST, tokenized
from bot.understanding.told import only_tells
from bot.understanding.vocabulary import vocabularies, vocabulary
from bot.understanding.zones import spoken_alone
from bot.visits.models.clinic import OfficeHours, OpenSpan

_STRETCHES = frozenset({Intent.free, Intent.agenda, Intent.find, Intent.out, Intent.handover})
_OF_A_VISIT = frozenset({Intent.book, Intent.move})
_LOOKS_BACK = frozenset({Intent.agenda, Intent.find})
"""What may be asked of a day that is over."""
_TOLD = frozenset({Intent.arrived, Intent.undo, Intent.help, Intent.settings})
"""What may be meant although a message only tells: "Ana Ruiz has arrived", "that was a mistake"."""
_ASKING = frozenset("?¿")
_SHORT = 6
"""So short a message is an answer or a wish by itself."""
_A_MORNING = datetime(2026, 1, 5, 9, tzinfo=UTC)


class Understanding:
    """Reads messages by grammar, vocabulary and the context. Implements ``Reader``; holds no conversation's data."""

    def __init__(self, leftovers: Leftovers | None = None) -> None:
        """``leftovers`` reads what the grammar leaves over; the installed libraries by default."""
        self._leftovers = leftovers or Leftovers()

    def read(self, text: str, context: Context) -> Reading:
        """What the message says. Pure; never raises."""
        reading, found = self._read(text, context)
        if found is None or context.asked is not None:
            return reading
        return first_of_two(reading, found, lambda half: self._read(half, context)[0])

    def _read(self, text: str, context: Context) -> tuple[Reading, Found | None]:
        """A message as one visit at most, and what it was read from where it was read through."""
        text = text[:LONGEST]
        tokens = tokenized(text)
        expected = context.locale.replace("_", "-").split("-")[0].lower()
        words = written_in(tokens, expected)
        if not tokens:
            return Reading(language=words.language), None
        tokens = mended(tokens, words, known_words(context), staff_words(context))
        found = Found(text, tokens, words, blocked(tokens, words))
        if all(each.norm in _ASKING for each in tokens):
            return self._finished(found, IntentSaid(Intent.help, 0.95), None), None
        small = small_word(tokens, words)
        answer = chosen_option(tokens, words, context.asked) if context.asked is not None else None
        if answer is not None and context.asked is not None:
            found.values |= taken_from(answer, context.asked, context.staff)
            found.notes.append("picked one of the options offered")
            return self._finished(found, IntentSaid(), context), None
        if context.asked is not None and (half := half_of(tokens, words, context.asked)) is not None:
            found.values["at"] = half.options[0].at
            found.questions.append(half)
            return self._finished(found, IntentSaid(), context), None
        if small is not None and not self._is_name_expected(context, small):
            return self._finished(found, IntentSaid(small, 0.95), None), None
        speak = spoken_alone(tokens)
        if speak is not None:
            found.values["speak"] = speak
            return self._finished(found, IntentSaid(Intent.language, 0.95), None), None
        return self._read_all(found, context), found

    def warm_up(self) -> None:
        """Load every vocabulary and library, and read a few messages so that everything is compiled."""
        open_all_day = OfficeHours(days={day: (OpenSpan(opens=time(8), closes=time(18)),) for day in range(5)})
        for language in vocabularies():
            context = Context(now=_A_MORNING, time_zone="UTC", locale=language, office_hours=open_all_day)
            own = vocabulary(language).data["warm_up"]
            others = [vocabulary(each).data["warm_up"][0] for each in vocabularies() if each != language]
            for text in (*own, *(f"{' '.join(own)} {other}" for other in others)):
                self.read(text, context)
        self._leftovers.warm_up()

    def _read_all(self, found: Found, context: Context) -> Reading:
        tokens, words, taken = found.tokens, found.words, found.blocks.taken
        intent = intent_said(tokens, words, taken, staff_words(context))
        if intent.intent is Intent.book_anyway:
            return self._anyway(found, intent, context)
        said_phones = find_phones(found, context)
        if "phone" not in found.values and only_tells(tokens, words, taken):  # nobody tells a tale with a phone number
            return self._told(found, intent, context)
        zones = find_zones(found, context)
        find_types(found, context)
        said_staff = find_staff(found, context, intent)
        intent = by_owner(found, intent)
        zone = zones.beside_time or (context.about.time_zone if context.about and context.about.time_zone else None)
        intent = by_zone(intent, zones)
        read = partial(
            read_moments,
            tokens,
            found.text,
            words,
            context,
            taken,
            zone=zone or context.time_zone,
            offset=zones.offset,
            is_move=intent.intent is Intent.move and intent.confidence >= SURE,
            is_wish=intent.confidence >= SURE or len(tokens) <= _SHORT,
            as_stretch=intent.intent in _STRETCHES and intent.confidence >= SURE,
            looks_back=intent.intent in _LOOKS_BACK and intent.confidence >= SURE,
        )
        moments = read(as_visit=_is_of_a_visit(intent, context))
        settled = moments.settled
        if (
            intent.intent is Intent.settings
            and intent.confidence >= SURE
            and settled.day is None
            and settled.at is None
        ):
            return self._finished(found, intent, context)
        self._moments(found, moments, context)
        hour_of_owner(found, intent, said_staff)
        if zones.beside_time is not None and (moments.settled.at is not None or moments.settled.questions):
            found.values["time_zone"] = zones.beside_time
        find_client(found, context, said_phones, said_staff, intent, moments)
        later = moments.gathered.later
        if later is not None and "client_name" in found.values:
            found.values = {name: value for name, value in found.values.items() if name not in ("day", "at")}
            found.values["shift"] = later
        again = repeats_at(tokens, words, taken)
        if again is not None:
            found.values["repeats"] = True
            found.use("repeats", again)
        self._leftover(found, context, moments)
        find_email_and_notes(found)
        heed(found, intent, context)
        intent = by_parts(found, intent, context, moments)
        if intent.intent is Intent.book and moments.may_be_visit:  # a visit only by its parts: "Ana Ruiz Fri 10-10:30"
            found.questions = [each for each in found.questions if each not in moments.settled.questions]
            self._moments(found, read(as_visit=True), context)
        return self._finished(found, intent, context)

    def _told(self, found: Found, intent: IntentSaid, context: Context) -> Reading:
        """What is only told is no wish. A day ahead whose year was said is kept: it cannot be of the past."""
        found.notes.append("it only tells of something, so that nothing in it is wished for")
        moments = read_moments(
            found.tokens,
            found.text,
            found.words,
            context,
            found.blocks.taken,
            zone=context.time_zone,
            offset=None,
            is_move=False,
            is_wish=False,
            as_stretch=False,
        )
        if moments.gathered.day is not None and moments.gathered.day.year_said and not moments.settled.questions:
            self._moments(found, moments, context)
        if intent.intent is Intent.arrived and intent.confidence >= SURE:
            find_client(found, context, (), (), intent, moments)
            intent = by_arrival(found, intent, context, moments)
        return self._finished(found, intent if intent.intent in _TOLD else IntentSaid(), context)

    def _moments(self, found: Found, moments: Moments, context: Context) -> None:
        settled, gathered = moments.settled, moments.gathered
        for name in ("day", "at", "until_day", "since_at", "until_at"):
            value = getattr(settled, name)
            if value is not None:
                found.values[name] = value
        found.values["fold"] = settled.fold
        asks = list(settled.questions)
        if context.asked is not None and len(asks) == 1 and (option := narrowed(asks[0], context.asked)) is not None:
            asks = []
            found.values |= {name: getattr(option, name) for name in ("day", "at") if getattr(option, name) is not None}
            found.values["fold"] = option.fold
        if context.asked is not None and not asks and (settled.day is None) != (settled.at is None):
            left = remaining(context.asked, day=settled.day, at=settled.at)
            if isinstance(left, Option):
                found.values |= {"day": left.day, "at": left.at, "fold": left.fold}
            elif left is not None:
                asks = [left]
        found.questions += asks
        if moments.was is not None:
            found.values |= {"was_day": moments.was.day, "was_at": moments.was.at}
        if gathered.shift is not None:
            found.values["shift"] = gathered.shift
        length = settled.length
        about = context.about
        if gathered.length_change and about is not None:
            usual = next((each.duration for each in context.types if each.name == about.type_name), None)
            present = about.duration or usual
            length = int(present.total_seconds()) // 60 + gathered.length_change if present is not None else None
        if length and length > 0:
            found.values["duration"] = timedelta(minutes=length)
            of_hours = gathered.time.spans if gathered.time is not None else ()
            found.use("duration", *(gathered.length_spans or of_hours))
        if gathered.day is not None:
            found.use("day", *sorted(set(gathered.day.spans)))
        if gathered.time is not None:
            found.use("at", *sorted(set(gathered.time.spans)))
        found.notes += settled.notes

    def _leftover(self, found: Found, context: Context, moments: Moments) -> None:
        """Lets the libraries read what the grammar left over, where it can change the answer."""
        said_day = moments.gathered.day is not None
        said_time = moments.gathered.time is not None
        if said_day and said_time:
            return
        taken = list(found.blocks.taken)
        for mention in moments.mentions:
            for at in range(mention.start, mention.end):
                taken[at] = True
        read = self._leftovers.read(
            found.tokens, found.text, found.words, context, taken, day=not said_day, hour=not said_time
        )
        if read is None:
            return
        if read.ask is not None:
            found.questions.append(read.ask)
            found.notes.append("the libraries read what was left over, and differ")
        for name, value in (("day", read.day), ("at", read.at)):
            if value is not None:
                found.values[name] = value
                found.use(name, read.span)
                found.notes.append(f"both libraries read the {name} from what was left over")

    def _anyway(self, found: Found, intent: IntentSaid, context: Context) -> Reading:
        """ "Book anyway, Dr Kim agreed": what follows is the reason, and no part of the visit."""
        start, end = intent.spans[0][1], len(found.tokens)
        reasons = found.words.phrases("reason_leads")
        while start < end and (found.tokens[start].kind == "sign" or reasons.at(found.tokens, start) is not None):
            lead = reasons.at(found.tokens, start)
            start = lead[0] if lead is not None else start + 1
        if start < end:
            found.values["notes"] = found.typed(start, end)[:300]
            found.use("notes", (start, end))
        return self._finished(found, intent, context)

    @staticmethod
    def _is_name_expected(context: Context, small: Intent) -> bool:
        asked = context.asked
        return (
            asked is not None
            and "client" in asked.about
            and small
            not in (
                Intent.stop,
                Intent.skip,
                Intent.no,
                Intent.yes,
                Intent.change,
            )
        )

    @staticmethod
    def _finished(found: Found, intent: IntentSaid, context: Context | None) -> Reading:
        if intent.spans:
            found.use("intent", *intent.spans)
        used: Mapping[str, tuple[Span, ...]] = {
            name: tuple(
                Span(start=found.tokens[start].start, end=found.tokens[end - 1].end, text=found.typed(start, end))
                for start, end in sorted(set(spans))
                if start < end
            )
            for name, spans in found.used.items()
        }
        sure = intent.confidence >= SURE
        chosen = intent.intent if sure else Intent.none
        guesses = () if sure else tuple(dict.fromkeys(each for each in intent.guesses if each is not Intent.none))
        return Reading(
            intent=chosen,
            confidence=intent.confidence,
            guesses=guesses,
            language=found.words.language,
            questions=tuple(found.questions),
            used=used,
            notes_on_reading=tuple(found.notes),
            **found.values,
        )


def _is_of_a_visit(intent: IntentSaid, context: Context) -> bool:
    """Whether the hours of a message are of a visit that is booked or moved, and not of free times or a list."""
    if intent.confidence >= SURE:
        return intent.intent in _OF_A_VISIT
    return context.about is not None
