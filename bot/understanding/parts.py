"""The parts of a visit beside day and hour, each found in a message: phone, zone, type, staff, client, mail."""

from collections.abc import Sequence, Set
from typing import Any

from bot.understanding.almanac import territory
from bot.understanding.clients import client_said
from bot.understanding.context import Context
from bot.understanding.found import Found
from bot.understanding.intents import IntentSaid
from bot.understanding.kinds import TypeSaid, choose_type, types_said
from bot.understanding.moments import Moments
from bot.understanding.owners import owners
from bot.understanding.people import ClientSaid, StaffSaid, staff_said
from bot.understanding.phones import PhoneSaid, phones
from bot.understanding.questions import Ask, Option
from bot.understanding.reading import SURE, Intent
from bot.understanding.scan import sure_dates
from bot.understanding.staff_choice import choose_staff, which_staff
from bot.understanding.tokens import tokenized
from bot.understanding.vocabulary import Vocabulary
from bot.understanding.zones import ZonesSaid, zones_said

_ABOUT_STAFF = frozenset({Intent.free, Intent.handover, Intent.out, Intent.agenda})


def find_phones(found: Found, context: Context) -> list[PhoneSaid]:
    """The phone numbers, one kept or asked about."""
    tokens, taken = found.tokens, found.blocks.taken
    home = territory(context.locale)
    regions = tuple(dict.fromkeys(each for each in (context.phone_region, home) if each))
    dates = sure_dates(tokens, found.words, taken)
    said = phones(tokens, found.text, found.words, regions, taken, dates)
    for each in said:
        found.blocks.block(each.start, each.end)
    kept = [each for each in said if each.kept]
    denied = found.words.phrases("negation")
    standing = [each for each in kept if denied.before(tokens, each.start) is None] or kept
    numbers = list(dict.fromkeys(one for each in standing for one in (each.e164, each.other) if one))
    if len(numbers) > 1 and _corrected(found, standing):
        numbers = numbers[-1:]
    if len(numbers) == 1:
        found.values["phone"] = numbers[0]
        found.use("phone", *((each.start, each.end) for each in standing if each.e164 == numbers[0]))
    elif numbers:
        options = tuple(Option(value=each) for each in numbers[:4])
        found.questions.append(Ask(about=("phone",), why="which", options=options))
    elif standing:
        typed = found.typed(standing[0].start, standing[0].end)
        found.questions.append(Ask(about=("phone",), why="no_such", said=typed))
    else:
        _find_no_phone(found)
    return said


def _find_no_phone(found: Found) -> None:
    """Whether it was said that there is no phone; "no phone visit" speaks of a visit."""
    denied = found.words.phrases("no_phone")
    for at in range(len(found.tokens)):
        hit = denied.at(found.tokens, at)
        if hit is None or found.blocks.taken[at]:
            continue
        after = found.tokens[hit[0]] if hit[0] < len(found.tokens) else None
        if after is None or after.norm not in found.words.generic_types | _calls(found.words):
            found.values["no_phone"] = True
            found.use("no_phone", (at, hit[0]))
            return


def _calls(words: Vocabulary) -> Set[str]:
    """What a phone may be the kind of: visit, call."""
    return words.phrases("phone_words").single_words() | words.phrases("number_nouns_after").single_words()


def _corrected(found: Found, said: Sequence[PhoneSaid]) -> bool:
    corrections = found.words.phrases("correction")
    last = said[-1].start
    places = range(max(said[-2].end, last - 4), last + 1)
    return any(corrections.before(found.tokens, place) is not None for place in places)


def find_zones(found: Found, context: Context) -> ZonesSaid:
    """The zones and languages said, and whose they are."""
    about = context.about
    known = (about.time_zone, about.client_time_zone) if about is not None else ()
    near = tuple(dict.fromkeys(each for each in (context.time_zone, *known) if each))
    zones = zones_said(found.tokens, found.words, found.blocks.taken, near, context.locale)
    for span, name in zip(zones.spans, zones.names, strict=True):
        found.blocks.block(*span)
        found.use(name, span)
    if zones.client is not None:
        found.values["client_time_zone"] = zones.client
    if zones.client_language is not None:
        found.values["client_language"] = zones.client_language
    if zones.own is not None:
        found.values["time_zone"] = zones.own
    if zones.speak is not None:
        found.values["speak"] = zones.speak
    return zones


def find_types(found: Found, context: Context) -> None:
    """The type of visit, or the question which."""
    names = {each.norm for one in context.staff for each in tokenized(one.name)}
    said = types_said(found.tokens, found.words, context.types, found.blocks.taken)
    said = [each for each in said if not _is_title(found, each, names)]
    if not said:
        return
    name, ask = choose_type(said, found.tokens, found.words)
    if name is not None:
        found.values["type_name"] = name
    if ask is not None:
        found.questions.append(ask)
    for each in said:
        found.blocks.block(each.start, each.end)
        if name is None or name in each.names:
            found.use("type_name", (each.start, each.end))


