"""The client's name: what is left of a message once everything else is known."""

from collections.abc import Sequence
from itertools import pairwise

from bot.understanding.name_words import ABBREVIATION, HYPHENS, is_initial, is_name, is_saint, is_stray, may_begin
from bot.understanding.people import ClientSaid
from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Phrases, Vocabulary

_LONGEST = 6


def client_said(
    tokens: Sequence[Token],
    text: str,
    words: Vocabulary,
    taken: Sequence[bool],
    *,
    phone_ends: Sequence[tuple[int, int]],
    says_parts: bool,
    expected: bool,
) -> list[ClientSaid]:
    """Names in the message, the likeliest first. ``expected``: the question was who it is for."""
    spans = _runs(tokens, words, taken)
    runs = [
        said
        for start, end in spans
        if (said := _scored(tokens, text, start, end, words, phone_ends, expected=expected)) is not None
    ]
    sure = [each for each in runs if each.score >= 2]
    if not sure and (says_parts or expected):
        many = [each for each in runs if each.words > 1 or expected]
        sure = many if len(many) == 1 else []
    sure = _turned_round(tokens, text, sure, spans, words)
    beside = [
        each
        for each in runs
        if each not in sure and any(_beside(tokens, words, one, each) for one in sure) and each.words > 1
    ]
    return sorted([*sure, *beside], key=lambda each: -each.score)


def _beside(tokens: Sequence[Token], words: Vocabulary, one: ClientSaid, other: ClientSaid) -> bool:
    """Whether "and" or "or" stands between two names."""
    first, second = sorted((one, other), key=lambda each: each.start)
    joiner = words.phrases("name_joiners").single_words()
    return second.start - first.end == 1 and tokens[first.end].norm in joiner


def _turned_round(
    tokens: Sequence[Token], text: str, said: list[ClientSaid], spans: Sequence[tuple[int, int]], words: Vocabulary
) -> list[ClientSaid]:
    """ "Ruiz, Ana" is Ana Ruiz, "von Trapp, Maria-Luise" is Maria-Luise von Trapp."""
    for (start, middle), (after, end) in pairwise(spans):
        comma = after - middle == 1 and tokens[middle].norm == ","
        last = [each for each in tokens[start:middle] if each.kind == "word" and each.norm not in words.particles]
        first = [each for each in tokens[after:end] if each.kind == "word"]
        one = len(first) == 1 or any(each.norm in HYPHENS for each in tokens[after:end])
        surname = any(each.norm in HYPHENS for each in tokens[start:middle]) or len(last) == 1
        if not (comma and surname and one and all(each.capital for each in (*last, *first))):
            continue
        pieces = [
            _as_name(text[tokens[a].start : tokens[b - 1].end], words) for a, b in ((after, end), (start, middle))
        ]
        inside = [each for each in said if start <= each.start < end]
        score = max((each.score for each in inside), default=2.0) + 1
        joined = ClientSaid(start, end, " ".join(each.title() if each.isupper() else each for each in pieces), score, 2)
        return [joined, *(each for each in said if each not in inside)]
    return said


def _runs(tokens: Sequence[Token], words: Vocabulary, taken: Sequence[bool]) -> list[tuple[int, int]]:
    """Stretches of tokens that may be one name: words, particles between them, initials, hyphens."""
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(tokens):
        if not may_begin(tokens, at, words, taken):
            at += 1
            continue
        end = at + 1
        last = end
        while end < len(tokens) and not taken[end] and end - at < 3 * _LONGEST:
            token = tokens[end]
            if is_stray(tokens, at, end, words):
                break
            if is_name(tokens, end, words, taken):
                end += 1
                last = end
            elif (
                token.norm in words.particles and token.kind == "word" and end + 1 < len(tokens) and not taken[end + 1]
            ) or (token.norm in HYPHENS and token.glued and end + 1 < len(tokens) and tokens[end + 1].glued):
                end += 1
            elif (
                token.norm == "." and token.glued and (is_initial(tokens, end - 1) or is_saint(tokens, end - 1, words))
            ):
                end += 1
                last = end if end < len(tokens) and is_name(tokens, end, words, taken) else last
            else:
                break
        found.append((at, last))
        at = max(last, at + 1)
    return found


