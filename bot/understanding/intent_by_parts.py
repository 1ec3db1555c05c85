"""The intent as the parts of a message tell it, where no phrase does: name and time together book."""

from zoneinfo import ZoneInfo

from bot.understanding.context import Context
from bot.understanding.found import Found
from bot.understanding.intents import IntentSaid
from bot.understanding.moments import Moments
from bot.understanding.reading import SURE, Intent
from bot.understanding.zones import ZonesSaid

_MAY_BOOK = frozenset({Intent.none, Intent.book, Intent.agenda, Intent.free})
_A_BOOKING = 3
"""So many parts of a visit beside a name are a booking, whatever weak word stands among them."""
_MISTAKEN = frozenset({Intent.find, Intent.agenda, Intent.free})
"""What nobody wants who tells a name, a phone number and a time: that is a booking."""
_BY_PARTS = 0.72
_LED = 0.45
"""The confidence of a weak word that leads the message: "show Ana Ruiz"."""
_GUESSED = 0.4
_ASKED_AFTER = 0.9


def by_zone(intent: IntentSaid, zones: ZonesSaid) -> IntentSaid:
    """A zone or language said for oneself is a wish to change it."""
    if zones.own is not None and intent.intent in (Intent.none, Intent.settings, Intent.move, Intent.help):
        return IntentSaid(Intent.time_zone, 0.9)
    if zones.speak is not None and intent.intent in (Intent.none, Intent.settings, Intent.help, Intent.move):
        return IntentSaid(Intent.language, 0.9)
    return intent


def by_arrival(found: Found, intent: IntentSaid, context: Context, moments: Moments) -> IntentSaid:
    """Who is said to be here is; who is asked after ("has Ana arrived?") or is not here yet is looked up.

    What arrived on another day, or may be no client ("a package has arrived"), is neither.
    """
    asks = found.words.phrases("question_words").at(found.tokens, 0)
    told_first = any(start == 0 for start, _ in intent.spans)
    denied = found.words.phrases("not_arrived")
    is_not = any(denied.at(found.tokens, at) is not None for at in range(len(found.tokens)))
    if is_not or (asks is not None and not told_first) or any(each.norm == "?" for each in found.tokens):
        named = found.values.get("client_name") is not None
        return IntentSaid(Intent.find, _ASKED_AFTER if named else _GUESSED, (Intent.find,), intent.spans)
    today = context.now.astimezone(ZoneInfo(context.time_zone)).date()
    said = moments.settled
    is_today = said.day in (None, today) and not any("date" in each.about for each in said.questions)
    return intent if is_today and _may_be_client(found, intent) else IntentSaid(Intent.none, _GUESSED)


def _may_be_client(found: Found, intent: IntentSaid) -> bool:
    """Whether a client is named, or meant by "she", "the patient", "my 3 pm"; "a package" and "Kim" are none."""
    if found.values.get("client_name") is not None or any("client" in each.about for each in found.questions):
        return True
    words = found.words
    clients = words.phrases("tellers").single_words() | words.phrases("client_explicit").single_words()
    markers = words.phrases("noun_markers").single_words()
    clients -= markers  # "el", as "él" is written in a hurry
    small = markers | words.phrases("openers").single_words() | words.phrases("polite").single_words()
    told = {at for start, end in intent.spans for at in range(start, end)}
    said = [each for at, each in enumerate(found.tokens) if at not in told and each.kind != "sign"]
    if any(each.kind == "number" or each.norm in clients for each in said):
        return True
    return all(each.norm in small for each in said)


def by_parts(found: Found, intent: IntentSaid, context: Context, moments: Moments) -> IntentSaid:
    """A message without a telling word: name and time together book; a bare day is the agenda."""
    if intent.intent is Intent.arrived and intent.confidence >= SURE:
        return by_arrival(found, intent, context, moments)
    values = found.values
    when = values.get("day") is not None or values.get("at") is not None or bool(moments.settled.questions)
    drafting = context.about is not None and not context.about.booked
    if intent.intent is Intent.agenda and intent.confidence < SURE and not drafting and context.asked is None:
        only_day = "client_name" not in values and values.get("at") is None and len(found.tokens) <= 3
        only_day = only_day and not any(found.blocks.taken)
        if only_day and not found.questions:
            return IntentSaid(Intent.agenda, 0.8, intent.guesses, intent.spans)
    named = values.get("client_name") is not None
    fresh = context.about is None and context.asked is None
    at_an_hour = intent.intent is Intent.agenda and values.get("at") is not None
    if fresh and intent.intent in _MISTAKEN and when and named and (values.get("phone") is not None or at_an_hour):
        return IntentSaid(Intent.book, _BY_PARTS, intent.guesses, intent.spans)
    if intent.confidence >= SURE or context.about is not None or context.asked is not None:
        return intent
    if intent.intent is Intent.find and named and not when and intent.confidence >= _LED:
        return IntentSaid(Intent.find, _BY_PARTS, intent.guesses, intent.spans)
    extra = sum(values.get(name) is not None for name in ("phone", "type_name", "staff_id"))
    whole = named and extra + when >= _A_BOOKING
    wanted = intent.intent is Intent.book and (when or extra)
    if (
        whole
        or wanted
        or (named and (extra or (when and intent.intent is not Intent.free)) and intent.intent in _MAY_BOOK)
    ):
        return IntentSaid(Intent.book, _BY_PARTS, intent.guesses, intent.spans)
    if intent.intent is Intent.none:
        if named:
            return IntentSaid(Intent.none, _GUESSED, (Intent.find, Intent.book))
        if values.get("staff_id") is not None:
            return IntentSaid(Intent.none, _GUESSED, (Intent.free, Intent.book, Intent.agenda))
        if when:
            return IntentSaid(Intent.none, _GUESSED, (Intent.book, Intent.agenda, Intent.free))
        if extra:
            return IntentSaid(Intent.none, _GUESSED, (Intent.book,))
    return intent