def _is_title(found: Found, said: TypeSaid, staff: Set[str]) -> bool:
    """Whether a type's short name is a title here: "np Lopez" is a nurse practitioner, "pt Wanda" a patient."""
    if said.end - said.start > 1:
        return False
    title, words = found.tokens[said.start].norm, found.words
    after = found.tokens[said.end] if said.end < len(found.tokens) else None
    before = found.tokens[said.start - 1] if said.start else None
    if title in words.doctors:
        return any(each is not None and each.norm in staff for each in (after, before))
    if title not in words.titles or after is None or after.kind != "word":
        return False
    return after.norm not in words.stopwords and after.norm not in words.weekdays and after.norm not in words.months


def find_staff(found: Found, context: Context, intent: IntentSaid) -> list[StaffSaid]:
    """Who is to see the client, and who takes over."""
    about_staff = intent.intent in _ABOUT_STAFF or (context.asked is not None and "staff" in context.asked.about)
    said = staff_said(found.tokens, found.words, context.staff, found.blocks.taken)
    chosen, tokens = choose_staff(said, found.tokens, found.words, found.blocks.taken, about_staff=about_staff)
    for at in tokens:
        found.blocks.taken[at] = True
    takers: list[StaffSaid] = []
    if intent.intent is Intent.handover or (intent.intent is Intent.move and owners(chosen, found.tokens, found.words)):
        takers = [each for each in chosen if each.taker]
        chosen = [each for each in chosen if not each.taker]
    for name, group in (("to_staff_id", takers), ("staff_id", chosen)):
        if not group:
            continue
        latest = _latest(found, group)
        others = {member.id for each in chosen for member in each.members} if group is takers else set()
        fitting = [each for each in context.staff if each.id not in others]
        ask = which_staff(latest, fitting, found.text, found.tokens)
        if ask is not None:
            found.questions.append(ask)
        elif latest:
            found.values[name] = latest[-1].members[0].id
            if name == "staff_id":
                found.values["staff"] = latest[-1].members[0].display_name
        found.use(name, *((each.start, each.end) for each in latest))
    return said


def _latest(found: Found, group: Sequence[StaffSaid]) -> list[StaffSaid]:
    """Without those that a later one corrects: "Kim, no, Patel"."""
    corrections = found.words.phrases("correction")
    kept: list[StaffSaid] = []
    for each in group:
        floor = kept[-1].end if kept else each.start
        places = range(max(floor, each.start - 4), each.start + 1)
        if kept and any(corrections.before(found.tokens, place) is not None for place in places if place > floor):
            kept.pop()
        kept.append(each)
    return kept


def find_client(
    found: Found,
    context: Context,
    said_phones: Sequence[PhoneSaid],
    said_staff: Sequence[StaffSaid],
    intent: IntentSaid,
    moments: Moments,
) -> None:
    """Whom the visit is for."""
    taken = list(found.blocks.taken)
    for mention in moments.mentions:
        for at in range(mention.start, mention.end):
            taken[at] = True
    for start, end in intent.spans:
        for at in range(start, end):
            taken[at] = taken[at] or not found.tokens[at].capital or at == 0
    arrived = intent.intent is Intent.arrived and intent.confidence >= SURE
    expected = arrived or (context.asked is not None and "client" in context.asked.about)
    parts = sum(name in found.values for name in ("phone", "type_name", "staff_id", "day", "at", "duration"))
    says_parts = parts + bool(moments.settled.questions) >= 1 or intent.confidence >= SURE
    said = client_said(
        found.tokens,
        found.text,
        found.words,
        taken,
        phone_ends=[(each.start, each.end) for each in said_phones],
        says_parts=says_parts,
        expected=expected,
    )
    if arrived:
        said = [each for each in said if _stands_alone(found, each, intent)]
    if not said:
        return
    best = said[0]
    other = next((each for each in said[1:] if each.name != best.name and _joined(found, best, each)), None)
    if other is not None:
        names = sorted((best, other), key=lambda each: each.start)
        options = tuple(Option(value=each.name) for each in names)
        found.questions.append(Ask(about=("client",), why="which", options=options))
        return
    found.values["client_name"] = best.name[:120]
    found.use("client_name", (best.start, best.end))


def _stands_alone(found: Found, said: ClientSaid, intent: IntentSaid) -> bool:
    """Whether a name is written like one, or no word stands before it as in "the plumber is here"."""
    small = found.words.phrases("openers").single_words() | found.words.phrases("polite").single_words()
    told = {at for start, end in intent.spans for at in range(start, end)}
    before = [each for at, each in enumerate(found.tokens[: said.start]) if at not in told and each.kind != "sign"]
    return found.tokens[said.start].capital or all(each.norm in small for each in before)


def _joined(found: Found, one: Any, other: Any) -> bool:
    """Whether two names stand beside each other with an "and" or "or" between: two clients."""
    first, second = sorted((one, other), key=lambda each: each.start)
    joiner = found.words.phrases("name_joiners").single_words()
    return second.start - first.end == 1 and found.tokens[first.end].norm in joiner


def find_email_and_notes(found: Found) -> None:
    """A mail address, and notes for staff."""
    if found.blocks.email is not None:
        found.values["email"] = found.typed(*found.blocks.email)
        found.use("email", found.blocks.email)
    if found.blocks.notes is not None:
        found.values["notes"] = found.typed(*found.blocks.notes)[:2000]
        found.use("notes", found.blocks.notes)
