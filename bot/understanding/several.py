"""More than one visit in one message: where a second one begins, and whether a visit is wished for again and again."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from bot.understanding.found import Found
from bot.understanding.reading import Intent, Reading
from bot.understanding.tokens import Token, plain
from bot.understanding.vocabulary import Vocabulary

_MOST_TRIED = 3
"""Places at which a message is cut to see whether both sides are visits."""


def first_of_two(reading: Reading, found: Found, read: Callable[[str], Reading]) -> Reading:
    """The first visit of a message that holds two, with the words of the other in ``left``; else ``reading``."""
    if reading.client_name is None and reading.question_about("client") is None:
        return reading
    spans = [span for each in reading.used.values() for span in each]
    places = (each for each in _cuts(found) if not any(one.start < each[1] < one.end for one in spans))
    for end, start in islice(places, _MOST_TRIED):
        first, rest = read(found.text[:end]), found.text[start:]
        if first.client_name is None or not (first.is_sure or _is_whole(first)):
            continue
        second = read(rest)
        if not second.is_sure or "intent" not in second.used:
            rest = _wished_alike(first, rest)
            second = read(rest)
        if _are_two_visits(first, second):
            return first.model_copy(update={"left": rest, "language": reading.language})
    return reading


def _cuts(found: Found) -> Iterator[tuple[int, int]]:
    """Where a second visit may begin: the end of the first's text and the start of the second's, in characters."""
    tokens, another = found.tokens, found.words.phrases("another_visit")
    at = 1
    while at < len(tokens) - 1:
        joined = another.at(tokens, at)
        if found.blocks.taken[at]:
            at += 1
        elif joined is not None and joined[0] < len(tokens):
            yield tokens[at - 1].end, tokens[joined[0]].start
            at = joined[0]
        elif tokens[at].norm == ";":
            yield tokens[at - 1].end, tokens[at + 1].start
            at += 1
        else:
            if "\n" in found.text[tokens[at - 1].end : tokens[at].start]:
                yield tokens[at - 1].end, tokens[at].start
            at += 1


def _are_two_visits(first: Reading, second: Reading) -> bool:
    """Whether both halves of a message are wholes: another client each, and a time or something to be done."""
    names = first.client_name, second.client_name
    if None in names or plain(str(names[0])) == plain(str(names[1])):
        return False
    both_act = first.is_sure and second.is_sure and first.intent is not second.intent
    return both_act or all(_is_whole(each) for each in (first, second))


def _wished_alike(first: Reading, rest: str) -> str:
    """The second half with the first's verb before it: "move Ana to 3 and Ben to 4" moves Ben, too."""
    verb = next((each.text for each in first.used.get("intent", ()) if each.start == 0), "")
    return rest if not verb or rest.lower().startswith(verb.lower()) else f"{verb} {rest}"


def repeats_at(tokens: Sequence[Token], words: Vocabulary, taken: Sequence[bool]) -> tuple[int, int] | None:
    """The words that wish for a visit again and again: "every Tuesday", "weekly"."""
    wished, never = words.phrases("repeats"), words.phrases("repeats_not")
    for at in range(len(tokens)):
        found = wished.at(tokens, at)
        if found is not None and not taken[at] and never.at(tokens, at) is None:
            return at, found[0]
    return None


def _is_whole(reading: Reading) -> bool:
    says_when = reading.day is not None or reading.at is not None or reading.question_about("date", "time") is not None
    return says_when or (reading.is_sure and reading.intent is Intent.cancel)
