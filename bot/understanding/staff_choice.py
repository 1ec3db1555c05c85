"""Which of the names in a message mean staff, and who cannot be told apart."""

from collections.abc import Sequence

from bot.understanding.owners import owners
from bot.understanding.people import FULL, NAMED, SLIP, StaffSaid
from bot.understanding.questions import Ask, Option
from bot.understanding.tokens import Token, near, plain
from bot.understanding.vocabulary import Vocabulary
from bot.visits.models.clinic import StaffMember

_WRITTEN_TOGETHER = 0x2E80
"""From here on Unicode holds the scripts of East Asia."""
_PARTICLES = 4
_GOES_ON = 5


def choose_staff(
    said: Sequence[StaffSaid], tokens: Sequence[Token], words: Vocabulary, taken: Sequence[bool], *, about_staff: bool
) -> tuple[list[StaffSaid], set[int]]:
    """Which of them mean staff; the others may be a client's name. ``about_staff``: the intent is about staff."""
    sure: list[StaffSaid] = []
    owning = [each for each in owners(said, tokens, words) if not _has_neighbour(tokens, each, words, taken)]
    for each in said:
        if words.phrases("negation").before(tokens, _past_cue(tokens, each.start, words)) is not None:
            each.denied = True
        if each.strength >= FULL - SLIP or each.titled:
            sure.append(each)
        elif _has_neighbour(tokens, each, words, taken):
            continue
        elif each.cued or about_staff or each in owning or (owning and each.taker):
            sure.append(each)
    if not sure:
        loose = [
            each
            for each in said
            if each.strength >= NAMED
            and (not _has_neighbour(tokens, each, words, taken) or _ends_a_full_name(tokens, each, words, taken))
        ]
        if len(loose) == 1:
            sure = loose
    else:
        sure += [
            each
            for each in said
            if each not in sure
            and each.strength >= NAMED
            and not _has_neighbour(tokens, each, words, taken)
            and all(set(each.members) == set(one.members) for one in sure)
        ]
    sure += [each for each in said if each not in sure and _goes_on(tokens, sure, each, words)]
    sure.sort(key=lambda each: each.start)
    return [each for each in sure if not each.denied], {at for each in sure for at in range(each.start, each.end)}


def _goes_on(tokens: Sequence[Token], sure: Sequence[StaffSaid], said: StaffSaid, words: Vocabulary) -> bool:
    """Whether a name goes on from a staff member's: "Kim, no, Patel", "Kim or Patel"."""
    before = max((each.end for each in sure if each.end <= said.start), default=None)
    if before is None or said.start - before > _GOES_ON or said.start == before:
        return False
    joiners = words.phrases("alternative").single_words() | words.phrases("correction").single_words()
    between = tokens[before : said.start]
    spoken = [each for each in between if each.kind == "word"]
    return (
        bool(spoken)
        and all(each.norm in joiners or each.norm in words.stopwords for each in spoken)
        and (any(each.norm in joiners for each in spoken))
    )


def _past_cue(tokens: Sequence[Token], start: int, words: Vocabulary) -> int:
    found = words.phrases("staff_cue").before(tokens, start)
    return found[0] if found is not None else start


def _ends_a_full_name(tokens: Sequence[Token], said: StaffSaid, words: Vocabulary, taken: Sequence[bool]) -> bool:
    """Whether a last name stands right behind a whole other name: "Kalani Kahananui Kim tomorrow"."""

    def is_name(at: int) -> bool:
        return (
            0 <= at < len(tokens)
            and not taken[at]
            and tokens[at].capital
            and tokens[at].norm not in words.stopwords
            and tokens[at].norm not in words.temporal
        )

    return said.surname and is_name(said.start - 1) and is_name(said.start - 2) and not is_name(said.end)


def _has_neighbour(tokens: Sequence[Token], said: StaffSaid, words: Vocabulary, taken: Sequence[bool]) -> bool:
    """Whether an unknown word stands beside a single staff name: then it is someone else's name."""

    def is_name(at: int) -> bool:
        return (
            0 <= at < len(tokens)
            and not taken[at]
            and tokens[at].kind == "word"
            and not (at and tokens[at].glued and tokens[at - 1].kind == "number")
            and tokens[at].norm not in words.stopwords
            and tokens[at].norm not in words.temporal
            and tokens[at].norm not in words.numbers
            and tokens[at].norm not in words.titles
            and tokens[at].norm not in words.weekdays
            and tokens[at].norm not in words.months
            and tokens[at].norm not in words.doctors
        )

    def hyphened(at: int) -> bool:
        return 0 <= at < len(tokens) and tokens[at].norm in ("-", "‐", "‑") and tokens[at].glued

    def full_name(at: int) -> bool:
        """Whether a name of two words or more begins here, or one in a script that writes names together."""
        if not is_name(at):
            return False
        if ord(tokens[at].text[0]) > _WRITTEN_TOGETHER and len(tokens[at].text) > 1:
            return True
        place = at + 1
        while place < len(tokens) and place - at < _PARTICLES:
            if not hyphened(place) and tokens[place].norm not in words.particles:
                return is_name(place)
            place += 1
        return False

    def led_on(at: int) -> bool:
        """Whether particles lead on to another name: María de los Ángeles."""
        place = at
        while place < len(tokens) and place - at < _PARTICLES and tokens[place].norm in words.particles:
            place += 1
        return place > at and is_name(place) and tokens[place].capital

    after = is_name(said.end) or hyphened(said.end) or led_on(said.end)
    before = (is_name(said.start - 1) and (said.start > 1 or not said.cued)) or hyphened(said.start - 1)
    if said.cued and (not after or (said.surname and full_name(said.end))):
        return hyphened(said.start - 1) or hyphened(said.end)
    return after or before


def which_staff(
    said: Sequence[StaffSaid], staff: Sequence[StaffMember], text: str, tokens: Sequence[Token]
) -> Ask | None:
    """The question where several staff fit, or nobody does for one of the names, or none."""
    members: list[StaffMember] = []
    for each in said:
        members += [one for one in each.members if one not in members]
    unknown = [each for each in said if not each.members]
    if unknown:
        first, last = unknown[0], unknown[-1] if len(unknown) == len(said) else unknown[0]
        typed = [each.norm for each in tokens[first.start : last.end]]
        alike = sorted(
            (one for one in staff if one not in members),
            key=lambda each: not any(near(one, plain(name)) for one in typed for name in each.name.split()),
        )
        options = tuple(Option(value=each.display_name) for each in (*members, *alike)[:4])
        words = text[tokens[first.start].start : tokens[last.end - 1].end]
        return Ask(about=("staff",), why="no_such", options=options, said=words)
    if len(members) == 1:
        return None
    words = text[tokens[said[0].start].start : tokens[said[-1].end - 1].end]
    return Ask(
        about=("staff",), why="which", options=tuple(Option(value=one.display_name) for one in members[:4]), said=words
    )
