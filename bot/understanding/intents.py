"""What the person wants: by telling phrases, weighed, with room for typing slips."""

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass, field
from functools import cache

from bot.understanding.reading import Intent
from bot.understanding.tokens import Token, near, plain
from bot.understanding.vocabulary import Phrases, Vocabulary

_SMALL = (
    Intent.yes,
    Intent.no,
    Intent.stop,
    Intent.change,
    Intent.book_anyway,
    Intent.greet,
    Intent.skip,
)
"""Said alone they are the whole message; inside a longer one they mean nothing by themselves."""

_ACTIONS = (
    Intent.undo,
    Intent.handover,
    Intent.cancel,
    Intent.move,
    Intent.out,
    Intent.free,
    Intent.find,
    Intent.agenda,
    Intent.settings,
    Intent.arrived,
    Intent.help,
    Intent.book,
)
_VERBS = frozenset({Intent.book, Intent.move, Intent.cancel})
"""Intents told by verbs, which after an article are things: "the schedule"."""
_SLIP_FROM = 5
_WEAK = 0.4
_LEAD = 0.5
_WEAK_LEAD = 0.3
_SLIPPED = 0.9
_PAIR_REACH = 9
_PATTERN = 0.9
_PATTERN_LEAD = 0.8


@dataclass(slots=True)
class IntentSaid:
    """The likeliest intent, how sure it is, what else it may be, and the words that told."""

    intent: Intent = Intent.none
    confidence: float = 0.0
    guesses: tuple[Intent, ...] = ()
    spans: list[tuple[int, int]] = field(default_factory=list)


def small_word(tokens: Sequence[Token], words: Vocabulary) -> Intent | None:
    """The small word that a message consists of: yes, no, stop, hi …, with a please or thanks around it."""
    said = [each for each in tokens if each.kind != "sign" or each.norm in "👍👎" or each.norm == "-"]
    polite = words.phrases("polite")
    for _ in range(3):
        if len(said) > 1 and (tail := polite.before(said, len(said))) is not None and tail[0] > 0:
            said = said[: tail[0]]
        elif len(said) > 1 and (head := polite.at(said, 0)) is not None and head[0] < len(said):
            said = said[head[0] :]
    if not said:
        return None
    for intent in _SMALL:
        if words.phrases(f"intents.{intent}.strong").whole(said) is not None:
            return intent
    return None


def intent_said(
    tokens: Sequence[Token], words: Vocabulary, taken: Sequence[bool], staff: Collection[str] = ()
) -> IntentSaid:
    """The intent that a message's phrases tell. ``staff`` are the words of the staff's names."""
    scores: dict[Intent, float] = {}
    spans: dict[Intent, list[tuple[int, int]]] = {}
    lead = _lead(tokens, words)
    anyway = words.phrases("intents.book_anyway.strong")
    for at, token in enumerate(tokens):
        found = anyway.at(tokens, at)
        if found is not None and found[0] - at > 1:
            return IntentSaid(Intent.book_anyway, 0.9, (), [(at, found[0])])
        if token.kind == "number" or taken[at]:
            continue
        may_slip = _may_slip(token, words)
        for intent in _ACTIONS:
            strong, weak = _sections(words, intent)
            if not may_slip and token.norm not in strong.first and token.norm not in weak.first:
                continue
            hit = strong.at(tokens, at)
            if hit is not None and hit[0] == at + 1 and at != lead and intent in _VERBS and _is_noun(tokens, at, words):
                _count(scores, spans, intent, _WEAK, (at, hit[0]))
            elif hit is not None:
                weight = 1 + 0.25 * (hit[0] - at - 1) + (_LEAD if at == lead else 0)
                _count(scores, spans, intent, weight, (at, hit[0]))
            elif (hit := weak.at(tokens, at)) is not None:
                _count(scores, spans, intent, _WEAK + (_WEAK_LEAD if at == lead else 0), (at, hit[0]))
            elif may_slip and _slips(token, strong, leads=at == lead):
                _count(scores, spans, intent, _SLIPPED + (_LEAD if at == lead else 0), (at, at + 1))
    _pairs(tokens, words, scores, spans)
    _patterns(tokens, words, taken, scores, spans, words.doctors | set(staff), lead)
    _questions(tokens, words, scores, spans)
    if any(start == lead for start, _ in spans.get(Intent.cancel, ())) and scores[Intent.cancel] >= 1:
        scores.pop(Intent.agenda, None)  # what is called off is no agenda: "cancela las visitas del viernes"
    return _best(scores, spans)


def _count(
    scores: dict[Intent, float],
    spans: dict[Intent, list[tuple[int, int]]],
    intent: Intent,
    weight: float,
    span: tuple[int, int],
) -> None:
    if any(each[0] < span[1] and span[0] < each[1] for each in spans.get(intent, ())):
        scores[intent] = max(scores[intent], weight)
        return
    before = scores.get(intent, 0.0)
    scores[intent] = max(before, weight) + (0.2 * min(before, weight) if before else 0.0)
    spans.setdefault(intent, []).append(span)


@cache
def _sections_of(language: str, intent: Intent) -> tuple[str, str]:
    return f"intents.{intent}.strong", f"intents.{intent}.weak"


def _sections(words: Vocabulary, intent: Intent) -> tuple[Phrases, Phrases]:
    strong, weak = _sections_of(words.language, intent)
    return words.phrases(strong), words.phrases(weak)


