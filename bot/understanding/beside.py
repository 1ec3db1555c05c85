"""Beside a draft or a visit: a day or hour that may be of something else changes nothing, or is asked about."""

from collections.abc import Sequence
from functools import lru_cache

from bot.understanding.context import Context, Slots
from bot.understanding.found import Found
from bot.understanding.intents import IntentSaid
from bot.understanding.questions import Ask, Option, Part
from bot.understanding.reading import SURE
from bot.understanding.tokens import Token, tokenized
from bot.understanding.vocabulary import Vocabulary

_OTHER_PARTS = frozenset({"client_name", "phone", "email", "type_name", "staff_id", "notes"})
_SUBJECT = 4
"""Words from the beginning that may name what is told of."""
_MANY = 2
"""So many words that speak of no change make a change doubtful: "insurance runs out on the 31st"."""
_OF_CHANGES = (
    "wishing",
    "fillers",
    "polite",
    "openers",
    "correction",
    "negation",
    "negation_after",
    "at",
    "at_weak",
    "alternative",
    "move_to",
    "later",
    "later_plain",
    "earlier",
    "longer",
    "shorter",
    "from_now",
    "range_from",
    "range_to",
    "name_joiners",
    "question_words",
    "free_words",
    "telling_fine",
    "after_hour",
    "past_fillers",
    "bound_after",
    "bound_before",
)
"""Sections of a vocabulary whose words people change a visit with."""


def heed(found: Found, intent: IntentSaid, context: Context) -> None:
    """Take a day and hour back, or into question, where a message says nothing else and may be of something else."""
    about = context.about
    if about is None or context.asked is not None or intent.confidence >= SURE:
        return
    said = found.values.keys() & _OTHER_PARTS
    if said - {"client_name"} or (said and _is_surely_named(found)):
        return
    if _tells_of_another(found.tokens, found.words):
        found.notes.append("it tells of something else than the visit spoken of, and changes nothing of it")
        found.values, found.questions, found.used = {}, [], {}
    elif not found.questions and found.values.keys() & {"day", "at"} and _other_words(found) >= _MANY:
        found.notes.append("it may speak of something else than the visit spoken of")
        found.questions.append(_doubt(found, about))
        taken_back = {"day", "at", "client_name"}
        if found.used.get("duration") == found.used.get("at"):  # "2-2:45" says both
            taken_back.add("duration")
        found.values = {name: each for name, each in found.values.items() if name not in taken_back}


def _is_surely_named(found: Found) -> bool:
    """Whether a client's name is written like one; plain words in small letters may be part of what is told."""
    return any(found.tokens[start].capital for start, _ in found.used.get("client_name", ()))


def _doubt(found: Found, about: Slots) -> Ask:
    """Whether the change is meant, or all is to stay as it is."""
    named: tuple[tuple[str, Part], ...] = (("day", "date"), ("at", "time"))
    parts = tuple(part for name, part in named if name in found.values)
    said = " ".join(found.typed(*span) for name in ("day", "at") for span in sorted(set(found.used.get(name, ()))))
    changed = Option(day=found.values.get("day", about.day), at=found.values.get("at", about.at))
    present = Option(day=about.day, at=about.at, fold=about.fold)
    options = tuple(each for each in (changed, present) if each.day is not None or each.at is not None)
    return Ask(about=parts, why="unsure", options=tuple(dict.fromkeys(options)), said=said)


def _other_words(found: Found) -> int:
    """How many words speak neither of a day or hour nor of a change."""
    parts = [spans for name, spans in found.used.items() if name != "client_name"]
    used = {at for spans in parts for start, end in spans for at in range(start, end)}
    known = _of_changes(found.words)
    places = (at for at, each in enumerate(found.tokens) if each.kind == "word" and at not in used)
    return sum(found.tokens[at].norm not in known for at in places)


@lru_cache(maxsize=8)
def _of_changes(words: Vocabulary) -> frozenset[str]:
    phrases = (phrase for section in _OF_CHANGES for phrase in words.data[section])
    spoken = {token.norm for phrase in phrases for token in tokenized(phrase)}
    times = (words.temporal, words.weekdays, words.months, words.numbers, words.units, words.time_units)
    return frozenset(spoken | words.verbs | {each for group in times for each in group})


def _tells_of_another(tokens: Sequence[Token], words: Vocabulary) -> bool:
    """Whether a message begins with a thing or person that no desk speaks of: "the plumber comes on Thursday".

    Beside a draft or a visit its day is no change of it.
    """
    markers = words.phrases("noun_markers").single_words() | words.phrases("tellers").single_words()
    if not tokens or tokens[0].norm not in markers:
        return False
    wishing = words.phrases("wishing")
    if any(wishing.at(tokens, at) is not None for at in range(len(tokens))):
        return False
    return any(_is_unknown(each, words) for each in tokens[1:_SUBJECT])


def _is_unknown(token: Token, words: Vocabulary) -> bool:
    """Whether a plain word is none that the language's files know."""
    known = (words.stopwords, words.detect, words.temporal, words.verbs, words.titles, words.doctors, words.numbers)
    return token.kind == "word" and not token.capital and not any(token.norm in each for each in known)
