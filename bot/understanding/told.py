"""Whether a message only tells: "her temperature was 101 on Tuesday" wishes for nothing, and its days are no days."""

from collections.abc import Sequence

from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Vocabulary

_CLAUSES = frozenset(",;.:")
_SHORTEST = 5
_SHORTEST_ALONE = 4
_BEHIND_NOUN = 2
"""Where the verb stands in "the lab faxed it"."""


def only_tells(tokens: Sequence[Token], words: Vocabulary, taken: Sequence[bool]) -> bool:
    """Whether somebody tells of what was or is, with no word that wishes for a visit, a change or an answer.

    A past that is said politely ("I was hoping for Friday") or corrects ("it was Tuesday") wishes, too.
    """
    if words.phrases("question_words").at(tokens, 0) is not None:
        return False
    if _of_a_room(tokens, words):
        return True
    wishing, fine, telling = words.phrases("wishing"), words.phrases("telling_fine"), words.phrases("telling")
    is_told = False
    last = _last_wish(tokens, words)
    at = 0
    while at < len(tokens):
        if wishing.at(tokens, at) is not None:
            return False
        excused = fine.at(tokens, at)
        if excused is not None:
            at = excused[0]
            continue
        may_be = not taken[at] and not (at and tokens[at].capital)
        verb = may_be and (telling.at(tokens, at) is not None or _is_past(tokens, at, words))
        if verb and at >= last > 0:
            last = 0
        is_told = is_told or (verb and not _of_a_day(tokens, at, words))
        at += 1
    return is_told and not last


def _last_wish(tokens: Sequence[Token], words: Vocabulary) -> int:
    """Where a clause of its own begins that ends the message with a day or hour: "missed hers, Thursday 2pm".

    0 where there is none; one that begins with "on" or "at" goes on with what is told.
    """
    ends = [at for at, each in enumerate(tokens[:-1]) if each.norm in _CLAUSES and not tokens[at + 1].glued]
    start = ends[-1] + 1 if ends else 0
    small = words.phrases("fillers").single_words() | words.phrases("at").single_words()
    if not start or tokens[start].norm in small:
        return 0
    says_when = any(each.kind == "number" or each.norm in words.weekdays for each in tokens[start:])
    return start if says_when else 0


def _of_a_room(tokens: Sequence[Token], words: Vocabulary) -> bool:
    """Whether it says how a numbered thing is: "room 4 is free"."""
    if len(tokens) < len(("room", "4", "is")) or tokens[1].kind != "number":
        return False
    noun = tokens[0].norm in words.phrases("number_nouns_before").single_words()
    return noun and tokens[2].norm in words.phrases("copulas").single_words() and tokens[2].kind == "word"


def _of_a_day(tokens: Sequence[Token], at: int, words: Vocabulary) -> bool:
    """Whether it is told of a day itself, which may be a wish: "Tuesday was better"."""
    return at > 0 and tokens[at - 1].norm in words.weekdays


def _is_past(tokens: Sequence[Token], at: int, words: Vocabulary) -> bool:
    """Whether a verb of the past stands here that no list holds: "he fainted", "la impresora no funcionó"."""
    token = tokens[at]
    if token.kind != "word" or (token.capital and at):
        return False
    endings = words.data["past_endings"]
    if len(token.norm) >= _SHORTEST_ALONE and token.text.lower().endswith(tuple(endings["alone"])):
        return True
    if (
        len(token.norm) < _SHORTEST
        or not token.norm.endswith(tuple(endings["behind_teller"]))
        or token.norm in words.verbs
    ):
        return False
    if at == _BEHIND_NOUN and tokens[0].norm in words.phrases("noun_markers").single_words():
        beside = {each.norm for each in (tokens[at - 1], *tokens[at + 1 : at + 2])}
        return not beside & words.generic_types
    return at > 0 and tokens[at - 1].norm in words.phrases("tellers").single_words()