def _lead(tokens: Sequence[Token], words: Vocabulary) -> int:
    """Where the message proper begins, past "hi, can you please"."""
    openers = words.phrases("openers")
    at = 0
    while at < len(tokens):
        found = openers.at(tokens, at)
        if found is not None:
            at = found[0]
        elif tokens[at].kind == "sign":
            at += 1
        else:
            break
    return at


def _may_slip(token: Token, words: Vocabulary) -> bool:
    """Whether a word may be a mistyped one at all: long enough, unknown, and not written like a name."""
    return (
        len(token.norm) >= _SLIP_FROM - 2
        and token.norm not in words.stopwords
        and not (token.capital and token.start > 0)
    )


def _slips(token: Token, strong: Phrases, *, leads: bool) -> bool:
    """Whether a word is an intent's word with one typing slip: "cancle", "reshedule"; a leading one may be short."""
    shortest = _SLIP_FROM - 1 if leads else _SLIP_FROM
    if len(token.norm) < shortest - 1:
        return False
    return any(len(each) >= shortest and near(token.norm, each) for each in _single(strong))


_SINGLES: dict[int, tuple[str, ...]] = {}


def _single(phrases: Phrases) -> tuple[str, ...]:
    found = _SINGLES.get(id(phrases))
    if found is None:
        found = _SINGLES[id(phrases)] = tuple(phrases.single_words())
    return found


def _pairs(
    tokens: Sequence[Token],
    words: Vocabulary,
    scores: dict[Intent, float],
    spans: dict[Intent, list[tuple[int, int]]],
) -> None:
    """What is said in two pieces: "bring Ana's visit forward", "when is Ana's visit?"."""
    norms = [each.norm for each in tokens]
    for name, pairs in words.data["pairs"].items():
        for pair in pairs:
            first, *tail = plain(pair).split()
            if first not in norms:
                continue
            at = norms.index(first)
            if _in_order(norms, at + 1, tail):
                _count(scores, spans, Intent(name), 1.4, (at, at + 1))
                break


def _is_noun(tokens: Sequence[Token], at: int, words: Vocabulary) -> bool:
    """Whether an article or a possessive makes a verb a thing: "today's schedule", "off the schedule"."""
    return at > 0 and tokens[at - 1].norm in words.phrases("noun_markers").single_words()


def _patterns(
    tokens: Sequence[Token],
    words: Vocabulary,
    taken: Sequence[bool],
    scores: dict[Intent, float],
    spans: dict[Intent, list[tuple[int, int]]],
    staff: Collection[str],
    lead: int,
) -> None:
    """What is said with room in between: "put Ana down for Friday", "what does Kim have tomorrow"."""
    for at in range(len(tokens)):
        if not taken[at]:
            for name, end, length in words.patterns.at(tokens, at, staff):
                _count(
                    scores,
                    spans,
                    Intent(name),
                    _PATTERN + 0.25 * length + (_PATTERN_LEAD if at == lead else 0),
                    (at, end),
                )


def _in_order(norms: Sequence[str], at: int, words: Sequence[str]) -> bool:
    """Whether these words follow each other within reach, with others in between."""
    end = min(len(norms), at + _PAIR_REACH)
    for word in words:
        while at < end and norms[at] != word:
            at += 1
        if at >= end:
            return False
        at += 1
    return True


def _questions(
    tokens: Sequence[Token],
    words: Vocabulary,
    scores: dict[Intent, float],
    spans: dict[Intent, list[tuple[int, int]]],
) -> None:
    """A question with "free" in it asks for free times: "when is Kim free Thursday?"."""
    free = words.phrases("free_words").single_words()
    asks = words.phrases("question_words")
    place = next((at for at, token in enumerate(tokens) if token.norm in free or _nearly(token, free)), None)
    if place is None:
        return
    lead = _lead(tokens, words)
    is_question = (
        any(asks.at(tokens, at) is not None for at in range(lead, min(place, lead + 3))) or tokens[-1].norm == "?"
    )
    booked = scores.get(Intent.book, 0) >= 1
    leads = place == lead and len(tokens[place].norm) > _SLIP_FROM
    if (is_question or leads) and not (booked and asks.at(tokens, lead) is None):
        _count(scores, spans, Intent.free, 1.6, (place, place + 1))


def _nearly(token: Token, known: Set[str]) -> bool:
    return len(token.norm) > _SLIP_FROM + 1 and any(len(each) > _SLIP_FROM and near(token.norm, each) for each in known)


def _best(scores: dict[Intent, float], spans: dict[Intent, list[tuple[int, int]]]) -> IntentSaid:
    if not scores:
        return IntentSaid()
    if scores.get(Intent.handover, 0.0) >= 1:
        scores.pop(Intent.out, None)  # who is out is why the visits are handed over
    order = {intent: rank for rank, intent in enumerate(_ACTIONS)}
    ranked = sorted(scores, key=lambda each: (-scores[each], order[each]))
    best = ranked[0]
    second = scores[ranked[1]] if len(ranked) > 1 else 0.0
    top = scores[best]
    confidence = 0.35 + 0.2 * top if top < _SLIPPED else min(0.98, 0.6 + 0.25 * top - 0.2 * (second / top))
    if top >= 1 and top - second < 0.01:
        confidence = min(confidence, 0.62)
    guesses = tuple(ranked[:3])
    told = list(spans[best])
    return IntentSaid(best, round(confidence, 3), guesses, told)
