"""What a message says beside a visit's parts: who "me" is, why a visit is cancelled, whether its client is told."""

import re
from functools import cache
from typing import NamedTuple

from bot.strings.translate import Translator, languages
from bot.understanding.reading import Intent, Reading
from bot.visits.models.clinic import Clinic
from bot.visits.models.objections import LONGEST_REASON
from bot.visits.models.people import Person

_MAY_BE_WITH_ME = frozenset({Intent.book, Intent.free, Intent.none})


class Terms(NamedTuple):
    """On what terms a visit is to be cancelled."""

    reason: str = ""
    tells: bool = True

    @property
    def are_said(self) -> bool:
        """Whether there is anything to heed."""
        return bool(self.reason) or not self.tells


NO_TERMS = Terms()


def speaking_as(reading: Reading, text: str, person: Person, clinic: Clinic) -> Reading:
    """The reading, in which "with me" and "my visits" mean the member of staff who speaks."""
    if reading.staff_id is not None or reading.question_about("staff"):
        return reading
    member = clinic.staff_member(person.id)
    if member is None:
        return reading
    mine = _said("mine", text) if reading.intent is Intent.agenda else None
    with_me = _said("with_me", text) if reading.intent in _MAY_BE_WITH_ME else None
    if mine is None and with_me is None:
        return reading
    return reading.model_copy(update={"staff": member.display_name, "staff_id": member.id})


def terms_of(text: str) -> Terms:
    """Why to cancel, and whether to tell the client: "because she is ill, and don't tell her"."""
    line = " ".join(text.split())
    untold, because = _said("untold", line), _said("because", line)
    reason = line[because.end() :] if because is not None else ""
    if untold is not None and because is not None and untold.start() >= because.end():
        reason = re.sub(r"[\s,;.]+(?:and|but|y|pero|e)?\s*$", "", line[because.end() : untold.start()])
    return Terms(reason.strip(" ,;.:")[:LONGEST_REASON], untold is None)


def is_late(text: str) -> bool:
    """Whether somebody says that they are running late."""
    return _said("late", text) is not None


def is_thanks(text: str) -> bool:
    """Whether a message only says thanks, with or without a nod: nothing is asked of the bot."""
    line = re.sub(r"[\s!.,:)\ufe0f]+", " ", text).strip()
    bare = _phrases("nod").sub(" ", _phrases("thanks").sub(" ", line))
    return _said("thanks", line) is not None and not bare.strip()


def asks_of_client(text: str) -> bool:
    """Whether a message speaks of somebody, or of what they were sent: "what's her number?", "text him the link"."""
    return _said("whom", text) is not None


def _said(what: str, text: str) -> re.Match[str] | None:
    return _phrases(what).search(text.replace("’", "'"))


@cache
def _phrases(what: str) -> re.Pattern[str]:
    """The phrases of every language, the longest first; people mix languages."""
    known = {each for language in languages() for each in Translator(language)(f"said.{what}").split("|")}
    either = "|".join(re.escape(each) for each in sorted(known, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
