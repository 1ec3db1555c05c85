"""A staff member's visit at an hour: "Kim's 3pm", "la de las 3 de Kim"."""

from collections.abc import Sequence

from bot.understanding.found import Found
from bot.understanding.intents import IntentSaid
from bot.understanding.people import StaffSaid
from bot.understanding.reading import SURE, Intent
from bot.understanding.tokens import Token
from bot.understanding.vocabulary import Vocabulary

_REACH = 4
"""Tokens that an hour before its owner may take: "3 : 30 pm"."""


def owners(said: Sequence[StaffSaid], tokens: Sequence[Token], words: Vocabulary) -> list[StaffSaid]:
    """Those whose visit at an hour is spoken of; beside "with Dr Patel" the owner is a client of that name."""
    if any(each.cued for each in said):
        return []
    return [each for each in said if each.members and _has_hour(tokens, each, words)]


def _has_hour(tokens: Sequence[Token], said: StaffSaid, words: Vocabulary) -> bool:
    own = words.phrases("owns_after").at(tokens, said.end)
    if own is not None:
        return own[0] < len(tokens) and tokens[own[0]].kind == "number" and not _counts(tokens, own[0] + 1, words)
    of = words.phrases("owns_before").before(tokens, said.start)
    if of is None:
        return False
    hours = [at for at in range(max(1, of[0] - _REACH), of[0]) if tokens[at].kind == "number"]
    return bool(hours) and words.phrases("at").before(tokens, hours[0]) is not None


def _counts(tokens: Sequence[Token], at: int, words: Vocabulary) -> bool:
    """Whether a word stands here that a number counts: "Kim's 2 visits", "Kim's 30 minutes"."""
    counted = words.phrases("number_nouns_after").single_words() | words.time_units.keys() | words.units.keys()
    return at < len(tokens) and tokens[at].norm in counted


def by_owner(found: Found, intent: IntentSaid) -> IntentSaid:
    """ "Move Kim's 3pm to Dr Patel" hands a visit over."""
    hands_over = intent.intent is Intent.move and "to_staff_id" in found.used
    return IntentSaid(Intent.handover, intent.confidence, intent.guesses, intent.spans) if hands_over else intent


def hour_of_owner(found: Found, intent: IntentSaid, said: Sequence[StaffSaid]) -> None:
    """In "move Kim's 3pm to Friday" the hour tells which visit is moved, and not to when."""
    is_move = intent.intent is Intent.move and intent.confidence >= SURE
    if not is_move or found.values.get("at") is None or found.values.get("was_at") is not None:
        return
    hours = found.used.get("at", ())
    for each in owners(said, found.tokens, found.words):
        if all(start - each.end <= 1 and each.start - end <= _REACH for start, end in hours):
            found.values["was_at"] = found.values.pop("at")
            found.used["was_at"] = found.used.pop("at")
            return
