"""Staff and clients in a message: who is meant, and who cannot be told."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.understanding.tokens import Token, along, near, plain, tokenized
from bot.understanding.vocabulary import Vocabulary
from bot.visits.models.clinic import StaffMember

FULL, TITLED, NAMED, SLIP = 3.0, 2.5, 1.0, 0.5
_SHORTEST_SLIP = 4


@dataclass(slots=True)
class StaffSaid:
    """Words that name staff: the members who fit, and how surely the words mean staff at all."""

    start: int
    end: int
    members: tuple[StaffMember, ...]
    strength: float
    cued: bool = False
    titled: bool = False
    surname: bool = False
    """One word, and a last name: "with Patel Ana Ruiz" names Patel and then a client of two words."""
    taker: bool = False
    """Said as "to Patel": the one who takes over, in a hand-over."""
    denied: bool = False
    corrects: bool = False


@dataclass(slots=True)
class ClientSaid:
    """Words that name a client."""

    start: int
    end: int
    name: str
    score: float
    words: int
    spans: list[tuple[int, int]] = field(default_factory=list)


def staff_said(
    tokens: Sequence[Token], words: Vocabulary, staff: Sequence[StaffMember], taken: Sequence[bool]
) -> list[StaffSaid]:
    """Every place where a staff member may be named, the longest at each place."""
    known = [(member, [each.norm for each in tokenized(member.name) if each.kind == "word"]) for member in staff]
    titles = words.doctors | {plain(member.title).rstrip(".") for member in staff if member.title}
    return along(tokens, taken, lambda at: _one_staff(tokens, at, words, known, titles, taken))


def _one_staff(
    tokens: Sequence[Token],
    at: int,
    words: Vocabulary,
    known: Sequence[tuple[StaffMember, list[str]]],
    titles: frozenset[str],
    taken: Sequence[bool],
) -> StaffSaid | None:
    place = at
    titled = False
    while place < len(tokens) and tokens[place].norm in titles and place - at < 3:
        place += 1
        titled = True
        if place < len(tokens) and tokens[place].norm == "." and tokens[place].glued:
            place += 1
    if place >= len(tokens) or taken[place] or tokens[place].kind != "word":
        return None
    cued = _cued(tokens, at, words)
    best_end, best, members = place, 0.0, []
    for member, names in known:
        end, strength = _name_at(tokens, place, names, words, lenient=titled or cued)
        if strength == 0 and titled and _is_initial(tokens, place, names):
            end, strength = place + 1, NAMED
            if end < len(tokens) and tokens[end].norm == "." and tokens[end].glued:
                end += 1
        if strength and (end, strength) > (best_end, best):
            best_end, best, members = end, strength, [member]
        elif strength and (end, strength) == (best_end, best):
            members.append(member)
    if not members:
        return _unknown_doctor(tokens, at, place, words, taken) if titled else None
    if titled and best < FULL:
        best = TITLED
    end = _past_title(tokens, best_end, titles)
    surname = all(tokenized(each.name)[-1].norm == tokens[place].norm for each in members)
    return StaffSaid(
        at, end, tuple(members), best, cued, titled or end > best_end, surname, _is_taker(tokens, at, words)
    )


def _unknown_doctor(
    tokens: Sequence[Token], at: int, place: int, words: Vocabulary, taken: Sequence[bool]
) -> StaffSaid | None:
    """ "Dr Smith" where no Smith works here."""
    if not tokens[place].capital or tokens[place].norm in words.stopwords or taken[place]:
        return None
    end = place + 1
    while end < min(len(tokens), place + 4) and tokens[end].capital and tokens[end].norm not in words.stopwords:
        if taken[end] or tokens[end].norm in words.weekdays:
            break
        end += 1
    return StaffSaid(at, end, (), TITLED, _cued(tokens, at, words), titled=True, taker=_is_taker(tokens, at, words))


def _name_at(
    tokens: Sequence[Token], at: int, names: Sequence[str], words: Vocabulary, *, lenient: bool
) -> tuple[int, float]:
    """How well a member's name stands here: in full in either order, by one name, or with one slip."""
    one = tokens[at].norm
    two = tokens[at + 1].norm if at + 1 < len(tokens) and tokens[at + 1].kind == "word" else ""
    length = len(names)
    if length > 1 and two:
        if one == names[0] and len(two) == 1 and names[-1].startswith(two):
            dot = at + 2 < len(tokens) and tokens[at + 2].norm == "." and tokens[at + 2].glued
            return at + (3 if dot else 2), FULL - SLIP
        slipped = (one == names[0] and _alike(two, names[-1], words)) or (
            two == names[-1] and _near_short(one, names[0])
        )
        if slipped:
            return at + 2, FULL - SLIP
    if length > 1:
        here, end = _words_from(tokens, at, length)
        if here == list(names):
            return end, FULL
        if two and {one, two} == {names[0], names[-1]}:
            return at + 2, FULL
        if two and _alike(one, names[0], words) and _alike(two, names[-1], words):
            return at + 2, FULL - SLIP
    plain_word = one in words.time_units or one in words.units or one in words.stopwords or one in words.months
    beside_number = (at and tokens[at - 1].kind == "number") or (
        at + 1 < len(tokens) and tokens[at + 1].kind == "number"
    )
    if plain_word and (not (tokens[at].capital or lenient) or beside_number):
        return at, 0.0
    for count in range(length - 1, 1, -1):
        here, end = _words_from(tokens, at, count)
        if here == list(names[-count:]):
            return end, NAMED
    hyphened = _hyphened(tokens, at)
    if hyphened and hyphened[0] in "-".join(names) and set(hyphened[0].split("-")) <= set(names):
        return hyphened[1], NAMED
    if one in names and not (hyphened and len(names) > 2):  # a piece of Ji-ho is not Ji-ho
        return at + 1, NAMED
    if lenient and any(_alike(one, each, words) or _longer_slip(one, each) for each in names):
        return at + 1, NAMED - SLIP
    return at, 0.0


