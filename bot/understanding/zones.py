"""Time zones and languages said in a message: beside a time, of the client, or as the person's own from now on."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from bot.strings.translate import Translator
from bot.strings.words import zone_in_words
from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Phrases, Vocabulary, vocabularies, vocabulary

_FARTHEST = 12
"""Hours from UTC that have a zone of their own in the IANA database, both ways."""


@dataclass(slots=True)
class ZonesSaid:
    """What was said of zones and languages, and the tokens it took."""

    beside_time: str | None = None
    client: str | None = None
    own: str | None = None
    client_language: str | None = None
    speak: str | None = None
    offset: int | None = None
    """Minutes from UTC, as in "1:30 AM Pacific (UTC-07)": which of two equal wall times is meant."""
    spans: list[tuple[int, int]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)


def zones_said(
    tokens: Sequence[Token],
    words: Vocabulary,
    taken: Sequence[bool],
    near_zones: Sequence[str] = (),
    locale: str = "",
) -> ZonesSaid:
    """Zones and languages in a message. ``near_zones``, as the context's own, are known by the name we print, too."""
    found = ZonesSaid()
    printed = _printed(tuple(near_zones), words.language, locale)
    for at in range(len(tokens)):
        if taken[at] or (found.spans and at < found.spans[-1][1]):
            continue
        if _offset(tokens, at, found) or _printed_zone(tokens, at, words, printed, found):
            continue
        _zone(tokens, at, words, found)
        _language(tokens, at, words, found)
    return found


@lru_cache(maxsize=64)
def _printed(zones: tuple[str, ...], language: str, locale: str) -> Phrases:
    """The names under which our own words print these zones, the first zone's before the others'."""
    named: dict[str, str] = {}
    for zone in zones:
        for t in (Translator(language), Translator(locale or language)):
            for month in (1, 7):
                named.setdefault(zone_in_words(datetime(2026, month, 15, tzinfo=UTC), zone, t), zone)
    return Phrases(named)


def _printed_zone(tokens: Sequence[Token], at: int, words: Vocabulary, printed: Phrases, found: ZonesSaid) -> bool:
    named = printed.at(tokens, at)
    longer = words.phrases("zones").at(tokens, at)
    if (
        named is None
        or (longer is not None and longer[0] > named[0])
        or not _is_beside_time(tokens, at, at + 1, words, {tokens[at].norm})
    ):
        return False
    found.beside_time = named[1]
    _take(found, at, named[0], "time_zone")
    return True


def _offset(tokens: Sequence[Token], at: int, found: ZonesSaid) -> bool:
    """ "UTC-07", "GMT+1"."""
    if tokens[at].norm not in ("utc", "gmt") or at + 2 >= len(tokens):
        return False
    sign, hours = tokens[at + 1], tokens[at + 2]
    if (
        sign.norm not in "+-−"
        or hours.kind != "number"
        or not (sign.glued and hours.glued)
        or int(hours.norm) > _FARTHEST
    ):
        return False
    direction = 1 if sign.norm == "+" else -1
    found.offset = direction * int(hours.norm) * 60
    if found.beside_time is None and found.own is None:
        found.beside_time = f"Etc/GMT{'-' if direction > 0 else '+'}{int(hours.norm)}" if int(hours.norm) else "Etc/UTC"
    _take(found, at, at + 3, "time_zone")
    return True


def _zone(tokens: Sequence[Token], at: int, words: Vocabulary, found: ZonesSaid) -> None:
    zone = words.phrases("zones").at(tokens, at)
    place = words.phrases("places").at(tokens, at)
    said = zone or place
    if said is None:
        return
    end = words.phrases("zone_tails").at(tokens, said[0])
    tail = end[0] if end is not None else said[0]
    start = at
    while start and tokens[start - 1].norm in ("the", "la", "el", "to", "a", ":"):
        start -= 1
    client = words.phrases("zone_client").before(tokens, at) or words.phrases("zone_client").before(tokens, start)
    own = words.phrases("zone_set").before(tokens, at) or words.phrases("zone_set").before(tokens, start)
    if client is not None:
        found.client = said[1]
        _take(found, client[0], tail, "client_time_zone")
    elif own is not None and (zone is not None or end is not None or own[0] + 2 < at):
        found.own = said[1]
        _take(found, own[0], tail, "time_zone")
    elif (zone is not None and (tail > said[0] or _is_beside_time(tokens, at, said[0], words))) or (
        zone is None and end is not None
    ):
        found.beside_time = said[1]
        _take(found, at, tail, "time_zone")


def _is_beside_time(
    tokens: Sequence[Token], at: int, end: int, words: Vocabulary, short: Set[str] = frozenset()
) -> bool:
    """Whether a short zone name such as ET or Pacific follows a time; longer names need no such help."""
    short = short or words.phrases("short_zones").single_words()
    if end - at > 1 or tokens[at].norm not in short:
        return True
    place = at - 1
    while place >= 0 and tokens[place].norm in ("(", ".", ","):
        place -= 1
    if place < 0:
        return False
    before = tokens[place]
    halves = words.phrases("am").last | words.phrases("pm").last
    return before.kind == "number" or before.norm in halves or words.phrases("oclock").before(tokens, at) is not None


def _language(tokens: Sequence[Token], at: int, words: Vocabulary, found: ZonesSaid) -> None:
    named = words.phrases("languages").at(tokens, at)
    if named is None:
        return
    whole = [each for each in tokens if each.kind == "word" and each.norm not in ("please", "por", "favor", "en", "in")]
    if words.phrases("language_client").before(tokens, at) is not None and len(whole) > 2:
        found.client_language = named[1]
        _take(found, at, named[0], "client_language")
    elif len(whole) == 1 or (words.phrases("language_switch").before(tokens, at) is not None and len(whole) <= 8):
        found.speak = named[1]
        _take(found, at, named[0], "speak")


def _take(found: ZonesSaid, start: int, end: int, name: str) -> None:
    found.spans.append((start, end))
    found.names.append(name)


def spoken_alone(tokens: Sequence[Token]) -> str | None:
    """The language a message consists of the name of, in any language we read: "español"."""
    said = [each for each in tokens if each.kind == "word"]
    for language in vocabularies():
        named = vocabulary(language).phrases("languages").whole(said)
        if named is not None:
            return str(named)
    return None