def _scored(
    tokens: Sequence[Token],
    text: str,
    start: int,
    end: int,
    words: Vocabulary,
    phone_ends: Sequence[tuple[int, int]],
    *,
    expected: bool,
) -> ClientSaid | None:
    pieces = [each for each in tokens[start:end] if each.kind == "word"]
    core = [each for at, each in enumerate(pieces) if each.norm not in words.particles or _is_first(pieces, at)]
    core = core or pieces
    capital = all(each.capital for each in core)
    first = _past_title(tokens, start, words)
    explicit = _past_colon(tokens, first, words.phrases("client_explicit"))
    cue = words.phrases("client_cues").before(tokens, first)
    place = words.phrases("place_cues").before(tokens, first)
    if len(core) > _LONGEST or (not capital and len(core) > 4):
        return None
    streets = words.phrases("streets").single_words()
    if start and tokens[start - 1].kind == "number" and any(each.norm in streets for each in tokens[start : end + 2]):
        return None
    score = 0.0
    if explicit:
        score += 4
    elif cue is not None:
        weak = cue[0] == first - 1 and tokens[first - 1].norm in words.phrases("weak_cues").single_words()
        score += 1.5 if weak else 3
    if first < start:
        score += 2
    if place is not None and not explicit:
        score -= 3
    score += 2 if capital else 0
    score += 0.5 if len(core) > 1 else 0
    if any(0 <= phone - end <= 2 or 0 <= start - after <= 2 for phone, after in phone_ends):
        score += 1
    if not capital and len(core) == 1 and not explicit and score < 3 and not expected:
        return None
    if not capital and len(core) == 1 and not expected and not _ends_plainly(tokens, end, words):
        return None
    opens_sentence = start == 0 or tokens[start - 1].norm in ".!?¡¿"
    if capital and len(core) == 1 and opens_sentence and not (explicit or cue or expected) and score < 3:
        score = 1
    shouted = all(each.text.isupper() and len(each.text) <= ABBREVIATION and each.text.isascii() for each in core)
    if shouted and not explicit and not text.isupper() and not (cue and len(core) > 1):
        return None
    if end < len(tokens) and tokens[end].kind == "number" and core[-1].norm in _numbered(words):
        return None
    if all(len(each.text) == 1 and not ord(each.text) > 0x2E80 for each in core):
        return None
    typed = text[tokens[start].start : tokens[end - 1].end]
    return ClientSaid(start, end, _as_name(typed, words), score, len(core), [(start, end)])


def _is_first(pieces: Sequence[Token], at: int) -> bool:
    """Whether a particle with a capital begins a name, as a first name does: Ben Okafor."""
    return at == 0 and len(pieces) > 1 and pieces[0].capital and len(pieces[0].norm) > len("de")


def _numbered(words: Vocabulary) -> frozenset[str]:
    """Words that a number belongs to: Suite 310."""
    return words.phrases("number_nouns_before").single_words()


def _ends_plainly(tokens: Sequence[Token], end: int, words: Vocabulary) -> bool:
    """Whether a name in small letters is followed by an end, a sign or a known word, and so is no plain word."""
    if end >= len(tokens) or tokens[end].kind != "word":
        return True
    return tokens[end].norm in words.stopwords or tokens[end].norm in words.weekdays or tokens[end].norm in words.months


def _past_title(tokens: Sequence[Token], start: int, words: Vocabulary) -> int:
    """Where a name begins when its title is counted: "Mrs. Ruiz"."""
    place = start
    if place and tokens[place - 1].norm == "." and tokens[place - 1].glued:
        place -= 1
    if place and tokens[place - 1].norm in words.titles:
        return place - 1
    return start


def _past_colon(tokens: Sequence[Token], start: int, cues: Phrases) -> bool:
    place = start
    if place and tokens[place - 1].norm in (":", "-", "="):
        place -= 1
    return cues.before(tokens, place) is not None


def _as_name(typed: str, words: Vocabulary) -> str:
    """The name as typed, with capitals where it was typed all small."""
    name = " ".join(typed.split()).strip(" -.,")
    letters = [each for each in name if each.isalpha()]
    if not letters or not (name.islower() or (name.isupper() and len(letters) > 4)):
        return name
    small = {each for each in words.particles if len(each) > 1}
    pieces = []
    for index, piece in enumerate(name.lower().split(" ")):
        pieces.append(piece if index and piece in small else _capitalised(piece))
    return " ".join(pieces)


def _capitalised(piece: str) -> str:
    out, fresh = [], True
    for index, each in enumerate(piece):
        out.append(each.upper() if fresh else each)
        fresh = each == "-" or (each in "'’" and index <= 1)
    return "".join(out)