def _words_from(tokens: Sequence[Token], at: int, count: int) -> tuple[list[str], int]:
    """The next words, hyphens between them aside, and where they end."""
    found: list[str] = []
    place = at
    while place < len(tokens) and len(found) < count:
        if tokens[place].kind == "word":
            found.append(tokens[place].norm)
        elif tokens[place].norm not in ("-", "‐"):
            break
        place += 1
    return found, place


def _hyphened(tokens: Sequence[Token], at: int) -> tuple[str, int] | None:
    """Two words with a hyphen between them, as one: ji-ho."""
    if at + 2 < len(tokens) and tokens[at + 1].norm in ("-", "‐") and tokens[at + 1].glued and tokens[at + 2].glued:
        return f"{tokens[at].norm}-{tokens[at + 2].norm}", at + 3
    return None


def _alike(one: str, name: str, words: Vocabulary) -> bool:
    if one == name:
        return True
    return len(name) >= _SHORTEST_SLIP and one not in words.stopwords and near(one, name)


def _near_short(one: str, name: str) -> bool:
    """One slip in a short first name, beside a last name that is right."""
    return len(name) >= _SHORTEST_SLIP - 1 and near(one, name)


def _longer_slip(one: str, name: str) -> bool:
    """A letter too many in a short name: "Dr. Kimm". A letter changed would be another name: Kin, Tim."""
    return len(name) == _SHORTEST_SLIP - 1 and len(one) == len(name) + 1 and near(one, name)


def _is_initial(tokens: Sequence[Token], at: int, names: Sequence[str]) -> bool:
    return len(tokens[at].norm) == 1 and names[-1].startswith(tokens[at].norm)


def _past_title(tokens: Sequence[Token], end: int, titles: frozenset[str]) -> int:
    place = end + 1 if end < len(tokens) and tokens[end].norm == "," else end
    if place < len(tokens) and tokens[place].norm in titles and tokens[place].text.isupper():
        return place + 1
    return end


def _cued(tokens: Sequence[Token], at: int, words: Vocabulary) -> bool:
    return words.phrases("staff_cue").before(tokens, at) is not None


def _is_taker(tokens: Sequence[Token], at: int, words: Vocabulary) -> bool:
    return at > 0 and words.phrases("handover_to").before(tokens, at) is not None
