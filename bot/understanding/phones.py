"""Phone numbers in a message, told apart from dates, times and record numbers. Decided by ``phonenumbers``."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers

from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Vocabulary

_GROUPS = 8
_MOST_CALLS = 60
_SHORTEST, _LONGEST = 7, 15
_BARE = 9
"""Digits without any sign between them are a phone only from this length on."""
_RECORD = 4
_LOOSE = 4
"""So many single digits in a row are no way to write a phone number."""
_BETWEEN = frozenset("-.()\u2010\u2011\u2012\u2013·/ ")


@dataclass(slots=True)
class PhoneSaid:
    """A number as said. ``e164`` is empty where it is no possible number of anywhere: then it is asked."""

    start: int
    end: int
    e164: str = ""
    other: str = ""
    """The same digits as a number of another region that fits as well: then it is asked which."""
    kept: bool = True


def phones(
    tokens: Sequence[Token],
    text: str,
    words: Vocabulary,
    regions: Sequence[str],
    taken: Sequence[bool],
    dates: Sequence[tuple[int, int]],
) -> list[PhoneSaid]:
    """Every phone number, in order.

    ``regions``: where a number without its country's code may be from, the configured one first. ``dates`` are token
    spans that are surely dates, such as 2026-11-26.
    """
    found: list[PhoneSaid] = []
    dated = {at for start, end in dates for at in range(start, end)}
    calls = 0
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind != "number" or taken[at] or at in dated:
            at += 1
            continue
        groups = _groups(tokens, at, taken, dated)
        if not groups:
            at += 1
            continue
        unrelated = _not_a_phone(tokens, at, groups, words)
        if unrelated:
            found.append(PhoneSaid(at, unrelated, kept=False))
            at = unrelated
            continue
        best, calls = _valid_from(tokens, text, at, groups, regions, calls)
        if best is None and calls < _MOST_CALLS:
            inner = [place for place in range(at + 1, groups[-1]) if tokens[place].kind == "number"]
            for place in inner:
                later, calls = _valid_from(
                    tokens, text, place, [each for each in groups if each > place], regions, calls
                )
                if later is not None:
                    groups = [each for each in groups if each <= place]
                    break
        if best is None:
            best = _impossible(tokens, at, groups, words)
        elif _is_hour_first(tokens, at, words):
            best = None
        if best is None:
            at += 1
            continue
        best.end = _past_extension(tokens, best.end, words)
        found.append(best)
        at = best.end
    return found


def _valid_from(
    tokens: Sequence[Token], text: str, at: int, groups: Sequence[int], regions: Sequence[str], calls: int
) -> tuple[PhoneSaid | None, int]:
    """The longest valid number that starts at a token, and how often the library was asked so far."""
    start = _opened(tokens, at)
    for end in reversed(groups):
        digits = sum(len(each.norm) for each in tokens[at:end] if each.kind == "number")
        if not _SHORTEST <= digits <= _LONGEST or calls >= _MOST_CALLS:
            continue
        if digits == len(tokens[at].norm) and tokens[start].norm != "+" and digits < _BARE:
            continue
        calls += 1
        written = [each.norm for each in tokens[at:end] if each.kind == "number"]
        numbers = _numbers(text[tokens[start].start : tokens[end - 1].end], written, regions)
        if numbers:
            return PhoneSaid(start, end, numbers[0], numbers[1] if len(numbers) > 1 else ""), calls
    return None, calls


def _numbers(typed: str, written: Sequence[str], regions: Sequence[str]) -> list[str]:
    """The numbers these digits can be: valid ones, the one grouped like its region's before the others.

    A number with its trunk 0 that is only possible is taken too: the library's list of numbers in use lags behind, and
    the confirm card reads every number back.
    """
    parsed = [each for each in (_parsed(typed, region) for region in regions) if each is not None]
    valid = list({_e164(each): each for each in parsed if phonenumbers.is_valid_number(each)}.values())
    if len(valid) > 1:
        grouped = [each for each in valid if _groups_of(each) == list(written)]
        return [_e164(each) for each in (grouped if len(grouped) == 1 else valid)]
    if not valid and written[0].startswith("0"):
        valid = [each for each in parsed if phonenumbers.is_possible_number(each)][:1]
    return [_e164(each) for each in valid]


def _parsed(typed: str, region: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(typed, region)
    except phonenumbers.NumberParseException:
        return None


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _groups_of(number: phonenumbers.PhoneNumber) -> list[str]:
    """The groups of digits in which a number's own region writes it."""
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    return re.findall(r"\d+", written)


def _opened(tokens: Sequence[Token], at: int) -> int:
    """Where the number really starts: at its plus or its opening bracket."""
    start = at
    if start and tokens[start - 1].norm == "(":
        start -= 1
    if start and tokens[start - 1].norm == "+":
        start -= 1
    return start


