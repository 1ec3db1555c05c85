"""What stands around a mention: "not", "no wait", "or", "instead of", "born", "had something on"."""

from collections.abc import Sequence

from bot.understanding.mentions import Mention
from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Vocabulary

_REACH = 3
"""How many small words may stand between a cue and what it speaks of."""


def mark(mentions: Sequence[Mention], tokens: Sequence[Token], words: Vocabulary) -> None:
    """Set on each mention whether it is denied, corrects an earlier one, is an alternative, or mere background."""
    for index, each in enumerate(mentions):
        before = mentions[index - 1] if index else None
        start = _past_fillers(each.start, tokens, words, before.end if before else 0)
        each.negated = _negated(each, start, tokens, words)
        each.background = each.kind == "day" and _is_background(each.start, start, tokens, words)
        each.alternative = words.phrases("alternative").before(tokens, start) is not None and before is not None
        each.correction = before is not None and _corrects(before.end, start, tokens, words)


def _is_background(at: int, start: int, tokens: Sequence[Token], words: Vocabulary) -> bool:
    """Whether a day is only told of: "born on", "her birthday is", "since", "referred on"."""
    context = words.phrases("past_context")
    if context.before(tokens, at) is not None or context.before(tokens, start) is not None:
        return True
    fillers = words.phrases("past_fillers").single_words()
    place = start
    for _ in range(_REACH):
        if place <= 0 or (tokens[place - 1].norm not in fillers and tokens[place - 1].kind != "number"):
            break
        place -= 1
        if context.before(tokens, place) is not None:
            return True
    return False


def _past_fillers(start: int, tokens: Sequence[Token], words: Vocabulary, floor: int) -> int:
    fillers = words.phrases("fillers").single_words()
    for _ in range(_REACH):
        if start <= floor or tokens[start - 1].norm not in fillers:
            break
        start -= 1
    return start


def _negated(mention: Mention, start: int, tokens: Sequence[Token], words: Vocabulary) -> bool:
    for place in {mention.start, start}:
        if words.phrases("negation").before(tokens, place) is not None:
            return not mention.value.get("bound")
    end = mention.end
    if end < len(tokens) and tokens[end].norm == "," and mention.kind != "part":
        return False
    return words.phrases("negation_after").at(tokens, end) is not None


def _corrects(floor: int, start: int, tokens: Sequence[Token], words: Vocabulary) -> bool:
    """Whether the words right before a mention, since the last one, take that one back."""
    corrections = words.phrases("correction")
    place = start
    for _ in range(_REACH + 2):
        while place > floor and tokens[place - 1].kind == "sign":
            place -= 1
        found = corrections.before(tokens, place)
        if found is not None and found[0] >= floor:
            return True
        if place <= floor or tokens[place - 1].norm not in words.stopwords:
            return False
        place -= 1
    return False