def _groups(tokens: Sequence[Token], at: int, taken: Sequence[bool], dated: set[int]) -> list[int]:
    """The ends of the digit groups that may belong to one number."""
    ends = [at + 1]
    place = at + 1
    while len(ends) < _GROUPS and place < len(tokens):
        signs = 0
        ahead = place
        while ahead < len(tokens) and signs < 3 and tokens[ahead].norm in _BETWEEN:
            ahead += 1
            signs += 1
        if ahead >= len(tokens) or tokens[ahead].kind != "number" or taken[ahead] or ahead in dated:
            break
        if ahead + 1 < len(tokens) and tokens[ahead + 1].glued and tokens[ahead + 1].kind == "word":
            break
        if ahead + 2 < len(tokens) and tokens[ahead + 1].norm == ":" and tokens[ahead + 2].kind == "number":
            break
        place = ahead + 1
        ends.append(place)
    last = ends[-1]
    if last < len(tokens) and tokens[last].norm == ":" and last + 1 < len(tokens) and tokens[last + 1].kind == "number":
        ends.pop()
    return ends


def _is_record(tokens: Sequence[Token], start: int, words: Vocabulary) -> bool:
    """Whether the word before says that this is a record number: "MRN 2065550142"."""
    record = words.phrases("not_phone_words").single_words()
    place = start - 1
    named = False
    for _ in range(5):
        if place < 0:
            return False
        if tokens[place].norm in record:
            return True
        if tokens[place].capital and not named and tokens[place].norm not in words.stopwords:
            named, place = True, place - 1
            continue
        if tokens[place].norm not in (":", "#", ".", "no", "nr", "number", "is", "es", "numero", "°", "o"):
            return False
        place -= 1
    return False


def _is_hour_first(tokens: Sequence[Token], at: int, words: Vocabulary) -> bool:
    """ "at 1 206-555-0142": the 1 is an hour, not the country's code."""
    single = tokens[at].norm == "1" and not (at and tokens[at - 1].norm == "+")
    apart = at + 1 < len(tokens) and tokens[at + 1].kind == "number" and not tokens[at + 1].glued
    return single and apart and words.phrases("at").before(tokens, at) is not None


def _not_a_phone(tokens: Sequence[Token], at: int, groups: Sequence[int], words: Vocabulary) -> int:
    """The end of digits that are a record or card number, 0 where they may be a phone."""
    start = _opened(tokens, at)
    if tokens[start].norm == "+":
        return 0
    numbers = [each.norm for each in tokens[at : groups[-1]] if each.kind == "number"]
    loose = sum(len(each) == 1 for each in numbers) >= _LOOSE
    if loose and tokens[start].norm != "+":
        return groups[-1]
    card = len(numbers) == 4 and all(len(each) == 4 for each in numbers)
    if card or len(tokens[at].norm) > _LONGEST:
        return groups[-1]
    if _is_record(tokens, start, words):
        for end in groups:
            digits = sum(len(each.norm) for each in tokens[at:end] if each.kind == "number")
            ends_here = end == groups[-1] or not tokens[end].glued
            if digits > _RECORD and ends_here:
                return end
        return 0
    return 0


def _impossible(tokens: Sequence[Token], at: int, groups: Sequence[int], words: Vocabulary) -> PhoneSaid | None:
    """Digits that are written or announced like a phone number and are none: to be asked, not dropped."""
    start = _opened(tokens, at)
    cue = _announced(tokens, start, words)
    for end in reversed(groups):
        numbers = [each.norm for each in tokens[at:end] if each.kind == "number"]
        digits = sum(len(each) for each in numbers)
        plus = tokens[start].norm == "+"
        if not plus and not cue and _are_times(numbers):
            return None
        shaped = len(numbers) >= 2 and [len(each) for each in numbers[-2:]] in ([3, 4], [4, 4], [3, 3]) and digits >= 7
        hyphened = any(each.norm == "-" for each in tokens[at:end])
        if _SHORTEST - 1 <= digits <= _LONGEST + 3 and (cue or plus or (shaped and (hyphened or digits >= 9))):
            return PhoneSaid(start, end)
    return None


def _are_times(numbers: Sequence[str]) -> bool:
    """Whether four-digit groups are hours of the day: 1030-1100."""
    return all(len(each) == 4 and int(each[:2]) < 24 and int(each[2:]) < 60 for each in numbers)


def _announced(tokens: Sequence[Token], start: int, words: Vocabulary) -> bool:
    cues = words.phrases("phone_words").single_words()
    place = start - 1
    for _ in range(3):
        if place < 0:
            return False
        if tokens[place].norm in cues and tokens[place].norm != "at":
            return True
        if tokens[place].norm not in (":", "is", "es", ".", "to", "a", "#", "at", "al", "el", "number", "numero"):
            return False
        place -= 1
    return False


def _past_extension(tokens: Sequence[Token], end: int, words: Vocabulary) -> int:
    place = end + 1 if end < len(tokens) and tokens[end].norm == "," else end
    found = words.phrases("extension").at(tokens, place)
    if found is not None and found[0] < len(tokens) and tokens[found[0]].kind == "number":
        return found[0] + 1
    return end
